"""Decisions of several organs: each votes with its own members, whose turn it is, and what comes out of all."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from comity.cli import Exit, main
from comity.rules import Ballot, Charter, Finding, Member, Outcome, Record, RulesError, Snapshot, decide, load, votes
from comity.rules.charter_file import read
from comity.rules.formats import TableError, parse_votes
from comity.rules.organs import ITSELF, Organ, organs, votes_itself, whose_turn
from comity.rules.plain import record_from_plain, record_to_plain
from comity.rules.record import OrganVote
from comity.rules.sentences import lines, sentence
from comity.rules.words import LANGUAGES

UN = load("un-organs")
DAY = date(2026, 11, 20)
PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")
COUNCIL = (*PERMANENT, *(f"E{n:02}" for n in range(10)))
ASSEMBLY = (*COUNCIL, *(f"S{n:02}" for n in range(15)))
NOTHING = Snapshot((), DAY)

TWO = """format = "comity-charter/1"
id = "two"
version = "1"
title = "Two"
[groups]
north = "North"
[weights]
seats = "Seats"
[[rule]]
id = "heads"
title = "Heads"
certainty = "example"
passes = "yes > no"
tie = "chair"
quorum = "present >= 1/2 of entitled"
[[rule]]
id = "seats"
title = "Seats"
certainty = "example"
passes = "yes > 1/2 of all by seats"
[[rule]]
id = "joint"
title = "Joint"
certainty = "example"
passes = "{passes}"
"""


def two(passes: str) -> Charter:
    return read(TWO.replace("{passes}", passes))


def council(**choices: str) -> OrganVote:
    members = tuple(Member(n, frozenset({"council"} | ({"permanent"} if n in PERMANENT else set()))) for n in COUNCIL)
    return OrganVote(Snapshot(members, DAY), votes({**dict.fromkeys(COUNCIL, "yes"), **choices}))


def assembly(yes: int, no: int) -> OrganVote:
    members = tuple(Member(n, frozenset({"assembly"})) for n in ASSEMBLY)
    given = ["yes"] * yes + ["no"] * no
    return OrganVote(Snapshot(members, DAY), votes(dict(zip(ASSEMBLY, given, strict=False))))


def joined(rule: str, charter: Charter = UN, **given: OrganVote) -> Outcome:
    return decide(charter, NOTHING, Record(organs=given), rule=rule, on=DAY)


def test_a_rule_says_which_organs_it_asks_and_by_which_rule_each_votes() -> None:
    assert organs(UN, UN.rule("admission")) == (Organ("council", "recommendation"), Organ("assembly", "two-thirds"))
    assert organs(UN, UN.rule("two-thirds")) == ()
    for name in ("eu-council", "wto", "un-sc"):
        assert all(organs(load(name), rule) == () for rule in load(name).rules)
    assert not votes_itself(UN, UN.rule("admission"))


@pytest.mark.parametrize(
    "passes",
    [
        "yes > no and rule seats on council",
        "rule heads and rule seats on council",
        "found 'urgent' and rule seats on council",
    ],
)
def test_the_body_itself_may_vote_beside_organs(passes: str) -> None:
    charter = two(passes)
    assert organs(charter, charter.rule("joint")) == (Organ("council", "seats"),)
    assert votes_itself(charter, charter.rule("joint"))
    assert whose_turn(joined("joint", charter)) == ((ITSELF, "council") if "found" not in passes else ("council",))


def test_a_motion_on_importance_is_voted_on_before_the_question_itself() -> None:
    charter = load("un-ga")
    assert organs(charter, charter.rule("question-after-motion")) == (Organ("motion", "classification"),)
    assert whose_turn(joined("question-after-motion", charter)) == ("motion",)
    members = Snapshot(tuple(Member(n) for n in "ABCDE"), DAY)
    for choice, verdict in (("yes", "not-adopted"), ("no", "adopted")):
        motion = OrganVote(members, votes(dict.fromkeys("ABCDE", choice)))
        assert whose_turn(joined("question-after-motion", charter, motion=motion)) == (ITSELF,)
        record = Record(Ballot({"A": "yes", "B": "yes", "C": "yes", "D": "no", "E": "no"}), organs={"motion": motion})
        assert decide(charter, members, record, rule="question-after-motion", on=DAY).verdict == verdict


def test_where_the_body_itself_has_voted_an_organ_that_comes_after_it_has_its_turn() -> None:
    charter = two("yes > 2/3 of cast or else rule heads on council")
    members = Snapshot(tuple(Member(n) for n in "ABC"), DAY)
    split = decide(charter, members, votes({"A": "yes", "B": "no", "C": "no"}), rule="joint", on=DAY)
    assert (split.verdict, whose_turn(split, itself=True)) == ("undecided", ("council",))


def test_an_organ_that_would_vote_by_two_rules_is_refused() -> None:
    charter = two("rule heads on council and rule seats on council")
    with pytest.raises(RulesError, match="give each ballot a name of its own"):
        organs(charter, charter.rule("joint"))


def test_an_organ_that_would_ask_others_is_refused() -> None:
    charter = read(TWO.replace("{passes}", "rule heads on a and rule seats on b") + _rule("outer", "rule joint on c"))
    with pytest.raises(RulesError, match="c votes by a rule of several organs itself"):
        organs(charter, charter.rule("outer"))


def _rule(name: str, passes: str) -> str:
    return f'[[rule]]\nid = "{name}"\ntitle = "T"\ncertainty = "example"\npasses = "{passes}"\n'


def test_the_assembly_votes_only_after_the_council_has_recommended() -> None:
    assert whose_turn(joined("admission")) == ("council",)
    recommended = joined("admission", council=council())
    assert (recommended.verdict, whose_turn(recommended)) == ("undecided", ("assembly",))
    admitted = joined("admission", council=council(), assembly=assembly(20, 10))
    assert (admitted.verdict, whose_turn(admitted)) == ("adopted", ())
    assert joined("admission", council=council(), assembly=assembly(19, 10)).verdict == "not-adopted"


def test_a_veto_in_the_council_ends_the_matter() -> None:
    vetoed = joined("admission", council=council(CHN="no"))
    assert (vetoed.verdict, whose_turn(vetoed)) == ("not-adopted", ())
    assert whose_turn(joined("admission", council=council(CHN="abstain"))) == ("assembly",)


def test_a_judge_needs_both_majorities_and_both_may_vote_at_once() -> None:
    assert whose_turn(joined("judge")) == ("assembly", "council")
    assert whose_turn(joined("judge", council=council(CHN="no"))) == ("assembly",)
    eight = dict.fromkeys(COUNCIL[:7], "no")
    assert joined("judge", council=council(**eight), assembly=assembly(16, 0)).verdict == "adopted"
    assert joined("judge", council=council(**eight), assembly=assembly(15, 0)).verdict == "not-adopted"
    seven = dict.fromkeys(COUNCIL[:8], "no")
    assert joined("judge", council=council(**seven), assembly=assembly(30, 0)).verdict == "not-adopted"
    # Both vote even where one has settled it.
    assert whose_turn(joined("judge", council=council(**seven))) == ("assembly",)


def test_each_organ_has_its_own_members_weights_and_rights() -> None:
    charter = two("rule heads on lower and rule seats on upper")
    lower = Snapshot((Member("A", entitled=False), Member("B"), Member("C")), DAY)
    upper = Snapshot(tuple(Member(n, weights={"seats": Fraction(w)}) for n, w in {"A": 3, "B": 1, "D": 1}.items()), DAY)
    outcome = joined(
        "joint",
        charter,
        lower=OrganVote(lower, votes({"A": "no", "B": "yes", "C": "abstain"})),
        upper=OrganVote(upper, votes({"A": "yes", "B": "no"})),
    )
    assert outcome.verdict == "adopted"
    assert [(one.member, one.why) for one in outcome.eligibility] == [("A", "no_right")]
    for language in LANGUAGES:
        assert sentence(outcome, charter, language)
        assert len(lines(outcome, charter, language)) >= 5


def test_ties_quorums_and_findings_of_an_organ_are_its_own() -> None:
    charter = two("rule heads on lower and then rule seats on upper")
    members = Snapshot(tuple(Member(n, weights={"seats": Fraction(1)}) for n in "ABCD"), DAY)
    tied = votes({"A": "yes", "B": "no"})
    assert whose_turn(joined("joint", charter, lower=OrganVote(members, tied))) == ("lower",)
    broken = Record(tied.ballot, findings=(Finding("casting vote", "chair", "Ada"),))
    assert whose_turn(joined("joint", charter, lower=OrganVote(members, broken))) == ("upper",)
    few = joined("joint", charter, lower=OrganVote(members, votes({"A": "yes"})))
    assert (few.verdict, whose_turn(few)) == ("not-adopted", ())


def test_an_organ_of_which_only_the_verdict_is_known_is_taken_at_its_word() -> None:
    charter = two("rule heads on lower and then rule seats on upper")
    few = Snapshot((Member("A"), Member("B")), DAY)
    assert whose_turn(joined("joint", charter, lower=OrganVote(few, Record(), "adopted"))) == ("upper",)
    assert joined("joint", charter, lower=OrganVote(few, Record(), "not-adopted")).verdict == "not-adopted"


def test_or_else_asks_the_second_organ_only_where_the_first_failed() -> None:
    charter = two("rule heads on lower or else rule seats on upper")
    members = Snapshot(tuple(Member(n, weights={"seats": Fraction(1)}) for n in "ABC"), DAY)
    yes, no = votes(dict.fromkeys("ABC", "yes")), votes(dict.fromkeys("ABC", "no"))
    assert whose_turn(joined("joint", charter)) == ("lower",)
    assert whose_turn(joined("joint", charter, lower=OrganVote(members, yes))) == ()
    failed = joined("joint", charter, lower=OrganVote(members, no))
    assert whose_turn(failed) == ("upper",)
    gate = two("if rule heads on lower then rule seats on upper otherwise rule seats on third")
    assert whose_turn(joined("joint", gate)) == ("lower",)
    assert whose_turn(joined("joint", gate, lower=OrganVote(members, no))) == ("third",)


def _table(council: str, assembly: int) -> str:
    """Votes of both organs: the permanent members as written, all others yes; so many yes and ten no in the assembly."""
    rows = [f"{n},{choice},council,permanent" for n, choice in zip(PERMANENT, council, strict=True)]
    rows += [f"{n},y,council," for n in COUNCIL[5:]]
    rows += [f"{n},{'y' if place < assembly else 'n'},assembly," for place, n in enumerate(ASSEMBLY[: assembly + 10])]
    return "member,choice,organ,group\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("council", "assembly", "verdict"),
    [("yyyya", 20, "Adopted"), ("yyyyn", 20, "Not adopted"), ("yyyyy", 19, "Not adopted")],
)
def test_one_table_has_the_votes_of_all_organs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], council: str, assembly: int, verdict: str
) -> None:
    path = tmp_path / "both.csv"
    path.write_text(_table(council, assembly), encoding="utf-8")
    assert main(["decide", "un-organs", str(path), "--rule", "admission"]) == Exit.OK
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{verdict}. Rule:")


def test_an_organ_that_the_rule_does_not_ask_is_refused_and_those_who_vote_in_one_make_it_up() -> None:
    charter = two("rule heads on lower and rule seats on upper")
    rule = charter.rule("joint")
    table = "member,choice,organ,weight\nA,yes,lower,\nB,no,lower,\nC,yes,lower,\nA,yes,Upper,3\nD,no,upper,2\n"
    given = parse_votes(table, charter, rule, DAY)
    assert decide(charter, given.snapshot, given.record, rule=rule, on=DAY).verdict == "adopted"
    with pytest.raises(
        TableError, match=r"line 2, column organ: 'middle' is no organ that the rule asks\. There is: lower, upper"
    ):
        parse_votes("member,choice,organ\nA,yes,middle\n", charter, rule)
    with pytest.raises(TableError, match="There is: —"):
        parse_votes("member,choice,organ\nA,yes,lower\n", charter, charter.rule("heads"))
    given = parse_votes(
        "member,choice,organ\n" + "".join(f"{n},yes,assembly\n" for n in ASSEMBLY), UN, UN.rule("judge"), DAY
    )
    assert given.record.organs["assembly"].snapshot.in_group("assembly") == set(ASSEMBLY)


def test_votes_of_organs_are_kept_as_plain_values_with_the_same_hash_and_replay_to_the_same_bytes() -> None:
    record = Record(
        organs={
            "council": council(),
            "assembly": OrganVote(assembly(1, 0).snapshot, Record(Ballot(totals={"yes": 20, "no": 1}))),
        }
    )
    again = record_from_plain(record_to_plain(record))
    assert again.digest == record.digest != Record().digest
    first = decide(UN, NOTHING, record, rule="admission", on=DAY)
    assert first.verdict == "adopted"
    assert decide(UN, NOTHING, again, rule="admission", on=DAY).to_json() == first.to_json()
    with pytest.raises(RulesError, match="does not fit"):
        record_from_plain({"organs": {"council": {"snapshot": {}}}})
