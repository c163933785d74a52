"""What one cell may hold: an id, a vote, a time, a mark. Every adapter, text or binary, asks here, so all accept the same.

A value may come as text (CSV), or as a number, date or truth value (JSON, Parquet, frames). What cannot be taken raises
`CellError`, which knows what is wrong and how to mend it; the caller knows the place.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.formats.consultation import ProblemKind
from comity.opinion.votes import AGREE, DISAGREE, PASS, Moderation

LONGEST_ID = 200
LARGEST_NUMBER = 10**18  # an id of 19 digits or more is text, as in `Votes`: int64 ends there

_VOTES = {"agree": AGREE, "pass": PASS, "disagree": DISAGREE, "1": AGREE, "+1": AGREE, "0": PASS, "-1": DISAGREE}
_NUMBER_VOTE = re.compile(r"([+-]?[01])\.0*")
_MODERATION = {
    "": Moderation.UNMODERATED,
    "0": Moderation.UNMODERATED,
    "1": Moderation.ACCEPTED,
    "-1": Moderation.REJECTED,
    **{choice.value: choice for choice in Moderation},
}
_MARKS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_OVERRIDES = re.compile("[\u202d\u202e]")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Times are counted from 1970 in seconds, milli-, micro- or nanoseconds; the size says which, for any date of 1973 to 5138.
_SECONDS_BELOW = 10**11
_MILLISECONDS_BELOW = 10**14
_MICROSECONDS_BELOW = 10**17


class CellError(ValueError):
    """A cell that cannot be taken: the kind of problem, what is wrong, and the mend."""

    def __init__(self, kind: ProblemKind, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.kind = kind
        self.what = what
        self.mend = mend


def shown(value: Any) -> str:
    """The value as a message shows it: escaped where invisible, cut after 60 characters."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > 60:
        text = f"{text[:59]}…"
    return f"“{_INVISIBLE.sub(lambda found: f'<U+{ord(found.group()):04X}>', text)}”"


