"""docs/decisions.md is run: every charter is read, every vote on it decided, and the sentence beneath is what comes out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from comity.rules import Charter, Outcome, decide, read, sentence
from comity.rules.formats import parse_votes
from comity.rules.record import findings_for

PAGE = Path(__file__).resolve().parents[2] / "docs" / "decisions.md"
_BLOCK = re.compile(r"^```(toml|csv|sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A command of the page with the charter and the votes that stand above it, and the sentence beneath."""

    charter: str
    votes: str
    command: str
    said: str


def examples() -> Iterator[Example]:
    """The worked examples, in their order."""
    charter = votes = command = ""
    for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "toml":
            charter = text
        elif kind == "csv":
            votes = text
        elif kind == "sh":
            command = text.strip()
        else:
            yield Example(charter, votes, command, text.strip())


def outcome_of(example: Example) -> tuple[Outcome, Charter]:
    """What the command decides: its options are those of `comity decide`."""
    words = shlex.split(example.command)
    assert words[:2] == ["comity", "decide"]
    charter = read(example.charter, file=words[2])
    assert words[2] == f"{charter.id}.toml"
    options = dict(zip(words[4::2], words[5::2], strict=True))
    rule = charter.rule(options.pop("--rule"))
    said = {text: option == "--found" for option, text in options.items() if option in ("--found", "--not-found")}
    assert len(said) == len(options)
    given = parse_votes(example.votes, charter, rule)
    found = findings_for(said, charter.findings(), named="the command line")
    return decide(charter, given.snapshot, replace(given.record, findings=found), rule=rule), charter


@pytest.mark.parametrize(
    "example", list(examples()), ids=lambda example: example.command.removeprefix("comity decide ")
)
def test_every_sentence_of_the_page_is_what_comes_out(example: Example) -> None:
    outcome, charter = outcome_of(example)
    assert " ".join(example.said.split()) == sentence(outcome, charter)


def test_the_page_teaches_the_five_bodies() -> None:
    titles = {read(example.charter).title["en"] for example in examples()}
    assert len(titles) == 5
    assert len(list(examples())) == 9
    assert all(read(example.charter).amended_by for example in examples())
