"""The report's folder and tables: written whole, nothing replaced by half, missing is null."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyarrow import parquet

from comity.opinion.report import FILES, OutputError, render_html, write_folder
from comity.opinion.result import to_json
from comity.opinion.tables import ParticipantTable, TableError, participants_table, statements_table

if TYPE_CHECKING:
    pass
from tests.opinion.reports import made


def test_the_folder_holds_five_whole_files(tmp_path: Path) -> None:
    result = made.finished(texts=made.HOSTILE)
    folder = tmp_path / "new" / "folder"
    write_folder(folder, result, made.table_of(result), '{"format": "sums"}\n')
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (folder / "report.html").read_text(encoding="utf-8") == render_html(result)
    assert json.loads((folder / "result.json").read_text(encoding="utf-8")) == json.loads(to_json(result))
    (folder / "mine.txt").write_text("kept")
    before = {name: (folder / name).read_bytes() for name in FILES}
    write_folder(folder, result, made.table_of(result), '{"format": "sums"}\n')
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    assert (folder / "mine.txt").exists()


def test_a_file_in_the_way_is_named_with_its_mend(tmp_path: Path) -> None:
    result = made.finished(statements=12, people=60)
    (tmp_path / "out").write_text("here first")
    with pytest.raises(OutputError, match=r"out is a file: give a folder"):
        write_folder(tmp_path / "out", result, made.table_of(result), "{}")
    with pytest.raises(OutputError, match="cannot write to"):
        write_folder(tmp_path / "out" / "below", result, made.table_of(result), "{}")
    (tmp_path / "taken" / "sums.json").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"sums\.json is a folder"):
        write_folder(tmp_path / "taken", result, made.table_of(result), "{}")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["sums.json"]
    assert (tmp_path / "out").read_text() == "here first"


def test_nothing_is_replaced_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = made.finished(statements=12, people=60)
    write_folder(tmp_path, result, made.table_of(result), "old")
    synced = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 4:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_folder(tmp_path, result, made.table_of(result), "new")
    assert (tmp_path / "sums.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_the_table_of_statements_holds_the_result() -> None:
    result = made.finished(texts=made.HOSTILE[:3])
    table = statements_table(result)
    assert table.num_rows == len(result.statements)
    row = table.slice(20, 1).to_pylist()[0]
    entry = result.statements[20]
    assert row["id"] == entry.id
    assert (row["agree"], row["pass"], row["disagree"]) == (
        entry.overall.agree,
        entry.overall.passed,
        entry.overall.disagree,
    )
    assert row["group_B_lower"] == entry.by_group[1].lower
    assert row["least_agreeing_fifth_rank"] == entry.least_agreeing_fifth.rank
    assert dict(row["translations"]) == entry.translations
    assert [(part["segment"], part["label"]) for part in row["by_segment"]][:2] == [
        ("region", "Africa"),
        ("region", "Americas"),
    ]
    last = table.slice(59, 1).to_pylist()[0]
    assert last["share"] is None
    assert last["agree"] == 0
    assert last["least_agreeing_fifth"] is None
    assert table.schema.metadata[b"votes_sha256"].decode() == result.source.votes_sha256
    assert table.schema.metadata[b"simulated"] == b"true"


def test_the_table_of_people_has_nulls_and_not_zeros(tmp_path: Path) -> None:
    result = made.finished()
    for ids in ((), tuple(f"p{n:02}" for n in range(12))):
        people = made.table_of(result, ids=ids)
        write_folder(tmp_path, result, people, "{}")
        rows = parquet.read_table(tmp_path / "participants.parquet").to_pylist()
        assert [row["id"] for row in rows] == people.ids.tolist()
        assert rows[-1]["group"] is None
        assert rows[-1]["position_1"] is None
        assert rows[-1]["probability_A"] is None
        assert rows[0]["group"] == "A"
        assert rows[0]["segment_region"] is None
        assert rows[1]["segment_region"] == "Africa"


def test_arrays_that_do_not_belong_together_are_named() -> None:
    result = made.finished(statements=12, people=60)
    people = made.table_of(result)
    with pytest.raises(TableError, match="group has shape"):
        dataclasses.replace(people, group=np.zeros(3, dtype=np.int32))
    with pytest.raises(TableError, match="position_sd"):
        dataclasses.replace(people, position_sd=people.position_sd[:, :1])
    with pytest.raises(TableError, match="probability has 2 columns"):
        participants_table(result, dataclasses.replace(people, probability=people.probability[:, :2]))
    with pytest.raises(TableError, match="index 7"):
        participants_table(result, dataclasses.replace(people, group=np.full(12, 7, dtype=np.int32)))
    assert isinstance(people, ParticipantTable)
