"""The map by region: one equal cell for each party, drawn as a list of links, so that it wraps, mirrors and reads aloud like a text.

A cell has the country code, a sign for the status and a ground for the family of statuses; a corner marks what is contested. None of
these is a colour alone, and the whole is said again for who does not see it and in the table beneath.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comity.office.charter.telling import headed, several
from comity.office.members.queries.register import Block, Row
from comity.office.members.vocabulary import SIGNS, Status

_CELL = (
    '<li><a class="tile {}" href="{}" title="{}"><span class="code" aria-hidden="true">{}</span>'
    '<span class="sign" aria-hidden="true">{}</span><span class="unseen">{}</span></a></li>'
)
_REGION = (
    '<div class="region"><h3 id="region-{0}">{1}</h3>\n<ul class="tiles" aria-labelledby="region-{0}">{2}</ul></div>\n'
)
_SIGN = '<li><span class="tile {}" aria-hidden="true"><span class="sign">{}</span></span> {}</li>'


def tile_map(blocks: Sequence[Block]) -> SafeString:
    """The cells of each region and what the signs mean, as HTML. No query."""
    contested = _("contested")
    labels = {status: str(status.label) for status in Status}

    def cells(rows: Iterable[Row]) -> Iterable[tuple[str, ...]]:
        for row in rows:
            status = row.standing.status
            disputed = row.contested
            said = headed(row.name.text, several([labels[status], contested]) if disputed else labels[status])
            ground = f"{status.value} contested" if disputed else status.value
            yield ground, row.url, said, row.short, SIGNS[status], said

    drawn = format_html_join(
        "",
        _REGION,
        ((block.region or "none", block.name, format_html_join("", _CELL, cells(block.rows))) for block in blocks),
    )
    rows = [row for block in blocks for row in block.rows]
    present = {row.standing.status for row in rows}
    key = [(status.value, SIGNS[status], labels[status]) for status in Status if status in present]
    key += [("contested", "", contested)] if any(row.contested for row in rows) else []
    return format_html(
        '{}<ul class="key" aria-label="{}">{}</ul>', drawn, _("What the signs mean"), format_html_join("", _SIGN, key)
    )
