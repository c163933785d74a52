"""Our own folder, text, Parquet and tables in memory: what is read, what is noted, and that the page is right."""

from __future__ import annotations

import re
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
from vote_files import FIXTURES, HEADER, as_dict, problems, written

from comity.opinion.formats import (
    BadRows,
    Consultation,
    NoteKind,
    ProblemKind,
    ReadReport,
    SourceFormat,
    from_table,
    read,
    write_generic,
)
from comity.opinion.formats.cells import time_of
from comity.opinion.votes import Moderation, Statement, Votes, VotesError

DOC = Path(__file__).parents[2] / "docs" / "votes-in.md"


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


# --- ids, headers, lists ---


def test_a_file_with_a_header_alone(tmp_path: Path) -> None:
    for text in (HEADER, HEADER.strip()):
        votes = read(written(tmp_path, text)).votes
        assert (votes.n_participants, votes.n_statements, votes.n_votes) == (0, 0, 0)


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


def test_progress_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "".join(f"{k},1,1\n" for k in range(1000)))
    told: list[tuple[int, int]] = []
    read(path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


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


@pytest.mark.slow
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


# --- writing, and times ---


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
