"""Every recorded vote of the General Assembly in 70 sessions: counted again, and decided by the Charter's rules."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from unga import RollCall, roll_calls

from comity.rules.charter_file import load
from comity.rules.conditions import Scope
from comity.rules.deciding import decide
from comity.rules.outcome import Outcome, Verdict
from comity.rules.record import Ballot, Finding, Record
from comity.rules.snapshot import snapshot_of
from comity.rules.tally import Sums, Tally

GA = load("un-ga")
ORDINARY, IMPORTANT = GA.rule("ordinary"), GA.rule("important")

# rcid: recounted (yes, no, abstain) and published. All are of sessions 21, 22, 25 and 26.
DISCREPANCIES = {
    941: ((58, 11, 24), (58, 11, 23)),
    942: ((55, 11, 26), (55, 11, 25)),
    946: ((104, 0, 0), (105, 0, 0)),
    947: ((102, 0, 3), (103, 0, 3)),
    965: ((71, 17, 25), (71, 16, 25)),
    983: ((35, 31, 54), (35, 31, 52)),
    986: ((87, 5, 17), (87, 5, 16)),
    988: ((77, 0, 30), (77, 0, 29)),
    993: ((63, 7, 25), (63, 7, 24)),
    994: ((66, 7, 28), (66, 7, 27)),
    995: ((81, 2, 19), (81, 2, 18)),
    997: ((110, 2, 2), (110, 2, 1)),
    998: ((93, 2, 19), (93, 2, 18)),
    1001: ((101, 0, 3), (101, 0, 1)),
    1002: ((50, 51, 12), (50, 51, 11)),
    1012: ((86, 0, 28), (86, 0, 27)),
    1110: ((72, 25, 15), (72, 24, 15)),
    1111: ((71, 25, 16), (71, 24, 16)),
    1112: ((86, 6, 15), (86, 5, 15)),
    1180: ((56, 26, 38), (57, 26, 38)),
}


@pytest.fixture(scope="module")
def calls(shared: Path) -> tuple[RollCall, ...]:
    return roll_calls(shared / "data" / "unga")


@pytest.fixture(scope="module")
def both(calls: tuple[RollCall, ...]) -> list[tuple[Outcome, Outcome]]:
    began = time.process_time()
    found = [
        (
            decide(GA, call.snapshot, call.record, rule=ORDINARY),
            decide(GA, call.snapshot, call.record, rule=IMPORTANT),
        )
        for call in calls
    ]
    # The figure to reach is 2 s (bench/rules.py measures it); a test on a busy machine allows for noise.
    assert time.process_time() - began < 6
    return found


def _counted(call: RollCall) -> tuple[int, int, int]:
    sums = Tally(GA, ORDINARY, call.snapshot, call.record, call.record.ballot).sums(Scope())
    assert isinstance(sums, Sums)
    return sums.by_word.get("yes", 0), sums.by_word.get("no", 0), sums.by_word.get("abstain", 0)


def test_the_recount_is_the_published_total_but_for_twenty_roll_calls_that_are_named(
    calls: tuple[RollCall, ...],
) -> None:
    differing = {call.rcid: (_counted(call), call.published) for call in calls if _counted(call) != call.published}
    assert len(calls) == 5_429
    assert differing == DISCREPANCIES
    assert {call.session for call in calls if call.rcid in DISCREPANCIES} == {21, 22, 25, 26}
    assert sum(_counted(call)[:2] == call.published[:2] for call in calls) == 5_422


def test_simple_and_two_thirds_majorities_of_all_roll_calls(both: list[tuple[Outcome, Outcome]]) -> None:
    assert sum(not ordinary.part.met for ordinary, _ in both) == 309
    assert sum(bool(ordinary.part.met) and not important.part.met for ordinary, important in both) == 255
    assert sum(ordinary.tie for ordinary, _ in both) == 10
    assert sum(ordinary.verdict is Verdict.NO_QUORUM for ordinary, _ in both) == 3


def test_published_totals_give_the_same_outcomes_as_the_votes_by_name(
    calls: tuple[RollCall, ...], both: list[tuple[Outcome, Outcome]]
) -> None:
    for call, outcomes in zip(calls, both, strict=True):
        yes, no, abstain = call.published
        ballot = Ballot(totals={"yes": yes, "no": no, "abstain": abstain})
        for rule, outcome in zip((ORDINARY, IMPORTANT), outcomes, strict=True):
            assert decide(GA, call.snapshot, Record(ballot), rule=rule).part.met is outcome.part.met, call.rcid


@pytest.mark.parametrize(
    ("motion", "draft", "tally", "simple", "important", "verdict"),
    [
        # 1970: the question is found important, and the draft has a majority but not two thirds.
        (1119, 1120, (51, 49, 25), True, True, Verdict.NOT_ADOPTED),
        # 1971: the motion that it is important fails, and resolution 2758 is adopted.
        (1186, 1190, (76, 35, 17), True, False, Verdict.ADOPTED),
    ],
)
def test_the_vote_on_importance_decides_the_vote_on_the_draft(
    calls: tuple[RollCall, ...],
    motion: int,
    draft: int,
    tally: tuple[int, int, int],
    simple: bool,
    important: bool,
    verdict: Verdict,
) -> None:
    by_number = {call.rcid: call for call in calls}
    asked, question = by_number[motion], by_number[draft]
    assert _counted(question) == tally
    assert decide(GA, question.snapshot, question.record, rule="ordinary").part.met is simple
    assert decide(GA, asked.snapshot, asked.record, rule="classification").part.met is important
    record = replace(question.record, stages={"motion": asked.record.ballot})
    snapshot = snapshot_of({*question.snapshot.names, *asked.snapshot.names})
    outcome = decide(GA, snapshot, record, rule="question-after-motion")
    assert outcome.verdict is verdict
    assert [part.taken for part in outcome.part.parts] == [True, important, not important]
    found = Finding("important question", "assembly", f"roll call {motion}", important)
    assert decide(GA, snapshot, replace(question.record, findings=(found,)), rule="question").verdict is verdict


def test_importance_cannot_be_told_from_the_numbers(calls: tuple[RollCall, ...]) -> None:
    call = next(call for call in calls if call.rcid == 1120)
    outcome = decide(GA, call.snapshot, call.record, rule="question")
    assert outcome.verdict is Verdict.UNDECIDED
    assert [(fact.what, fact.detail) for fact in outcome.missing] == [("finding_of", '"important question" (assembly)')]
