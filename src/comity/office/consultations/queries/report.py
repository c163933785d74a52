"""The report of a result in the reader's language, and the files with which anybody computes every figure again, as one download."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.groundwork.refusals import NotFound
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation
from comity.office.consultations.queries.consultations import one_voice, segments_of

if TYPE_CHECKING:
    from comity.office.consultations.queries.results import Shown
    from comity.opinion.result import OpinionResult

_ANY_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a download: the same result is the same bytes."""


def report(current: Consultation, latest: Shown, *, printed: bool) -> str:
    """The engine's report as a page of its own, with the consultation's own words in the reader's language. Two queries.

    printed: with everything open, running heads and page numbers.
    """
    from comity.opinion.report import render_html  # loads what draws

    result = latest.result
    source = replace(
        result.source,
        title=str(current.title),
        description=str(current.background),
        url=current.source,
        attribution=current.attribution,
        simulated=current.simulated,
        notes=(*result.source.notes, one_voice(current)),
    )
    return render_html(replace(_in_words(current, result), source=source), _language(), printed=printed)


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _in_words(current: Consultation, result: OpinionResult) -> OpinionResult:
    """The result with questions about participants and their answers as the reader's language has them; figures stay as they are.

    A result names both by their original words. A question of which two answers would read the same keeps its own.
    """
    names, labels = {}, {}
    for asked in segments_of(current):
        words = {label.word.original: str(label.word) for label in asked.labels.all()}
        if len(set(words.values())) == len(words):
            labels[asked.question.original] = words
        names[asked.question.original] = str(asked.question)
    if len(set(names.values())) < len(names):
        names = {}
    segments = tuple(
        replace(
            one,
            name=names.get(one.name, one.name),
            labels=tuple(labels.get(one.name, {}).get(label, label) for label in one.labels),
        )
        for one in result.segments
    )
    statements = tuple(
        replace(
            entry,
            by_segment=tuple(replace(part, name=names.get(part.name, part.name)) for part in entry.by_segment),
        )
        for entry in result.statements
    )
    return replace(result, segments=segments, statements=statements)


def to_check(current: Consultation, latest: Shown) -> bytes:
    """A ZIP file with one folder: `result.json` and `sums.json` as they were published, and the report. Raises NotFound.

    The report is called by its language. A `report.html` would be compared with what the engine writes from `result.json` alone, which
    does not have the consultation's words in the reader's language.
    """
    published = the_box().version(current.id, latest.version)
    if published is None:
        raise NotFound(_("This result is not here any more."))
    folder = f"consultation-{current.id}"
    parts = {
        f"report-{_language()}.html": report(current, latest, printed=False).encode(),
        "result.json": gzip.decompress(published.result),
        "sums.json": gzip.decompress(published.sums),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _ANY_DAY)
            entry.external_attr = 0o644 << 16  # whoever unpacks it may read it
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
