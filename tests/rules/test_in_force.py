"""Entry into force: arithmetic of dates, counters on deposits, and what a status table has lost."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from comity.rules.charter_file import load, read
from comity.rules.errors import ClauseError, RulesError
from comity.rules.formats import TableError
from comity.rules.in_force import hold_against, in_force
from comity.rules.record import Deposit
from comity.rules.snapshot import Member, Snapshot, snapshot_of
from comity.rules.status_tables import read_deposits
from comity.rules.timing import day_of, parse_period, parse_timing

TREATIES = load("treaties")


def treaty(passes: str, timing: str, more: str = "") -> str:
    return f"""format = "comity-charter/1"
id = "t"
version = "1"
title = "T"
[groups]
listed = "Listed"
[weights]
fuel = "Fuel"
[[rule]]
id = "t"
title = "T"
certainty = "example"
passes = "{passes}"
in_force = "{timing}"
{more}
"""


@pytest.mark.parametrize(
    ("timing", "met", "day"),
    [
        ("met", date(2020, 1, 31), date(2020, 1, 31)),
        ("30 days after met", date(2016, 10, 5), date(2016, 11, 4)),
        ("1 months after met", date(2020, 1, 31), date(2020, 2, 29)),
        ("12 months after met", date(2020, 2, 29), date(2021, 2, 28)),
        ("first day of month 1", date(2020, 12, 31), date(2021, 1, 1)),
        ("first day of month 6", date(1998, 9, 16), date(1999, 3, 1)),
        ("3 months after met, then first day of month 1", date(2024, 11, 30), date(2025, 3, 1)),
        ("180 days after met, not before 2 years after opened", date(1994, 1, 1), date(1995, 1, 13)),
        ("90 days after met, not before 1989-01-01", date(1988, 6, 1), date(1989, 1, 1)),
    ],
)
def test_days_of_entry_into_force(timing: str, met: date, day: date) -> None:
    assert day_of(parse_timing(timing), {"met": met, "opened": date(1993, 1, 13)}) == day


@pytest.mark.parametrize(
    "words", ["30 days", "Soon", "30 days after met, then soon", "1988-02-30", "first day of month"]
)
def test_a_timing_that_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(ClauseError):
        parse_timing(words)
    with pytest.raises(ClauseError):
        parse_period(words.replace("30 days", "0 days"))


def _one_a_day(names: str) -> list[Deposit]:
    return [Deposit(name, date(2020, 1, 1) + timedelta(days=n)) for n, name in enumerate(names)]


def test_the_instrument_that_meets_the_condition_is_named_and_parties_are_bound_in_their_turn() -> None:
    charter = read(treaty("deposits >= 3", "30 days after met", 'for_each = "10 days after met"'))
    found = in_force(charter, snapshot_of("abcde"), reversed(_one_a_day("abcde")))
    assert (found.met_on, found.by, found.takes_effect) == (date(2020, 1, 3), ("c",), date(2020, 2, 2))
    assert found.since == dict.fromkeys("abcde", date(2020, 2, 2))
    late = [*_one_a_day("abc"), Deposit("d", date(2020, 6, 1))]
    assert in_force(charter, snapshot_of("abcde"), late).since["d"] == date(2020, 6, 11)


def test_the_time_of_latecomers_does_not_hold_back_those_who_brought_it_into_force() -> None:
    charter = read(treaty("deposits >= 3", "30 days after met", 'for_each = "90 days after met"'))
    found = in_force(charter, snapshot_of("abcd"), _one_a_day("abcd"))
    assert found.since == {**dict.fromkeys("abc", date(2020, 2, 2)), "d": date(2020, 4, 3)}


def test_an_instrument_that_was_withdrawn_in_time_does_not_count() -> None:
    charter = read(treaty("deposits >= 3", "met"))
    deposits = [*_one_a_day("abc")]
    deposits[0] = Deposit("a", date(2020, 1, 1), withdrawn=date(2020, 1, 2))
    found = in_force(charter, snapshot_of("abcd"), deposits)
    assert found.met_on is None
    assert found.missing is not None
    assert found.missing.most == 1
    deposits[0] = Deposit("a", date(2020, 1, 1), withdrawn=date(2020, 2, 2))
    after = in_force(charter, snapshot_of("abcd"), deposits)
    assert after.met_on == date(2020, 1, 3)
    assert in_force(charter, snapshot_of("abcd"), deposits, as_of=date(2020, 3, 1)).since == {
        "b": date(2020, 1, 3),
        "c": date(2020, 1, 3),
    }


def test_unreachable_says_by_how_many_instruments_and_as_of_a_day_looks_back() -> None:
    charter = read(treaty("deposits >= 4 and deposits >= 60% of all by fuel", "met"))
    fuel = {"a": 10, "b": 10, "c": 20, "d": 20, "e": 40}
    snapshot = Snapshot(tuple(Member(n, weights={"fuel": Fraction(w)}) for n, w in fuel.items()))
    found = in_force(charter, snapshot, _one_a_day("abc"))
    assert found.missing is not None
    assert (found.missing.least, found.missing.most, found.missing.complete) == (1, 1, True)
    early = in_force(charter, snapshot, _one_a_day("abcd"), as_of=date(2020, 1, 2))
    assert early.missing is not None
    assert early.missing.most == 2
    assert in_force(charter, snapshot, _one_a_day("abcd")).met_on == date(2020, 1, 4)


def test_all_of_a_list_of_states_have_to_deposit() -> None:
    charter = read(treaty("deposits = all in listed", "180 days after met"))
    snapshot = Snapshot(tuple(Member(n, frozenset({"listed"} if n in "abc" else ())) for n in "abcde"))
    found = in_force(charter, snapshot, _one_a_day("abde"))
    assert found.missing is not None
    assert (found.missing.most, found.missing.example) == (1, ("c",))
    assert in_force(charter, snapshot, _one_a_day("abc")).takes_effect == date(2020, 1, 3) + timedelta(days=180)


def test_a_rule_without_a_clause_or_an_event_without_a_day_is_refused() -> None:
    with pytest.raises(RulesError, match="does not say when it enters into force"):
        in_force(load("un-ga"), snapshot_of("ab"), [], rule="ordinary")
    charter = read(treaty("deposits >= 1", "30 days after met, not before 1 years after adopted"))
    with pytest.raises(RulesError, match="The day of adopted is not given"):
        in_force(charter, snapshot_of("ab"), _one_a_day("a"))
    found = in_force(charter, snapshot_of("ab"), _one_a_day("a"), events={"adopted": date(2019, 6, 1)})
    assert found.takes_effect == date(2020, 6, 1)


def test_an_official_date_that_follows_from_no_day_is_told_apart_from_one_short_of_instruments() -> None:
    charter = read(treaty("deposits >= 3", "first day of month 1"))
    never = hold_against(charter, snapshot_of("abc"), _one_a_day("ab"), date(2020, 2, 2))
    assert (never.agrees, never.needed_by) == (False, None)
    short = hold_against(charter, snapshot_of("abc"), _one_a_day("ab"), date(2020, 2, 1))
    assert short.needed_by == date(2020, 1, 31)
    assert short.missing is not None
    assert short.missing.most == 1


# --- status tables ---

UN_TABLE = """Participant,Signature,"Ratification, Acceptance(A), Approval(AA), Accession(a), Succession(d)"
Aland 1,29 Jun 2004,13 Aug 2010
"Bland 2, 3",,29 Nov 2004 a
Cland,1 Jan 2005,
Dland,2 Sept 2004 s,
Eland,,5 March 2006 AA
Fland,,6 Mar 2006 p
"""


def test_a_status_table_of_the_united_nations_is_read(tmp_path: Path) -> None:
    path = tmp_path / "1-1.csv"
    path.write_text(UN_TABLE, encoding="utf-8")
    found = read_deposits(path, TREATIES)
    assert found.snapshot.names == ("Aland", "Bland", "Cland", "Dland", "Eland", "Fland")
    assert [(d.member, d.on, d.action) for d in found.deposits] == [
        ("Aland", date(2010, 8, 13), "ratification"),
        ("Bland", date(2004, 11, 29), "accession"),
        ("Dland", date(2004, 9, 2), "definitive signature"),
        ("Eland", date(2006, 3, 5), "approval"),
    ]


@pytest.mark.parametrize("column", ["Ratification", "Accession", '"Ratification, Accession"', "Accession(a)", "Date"])
def test_the_column_of_instruments_is_found_by_its_name(tmp_path: Path, column: str) -> None:
    path = tmp_path / "1-1.csv"
    path.write_text(f'Participant,"Signature, Succession to signature(d)",{column}\nAland,1 Jan 2001,2 Feb 2002 a\n')
    assert [deposit.on for deposit in read_deposits(path, TREATIES).deposits] == [date(2002, 2, 2)]


def test_a_table_is_refused_whole_with_all_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("member,date\na,2020-02-30\nb,soon\nb,2020-01-01\n,2020-01-01\nc\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        read_deposits(path, TREATIES)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "bad.csv, line 6, column -",
        "bad.csv, line 2, column date",
        "bad.csv, line 3, column date",
        "bad.csv, line 4, column member",
        "bad.csv, line 5, column member",
    ]


# --- day by day, the naive way ---


def _naive_day(met: date, number: int, unit: str, first_of: int, floor: date | None) -> date:
    """The day of entry into force by stepping through the calendar."""
    day = met
    if unit == "days":
        for _ in range(number):
            day += timedelta(days=1)
    else:
        year, month = met.year, met.month
        for _ in range(number if unit == "months" else 12 * number):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        last = max(d for d in range(28, 32) if _is_day(year, month, d))
        day = date(year, month, min(met.day, last))
    for _ in range(first_of):
        day = day.replace(day=1) + timedelta(days=31)
        day = day.replace(day=1)
    return max(day, floor) if floor else day


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def test_random_treaties_enter_into_force_on_the_day_that_stepping_through_the_calendar_finds() -> None:
    reached = 0
    for seed in range(200):
        r = random.Random(seed)
        names = [f"s{n}" for n in range(r.randint(2, 8))]
        fuel = {name: r.randint(0, 9) for name in names}
        heads, share = r.randint(1, len(names)), Fraction(r.randint(0, 20), 20)
        number, unit = r.randint(1, 40), r.choice(["days", "months", "years"])
        first_of, floor = r.choice([0, 0, 1, 6]), r.choice([None, date(2021, 3, 1)])
        timing = f"{number} {unit} after met"
        timing += f", then first day of month {first_of}" if first_of else ""
        timing += f", not before {floor}" if floor else ""
        charter = read(
            treaty(f"deposits >= {heads} and deposits >= {share.numerator}/{share.denominator} of all by fuel", timing)
        )
        deposits = []
        for name in names:
            if r.random() < 0.8:
                on = date(2020, 1, 1) + timedelta(days=r.randint(0, 400))
                gone = on + timedelta(days=r.randint(1, 300)) if r.random() < 0.2 else None
                deposits.append(Deposit(name, on, withdrawn=gone))
        snapshot = Snapshot(tuple(Member(name, weights={"fuel": Fraction(w)}) for name, w in fuel.items()))
        found = in_force(charter, snapshot, deposits)
        met = None
        for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(1_200)):
            active = [d.member for d in deposits if d.on <= day and (d.withdrawn is None or d.withdrawn > day)]
            total = sum(fuel.values())
            if len(active) >= heads and total > 0 and sum(fuel[n] for n in active) >= share * total:
                met = day
                break
        assert found.met_on == met, seed
        if met is None:
            assert found.takes_effect is None
            continue
        reached += 1
        assert found.takes_effect == _naive_day(met, number, unit, first_of, floor), (seed, timing)
    assert 40 < reached < 180
