"""The report as one HTML file: chooses what is shown where, and hands it to the template `report.html.j2`.

No script, no network, no clock: a content security policy in the page forbids the first two. Every text is escaped by the
template; statements stand in elements of their own with their language and direction.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from comity.opinion.report import drawings, figures, findings, texts, words
from comity.opinion.report.words import say
from comity.opinion.result import NextStatements, OpinionResult, Ranking, Rate, SegmentResult, StatementResult

MOST_ROWS = 1000
"""Rows of the table of all statements; a longer one is cut, and says so."""
MOST_LISTED = 20
"""Entries of a list that only names what is missing or was left out."""
MOST_COLUMNS = 8
"""Labels of a declared trait that stand side by side; of more, the least and the most agreeing are shown."""
MOST_MARKED = 10
"""Rows of the table of marks of importance."""
LIKELY = (0.02, 0.98)
"""Statements outside this range of expected agreement on both sides of an axis say little about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row beneath a statement: whose votes, and the rate."""

    who: str | Markup
    style: str
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Direction:
    """What one direction of an axis sorts: the statement on which agreement rises most, one step to the other side to one step along."""

    way: str
    statement: StatementResult
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelRates:
    """A declared trait and one statement: the rates to show, and the least over labels."""

    statement: StatementResult
    rates: tuple[Rate | None, ...]
    least: str
    most: str


# Quotes that HTML can do without, a tenth of the page. Only markup has them: in texts they are escaped.
_BARE = re.compile(r'="([A-Za-z0-9_.%#-]+)"(?=[ >])')


def render_html(result: OpinionResult, language: str = "en", *, printed: bool = False) -> str:
    """The whole report; UTF-8 when written. language: a tag of `words.LANGUAGES`; any other gives English. printed: as it goes on
    paper or into a PDF, with everything open, running heads and page numbers.

    O(statements x groups); about 0.3 kB and 20 µs for each statement.
    """
    with words.in_language(language):
        return _render(result, printed=printed)


def _render(result: OpinionResult, *, printed: bool) -> str:
    running = _running(result) if printed else Markup("")
    page = _template().render(_context(result) | {"opened": Markup(" open") if printed else "", "running": running})
    return _BARE.sub(r"=\1", re.sub(r"\n\s+", "\n", page))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_resource),
        bytecode_cache=_compiled_pages(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "say": say,
        "style": Markup(_style()),
        "percent": figures.percent,
        "count": figures.count,
        "share": lambda rate: figures.percent(findings.share_of(rate)),
        "rate_cells": _rate_cells,
        "span": figures.span,
        "decimal": figures.decimal,
        "key": drawings.key,
        "bar": drawings.bar,
        "definitions": drawings.definitions(),
        "harmless": texts.harmless,
        "tag": texts.language_tag,
        "stability_words": findings.stability_words,
        "longest": texts.LONGEST,
    }
    return environment.get_template("report.html.j2")


def _compiled_pages() -> FileSystemBytecodeCache | None:
    """Where the compiled template is kept: with Python's own byte code, on the same conditions; None where it cannot be."""
    folder = Path(__file__).parent / "__pycache__"
    kept = not sys.dont_write_bytecode and os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder)) if kept else None


def _resource(name: str) -> str:
    return files("comity.opinion.report").joinpath(name).read_text(encoding="utf-8")


