"""What enters the log: an event, its leaf, and the parts of it that are only committed to.

A leaf is public for ever, in every export, for every audience. It therefore holds nothing about persons and nothing
that is confidential: such things are parts, of which the leaf has only a commitment, SHA-256 over a salt and the
part's canonical JSON. A part can be shown (payload and salt: anybody can check them against the leaf), withheld from
an audience, embargoed until a day or a decision, or erased with its salt for good. The tree is the same in all four
cases. Where even what was done is confidential, the act itself is such a part.

    leaf   {"act": {...}, "erases": [...], "id": ..., "sealed": {name: {"commitment": hex, ...}}, "time": ..., "v": 1}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast

from comity.ledger.canonical_json import CanonicalError, Json, canonical, read_canonical
from comity.ledger.errors import LedgerError, quoted

VERSION = 1
SALT_BYTES = 32
MOST_LEAF = 65_535
"""Bytes of a leaf: what an entry of C2SP's tlog-tiles can hold. Long texts go into parts or files."""
MOST_PAYLOAD = 16_000_000
"""Bytes of a part's canonical JSON."""
PUBLIC = "public"
ACT = "act"
"""Name of the part that is the act itself, where that is confidential."""

_COMMITMENT = b"comity/commitment/v1\n"
_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}\Z")
REFERENCE = re.compile(r"[a-z][a-z0-9_.-]{0,49}:[A-Za-z0-9._~-]{1,100}\Z")
"""How a thing is named in an event: its kind, a colon, its id."""
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,99}\Z")
_PART = re.compile(r"[a-z][a-z0-9_-]{0,49}\Z")
_AUDIENCE = re.compile(r"[a-z][a-z0-9_-]{0,49}(?::[A-Za-z0-9._~-]{1,100})?\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}\Z")


def _keys(required: str, optional: str = "") -> tuple[frozenset[str], frozenset[str]]:
    """Keys that an object must have, and all that it may have."""
    return frozenset(required.split()), frozenset((required + " " + optional).split())


_LEAF_KEYS = _keys("v id time", "act sealed erases")
_ACT_KEYS = _keys("type version", "data actor body about")
_SEALED_KEYS = _keys("commitment", "audience opens")
_OPENS_KEYS = _keys("", "at when")
_ERASURE_KEYS = _keys("event part")


class EventError(LedgerError):
    """An event, leaf, part or opening that is not as it must be."""


class Closed(StrEnum):
    """Why a part is not shown."""

    ERASED = "erased"
    """Payload and salt are gone for good; an event of the log says so."""
    EMBARGOED = "embargoed"
    """It will open at the time or with the decision that the leaf names."""
    WITHHELD = "withheld"
    """Whoever this record is for is not in the part's audience."""


@dataclass(frozen=True, slots=True)
class Opens:
    """When an embargoed part opens: at a time, or when what a reference names is done (`decision:17`). One of the two."""

    at: datetime | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What was done: its type and the version of the type's schema, by whom, for which body, about what, and facts for everybody.

    References are `kind:id`; they point at a person without naming one. Names and addresses belong into parts.
    """

    type: str
    data: Mapping[str, Json] = field(default_factory=dict)
    version: int = 1
    actor: str | None = None
    body: str | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """How a part is closed: a fresh random salt of 32 bytes, never used twice, for whom it is (None: anybody), and when it opens."""

    salt: bytes = field(repr=False)
    audience: str | None = None
    opens: Opens | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the leaf only commits to: a payload of JSON under a seal."""

    payload: Json
    seal: Seal


@dataclass(frozen=True, slots=True)
class Erasure:
    """Names the part of an earlier event that this event erases."""

    event: str
    part: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `id` is never used again; `cover` makes the act itself a part."""

    id: str
    time: datetime
    act: Act
    parts: Mapping[str, Part] = field(default_factory=dict)
    cover: Seal | None = None
    erases: tuple[Erasure, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: the part's canonical JSON, and the salt (32 bytes)."""

    payload: bytes
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A leaf, as it stands in the log, and for each of its sealed parts either the opening or why there is none."""

    leaf: bytes
    parts: Mapping[str, Opening | Closed] = field(default_factory=dict)

    def closed(self, part: str, why: Closed) -> Record:
        """The same record with one part closed; the opening is not in what is returned."""
        if part not in self.parts:
            raise EventError("the record has no part {part}", part=quoted(part))
        return replace(self, parts={**self.parts, part: why})

    def shown_to(self, audiences: Collection[str], now: datetime, done: Collection[str] = ()) -> Record:
        """The record as readers in these audiences may see it at `now`, when what the references in `done` name is done.

        A part under embargo stays closed to everybody; a part for others is withheld. What is erased stays erased.
        """
        sealed = read_leaf(self.leaf).sealed
        shown: dict[str, Opening | Closed] = {}
        for name, opening in self.parts.items():
            seal = sealed.get(name)
            if seal is None:
                raise EventError("the leaf has no part {part}", part=quoted(name))
            if isinstance(opening, Opening) and seal.opens and not _is_open(seal.opens, now, done):
                opening = Closed.EMBARGOED
            elif isinstance(opening, Opening) and seal.audience not in (None, PUBLIC, *audiences):
                opening = Closed.WITHHELD
            shown[name] = opening
        return replace(self, parts=shown)

    def act(self) -> Act | None:
        """What was done; None if that is a part which is closed here."""
        leaf = read_leaf(self.leaf)
        opening = self.parts.get(ACT)
        if leaf.act is None and isinstance(opening, Opening):
            return _act_of(_check_act(read_canonical(opening.payload)))
        return leaf.act


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a leaf says of a part: its commitment (32 bytes), for whom it is, and when it opens."""

    commitment: bytes
    audience: str | None = None
    opens: Opens | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf that was read and found well formed. `stated` is the act as JSON, None where it is itself a sealed part."""

    id: str
    time: datetime
    stated: Mapping[str, Json] | None
    sealed: Mapping[str, Sealed]
    erases: tuple[Erasure, ...]

    @property
    def act(self) -> Act | None:
        """What was done, if the leaf says it. Made when asked for: whoever verifies a million leaves needs none of them."""
        return None if self.stated is None else _act_of(self.stated)


# --- from event to record ---


def commit(payload: bytes, salt: bytes) -> bytes:
    """Commitment to a part's canonical JSON: 32 bytes that say nothing of it to whoever lacks the salt."""
    if len(salt) != SALT_BYTES:
        raise EventError("a salt has 32 bytes, this one {count}", count=len(salt))
    return sha256(_COMMITMENT + salt + payload).digest()


