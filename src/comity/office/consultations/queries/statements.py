"""Statements as participants, moderators and readers meet them: what to ask next, one's own, the queue, those that say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.db.models import Count, Max, Q

from comity.groundwork.acts import Actor
from comity.groundwork.ids import is_id
from comity.groundwork.models import EventAbout
from comity.groundwork.translated import Text
from comity.office.consultations.models import Authorship, Claim, Consultation, Statement
from comity.office.consultations.queries.consultations import shown_to_all
from comity.office.consultations.similar import LIKE, Like, Stored, similar
from comity.office.consultations.vocabulary import OUT, Decision
from comity.opinion.chance import hash_ids
from comity.opinion.result import OpinionResult

if TYPE_CHECKING:
    from comity.opinion.routing import RoutingWeights

_OUT = [decision.value for decision in OUT]


def asked_of(current: Consultation) -> list[Statement]:
    """Statements that people are asked, by number. One query."""
    found = Statement.objects.filter(consultation=current, shown=True, erased_at__isnull=True)
    return list(found.exclude(decision__in=_OUT).order_by("number"))


def statement(key: str) -> Statement | None:
    """A statement by id, with its consultation and its lineage. One query."""
    if not is_id(key):
        return None
    return Statement.objects.select_related("consultation", "merged_into", "split_from").filter(id=key).first()


def lineage(row: Statement) -> tuple[list[Statement], list[Statement]]:
    """What was merged into a statement, and what stands in its place. Two queries."""
    return list(row.merged.order_by("number")), list(row.split_into.order_by("number"))


# --- what to ask next ---


def to_ask(
    asked: Sequence[Statement],
    answered: Mapping[int, object],
    participant: int,
    result: OpinionResult | None,
    *,
    first: int | None = None,
    most: int = 1,
) -> list[Statement]:
    """The next statements for a participant, drawn as docs/routing.md says from what was published; fewer if fewer are left.

    first: the number of one that somebody asked for by a direct link; it comes first if it is open to them. The draw depends on how
    many they answered, never on how. What is about the participant comes after everything else.
    """
    place = {row.number: column for column, row in enumerate(asked)}
    done = {place[number] for number in answered if number in place}
    chosen: list[Statement] = []
    if first in place and place[first] not in done:
        done.add(place[first])
        chosen.append(asked[place[first]])
    if not asked:
        return chosen
    from comity.opinion.routing import next_statement  # loads what computes

    weights = _weights(tuple((row.number, row.meta) for row in asked), result)
    word = int(hash_ids(np.array([participant], dtype=np.int64), 0, "routing")[0])
    while len(chosen) < most:
        drawn = next_statement(weights, sorted(done), person_word=word, step=len(done))
        column = (
            drawn.column
            if drawn is not None
            else next((n for n, row in enumerate(asked) if row.meta and n not in done), None)
        )
        if column is None:
            break
        done.add(column)
        chosen.append(asked[column])
    return chosen


@lru_cache(maxsize=32)
def _weights_of(
    columns: tuple[tuple[int, bool], ...],
    counts: tuple[tuple[int, int, int], ...],
    ranks: tuple[tuple[float, float, float], ...],
) -> RoutingWeights:
    from comity.opinion.routing import Headline, routing_weights  # loads what computes

    agree, disagree, passed = (np.array([row[k] for row in counts], dtype=np.int64) for k in range(3))
    scores = np.array(ranks, dtype=np.float64)
    headline = Headline(scores[:, 0], scores[:, 1], scores[:, 2])
    askable = np.array([not meta for _number, meta in columns], dtype=np.bool_)
    return routing_weights(agree, disagree, passed, headline=headline, askable=askable)


def _weights(columns: tuple[tuple[int, bool], ...], result: OpinionResult | None) -> RoutingWeights:
    known = {entry.id: entry for entry in result.statements} if result is not None else {}
    counts, ranks = [], []
    for number, _meta in columns:
        entry = known.get(number)
        rate = entry.overall if entry is not None else None
        counts.append((rate.agree, rate.disagree, rate.passed) if rate is not None else (0, 0, 0))
        score = entry.least_agreeing_fifth if entry is not None else None
        if score is None or score.estimate is None or score.lower is None or score.upper is None:
            ranks.append((float("nan"),) * 3)
        else:
            ranks.append((score.estimate, score.lower, score.upper))
    return _weights_of(columns, tuple(counts), tuple(ranks))


# --- one's own ---


def written_by(current: Consultation, participant: int) -> list[Statement]:
    """The statements that a participant wrote, newest first, with what stands in their place. Three queries."""
    mine = Authorship.objects.filter(consultation=current, participant=participant).values("statement")
    found = Statement.objects.filter(id__in=mine).select_related("merged_into")
    return list(found.prefetch_related("split_into").order_by("-number"))


# --- the same in other words ---


def alike(current: Consultation, text: str, *, most: int = 5, at_least: float = LIKE) -> list[tuple[Statement, float]]:
    """Statements that are asked and say nearly the same, in whatever language they are stored. One query."""
    rows = {row.number: row for row in asked_of(current)}
    found: list[Like[int]] = similar(
        text, {number: wordings_of(row.text) for number, row in rows.items()}, most=most, at_least=at_least
    )
    return [(rows[like.key], like.score) for like in found]


def wordings_of(text: Text) -> list[str]:
    """A text in every language in which it is stored."""
    return [wording.text for wording in text.wordings.values() if wording.text]


# --- the queue ---


@dataclass(frozen=True, slots=True)
class Queued:
    """A statement that a moderator looks at: blocked words in it, and statements that say nearly the same with how alike they are.

    language: the word for the one in which it was written. seen: number of the last event about it, as acts take it.
    """

    statement: Statement
    language: str
    seen: int
    blocked: tuple[str, ...]
    alike: tuple[tuple[Statement, float], ...]


def waiting(current: Consultation) -> int:
    """How many statements wait. One query."""
    return Statement.objects.filter(consultation=current, decision=Decision.WAITING, erased_at__isnull=True).count()


def claimed(current: Consultation, actor: Actor) -> list[Queued]:
    """What whoever asks has taken from the queue, oldest first, with what is like each. Three queries."""
    mine = Q(claim__person=actor.person_id, claim__until__gte=actor.now)
    rows = list(
        Statement.objects.filter(
            mine, consultation=current, decision=Decision.WAITING, erased_at__isnull=True
        ).order_by("number")
    )
    if not rows:
        return []
    asked = {row.number: row for row in asked_of(current)}
    stored = Stored({number: wordings_of(row.text) for number, row in asked.items()})
    languages = dict(settings.LANGUAGES)
    events = EventAbout.objects.filter(ref__in=[str(row.ref) for row in rows]).values_list("ref")
    seen = dict(events.annotate(last=Max("event_id")).order_by("ref"))
    found = []
    for row in rows:
        like = stored.like(row.text.original, most=3, but=row.number)
        folded = row.text.original.casefold()
        found.append(
            Queued(
                row,
                str(languages.get(row.text.original_language, row.text.original_language)),
                seen.get(str(row.ref), -1),
                tuple(word for word in current.blocked if word in folded),
                tuple((asked[one.key], one.score) for one in like),
            )
        )
    return found


def holders(current: Consultation, now: datetime) -> list[tuple[str, int]]:
    """Which moderators look at how many statements now, by name. One query."""
    running = Claim.objects.filter(
        statement__consultation=current, statement__decision=Decision.WAITING, until__gte=now
    )
    return list(running.values_list("person__name").annotate(Count("id")).order_by("person__name"))


def all_statements(current: Consultation, *, everything: bool) -> list[Statement]:
    """Statements for the list on the consultation's page; everything: also what only moderators may read. One query."""
    rows = Statement.objects.filter(consultation=current, erased_at__isnull=True).order_by("number")
    return [row for row in rows if everything or shown_to_all(row)]
