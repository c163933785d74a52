"""Votes that cannot be taken: every bad row has its place and its mend, and nothing is half taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from vote_files import HEADER, as_dict, problems, written

from comity.opinion.formats import (
    BadRows,
    NoteKind,
    ProblemKind,
    read,
)
from comity.opinion.votes import VotesError


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


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [f'{k},"s",1,5" pipe' if k == 3 else f'"{k},s,1,x' if k == 7 else f"{k},s,1,x" for k in range(2_000)]
    path = written(tmp_path, "participant,statement,vote,note\n" + "\n".join(lines) + "\n")
    assert problems(path) == [(ProblemKind.FIELDS, "votes.csv", 9, "")]
    assert read(path, skip_bad=True).votes.n_votes == 1_999


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
