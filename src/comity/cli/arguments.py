"""Verbs and their options, as argparse wants them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def add_verb(verbs: Any, name: str, what: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """A verb and what it does in a few words; run: from the parsed arguments to the exit code."""
    verb: argparse.ArgumentParser = verbs.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False
    )
    verb.set_defaults(run=run)
    return verb


def from_least(least: int) -> Callable[[str], int]:
    """A whole number of at least `least`, as argparse wants it."""

    def number(text: str) -> int:
        try:
            found = int(text)
        except ValueError:
            found = least - 1
        if found < least:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number of at least {least}")
        return found

    return number
