"""What holds for all input: written is read back, order does not matter, any text is read or refused in words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vote_files import HEADER, problems, reuse_folder, written

from comity.opinion.formats import (
    Consultation,
    ProblemKind,
    ReadReport,
    SourceFormat,
    read,
    rows,
    write_generic,
)
from comity.opinion.formats.cells import CellError, id_of, time_of, times_of
from comity.opinion.votes import Moderation, Statement, Votes, VotesError

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


@pytest.mark.slow
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


@pytest.mark.slow
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
