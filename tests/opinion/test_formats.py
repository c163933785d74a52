"""Votes in: every format and quirk has a fixture, every bad row its place, and what is written is read back exactly."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.opinion.formats import (
    BadRows,
    Consultation,
    NoteKind,
    ProblemKind,
    ReadReport,
    SourceFormat,
    from_table,
    read,
    rows,
    write_generic,
)
from comity.opinion.formats.cells import CellError, id_of, time_of, times_of
from comity.opinion.votes import Moderation, Statement, Votes, VotesError

FIXTURES = Path(__file__).parent / "fixtures"
DOC = Path(__file__).parents[2] / "docs" / "votes-in.md"
HEADER = "participant,statement,vote\n"

reuse_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_dict(votes: Votes) -> dict[tuple[Any, Any], int]:
    persons, columns = votes.participant_ids[votes.persons], votes.statement_ids[votes.columns]
    return dict(zip(zip(persons.tolist(), columns.tolist(), strict=True), votes.values.tolist(), strict=True))


def written(folder: Path, text: str | bytes, name: str = "votes.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(path: Path, **options: Any) -> list[tuple[ProblemKind, str, int, str]]:
    with pytest.raises(BadRows) as caught:
        read(path, **options)
    return [(problem.kind, problem.file, problem.line, problem.column) for problem in caught.value.problems]


# --- Polis ---


def test_polis_export_with_every_quirk() -> None:
    consultation = read(FIXTURES / "polis_quirks")
    votes, report = consultation.votes, consultation.report
    assert as_dict(votes) == {(0, 0): 1, (0, 4): 0, (3, 0): -1, (3, 4): 1, (12, 0): -1, (12, 9): 1}
    assert votes.participant_ids.tolist() == [0, 3, 12, 15]  # 15 took part and never voted
    assert votes.statement_ids.tolist() == [0, 4, 9, 11]  # nobody voted on 11
    assert [entry.moderation for entry in votes.statements] == [
        Moderation.ACCEPTED,
        Moderation.UNMODERATED,
        Moderation.REJECTED,
        Moderation.UNMODERATED,
    ]
    assert votes.statements[0].text == 'Busse, Bahnen und "alles andere"\nsollen pünktlich sein'
    assert votes.statements[2].author == 3
    assert (report.rows, report.duplicates, report.revotes, report.rows_left) == (10, 1, 3, 0)
    assert report.rows == votes.n_votes + report.duplicates + report.revotes + report.rows_left
    assert report.note(NoteKind.FILES_DIFFER) is None
    assert consultation.name == "Pünktlich?"
    assert consultation.url == "https://polis.example/2abc"
    assert consultation.description == "Two lines, with a comma.\n\n* and a list"
    assert "Polis" in consultation.attribution
    assert consultation.report.format is SourceFormat.POLIS_EXPORT


def test_published_groups_are_no_segment_unless_asked() -> None:
    consultation = read(FIXTURES / "polis_quirks")
    groups = consultation.production_groups
    assert groups is not None
    assert groups.labels == ("0", "1")
    assert groups.codes.tolist() == [0, 1, -1, 1]
    assert consultation.votes.segments == {}
    assert consultation.with_production_segment().votes.segments == {groups.name: groups}
    with pytest.raises(VotesError, match="no published groups"):
        read(FIXTURES / "generic").with_production_segment()


def test_wide_only() -> None:
    consultation = read(FIXTURES / "polis_wide")
    assert as_dict(consultation.votes) == {(0, 2): 1, (8, 2): -1, (8, 5): 0}
    assert consultation.votes.participant_ids.tolist() == [0, 8, 9]
    assert consultation.votes.statement_ids.tolist() == [2, 5, 7]
    assert consultation.name == "polis_wide"
    assert read(FIXTURES / "polis_wide" / "participants-votes.csv").votes.digest() == consultation.votes.digest()


def test_a_nested_copy_is_not_read_twice(tmp_path: Path) -> None:
    consultation = read(FIXTURES / "polis_nested")
    note = consultation.report.note(NoteKind.FILES_NOT_USED)
    assert note is not None
    assert "the same" in note.text
    assert consultation.votes.n_votes == 1
    shutil.copytree(FIXTURES / "polis_wide", tmp_path / "outer" / "inner")
    assert read(tmp_path / "outer").votes.n_votes == 3
    shutil.copytree(FIXTURES / "polis_wide", tmp_path / "outer" / "other")
    with pytest.raises(VotesError, match="inner, other"):
        read(tmp_path / "outer")


def test_matrix_and_events_that_differ_are_noted(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    shutil.copytree(FIXTURES / "polis_quirks", folder)
    wide = (folder / "participants-votes.csv").read_text()
    written(folder, wide.replace("3,1,1,2,1,1,-1,1,", "3,1,1,2,1,1,1,,maybe"), "participants-votes.csv")
    written(folder, (folder / "summary.csv").read_text().replace("voters,4", "voters,7"), "summary.csv")
    report = read(folder).report
    texts = [note.text for note in report.notes if note.kind is NoteKind.FILES_DIFFER]
    assert (
        sum("differ from the last vote cast" in text and "participant 3 on statement 0" in text for text in texts) == 1
    )
    assert any("missing though the vote was cast" in text for text in texts)
    assert any("1 cells cannot be read" in text for text in texts)
    assert any("summary.csv counts 7 voters; there are 4" in text for text in texts)


def test_bad_cells_of_a_wide_matrix(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "participant,group-id,n-votes,1,2\n5,0,2,1,maybe\n6,0,1,1\n5,0,1,,1\n-4,0,1,1,1\n7,0,2,0.0, 1\n",
        "participants-votes.csv",
    )
    assert problems(path) == [
        (ProblemKind.VOTE, "participants-votes.csv", 2, "2"),
        (ProblemKind.FIELDS, "participants-votes.csv", 3, ""),
        (ProblemKind.LISTED_TWICE, "participants-votes.csv", 4, "participant"),
        (ProblemKind.PARTICIPANT, "participants-votes.csv", 5, "participant"),
    ]
    consultation = read(path, skip_bad=True)
    assert as_dict(consultation.votes) == {(5, 1): 1, (7, 1): 0, (7, 2): 1}
    assert consultation.report.rows_left == 4
    with pytest.raises(VotesError, match="2 columns are called 1"):
        read(written(tmp_path, "participant,group-id,1,1\n5,0,1,1\n", "participants-votes.csv"))


def test_votes_with_the_sign_of_the_database_are_refused(tmp_path: Path) -> None:
    rows_of_votes = "".join(f"{1600000000000 + k},x,0,{k},{-1 if k % 4 else 1}\n" for k in range(40))
    written(tmp_path, "timestamp,datetime,comment-id,voter-id,vote\n" + rows_of_votes)
    comments = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1,x,0,0,{},{},1,Text\n"
    written(tmp_path, comments.format(30, 10), "comments.csv")
    with pytest.raises(VotesError, match="multiply them by -1"):
        read(tmp_path)
    written(tmp_path, comments.format(10, 30), "comments.csv")
    assert read(tmp_path).votes.n_votes == 40


def test_polis_json_with_either_naming(tmp_path: Path) -> None:
    consultation = read(FIXTURES / "polis_json_ids")
    assert as_dict(consultation.votes) == {(0, 0): 1, (2, 0): -1, (2, 3): 0}
    first, second = consultation.votes.statements
    assert (first.moderation, first.meta, first.seed, first.language, first.author) == (
        Moderation.REJECTED,
        False,
        True,
        "en",
        0,
    )
    assert second.meta
    assert (consultation.name, consultation.description, consultation.url) == (
        "Ids",
        "pid and tid",
        "https://pol.is/4abc",
    )
    assert consultation.production_groups is not None
    assert consultation.production_groups.codes.tolist() == [1, 0]
    other = tmp_path / "other"
    other.mkdir()
    for name in ("votes.json", "comments.json"):
        text = (FIXTURES / "polis_json_ids" / name).read_text()
        for short, long in (('"pid"', '"participant_id"'), ('"tid"', '"statement_id"'), ('"mod"', '"moderated"')):
            text = text.replace(short, long)
        written(other, text, name)
    assert read(other).votes.digest() == consultation.votes.digest()


def test_bad_entries_of_polis_json(tmp_path: Path) -> None:
    entries = [
        {"pid": 1, "tid": 1, "vote": True},
        7,
        {"pid": None, "tid": 1, "vote": 1},
        {"pid": 1, "tid": 1, "vote": 1},
    ]
    path = written(tmp_path, json.dumps(entries), "votes.json")
    assert [(kind, line) for kind, _, line, _ in problems(path)] == [
        (ProblemKind.VOTE, 1),
        (ProblemKind.FIELDS, 2),
        (ProblemKind.PARTICIPANT, 3),
    ]
    assert read(path, skip_bad=True).votes.n_votes == 1
    for text, message in (("[{", "line 1"), ("{}", "expected a list"), ('[{"x": 1}]', "participant_id or pid")):
        with pytest.raises(VotesError, match=message):
            read(written(tmp_path, text, "votes.json"))


# --- our own folder ---


def test_generic_folder() -> None:
    consultation = read(FIXTURES / "generic")
    votes = consultation.votes
    # bo's 10:00+02:00 is earlier; ana's vote on water of 10:01 supersedes that of 10:00
    assert as_dict(votes) == {("ana", "water"): 0, ("ana", "roads"): 1, ("bo", "water"): -1}
    assert votes.important is not None
    assert votes.important.tolist() == [False, False, False]
    assert votes.participant_ids.tolist() == ["ana", "bo", "cy"]
    assert votes.segments["region"].labels == ("North", "South")
    assert votes.segments["region"].codes.tolist() == [0, 1, 0]
    assert votes.segments["role"].codes.tolist() == [0, -1, 1]
    by_id = {entry.id: entry for entry in votes.statements}
    assert by_id["water"] == Statement(
        "water", "Clean water,\nfor all", "en", Moderation.ACCEPTED, False, True, "ana",
        {"fr": "De l’eau propre", "ar": "ماء نظيف"},
    )  # fmt: skip
    assert by_id["work"].meta
    assert (consultation.name, consultation.description, consultation.simulated) == (
        "Water and roads",
        "Two lines\nhere",
        True,
    )
    assert (consultation.attribution, consultation.licence) == ("A town", "CC0-1.0")
    assert consultation.report.format is SourceFormat.DELIMITED


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiters_line_ends_and_byte_order_marks(tmp_path: Path, delimiter: str, line_end: str, mark: str) -> None:
    lines = ["participant,statement,vote", "7,a,agree", "", "8,a,Pass", "9,b,-1.0", "9,a,+1"]
    path = written(tmp_path, mark + line_end.join(lines).replace(",", delimiter))
    assert as_dict(read(path).votes) == {(7, "a"): 1, (8, "a"): 0, (9, "a"): 1, (9, "b"): -1}


def test_names_can_be_mapped(tmp_path: Path) -> None:
    path = written(tmp_path, "who,what,choice,when,extra\n1,2,agree,5,x\n1,2,pass,6,x\n")
    names = {"participant": "who", "statement": "what", "vote": "choice", "time": "when"}
    consultation = read(path, columns=names)
    assert as_dict(consultation.votes) == {(1, 2): 0}
    note = consultation.report.note(NoteKind.COLUMNS_NOT_USED)
    assert note is not None
    assert "extra" in note.text
    with pytest.raises(VotesError, match=r'no column participant; there are who, what.*columns=\{"participant": "'):
        read(path)
    with pytest.raises(VotesError, match="'voter' is no column of votes"):
        read(path, columns={"voter": "who"})
    with pytest.raises(VotesError, match="no column whom"):
        read(path, columns={**names, "participant": "whom"})
    written(tmp_path, "who,region\n1,North\n", "participants.csv")
    assert read(path, columns=names).votes.segments["region"].codes.tolist() == [0]


def test_parquet_as_file_and_folder(tmp_path: Path) -> None:
    table = pa.table(
        {
            "participant": pa.array(["a", "b", "b"]).dictionary_encode(),
            "statement": pa.array([3, 3, 3], type=pa.uint16()),
            "vote": pa.array([1.0, -1.0, 0.0]),
            "time": pa.array([datetime(2026, 1, day, tzinfo=UTC) for day in (1, 3, 2)]),
            "important": pa.array([True, False, True]),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "votes.parquet")
    consultation = read(tmp_path)
    assert as_dict(consultation.votes) == {("a", 3): 1, ("b", 3): -1}
    assert consultation.report.format is SourceFormat.PARQUET
    assert read(tmp_path / "votes.parquet").votes.digest() == consultation.votes.digest()
    written(tmp_path, HEADER)
    with pytest.raises(VotesError, match="both as Parquet and as text"):
        read(tmp_path)
    bad = table.set_column(2, "vote", pa.array([1.0, 2.0, None]))
    pyarrow.parquet.write_table(bad, tmp_path / "bad.parquet")
    assert problems(tmp_path / "bad.parquet") == [
        (ProblemKind.VOTE, "bad.parquet", 2, "vote"),
        (ProblemKind.VOTE, "bad.parquet", 3, "vote"),
    ]
    with pytest.raises(VotesError, match="not a Parquet file"):
        read(written(tmp_path, b"PAR1 no", "torn.parquet"))


# --- tables in memory ---

COLUMNS = {"participant": ["a", "b", "a"], "statement": [1, 1, 2], "vote": [1, -1, 0]}


@pytest.mark.parametrize(
    "make",
    [
        pa.table,
        pl.DataFrame,
        pd.DataFrame,
        lambda columns: pa.table(columns).to_reader(),
        lambda columns: {name: np.asarray(values) for name, values in columns.items()},
        lambda columns: np.rec.fromarrays([np.asarray(v) for v in columns.values()], names=list(columns)),
        lambda columns: pd.DataFrame(columns).astype({"participant": "category", "vote": "float64"}),
        lambda columns: pl.DataFrame(columns).with_columns(pl.col("participant").cast(pl.Categorical)),
        lambda columns: pl.DataFrame(columns | {"vote": ["Agree", "disagree", "pass"]}),
        lambda columns: columns | {"participant": np.array(["a", "b", "a"], dtype=object)},
    ],
)
def test_tables_of_every_make(make: Callable[[dict[str, list[Any]]], Any]) -> None:
    consultation = from_table(
        make(COLUMNS),
        statements=[
            Statement(1, "One", translations={"fr": "Un"}),
            Statement(2, "Two", moderation=Moderation.REJECTED),
        ],
        participants={"participant": ["a", "b", "c"], "region": ["N", None, "S"]},
        name="Test",
    )
    votes = consultation.votes
    assert as_dict(votes) == {("a", 1): 1, ("b", 1): -1, ("a", 2): 0}
    assert votes.statements[0].translations == {"fr": "Un"}
    assert votes.statements[1].moderation is Moderation.REJECTED
    assert votes.segments["region"].codes.tolist() == [0, -1, 1]
    assert consultation.report.format is SourceFormat.TABLE


def test_bad_tables() -> None:
    with pytest.raises(BadRows) as caught:
        from_table(pd.DataFrame({"participant": [1, 2, None], "statement": [1, 1, 1], "vote": [1, np.nan, 3]}))
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [
        (2, "vote"),
        (3, "participant"),
        (3, "vote"),
    ]
    for table, message in (
        (np.zeros((2, 2)), "from_matrix"),
        ([1, 2], "cannot be a list"),
        ({"participant": [1], "statement": [1, 2], "vote": [1]}, "same length"),
        ({"participant": [1], "statement": [1]}, "no column vote"),
    ):
        with pytest.raises(VotesError, match=message):
            from_table(table)
    with pytest.raises(VotesError, match="no column participant"):
        from_table(COLUMNS, participants={"id": ["a"]})


def test_neither_pandas_nor_polars_is_imported(tmp_path: Path) -> None:
    # Arrow imports pandas by itself in some of its conversions; that takes a second, and the reader does without them
    pyarrow.parquet.write_table(pa.table(COLUMNS), tmp_path / "votes.parquet")
    code = """
