"""Charter files: what is taken, and that every refusal names file, line, clause and mend."""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import suppress
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.rules import charter_file
from comity.rules.charter import Certainty, Kind
from comity.rules.charter_file import catalogue, load, read
from comity.rules.errors import CharterError, RulesError

START = """format = "comity-charter/1"
id = "house"
version = "1"
title = "House"

[groups]
elders = "Elders"

[weights]
shares = "Shares"

[[rule]]
id = "plain"
title = "Plain"
certainty = "example"
passes = "yes > 1/2 of cast"
"""
SCHEMA = json.loads((Path(charter_file.__file__).parent / "charter.schema.json").read_text(encoding="utf-8"))


def test_a_small_charter_is_taken() -> None:
    charter = read(START)
    rule = charter.rule()
    assert (charter.id, rule.id, rule.certainty, rule.kind) == ("house", "plain", (Certainty.EXAMPLE,), Kind.VOTE)
    assert len(charter.digest) == 64


@pytest.mark.parametrize(
    ("change", "line", "clause", "problem", "mend"),
    [
        (("yes > 1/2 of cast", "yes > 1/2"), 16, "rule plain, passes", "of whom 1/2", "Write `1/2 of`"),
        (
            ("yes > 1/2 of cast", "ayes > 1/2 of cast"),
            16,
            "rule plain, passes",
            "`ayes` is no choice",
            "under [choices]",
        ),
        (("of cast", "of cast in elder"), 16, "rule plain, passes", "`elder` is not declared", "under [groups]"),
        (("of cast", "of cast by share"), 16, "rule plain, passes", "`share` is not declared", "under [weights]"),
        (("1/2", "3/2"), 16, "rule plain, passes", "can never be reached", "at most 1"),
        (('certainty = "example"\n', ""), 12, "rule plain", "`certainty` is missing", "one of: text"),
        (("example", "sure"), 15, "rule plain, certainty", "'sure' is not possible", "one of: text"),
        (("passes", "passed"), 16, "rule plain", "`passed` is not known", "Use:"),
        (('"yes > 1/2 of cast"', '"rule other"'), 16, "rule plain, passes", "no rule `other`", "Name one of: plain"),
        (('"yes > 1/2 of cast"', '"rule plain"'), 16, "rule plain", "back to itself", "circle"),
        (('"yes > 1/2 of cast"', "3"), 16, "rule plain, passes", "text is expected", "Write"),
        (("comity-charter/1", "comity-charter/9"), 1, "format", "not a format", "comity-charter/1"),
        (('id = "house"', 'id = "The House"'), 2, "id", "no name for a charter", "small letters"),
        (('version = "1"\n', ""), 1, "version", "`version` is missing", "Write it"),
        (("[[rule]]", "[[rule]"), 12, "TOML", "", "Mend the line"),
    ],
)
def test_a_refusal_names_file_line_clause_and_mend(
    change: tuple[str, str], line: int, clause: str, problem: str, mend: str
) -> None:
    with pytest.raises(CharterError) as refused:
        read(START.replace(*change), file="house.toml")
    error = refused.value
    assert (error.file, error.line, error.clause) == ("house.toml", line, clause)
    assert problem in error.problem
    assert mend in error.mend
    assert str(error).startswith(f"house.toml, line {line}: {clause}: ")


def test_two_rules_of_one_id_need_dates_that_do_not_overlap() -> None:
    twice = START + START[START.index("[[rule]]") :]
    with pytest.raises(CharterError, match=r"line 18: rule plain: another rule of this id holds on the same days"):
        read(twice)
    apart = START + "valid_until = 1965-12-31\n" + START[START.index("[[rule]]") :] + "valid_from = 1966-01-01\n"
    charter = read(apart)
    assert charter.rule("plain", date(1965, 12, 31)).valid_until == date(1965, 12, 31)
    assert charter.rule("plain", date(1966, 1, 1)).valid_from == date(1966, 1, 1)
    assert charter.rule("plain").valid_from == date(1966, 1, 1)


def test_a_rule_that_did_not_hold_on_a_day_is_refused() -> None:
    charter = read(START + "valid_from = 1966-01-01\n")
    with pytest.raises(RulesError, match="did not hold on 1950-01-01"):
        charter.rule("plain", date(1950, 1, 1))