def seal(event: Event) -> Record:
    """The event's leaf, with all its parts open. Raises EventError or CanonicalError, with the place.

    The leaf is read back before it is given out, so nothing enters a log that a verifier would refuse.
    """
    parts = dict(event.parts)
    leaf: dict[str, object] = {"v": VERSION, "id": event.id, "time": time_text(event.time)}
    if ACT in parts:
        raise EventError("`act` is the name of the covered act: give the part another one")
    if event.cover is None:
        leaf["act"] = _act_json(event.act)
    else:
        parts[ACT] = Part(cast("Json", _act_json(event.act)), event.cover)
    openings: dict[str, Opening] = {}
    sealed = {}
    for name in sorted(parts):
        part = parts[name]
        payload = canonical(part.payload)
        if len(payload) > MOST_PAYLOAD:
            raise EventError(
                "the part {part} has {size} bytes, at most {most}: make it a file",
                part=quoted(name),
                size=len(payload),
                most=MOST_PAYLOAD,
            )
        openings[name] = Opening(payload, part.seal.salt)
        sealed[name] = _seal_json(commit(payload, part.seal.salt), part.seal)
    if sealed:
        leaf["sealed"] = sealed
    if event.erases:
        leaf["erases"] = [{"event": erased.event, "part": erased.part} for erased in event.erases]
    content = canonical(leaf)
    _check_leaf(leaf, len(content))
    if event.cover is not None:
        _check_act(parts[ACT].payload)
    return Record(content, openings)


def time_text(time: datetime) -> str:
    """UTC to the microsecond, always 27 characters: `2026-11-05T12:34:56.000000Z`. Raises EventError for a time without a zone."""
    if time.tzinfo is None:
        raise EventError("a time without a zone: {time}", time=time.isoformat())
    return time.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _act_json(act: Act) -> dict[str, object]:
    said: dict[str, object] = {"type": act.type, "version": act.version}
    if act.data:
        said["data"] = dict(act.data)
    if act.actor is not None:
        said["actor"] = act.actor
    if act.body is not None:
        said["body"] = act.body
    if act.about:
        said["about"] = list(act.about)
    return said


def _seal_json(commitment: bytes, seal: Seal) -> dict[str, object]:
    said: dict[str, object] = {"commitment": commitment.hex()}
    if seal.audience is not None:
        said["audience"] = seal.audience
    if seal.opens is not None:
        at, when = seal.opens.at, seal.opens.when
        said["opens"] = {
            **({} if at is None else {"at": time_text(at)}),
            **({} if when is None else {"when": when}),
        }
    return said


def _is_open(opens: Opens, now: datetime, done: Collection[str]) -> bool:
    return opens.when in done if opens.at is None else opens.at <= now


# --- from record back ---


def read_leaf(content: bytes) -> Leaf:
    """Read a leaf as it stands in a log. Raises EventError or CanonicalError."""
    return _check_leaf(read_canonical(content), len(content))