import pathlib, sys
import numpy as np
from comity.opinion.formats import from_table, read, write_generic
fixtures, folder = map(pathlib.Path, sys.argv[1:])
for source in (*sorted(fixtures.iterdir()), folder):
    if source.is_dir():
        write_generic(folder / source.name, read(source))
from_table({"participant": np.array(["a", "b"]), "statement": np.array([1, 2]), "vote": np.array([1, 0])})
(folder / "bad.csv").write_text("participant,statement,vote\\na,b,1\\na,b,x\\n")
read(folder / "bad.csv", skip_bad=True)
assert not {"pandas", "polars"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code, FIXTURES, tmp_path], check=True)


# --- what cannot be taken ---


@pytest.mark.parametrize(
    ("row", "kind", "column"),
    [
        ("1,2,maybe", ProblemKind.VOTE, "vote"),
        ("1,2,", ProblemKind.VOTE, "vote"),
        ("1,2,2", ProblemKind.VOTE, "vote"),
        ("1,2,0.5", ProblemKind.VOTE, "vote"),
        ("1,2,nan", ProblemKind.VOTE, "vote"),
        ("1,2,−1", ProblemKind.VOTE, "vote"),
        ("1,2,99999999999999999999999", ProblemKind.VOTE, "vote"),
        (" ,2,1", ProblemKind.PARTICIPANT, "participant"),
        ("1,,1", ProblemKind.STATEMENT, "statement"),
        ("-1,2,1", ProblemKind.PARTICIPANT, "participant"),
        ("a\u200bb,2,1", ProblemKind.INVISIBLE, "participant"),
        ("\u202eabc,2,1", ProblemKind.INVISIBLE, "participant"),
        ("1,a\x00b,1", ProblemKind.INVISIBLE, "statement"),
        (f"{'x' * 201},2,1", ProblemKind.PARTICIPANT, "participant"),
        ("1,2", ProblemKind.FIELDS, ""),
        ("1,2,1,1", ProblemKind.FIELDS, ""),
        ('1,2,"1', ProblemKind.FIELDS, ""),
        ('"1,2,1', ProblemKind.FIELDS, ""),
        ('1,"a\nb",1', ProblemKind.FIELDS, ""),
    ],
)
def test_each_bad_row_is_named_and_can_be_left_out(tmp_path: Path, row: str, kind: ProblemKind, column: str) -> None:
    path = written(tmp_path, f"{HEADER}5,6,1\n{row}\n7,6,-1\n")
    assert problems(path)[0] == (kind, "votes.csv", 3, column)
    consultation = read(path, skip_bad=True)
    assert as_dict(consultation.votes) == {(5, 6): 1, (7, 6): -1}
    report = consultation.report
    assert report.rows == consultation.votes.n_votes + report.rows_left
    assert report.problem_count == len(report.problems)
    note = report.note(NoteKind.LEFT_OUT)
    assert note is not None
    assert note.count == report.problem_count


