"""`comity decide` and `comity in-force`: what they print and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli import Exit, main
from comity.rules import catalogue, load

VOTES = "member,choice\nAland,yes\nBland,yes\nCland,no\nDland,abstain\nEland,\n"


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    path.write_text(VOTES, encoding="utf-8")
    return path


def test_a_vote_is_decided_and_explained(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", "un-ga", str(votes), "--rule", "important", "--need"]) == Exit.OK
    said = capsys.readouterr().out
    assert "Adopted. Rule: Important questions (Charter, Article 18(2); wording read in the text)." in said
    assert "Yes: 2 of 3 (yes and no votes cast); needed: at least 2/3, that is at least 2 — met" in said
    assert "Nobody is recorded under: Members two years or more in arrears" in said
    assert "Each of these can block it alone: Eland" in said


def test_the_json_is_the_same_bytes_again_and_other_languages_speak(
    votes: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = []
    for _ in range(2):
        assert main(["decide", "un-ga", str(votes), "--json"]) == Exit.OK
        found.append(capsysbinary.readouterr().out)
    assert found[0] == found[1]
    assert json.loads(found[0])["verdict"] == "adopted"
    assert main(["decide", "un-ga", str(votes), "--language", "zh"]) == Exit.OK
    assert "赞成：2／3" in capsysbinary.readouterr().out.decode()


def test_findings_and_the_second_vote_are_said_on_the_command_line(
    votes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes.write_text("member,choice\nA,yes\nB,yes\nC,yes\nD,no\nE,no\n", encoding="utf-8")
    asked = ["decide", "un-ga", str(votes), "--rule", "question"]
    assert main(asked) == Exit.OK
    assert "Not known: a fact is missing" in capsys.readouterr().out
    assert main([*asked, "--not-found", "important question"]) == Exit.OK
    assert "Adopted" in capsys.readouterr().out
    assert main([*asked, "--found", "important question"]) == Exit.OK
    assert "Not adopted" in capsys.readouterr().out
    assert main([*asked, "--found", "something else"]) == Exit.REFUSED
    assert 'it asks for "important question"' in capsys.readouterr().err
    votes.write_text("member,choice\nA,yes\nB,no\n", encoding="utf-8")
    assert main(["decide", "un-ga", str(votes)]) == Exit.OK
    assert "Tie" in capsys.readouterr().out
    assert main(["decide", "un-ga", str(votes), "--second"]) == Exit.OK
    assert "Not adopted" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("member,choice\nA,yess\n", "votes.csv, line 2, column choice: 'yess' is no choice. Write one of: yes, no"),
        ("member,choice\nA,yes\nA,no\n", "line 3, column member: A is there twice."),
        ("member,choice,popul\nA,yes,3\n", "line 1, column popul: the column is not known."),
        ("member,choice\nA\n", "line 2, column -: 1 cells for 2 columns."),
        ("who,what\nA,yes\n", "the columns `member` and `choice` are needed"),
        ('member,choice\n"A,yes\n', "Mend the quotation marks"),
        ("", "line 1 has no column names"),
    ],
)
def test_a_table_that_cannot_be_taken_is_refused_with_line_and_mend(
    votes: Path, capsys: pytest.CaptureFixture[str], table: str, problem: str
) -> None:
    votes.write_text(table, encoding="utf-8")
    assert main(["decide", "un-ga", str(votes)]) == Exit.REFUSED
    assert problem in capsys.readouterr().err


def test_groups_weights_rights_reasons_and_proxies_are_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    charter, table = tmp_path / "c.toml", tmp_path / "v.csv"
    charter.write_text(
        """format = "comity-charter/1"
