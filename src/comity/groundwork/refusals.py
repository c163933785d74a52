"""Why an act is not done: refusals speak to the person, and say what would mend it."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 1000
"""Letters of a refusal. It may quote what somebody wrote, which may be a book."""


class Refused(Exception):
    """An act that cannot be done. field: the argument or form field that is at fault, None: none."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message if len(message) <= LONGEST else message[: LONGEST - 1] + "…")
        self.field = field


class NotAllowed(Refused):
    """Whoever acts does not hold a role that may."""


class NotFound(Refused):
    """What is asked for does not exist, or is not for this reader: the two are told apart to nobody."""


class Unavailable(Refused):
    """What could be had, but not at this moment: ask again."""


class ChangedMeanwhile(Refused):
    """The thing changed since whoever acts last saw it. since: sequence numbers of the events that they have not seen."""

    def __init__(self, message: str, since: Iterable[int]) -> None:
        super().__init__(message)
        self.since = tuple(since)
