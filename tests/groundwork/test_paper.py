"""Pages as PDF files: what the program on this machine makes, and what a person is told when it makes none."""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from comity.groundwork import paper
from comity.groundwork.refusals import Unavailable

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>Report</title><h1>What unites</h1>"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    paper._kept.clear()


def program(folder: Path, *lines: str) -> str:
    """A program of a few lines of shell."""
    path = folder / "program"
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("words", ["What unites", "ما يجمع", "团结我们的"])
def test_a_page_becomes_a_pdf_that_holds_its_letters(words: str, chromium_path: str, settings: Any) -> None:
    settings.COMITY_CHROMIUM = chromium_path
    made = paper.pdf(PAGE.replace("What unites", words))
    assert made.startswith(b"%PDF-")
    assert re.search(rb"/BaseFont /[A-Z]{6}\+|/Subtype /Type3", made), "no font is embedded"
    assert b"/StructTreeRoot" in made  # headings and tables can be told from each other by a screen reader


def test_the_same_page_is_made_once(tmp_path: Path, settings: Any) -> None:
    count = tmp_path / "count"
    settings.COMITY_CHROMIUM = program(
        tmp_path,
        f"echo x >> {count}",
        'for word in "$@"; do case "$word" in --print-to-pdf=*) printf %%PDF-x > "${word#--print-to-pdf=}";; esac; done',
    )
    assert paper.pdf(PAGE) == paper.pdf(PAGE) == b"%PDF-x"
    assert count.read_text() == "x\n"
    for n in range(paper.KEPT):
        paper.pdf(f"{PAGE}{n}")
    paper.pdf(PAGE)
    assert count.read_text() == "x\n" * (paper.KEPT + 2)


def test_without_a_program_a_person_is_told_what_to_do_instead(settings: Any, tmp_path: Path) -> None:
    settings.COMITY_CHROMIUM = str(tmp_path / "nowhere")
    assert paper.engine() is None
    with pytest.raises(Unavailable, match="save it as a PDF"):
        paper.pdf(PAGE)


def test_a_program_that_fails_is_named_in_the_log(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.COMITY_CHROMIUM = program(tmp_path, "echo no such display >&2", "exit 1")
    with pytest.raises(Unavailable, match="could not be made"):
        paper.pdf(PAGE)
    assert "no such display" in caplog.text


def test_a_program_that_hangs_is_ended_with_all_that_it_started(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "LONGEST", 0.5)
    number = tmp_path / "number"
    settings.COMITY_CHROMIUM = program(tmp_path, "sleep 60 &", f"echo $! > {number}", "wait")
    with pytest.raises(Unavailable):
        paper.pdf(PAGE)
    started = Path("/proc", number.read_text().strip())
    for _ in range(100):
        if not started.exists() or started.joinpath("stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(int(started.name), 9)
        raise AssertionError("a child of the program still runs")


def test_one_is_made_at_a_time(settings: Any, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    settings.COMITY_CHROMIUM = program(tmp_path, f"touch {begun}", f"while [ ! -e {go} ]; do sleep .05; done", "exit 1")
    refused: list[Exception] = []

    def first() -> None:
        try:
            paper.pdf(PAGE)
        except Unavailable as error:
            refused.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    while not begun.exists():
        time.sleep(0.01)
    with pytest.raises(Unavailable, match="Another PDF"):
        paper.pdf(PAGE + "2")
    go.touch()
    thread.join()
    assert "could not be made" in str(refused[0])