def test_bad_times_and_marks(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "participant,statement,vote,time,important\n1,1,1,soon,1\n2,1,1,,0\n3,1,1,5,maybe\n4,1,1,nan,\n5,1,1,0x10,\n6,1,1,5,\n",
    )
    assert [(kind, line) for kind, _, line, _ in problems(path)] == [
        (ProblemKind.TIME, 2),
        (ProblemKind.TIME, 3),
        (ProblemKind.IMPORTANT, 4),
        (ProblemKind.TIME, 5),
        (ProblemKind.TIME, 6),
    ]


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    written(tmp_path, HEADER + "1,1,1\nx,1,2\n")
    written(tmp_path, 'statement,text,moderation\n1,"a\nb",\n1,other,\n2,c,perhaps\n,d,\n', "statements.csv")
    written(tmp_path, "participant,region\n1,N\n1,S\n3\n", "participants.csv")
    assert problems(tmp_path) == [
        (ProblemKind.LISTED_TWICE, "statements.csv", 4, "statement"),
        (ProblemKind.VALUE, "statements.csv", 5, "moderation"),
        (ProblemKind.STATEMENT, "statements.csv", 6, "statement"),
        (ProblemKind.LISTED_TWICE, "participants.csv", 3, "participant"),
        (ProblemKind.FIELDS, "participants.csv", 4, ""),
        (ProblemKind.VOTE, "votes.csv", 3, "vote"),
    ]
    with pytest.raises(BadRows) as caught:
        read(tmp_path)
    message = str(caught.value)
    assert message.startswith("6 problems; nothing was taken.")
    assert "votes.csv, line 3, column vote: “2” is not a vote. Use 1, 0 or -1, or agree, pass or disagree." in message


