"""Acts of control, as the writing thread does them: each in one transaction, and each may be repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from comity.ballot_box import rules as ruling
from comity.ballot_box.answers import ANSWER_BYTES
from comity.ballot_box.chain import genesis
from comity.ballot_box.refusals import BoxRefuses, Refusal
from comity.ballot_box.rules import Rules
from comity.ballot_box.store import OF_A_CONSULTATION, Reader, Store


@dataclass(frozen=True, slots=True)
class Erased:
    """entries: positions in the log that are empty now, from the first on."""

    entries: tuple[int, ...]


def rules_of(reader: Reader, consultation: str) -> Rules:
    """The rules of a consultation. Raises BoxRefuses if it is not there."""
    rules = reader.rules(consultation).get(consultation)
    if rules is None:
        raise BoxRefuses(Refusal.CONSULTATION_UNKNOWN)
    return rules


def change(
    store: Store, consultation: str, alter: Callable[[Rules], Rules], *, new: bool = False, frozen: bool = False
) -> None:
    """Alter rules. new: it may be a consultation that is not there yet; frozen: it may be one that is frozen. Raises BoxRefuses."""
    with store.transaction() as reader:
        if new and consultation not in reader.rules(consultation):
            store.execute(
                "INSERT INTO consultation (id, revision, rules, entries, head, people, answers, settled) "
                "VALUES (?, 0, ?, 0, ?, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
                (consultation, ruling.written(Rules(0, consultation)), genesis(consultation)),
            )
        rules = _locked(reader, store, consultation)
        if rules.frozen and not frozen:
            raise BoxRefuses(Refusal.FROZEN)
        altered = alter(rules)
        if altered != rules or rules.revision == 0:
            _revise(store, altered)


def bar(store: Store, consultation: str, participant: int, *, barred: bool) -> None:
    """Whether a participant's tickets count. Raises BoxRefuses."""
    with store.transaction() as reader:
        rules = _locked(reader, store, consultation)
        _bar(store, rules, participant, barred=barred)


def erase(store: Store, consultation: str, participant: int, *, barred: bool, now: int) -> Erased:
    """Empty a participant's entries and delete their ballot; now: milliseconds since 1970. Raises BoxRefuses."""
    with store.transaction() as reader:
        rules = _locked(reader, store, consultation)
        store.settle()
        answers = len(reader.ballot(rules.number, participant).rows) // ANSWER_BYTES
        emptied = _empty(store, reader, rules.number, participant)
        if emptied:
            key = rules.number, participant
            store.execute(
                "UPDATE consultation SET people = people - 1, answers = answers - ? WHERE number = ?",
                (answers, rules.number),
            )
            store.execute("DELETE FROM ballot WHERE consultation = ? AND participant = ?", key)
            store.execute("INSERT INTO erasure (consultation, participant, at) VALUES (?, ?, ?)", (*key, now))
        if barred:
            _bar(store, rules, participant, barred=True)
    return Erased(tuple(sorted(emptied)))


def discard(store: Store, consultation: str) -> None:
    """Delete a consultation with its log and its ballots, if it is there."""
    with store.transaction() as reader:
        rules = reader.rules(consultation).get(consultation)
        if rules is None:
            return
        store.settle()
        for table in OF_A_CONSULTATION:
            store.execute(f"DELETE FROM {table} WHERE consultation = ?", (rules.number,))
        store.execute("DELETE FROM consultation WHERE number = ?", (rules.number,))


def forget(store: Store, moment: int) -> None:
    """Forget who was erased before this moment."""
    with store.transaction():
        store.execute("DELETE FROM erasure WHERE at < ?", (moment,))


def _locked(reader: Reader, store: Store, consultation: str) -> Rules:
    """The rules as they are, and nobody else changes them until the transaction is over."""
    rules = rules_of(reader, consultation)
    store.tips([rules.number])
    return rules_of(reader, consultation)


def _revise(store: Store, rules: Rules) -> None:
    store.execute(
        "UPDATE consultation SET revision = ?, rules = ? WHERE number = ?",
        (rules.revision + 1, ruling.written(rules), rules.number),
    )


def _bar(store: Store, rules: Rules, participant: int, *, barred: bool) -> None:
    if barred:
        order = "INSERT INTO barred VALUES (?, ?) ON CONFLICT DO NOTHING"
    else:
        order = "DELETE FROM barred WHERE consultation = ? AND participant = ?"
    store.execute(order, (rules.number, participant))
    _revise(store, rules)


def _empty(store: Store, reader: Reader, number: int, participant: int) -> list[int]:
    """Empty a participant's entries, from the latest back to the first; their positions."""
    position, emptied = reader.ballot(number, participant).last, []
    while position >= 0:
        (before,) = store.execute(
            "SELECT before FROM entry WHERE consultation = ? AND position = ?", (number, position)
        ).fetchone()
        entry = next(reader.entries(number, position, 1))
        store.execute(
            "UPDATE entry SET participant = NULL, before = NULL, at = NULL, salt = NULL, answers = NULL, traits = NULL, queue = NULL, "
            "commitment = ? WHERE consultation = ? AND position = ?",
            (entry.committed(), number, position),
        )
        emptied.append(position)
        position = before
    return emptied
