"""What was found, in words and drawings for a page: every figure is one of the published result, and leads to what it is made of.

The drawings are those of the report (`comity.opinion.report.drawings`); the sentences are the site's, so that they are in the
reader's language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal, format_percent
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comity.ballot_box import Answer
from comity.groundwork.translated import Text
from comity.office.charter.telling import several
from comity.office.consultations.models import Consultation, Finding, Segment, SegmentLabel, Statement
from comity.office.consultations.queries.results import Shown
from comity.office.consultations.vocabulary import FindingKind
from comity.opinion.report.drawings import Here, Shade, bar, definitions, key, opinion_map, style_of
from comity.opinion.report.findings import ENOUGH, ground, measure
from comity.opinion.report.words import in_language
from comity.opinion.result import OpinionResult, Rate, Representative, StatementResult

MOST_LISTED = 30
"""Statements of a list that only names them."""
MOST_IMPORTANT = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One line beneath a statement: whose answers, the drawing, and the figures that it shows."""

    who: str | SafeString
    style: str
    drawn: SafeString
    share: str
    agree: str
    passed: str
    disagree: str


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as a result page shows it. row: as it is stored, None where it is not here any more."""

    number: int | str
    row: Statement | None
    sentence: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group: its mark, how many people, and what it stands out by."""

    mark: SafeString
    id: str
    people: str
    share: str
    stands_out: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SegmentShown:
    """A question about participants. rows: by answer, how many people on the map gave it, their share of those who said, the share
    that the population has ("": not stated), and how they spread over the groups.

    weighted: statements with their share as it is among those who answered the question, and as it would be if each answer counted
    by its share of the population, stated from `source`; a dash where too few gave an answer that counts.
    """

    id: str
    question: Text | str
    rows: tuple[tuple[Text | str, str, str, str, tuple[str, ...]], ...]
    not_declared: str
    source: str
    weighted: tuple[tuple[Statement | None, int | str, str, str], ...]


def count(number: int | None) -> str:
    """A number of people or votes as the reader's language writes it; a dash where it is not published."""
    return "–" if number is None else format_decimal(number, locale=in_locale())


def percent(share: float | None) -> str:
    """A share in whole per cent; a dash where there is too little to tell."""
    return "–" if share is None else format_percent(share, format="#,##0%", locale=in_locale())


def in_locale() -> str:
    """The reader's language, as babel names it."""
    return (get_language() or "en").split("-")[0]


def for_page(current: Consultation, latest: Shown) -> dict[str, Any]:
    """Everything that the page of results shows. Three queries."""
    result = latest.result
    rows = {row.number: row for row in current.statements.filter(erased_at__isnull=True)}
    by_id = {entry.id: entry for entry in result.statements}
    parts = len(result.groups) > 1
    ordered = sorted(
        by_id.values(), key=lambda entry: (ground(entry, result.headline_ranking).rank or math.inf, str(entry.id))
    )
    return {
        "result": result,
        "in_short": in_short(result),
        **drawn(result),
        "groups": [_group(result, place, rows) for place in range(len(result.groups))] if parts else [],
        "common": [_said(result, by_id[key], rows, ground_sentence(result, by_id[key])) for key in result.headline],
        "divides": [_said(result, by_id[key], rows, apart(result, by_id[key])) for key in result.divisive],
        "matters": [_said(result, entry, rows, sentence) for entry, sentence in _matters(result)],
        "slate": [
            (
                rows.get(_number(entry.statement)),
                entry.statement,
                count(entry.supporters),
                percent(_part(entry.supporters, result.slate.people)),
            )
            for entry in result.slate.entries
        ],
        "lacking": [(rows.get(_number(one)), one) for one in result.next_statements.lacking_evidence[:MOST_LISTED]],
        "lacking_in_all": len(result.next_statements.lacking_evidence),
        "segments": _segments(current, result, rows),
        "all": [_said(result, entry, rows, "") for entry in ordered],
        "suspicions": _suspicions(result),
        "here": rows,
    }


