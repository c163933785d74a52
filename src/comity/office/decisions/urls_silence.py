"""Addresses of silence procedures, secret ballots and elections."""

from __future__ import annotations

from django.urls import path

from comity.office.decisions.views import consensus, election, secret, silence

urlpatterns = [
    path("silence", silence.listing, name="silences"),
    path("silence/new", silence.open_silence, name="open_silence"),
    path("silence/<str:key>", silence.silence, name="silence"),
    path("silence/<str:key>/receipt", silence.confirm_receipt, name="confirm_receipt"),
    path("silence/<str:key>/break", silence.break_silence, name="break_silence"),
    path("silence/<str:key>/breaks/<str:broken>/withdraw", silence.withdraw_break, name="withdraw_break"),
    path("silence/<str:key>/extend", silence.extend, name="extend_silence"),
    path("silence/<str:key>/withdraw", silence.withdraw, name="withdraw_silence"),
    path("secret/<str:key>", secret.secret, name="secret"),
    path("secret/<str:key>/paper", secret.cast, name="cast_secret"),
    path("secret/<str:key>/real-papers", secret.hand, name="hand_papers"),
    path("secret/<str:key>/count", secret.count, name="count_secret"),
    path("secret/<str:key>/cancel", secret.cancel, name="cancel_secret"),
    path("elections", election.listing, name="elections"),
    path("elections/new", election.call, name="call_election"),
    path("elections/<str:key>", election.election, name="election"),
    path("contests/<str:key>/put-forward", election.put_forward, name="put_forward"),
    path("contests/<str:key>/round", election.open_round, name="open_round"),
    path("contests/<str:key>/lot", election.draw_lot, name="draw_lot"),
    path("rounds/<str:key>/close", election.close_round, name="close_round"),
    path("candidatures/<str:key>/withdraw", election.withdraw_candidature, name="withdraw_candidature"),
    path("candidatures/<str:key>/erase", election.erase_candidate, name="erase_candidate"),
    path("questions/<str:key>/object", consensus.object_formally, name="object"),
    path("objections/<str:key>/withdraw", consensus.withdraw_objection, name="withdraw_objection"),
    path("questions/<str:key>/adopt", consensus.adopt_without_vote, name="adopt_without_vote"),
    path("questions/<str:key>/dissociate", consensus.dissociate, name="dissociate"),
    path("questions/<str:key>/secret", secret.open_secret, name="open_secret"),
]
