"""Outcomes: bases, eligibility, quorum, ties, missing facts, and that an outcome explains and repeats itself."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest

from comity.rules.charter import Charter
from comity.rules.charter_file import load, read
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.outcome import Outcome, Verdict
from comity.rules.record import Ballot, Finding, Record, votes
from comity.rules.sentences import lines, sentence
from comity.rules.snapshot import Member, Snapshot, snapshot_of
from comity.rules.words import LANGUAGES, WORDS


def charter(rule: str, more: str = "") -> Charter:
    return read(
        f"""format = "comity-charter/1"
id = "house"
version = "3"
title = "House"
{more}
[[rule]]
id = "it"
title = "It"
source = "Article 1"
certainty = "example"
{rule}
"""
    )


def rule(clause: str) -> Charter:
    return charter(f'passes = "{clause}"', '[groups]\ng = "G"\nh = "H"\n[weights]\nw = "W"')


def outcome(clause: str, **choices: str) -> Outcome:
    return decide(rule(clause), snapshot_of(choices), votes({k: v for k, v in choices.items() if v != "-"}))


# Ten members: 3 yes, 2 no, 1 abstains, 1 blank, 1 there without voting, 1 absent, 1 recused.
TEN = {
    "a": "yes", "b": "yes", "c": "yes", "d": "no", "e": "no", "f": "abstain", "g": "blank", "h": "not-voting", "i": "-",
    "j": "recused",
}  # fmt: skip


@pytest.mark.parametrize(
    ("base", "total"),
    [("all", 10), ("entitled", 10), ("participants", 9), ("present", 8), ("issued", 7), ("expressed", 6), ("cast", 5)],
)
def test_each_base_counts_whom_it_says(base: str, total: int) -> None:
    operand = outcome(f"yes >= 1/2 of {base}", **TEN).part.operand
    assert operand is not None
    assert (operand.count, operand.total, operand.threshold) == (3, total, Fraction(total, 2))


@pytest.mark.parametrize(
    ("clause", "met"),
    [
        ("yes > 3/5 of cast", False),
        ("yes >= 3/5 of cast", True),
        ("yes <= 3/5 of cast", True),
        ("yes < 3/5 of cast", False),
        ("yes = 3/5 of cast", True),
        ("yes > no", True),
        ("yes > no+abstain", False),
        ("yes >= 3/2 of no", True),
        ("not-yes = 6", True),
        ("not-yes < 6", False),
        ("present > 1/2 of all", True),
        ("yes >= 3 and no = 0", False),
        ("yes >= 3 or no = 0", True),
        ("not no = 0", True),
        ("at least 2 of (yes >= 3; no = 0; abstain = 1)", True),
        ("yes >= 4 and then no = 2", False),
        ("no = 0 or else yes >= 3", True),
        ("if yes >= 3 then no = 2 otherwise no = 0", True),
        ("if yes >= 4 then no = 2 otherwise no = 0", False),
        ("consensus", True),
    ],
)
def test_comparisons_and_their_combinations(clause: str, met: bool) -> None:
    assert outcome(clause, **TEN).part.met is met


@pytest.mark.parametrize("op", [">", ">=", "<", "<=", "="])
def test_a_share_of_nobody_is_never_met(op: str) -> None:
    assert outcome(f"yes {op} 0% of cast", a="abstain", b="-").part.met is False


def test_thirds_are_exact_where_floats_are_not() -> None:
    members = {f"m{n:03d}": "yes" if n < 100 else "no" for n in range(150)}
    assert outcome("yes >= 2/3 of cast", **members).part.met is True
    assert outcome("yes > 2/3 of cast", **members).part.met is False


def test_weights_are_exact_fractions_and_groups_are_chambers() -> None:
    members = (
        Member("a", frozenset({"g"}), {"w": Fraction(1, 3)}),
        Member("b", frozenset({"g"}), {"w": Fraction(1, 3)}),
        Member("c", frozenset({"h"}), {"w": Fraction("0.1")}),
    )
    snapshot = Snapshot(members)
    record = votes({"a": "yes", "b": "no", "c": "no"})
    found = decide(rule("yes >= 10/23 of all by w and yes >= 1/2 of cast in g and yes < 1 in not g"), snapshot, record)
    assert found.verdict is Verdict.ADOPTED
    by_weight = found.part.parts[0].operand
    assert by_weight is not None
    assert (by_weight.count, by_weight.total) == (Fraction(1, 3), Fraction(23, 30))


# --- what is not known ---


def test_a_missing_weight_or_group_leaves_open_what_depends_on_it_and_nothing_else() -> None:
    snapshot = Snapshot((Member("a", weights={"w": Fraction(2)}), Member("b")))
    record = votes({"a": "yes", "b": "no"})
    open_ = decide(rule("yes >= 1/2 of all by w"), snapshot, record)
    assert open_.verdict is Verdict.UNDECIDED
    assert [(fact.what, fact.detail) for fact in open_.missing] == [("weight_of", "w: b")]
    group = decide(rule("yes >= 1 in g"), snapshot, record)
    assert [(fact.what, fact.detail) for fact in group.missing] == [("who_is_in", "g")]
    assert decide(rule("yes >= 2 and yes >= 1 in g"), snapshot, record).verdict is Verdict.NOT_ADOPTED
    assert decide(rule("yes >= 1 or yes >= 1 in g"), snapshot, record).verdict is Verdict.ADOPTED
    empty = Snapshot(snapshot.members, groups=frozenset({"g"}))
    assert decide(rule("yes >= 1 in g"), empty, record).verdict is Verdict.NOT_ADOPTED


def test_a_finding_is_an_input_and_a_challenge_turns_it() -> None:
    rough = rule("found 'rough consensus' by chair")
    snapshot = snapshot_of("ab")
    assert decide(rough, snapshot, Record()).verdict is Verdict.UNDECIDED
    found = Finding("rough consensus", "chair", "A. Chair")
    assert decide(rough, snapshot, Record(findings=(found,))).verdict is Verdict.ADOPTED
    turned = Finding("rough consensus", "chair", "A. Chair", overturned=True)
    assert decide(rough, snapshot, Record(findings=(turned,))).verdict is Verdict.NOT_ADOPTED
    other = Finding("rough consensus", "secretary", "B. Clerk")
    assert decide(rough, snapshot, Record(findings=(other,))).verdict is Verdict.UNDECIDED
    with pytest.raises(RulesError, match="Two findings"):
        decide(rough, snapshot, Record(findings=(found, turned)))


# --- who may vote ---

STANDINGS = """[groups]
arrears = "In arrears"
spared = "Spared"
party = "Party to the dispute"
out = "Opted out"
council = "Council"
[[eligibility]]
id = "dues"
group = "arrears"
unless = "spared"
effect = "no-vote"
source = "Article 19"
[[eligibility]]
id = "dispute"
group = "party"
effect = "abstains"
[[eligibility]]
id = "opt-out"
group = "out"
effect = "recused"
"""


def _standing(name: str, *groups: str, **more: Any) -> Member:
    return Member(name, frozenset(groups), **more)


def test_standings_change_the_bases_and_are_logged_with_their_clause() -> None:
    house = charter('passes = "yes >= 1/2 of entitled"\neligibility = ["dues", "dispute", "opt-out"]', STANDINGS)
    snapshot = Snapshot(
        (
            _standing("a"),
            _standing("b", "arrears"),
            _standing("c", "arrears", "spared"),
            _standing("d", "party"),
            _standing("e", "out"),
            _standing("f", entitled=False),
        )
    )
    found = decide(house, snapshot, votes(dict.fromkeys("abcdef", "yes")))
    operand = found.part.operand
    assert operand is not None
    # b and f have no vote; d must abstain; e takes no part, yet is entitled.
    assert (operand.count, operand.total) == (2, 4)
    assert [(e.member, e.why, e.clause) for e in found.eligibility] == [
        ("b", "lost_vote", "dues"),
        ("f", "no_right", ""),
        ("d", "must_abstain", "dispute"),
        ("e", "takes_no_part", "opt-out"),
    ]
    assert not found.assumed


def test_a_standing_that_nobody_recorded_is_assumed_to_touch_nobody_and_said() -> None:
    house = charter('passes = "yes >= 1"\neligibility = ["dues"]', STANDINGS)
    found = decide(house, snapshot_of("ab"), votes({"a": "yes"}))
    assert found.verdict is Verdict.ADOPTED
    assert [(fact.what, fact.detail) for fact in found.assumed] == [("nobody_recorded", "arrears")]


def test_only_members_of_the_body_count() -> None:
    house = charter('passes = "yes >= 1/2 of all"\namong = "council"', STANDINGS)
    snapshot = Snapshot((_standing("a", "council"), _standing("b", "council"), _standing("c")))
    found = decide(house, snapshot, votes({"b": "no", "c": "yes"}))
    assert found.verdict is Verdict.NOT_ADOPTED
    assert [(e.member, e.why) for e in found.eligibility] == [("c", "outside_body")]


def test_an_organisation_votes_with_the_number_of_its_members_and_never_beside_them() -> None:
    house = rule("yes > 1/2 of cast")
    snapshot = Snapshot((Member("union", casts_for=("p", "q")), Member("p"), Member("q"), Member("x")))
    for choices, count, total in [
        ({"union": "yes", "x": "no"}, 2, 3),
        ({"union": "yes", "p": "no", "x": "no"}, 0, 2),  # p votes itself: the organisation does not
        ({"p": "yes", "q": "no", "x": "no"}, 1, 3),
    ]:
        found = decide(house, snapshot, votes(choices))
        operand = found.part.operand
        assert operand is not None
        assert (operand.count, operand.total) == (count, total), choices
    shown = decide(house, snapshot, votes({"union": "yes", "p": "no", "x": "no"}))
    assert [(e.member, e.why, e.detail) for e in shown.eligibility] == [("union", "members_vote_themselves", "p")]


def test_proxies_above_the_cap_are_not_counted() -> None:
    house = charter('passes = "yes >= 1/2 of all"\nproxies = 1')
    choices = dict.fromkeys("abcd", "yes")
    one = Record(Ballot(choices, proxies={"a": "c", "b": "d"}))
    assert decide(house, snapshot_of("abcdefgh"), one).verdict is Verdict.ADOPTED
    two = Record(Ballot(choices, proxies={"a": "d", "b": "d"}))
    found = decide(house, snapshot_of("abcdefgh"), two)
    assert found.verdict is Verdict.NOT_ADOPTED
    assert [(e.member, e.why, e.detail) for e in found.eligibility] == [
        ("a", "too_many_proxies", "d: 2 > 1"),
        ("b", "too_many_proxies", "d: 2 > 1"),
    ]


def test_a_no_without_the_reason_that_is_asked_for_is_invalid() -> None:
    house = charter('passes = "no <= 1/4 of cast"\nneeds_reason = ["no"]')
    choices = {"a": "yes", "b": "no", "c": "no"}
    assert decide(house, snapshot_of("abc"), votes(choices)).verdict is Verdict.ADOPTED
    reasoned = Record(Ballot(choices, reasons=frozenset("bc")))
    assert decide(house, snapshot_of("abc"), reasoned).verdict is Verdict.NOT_ADOPTED


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (votes({"z": "yes"}), "z is no member in the snapshot"),
        (votes({"a": "perhaps"}), "'perhaps' is no choice under this charter: write one of yes, no"),
        (Record(Ballot(totals={"yes": 3})), "3 votes are counted, but 2 members are entitled"),
        (Record(objections={"z": "no"}), "z is no member"),
    ],
)
def test_what_cannot_be_is_refused(record: Record, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        decide(rule("yes > no"), snapshot_of("ab"), record)


# --- verdicts ---


@pytest.mark.parametrize(
    ("tie", "attempt", "chair", "verdict"),
    [
        ("rejected", 1, None, Verdict.NOT_ADOPTED),
        ("second-vote", 1, None, Verdict.SECOND_VOTE),
        ("second-vote", 2, None, Verdict.NOT_ADOPTED),
        ("discussion", 2, None, Verdict.SECOND_VOTE),
        ("chair", 1, None, Verdict.SECOND_VOTE),
        ("chair", 1, True, Verdict.ADOPTED),
        ("chair", 1, False, Verdict.NOT_ADOPTED),
    ],
)
def test_what_a_tie_means_is_part_of_the_rule(tie: str, attempt: int, chair: bool | None, verdict: Verdict) -> None:
    house = charter(f'passes = "yes > 1/2 of cast"\ntie = "{tie}"')
    findings = () if chair is None else (Finding("casting vote", "chair", "C", chair),)
    record = Record(Ballot({"a": "yes", "b": "no"}), attempt=attempt, findings=findings)
    found = decide(house, snapshot_of("ab"), record)
    assert found.tie
    assert found.verdict is verdict


def test_a_quorum_and_a_postponement_come_before_the_majority() -> None:
    house = charter(
        'passes = "yes > 1/2 of cast"\nquorum = "present > 1/2 of all"\npostponed_when = "abstain > 1/2 of expressed"'
    )
    five = snapshot_of("abcde")
    assert decide(house, five, votes({"a": "yes", "b": "yes"})).verdict is Verdict.NO_QUORUM
    assert decide(house, five, votes({"a": "yes", "b": "abstain", "c": "abstain"})).verdict is Verdict.POSTPONED
    assert decide(house, five, votes({"a": "yes", "b": "abstain", "c": "yes"})).verdict is Verdict.ADOPTED


@pytest.mark.parametrize(
    ("binds", "not_bound"),
    [("all", ()), ("not-objectors", ("c",)), ("not-abstainers", ("b",)), ("yes", ("b", "c", "d"))],
)
def test_whom_a_decision_binds(binds: str, not_bound: tuple[str, ...]) -> None:
    house = charter(f'passes = "yes >= 1"\nbinds = "{binds}"')
    record = Record(Ballot({"a": "yes", "b": "abstain", "c": "no"}), objections={"c": "why"})
    assert decide(house, snapshot_of("abcd"), record).not_bound == not_bound


def test_a_silence_procedure_passes_unless_enough_object() -> None:
    fails = "objections >= 1/3 of all or objections >= 50% of all by w"
    house = charter(f'silence = "10 months"\nfails_if = "{fails}"', '[weights]\nw = "Tonnage"')
    tonnage = {"a": 60, "b": 20, "c": 10, "d": 10}
    fleet = Snapshot(tuple(Member(name, weights={"w": Fraction(w)}) for name, w in tonnage.items()))
    for objectors, adopted in [("", True), ("b", True), ("a", False), ("bc", False)]:
        record = Record(objections=dict.fromkeys(objectors, "no"))
        assert (decide(house, fleet, record).verdict is Verdict.ADOPTED) is adopted, objectors


# --- an outcome explains and repeats itself ---


def _rich() -> tuple[Charter, Snapshot, Record]:
    house = read(
        """format = "comity-charter/1"
