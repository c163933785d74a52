"""What must hold of every rule of the catalogue, whatever the votes: by random votes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from comity.rules.charter import Charter, Kind, Rule
from comity.rules.charter_file import catalogue, load
from comity.rules.conditions import CHOICES, Meets, walk
from comity.rules.deciding import decide
from comity.rules.outcome import Verdict
from comity.rules.record import Ballot, Finding, Record
from comity.rules.snapshot import Member, Snapshot

CHARTERS = {name: load(name) for name in catalogue()}
VOTES = [
    (charter, rule)
    for charter in CHARTERS.values()
    for rule in charter.rules
    if rule.kind in (Kind.VOTE, Kind.SILENCE)
    and not any(isinstance(part, Meets) and part.stage for part in walk(rule.passes))
]


@st.composite
def meetings(draw: st.DrawFn, charter: Charter) -> tuple[Snapshot, Record]:
    """Members with groups and weights, their votes, and findings; nobody objects."""
    size = draw(st.integers(1, 12))
    groups, weights = sorted(charter.groups), sorted(charter.weights)
    standing = {clause.group for clause in charter.eligibility.values()}
    words = sorted(charter.like)
    members, choices = [], {}
    for number in range(size):
        name = f"m{number:02d}"
        joined = draw(st.sets(st.sampled_from(groups))) if groups else set()
        if draw(st.booleans()):
            joined -= standing
        weighed = {weight: Fraction(draw(st.integers(0, 30))) for weight in weights}
        members.append(Member(name, frozenset(joined), weighed))
        choices[name] = draw(st.sampled_from(words))
    findings = tuple(
        Finding(statement, by or "chair", "C", draw(st.booleans())) for statement, by in charter.findings().items()
    )
    snapshot = Snapshot(tuple(members), groups=frozenset(groups))
    return snapshot, Record(Ballot(choices, frozenset(choices)), findings=findings)


rules = st.sampled_from(VOTES)


def moved(record: Record, name: str, choice: str) -> Record:
    return replace(record, ballot=replace(record.ballot, choices={**record.ballot.choices, name: choice}))


@given(st.data(), rules)
def test_a_further_yes_never_blocks(data: st.DataObject, chosen: tuple[Charter, Rule]) -> None:
    charter, rule = chosen
    snapshot, record = data.draw(meetings(charter))
    before = decide(charter, snapshot, record, rule=rule)
    name = data.draw(st.sampled_from(snapshot.names))
    after = decide(charter, snapshot, moved(record, name, "yes"), rule=rule)
    if before.verdict is Verdict.ADOPTED:
        assert after.verdict is Verdict.ADOPTED
    if rule.postponed_when is None and rule.quorum is None and before.part.met:
        assert after.part.met


@given(st.data(), rules)
def test_a_no_in_place_of_a_yes_never_helps(data: st.DataObject, chosen: tuple[Charter, Rule]) -> None:
    charter, rule = chosen
    snapshot, record = data.draw(meetings(charter))
    name = data.draw(st.sampled_from(snapshot.names))
    with_yes = decide(charter, snapshot, moved(record, name, "yes"), rule=rule).verdict
    with_no = decide(charter, snapshot, moved(record, name, "no"), rule=rule).verdict
    if with_no is Verdict.ADOPTED:
        assert with_yes is Verdict.ADOPTED


# What an abstention is the same as, by rule: nothing (excluded), a no, or no obstacle.
EXCLUDED = [
    ("un-ga", "important"),
    ("who", "important"),
    ("cites", "appendices"),
    ("imf", "ordinary"),
    ("iaea", "important"),
]
LIKE_NO = [
    ("eu-council", "qualified"),
    ("aiib", "super"),
    ("imf", "eighty-five"),
    ("wto", "interpretation"),
    ("un-sc", "procedural"),
]
NEUTRAL = [("eu-council", "unanimity"), ("oecd", "mutual-agreement")]


@given(data=st.data(), chosen=st.sampled_from(EXCLUDED))
def test_where_abstentions_are_excluded_abstaining_is_like_staying_away(
    data: st.DataObject, chosen: tuple[str, str]
) -> None:
    name, rule = chosen
    snapshot, record = data.draw(meetings(CHARTERS[name]))
    who = data.draw(st.sampled_from(snapshot.names))
    found = {decide(CHARTERS[name], snapshot, moved(record, who, c), rule=rule).part.met for c in ("abstain", "absent")}
    assert len(found) == 1


@given(data=st.data(), chosen=st.sampled_from(LIKE_NO))
def test_where_a_share_of_all_is_asked_for_abstaining_is_like_voting_no(
    data: st.DataObject, chosen: tuple[str, str]
) -> None:
    name, rule = chosen
    snapshot, record = data.draw(meetings(CHARTERS[name]))
    who = data.draw(st.sampled_from(snapshot.names))
    found = {
        decide(CHARTERS[name], snapshot, moved(record, who, c), rule=rule).part.met for c in ("abstain", "no", "absent")
    }
    assert len(found) == 1


@given(data=st.data(), chosen=st.sampled_from(NEUTRAL))
def test_where_abstention_is_no_obstacle_it_is_like_a_yes(data: st.DataObject, chosen: tuple[str, str]) -> None:
    name, rule = chosen
    snapshot, record = data.draw(meetings(CHARTERS[name]))
    who = data.draw(st.sampled_from(snapshot.names))
    found = {decide(CHARTERS[name], snapshot, moved(record, who, c), rule=rule).part.met for c in ("abstain", "yes")}
    assert len(found) == 1


@given(st.data(), rules)
def test_names_and_units_do_not_matter(data: st.DataObject, chosen: tuple[Charter, Rule]) -> None:
    charter, rule = chosen
    snapshot, record = data.draw(meetings(charter))
    order = data.draw(st.permutations(snapshot.names))
    called = dict(zip(snapshot.names, order, strict=True))
    factor = Fraction(data.draw(st.integers(1, 50)), data.draw(st.integers(1, 50)))
    if charter.id == "eec-1958":  # twelve votes are twelve votes
        factor = Fraction(1)
    renamed = Snapshot(
        tuple(
            Member(called[m.name], m.groups, {w: value * factor for w, value in m.weights.items()}, m.entitled)
            for m in snapshot.members
        ),
        groups=snapshot.groups,
    )
    choices = {called[name]: choice for name, choice in record.ballot.choices.items()}
    again = replace(record, ballot=Ballot(choices, frozenset(choices)))
    assert decide(charter, renamed, again, rule=rule).verdict is decide(charter, snapshot, record, rule=rule).verdict


PLAIN = [
    ("un-ga", "ordinary"),
    ("un-ga", "important"),
    ("itu", "ordinary"),
    ("oas", "committee"),
    ("example-assembly", "of-valid"),
]


@given(st.lists(st.sampled_from(sorted(CHOICES)), min_size=1, max_size=30), st.sampled_from(PLAIN))
def test_totals_decide_as_the_votes_do_that_they_sum(choices: list[str], chosen: tuple[str, str]) -> None:
    charter, rule = CHARTERS[chosen[0]], chosen[1]
    by_name = {f"m{n:02d}": choice for n, choice in enumerate(choices)}
    snapshot = Snapshot(tuple(Member(name) for name in by_name))
    totals = {choice: choices.count(choice) for choice in choices}
    secret = decide(charter, snapshot, Record(Ballot(totals=totals)), rule=rule)
    open_ = decide(charter, snapshot, Record(Ballot(by_name)), rule=rule)
    assert secret.verdict is open_.verdict
    assert secret.part.operand == open_.part.operand
