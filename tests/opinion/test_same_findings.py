"""Same votes, same findings: the same bytes whatever the order of arrival, threads, BLAS, processor, hash seed or locale."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from comity.opinion import result as results
from comity.opinion import sums as summing
from comity.opinion.analysis import Analysis, analyse
from comity.opinion.chance import hash_ids
from comity.opinion.formats import read
from comity.opinion.result import Settings
from comity.opinion.simulation import latent_groups, simulate
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Votes

PROGRAM = """
import hashlib, sys
from comity.opinion import result as results, sums as summing
from comity.opinion.analysis import analyse
from comity.opinion.result import Settings
from comity.opinion.simulation import latent_groups, simulate
from comity.opinion.tallies import Tallies

for votes in (simulate(220, 40, seed=4, mean_votes=20).votes, latent_groups(150, 30, 3, 18, seed=1)[0]):
    done = analyse(votes, Settings(floor=5), threads=int(sys.argv[1]))
    for published in (results.to_json(done.result).encode(), summing.to_json(done.sums).encode(), Tallies.of(votes).to_bytes()):
        print(hashlib.sha256(published).hexdigest())
"""
"""What another process prints: the demonstration and a case with groups, every stage of the engine, both published files."""


def conversations() -> tuple[Votes, Votes]:
    return simulate(220, 40, seed=4, mean_votes=20).votes, latent_groups(150, 30, 3, 18, seed=1)[0]


def published(done: Analysis, votes: Votes) -> list[str]:
    files = results.to_json(done.result).encode(), summing.to_json(done.sums).encode(), Tallies.of(votes).to_bytes()
    return [hashlib.sha256(text).hexdigest() for text in files]


@pytest.fixture(scope="module")
def reference() -> list[str]:
    """What this process finds, on one thread."""
    return [line for votes in conversations() for line in published(analyse(votes, Settings(floor=5)), votes)]


def elsewhere(threads: int = 1, **environment: str) -> list[str]:
    """What another process finds in this environment."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(threads)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_cases_have_something_to_find(reference: list[str]) -> None:
    assert len(set(reference)) == 6
    grouped = analyse(conversations()[1], Settings(floor=5), coordination=False).result
    assert len(grouped.groups) > 1
    assert grouped.quality.axes > 0


# --- in this process ---


@pytest.mark.parametrize("threads", [2, 5])
def test_threads(reference: list[str], threads: int) -> None:
    assert [
        line
        for votes in conversations()
        for line in published(analyse(votes, Settings(floor=5), threads=threads), votes)
    ] == reference


def test_order_of_arrival_of_events_people_statements_and_segments(reference: list[str]) -> None:
    found = []
    for votes in conversations():
        order = np.argsort(hash_ids(np.arange(votes.n_votes), 7, "shuffle"), kind="stable")
        people = votes.participant_ids.tolist()
        shuffled = Votes.from_events(
            votes.participant_ids[votes.persons][order],
            votes.statement_ids[votes.columns][order],
            votes.values[order],
            important=None if votes.important is None else votes.important[order],
            statements=votes.statements[::-1],
            participants=people[::-1],
            segments={
                name: {
                    people[i]: segment.labels[segment.codes[i]]
                    for i in range(len(people) - 1, -1, -1)
                    if segment.codes[i] >= 0
                }
                for name, segment in reversed(list(votes.segments.items()))
            },
        )
        assert shuffled.digest() == votes.digest()
        found += published(analyse(shuffled, Settings(floor=5)), shuffled)
    assert found == reference


def test_votes_that_were_changed_on_the_way(reference: list[str]) -> None:
    votes = conversations()[1]
    first = np.where(votes.values == 1, -1, 1)  # everybody first voted otherwise
    again = Votes.from_events(
        np.tile(votes.participant_ids[votes.persons], 2),
        np.tile(votes.statement_ids[votes.columns], 2),
        np.concatenate((votes.values, first)),
        time=np.concatenate((np.full(votes.n_votes, 2.0), np.full(votes.n_votes, 1.0))),
        statements=votes.statements,
        participants=votes.participant_ids,
    )
    assert published(analyse(again, Settings(floor=5)), again) == reference[3:]


def test_a_second_run_in_the_same_process(reference: list[str]) -> None:
    votes = conversations()[1]
    analyse(conversations()[0], coordination=False)
    assert published(analyse(votes, Settings(floor=5)), votes) == reference[3:]


# --- in other processes ---


@pytest.mark.slow
@pytest.mark.parametrize(
    ("threads", "environment"),
    [
        (
            1,
            {
                "OPENBLAS_CORETYPE": "Haswell",
                "OPENBLAS_NUM_THREADS": "1",
                "PYTHONHASHSEED": "1",
                "LC_ALL": "C",
                "TZ": "Asia/Kolkata",
            },
        ),
        (
            2,
            {
                "OPENBLAS_CORETYPE": "Nehalem",
                "OPENBLAS_NUM_THREADS": "2",
                "PYTHONHASHSEED": "4242",
                "LC_ALL": "tr_TR.UTF-8",
            },
        ),
        (1, {"NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX AVX2 FMA3", "PYTHONHASHSEED": "0", "PYTHONUTF8": "0"}),
    ],
    ids=["Haswell, one thread", "Nehalem, two threads", "NumPy without wide vectors"],
)
def test_blas_processor_hash_seed_and_locale(threads: int, environment: dict[str, str], reference: list[str]) -> None:
    assert elsewhere(threads, **environment) == reference


@pytest.mark.soak
def test_kernels_compiled_for_a_plain_processor(reference: list[str], tmp_path: Path) -> None:
    assert elsewhere(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="", NUMBA_CACHE_DIR=str(tmp_path)) == reference


@pytest.mark.soak
def test_kernels_that_are_not_optimised(reference: list[str], tmp_path: Path) -> None:
    assert elsewhere(NUMBA_OPT="0", NUMBA_CACHE_DIR=str(tmp_path)) == reference


# --- a real conversation ---


def test_a_real_conversation_in_another_order_and_on_two_threads(shared: Path) -> None:
    votes = read(shared / "data" / "polis" / "brexit-consensus").votes
    order = np.argsort(hash_ids(np.arange(votes.n_votes), 8, "shuffle"), kind="stable")
    shuffled = Votes.from_events(
        votes.participant_ids[votes.persons][order],
        votes.statement_ids[votes.columns][order],
        votes.values[order],
        statements=votes.statements,
        participants=votes.participant_ids,
    )
    assert published(analyse(shuffled, threads=2), shuffled) == published(analyse(votes), votes)