def drawn(result: OpinionResult) -> dict[str, SafeString]:
    """The map by groups, and the marks that every drawing of a page uses."""
    return {"drawn_map": map_of(result), "definitions": mark_safe(definitions())}


def map_of(result: OpinionResult, here: Here | None = None, shades: Sequence[Shade] | None = None) -> SafeString:
    """The map, with its words in the reader's language."""
    with in_language(in_locale()):
        return mark_safe(opinion_map(result, here, shades))


def in_short(result: OpinionResult) -> list[str]:
    """The main findings, a sentence or two each."""
    counts = result.counts
    told = [
        ngettext(
            "The answers of one person are counted: %(votes)s on %(statements)s statements.",
            "The answers of %(people)s people are counted: %(votes)s on %(statements)s statements.",
            counts.participants,
        )
        % {"people": count(counts.participants), "votes": count(counts.votes), "statements": count(counts.statements)}
    ]
    sure = [
        entry
        for entry in result.statements
        if entry.takes_part and (ground(entry, result.headline_ranking).lower or 0) >= 0.5
    ]
    if not result.headline:
        told.append(_("There are too few answers yet to say what people agree on."))
    elif sure:
        told.append(
            ngettext(
                "On one statement most people agree, even among those who agree least.",
                "On %(count)s statements most people agree, even among those who agree least.",
                len(sure),
            )
            % {"count": count(len(sure))}
        )
    else:
        told.append(_("On no statement is it sure that most people agree, among those who agree least as well."))
    if len(result.groups) > 1:
        sizes = several(f"{group.id} {percent(group.share)}" for group in result.groups)
        told.append(
            _("People fall into %(count)s opinion groups: %(sizes)s.")
            % {"count": count(len(result.groups)), "sizes": sizes}
        )
    elif result.groups:
        told.append(_("There are no separate opinion groups: opinion shades from one side to the other."))
    lacking = len(result.next_statements.lacking_evidence)
    if lacking:
        told.append(
            ngettext(
                "One statement was answered by too few people to be judged.",
                "%(count)s statements were answered by too few people to be judged.",
                lacking,
            )
            % {"count": count(lacking)}
        )
    return told


def ground_sentence(result: OpinionResult, entry: StatementResult) -> str:
    """What can be said for sure of the agreement on a statement: by the lower end of its interval, rounded down."""
    score = ground(entry, result.headline_ranking)
    if score.lower is None:
        return _("There is too little evidence yet.")
    words = {"share": percent(math.floor(round(score.lower * 100, 6)) / 100), "group": score.weakest or ""}
    kind = measure(result)
    if kind == "fifth":
        return _("At least %(share)s agree even among the fifth of people who agree least.") % words
    if kind == "group":
        return _("At least %(share)s agree in every group; least in group %(group)s.") % words
    if kind == "flat":
        return _("At least %(share)s agree.") % words
    return _("Agreed on across the groups, by the measure of the method that was chosen.")


def apart(result: OpinionResult, entry: StatementResult) -> str:
    """Where the groups stand on a statement that divides."""
    shares = [
        (rate.share, group.id)
        for group, rate in zip(result.groups, entry.by_group, strict=False)
        if rate is not None and rate.share is not None and rate.seen >= ENOUGH
    ]
    if len(shares) < 2:
        overall = entry.overall
        if overall is None or not overall.seen:
            return ""
        return _("%(agree)s agree, %(disagree)s disagree.") % {
            "agree": percent(overall.share),
            "disagree": percent(overall.disagree / overall.seen),
        }
    (most, first), (least, last) = max(shares, key=lambda s: s[0]), min(shares, key=lambda s: s[0])
    return _("In group %(first)s %(most)s agree, in group %(last)s %(least)s.") % {
        "first": first,
        "most": percent(most),
        "last": last,
        "least": percent(least),
    }


