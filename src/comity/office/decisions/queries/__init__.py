"""What the decisions office tells others, by subject. Importing this registers kinds of thing, tables, what waits, script lines."""

from comity.office.decisions.queries import (
    board,
    consensus,
    election,
    electorate,
    hall,
    organs,
    questions,
    reading,
    script,
    secret,
    secret_in_meeting,
    silence,
)

__all__ = [
    "board",
    "consensus",
    "election",
    "electorate",
    "hall",
    "organs",
    "questions",
    "reading",
    "script",
    "secret",
    "secret_in_meeting",
    "silence",
]