def id_of(value: Any, kind: ProblemKind) -> int | str:
    """An id: a whole number from 0, or text; text of digits without a leading zero is the number. Space around is trimmed."""
    if isinstance(value, str):
        bare = value.strip()
        if not bare:
            raise CellError(kind, "the id is empty.", "Give every row one, or leave the row out.")
        if bare.isascii() and bare.isdigit() and len(bare) < 19 and (bare[0] != "0" or bare == "0"):
            return int(bare)
        if bare[0] == "-" and bare[1:].isascii() and bare[1:].isdigit():
            return _negative(value, kind)
        found = _INVISIBLE.search(bare)
        if found is not None and found.group() in "\r\n":
            raise CellError(
                kind, f"the id {shown(bare)} spans lines.", "Close the quotation mark that is open in this record."
            )
        if found is not None:
            raise CellError(
                ProblemKind.INVISIBLE,
                f"the id {shown(bare)} holds the invisible character U+{ord(found.group()):04X}.",
                "Remove it: two ids that look the same would count as two.",
            )
        if len(bare) > LONGEST_ID:
            raise CellError(
                kind,
                f"the id {shown(bare)} has {len(bare):,} characters.",
                f"Use ids of at most {LONGEST_ID} characters.",
            )
        return bare
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        if value < 0:
            return _negative(value, kind)
        return int(value) if value < LARGEST_NUMBER else str(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and 0 <= value < 2**53:
        return int(value)
    if value is None or value != value:
        raise CellError(kind, "the id is missing.", "Give every row one, or leave the row out.")
    raise CellError(kind, f"{shown(value)} is not an id.", "Use a whole number or text.")


def _negative(value: Any, kind: ProblemKind) -> int | str:
    raise CellError(
        kind,
        f"{shown(value)} is negative, which in most systems stands for an unknown id.",
        "Give each its own id: a whole number from 0, or text.",
    )


def vote_of(value: Any) -> int:
    """+1, 0 or -1 from 1, 0, -1 (also 1.0) or agree, pass, disagree in any case."""
    if isinstance(value, str):
        bare = value.strip()
        vote = _VOTES.get(bare)
        if vote is None:
            vote = _VOTES.get(bare.lower())
        if vote is None and (number := _NUMBER_VOTE.fullmatch(bare)):
            vote = int(number.group(1))
        if vote is not None:
            return vote
        if not bare:
            raise CellError(
                ProblemKind.VOTE,
                "the vote is empty.",
                "Leave the row out if no vote was cast; write 0 or pass if the person passed.",
            )
    elif value is None or value != value:
        raise CellError(
            ProblemKind.VOTE,
            "the vote is missing.",
            "Leave the row out if no vote was cast; write 0 or pass if the person passed.",
        )
    elif not isinstance(value, (bool, np.bool_)) and isinstance(value, (int, float, np.number)) and value in (-1, 0, 1):
        return int(value)
    raise CellError(
        ProblemKind.VOTE,
        f"{shown(value)} is not a vote.",
        "Use 1, 0 or -1, or agree, pass or disagree.",
    )


def time_of(value: Any) -> int:
    """Microseconds since 1970 from a number (seconds to nanoseconds, by size), an ISO 8601 text or a datetime.

    Only the order of times matters. A date without a zone is taken as UTC.
    """
    try:
        if isinstance(value, str):
            bare = value.strip()
            if _WHOLE.fullmatch(bare):
                return _scaled(int(bare))
            if _DECIMAL.fullmatch(bare):
                return _scaled(float(bare))
            return _instant(datetime.fromisoformat(bare))
        if isinstance(value, datetime):
            return _instant(value)
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            return _scaled(value.item() if isinstance(value, np.generic) else value)
    except (ValueError, OverflowError):
        pass
    empty = value is None or value != value or (isinstance(value, str) and not value.strip())
    raise CellError(
        ProblemKind.TIME,
        "the time is missing." if empty else f"{shown(value)} is not a time.",
        "Use seconds or milliseconds since 1970, or ISO 8601; without times leave the whole column out.",
    )


def _scaled(number: int | float) -> int:
    size = abs(number)
    if not size < 9 * 10**18:  # NaN too
        raise ValueError
    if size < _SECONDS_BELOW:
        return round(number * 1_000_000)
    if size < _MILLISECONDS_BELOW:
        return round(number * 1_000)
    return round(number) if size < _MICROSECONDS_BELOW else round(number) // 1_000


def times_of(numbers: npt.NDArray[Any]) -> npt.NDArray[np.int64] | None:
    """`time_of` for an array (n,) of int64 or float64; None if one of them is no time."""
    size = np.abs(numbers)
    if len(numbers) and not bool((size < 9 * 10**18).all()):
        return None
    if numbers.dtype.kind == "i":
        scaled = np.where(
            size < _SECONDS_BELOW, numbers * 1_000_000, np.where(size < _MILLISECONDS_BELOW, numbers * 1_000, numbers)
        )
        return np.where(size < _MICROSECONDS_BELOW, scaled, numbers // 1_000).astype(np.int64)
    fine = np.where(
        size < _SECONDS_BELOW, numbers * 1_000_000, np.where(size < _MILLISECONDS_BELOW, numbers * 1_000, numbers)
    )
    whole = np.rint(fine).astype(np.int64)
    return np.where(size < _MICROSECONDS_BELOW, whole, whole // 1_000)


def _instant(moment: datetime) -> int:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def mark_of(value: Any, kind: ProblemKind = ProblemKind.IMPORTANT) -> bool:
    """A mark (important, meta, seed): 1, true or yes; 0, false, no or nothing."""
    if value is None:
        return False
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and (mark := _MARKS.get(value.strip().lower())) is not None:
        return mark
    raise CellError(kind, f"{shown(value)} is not a mark.", "Use 1, true or yes; 0, false, no or nothing.")


def moderation_of(value: Any) -> Moderation:
    """Moderation from 1, -1, 0 or accepted, rejected, unmoderated; nothing = unmoderated."""
    if value is None:
        return Moderation.UNMODERATED
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and value in (-1, 0, 1):
        return _MODERATION[str(int(value))]
    if isinstance(value, str) and (choice := _MODERATION.get(value.strip().lower().removesuffix(".0"))) is not None:
        return choice
    raise CellError(
        ProblemKind.VALUE,
        f"{shown(value)} is not a moderation.",
        "Use accepted (1), rejected (-1), or unmoderated (0 or nothing).",
    )


def text_of(value: Any) -> str:
    """Text, as it is; nothing = empty. A NUL, which no other program would carry on, is refused."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    text = value if isinstance(value, str) else str(value)
    if "\x00" in text:
        raise CellError(ProblemKind.VALUE, "the text holds a NUL character.", "Remove it.")
    return text


def label_of(value: Any) -> str:
    """The value of a declared trait, trimmed; nothing = not declared."""
    label = text_of(value).strip()
    if any(mark in label for mark in "\r\n") or len(label) > LONGEST_ID:
        raise CellError(
            ProblemKind.VALUE,
            f"{shown(label)} spans lines or is longer than {LONGEST_ID} characters.",
            "Use a short label on one line.",
        )
    return label


def has_direction_override(text: str) -> bool:
    """Whether the text can make its reader see characters in another order than they are stored."""
    return _OVERRIDES.search(text) is not None