def bars_of(result: OpinionResult, entry: StatementResult) -> tuple[Bar, ...]:
    """Everybody, then each group; with one group only everybody."""
    found = [_bar(_("All"), "", entry.overall)]
    if len(result.groups) > 1:
        for place, (group, rate) in enumerate(zip(result.groups, entry.by_group, strict=False)):
            found.append(_bar(mark_safe(key(place, group.id)), f"g{style_of(place)}", rate))
    return tuple(found)


def _bar(who: str | SafeString, style: str, rate: Rate | None) -> Bar:
    drawn = mark_safe(bar(rate))
    if rate is None:
        return Bar(who, style, drawn, "–", "–", "–", "–")
    return Bar(who, style, drawn, percent(rate.share), count(rate.agree), count(rate.passed), count(rate.disagree))


def _said(result: OpinionResult, entry: StatementResult, rows: dict[int, Statement], sentence: str) -> Said:
    return Said(entry.id, rows.get(_number(entry.id)), sentence, bars_of(result, entry))


def _matters(result: OpinionResult) -> list[tuple[StatementResult, str]]:
    """Statements that most of those who answered them marked as important, with how many did; empty where nobody was asked."""
    marked = [
        (entry.important / entry.overall.seen, str(entry.id), entry)
        for entry in result.statements
        if entry.takes_part and entry.important and entry.overall is not None and entry.overall.seen
    ]
    ranked = sorted(marked, key=lambda one: (-one[0], one[1]))[:MOST_IMPORTANT]
    words = _("%(share)s of those who answered marked it as important.")
    return [(entry, words % {"share": percent(share)}) for share, _id, entry in ranked]


def _group(result: OpinionResult, place: int, rows: dict[int, Statement]) -> GroupShown:
    group = result.groups[place]
    by_id = {entry.id: entry for entry in result.statements}
    return GroupShown(
        mark_safe(key(place, group.id)),
        group.id,
        count(group.size),
        percent(group.share),
        tuple(
            _said(result, by_id[one.statement], rows, _stands_out(one))
            for one in group.representative[:4]
            if one.statement in by_id
        ),
    )


def _stands_out(one: Representative) -> str:
    if one.direction == "agree":
        sentence, rates = _("%(here)s agree here, %(others)s of the others."), (one.rate.share, one.others.share)
    else:
        sentence = _("%(here)s disagree here, %(others)s of the others.")
        rates = (_part(one.rate.disagree, one.rate.seen), _part(one.others.disagree, one.others.seen))
    return sentence % {"here": percent(rates[0]), "others": percent(rates[1])}


def weigh(
    entry: StatementResult, name: str, labels: tuple[str, ...], targets: Mapping[str, int]
) -> tuple[float | None, float | None]:
    """Share that agrees among those who declared the trait, and as it would be if each label counted by its target.

    None where there is too little to tell: the weighted share needs `ENOUGH` people of every label with a target above 0.
    """
    part = next((one for one in entry.by_segment if one.name == name), None)
    if part is None:
        return None, None
    rates = dict(zip(labels, part.rates, strict=True))
    known = [rate for rate in rates.values() if rate is not None and rate.seen]
    raw = _part(sum(rate.agree for rate in known), sum(rate.seen for rate in known))
    total, weighted = 0, Fraction(0)
    for label, target in sorted(targets.items()):
        rate = rates.get(label)
        if target and (rate is None or rate.seen < ENOUGH):
            return raw, None
        if rate is not None and rate.seen:
            total += target
            weighted += Fraction(target * rate.agree, rate.seen)
    return raw, float(weighted / total) if total else None


