"""The public conversations that figures are measured on, read from the folder of shared data."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from comity.opinion.formats import read
from comity.opinion.votes import Moderation, Votes

SHARED = Path(os.environ.get("COMITY_SHARED") or Path(__file__).resolve().parents[2] / "shared")
FOLDERS = {
    "vtaiwan": "vtaiwan.uberx",
    "biodiversity": "scoop-hivemind.biodiversity",
    "brexit": "brexit-consensus",
    "bowling-green": "american-assembly.bowling-green",
    "seattle": "15-per-hour-seattle",
}


class NoData(Exception):
    """The public conversations are not on this machine; the message says where they were looked for."""


def folder(name: str) -> Path:
    """Folder of a conversation. Raises NoData where it is not there."""
    found = SHARED / "data" / "polis" / FOLDERS[name]
    if not found.is_dir():
        raise NoData(f"{found} is not there: give the folder of shared data with SHARED=...")
    return found


def votes_of(name: str) -> Votes:
    """Votes of a conversation, moderated as its moderators did."""
    return read(folder(name)).votes


def unmoderated(votes: Votes) -> Votes:
    """The same votes with every statement taking part, as published comparisons of predictions have them."""
    free = tuple(replace(statement, moderation=Moderation.ACCEPTED, meta=False) for statement in votes.statements)
    return replace(votes, statements=free)
