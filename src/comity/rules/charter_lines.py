"""Where in the text of a charter each key is written, and refusals that name the place. TOML readers do not tell."""

from __future__ import annotations

import re
from typing import NoReturn

from comity.rules.errors import CharterError, Said, said

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class Lines:
    """Where each key is written, found by a plain look at the lines; a key that is not found has its table's line."""

    def __init__(self, text: str) -> None:
        self.at: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = {}
        table, ordinal, quoted = "", 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if quoted:
                quoted = "" if quoted in line else quoted
                continue
            if header := _HEADER.match(line):
                table = header[1]
                counts[table] = counts.get(table, 0) + (line.lstrip().startswith("[["))
                ordinal = counts.get(table.split(".")[0], 0)
                self.at.setdefault((table, ordinal, ""), number)
            elif key := _KEY.match(line):
                self.at.setdefault((table, ordinal, key[1]), number)
            for mark in ('"""', "'''"):
                if line.count(mark) == 1:
                    quoted = mark

    def line(self, table: str, ordinal: int, key: str) -> int:
        """The line of a key in the nth table of that name, from 1."""
        return self.at.get((table, ordinal, key)) or self.at.get((table, ordinal, "")) or 1


class Place:
    """Where in the file something stands, and the refusal that names it."""

    def __init__(self, file: str, clause: str, line: int) -> None:
        self.file, self.clause, self.line = file, clause, line

    def refuse(self, problem: str | Said, mend: str | Said, **values: object) -> NoReturn:
        """Templates of `charter_words` with their values, or what another refusal said."""
        raise CharterError(
            said(problem, **values) if isinstance(problem, str) else problem,
            said(mend, **values) if isinstance(mend, str) else mend,
            file=self.file,
            line=self.line,
            clause=self.clause,
        )
