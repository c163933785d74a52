"""Secret ballots as readers see them: how many papers are in, what was counted, and that numbers of few papers are nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import is_id
from comity.groundwork.panels import Panel, Waiting, register_panel, waits
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.charter.queries import charter_version
from comity.office.charter.telling import Told, outcome_told
from comity.office.decisions import urn as urns
from comity.office.decisions.models.question import QUESTION, Question
from comity.office.decisions.models.secret import SECRET, SecretBallot
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.electorate import names_of
from comity.office.decisions.vocabulary import QuestionStage
from comity.office.decisions.vocabulary_secret import SecretStage
from comity.office.decisions.words import quoted
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION
from comity.rules import Ballot, Record, Verdict, decide
from comity.rules.plain import snapshot_from_plain

SPEAKING = {HEAD_OF_DELEGATION.name, DELEGATE.name}


def secret(key: str, actor: Actor) -> SecretBallot | None:
    """A secret ballot that a reader may see."""
    rows = SecretBallot.objects.select_related("body", "question")
    found = rows.filter(id=key).first() if is_id(key) else None
    return found if found is not None and actor.reader.may_read(found.audience) else None


def spoken_for(current: SecretBallot, actor: Actor) -> list[str]:
    """Keys of the electors for whom somebody can put a paper in. No query."""
    held = {Ref.parse(at).id for role, at in actor.grants if at and role in SPEAKING}
    return [key for key in current.electors if current.parties[key] in held]


def papers_in(current: SecretBallot) -> int | None:
    """How many papers are in: as counted, else in this process's urn; None: the urn is not here."""
    if current.stage != SecretStage.OPEN:
        return current.papers
    found = urns.urn(current.id, current.attempt)
    return None if found is None else found.papers()


def real_papers_out(current: SecretBallot) -> int:
    """How many members have a real paper from the tellers, as this process knows it."""
    found = urns.urn(current.id, current.attempt)
    return 0 if found is None else len(found.handed())


def names(current: SecretBallot) -> dict[str, str]:
    """Names of the electors, by key. Two queries."""
    return names_of({key: current.parties[key] for key in current.electors})


def record_of(ballot: SecretBallot, question: Question, totals: Mapping[str, int] | None = None) -> Record:
    """What a secret ballot on a question rests on, by what was counted or is being counted now (totals). Two queries and findings."""
    counted = totals if totals is not None else ballot.totals or {}
    earlier = SecretBallot.objects.filter(question=question, verdict=Verdict.SECOND_VOTE, id__lt=ballot.id).count()
    return Record(
        Ballot(totals={choice: number for choice, number in sorted(counted.items()) if number}),
        findings=reading.findings_on(question, reading.charter_of(question)),
        attempt=min(reading.MOST_ATTEMPTS, 1 + earlier),
    )


def told(current: SecretBallot) -> Told | None:
    """The outcome in words, computed again from the numbers; None where there are none, and in an election."""
    held = charter_version(current.charter)
    if held is None or current.totals is None or not current.outcome or current.question is None:
        return None
    record = record_of(current, current.question)
    outcome = decide(held.charter, snapshot_from_plain(current.snapshot), record, rule=current.rule, on=current.on)
    return outcome_told(outcome, held.charter, names(current))


@dataclass(frozen=True, slots=True)
class Ran:
    """A secret ballot in the list of a question."""

    ballot: SecretBallot
    papers: int | None


def _panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    if ref is None:
        return None
    question = Question.objects.filter(id=ref.id).first()
    if question is None:
        return None
    ballots = [Ran(one, papers_in(one)) for one in question.secret_ballots.order_by("id")]
    may_open = question.stage == QuestionStage.PUT and may_do(
        actor, "decisions.open_secret", question=question.id, body=question.body_id, meeting=question.meeting
    )
    return {"question": question, "ballots": ballots, "may_open": may_open} if ballots or may_open else None


register_panel(Panel(QUESTION, 40, "decisions/_secrets.html", _panel))


def _in_meeting(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """The secret ballots that run in a meeting, for its screens; how many papers are in, and where one's own is taken."""
    if ref is None:
        return None
    rows = SecretBallot.objects.filter(meeting=ref.id, stage=SecretStage.OPEN).order_by("id")
    running = [Running(one, papers_in(one), len(one.electors), takes(one, actor)) for one in rows]
    return {"ballots": [one for one in running if actor.reader.may_read(one.ballot.audience)]} if running else None


def _at_the_desk(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """The same without the number of papers, which stands in the chair's script beside it."""
    found = _in_meeting(actor, ref)
    return found and {"ballots": [replace(one, papers=None) for one in found["ballots"]]}


@dataclass(frozen=True, slots=True)
class Running:
    """A secret ballot that runs. takes: whoever reads can take a paper."""

    ballot: SecretBallot
    papers: int | None
    electors: int
    takes: bool


def takes(current: SecretBallot, actor: Actor) -> bool:
    """Whether somebody speaks for a party whose paper is not in. No query."""
    found = urns.urn(current.id, current.attempt)
    return any(found is None or found.waits_for(key) for key in spoken_for(current, actor))


register_panel(Panel("meetings.projector", 31, "decisions/_secret_wall.html", _in_meeting))
register_panel(Panel("meetings.phone", 31, "decisions/_secret_phone.html", _in_meeting))
register_panel(Panel("meetings.desk", 41, "decisions/_secret_phone.html", _at_the_desk))


@waits
def _to_vote(actor: Actor) -> Iterable[Waiting]:
    """Secret ballots wait for delegations that have put no paper in. One query."""
    if not any(name in SPEAKING for name, _at in actor.grants):
        return
    for current in SecretBallot.objects.filter(stage=SecretStage.OPEN).order_by("id"):
        found = urns.urn(current.id, current.attempt)
        if any(found is None or found.waits_for(key) for key in spoken_for(current, actor)):
            sentence = _("A secret ballot is open: “%(title)s”.") % {"title": current.title}
            yield Waiting(sentence, reverse("decisions:secret", args=[current.id]))


def _names(ids: Iterable[str]) -> Names:
    rows = SecretBallot.objects.filter(id__in=list(ids)).only("id", "title", "audience")
    return {row.id: quoted(row.title) if row.audience == PUBLIC else _("a secret ballot") for row in rows}


register_kind(Kind(SECRET, gettext_lazy("secret ballot"), _names, lambda key: reverse("decisions:secret", args=[key])))


def _audience(row: SecretBallot) -> str:
    return row.audience


register_translatable(
    [Translatable(SECRET, SecretBallot, "title", gettext_lazy("title of a secret ballot"), _audience)]
)
register_table(SecretBallot, _audience)