def faults(leaf: Leaf, parts: Mapping[str, Opening | Closed]) -> Iterator[tuple[str, LedgerError]]:
    """What is wrong with the parts that are given for a leaf, as name of the part and reason; nothing if all is well.

    An opening must be canonical JSON and lead to the commitment; a part may be embargoed or withheld only if its leaf says that it can be.
    That an erased part was erased by an event is for whoever sees the whole log.
    """
    for name in sorted(leaf.sealed.keys() - parts.keys()):
        yield name, EventError("neither the part nor the reason for its absence is there")
    for name, given in sorted(parts.items()):
        seal = leaf.sealed.get(name)
        if seal is None:
            yield name, EventError("the leaf has no such part")
        elif isinstance(given, Opening):
            try:
                if len(given.payload) > MOST_PAYLOAD:
                    raise EventError("{size} bytes, at most {most}", size=len(given.payload), most=MOST_PAYLOAD)
                if commit(given.payload, given.salt) != seal.commitment:
                    raise EventError("this is not what the leaf commits to")
                payload = read_canonical(given.payload)
                if name == ACT:
                    _check_act(payload)
            except (CanonicalError, EventError) as error:
                yield name, error
        elif given is Closed.EMBARGOED and seal.opens is None:
            yield name, EventError("embargoed, though the leaf names no day and no decision that opens it")
        elif given is Closed.WITHHELD and seal.audience in (None, PUBLIC):
            yield name, EventError("withheld, though the leaf says that it is for everybody")


def _check_leaf(value: object, size: int) -> Leaf:
    said = _object(value, "leaf", *_LEAF_KEYS)
    if size > MOST_LEAF:
        raise EventError(
            "a leaf of {size} bytes, at most {most}: put long texts into parts or files", size=size, most=MOST_LEAF
        )
    if type(said["v"]) is not int or said["v"] != VERSION:
        raise EventError("leaf of version {found}; this program reads {known}", found=quoted(said["v"]), known=VERSION)
    parts = said.get("sealed")
    sealed = (
        {}
        if parts is None
        else {
            _text(name, _PART, "not the name of a part: {found}"): _read_sealed(part)
            for name, part in _filled(parts, dict, "sealed").items()
        }
    )
    if ("act" in said) == (ACT in sealed):
        raise EventError("the act stands either in the leaf or among its sealed parts")
    erasures = said.get("erases")
    return Leaf(
        id=_text(said["id"], _ID, "not the id of an event: {found}"),
        time=_read_time(said["time"]),
        stated=_check_act(said["act"]) if "act" in said else None,
        sealed=sealed,
        erases=() if erasures is None else tuple(_read_erasure(entry) for entry in _filled(erasures, list, "erases")),
    )


def _check_act(value: object) -> Mapping[str, Json]:
    said = _object(value, "act", *_ACT_KEYS)
    version = said["version"]
    if type(version) is not int or version < 1:
        raise EventError("the version of an act's type is a whole number from 1, not {found}", found=quoted(version))
    _text(said["type"], _TYPE, "not the type of an act: {found}")
    if "data" in said:
        _filled(said["data"], dict, "data")
    references = [said[key] for key in ("actor", "body") if key in said]
    if "about" in said:
        references += _filled(said["about"], list, "about")
    for reference in references:
        _text(reference, REFERENCE, "not a reference, kind:id: {found}")
    return cast("Mapping[str, Json]", said)


def _act_of(said: Mapping[str, Any]) -> Act:
    """An act of what `_check_act` let pass."""
    about = tuple(said.get("about", ()))
    return Act(said["type"], said.get("data", {}), said["version"], said.get("actor"), said.get("body"), about)


def _read_sealed(value: object) -> Sealed:
    said = _object(value, "sealed", *_SEALED_KEYS)
    return Sealed(
        commitment=bytes.fromhex(_text(said["commitment"], _HEX, "not a commitment, 64 hexadecimal digits: {found}")),
        audience=_text(said["audience"], _AUDIENCE, "not an audience: {found}") if "audience" in said else None,
        opens=_read_opens(said["opens"]) if "opens" in said else None,
    )


def _read_opens(value: object) -> Opens:
    said = _object(value, "opens", *_OPENS_KEYS)
    if len(said) != 1:
        raise EventError("a part opens either at a time or when something is done")
    if "at" in said:
        return Opens(at=_read_time(said["at"]))
    return Opens(when=_text(said["when"], REFERENCE, "not a reference, kind:id: {found}"))


def _read_erasure(value: object) -> Erasure:
    said = _object(value, "erases", *_ERASURE_KEYS)
    return Erasure(
        _text(said["event"], _ID, "not the id of an event: {found}"),
        _text(said["part"], _PART, "not the name of a part: {found}"),
    )


def _read_time(value: object) -> datetime:
    try:
        return datetime.fromisoformat(_text(value, _TIME, "not a time as in 2026-11-05T12:34:56.000000Z: {found}"))
    except EventError:
        raise
    except ValueError:
        raise EventError("no such time: {time}", time=quoted(value)) from None


def _text(value: object, form: re.Pattern[str], refusal: str) -> str:
    if not isinstance(value, str) or not form.match(value):
        raise EventError(refusal, found=quoted(value))
    return value


def _object(value: object, what: str, required: frozenset[str], allowed: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise EventError("`{what}` is not an object", what=what)
    if not required <= value.keys() <= allowed:
        wrong = sorted((value.keys() - allowed) | (required - value.keys()), key=str)
        raise EventError(
            "`{what}` lacks, or should not have: {keys}", what=what, keys=quoted(", ".join(map(str, wrong)))
        )
    return value


def _filled(value: object, kind: type, what: str) -> Any:
    if not isinstance(value, kind) or not value:
        raise EventError("`{what}` is empty or of the wrong kind: leave it out if there is none", what=what)
    return value
