"""Taking answers: from what people sent, and the logs and ballots as they are, to what one commit writes.

Pure: the same asks, ballots and salts give the same bytes. One participant may ask several times in a commit; each ask sees what
the one before it left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from comity.ballot_box.answers import ANSWER_BYTES, Ballot, traits_text, unpack, with_answer, with_device, with_traits
from comity.ballot_box.chain import SALT_BYTES, Content, commitment, link_hash
from comity.ballot_box.refusals import BoxRefuses, Receipt, Refusal, Refused
from comity.ballot_box.rules import Rules
from comity.ballot_box.store import Key, Line, Tip


@dataclass(slots=True, eq=False)
class Ask:
    """What one participant sent at once, checked against `rules`.

    rows: packed answers that are to be taken; places: their rows in what was sent; numbers: of each in the queue of `device`, None
    for none; refused: rows that are refused already. at: milliseconds since 1970. traits: declared now, None takes one back.
    every: also what changes nothing gets an entry (an import keeps its history). settle: a future, asyncio's or concurrent's.
    """

    rules: Rules
    participant: int
    at: int
    rows: Sequence[bytes] = ()
    places: Sequence[int] = ()
    numbers: Sequence[int | None] = ()
    device: str = ""
    refused: tuple[Refused, ...] = ()
    traits: Mapping[str, str | None] | None = None
    every: bool = False
    settle: Any = None


@dataclass(slots=True)
class Commit:
    """What a commit writes, and what becomes of each ask."""

    lines: list[Line] = field(default_factory=list)
    ballots: dict[Key, Ballot] = field(default_factory=dict)
    tips: dict[int, Tip] = field(default_factory=dict)
    outcomes: list[Receipt | BoxRefuses] = field(default_factory=list)


def keys(asks: Sequence[Ask]) -> list[Key]:
    """Whose ballots the asks are about, each once."""
    return list(dict.fromkeys((ask.rules.number, ask.participant) for ask in asks))


def take(
    asks: Sequence[Ask],
    tips: Mapping[int, Tip],
    ballots: Mapping[Key, Ballot],
    salts: bytes,
    fresh: Callable[[str], Rules | None],
) -> Commit:
    """What one commit writes for these asks, in their order.

    salts: `SALT_BYTES` random bytes for each ask. fresh: rules as they are now, asked where an ask was checked against older ones.
    """
    commit = Commit()
    sums = {number: _Sum(tip) for number, tip in tips.items()}
    for n, ask in enumerate(asks):
        number = ask.rules.number
        if number not in tips:
            commit.outcomes.append(BoxRefuses(Refusal.CONSULTATION_UNKNOWN))
            continue
        if tips[number].revision != ask.rules.revision:
            outcome = _again(ask, fresh(ask.rules.consultation))
            if outcome is not None:
                commit.outcomes.append(outcome)
                continue
        key = number, ask.participant
        before = commit.ballots.get(key) or ballots.get(key) or _NOTHING
        ballot, rows, traits = _after(before, ask)
        if ballot is not before:
            so_far = sums[number]
            if rows or traits:
                position = so_far.tip.entries + len(so_far.commitments)
                salt = salts[n * SALT_BYTES : (n + 1) * SALT_BYTES]
                content = Content(ask.participant, ask.at, rows, traits)
                queue = f"{ask.device} {ballot.devices[-1][1]}" if ask.device and ballot.devices else ""
                commit.lines.append(Line(number, position, before.last, salt, content, queue))
                so_far.commitments.append(commitment(salt, position, content))
                ballot = Ballot(position, ballot.rows, ballot.devices, ballot.traits)
                so_far.people += before.last < 0
                so_far.answers += (len(ballot.rows) - len(before.rows)) // ANSWER_BYTES
            commit.ballots[key] = ballot
        commit.outcomes.append(Receipt(len(ask.rows), ask.refused))
    for number, so_far in sums.items():
        if so_far.commitments:
            commit.tips[number] = so_far.closed()
    return commit


@dataclass(slots=True)
class _Sum:
    """What a commit adds to one log."""

    tip: Tip
    commitments: list[bytes] = field(default_factory=list)
    people: int = 0
    answers: int = 0

    def closed(self) -> Tip:
        tip = self.tip
        hashed = link_hash(tip.hash, tip.entries, self.commitments)
        entries = tip.entries + len(self.commitments)
        return Tip(tip.revision, entries, hashed, tip.people + self.people, tip.answers + self.answers)


_NOTHING = Ballot()


def _after(before: Ballot, ask: Ask) -> tuple[Ballot, bytes, str]:
    """The ballot after an ask (its latest entry still the one before), and what of the ask is new: packed answers, traits."""
    rows, devices = before.rows, before.devices
    done = dict(devices).get(ask.device, -1) if ask.device else -1
    new: list[bytes] = []
    for answer, number in zip(ask.rows, ask.numbers or (None,) * len(ask.rows), strict=True):
        if ask.device and number is not None:
            if number <= done:
                continue
            done = number
            devices = with_device(devices, ask.device, number)
        after = with_answer(rows, answer)
        if after is not rows or ask.every:
            new.append(answer)
            rows = after
    traits = declared = before.traits
    if ask.traits is not None:
        declared = with_traits(before.traits, ask.traits)
    if rows is before.rows and devices is before.devices and declared == traits and not new:
        if before.last < 0 and ask.traits is not None:  # joins without an answer
            return Ballot(), b"", "{}"
        return before, b"", ""
    changed = _said(ask.traits) if declared != traits else ""
    return Ballot(before.last, rows, devices, declared), b"".join(new), changed


def _said(traits: Mapping[str, str | None] | None) -> str:
    return traits_text({name: label or "" for name, label in (traits or {}).items()})


def _again(ask: Ask, rules: Rules | None) -> BoxRefuses | Receipt | None:
    """Check an ask against rules that have changed since; None if some of it is still to be taken."""
    if rules is None:
        return BoxRefuses(Refusal.CONSULTATION_UNKNOWN)
    ask.rules = rules
    if ask.every:
        return BoxRefuses(Refusal.FROZEN) if rules.frozen else None
    why = rules.refuses(ask.participant, ask.at)
    if why is not None:
        return BoxRefuses(why)
    refused = list(ask.refused)
    kept = []
    for row, answer in enumerate(unpack(b"".join(ask.rows))):
        no = rules.refuses_statement(answer.statement, withdrawing=answer.vote is None)
        if no is None:
            kept.append(row)
        else:
            refused.append(Refused(ask.places[row], no))
    ask.rows = [ask.rows[row] for row in kept]
    ask.places = [ask.places[row] for row in kept]
    ask.numbers = [ask.numbers[row] for row in kept] if ask.numbers else ()
    ask.refused = tuple(sorted(refused, key=lambda entry: entry.row))
    return None if ask.rows or ask.traits is not None else Receipt(0, ask.refused)