@pytest.mark.parametrize("name", catalogue())
def test_the_schema_for_editors_takes_every_charter_of_the_catalogue(name: str) -> None:
    text = (charter_file.CATALOGUE / f"{name}.toml").read_text(encoding="utf-8")
    plain = json.loads(json.dumps(tomllib.loads(text), default=str))
    jsonschema.Draft202012Validator(SCHEMA).validate(plain)
    assert load(name).id == name


def test_the_schema_for_editors_knows_the_keys_that_the_reader_knows() -> None:
    rule = SCHEMA["$defs"]["rule"]["properties"]
    assert set(SCHEMA["properties"]) == charter_file.TOP_KEYS
    assert set(rule) == charter_file.RULE_KEYS
    assert set(rule["election"]["properties"]) == charter_file.ELECTION_KEYS
    assert set(SCHEMA["$defs"]["eligibility"]["properties"]) == charter_file.ELIGIBILITY_KEYS
    assert set(SCHEMA["$defs"]["named"]["anyOf"][-1]["properties"]) == charter_file.NAMED_KEYS


ACCORD = '[[rule]]\nid = "accord"\ntitle = "Accord"\ncertainty = "example"\npasses = "deposits >= 3"\nin_force = "30 days after met"\n'


def test_a_charter_says_how_documents_are_numbered_and_what_brings_the_agreement_into_force() -> None:
    symbols = '[symbols]\nseries = { general = "A", notes = "A/N" }\nrevision = "R."\n'
    charter = read('entry_into_force = "accord"\n' + START + ACCORD + symbols)
    assert charter.entry_into_force == "accord"
    assert charter.symbols is not None
    assert (dict(charter.symbols.series), charter.symbols.revision, charter.symbols.draft) == (
        {"general": "A", "notes": "A/N"},
        "R.",
        "L.",
    )
    assert (read(START).symbols, read(START).entry_into_force) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'entry_into_force = "plain"\n' + START,
            "line 1: entry_into_force: 'plain' is no rule that counts instruments",
        ),
        ('entry_into_force = "nowhere"\n' + START, "is no rule that counts instruments"),
        ('entry_into_force = ["plain"]\n' + START, "is no rule that counts instruments"),
        ('amended_by = ["plain"]\n' + START, "there is no rule"),
        (START + "[symbols]\n", "line 17: series: `series` is missing"),
        (START + '[symbols]\nseries = { a = "a b" }\n', "symbols: 'a b' is not the prefix of a series"),
        (START + '[symbols]\nseries = { a = "A" }\ndraft = "L"\n', "'L' is not a mark"),
        (START + '[symbols]\nseries = { a = "A" }\nprefix = "L."\n', "`prefix` is not known here"),
        (START + "[symbols]\nseries = { a = 5 }\n", "text is expected"),
        (START + '[choices]\nmaybe = ["yes"]\n', "is no standard choice"),
        (START + '[[eligibility]]\nid = "x"\ngroup = ["elders"]\neffect = "no-vote"\n', "is not declared"),
    ],
)
def test_what_is_said_wrongly_of_the_whole_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(CharterError, match=re.escape(said)):
        read(text)


@given(st.integers(0, len(START)), st.text(max_size=6), st.integers(0, 12))
def test_a_damaged_charter_is_taken_or_refused_and_never_breaks_the_reader(at: int, put: str, cut: int) -> None:
    with suppress(CharterError):
        read((START[:at] + put + START[at + cut :]).encode("utf-8", "surrogatepass"))


def test_the_examples_of_the_documentation_are_taken() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    whole = read(blocks[0])
    assert [rule.id for rule in whole.rules] == ["ordinary", "amendment"]
    head = blocks[0][: blocks[0].index("[[eligibility]]")].replace("amended_by", "# amended_by")
    head = head.replace("[weights]", 'reio = "REIO"\n[weights]\nemissions = "Emissions"')
    for block in blocks[1:]:
        assert read(head + block).rules


def test_the_library_example_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example
    exec(example[1], {})
    assert capsys.readouterr().out.startswith("adopted Adopté. Règle : Autres questions")


def test_every_charter_of_the_catalogue_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert not [name for name in catalogue() if f"`{name}`" not in page]
