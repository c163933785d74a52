"""The live map: what a site holds while votes arrive.

A full run (`analyse`) finds a basis: axes, model, groups, cells. `LiveMap` holds it, together with everybody's votes, their exact tallies
and the totals of what each person adds to the published sums. A vote moves the tallies at once; a refresh takes out what the people
who voted since the last one added before, places them anew on the basis, and adds what they add now. All of it is integers, so
the sums are the same, byte for byte, as if everybody had been placed and counted afresh on that basis, whatever the order of the
votes and however they came in batches. Full runs are canonical; a live result names the one that it rests on. See docs/live.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.analysis import Analysis, analyse, conclude
from comity.opinion.basis import Basis, Placement, gather, place
from comity.opinion.floor import published_sums
from comity.opinion.result import BasisNote, Manipulation, OpinionResult, Settings, Source
from comity.opinion.rows import WITHDRAWN, Rows, VoteRows, grown
from comity.opinion.sums import Sums, digest
from comity.opinion.tallies import Tallies
from comity.opinion.votes import (
    BoolArray,
    IdArray,
    Int32Array,
    Int64Array,
    Segment,
    Statement,
    Votes,
    VotesError,
    plain_id,
)

Array = npt.NDArray[Any]
Id = int | str


@dataclass(slots=True)
class _Declared:
    """A declared trait of everybody: labels in the order in which they came, codes (n_people,) int32 into them, -1 = not declared."""

    labels: list[str]
    codes: Int32Array


@dataclass(frozen=True, slots=True)
class _Before:
    """People who have changed since the last refresh, as they were at it. counted (n_people,) bool: whether they were there."""

    people: Int64Array
    counted: BoolArray
    rows: Rows
    codes: Mapping[str, Int32Array]


@dataclass(frozen=True, slots=True)
class Suspected:
    """What a full run found of coordinated voters. said: as a result says it; people: ids of those in each of its clusters, for the
    owner of the votes alone.
    """

    said: Manipulation
    people: tuple[tuple[Id, ...], ...]


class LiveMap:
    """Everybody's votes, tallies and places on a held basis, kept up to date.

    One writer: calls must not overlap. A method that raises VotesError has changed nothing.

    Time, with n statements: a batch O(votes of the people in it x votes that change), a refresh O(votes of the people who have
    changed x axes^2) and what `conclude` takes. Memory beside the votes that it begins with (5 bytes per vote; they are kept and
    not copied): about 30 bytes per person, see `VoteRows` for rows that change, and 24 bytes per pair of statements. Nothing is
    held of where a person stands: it is computed from their votes when it is needed.
    """

    def __init__(
        self,
        votes: Votes,
        settings: Settings | None = None,
        *,
        held: Analysis | Basis | None = None,
        source: Source | None = None,
        coordination: bool = True,
        threads: int = 1,
    ) -> None:
        """Begin with these votes.

        held: a finished analysis of these very votes (with these settings), or a basis to place everybody on; None: a full run is
        made. source: title, notes and so on for results. coordination: whether full runs look for coordinated voters. threads:
        changes the time, never a result. Raises VotesError if what is held does not fit the votes.
        """
        self.settings = settings or Settings()
        self.source = source or Source("", "", "", "", False, "", (), ())
        self._coordination, self._threads = coordination, threads
        self.suspected: Suspected | None = None
        """Of the last full run; a refresh does not look again."""
        if held is None:
            self._run(votes, None)
            return
        basis = held.basis if isinstance(held, Analysis) else held
        if len(basis.model.means) != votes.n_statements:
            raise VotesError(
                f"the basis knows {len(basis.model.means)} statements and the votes have {votes.n_statements}: "
                "hold a basis that was found over the same statements."
            )
        run = basis.run
        same = (run.participants, run.votes) == (votes.n_participants, votes.n_votes)
        same = same and run.votes_sha256 == votes.digest()
        if isinstance(held, Analysis) and not same:
            raise VotesError("the analysis is of other votes: hold the analysis of these, or only its basis.")
        tallies = Tallies.of(votes, threads=threads)
        placement = held.placement if isinstance(held, Analysis) else place(votes, basis, threads=threads)
        self._begin(votes, basis, placement, tallies, since_run=same)

    def _run(self, votes: Votes, tallies: Tallies | None) -> OpinionResult:
        counted = tallies or Tallies.of(votes, threads=self._threads)
        found = analyse(
            votes,
            self.settings,
            source=self.source,
            tallies=counted,
            threads=self._threads,
            coordination=self._coordination,
        )
        self._begin(votes, found.basis, found.placement, counted, since_run=True)
        if found.result.manipulation is not None and found.coordination is not None:
            people = (tuple(votes.participant_ids[one.participants].tolist()) for one in found.coordination.clusters)
            self.suspected = Suspected(found.result.manipulation, tuple(people))
        return found.result

    def _begin(self, votes: Votes, basis: Basis, placement: Placement, tallies: Tallies, *, since_run: bool) -> None:
        n = votes.n_participants
        self._votes, self._tallies = votes, tallies
        self._basis_digest, self._since_run = basis.digest(), since_run
        everybody = basis.grouping  # where each person stood in the full run is not needed
        nobody = everybody.membership[:0].copy(), everybody.probabilities[:0].copy()
        self._basis = replace(basis, grouping=replace(everybody, membership=nobody[0], probabilities=nobody[1]))
        self._totals = gather(votes, basis, placement, threads=self._threads)
        self._asked = votes.important is not None
        self._segments = {
            name: _Declared(list(segment.labels), segment.codes.copy()) for name, segment in votes.segments.items()
        }
        self._statement_ids = votes.statement_ids
        self._statements = votes.statements
        self._column = {key: j for j, key in enumerate(votes.statement_ids.tolist())}
        self._rows = VoteRows(votes)
        self._newcomers: dict[Id, int] = {}
        self._newcomer_ids: list[Id] = []
        self._here = np.ones(n, dtype=np.bool_)
        self._counted = np.ones(n, dtype=np.bool_)  # in the totals
        self._changed = np.zeros(n, dtype=np.bool_)  # since the last refresh
        self._since = np.zeros(
            n, dtype=np.int32
        )  # votes that differ from those at the beginning, as of the last refresh
        self._people_since, self._votes_since = 0, 0
        self._before: list[_Before] = []
        self._sums: Sums | None = None

    # --- what is held ---

    @property
    def basis(self) -> Basis:
        """The basis, over all statements that there are now; membership and probabilities of its full run are not kept."""
        return self._basis

    @property
    def tallies(self) -> Tallies:
        """Exact tallies of everybody's votes as they are now. Not to be altered; a copy is `Tallies.from_bytes(... .to_bytes())`."""
        return self._tallies

    def votes(self) -> Votes:
        """Everybody's votes as they are now, in canonical form. O(votes) time and memory."""
        people = np.flatnonzero(self._here[: self._rows.n_people])
        began = self._votes.n_participants
        later = [self._newcomer_ids[i - began] for i in people[people >= began].tolist()]
        first = self._votes.participant_ids[people[people < began]]
        ids = np.concatenate((first, _id_array(later))) if later else first
        order = np.argsort(ids, kind="stable")
        chosen = people[order]
        rows = self._rows.of(chosen)
        return Votes(
            participant_ids=ids[order],
            statement_ids=self._statement_ids,
            offsets=rows.offsets,
            columns=rows.columns,
            values=rows.values,
            statements=self._statements,
            important=rows.marks if self._asked else None,
            segments={name: _canonical(name, declared, chosen) for name, declared in self._segments.items()},
        )

    def place(self, people: Iterable[Id]) -> Placement:
        """Where these people stand on the held basis, in the order given. Raises VotesError for somebody who is not here."""
        keys = _keys(people, "participant", self._text_people)
        numbers = self._numbers(keys)
        if (numbers < 0).any():
            raise VotesError(f"participant {keys[int(np.argmin(numbers))]!r} is not here: name people who have joined.")
        return place(self._as_votes(numbers, self._rows.of(numbers)), self._basis, threads=self._threads)

    def of(self, person: Id) -> Votes | None:
        """What one person has voted and declared, as it is now; None for somebody who is not here."""
        number = self._numbers(_keys([person], "participant", self._text_people))
        return None if number[0] < 0 else self._as_votes(number, self._rows.of(number))

    # --- what arrives ---

    def vote(self, person: Id, statement: Id, value: int | None, *, important: bool | None = None) -> None:
        """Take one vote, see `change`."""
        self.change([person], [statement], [value], important=None if important is None else [important])

    def change(
        self,
        people: Sequence[Id] | Array,
        statements: Sequence[Id] | Array,
        values: Sequence[float | None] | Array,
        *,
        important: Sequence[bool] | BoolArray | None = None,
    ) -> None:
        """Take a batch of votes, one entry in each argument, in this order: for a person and statement the last one counts.

        values: +1 agree, 0 pass, -1 disagree; None or NaN: the vote is withdrawn. important: whether the person marked the
        statement with this vote; without it, not. A person or statement that is voted on for the first time is added; withdrawing
        a vote that does not exist changes nothing. Taken whole or refused whole: VotesError names the entry.
        """
        cast = _cast(values)
        who = _keys(people, "participant", self._text_people)
        what = _keys(statements, "statement", self._text_statements)
        marks = np.zeros(len(cast), dtype=np.bool_) if important is None else np.asarray(important, dtype=np.bool_)
        for name, entries in (("people", who), ("statements", what), ("important", marks)):
            if len(entries) != len(cast):
                raise VotesError(
                    f"{name} has {len(entries)} entries and values has {len(cast)}: give one for each vote."
                )
        self._asked |= important is not None
        standing = np.flatnonzero(cast != WITHDRAWN).tolist()
        self._add_statements({what[e] for e in standing} - self._column.keys())
        numbers = self._numbers(who)
        if (numbers[standing] < 0).any():
            self._add_people([who[e] for e in standing if numbers[e] < 0])
            numbers = self._numbers(who)
        columns = np.fromiter((self._column.get(key, -1) for key in what), dtype=np.int64, count=len(what))

        kept = np.flatnonzero((numbers >= 0) & (columns >= 0))
        order = kept[
            np.lexsort((columns[kept], numbers[kept]))
        ]  # stable: of one person and statement the last is the last
        ordered = numbers[order], columns[order]
        last = np.ones(len(order), dtype=np.bool_)
        last[:-1] = (ordered[0][1:] != ordered[0][:-1]) | (ordered[1][1:] != ordered[1][:-1])
        order = order[last]
        changing, first = np.unique(numbers[order], return_index=True)
        offsets = np.append(first, len(order)).astype(np.int64)
        before = self._rows.of(changing)
        after = before.changed(offsets, columns[order], cast[order], marks[order])
        self._move(changing, before, after)

    def erase(self, person: Id) -> None:
        """Take a person and all their votes out, as if they had never come. Raises VotesError for somebody who is not here.

        Their former votes leave memory for good with the next `rebase` (and the caller's own copies).
        """
        key = _keys([person], "participant", self._text_people)[0]
        people = self._numbers([key])
        if people[0] < 0:
            raise VotesError(f"participant {key!r} is not here: there is nothing to erase.")
        self._move(people, self._rows.of(people), Rows.empty(1))
        self._here[people] = False
        self._newcomers.pop(key, None)

    def declare(self, person: Id, traits: Mapping[str, str | None]) -> None:
        """What a person declares of themselves: segment -> label, None or "" for not declared; other segments stay as they are.

        Somebody who is not here yet joins, so that an empty mapping is how to join without a vote. Raises VotesError for a segment
        that the votes at the beginning did not have (an empty one will do).
        """
        key = _keys([person], "participant", self._text_people)[0]
        unknown = sorted(traits.keys() - self._segments.keys())
        if unknown:
            raise VotesError(
                f"there is no segment {unknown[0]!r}: begin with votes that have it, be it declared by nobody."
            )
        if self._numbers([key])[0] < 0:
            self._add_people([key])
        people = self._numbers([key])
        self._remember(people, self._rows.of(people))
        for name, label in traits.items():
            declared = self._segments[name]
            if label and label not in declared.labels:
                declared.labels.append(label)
            declared.codes[people] = declared.labels.index(label) if label else -1

    def describe(self, statement: Statement) -> None:
        """A statement as it is from now on: a new one, or another text or moderation of one that is here.

        One that is rejected leaves the findings with the next refresh, and the model that places people with the next full run;
        a new one is counted at once, and enters the model with the next full run.
        """
        key = _keys([statement.id], "statement", self._text_statements)[0]
        self._add_statements({key} - self._column.keys())
        listed = list(self._statements)
        listed[self._column[key]] = replace(statement, id=key)
        self._statements = tuple(listed)
        self._sums = None

    # --- what is published ---

    def sums(self) -> Sums:
        """The sums on the held basis, byte for byte those of everybody placed and counted afresh on it."""
        self._settle()
        if self._sums is None:
            totals = self._totals
            for name, segment in totals.segments.items():
                labels = tuple(sorted(label for label, n in zip(segment.labels, segment.sizes, strict=True) if n))
                where = [labels.index(label) if label in labels else -1 for label in segment.labels]
                totals = totals.labelled(name, labels, np.array(where, dtype=np.int64))
            shell = self._as_votes(np.zeros(0, dtype=np.int64), Rows.empty(0))
            shell = shell if self._asked else replace(shell, important=None)
            self._sums = published_sums(totals, self._basis, shell, self.settings)
        return self._sums

    def refresh(self) -> OpinionResult:
        """Map, groups and common ground of the votes as they are now, on the held basis, which the result names.

        What needs every vote (coordinated voters, the slate against votes as cast, the digest of the votes) is left to full runs.
        """
        sums = self.sums()
        source = replace(self.source, votes_sha256="", sums_sha256=digest(sums))
        result, _ = conclude(sums, self._statements, self.settings, source)
        told = self._since_run and not 0 < self._people_since < self.settings.floor
        note = BasisNote(
            digest=self._basis_digest,
            votes_sha256=self._basis.run.votes_sha256,
            participants_since=self._people_since if told else None,
            votes_since=self._votes_since if told else None,
        )
        return replace(result, basis=note)

    def rebase(self) -> OpinionResult:
        """A full run of the votes as they are now, which is canonical; its basis is held from then on."""
        return self._run(self.votes(), self._tallies)

    # --- inside ---

    @property
    def _text_people(self) -> bool | None:
        """Whether ids of people are text; None while there are none."""
        if self._votes.n_participants:
            return self._votes.participant_ids.dtype == object
        return isinstance(self._newcomer_ids[0], str) if self._newcomer_ids else None

    @property
    def _text_statements(self) -> bool | None:
        return self._statement_ids.dtype == object if len(self._statement_ids) else None

    def _numbers(self, keys: Sequence[Id]) -> Int64Array:
        """(n,) int64: the number of each person, -1 for whoever is not here."""
        ids = self._votes.participant_ids
        found = np.full(len(keys), -1, dtype=np.int64)
        if len(ids) and len(keys):
            wanted = _id_array(keys)
            at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
            found = np.where((ids[at] == wanted) & self._here[at], at, -1)
        for e in np.flatnonzero(found < 0).tolist() if self._newcomers else ():
            found[e] = self._newcomers.get(keys[e], -1)
        return found

    def _add_people(self, keys: Sequence[Id]) -> None:
        distinct = list(dict.fromkeys(keys))
        began, n = self._rows.n_people, self._rows.n_people + len(distinct)
        self._newcomers.update(zip(distinct, range(began, n), strict=True))
        self._newcomer_ids.extend(distinct)
        self._rows.add(len(distinct))
        self._here, self._counted, self._changed = (grown(a, n) for a in (self._here, self._counted, self._changed))
        self._since = grown(self._since, n)
        for declared in self._segments.values():
            declared.codes = grown(declared.codes, n)
            declared.codes[began:n] = -1
        self._here[began:n] = True
        people = np.arange(began, n)
        self._remember(people, self._rows.of(people))

    def _add_statements(self, keys: set[Id]) -> None:
        if not keys:
            return
        ids = np.sort(_id_array([*self._statement_ids.tolist(), *keys]))
        where = np.searchsorted(ids, self._statement_ids)
        n = len(ids)
        known = dict(zip(self._statement_ids.tolist(), self._statements, strict=True))
        self._statement_ids = ids
        self._statements = tuple(known.get(key, Statement(id=key)) for key in ids.tolist())
        self._column = {key: j for j, key in enumerate(ids.tolist())}
        self._rows.widen(where, n)
        self._tallies = self._tallies.merge(Tallies.empty(ids))
        self._basis = self._basis.over(where, n)
        self._totals = self._totals.over(where, n)
        self._before = [
            replace(b, rows=replace(b.rows, columns=where[b.rows.columns].astype(np.int32))) for b in self._before
        ]
        self._sums = None

    def _as_votes(self, people: Int64Array, rows: Rows, codes: Mapping[str, Int32Array] | None = None) -> Votes:
        """Rows as votes; people by number, segments by labels as they came. codes: of the segments, by default as they are now."""
        return Votes(
            participant_ids=people,
            statement_ids=self._statement_ids,
            offsets=rows.offsets,
            columns=rows.columns,
            values=rows.values,
            statements=self._statements,
            important=rows.marks,
            segments={
                name: Segment(name, tuple(declared.labels), (declared.codes[people] if codes is None else codes[name]))
                for name, declared in self._segments.items()
            },
        )

    def _move(self, people: Int64Array, before: Rows, after: Rows) -> None:
        """These people's votes are no more what they were, but what they are."""
        self._remember(people, before)
        self._tallies.change(self._as_votes(people, before), self._as_votes(people, after))
        self._rows.write(people, after)

    def _remember(self, people: Int64Array, rows: Rows) -> None:
        """What was counted of these people at the last refresh, unless it is remembered already."""
        fresh = ~self._changed[people]
        if fresh.any():
            chosen = people[fresh]
            codes = {name: declared.codes[chosen] for name, declared in self._segments.items()}
            self._before.append(_Before(chosen, self._counted[chosen], rows.some(fresh), codes))
            self._changed[chosen] = True
        self._sums = None

    def _settle(self) -> None:
        """Bring the totals up to date: take out what people added who have changed since, and add what they add now."""
        if not self._before:
            return
        people = np.concatenate([b.people for b in self._before])
        counted = np.concatenate([b.counted for b in self._before])
        had = Rows.joined([b.rows for b in self._before])
        codes = {name: np.concatenate([b.codes[name] for b in self._before])[counted] for name in self._segments}
        here = self._here[people]
        have = self._rows.of(people)
        parts = (
            (-1, self._as_votes(people[counted], had.some(counted), codes)),
            (+1, self._as_votes(people[here], have.some(here))),
        )
        for name, declared in self._segments.items():
            old = len(self._totals.segments[name].labels)
            if old < len(declared.labels):
                self._totals = self._totals.labelled(name, tuple(declared.labels), np.arange(old))
        for sign, part in parts:
            placement = place(part, self._basis, threads=self._threads)
            added = gather(part, self._basis, placement, threads=self._threads)
            self._totals = self._totals.plus(added, sign)
        since = self._rows.at_the_beginning(people).differences(have)
        self._votes_since += int((since - self._since[people]).sum())
        self._people_since += int((since > 0).sum()) - int((self._since[people] > 0).sum())
        self._since[people] = since
        self._counted[people] = here
        self._changed[people] = False
        self._before = []


