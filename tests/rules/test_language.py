"""The language of clauses: what is read, what is refused, and that writing and reading are each other's contrary."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.rules.conditions import (
    FIXED_BASES,
    All,
    Any,
    AtLeast,
    Base,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Op,
    Scope,
    Sequence,
    Share,
)
from comity.rules.errors import ClauseError
from comity.rules.language import parse, write

YES = ("yes",)


@pytest.mark.parametrize(
    ("clause", "condition"),
    [
        ("yes > 1/2 of cast", Share(YES, Op.GREATER, Fraction(1, 2), Base.CAST)),
        ("yes >= 55% of participants", Share(YES, Op.AT_LEAST, Fraction(11, 20), Base.PARTICIPANTS)),
        ("yes >= 0.5% of all by quota", Share(YES, Op.AT_LEAST, Fraction(1, 200), Base.ALL, Scope(weight="quota"))),
        ("yes >= 9", Share(YES, Op.AT_LEAST, Fraction(9), None)),
        ("yes > no", Share(YES, Op.GREATER, Fraction(1), ("no",))),
        ("yes = all", Share(YES, Op.EQUAL, Fraction(1), Base.ALL)),
        ("no veto by permanent", Share(("no",), Op.EQUAL, Fraction(0), None, Scope("permanent"))),
        (
            "not-yes <= fewest over 35% of participants by people",
            Floor(("not-yes",), Op.AT_MOST, Fraction(7, 20), Base.PARTICIPANTS, "people"),
        ),
        ("consensus", Share(("objections",), Op.EQUAL, Fraction(0), None)),
        (
            "yes+abstain >= 1 in not article-5",
            Share(("yes", "abstain"), Op.AT_LEAST, Fraction(1), None, Scope("article-5", True)),
        ),
        ("rule vote on council", Meets("vote", "council")),
        ("found 'all is said' by chair", Found("all is said", "chair")),
    ],
)
def test_a_clause_is_read(clause: str, condition: Condition) -> None:
    assert parse(clause) == condition


def test_and_binds_closer_than_or_and_or_closer_than_then_and_else() -> None:
    a, b, c = parse("yes >= 1"), parse("yes >= 2"), parse("yes >= 3")
    assert parse("yes >= 1 or yes >= 2 and yes >= 3") == Any((a, All((b, c))))
    assert parse("yes >= 1 and then yes >= 2 or yes >= 3") == Sequence((a, Any((b, c))))
    assert parse("yes >= 1 or else yes >= 2 and then yes >= 3") == Fallback((a, Sequence((b, c))))
    assert parse("if yes >= 1 then yes >= 2 otherwise yes >= 3") == Gate(a, b, c)
    assert parse("at least 2 of (yes >= 1; yes >= 2; not yes >= 3)") == AtLeast(2, (a, b, Not(c)))


@pytest.mark.parametrize(
    ("clause", "column", "mend"),
    [
        ("yes => 9", 6, "Write one of: >= >"),
        ("yes >= 2/3", 11, "Write `2/3 of` and one of"),
        ("yes >= 2/0 of cast", 8, "denominator above 0"),
        ("yes >= 2/3 of", 14, "Write one of: all"),
        ("yes > 1/2 of cast no", 19, "Join clauses"),
        ("(yes >= 9", 10, "Close what"),
        ("Yes >= 9", 1, "small letters"),
        ("", 1, "Write, for example"),
        ("at least 4 of (yes >= 1; yes >= 2)", 10, "Ask for 1 to 2"),
        ("if yes >= 1 then yes >= 2", 26, "otherwise"),
        ("not-yes < fewest over 35% of cast by people", 23, "Take it of one of: all, entitled"),
        ("yes+yes >= 2", 9, "Name each once"),
        ("(" * 100 + "yes >= 1" + ")" * 100, 41, "Divide the clause"),
        ("not " * 100 + "yes >= 1", 161, "Take out"),
    ],
)
def test_a_clause_that_cannot_be_read_is_refused_with_its_column_and_the_mend(
    clause: str, column: int, mend: str
) -> None:
    with pytest.raises(ClauseError) as refused:
        parse(clause)
    assert mend in refused.value.mend
    assert refused.value.column == column


names = st.sampled_from(["a", "article-5", "p_members", "x9"])
amounts = st.fractions(min_value=0, max_value=5, max_denominator=999)
sides = st.lists(
    st.sampled_from(["yes", "no", "abstain", "not-yes", "objections"]), min_size=1, max_size=3, unique=True
)
scopes = st.builds(
    lambda group, outside, weight: Scope(group, outside and group is not None, weight),
    st.none() | names,
    st.booleans(),
    st.none() | names,
)
shares = st.builds(
    Share, sides.map(tuple), st.sampled_from(Op), amounts, st.sampled_from(Base) | sides.map(tuple), scopes
) | st.builds(
    Share, sides.map(tuple), st.sampled_from(Op), st.integers(0, 999).map(lambda n: Fraction(n, 100)), st.none(), scopes
)
floors = st.builds(
    Floor,
    sides.map(tuple),
    st.sampled_from(Op),
    st.integers(0, 99).map(lambda n: Fraction(n, 100)),
    st.sampled_from(FIXED_BASES),
    names,
)
leaves = (
    shares
    | floors
    | st.builds(Meets, names, st.none() | names)
    | st.builds(Found, st.sampled_from(["it's so", 'a "b"']), st.none() | names)
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return (
        st.builds(All, parts)
        | st.builds(Any, parts)
        | st.builds(Sequence, parts)
        | st.builds(Fallback, parts)
        | st.builds(Not, inner)
        | st.builds(lambda p: AtLeast(len(p) - 1, p), parts)
        | st.builds(Gate, inner, inner, inner)
    )


@pytest.mark.slow
@given(st.recursive(leaves, _grown, max_leaves=8))
def test_what_is_written_is_read_back_as_the_same_condition(condition: Condition) -> None:
    assert parse(write(condition)) == condition


@given(st.text(alphabet="yesno >=<1/2%()+;'of cast and or not by in", max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(text: str) -> None:
    with suppress(ClauseError):
        condition = parse(text)
        assert parse(write(condition)) == condition