def test_many_problems_are_counted_and_a_hundred_listed(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,1,no\n" * 20_000 + "1,1,1\n")
    with pytest.raises(BadRows) as caught:
        read(path)
    assert caught.value.count == 20_000
    assert caught.value.counts == {ProblemKind.VOTE: 20_000}
    assert str(caught.value).count("\n") == 101
    assert "19,900 more" in str(caught.value)
    assert read(path, skip_bad=True).report.problem_count == 20_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (HEADER.encode() + b"1,2,1\nJos\xe9,2,1\n", r"line 3, byte 37 \(0xE9\).*UTF-8"),
        (HEADER.encode() + b"1,2,1\nJos\xc3", "ends within a character"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (HEADER.encode("utf-16-le"), "UTF-16"),
        (b"participant\n1\n", "no column statement"),
        (b"participant,statement,vote,vote\n1,1,1,1\n", "2 columns are called vote"),
    ],
)
def test_files_that_cannot_be_read_at_all(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(VotesError, match=message):
        read(written(tmp_path, content))
    with pytest.raises(VotesError, match=message):
        read(tmp_path, skip_bad=True)


def test_bytes_that_are_not_utf8_are_placed_across_blocks(tmp_path: Path) -> None:
    good = HEADER.encode() + "é,1,1\n".encode() * 200_000
    for cut in (1 << 20, (1 << 20) - 1, (1 << 20) + 1):
        content = good[:cut] + b"\xff" + good[cut:]
        while True:
            try:
                content.decode()
            except UnicodeDecodeError as error:
                at = error.start
                break
        line = content[:at].count(b"\n") + 1
        with pytest.raises(VotesError, match=rf"line {line}, byte {at + 1:,} "):
            read(written(tmp_path, content))


def test_no_such_source(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no", "no such file"), (tmp_path, "holds no votes")):
        with pytest.raises(VotesError, match=message):
            read(path)


def test_a_file_with_a_header_alone(tmp_path: Path) -> None:
    for text in (HEADER, HEADER.strip()):
        votes = read(written(tmp_path, text)).votes
        assert (votes.n_participants, votes.n_statements, votes.n_votes) == (0, 0, 0)


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [f'{k},"s",1,5" pipe' if k == 3 else f'"{k},s,1,x' if k == 7 else f"{k},s,1,x" for k in range(2_000)]
    path = written(tmp_path, "participant,statement,vote,note\n" + "\n".join(lines) + "\n")
    assert problems(path) == [(ProblemKind.FIELDS, "votes.csv", 9, "")]
    assert read(path, skip_bad=True).votes.n_votes == 1_999


def test_a_header_that_is_quoted(tmp_path: Path) -> None:
    assert as_dict(read(written(tmp_path, '"participant";"statement";"vote"\n"1";"2";"0"\n')).votes) == {(1, 2): 0}


def test_whom_and_what_is_listed_is_noted(tmp_path: Path) -> None:
    written(tmp_path, HEADER + "a,1,1\nA,1,1\nb,2,0\n")
    written(tmp_path, "statement,text\n1,One\n3,Th\u202eree\n", "statements.csv")
    written(tmp_path, "participant\na\nb\nz\n", "participants.csv")
    report = read(tmp_path).report
    counts = {note.kind: note.count for note in report.notes}
    assert counts == {
        NoteKind.PEOPLE_NOT_LISTED: 1,
        NoteKind.PEOPLE_WITHOUT_VOTES: 1,
        NoteKind.STATEMENTS_NOT_LISTED: 1,
        NoteKind.STATEMENTS_WITHOUT_VOTES: 1,
        NoteKind.LOOK_ALIKES: 2,
        NoteKind.DIRECTION_OVERRIDES: 1,
    }


def test_rows_of_a_list_that_repeat_are_taken_once(tmp_path: Path) -> None:
    written(tmp_path, HEADER + "1,1,1\n")
    written(tmp_path, "statement,text\n1,One\n1,One\n", "statements.csv")
    written(tmp_path, "participant,region\n1,N\n1, N\n1,N\n", "participants.csv")
    report = read(tmp_path).report
    assert [(note.kind, note.count) for note in report.notes] == [(NoteKind.DUPLICATES, 1), (NoteKind.DUPLICATES, 2)]


def test_ids_that_only_look_like_numbers_stay_text(tmp_path: Path) -> None:
    for key in ("007", "+7", "0x7", "7.0", "1" * 19, "٧"):
        votes = read(written(tmp_path, f"{HEADER}{key},1,1\n7,1,0\n")).votes
        assert sorted(votes.participant_ids.tolist()) == sorted(["7", key])
    assert read(written(tmp_path, f"{HEADER} 7 ,1,1\n7,1,0\n")).votes.participant_ids.tolist() == [7]


def test_about_that_cannot_be_read(tmp_path: Path) -> None:
    written(tmp_path, HEADER + "1,1,1\n")
    for text, message in (
        ("title = ", "not TOML"),
        ("title = 3", "title is 3"),
        ('simulated = "yes"', "write true or false"),
        (b'title = "\xff"', "byte 10"),
        ('text_ids = ["x"]', "text_ids"),
    ):
        written(tmp_path, text, "consultation.toml")
        with pytest.raises(VotesError, match=message):
            read(tmp_path)
    written(tmp_path, 'title = "T"\ncolour = "red"\n', "consultation.toml")
    note = read(tmp_path).report.note(NoteKind.COLUMNS_NOT_USED)
    assert note is not None
    assert "colour" in note.text


def test_progress_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "".join(f"{k},1,1\n" for k in range(1000)))
    told: list[tuple[int, int]] = []
    read(path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


# --- what holds for all input ---

hostile = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
awkward = st.one_of(
    hostile,
    st.sampled_from(['"', '""', "a,b;c\td", "\r", "\r\n", "\n\n", " x ", "=1+1", "\ufeffx", "#", "'", "\\", "-"]),
)


def is_id(text: str) -> bool:
    try:
        return str(id_of(text, ProblemKind.VALUE)) == text
    except CellError:
        return False


ids = st.one_of(
    st.integers(0, 10**17).map(str),
    awkward.filter(is_id),
    st.sampled_from(["007", "a b", 'q"', "x,y", "ﷺ", "名", "#1"]),
)
labels = awkward.map(str.strip).filter(
    lambda text: text and "\n" not in text and "\r" not in text and text[0] != "\ufeff"
)


@st.composite
def consultations(draw: st.DrawFn) -> Consultation:
    people = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    keys = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    cast = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(people), st.sampled_from(keys)), st.sampled_from([-1, 0, 1]), max_size=20
        )
    )
    marks = draw(st.none() | st.lists(st.booleans(), min_size=len(cast), max_size=len(cast)))
    statements = [
        Statement(
            key,
            draw(awkward),
            draw(awkward),
            draw(st.sampled_from(Moderation)),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.none() | st.sampled_from(people)),
            draw(st.dictionaries(st.sampled_from(["fr", "pt-BR", "zh-Hans"]), awkward.filter(bool), max_size=2)),
        )
        for key in keys
    ]
    traits = draw(st.lists(labels.filter(lambda name: name != "participant"), max_size=2, unique=True))
    segments = {name: draw(st.dictionaries(st.sampled_from(people), labels)) for name in traits}
    votes = Votes.from_events(
        [person for person, _ in cast],
        [statement for _, statement in cast],
        list(cast.values()),
        important=marks,
        statements=statements,
        participants=people,
        segments=segments,
    )
    text_people = votes.participant_ids.dtype.kind == "O"
    of_their_kind = tuple(
        entry
        if entry.author is None
        else replace(entry, author=str(entry.author) if text_people else int(entry.author))
        for entry in votes.statements
    )
    return Consultation(
        draw(awkward.filter(bool)),
        replace(votes, statements=of_their_kind),
        ReadReport(SourceFormat.TABLE),
        draw(awkward),
        draw(awkward),
        draw(awkward),
        draw(awkward),
        draw(st.booleans()),
    )


