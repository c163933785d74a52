"""What reading yields: a consultation, and a report of everything that was met on the way.

Nothing is dropped in silence. A row that cannot be taken is a `Problem` (place and mend); a row that was taken differently from
what its author may expect (a revote, a person who is not listed) is counted in a `Note`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from comity.opinion.votes import Segment, Votes, VotesError

LISTED = 100
"""How many problems a message lists; all of them are counted."""

KEPT = 10_000
"""How many problems are kept as objects; beyond that they are counted by kind, so that a broken file of any size fits."""


class SourceFormat(StrEnum):
    """How the votes were stored."""

    POLIS_EXPORT = "Polis export"
    POLIS_JSON = "Polis JSON"
    DELIMITED = "delimited text"
    PARQUET = "Parquet"
    TABLE = "table in memory"


class ProblemKind(StrEnum):
    """Why a row, cell or entry cannot be taken."""

    FIELDS = "wrong number of fields"
    PARTICIPANT = "not a participant id"
    STATEMENT = "not a statement id"
    INVISIBLE = "invisible character in an id"
    VOTE = "not a vote"
    TIME = "not a time"
    IMPORTANT = "not an importance mark"
    LISTED_TWICE = "listed twice"
    VALUE = "not a value of this column"


class NoteKind(StrEnum):
    """What was met that is no error but should be known."""

    DUPLICATES = "exact duplicates"
    REVOTES = "revotes superseded"
    LEFT_OUT = "bad rows left out"
    PEOPLE_NOT_LISTED = "voters not in the list of participants"
    PEOPLE_WITHOUT_VOTES = "participants without votes"
    STATEMENTS_NOT_LISTED = "statements with votes but without a text"
    STATEMENTS_WITHOUT_VOTES = "statements without votes"
    COLUMNS_NOT_USED = "columns not used"
    FILES_NOT_USED = "files not used"
    LOOK_ALIKES = "ids that look alike"
    DIRECTION_OVERRIDES = "texts with direction overrides"
    FILES_DIFFER = "files that differ from one another"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be taken as it is.

    line: 1-based; of a record that spans lines, its first; in a source without lines the row or entry, as `counted` says;
    0 = the whole file. value: the offending cell, shortened.
    """

    kind: ProblemKind
    file: str
    line: int
    column: str
    value: str
    what: str
    mend: str
    counted: str = "line"

    @property
    def sentence(self) -> str:
        """Place, what is wrong and the mend, in one line."""
        place = ", ".join(
            part
            for part in (
                self.file,
                f"{self.counted} {self.line}" if self.line else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        return f"{place}: {self.what} {self.mend}"


@dataclass(frozen=True, slots=True)
class Note:
    """Something counted while reading: how often, and a sentence that says what was done about it."""

    kind: NoteKind
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What was read, what was left, and what should be known about the rest.

    rows: vote rows met (in a wide matrix: cells that are not empty). rows_left: those left out as bad. duplicates, revotes:
    rows that say the same again, and rows superseded by a later vote of the same person on the same statement; so
    rows == votes + duplicates + revotes + rows_left. problems: the first `KEPT`; problem_counts: all, by kind.
    """

    format: SourceFormat
    files: tuple[str, ...] = ()
    rows: int = 0
    rows_left: int = 0
    duplicates: int = 0
    revotes: int = 0
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_counts: Mapping[ProblemKind, int] = field(default_factory=dict)

    @property
    def problem_count(self) -> int:
        return sum(self.problem_counts.values())

    def note(self, kind: NoteKind) -> Note | None:
        """The first note of this kind, or None."""
        return next((note for note in self.notes if note.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Consultation:
    """Votes and what is known about where they come from.

    name: the topic, or the name of the source where none is given. simulated: the votes were not cast by people; wherever
    they are shown, this is said. production_groups: the groups that the software which gathered the votes had published
    (codes as in `Segment`), or None where it published none; no segment, because nobody declared it.
    """

    name: str
    votes: Votes
    report: ReadReport
    description: str = ""
    url: str = ""
    attribution: str = ""
    licence: str = ""
    simulated: bool = False
    production_groups: Segment | None = None

    def with_production_segment(self) -> Consultation:
        """The same consultation with its published groups as one more segment. VotesError where there are none."""
        if self.production_groups is None:
            raise VotesError(
                f"{self.name}: the source names no published groups: read a Polis export or golden folder."
            )
        segments = {**self.votes.segments, self.production_groups.name: self.production_groups}
        return replace(self, votes=replace(self.votes, segments=dict(sorted(segments.items()))))


class BadRows(VotesError):
    """Rows that cannot be taken, all of them counted; the message lists the first hundred with place and mend."""

    def __init__(self, problems: tuple[Problem, ...], counts: Mapping[ProblemKind, int]) -> None:
        self.problems = problems
        self.counts = dict(counts)
        self.count = sum(counts.values())
        lines = [f"{self.count:,} problem{'s' if self.count != 1 else ''}; nothing was taken."]
        lines += [f"  {problem.sentence}" for problem in problems[:LISTED]]
        if self.count > LISTED:
            rest = ", ".join(f"{kind.value}: {count:,}" for kind, count in sorted(counts.items()))
            lines.append(f"  ... and {self.count - min(LISTED, len(problems)):,} more (all: {rest}).")
        super().__init__("\n".join(lines))


class Findings:
    """Collects problems and notes while several files are read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.counts: dict[ProblemKind, int] = {}
        self.notes: list[Note] = []
        self.files: list[str] = []

    def problem(self, problem: Problem) -> None:
        self.counts[problem.kind] = self.counts.get(problem.kind, 0) + 1
        if len(self.problems) < KEPT:
            self.problems.append(problem)

    def note(self, kind: NoteKind, count: int, text: str) -> None:
        if count:
            self.notes.append(Note(kind, count, text))

    def mark(self) -> tuple[int, dict[ProblemKind, int]]:
        """The state of the problems now, for `rewind`."""
        return len(self.problems), dict(self.counts)

    def rewind(self, mark: tuple[int, dict[ProblemKind, int]]) -> None:
        """Forget the problems met since `mark`: a file is read again by a slower reader."""
        del self.problems[mark[0] :]
        self.counts = dict(mark[1])

    def refuse(self, skip_bad: bool) -> None:
        """Raise BadRows if there are problems and bad rows are not to be skipped."""
        if self.counts and not skip_bad:
            raise BadRows(tuple(self.problems), self.counts)

    def report(
        self, source_format: SourceFormat, rows: int, rows_left: int, duplicates: int, revotes: int
    ) -> ReadReport:
        """The report, with the notes on rows that follow from the counts."""
        self.note(
            NoteKind.DUPLICATES,
            duplicates,
            f"{duplicates:,} rows repeat another row exactly; each vote was taken once.",
        )
        self.note(
            NoteKind.REVOTES,
            revotes,
            f"{revotes:,} rows were superseded by the same person's later vote on the same statement.",
        )
        total = sum(self.counts.values())
        rest = ", ".join(f"{kind.value}: {count:,}" for kind, count in sorted(self.counts.items()))
        self.note(NoteKind.LEFT_OUT, total, f"{rows_left:,} vote rows were left out; problems by kind: {rest}.")
        return ReadReport(
            format=source_format,
            files=tuple(self.files),
            rows=rows,
            rows_left=rows_left,
            duplicates=duplicates,
            revotes=revotes,
            notes=tuple(self.notes),
            problems=tuple(self.problems),
            problem_counts=dict(sorted(self.counts.items())),
        )
