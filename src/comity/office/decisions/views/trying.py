"""Pages to think with: what a vote still needs, and what would be if members moved or the rule were another."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from comity.groundwork import live
from comity.groundwork.pages import Request
from comity.office.charter.telling import outcome_told, rule_told
from comity.office.decisions.actions.casting import choices_of
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.board import board
from comity.office.decisions.views.overview import found_vote
from comity.office.decisions.vocabulary import VoteKind
from comity.office.decisions.words import choice_word, engine_language
from comity.rules import Kind, RulesError

TRIED = ("yes", "no", "abstain", "absent")


def needs(request: Request, key: str) -> HttpResponse:
    """The fewest further votes, who can block, as far as it is disclosed."""
    after = live.newest()
    vote = found_vote(request, key)
    shown = board(vote)
    found, fault = None, ""
    if shown.in_numbers and vote.kind != VoteKind.OPEN:
        try:
            found = reading.needs(vote, shown.names, by_name=shown.by_name)
        except RulesError as error:
            fault = error.told(engine_language())
    page = {
        "board": shown,
        "vote": vote,
        "question": vote.question,
        "needs": found,
        "fault": fault,
        "live_after": after,
    }
    return render(request, "decisions/needs.html", page)


def what_if(request: Request, key: str) -> HttpResponse:
    """Move members between yes, no, abstain and absent, or choose another rule; nothing is recorded."""
    vote = found_vote(request, key)
    charter, shown = reading.charter_of(vote.question), board(vote)
    base = reading.base_for_trying(vote)
    allowed = {*choices_of(vote), "absent", "not-voting"}
    moved = {
        row.key: request.GET[f"m-{row.key}"] for row in shown.roll if request.GET.get(f"m-{row.key}", "") in allowed
    }
    rules = [
        (rule.id, rule_told(rule, charter).title)
        for rule in charter.rules
        if rule.kind is Kind.VOTE and rule.valid_on(vote.on)
    ]
    asked = request.GET.get("rule", "")
    rule = asked if asked in {name for name, _title in rules} else vote.question.rule
    told, fault, verdict = None, "", ""
    try:
        outcome = reading.if_moved(vote, base, moved, rule)
        told, verdict = outcome_told(outcome, charter, shown.names), outcome.verdict.value
    except RulesError as error:
        fault = error.told(engine_language())
    rows = [
        {"row": row, "choice": moved.get(row.key) or base.ballot.choices.get(row.key, "absent")}
        for row in shown.roll
        if not row.barred
    ]
    page = {
        "board": shown,
        "vote": vote,
        "question": vote.question,
        "rules": rules,
        "rule": rule,
        "rows": rows,
        "choices": [(choice, choice_word(choice)) for choice in (*TRIED, *sorted(charter.choices))],
        "told": told,
        "verdict": verdict,
        "fault": fault,
        "moved": moved,
        "blank": base.ballot.choices == {},
    }
    return render(request, "decisions/what_if.html", page)
