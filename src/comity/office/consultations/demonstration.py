"""The simulated consultation on the 13 points of the action plan, as the demonstration organisation holds it; labelled everywhere.

Nobody was asked. Invented people answer as `comity.opinion.simulation` says, the first of them before the site is opened; more of
them arrive when somebody presses a button, so that the map can be seen to move.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import timezone

from comity.ballot_box import Answer, PastVote, new_participant
from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor
from comity.groundwork.jobs import enqueue, job
from comity.groundwork.translated import Text
from comity.office.consultations.actions.consultations import SegmentAsked, create, open_consultation
from comity.office.consultations.actions.statements import seed
from comity.office.consultations.box import bring_in_step, the_box
from comity.office.consultations.demonstration_words import ANSWERS, QUESTIONS, RULES
from comity.office.consultations.models import Consultation
from comity.office.consultations.queries.statements import asked_of
from comity.office.consultations.roles import FACILITATOR, MODERATOR
from comity.office.consultations.vocabulary import Stage
from comity.opinion.demonstration import LANGUAGES, WrittenStatement, statements
from comity.opinion.votes import Moderation

if TYPE_CHECKING:
    from comity.opinion.simulation import Simulation

WORLD = 3000
"""Invented people there are; whoever comes after the last is the first again, under another number."""
AT_FIRST = 400
AT_ONCE, ARRIVING = 20, 200
"""How many come in a second, and how many when somebody presses the button."""


@lru_cache(maxsize=1)
def _world() -> Simulation:
    from comity.opinion.simulation import simulate  # loads what computes

    return simulate(WORLD, seed=0)


def _text(wordings: dict[str, str]) -> Text:
    """The first wording is the original, the others are drafts of a machine."""
    (language, original), *others = wordings.items()
    return Text.drafted(original, language, dict(others))


def _original(wordings: dict[str, str]) -> str:
    """As a text with these wordings is named where answers are stored."""
    return next(iter(wordings.values()))


def _english_first(wordings: Mapping[str, str]) -> dict[str, str]:
    return {"en": wordings["en"], **wordings}


def build(by: Actor, people: int = AT_FIRST) -> Consultation:
    """Prepare and open the simulated consultation, and let the first invented people answer."""
    world = _world()
    asked = [
        SegmentAsked(question=_text(QUESTIONS[name]), labels=tuple(_text(ANSWERS[label]) for label in segment.labels))
        for name, segment in world.votes.segments.items()
    ]
    made = create(
        by=by,
        title=_text(_english_first(world.title)),
        background=_text(_english_first(world.description)),
        policy=_text(RULES),
        languages=list(LANGUAGES),
        votes_published=False,
        segments=asked,
        simulated=True,
    )
    for meta in (False, True):
        written = [entry for entry in _asked() if entry.meta == meta]
        if written:
            seed(
                by=by,
                consultation=made.id,
                statements=[_text(_english_first(entry.text)) for entry in written],
                meta=meta,
            )
    for name, role in (("Noor Demo", FACILITATOR), ("Tomás Demo", MODERATOR)):
        person = register_person(by=by, name=name, invented=True)
        grant_role(by=by, person=person.id, role=role.name, at=str(made.ref))
    open_consultation(by=by, consultation=made.id)
    made.refresh_from_db()
    # What follows a commit is repeated here, for whoever builds within a transaction.
    bring_in_step(made)
    arrive_now(made, 0, people, by.now)
    return made


def _asked() -> list[WrittenStatement]:
    return [entry for entry in statements() if entry.moderation is not Moderation.REJECTED]


def arrive_now(current: Consultation, first: int, people: int, now: datetime) -> int:
    """Let some invented people answer, the `first`-th of the world and those after; how many answers. They came in the last hour."""
    votes, numbers = _world().votes, _numbers(current)
    box, events = the_box(), []
    for place in range(first, first + people):
        person, who = place % WORLD, new_participant()
        rows = slice(int(votes.offsets[person]), int(votes.offsets[person + 1]))
        answers = [
            Answer(numbers[column], int(vote), bool(mark))
            for column, vote, mark in zip(
                votes.columns[rows].tolist(), votes.values[rows].tolist(), _marks(rows), strict=True
            )
            if column in numbers
        ]
        if not answers:
            continue
        at = now - timedelta(hours=1) * (1 - (place - first + 1) / people)
        moment = round(at.timestamp() * 1000)
        events += [PastVote(who, one.statement, one.vote, moment, one.important) for one in answers]
        box.declare(current.id, who, _traits(person))
    return box.load(current.id, events)


def _marks(rows: slice) -> list[bool]:
    marks = _world().votes.important
    return [False] * (rows.stop - rows.start) if marks is None else list(map(bool, marks[rows]))


def _traits(person: int) -> dict[str, str]:
    segments = _world().votes.segments
    codes = {name: int(segment.codes[person]) for name, segment in segments.items()}
    return {
        _original(QUESTIONS[name]): _original(ANSWERS[segments[name].labels[code]])
        for name, code in codes.items()
        if code >= 0
    }


def _numbers(current: Consultation) -> dict[int, int]:
    """Number of each statement that is asked here, by its column in the simulation; found by its English words."""
    here = {row.text.original: row.number for row in asked_of(current)}
    known = {entry.id: entry.text["en"] for entry in statements()}
    columns = enumerate(_world().votes.statement_ids.tolist())
    return {column: here[known[key]] for column, key in columns if known.get(key) in here}


def can_arrive(current: Consultation) -> bool:
    """Whether invented people can answer here: nobody else is asked, and they know the statements."""
    return current.simulated and current.stage == Stage.OPEN and bool(_numbers(current))


@job("consultations.arrive")
def arrive(consultation: str, left: int) -> None:
    """Some of them, and the others a second later."""
    current = Consultation.objects.filter(id=consultation).first()
    if current is None or not can_arrive(current):
        return
    now = timezone.now()
    some = min(left, AT_ONCE)
    arrive_now(current, the_box().counts(current.id).participants, some, now)
    if left > some:
        enqueue("consultations.arrive", due_at=now + timedelta(seconds=1), consultation=consultation, left=left - some)
