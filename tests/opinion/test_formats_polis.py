"""Exports of Polis: every quirk of theirs has a fixture, and real conversations are read whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from vote_files import FIXTURES, as_dict, problems, written

from comity.opinion.formats import (
    NoteKind,
    ProblemKind,
    SourceFormat,
    read,
)
from comity.opinion.votes import Moderation, VotesError


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
