"""Symbols of documents: A/1, A/L.3, A/1/Rev.2, A/1/Add.1/Corr.1.

A symbol is a stem and a number: the stem ends with a stroke or a full stop, the number is the next of its stem, from 1, without
gaps, and never given twice. Stems come from the organisation's scheme (`comity.rules.symbols`), which its charter holds. A change of
the scheme changes nothing that was given before.

The charter in force is kept by an office above this one: that office registers how to read the scheme.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from comity.rules.symbols import Scheme

SYMBOL = re.compile(r"[A-Z][A-Za-z0-9./-]{0,98}[0-9]\Z")


_reads: Callable[[], Scheme] = Scheme


def register_scheme(reads: Callable[[], Scheme]) -> None:
    """Say how to read the organisation's scheme; done once, by the office that keeps its charter. Until then the usual one holds."""
    global _reads
    _reads = reads


def scheme() -> Scheme:
    """The scheme of the charter in force."""
    return _reads()


def is_symbol(text: str) -> bool:
    """Whether this could be a symbol; says nothing on whether a document has it."""
    return bool(SYMBOL.match(text))
