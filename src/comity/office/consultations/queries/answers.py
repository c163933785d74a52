"""What was answered to one statement, as published: by everybody, by group, and by what people said of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from comity.groundwork.translated import Text
from comity.office.consultations.models import Consultation, Segment
from comity.office.consultations.queries.findings import Bar, bars_of, count, ground_sentence, percent
from comity.office.consultations.queries.results import Shown
from comity.opinion.result import SegmentGround, SegmentResult


@dataclass(frozen=True, slots=True)
class Answered:
    """sentence: what can be said for sure. important: how many marked it, "" nobody was asked. rank: its place in the common
    ground. by_question: for each question about participants its answers, with the share that agrees and how many answered.
    """

    version: str
    sentence: str
    bars: tuple[Bar, ...]
    important: str
    rank: int | None
    by_question: tuple[tuple[Text | str, tuple[tuple[Text | str, str, str], ...]], ...]


def answered(current: Consultation, latest: Shown, number: int) -> Answered | None:
    """What the newest result says of a statement; None if nobody answered it. Two queries."""
    result = latest.result
    entry = next((one for one in result.statements if one.id == number), None)
    if entry is None or entry.overall is None or not entry.overall.seen:
        return None
    asked = {one.question.original: one for one in current.segments.prefetch_related("labels")}
    parts = {part.name: part for part in entry.by_segment}
    return Answered(
        latest.version,
        ground_sentence(result, entry) if entry.takes_part else "",
        bars_of(result, entry),
        count(entry.important) if entry.important is not None else "",
        result.headline.index(number) + 1 if number in result.headline else None,
        tuple(_by_answer(one, parts[one.name], asked.get(one.name)) for one in result.segments if one.name in parts),
    )


def _by_answer(
    segment: SegmentResult, part: SegmentGround, asked: Segment | None
) -> tuple[Text | str, tuple[tuple[Text | str, str, str], ...]]:
    words = {label.word.original: label.word for label in asked.labels.all()} if asked is not None else {}
    rows = tuple(
        (words.get(label, label), percent(rate.share if rate else None), count(rate.seen if rate else None))
        for label, rate in zip(segment.labels, part.rates, strict=True)
    )
    return asked.question if asked is not None else segment.name, rows
