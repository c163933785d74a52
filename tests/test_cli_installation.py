"""Verbs that work on an installation, each as a process, on the demonstration organisation in a folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.demonstration import COMITY, copied, surroundings

pytestmark = pytest.mark.slow


def comity(*words: str | Path, data: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `comity` on a data folder with nothing else of this machine's settings."""
    named = ["--data", str(data)] if data is not None else []
    return subprocess.run(
        [*COMITY, *map(str, words), *named], env=surroundings(**environment), capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def data(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration organisation."""
    return copied(demonstration, tmp_path_factory.mktemp("demo") / "data")


def key_in(text: str) -> str:
    """The public key in what `comity export` says."""
    return text.split("--key '")[1].split("'")[0]


def test_founding_the_demonstration_twice_changes_nothing(data: Path) -> None:
    again = comity("demo", "--no-serve", "--no-consultation", "--out", data.parent)
    assert again.returncode == 0, again.stderr
    assert "was founded before" in again.stdout


def test_an_act_is_done_by_name_and_a_refusal_is_a_sentence(data: Path) -> None:
    made = comity("act", "charter.establish_body", "name=Working Group", "established_on=2026-09-01", data=data)
    assert made.returncode == 0, made.stderr
    assert len(json.loads(made.stdout)["id"]) == 26
    refused = comity("act", "charter.establish_body", "name= ", "established_on=2026-09-01", data=data)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "cannot be empty" in refused.stderr
    unknown = comity("act", "charter.establish_bodies", data=data)
    assert "there is no act" in unknown.stderr
    listed = comity("act", data=data)
    assert "charter.establish_body\n    Establish a body" in listed.stdout


def test_an_export_verifies_and_the_full_one_is_taken_over(data: Path, tmp_path: Path) -> None:
    public = comity("export", tmp_path / "public", data=data)
    assert public.returncode == 0, public.stderr
    key = key_in(public.stdout)
    assert comity("verify", tmp_path / "public", "--key", key).returncode == 0
    alone = subprocess.run(
        [sys.executable, tmp_path / "public/verify.py", tmp_path / "public", "--key", key],
        capture_output=True,
        text=True,
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr
    events = tmp_path / "public/events.jsonl"
    content = bytearray(events.read_bytes())
    content[len(content) // 2] ^= 1
    events.write_bytes(content)
    wrong = comity("verify", tmp_path / "public", "--key", key)
    assert wrong.returncode == 1
    assert "events.jsonl" in wrong.stdout

    assert comity("export", tmp_path / "full", "--audience", "secretariat", data=data).returncode == 0
    new = tmp_path / "new"
    taken = comity("import", tmp_path / "full", "--key", key, data=new)
    assert taken.returncode == 0, taken.stderr
    checked = comity("check", data=new)
    assert checked.returncode == 0, checked.stdout
    refused = comity("import", tmp_path / "full", "--key", key, data=new)
    assert refused.returncode == 2


def test_a_backup_is_restored_with_its_passphrase_only(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.comity"
    made = comity("backup", kept, data=data, COMITY_PASSPHRASE="a long enough phrase")
    assert made.returncode == 0, made.stderr
    assert b"sqlite" not in kept.read_bytes().lower()
    wrong = comity("restore", kept, data=tmp_path / "new", COMITY_PASSPHRASE="another long phrase")
    assert wrong.returncode == 2
    restored = comity("restore", kept, data=tmp_path / "new", COMITY_PASSPHRASE="a long enough phrase")
    assert restored.returncode == 0, restored.stderr
    assert comity("check", data=tmp_path / "new").returncode == 0


def test_the_first_administrator_is_registered(tmp_path: Path) -> None:
    made = comity("administrator", "Ada", "ada@example.org", data=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "ada@example.org" in made.stdout
    again = comity("administrator", "Ada", "ada@example.org", data=tmp_path)
    assert again.returncode == 2
    assert "registered already" in again.stderr
