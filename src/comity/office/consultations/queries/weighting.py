"""Results weighted by all questions about participants whose population was stated, at once; shown beside what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.translated import Text
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.queries.findings import count, percent
from comity.opinion.result import OpinionResult
from comity.opinion.weighting import WeightingError, weigh


@dataclass(frozen=True, slots=True)
class Together:
    """questions: by which was weighted. rows: statement (None: not here any more), its number, share as it is, share weighted.

    effective, people: so many would tell as much if all weighed the same, of so many. missed: what caps leave of the population's
    shares, "" nothing; capped: share of people at a cap. why_not: why it could not be done, "" it was.
    """

    questions: tuple[Text, ...]
    rows: tuple[tuple[Statement | None, int | str, str, str], ...] = ()
    effective: str = ""
    people: str = ""
    capped: str = ""
    missed: str = ""
    why_not: str = ""


def together(current: Consultation, result: OpinionResult, here: Mapping[int, Statement]) -> Together | None:
    """The common ground and the divides, weighted by several questions; None where fewer than two have a population. Two queries."""
    stated = [
        segment
        for segment in current.segments.order_by("rank").prefetch_related("labels")
        if any(label.target is not None for label in segment.labels.all())
    ]
    if len(stated) < 2:
        return None
    questions = tuple(segment.question for segment in stated)
    targets = {
        segment.question.original: {label.word.original: float(label.target or 0) for label in segment.labels.all()}
        for segment in stated
    }
    try:
        found = weigh(result, targets)
    except WeightingError:
        return Together(
            questions, why_not=_("Too few people gave one of the answers that have a share of the population.")
        )
    rows = []
    for key in dict.fromkeys([*result.headline, *result.divisive]):
        entry = result.statement(key)
        raw = entry.overall.share if entry.overall is not None else None
        row = here.get(key) if isinstance(key, int) else None
        rows.append((row, key, percent(raw), percent(found.share(entry))))
    weighting = found.weighting
    return Together(
        questions,
        tuple(rows),
        count(round(weighting.effective)),
        count(result.counts.on_the_map),
        percent(weighting.capped),
        percent(weighting.missed) if weighting.missed >= 0.005 else "",
    )