def _style() -> str:
    """The style sheets without what only their reader needs."""
    bare = re.sub(r"/\*.*?\*/", "", _resource("report.css") + _resource("drawings.css"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", bare)).strip()


def _running(result: OpinionResult) -> Markup:
    """What stands on every page of paper: the title above, which result it is and the number of the page beneath.

    Margin boxes of CSS Paged Media; a browser that does not know them prints the same pages without.
    """
    title = texts.harmless(result.source.title, 90) or say("untitled")
    start, end = ("right", "left") if words.direction() == "rtl" else ("left", "right")
    made = f"{result.software.name} {result.software.version} · {result.source.sums_sha256[:16]}"
    simulated = say("simulated") if result.source.simulated else ""
    boxes = (
        f"@top-{start}{{content:{_quoted(title)};text-align:start}}@top-{end}{{content:{_quoted(simulated)}}}"
        f"@bottom-{start}{{content:{_quoted(made)}}}"
        f'@bottom-{end}{{content:counter(page) " / " counter(pages)}}'
    )
    return Markup(f"@page{{margin:20mm 16mm;direction:{words.direction()};{_BOXES}{boxes}}}")


_BOXES = 'font:8pt "Noto Sans","Noto Naskh Arabic","Noto Sans CJK SC",system-ui,sans-serif;color:#3d444a;'


def _quoted(text: str) -> str:
    """A string of CSS in which nothing can end the string or the style."""
    return '"' + "".join(c if c.isalnum() or c in " .,·-" else f"\\{ord(c):x} " for c in text) + '"'


def _context(result: OpinionResult) -> dict[str, Any]:
    ranking = result.headline_ranking
    by_id = {entry.id: entry for entry in result.statements}
    place = {entry.id: n for n, entry in enumerate(result.statements)}
    named = [by_id[key] for key in dict.fromkeys([*result.headline, *result.divisive])]
    ordered = sorted(result.statements, key=lambda entry: (_rank(entry, ranking), place[entry.id]))
    return {
        "language": words.language(),
        "direction": words.direction(),
        "result": result,
        "source": result.source,
        "counts": result.counts,
        "page_title": _page_title(result),
        "title": texts.harmless(result.source.title, 200) or say("untitled"),
        "description": texts.paragraphs(result.source.description),
        "address": result.source.url if re.match(r"https?://[^\s]+\Z", result.source.url) else "",
        "what_this_is": findings.what_this_is(result),
        "each": _each(result),
        "findings": findings.main_findings(result),
        "statement": by_id.__getitem__,
        "anchor": lambda entry: f"s{place[entry.id]}",
        "text_of": lambda entry: texts.harmless(findings.statement_text(entry)),
        "translated": _translated,
        "ground": lambda entry: findings.ground(entry, ranking),
        "headline_words": lambda entry: _headline_words(result, entry),
        "at_least": lambda entry: findings.at_least(result, findings.ground(entry, ranking)),
        "far_apart": lambda entry: findings.far_apart(result, entry),
        "rows": lambda entry: _rows(result, entry),
        "against": lambda group, rate, others: (
            Row(_group_key(result, group.id), _style_of(result, group.id), rate),
            Row(say("others"), "", others),
        ),
        "all_of": lambda rate: (Row(say("everyone"), "", rate),),
        "measure": findings.measure(result),
        "dash": say("dash_floor", n=result.settings.floor) if result.settings.floor > 1 else say("dash"),
        "for_one_place": -(-result.slate.people // max(len(result.slate.entries), 1)),
        "map": drawings.opinion_map(result),
        "cell_sizes": [cell.people for cell in result.cells],
        "directions": _directions(result),
        "drawn_axes": min(result.quality.axes, 2),
        "segments": [(segment, [_by_label(segment, entry) for entry in named]) for segment in result.segments],
        "wide": lambda segment: len(segment.labels) > MOST_COLUMNS,
        "marked": _marked(result),
        "asked": any(entry.important_by_group is not None for entry in result.statements),
        "lacking": _lacking(result.next_statements, by_id),
        "most_needed": [by_id[key] for key in result.next_statements.most_needed if key in by_id],
        "ordered": ordered[:MOST_ROWS],
        "out": _why_out,
        "coverage": figures.coverage(result.settings.confidence_z),
        "most_listed": MOST_LISTED,
        "resampled": sorted(Counter(result.stability.groups_in_resamples).items()),
        "ranking_key": _RANKINGS[ranking],
        "cut": any(len(entry.text) > texts.LONGEST for entry in result.statements),
    }


_RANKINGS = {
    Ranking.LEAST_AGREEING_FIFTH: "fifth",
    Ranking.LEAST_GROUP: "group",
    Ranking.GROUP_INFORMED_CONSENSUS: "consensus",
}


def _rank(entry: StatementResult, ranking: Ranking) -> float:
    rank = findings.ground(entry, ranking).rank
    return math.inf if rank is None else rank


def _page_title(result: OpinionResult) -> str:
    title = say("report_title", title=texts.harmless(result.source.title, 200) or say("untitled"))
    if result.source.simulated and not title.startswith(say("simulated")):
        return say("simulated_title", simulated=say("simulated"), title=title)
    return title


def _headline_words(result: OpinionResult, entry: StatementResult) -> str:
    """Estimate and interval, the group that agrees least, and the least within each declared trait."""
    score = findings.ground(entry, result.headline_ranking)
    if score.estimate is None or score.lower is None or score.upper is None:
        return ""
    if findings.measure(result) == "score":
        between = f"{figures.decimal(score.lower)}–{figures.decimal(score.upper)}"
        said = [say("estimate_span", estimate=figures.decimal(score.estimate), span=between)]
    else:
        between = figures.span(score.lower, score.upper)
        said = [say("estimate_span", estimate=figures.percent(score.estimate), span=between)]
    if score.weakest is not None and len(result.groups) > 1:
        said.append(say("weakest_group", id=score.weakest))
    for group, rate in zip(result.groups, entry.by_group, strict=False):
        share = findings.share_of(rate)
        if share is not None and share < findings.MOST <= score.lower:
            said.append(say("but_group", id=group.id, share=figures.percent(share)))
    for part in entry.by_segment:
        if part.least.weakest is not None and part.least.estimate is not None:
            said.append(
                say(
                    "weakest_segment",
                    name=texts.named(part.name),
                    label=texts.named(part.least.weakest),
                    estimate=figures.percent(part.least.estimate),
                    span=figures.span(part.least.lower, part.least.upper),
                )
            )
    return Markup(" ").join(said)


def _each(result: OpinionResult) -> str:
    """How many statements a person answered on average, in digits; "" where everybody answered all."""
    counts = result.counts
    if not counts.participants or counts.votes >= counts.participants * counts.statements:
        return ""
    average = counts.votes / counts.participants
    return f"{average:.0f}" if average >= 10 else f"{average:.1f}"


def _translated(entry: StatementResult) -> str:
    found = texts.translation(entry.translations, entry.language, words.language())
    return texts.harmless(found) if found else ""


def _group_key(result: OpinionResult, group_id: str) -> Markup:
    return drawings.key([group.id for group in result.groups].index(group_id), group_id)


def _style_of(result: OpinionResult, group_id: str) -> str:
    return f"g{drawings.style_of([group.id for group in result.groups].index(group_id))}"


def _rows(result: OpinionResult, entry: StatementResult) -> list[Row]:
    """Everybody, then each group; with one group only everybody."""
    rows = [Row(say("everyone"), "", entry.overall)]
    if len(result.groups) > 1:
        rows += [
            Row(_group_key(result, group.id), _style_of(result, group.id), rate)
            for group, rate in zip(result.groups, entry.by_group, strict=False)
        ]
    return rows


def _rate_cells(rate: Rate | None) -> list[str]:
    """Agrees, passes, disagrees, share and interval; a dash each where the rate was left out."""
    if rate is None:
        return [say("no_figure")] * 5
    numbers = [figures.count(number) for number in (rate.agree, rate.passed, rate.disagree)]
    return [*numbers, figures.percent(rate.share), figures.span(rate.lower, rate.upper)]


def _directions(result: OpinionResult) -> list[tuple[int, list[Direction]]]:
    """For the axes that are drawn: the statement that rises most each way, from the model. Ties to the earlier statement."""
    found = []
    for axis in range(min(result.quality.axes, 2)):
        ways: list[Direction] = []
        for sign, way in ((1, ("axis_right", "axis_up")[axis]), (-1, ("axis_left", "axis_down")[axis])):
            best: Direction | None = None
            for entry in result.statements:
                if (
                    not entry.takes_part
                    or entry.intercept is None
                    or len(entry.slopes) <= axis
                    or entry.overall is None
                    or entry.overall.share is None
                ):
                    continue
                step = sign * entry.slopes[axis]
                low, high = _logistic(entry.intercept - step), _logistic(entry.intercept + step)
                if (
                    high > max(low, LIKELY[0])
                    and low < LIKELY[1]
                    and (best is None or high - low > best.high - best.low)
                ):
                    best = Direction(say(way), entry, low, high)
            if best is not None:
                ways.append(best)
        if ways:
            found.append((axis + 1, ways))
    return found


def _logistic(value: float) -> float:
    return round(1 / (1 + math.exp(-max(-50.0, min(50.0, value)))), 6)


def _by_label(segment: SegmentResult, entry: StatementResult) -> LabelRates:
    parts = [part for part in entry.by_segment if part.name == segment.name]
    if not parts:
        return LabelRates(entry, (), say("no_figure"), say("no_figure"))
    part = parts[0]
    known = [(share, -n) for n, rate in enumerate(part.rates) if (share := findings.share_of(rate)) is not None]

    def named(share: float, n: int) -> str:
        rate = part.rates[n]
        label = texts.named(segment.labels[n])
        return say("least_in", share=figures.percent(share), n=rate.seen if rate else 0, label=label)

    if not known:
        return LabelRates(entry, part.rates, say("no_figure"), say("no_figure"))
    (most, first), (least, last) = max(known), min((share, -n) for share, n in known)
    return LabelRates(entry, part.rates, named(least, last), named(most, -first))


def _marked(result: OpinionResult) -> list[tuple[StatementResult, float]] | None:
    """Statements by the share of voters who marked them; ties to the earlier statement. None where nobody was asked."""
    asked = [
        (entry.important / entry.overall.seen, -n, entry)
        for n, entry in enumerate(result.statements)
        if entry.takes_part and entry.important is not None and entry.overall is not None and entry.overall.seen
    ]
    if not asked:
        return None
    asked.sort(key=lambda found: found[:2], reverse=True)
    return [(entry, share) for share, _, entry in asked[:MOST_MARKED] if share > 0]


def _lacking(wanted: NextStatements, by_id: dict[int | str, StatementResult]) -> list[StatementResult]:
    return [by_id[key] for key in wanted.lacking_evidence if key in by_id]


def _why_out(entry: StatementResult) -> str:
    return "" if entry.takes_part else say("out_rejected" if entry.moderation == "rejected" else "out_other")