def _keys(given: Iterable[Id] | Array, name: str, text: bool | None) -> list[Id]:
    """Ids as they are held: all whole numbers or all text; text: which, None while that is open."""
    listed = given.tolist() if isinstance(given, np.ndarray) else list(given)
    plain = [plain_id(key, name) for key in listed]
    texts = [key for key in plain if isinstance(key, str)]
    if text or (text is None and texts):
        return [str(key) for key in plain]
    if texts:
        raise VotesError(
            f"{name} {texts[0]!r} is text, and the ids that are here are whole numbers: use one kind of id."
        )
    return plain


def _id_array(keys: Sequence[Id]) -> IdArray:
    return np.array(keys, dtype=object if keys and isinstance(keys[0], str) else np.int64)


def _cast(values: Sequence[float | None] | Array) -> npt.NDArray[np.int8]:
    """(n,) int8: votes, or WITHDRAWN."""
    try:
        given = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise VotesError("values: use +1 for agree, 0 for pass, -1 for disagree, None for a vote withdrawn.") from error
    gone = np.isnan(given)
    bad = np.flatnonzero(~(gone | np.isin(given, (-1.0, 0.0, 1.0))))
    if given.ndim != 1 or len(bad):
        what = f"values[{bad[0]}] is {given.flat[bad[0]]:g}" if len(bad) else f"values has {given.ndim} axes"
        raise VotesError(f"{what}: use +1 for agree, 0 for pass, -1 for disagree, None for a vote withdrawn.")
    return np.where(gone, WITHDRAWN, np.where(gone, 0.0, given)).astype(np.int8)


def _canonical(name: str, declared: _Declared, people: Int64Array) -> Segment:
    """A segment of these people with the labels that occur among them, ascending."""
    codes = declared.codes[people]
    labels = sorted(declared.labels[code] for code in np.unique(codes[codes >= 0]).tolist())
    where = np.array(
        [labels.index(label) if label in labels else -1 for label in [*declared.labels, None]], dtype=np.int32
    )
    return Segment(name, tuple(labels), where[codes])