@given(consultations())
@reuse_folder
def test_what_is_written_is_read_back_exactly(tmp_path: Path, consultation: Consultation) -> None:
    write_generic(tmp_path, consultation, overwrite=True)
    found = read(tmp_path)
    assert found.votes.digest() == consultation.votes.digest()
    assert found.votes.participant_ids.dtype == consultation.votes.participant_ids.dtype
    assert found.votes.statements == consultation.votes.statements
    assert found.votes.segments.keys() == consultation.votes.segments.keys()
    for field in ("name", "description", "url", "attribution", "licence", "simulated"):
        assert getattr(found, field) == getattr(consultation, field)
    assert found.report.problem_count == 0


def test_a_writer_refuses_what_it_could_not_give_back(tmp_path: Path) -> None:
    good = read(FIXTURES / "generic")
    write_generic(tmp_path / "new", good)
    with pytest.raises(VotesError, match="already in new"):
        write_generic(tmp_path / "new", good)

    def with_statement(**change: Any) -> Consultation:
        entries = (replace(good.votes.statements[0], **change), *good.votes.statements[1:])
        return replace(good, votes=replace(good.votes, statements=entries))

    people = good.votes.participant_ids.copy()
    people[0] = "a\u200bna"
    region = good.votes.segments["region"]
    for bad, message in (
        (with_statement(text="a\x00"), "NUL"),
        (with_statement(text="\ud800"), "half of a character"),
        (with_statement(translations={"f r": "x"}), "no language tag"),
        (with_statement(author=" "), "author"),
        (replace(good, votes=replace(good.votes, participant_ids=people)), "U\\+200B"),
        (replace(good, votes=replace(good.votes, segments={"participant": region})), "other than participant"),
        (replace(good, votes=replace(good.votes, segments={"r": replace(region, labels=(" N", "S"))})), "space around"),
    ):
        with pytest.raises(VotesError, match=message):
            write_generic(tmp_path / "bad", bad)
    assert not (tmp_path / "bad").exists()