def _segments(current: Consultation, result: OpinionResult, here: dict[int, Statement]) -> list[SegmentShown]:
    asked: dict[str, Segment] = {
        segment.question.original: segment for segment in current.segments.prefetch_related("labels")
    }
    found = []
    for segment in result.segments:
        known = asked.get(segment.name)
        labels: dict[str, SegmentLabel] = {label.word.original: label for label in known.labels.all()} if known else {}
        targets = {text: label.target for text, label in labels.items() if label.target is not None}
        said = result.counts.on_the_map - segment.not_declared if segment.not_declared is not None else 0
        rows = tuple(
            (
                labels[label].word if label in labels else label,
                count(size),
                percent(size / said if size is not None and said else None),
                percent(targets[label] / 1000) if label in targets else "",
                tuple(count(n) for n in by_group),
            )
            for label, size, by_group in zip(segment.labels, segment.sizes, segment.by_group, strict=True)
        )
        question = known.question if known is not None else segment.name
        weighted: tuple[tuple[Statement | None, int | str, str, str], ...] = ()
        if targets:
            found_rows = []
            for key in dict.fromkeys([*result.headline, *result.divisive]):
                raw, weighed = weigh(result.statement(key), segment.name, segment.labels, targets)
                found_rows.append((here.get(_number(key)), key, percent(raw), percent(weighed)))
            weighted = tuple(found_rows)
        found.append(
            SegmentShown(
                known.id if known is not None else "",
                question,
                rows,
                count(segment.not_declared),
                known.target_source if known is not None else "",
                weighted,
            )
        )
    return found


def _suspicions(result: OpinionResult) -> list[str]:
    """What is said of voters who resemble each other more than their opinions explain; never a ballot."""
    if result.manipulation is None:
        return []
    return [
        _(
            "%(size)s people answered more alike than their opinions explain. Without them %(kept)s of the first %(of)s statements "
            "of the common ground stay."
        )
        % {"size": count(cluster.size), "kept": count(cluster.top_kept), "of": count(cluster.top_of)}
        for cluster in result.manipulation.clusters
    ]


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _number(statement: int | str) -> int:
    return statement if isinstance(statement, int) else -1


# --- where one stands ---


def standing(current: Consultation, latest: Shown, group: str | None, answered: dict[int, Answer]) -> dict[str, Any]:
    """What the group of a participant stands out by, and what they share with everybody. Two queries."""
    result = latest.result
    rows = {row.number: row for row in current.statements.filter(erased_at__isnull=True)}
    by_id = {entry.id: entry for entry in result.statements}
    place = next((n for n, one in enumerate(result.groups) if one.id == group), None)
    shared = [
        _said(result, by_id[one], rows, ground_sentence(result, by_id[one]))
        for one in result.headline
        if (given := answered.get(_number(one))) is not None and given.vote == 1
    ]
    return {
        "definitions": mark_safe(definitions()),
        "group": _group(result, place, rows) if place is not None and len(result.groups) > 1 else None,
        "shared": shared[:5],
        "answered": len(answered),
    }


def map_with(result: OpinionResult, at: tuple[float, float]) -> SafeString:
    """The map with the reader's own place on it."""
    return map_of(result, Here(at[0], at[1], _("you")))


# --- findings that are kept ---


def kept(row: Finding) -> dict[str, Any]:
    """A finding as its page shows it: texts and figures of the snapshot, not of today."""
    snapshot = row.snapshot
    told: dict[str, Any] = {"counts": snapshot["counts"], "version": row.published}
    if row.kind == FindingKind.SLATE:
        texts = snapshot["texts"]
        told["slate"] = [
            (entry["statement"], texts[str(entry["statement"])], count(entry["supporters"]))
            for entry in snapshot["slate"]["entries"]
        ]
        return told
    entry = snapshot["statement"]
    ids = [group["id"] for group in snapshot["groups"]]
    rates = [(_("All"), "", entry["overall"])]
    if len(ids) > 1:
        rates += [
            (mark_safe(key(place, one)), f"g{style_of(place)}", rate)
            for place, (one, rate) in enumerate(zip(ids, entry["by_group"], strict=False))
        ]
    told["text"], told["language"], told["rank"] = entry["text"], entry["language"], snapshot["rank"]
    told["bars"] = [_bar(who, style, Rate(**rate) if rate is not None else None) for who, style, rate in rates]
    told["definitions"] = mark_safe(definitions())
    return told