id = "c"
version = "1"
title = "C"
[groups]
north = "North"
[weights]
people = "People"
[[rule]]
id = "c"
title = "C"
certainty = "example"
passes = "yes >= 1/2 of entitled by people and yes >= 1 in north and no <= 1/3 of cast"
needs_reason = ["no"]
proxies = 1
""",
        encoding="utf-8",
    )
    table.write_text(
        "member;choice;group;weight;entitled;reason;proxy\nA;y;north;1 000.5;yes;;\nB;n;;900;;;\n"
        "C;yes;;100;yes;;A\nD;yes;;5000;no;;\nE;a;;1,5;;;\n".replace("1,5", "1.5"),
        encoding="utf-8",
    )
    assert main(["decide", str(charter), str(table)]) == Exit.OK
    said = capsys.readouterr().out
    assert "Adopted" in said
    assert "1100.5 (54.97 %) of 2002" in said
    assert "D: voted without a right to; not counted" in said
    assert "B: no without the reason that the rule asks for; counted as invalid" in said


def test_a_charter_that_is_not_there_or_cannot_be_read(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decide", "un-gb", str(votes)]) == Exit.REFUSED
    assert "neither a file nor in the catalogue: name a charter file, or one of" in capsys.readouterr().err
    broken = tmp_path / "broken.toml"
    broken.write_text('format = "comity-charter/1"\nid = "x"\n', encoding="utf-8")
    assert main(["decide", str(broken), str(votes)]) == Exit.REFUSED
    assert "broken.toml, line 1: version: `version` is missing." in capsys.readouterr().err
    assert main(["decide", "un-ga", str(votes), "--rule", "none"]) == Exit.REFUSED
    assert "un-ga has no rule none: choose one of ordinary" in capsys.readouterr().err


def test_refusals_are_told_in_the_language_that_was_asked_for(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('format = "comity-charter/1"\nid = "x"\n', encoding="utf-8")
    assert main(["decide", str(broken), str(votes), "--language", "fr"]) == Exit.REFUSED
    assert "broken.toml, ligne 1 : version : `version` manque." in capsys.readouterr().err
    votes.write_text("member,choice\nA,perhaps\n", encoding="utf-8")
    assert main(["decide", "un-ga", str(votes), "--language", "es"]) == Exit.REFUSED
    assert "línea 2, columna choice: 'perhaps' no es una opción" in capsys.readouterr().err


def test_a_treaty_is_in_force_or_short_of_instruments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "sco.csv"
    table.write_text("member,date\nA,2002-01-01\nB,2002-02-01\nC,2002-03-01\nD,\n", encoding="utf-8")
    asked = ["in-force", "treaties", str(table), "--rule", "sco"]
    assert main(asked) == Exit.OK
    assert "not in force; further instruments needed: 1" in capsys.readouterr().out
    assert main([*asked, "--official", "2003-09-19"]) == Exit.DIFFERS
    assert "unreachable from this table: on 2003-08-20 it was short of instruments by 1" in capsys.readouterr().out
    lost = tmp_path / "lost.csv"
    lost.write_text("file,party,action,date\nsco.csv,D,ratification,2003-08-20\nother.csv,E,,x\n", encoding="utf-8")
    assert main([*asked, "--official", "2003-09-19", "--predecessors", str(lost)]) == Exit.OK
    said = capsys.readouterr().out
    assert "in force from 2003-09-19; the condition was met on 2003-08-20 with: D" in said
    assert "The official day, 2003-09-19, agrees" in said
    assert main([*asked, "--json", "--predecessors", str(lost)]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert (found["takes_effect"], found["since"]["A"]) == ("2003-09-19", "2003-09-19")
    assert main([*asked, "--event", "soon"]) == Exit.REFUSED
    assert "write NAME=DAY" in capsys.readouterr().err


@pytest.mark.slow
def test_a_table_that_names_no_group_is_explained_by_what_it_lacks(
    votes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decide", "un-sc", str(votes)]) == Exit.OK
    assert "no = 0 in permanent — not known" in capsys.readouterr().out
    for name in catalogue():
        for rule in sorted({rule.id for rule in load(name).rules}):
            assert main(["decide", name, str(votes), "--rule", rule]) in {Exit.OK, Exit.REFUSED}, f"{name}: {rule}"