def test_text_ids_that_look_like_numbers_come_back_as_text(tmp_path: Path) -> None:
    votes = Votes.from_events(["7", "x"], ["1", "y"], [1, 0])
    only = votes.people(np.array([True, False]))
    write_generic(tmp_path, Consultation("n", only, ReadReport(SourceFormat.TABLE)))
    assert read(tmp_path).votes.digest() == only.digest()


events = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(["1", "2", "a", "b,c"]), st.sampled_from(["1", "agree", "0", "-1"])),
    max_size=30,
)


@given(events, st.randoms(use_true_random=False))
@reuse_folder
def test_the_order_of_rows_does_not_matter(tmp_path: Path, cast: list[tuple[int, str, str]], shuffler: Any) -> None:
    lines = [f'{person},"{statement}",{vote},{time}\n' for time, (person, statement, vote) in enumerate(cast)]
    header = "participant,statement,vote,time\n"
    first = read(written(tmp_path, header + "".join(lines)))
    shuffler.shuffle(lines)
    second = read(written(tmp_path, header + "".join(lines)))
    assert first.votes.digest() == second.votes.digest()
    assert first.report == second.report


filler = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8) | st.sampled_from(
    ["a\nb", 'say "x"', "\r\n\r\n", ","]
)
bad_cells = st.sampled_from(
    [("", "1", "1"), ("1", "\u200b", "1"), ("1", "2", "perhaps"), ("1", "2", ""), ("-3", "4", "1")]
)


