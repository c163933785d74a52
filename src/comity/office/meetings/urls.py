"""Addresses of the meetings office."""

from __future__ import annotations

from django.urls import path

from comity.office.meetings.views import agenda, desk, meetings, points, screens

app_name = "meetings"
urlpatterns = [
    path("", meetings.listing, name="list"),
    path("of/<str:body>/new", meetings.convene, name="convene"),
    path("items/<str:key>", agenda.item, name="item"),
    path("points/<str:key>", points.point, name="point"),
    path("<str:key>", meetings.meeting, name="meeting"),
    path("<str:key>/change", meetings.change_meeting, name="change_meeting"),
    path("<str:key>/cancel", meetings.cancel_meeting, name="cancel"),
    path("<str:key>/seats", meetings.change_seats, name="change_seats"),
    path("<str:key>/desk", desk.desk, name="desk"),
    path("<str:key>/presence", desk.note_presence, name="note_presence"),
    path("<str:key>/chair", desk.take_chair, name="take_chair"),
    path("<str:key>/open", desk.open_meeting, name="open"),
    path("<str:key>/suspend", desk.suspend, name="suspend"),
    path("<str:key>/resume", desk.resume, name="resume"),
    path("<str:key>/close", desk.close, name="close"),
    path("<str:key>/quorum", desk.verify_quorum, name="verify_quorum"),
    path("<str:key>/here", screens.here, name="here"),
    path("<str:key>/hall", screens.hall, name="hall"),
    path("<str:key>/for/<str:party>/present", screens.say_present, name="say_present"),
    path("<str:key>/for/<str:party>/leaving", screens.say_leaving, name="say_leaving"),
    path("<str:key>/for/<str:party>/quorum", screens.challenge_quorum, name="challenge_quorum"),
    path("<str:key>/for/<str:party>/point", points.raise_point, name="raise_point"),
    path("<str:key>/items/new", agenda.add_item, name="add_item"),
    path("<str:key>/items/<str:item>/change", agenda.change_item, name="change_item"),
    path("<str:key>/items/<str:item>/documents", agenda.cite_documents, name="cite_documents"),
    path("<str:key>/items/<str:item>/move", agenda.move_item, name="move_item"),
    path("<str:key>/items/<str:item>/drop", agenda.drop_item, name="drop_item"),
    path("<str:key>/items/<str:item>/take-up", agenda.take_up_item, name="take_up_item"),
    path("<str:key>/items/<str:item>/conclude", agenda.conclude_item, name="conclude_item"),
    path("<str:key>/points/<str:point>/withdraw", points.withdraw_point, name="withdraw_point"),
    path("<str:key>/points/<str:point>/rule", points.rule_on_point, name="rule_on_point"),
    path("<str:key>/points/<str:point>/challenge/<str:party>", points.challenge_ruling, name="challenge_ruling"),
    path("<str:key>/points/<str:point>/settle", points.settle_challenge, name="settle_challenge"),
]
