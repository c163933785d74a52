"""Addresses of the decisions office. What is only silence, consensus, election or secret ballot has a file of its own."""

from __future__ import annotations

from django.urls import path

from comity.office.decisions.urls_silence import urlpatterns as silence
from comity.office.decisions.views import electorate, organs, overview, presiding, putting, taking_part, trying

app_name = "decisions"
urlpatterns = [
    *silence,
    path("", overview.listing, name="list"),
    path("put", putting.choose_body, name="choose_body"),
    path("put/<str:key>", putting.put, name="put"),
    path("electorate", electorate.listing, name="electorate"),
    path("electorate/new", electorate.qualify, name="qualify"),
    path("electorate/<str:key>/end", electorate.end, name="end_qualification"),
    path("points/<str:key>/put", putting.put_challenge, name="put_challenge"),
    path("rulings/<str:key>", overview.ruling, name="ruling"),
    path("rulings/<str:key>/challenge", putting.challenge, name="challenge"),
    path("proxies/<str:key>/withdraw", taking_part.withdraw_proxy, name="withdraw_proxy"),
    path("votes/<str:key>", overview.vote, name="vote"),
    path("votes/<str:key>/mine", taking_part.mine, name="mine"),
    path("votes/<str:key>/cast", taking_part.cast, name="cast"),
    path("votes/<str:key>/explain", taking_part.explain, name="explain"),
    path("votes/<str:key>/correct", taking_part.correct, name="correct"),
    path("votes/<str:key>/proxy", taking_part.give_proxy, name="give_proxy"),
    path("votes/<str:key>/conduct", presiding.conduct, name="conduct"),
    path("votes/<str:key>/close", presiding.close_vote, name="close_vote"),
    path("votes/<str:key>/enter", presiding.enter_votes, name="enter_votes"),
    path("votes/<str:key>/hands", presiding.count_hands, name="count_hands"),
    path("votes/<str:key>/break-tie", presiding.break_tie, name="break_tie"),
    path("votes/<str:key>/announce", presiding.announce, name="announce"),
    path("votes/<str:key>/hall", overview.hall, name="hall"),
    path("votes/<str:key>/needs", trying.needs, name="needs"),
    path("votes/<str:key>/what-if", trying.what_if, name="what_if"),
    path("votes/<str:key>/roll.csv", overview.as_csv, name="as_csv"),
    path("votes/<str:key>/record.json", overview.as_json, name="as_json"),
    path("votes/<str:key>/akn.xml", overview.as_xml, name="as_xml"),
    path("<str:key>", overview.question, name="question"),
    path("<str:key>/amend", putting.amend, name="amend"),
    path("<str:key>/order", putting.order_amendments, name="order_amendments"),
    path("<str:key>/divide", putting.divide, name="divide"),
    path("<str:key>/withdraw", putting.withdraw, name="withdraw"),
    path("<str:key>/rule", putting.rule_on, name="rule_on"),
    path("<str:key>/open", presiding.open_vote, name="open_vote"),
    path("<str:key>/carry-out", putting.carry_out, name="carry_out"),
    path("<str:key>/organs/<str:organ>", organs.name, name="name_organ"),
    path("<str:key>/joint.json", organs.as_json, name="joint_json"),
]