id = "house"
version = "3"
title = "House"
[groups]
g = "G"
[weights]
w = "W"
[[rule]]
id = "it"
title = "It"
source = "Article 1"
certainty = ["text", "known"]
quorum = "present > 1/2 of all"
passes = "rule other or else (yes >= 2/3 of cast by w and no veto by g and not found 'late' by chair)"
[[rule]]
id = "other"
title = "Other"
certainty = "example"
passes = "consensus and at least 1 of (yes = all; yes > 9; if no > yes then no > 1 otherwise no > 2) and then no = 0"
"""
    )
    members = tuple(Member(n, frozenset({"g"} if n in "ab" else ()), {"w": Fraction(ord(n), 7)}) for n in "abcdef")
    record = Record(
        Ballot({"a": "yes", "b": "yes", "c": "yes", "d": "no"}),
        objections={"d": "costs"},
        findings=(Finding("late", "chair", "C", False),),
    )
    return house, Snapshot(members, groups=frozenset({"g"})), record


def test_the_same_decision_gives_the_same_bytes_whatever_the_order() -> None:
    house, snapshot, record = _rich()
    first = decide(house, snapshot, record).to_json()
    assert json.loads(first)["verdict"] == "adopted"
    for seed in range(20):
        shuffled = random.Random(seed)
        members = list(snapshot.members)
        shuffled.shuffle(members)
        choices = list(record.ballot.choices.items())
        shuffled.shuffle(choices)
        again = decide(
            house,
            Snapshot(tuple(members), groups=snapshot.groups),
            Record(Ballot(dict(choices)), objections=record.objections, findings=record.findings),
        )
        assert again.to_json() == first
    moved = Record(
        Ballot({**record.ballot.choices, "e": "yes"}), objections=record.objections, findings=record.findings
    )
    assert decide(house, snapshot, moved).to_json() != first


def test_an_outcome_carries_operands_parts_rule_and_hashes() -> None:
    house, snapshot, record = _rich()
    said = decide(house, snapshot, record).to_dict()
    assert said["rule"]["source"] == "Article 1"
    assert said["rule"]["certainty"] == ["text", "known"]
    assert said["rule"]["digest"] == house.digest
    assert said["snapshot"] == snapshot.digest
    assert said["record"] == record.digest
    vote = said["part"]["parts"][1]["parts"][0]
    assert vote["clause"] == "yes >= 2/3 of cast by w"
    assert vote["operand"]["count"] == "42"
    assert vote["operand"]["total"] == "394/7"
    assert vote["operand"]["threshold"] == "788/21"
    consensus = said["part"]["parts"][0]["parts"][0]["parts"][0]["parts"][0]
    assert (consensus["met"], consensus["operand"]["names"]) == (False, ["d"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_is_said_in_six_languages(language: str) -> None:
    house, snapshot, record = _rich()
    found = decide(house, snapshot, record)
    said = sentence(found, house, language)
    assert WORDS["adopted"][language] in said
    assert "Article 1" in said
    table = lines(found, house, language)
    assert len(table) == 19
    assert all(line.text and "{" not in line.text for line in table)
    assert any("394/7" in line.text for line in table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_and_findings_are_shown_in_the_language_of_the_reader(language: str) -> None:
    ga = load("un-ga")
    said = sentence(
        decide(
            ga, snapshot_of("abcde"), votes(dict.fromkeys("abc", "yes") | dict.fromkeys("de", "no")), rule="question"
        ),
        ga,
        language,
    )
    assert ga.groups["arrears"].title[language] in said
    assert ga.wordings["important question"][language] in said


def test_weights_that_are_not_exact_are_refused() -> None:
    with pytest.raises(RulesError, match="give an exact number"):
        Snapshot((Member("a", weights={"w": 0.1}),))  # type: ignore[dict-item]


def test_a_name_cannot_disturb_a_terminal() -> None:
    with pytest.raises(RulesError) as refused:
        decide(rule("yes > no"), snapshot_of("ab"), votes({"a\u202e\x1b[2J": "yes"}))
    assert str(refused.value).isprintable()


def test_the_sentence_tells_what_settled_it_and_the_table_everything() -> None:
    waico = load("example-waico")
    members = snapshot_of("abcdefg")
    found = Finding("all efforts at consensus exhausted", "chair", "A. Chair")
    record = Record(Ballot(dict.fromkeys("abcd", "yes") | {"e": "no"}), objections={"e": "x"}, findings=(found,))
    said = sentence(decide(waico, members, record, rule="consensus-first"), waico)
    assert "Objections" not in said
    assert "Found: all efforts at consensus are exhausted — A. Chair (chair) — met. " in said
    assert "Yes: 4 of 5 (yes and no votes cast); needed: at least 2/3, that is at least 4 — met. " in said
    silence = decide(waico, members, Record(objections={"b": "x"}), rule="silence")
    assert "Not adopted. " in sentence(silence, waico)
    assert "Fails if — Objections: 1 (b); needed: at least 1 — met." in sentence(silence, waico)
    assert [line.text for line in lines(silence, waico)] == ["Fails if — Objections: 1 (b); needed: at least 1"]


def test_every_phrase_is_there_in_six_languages_with_the_same_braces() -> None:
    for key, row in WORDS.items():
        assert tuple(row) == LANGUAGES, key
        braces = {frozenset(part.split("}")[0] for part in text.split("{")[1:]) for text in row.values()}
        assert len(braces) == 1, key
        assert all(text.strip() for text in row.values()), key
