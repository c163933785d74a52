"""For tests of readers: files of votes to write, and how to look at what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from comity.opinion.formats import BadRows, ProblemKind, read
from comity.opinion.votes import Votes

FIXTURES = Path(__file__).parent / "fixtures"
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
