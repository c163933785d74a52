"""Who may read: every event, document and file names one audience.

`public`: anyone. `members`: whoever speaks for a party. `delegation:ID`: who speaks for that party. `secretariat`: who keeps the
record. The secretariat reads all; a delegation reads what is for members and for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

PUBLIC = "public"
MEMBERS = "members"
SECRETARIAT = "secretariat"
_DELEGATION = "delegation:"
_OF_ONE = re.compile(_DELEGATION + "[0-9A-Za-z]{1,64}")


def delegation(party_id: str) -> str:
    """The audience of those who speak for one party."""
    return _DELEGATION + party_id


def is_audience(text: str) -> bool:
    """Whether this names an audience."""
    return text in {PUBLIC, MEMBERS, SECRETARIAT} or bool(_OF_ONE.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes: the audiences that somebody belongs to. all: the secretariat belongs to every one, which no set can list."""

    audiences: frozenset[str]
    all: bool = False

    @classmethod
    def of(cls, *, parties: Iterable[str] = (), secretariat: bool = False) -> Self:
        """A reader who speaks for these parties, or keeps the record."""
        spoken_for = frozenset(map(delegation, parties))
        own = {PUBLIC} | ({MEMBERS} | spoken_for if spoken_for else set())
        return cls(frozenset(own), all=secretariat)

    @classmethod
    def at(cls, audience: str) -> Self:
        """The reader for whom an export to this audience is made. Raises ValueError if it is none."""
        if not is_audience(audience):
            raise ValueError(f"{audience!r} is not an audience: public, members, secretariat or delegation:ID")
        if audience == SECRETARIAT:
            return cls.of(secretariat=True)
        if audience.startswith(_DELEGATION):
            return cls.of(parties=[audience.removeprefix(_DELEGATION)])
        return cls(frozenset({PUBLIC, audience}))

    def may_read(self, audience: str) -> bool:
        """Whether something for this audience is for this reader."""
        return self.all or audience in self.audiences


ANYONE = Reader.of()
"""A reader of whom nothing is known."""
