"""Polis: the export folder (CSV) and the JSON of its interface.

In both, +1 is agree and -1 is disagree; inside Polis (and in `math-pca2.json`) it is the other way round, so the votes are held
against the agree and disagree counts that come with the statements. Formats: https://compdemocracy.org/export and the files
themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.formats import cells
from comity.opinion.formats.cells import CellError
from comity.opinion.formats.consultation import Consultation, Findings, NoteKind, Problem, ProblemKind, SourceFormat
from comity.opinion.formats.delimited import Progress, Record, TextTable, open_table, records
from comity.opinion.formats.events import Row, VoteEvents, note_on_people_and_statements
from comity.opinion.formats.lists import StatementList, fields_complaint, read_about, read_pairs
from comity.opinion.formats.rows import read_vote_rows
from comity.opinion.votes import Int32Array, Segment, Statement, Votes, VotesError, number_ids

LONG = {"participant": "voter-id", "statement": "comment-id", "vote": "vote", "time": "timestamp"}
LONG_IMPORTANT = "important"
WIDE_NAMES = ("participants-votes.csv", "participant-votes.csv")
_WIDE_COLUMNS = {"participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"}
_COMMENTS = {
    "statement": "comment-id",
    "text": "comment-body",
    "moderation": "moderated",
    "author": "author-id",
    "meta": "is-meta",
    "seed": "is-seed",
}
_COMMENTS_IGNORED = {"timestamp", "datetime", "agrees", "disagrees", "passes", "importance", "tweet-id"}
ATTRIBUTION = "Data was gathered using the Polis software (compdemocracy.org/polis)."
GROUP_SEGMENT = "published group"


def is_long(header: Sequence[str]) -> bool:
    """Whether this is the header of `votes.csv`: one row for each vote event."""
    return {"voter-id", "comment-id", "vote"} <= set(header)


def is_wide(header: Sequence[str]) -> bool:
    """Whether this is the header of `participants-votes.csv`: one row for each person."""
    return "participant" in header and bool({"group-id", "n-votes"} & set(header))


def read_export(
    folder: Path,
    long: TextTable | None,
    wide: TextTable | None,
    findings: Findings,
    skip_bad: bool,
    progress: Progress | None,
) -> Consultation:
    """An export folder: the events of `votes.csv`, else the matrix of `participants-votes.csv`; if both, held together."""
    listed = StatementList(findings, "comments.csv")
    counts: dict[str, tuple[int, int]] = {}
    if (folder / "comments.csv").is_file():
        findings.files.append("comments.csv")
        comments = open_table(folder / "comments.csv", "comments.csv")
        listed.read(comments, _COMMENTS, ignored=_COMMENTS_IGNORED)
        counts = _declared_counts(comments)
    matrix = None
    if wide is not None:
        findings.files.append(wide.name)
        matrix = _Matrix(wide, findings, counted_as_votes=long is None)
    if long is not None:
        findings.files.append(long.name)
        names = {ours: theirs for ours, theirs in LONG.items() if theirs in long.header}
        if LONG_IMPORTANT in long.header:
            names["important"] = LONG_IMPORTANT
        events = VoteEvents(findings, long.name, names)
        read_vote_rows(long, events, progress)
    elif matrix is not None:
        events = matrix.events
    else:
        raise VotesError(
            f"{folder.name}: neither votes.csv nor {WIDE_NAMES[0]} is in the folder: a Polis export holds one of them."
        )
    findings.refuse(skip_bad)
    people = matrix.people if matrix is not None else []
    _check_sign(events, counts, long.name if long is not None else WIDE_NAMES[0])
    statements = listed.close()
    known = {str(entry.id) for entry in statements}
    columns = [Statement(id=key) for key in (matrix.statement_ids if matrix else ()) if str(key) not in known]
    votes, tally = events.finish(statements=[*statements, *columns], participants=people)
    note_on_people_and_statements(findings, votes, statements, people if long is not None and matrix else None)
    if long is not None and matrix is not None:
        _compare(votes, matrix.events.finish(participants=people)[0], matrix.table.name, findings)
    about = read_about(folder, findings)
    summary = read_pairs(folder / "summary.csv", findings)
    for key, found, what in (
        ("voters", votes.n_participants, "participants"),
        ("comments", sum(1 for entry in votes.statements if entry.text), "statements with a text"),
    ):
        if summary.get(key, "").isdigit() and int(summary[key]) != found:
            findings.note(
                NoteKind.FILES_DIFFER, 1, f"summary.csv counts {int(summary[key]):,} {key}; there are {found:,} {what}."
            )
    return Consultation(
        name=about.name or summary.get("topic", "").strip() or folder.resolve().name,
        votes=votes,
        report=findings.report(SourceFormat.POLIS_EXPORT, tally.rows, tally.rows_left, tally.duplicates, tally.revotes),
        description=about.description or summary.get("conversation-description", ""),
        url=about.url or summary.get("url", "").strip(),
        attribution=about.attribution or ATTRIBUTION,
        licence=about.licence,
        simulated=about.simulated,
        production_groups=_group_segment(matrix.groups if matrix is not None else {}, votes),
    )


_NO_VOTE, _UNREAD = 2, 3
_CELLS = {"": _NO_VOTE, "1": 1, "0": 0, "-1": 255}  # 255: -1 once the bytes are read as signed


class _Matrix:
    """`participants-votes.csv`: who took part, their published group, and their last votes; an empty cell is no vote.

    counted_as_votes: the votes themselves come from here, so a cell that cannot be read is a problem; else it is a difference.
    """

    def __init__(self, table: TextTable, findings: Findings, *, counted_as_votes: bool) -> None:
        self.table = table
        self.findings = findings
        self.counted_as_votes = counted_as_votes
        self.events = VoteEvents(findings, table.name, {"participant": "participant", "statement": "", "vote": ""})
        self.people: list[int | str] = []
        self.groups: dict[str, str] = {}
        self.places = [place for place, column in enumerate(table.header) if column.isascii() and column.isdigit()]
        self.statement_ids = [cells.id_of(table.header[place], ProblemKind.STATEMENT) for place in self.places]
        self.scattered = self.places != list(range(len(table.header)))[-len(self.places) :]
        self.unreadable = 0
        self._read()
        unused = [column for column in table.header if column not in _WIDE_COLUMNS and not column.isdigit()]
        findings.note(
            NoteKind.COLUMNS_NOT_USED, len(unused), f"{table.name}: columns not used: {', '.join(unused[:10])}."
        )
        findings.note(
            NoteKind.FILES_DIFFER, self.unreadable, f"{table.name}: {self.unreadable:,} cells cannot be read as votes."
        )

    def _read(self) -> None:
        table = self.table
        if len(set(self.statement_ids)) != len(self.places):
            for place in self.places:
                table.place(table.header[place])  # refuses the statement that has two columns
        statement = np.array([self.events.statements.code(key) for key in self.statement_ids], dtype=np.int64)
        person_place = table.place("participant")
        group_place = table.place("group-id") if "group-id" in table.header else None
        seen: set[int | str] = set()
        who: list[npt.NDArray[np.int64]] = []
        on: list[npt.NDArray[np.int64]] = []
        what: list[npt.NDArray[np.int8]] = []
        for record in records(table):
            if record.unclosed or len(record.cells) != len(table.header):
                start = ",".join(record.cells[:6])
                self.events.bad(record.line, ProblemKind.FIELDS, "", start, *fields_complaint(table, record))
                continue
            named = record.cells[person_place]
            try:
                person = cells.id_of(named, ProblemKind.PARTICIPANT)
                if person in seen:
                    raise CellError(
                        ProblemKind.LISTED_TWICE,
                        f"participant {person} has a second row.",
                        "Keep one row for each person.",
                    )
            except CellError as error:
                self.events.bad(record.line, error.kind, "participant", named, error.what, error.mend)
                continue
            seen.add(person)
            self.people.append(person)
            if group_place is not None and (group := record.cells[group_place].strip()):
                self.groups[str(person)] = group
            values = self._values(record)
            cast = np.flatnonzero(values != _NO_VOTE)
            who.append(np.full(len(cast), self.events.people.code(named), dtype=np.int64))
            on.append(statement[cast])
            what.append(values[cast])
        if who:
            self.events.add_codes(np.concatenate(who), np.concatenate(on), np.concatenate(what))

    def _values(self, record: Record) -> npt.NDArray[np.int8]:
        """(n_columns,) int8: the votes of one person, `_NO_VOTE` where there is none or it cannot be read."""
        row = [record.cells[place] for place in self.places] if self.scattered else record.cells[self.places[0] :]
        values = np.frombuffer(bytearray(map(_CELLS.get, row, repeat(_UNREAD))), dtype=np.int8)
        for k in np.flatnonzero(values == _UNREAD).tolist():
            values[k] = _NO_VOTE
            if not row[k].strip():
                continue
            try:
                values[k] = cells.vote_of(row[k])
            except CellError as error:
                if self.counted_as_votes:
                    column = self.table.header[self.places[k]]
                    self.events.bad(record.line, error.kind, column, row[k], error.what, error.mend)
                else:
                    self.unreadable += 1
        return values


def _declared_counts(table: TextTable) -> dict[str, tuple[int, int]]:
    """Statement id -> (agrees, disagrees) as the export counts them (events, not people)."""
    if not {"comment-id", "agrees", "disagrees"} <= set(table.header):
        return {}
    at = [table.place(column) for column in ("comment-id", "agrees", "disagrees")]
    found = {}
    for record in records(table):
        if len(record.cells) == len(table.header):
            key, agrees, disagrees = (record.cells[place].strip() for place in at)
            if agrees.isdigit() and disagrees.isdigit():
                found[key] = (int(agrees), int(disagrees))
    return found


def _check_sign(events: VoteEvents, counts: Mapping[str, tuple[int, int]], file: str) -> None:
    """Refuse votes that fit the counts of agreement only when their sign is turned."""
    straight = turned = 0
    for key, (agrees, disagrees) in events.count_by_statement().items():
        if key in counts:
            declared = counts[key]
            straight += abs(agrees - declared[0]) + abs(disagrees - declared[1])
            turned += abs(disagrees - declared[0]) + abs(agrees - declared[1])
    if straight > 20 and turned * 10 < straight:
        raise VotesError(
            f"{file}: against the agree and disagree counts of the statements the votes have the opposite sign (inside Polis "
            "-1 is agree): multiply them by -1, so that 1 is agree."
        )


def _compare(long: Votes, wide: Votes, name: str, findings: Findings) -> None:
    """Notes where the last events and the matrix say different things; the events are taken."""
    people, person = number_ids(np.concatenate((long.participant_ids, wide.participant_ids)))
    statements, statement = number_ids(np.concatenate((long.statement_ids, wide.statement_ids)))

    def keys(votes: Votes, first_person: int, first_statement: int) -> Any:
        return (
            person[first_person:][votes.persons].astype(np.int64) * len(statements)
            + statement[first_statement:][votes.columns]
        )

    ours, theirs = keys(long, 0, 0), keys(wide, long.n_participants, long.n_statements)
    both, in_long, in_wide = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
    other = both[long.values[in_long] != wide.values[in_wide]]
    for kind, found in (
        ("differ from the last vote cast", other),
        ("are missing though the vote was cast", np.setdiff1d(ours, theirs, assume_unique=True)),
        ("have no vote cast to rest on", np.setdiff1d(theirs, ours, assume_unique=True)),
    ):
        first = ", ".join(
            f"participant {people[key // len(statements)]} on statement {statements[key % len(statements)]}"
            for key in found[:3].tolist()
        )
        findings.note(
            NoteKind.FILES_DIFFER, len(found), f"{name}: {len(found):,} cells {kind} (votes.csv is taken): {first}."
        )


def _group_segment(groups: Mapping[str, str], votes: Votes) -> Segment | None:
    if not groups:
        return None
    labels = sorted(set(groups.values()), key=lambda label: (len(label), label))
    place = {label: code for code, label in enumerate(sorted(labels))}
    codes: Int32Array = np.array(
        [place[groups[str(key)]] if str(key) in groups else -1 for key in votes.participant_ids.tolist()],
        dtype=np.int32,
    )
    return Segment(name=GROUP_SEGMENT, labels=tuple(sorted(labels)), codes=codes)


# --- the JSON of the interface: votes.json, comments.json, conversation.json, math-pca2.json ---

_VOTE_NAMES = {
    "participant": ("participant_id", "pid"),
    "statement": ("statement_id", "tid"),
    "time": ("modified", "created"),
}
_COMMENT_NAMES = {
    "statement": ("statement_id", "tid"),
    "text": ("txt",),
    "language": ("lang",),
    "moderation": ("moderated", "mod"),
    "meta": ("is_meta",),
    "seed": ("is_seed",),
    "author": ("participant_id", "pid"),
}


def read_json(folder: Path, findings: Findings, skip_bad: bool) -> Consultation:
    """A folder with `votes.json`; `comments.json`, `conversation.json` and `math-pca2.json` beside it are used where there."""
    entries = _load(folder / "votes.json", list, findings)
    names = {ours: _name(entries, theirs) for ours, theirs in _VOTE_NAMES.items()}
    used = {ours: name for ours, name in names.items() if name} | {"vote": "vote"}
    for required in ("participant", "statement"):
        if entries and required not in used:
            raise VotesError(
                f"votes.json: no entry has {' or '.join(_VOTE_NAMES[required])}: that is where the {required} is expected."
            )
    events = VoteEvents(findings, "votes.json", used, counted="entry")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            events.bad(number, ProblemKind.FIELDS, "", entry, "the entry is no object.", "Write {...} for each vote.")
            continue
        events.add_row(
            Row(
                number,
                entry.get(used["participant"]),
                entry.get(used["statement"]),
                entry.get("vote"),
                entry.get(used.get("time", "")),
            )
        )
    listed = StatementList(findings, "comments.json", counted="entry")
    counts: dict[str, tuple[int, int]] = {}
    if (folder / "comments.json").is_file():
        comments = _load(folder / "comments.json", list, findings)
        theirs = {ours: name for ours, choice in _COMMENT_NAMES.items() if (name := _name(comments, choice))}
        for number, entry in enumerate(comments, start=1):
            if not isinstance(entry, dict):
                findings.problem(
                    Problem(
                        ProblemKind.FIELDS,
                        "comments.json",
                        number,
                        "",
                        cells.shown(entry),
                        "the entry is no object.",
                        "Write {...} for each statement.",
                        counted="entry",
                    )
                )
                continue
            listed.add(number, {ours: entry.get(name) for ours, name in theirs.items()}, theirs)
            agrees, disagrees = entry.get("agree_count"), entry.get("disagree_count")
            if isinstance(agrees, int) and isinstance(disagrees, int) and "statement" in theirs:
                counts[str(entry.get(theirs["statement"]))] = (agrees, disagrees)
    findings.refuse(skip_bad)
    _check_sign(events, counts, "votes.json")
    statements = listed.close()
    votes, tally = events.finish(statements=statements)
    note_on_people_and_statements(findings, votes, statements, None)
    about = read_about(folder, findings)
    conversation = (
        _load(folder / "conversation.json", dict, findings) if (folder / "conversation.json").is_file() else {}
    )
    identifier = conversation.get("conversation_id")
    math = _load(folder / "math-pca2.json", dict, findings) if (folder / "math-pca2.json").is_file() else {}
    return Consultation(
        name=about.name or str(conversation.get("topic") or "").strip() or folder.resolve().name,
        votes=votes,
        report=findings.report(SourceFormat.POLIS_JSON, tally.rows, tally.rows_left, tally.duplicates, tally.revotes),
        description=about.description or str(conversation.get("description") or ""),
        url=about.url or (f"https://pol.is/{identifier}" if identifier else ""),
        attribution=about.attribution or ATTRIBUTION,
        licence=about.licence,
        simulated=about.simulated,
        production_groups=_group_segment(_published_groups(math), votes),
    )


def _published_groups(math: Mapping[str, Any]) -> dict[str, str]:
    """Participant id -> group id; a group lists base clusters by id, and a base cluster lists people."""
    try:
        base = dict(zip(math["base-clusters"]["id"], math["base-clusters"]["members"], strict=True))
        return {
            str(person): str(group["id"])
            for group in math["group-clusters"]
            for member in group["members"]
            for person in base[member]
        }
    except (KeyError, TypeError, ValueError):
        return {}


def _name(entries: Sequence[Any], choice: Sequence[str]) -> str | None:
    """The first of the names that any of the entries uses."""
    return next((name for name in choice if any(isinstance(entry, dict) and name in entry for entry in entries)), None)


def _load(path: Path, kind: type, findings: Findings) -> Any:
    findings.files.append(path.name)
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise VotesError(f"{path.name}, byte {error.start + 1:,}: this is not UTF-8: save the file as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise VotesError(f"{path.name}, line {error.lineno}, character {error.colno}: not JSON: {error.msg}.") from None
    except RecursionError:
        raise VotesError(f"{path.name}: nested too deeply to be votes.") from None
    if not isinstance(found, kind):
        raise VotesError(
            f"{path.name} holds a {type(found).__name__}: expected a {'list' if kind is list else 'set of names and values'}."
        )
    return found