@given(
    st.lists(st.tuples(bad_cells | st.none(), filler), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n", "\r"])
)
@reuse_folder
def test_each_bad_row_is_named_with_its_line(tmp_path: Path, wanted: list[tuple[Any, str]], line_end: str) -> None:
    text = "note,participant,statement,vote" + line_end
    expected = []
    for number, (bad, note) in enumerate(wanted):
        if bad is not None:
            expected.append(1 + len(re.findall("\r\n|\r|\n", text)))
        cells = bad or (str(number), "s", "1")
        quoted = note.replace('"', '""')
        text += f'"{quoted}",{",".join(cells)}{line_end}'
    path = written(tmp_path, text)
    if not expected:
        assert read(path).votes.n_votes == len(wanted)
        return
    assert [line for _, _, line, _ in problems(path)] == expected
    assert read(path, skip_bad=True).votes.n_votes == len(wanted) - len(expected)


@given(
    st.lists(
        st.tuples(
            ids,
            ids,
            st.sampled_from(["1", " 0", "-1.0", "AGREE", "x"]),
            st.sampled_from(["5", "1.5", "2026-01-02", "1e9", "z"]),
        )
    )
)
@reuse_folder
def test_the_fast_and_the_exact_reader_agree(tmp_path: Path, cast: list[tuple[str, str, str, str]]) -> None:
    quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"\n' for row in cast]
    path = written(tmp_path, "participant,statement,vote,time\n" + "".join(quoted))
    fast = read(path, skip_bad=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_fast", lambda *_: False)
        exact = read(path, skip_bad=True)
    assert fast.votes.digest() == exact.votes.digest()
    assert fast.report == exact.report


fragments = st.sampled_from(
    [*HEADER.split(","), "1", "0", "agree", ",", ";", "\t", "\n", "\r", '"', " ", "é", "\x00", "\ufeff", "7", "-1"]
)


@given(st.lists(fragments, max_size=30).map("".join) | st.text(max_size=20), st.booleans(), st.booleans())
@reuse_folder
def test_any_text_is_read_or_refused_in_words(tmp_path: Path, text: str, headed: bool, skip_bad: bool) -> None:
    path = written(tmp_path, ((HEADER if headed else "") + text).encode("utf-8", "surrogatepass"))
    try:
        consultation = read(path, skip_bad=skip_bad)
    except VotesError:
        pass
    else:
        report = consultation.report
        assert report.rows == consultation.votes.n_votes + report.duplicates + report.revotes + report.rows_left


@given(
    st.lists(
        st.integers(-(10**18), 10**18) | st.sampled_from([0, 10**11, 10**14, 10**17, 1600000000, 1600000000000]),
        min_size=1,
    )
)
def test_times_are_scaled_alike_one_by_one_and_at_once(numbers: list[int]) -> None:
    whole = times_of(np.array(numbers, dtype=np.int64))
    assert whole is not None
    assert whole.tolist() == [time_of(number) for number in numbers] == [time_of(str(number)) for number in numbers]
    parts = times_of(np.array(numbers, dtype=np.float64))
    assert parts is not None
    assert parts.tolist() == [time_of(float(number)) for number in numbers]


def test_times_of_one_instant_are_equal() -> None:
    instant = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    same = (
        "1600000000",
        1600000000000,
        "1600000000.0",
        1600000000000000,
        1600000000 * 10**9,
        "2020-09-13T14:26:40+02:00",
        instant,
    )
    assert {time_of(value) for value in same} == {1600000000 * 10**6}
    assert time_of("2020-09-13 12:26:40") == 1600000000 * 10**6  # no zone: UTC


# --- real consultations ---

POLIS = {  # participants, statements, votes, rows, revotes, duplicates
    "15-per-hour-seattle": (339, 54, 2872, 2995, 123, 0),
    "american-assembly.bowling-green": (2031, 896, 225524, 225524, 0, 0),
    "brexit-consensus": (204, 50, 5303, 5312, 9, 0),
    "scoop-hivemind.biodiversity": (536, 316, 29719, 29802, 83, 0),
    "vtaiwan.uberx": (1921, 197, 49443, 49997, 553, 1),
}


@pytest.mark.parametrize("name", POLIS)
def test_polis_conversations(shared: Path, name: str) -> None:
    folder = shared / "data" / "polis" / name
    consultation = read(folder)
    votes, report = consultation.votes, consultation.report
    assert (
        votes.n_participants,
        votes.n_statements,
        votes.n_votes,
        report.rows,
        report.revotes,
        report.duplicates,
    ) == POLIS[name]
    assert report.problem_count == 0
    # no difference between events and matrix, and the voters that the summary counts; biodiversity has two unvoted statements
    differing = [note.text for note in report.notes if note.kind is NoteKind.FILES_DIFFER]
    assert len(differing) == (name == "scoop-hivemind.biodiversity")
    assert all(entry.text for entry in votes.statements)
    wide = pd.read_csv(folder / "participants-votes.csv", index_col="participant").sort_index()
    matrix = wide[[column for column in wide.columns if column.isdigit()]]
    matrix = matrix.rename(columns=int).sort_index(axis="columns").reindex(columns=votes.statement_ids)
    assert votes.participant_ids.tolist() == matrix.index.tolist()
    np.testing.assert_array_equal(votes.dense(), matrix.to_numpy(dtype=np.float64))
    assert consultation.production_groups is not None
    labels = [
        consultation.production_groups.labels[code] if code >= 0 else ""
        for code in consultation.production_groups.codes
    ]
    assert labels == ["" if pd.isna(group) else str(int(group)) for group in wide["group-id"]]


@pytest.mark.parametrize("name", ["150ptpt-3gp-no-strict-no-meta", "25ptpt-3gp-no-strict-with-meta", "below-100-ptpts"])
def test_golden_conversations(shared: Path, name: str) -> None:
    folder = shared / "data" / "polis_golden" / name
    consultation = read(folder)
    math = json.loads((folder / "math-pca2.json").read_text())
    votes = consultation.votes
    assert votes.n_participants == math["n"]
    assert votes.statement_ids.tolist() == sorted(math["tids"])
    counts = np.diff(votes.offsets).tolist()
    assert dict(zip(map(str, votes.participant_ids.tolist()), counts, strict=True)) == math["user-vote-counts"]
    assert {entry.id for entry in votes.statements if entry.meta} == set(math["meta-tids"])
    out = {entry.id for entry in votes.statements if not entry.takes_part}
    assert out == set(math["mod-out"])
    assert consultation.production_groups is not None
    sizes = np.bincount(consultation.production_groups.codes[consultation.production_groups.codes >= 0]).tolist()
    assert sizes == [math["group-votes"][str(group)]["n-members"] for group in range(len(sizes))]
    matrix = votes.dense()
    for place, label in enumerate(consultation.production_groups.labels):
        within = matrix[consultation.production_groups.codes == place]
        for column, key in enumerate(votes.statement_ids.tolist()):
            declared = math["group-votes"][label]["votes"][str(key)]
            assert (declared["A"], declared["D"]) == ((within[:, column] == 1).sum(), (within[:, column] == -1).sum())


# --- the page ---


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"^```(\w+)(?: ([\w./-]+))?\n(.*?)^```", DOC.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, Any] = {}
    ran = 0
    for language, name, body in blocks:
        if name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(body, encoding="utf-8")
        elif language == "python":
            exec(compile(body, DOC.name, "exec"), names)
            ran += 1
    assert ran >= 4


@pytest.mark.parametrize("kinds", [ProblemKind, NoteKind])
def test_every_kind_is_explained_on_the_page(kinds: Any) -> None:
    text = DOC.read_text(encoding="utf-8")
    assert [kind.value for kind in kinds if f"*{kind.value}*" not in text] == []
