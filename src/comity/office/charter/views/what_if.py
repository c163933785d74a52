"""Trying a rule: members, their votes, and what comes of it; what it would still need. Nothing here is recorded.

The page is a form that is sent by GET, so that an example can be kept as an address and works without scripts; with them, the outcome
follows every change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from comity.groundwork.pages import Request
from comity.office.charter import queries
from comity.office.charter.telling import (
    Told,
    in_words,
    language,
    left_to_people,
    named,
    names_of,
    outcome_told,
    rule_told,
    with_names,
)
from comity.office.charter.wording import chosen_word, finding_word
from comity.rules import (
    Ballot,
    Charter,
    Finding,
    Kind,
    Outcome,
    Record,
    Rule,
    RulesError,
    Snapshot,
    catalogue,
    decide,
    need,
    need_sentences,
)
from comity.rules.formats import parse_votes

MOST_MEMBERS = 300
MOST_TEXT = 6_000
"""Characters of a pasted table: it travels in an address."""
NOW = "in-force"
CHOICES = ("yes", "no", "abstain", "absent")


@dataclass(frozen=True, slots=True)
class Voter:
    """A member on the page: what it is called, the name of its radio buttons, and what is chosen."""

    key: str
    name: str
    field: str
    choice: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody tries: a rule of a charter, members with their choices. problem: why it cannot be tried."""

    charter: Charter
    rule: Rule
    day: date
    snapshot: Snapshot
    record: Record
    names: dict[str, str]
    pasted: bool
    problem: str = ""


def decide_page(request: Request) -> HttpResponse:
    """Choose a rule, say who votes how, and see what comes of it."""
    day = timezone.now().date()
    chosen, charter = _charter(request.GET.get("charter", ""), day)
    if charter is None:
        unknown = chosen != NOW
        return render(
            request, "charter/decide.html", {"charters": _charters(day), "chosen": chosen, "unknown": unknown}
        )
    rules = [one for one in charter.rules if one.valid_on(day) and one.kind in (Kind.VOTE, Kind.SILENCE)]
    if not rules:
        return render(request, "charter/decide.html", {"charters": _charters(day), "chosen": chosen, "none": True})
    rule = next((one for one in rules if one.id == request.GET.get("rule")), rules[0])
    asked = _asked(request, charter, rule, day)
    of_rule = left_to_people(charter, rule)
    page = {
        "charters": _charters(day),
        "chosen": chosen,
        "rules": [(one.id, in_words(one.title)) for one in rules],
        "rule": rule_told(rule, charter),
        "example": charter.example,
        "words": [(choice, chosen_word(choice)) for choice in _choices(charter)],
        "voters": _voters(asked),
        "findings": [
            (
                f"f.{number}",
                statement,
                finding_word(statement, charter),
                _found(request, number),
            )
            for number, statement in enumerate(sorted(left_to_people(charter)))  # the same number under every rule
            if statement in of_rule
        ],
        "yes_no": (("", _("not said")), ("yes", _("found")), ("no", _("found not to be so"))),
        "objections": rule.kind is Kind.SILENCE,
        "table": request.GET.get("table", "")[:MOST_TEXT],
        "pasted": asked.pasted,
        "problem": asked.problem,
        **_outcome(asked),
    }
    live = bool(request.headers.get("HX-Request"))
    return render(request, "charter/_outcome.html" if live else "charter/decide.html", {**page, "live": live})


def _charters(day: date) -> list[tuple[str, str]]:
    holding = queries.charter_in_force(day)
    ours = [(NOW, _("The rules in force here"))] if holding else []
    others = [(name, in_words(charter.title)) for name in catalogue() if (charter := queries.of_catalogue(name))]
    return [*ours, *sorted(others, key=lambda one: one[1].casefold())]


def _charter(asked: str, day: date) -> tuple[str, Charter | None]:
    """The charter that is asked for, the one in force if none is; with the word by which the page names it."""
    if (known := queries.of_catalogue(asked)) is not None:
        return asked, known
    if asked and asked != NOW:
        return asked, queries.parsed(text) if (text := queries.charter_text(asked)) else None
    holding = queries.charter_in_force(day)
    return NOW, holding.charter if holding else None


def _choices(charter: Charter) -> tuple[str, ...]:
    """Choices of the charter's own stand beside the usual ones."""
    return (*CHOICES, *charter.choices)


def _asked(request: Request, charter: Charter, rule: Rule, day: date) -> Asked:
    """Who votes how, from a pasted table if there is one, else from the members of the organisation."""
    findings = _findings(request, charter)
    table = request.GET.get("table", "").strip()
    if len(table) > MOST_TEXT:
        problem = _(
            "The table is too long for this page: at most %(most)d characters. On the command line, comity decide takes any."
        )
        return Asked(charter, rule, day, Snapshot((), day), Record(), {}, True, problem % {"most": MOST_TEXT})
    if table:
        try:
            votes = parse_votes(table, charter, rule, day, file=_("table"))
        except RulesError as error:
            return Asked(charter, rule, day, Snapshot((), day), Record(), {}, True, error.told(language()))
        record = Record(votes.record.ballot, objections=votes.record.objections, findings=findings)
        return Asked(charter, rule, day, votes.snapshot, record, {}, True)
    found = queries.electorate(day)
    choices = {key: request.GET.get(f"v.{key}", "absent") for key in found.snapshot.names}
    known = {key: choice if choice in charter.like else "absent" for key, choice in choices.items()}
    objections = {key: "" for key, choice in known.items() if choice == "no"} if rule.kind is Kind.SILENCE else {}
    record = Record(Ballot(known), objections=objections, findings=findings)
    return Asked(charter, rule, day, found.snapshot, record, dict(found.names), False)


def _found(request: Request, number: int) -> str:
    said = request.GET.get(f"f.{number}", "")
    return said if said in ("yes", "no") else ""


def _findings(request: Request, charter: Charter) -> tuple[Finding, ...]:
    found = sorted(left_to_people(charter).items())
    return tuple(
        Finding(statement, by, _("supposed"), said == "yes")
        for number, (statement, by) in enumerate(found)
        if (said := _found(request, number))
    )


def _voters(asked: Asked) -> list[Voter]:
    if asked.pasted:
        return []
    voters = [
        Voter(key, name, f"v.{key}", asked.record.ballot.choices.get(key, "absent"))
        for key, name in names_of(asked.snapshot, asked.names).items()
    ]
    return sorted(voters, key=lambda one: one.name.casefold())


def _outcome(asked: Asked) -> dict[str, object]:
    """What comes of it, and what it would still need; or why that cannot be said."""
    if asked.problem or not asked.snapshot.members:
        return {}
    if len(asked.snapshot.members) > MOST_MEMBERS:
        return {"problem": _("At most %(most)d members can be tried here.") % {"most": MOST_MEMBERS}}
    try:
        outcome = decide(asked.charter, asked.snapshot, asked.record, rule=asked.rule, on=asked.day)
        told: Told = outcome_told(outcome, asked.charter, asked.names)
    except RulesError as error:
        return {"problem": error.told(language())}
    return {
        "told": told,
        "adopted": outcome.verdict,
        "needs": _needs(outcome, asked),
        "snapshot": outcome.snapshot.digest,
    }


def _needs(outcome: Outcome, asked: Asked) -> list[str]:
    shown = named(outcome, asked.charter, asked.names)
    charter, snapshot = with_names(asked.charter, asked.snapshot, names_of(asked.snapshot, asked.names))
    try:
        return need_sentences(need(charter, snapshot, shown.record, rule=asked.rule.id, on=asked.day), language())
    except RulesError as error:
        return [error.told(language())]
