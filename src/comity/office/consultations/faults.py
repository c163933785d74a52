"""Faults of files that somebody hands in: each with its file, line and column, and all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.refusals import Refused

LISTED = 100
"""Faults that a page lists; all are counted."""
QUOTED = 5
"""Faults that a sentence quotes, for whoever has no page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be taken as it is. sentence: where it stands, what is wrong, and the mend."""

    file: str
    sentence: str


def fault(file: str, what: str, *, line: int = 0, column: str = "") -> Fault:
    """A fault in its place. line: from 1, 0 for the whole file; column: its name, empty for the whole line."""
    words = {"file": file, "line": line, "column": column, "what": what}
    if line and column:
        return Fault(file, _("%(file)s, line %(line)d, column %(column)s: %(what)s") % words)
    if line:
        return Fault(file, _("%(file)s, line %(line)d: %(what)s") % words)
    return Fault(file, _("%(file)s: %(what)s") % words)


class FaultyFiles(Refused):
    """Files that cannot be taken. faults: of all files, in their order; count: with those that are not kept one by one."""

    def __init__(self, faults: Sequence[Fault], *, count: int = 0, field: str | None = None) -> None:
        self.faults = tuple(faults)
        self.count = max(count, len(self.faults))
        quoted = [one.sentence for one in self.faults[:QUOTED]]
        super().__init__(
            _("The files cannot be taken: %(why)s") % {"why": " ".join([*quoted, *more(self.count - len(quoted))])},
            field=field,
        )

    def listed(self) -> list[Fault]:
        """What a page shows: the first faults, and how many there are besides."""
        shown = list(self.faults[:LISTED])
        return [*shown, *(Fault("", rest) for rest in more(self.count - len(shown)))]


def more(count: int) -> list[str]:
    """How many faults are not listed, as a sentence; nothing for none."""
    if count <= 0:
        return []
    return [_("Further faults: %(count)d.") % {"count": count}]
