"""Tables as others write them: votes in other words, orders and encodings; status tables copied from a page; numbers of three habits."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from comity.cli import Exit, main
from comity.rules import decide
from comity.rules.charter import Charter
from comity.rules.charter_file import load, read
from comity.rules.formats import TableError, Votes, parse_votes, read_votes
from comity.rules.in_force import in_force
from comity.rules.record import fraction
from comity.rules.status_tables import Deposits, read_deposits
from comity.rules.words import LANGUAGES

TREATIES = load("treaties")
RIVER = """format = "comity-charter/1"
id = "river"
version = "1"
title = "River"
[groups]
upper-basin = "Upper basin"
dams = { title = "Dams", members = ["Côte d’Ivoire", "Ghana"] }
[weights]
flow-share = "Flow"
[[rule]]
id = "plain"
title = "Plain"
certainty = "example"
passes = "yes > 1/2 of cast"
[[rule]]
id = "flow"
title = "Flow"
certainty = "example"
passes = "yes >= 2/3 of cast by flow-share and no veto by dams"
"""


@pytest.fixture(scope="module")
def river() -> Charter:
    return read(RIVER)


def voted(charter: Charter, table: str, rule: str = "plain") -> Votes:
    return parse_votes(table, charter, charter.rule(rule))


def choices(charter: Charter, table: str) -> list[str]:
    """The choices of A, B, C …"""
    given = voted(charter, table).record.ballot.choices
    return [given[name] for name in sorted(given)]


# --- votes ---


@pytest.mark.parametrize(
    "words",
    [
        "Y N A",
        "Yes No Abstain",
        "YES NO ABSTENTION",
        "aye nay abst.",
        "for against abstained",
        "+1 -1 0",
        "1 -1 0",
        "TRUE FALSE abstain",
        "Oui Non Abstention",
        "pour contre abstention",
        "Sí No Abstención",
        "За Против Воздержался",
        "نعم لا ممتنع",
        "赞成 反对 弃权",
    ],
)
def test_choices_are_read_as_people_write_them(river: Charter, words: str) -> None:
    one, two, three = words.split()
    assert choices(river, f"member,choice\nA,{one}\nB,{two}\nC,{three}\nD,\n") == ["yes", "no", "abstain", "absent"]


def test_words_with_gaps_are_those_with_hyphens(river: Charter) -> None:
    assert choices(river, "member,choice\nA,in favour\nB,Not voting\nC,not_voting\nD,In Favor\n") == [
        "yes",
        "not-voting",
        "not-voting",
        "yes",
    ]


def test_a_zero_beside_a_one_is_not_guessed(river: Charter) -> None:
    with pytest.raises(TableError) as refused:
        voted(river, "member,choice\nA,1\nB,0\nC,1\n")
    assert refused.value.problems == (
        "votes.csv, line 3, column choice: 0 beside 1 may be a no or an abstention. Write no or abstain.",
    )
    assert choices(river, "member,choice\nA,+1\nB,0\nC,1\nD,-1\n") == ["yes", "abstain", "yes", "no"]


@pytest.mark.parametrize(
    "table",
    [
        "\ufeffmember,choice\r\nA,yes\r\nB,no\r\n",
        "choice;member\nyes;A\nno;B\n",
        "Choice\tMember State\nYES\tA\nNO\tB\n",
        "sep=;\nmember;choice\nA;yes\nB;no\n",
        "member,choice,\nA,yes,\nB,no,\n",
        "member,choice\nA,yes,,\n,,\nB,no\n\n",
        'member,"choice"\n"A","yes"\n"B",no\n',
        "Country,Vote\nA, yes \n  B  ,no\n",
        "member,choice\rA,yes\rB,no\r",
    ],
)
def test_columns_may_stand_in_any_order_and_be_parted_as_spreadsheets_do(river: Charter, table: str) -> None:
    assert choices(river, table) == ["yes", "no"]


def test_what_parts_the_columns_is_seen_from_the_lines_below_the_header(river: Charter) -> None:
    given = voted(river, "member;choice;flow-share\nA;yes;1,5\nB;no;2,25\n", "flow")
    assert [member.weights["flow-share"] for member in given.snapshot.members] == [Fraction(3, 2), Fraction(9, 4)]


def test_lines_are_numbered_as_the_file_has_them_under_a_line_for_spreadsheets(river: Charter) -> None:
    with pytest.raises(TableError, match="line 4, column choice: 'perhaps' is no choice"):
        voted(river, "sep=;\nmember;choice\nA;yes\nB;perhaps\n")


def test_columns_of_groups_and_weights_may_be_written_with_gaps(river: Charter) -> None:
    given = voted(river, "member,choice,Upper Basin,flow_share,Casts For\nA,yes,x,30%,\nB,no,,0.7,\n", "flow")
    one, other = given.snapshot.members
    assert (one.groups, one.weights["flow-share"]) == (frozenset({"upper-basin"}), Fraction(3, 10))
    assert (other.groups, other.weights["flow-share"]) == (frozenset(), Fraction(7, 10))


@pytest.mark.parametrize("cell", ["upper-basin;dams", "upper-basin|dams", "Upper-Basin | DAMS"])
def test_several_groups_stand_in_one_cell(river: Charter, cell: str) -> None:
    given = voted(river, f"member,choice,group\nA,yes,{cell}\n")
    assert given.snapshot.members[0].groups == {"upper-basin", "dams"}


def test_a_member_whom_the_charter_lists_under_another_spelling_is_not_counted_outside_its_group(
    river: Charter,
) -> None:
    with pytest.raises(TableError) as refused:
        voted(river, "member,choice,flow-share\nCote d'Ivoire,no,1\nGHANA,yes,5\n", "flow")
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "the charter lists Côte d’Ivoire under dams, the table has Cote d'Ivoire. Write one as the other.",
        "the charter lists Ghana under dams, the table has GHANA. Write one as the other.",
    ]
    for language in LANGUAGES:
        assert "Côte d’Ivoire" in refused.value.told(language)


def test_a_veto_that_nobody_of_the_list_can_use_is_said_to_be_empty(river: Charter) -> None:
    given = voted(river, "member,choice,flow-share\nTogo,yes,5\nMali,no,1\n", "flow")
    outcome = decide(river, given.snapshot, given.record, rule="flow")
    assert outcome.verdict == "adopted"
    assert [(fact.what, fact.detail) for fact in outcome.assumed] == [("nobody_recorded", "dams")]


def test_the_column_weight_is_found_also_where_a_rule_names_the_rule_that_weighs() -> None:
    charter = read(RIVER + '[[rule]]\nid = "outer"\ntitle = "O"\ncertainty = "example"\npasses = "rule flow"\n')
    given = voted(charter, "member,choice,weight\nA,yes,70%\nB,no,30%\n", "outer")
    assert decide(charter, given.snapshot, given.record, rule="outer").verdict == "adopted"


def test_our_own_roll_is_read_by_its_first_two_columns(river: Charter, tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(
        "\ufeffmember,choice,name,by_proxy,channel,not_voting_because,correction,flow-share\r\n"
        "KEN,yes,Kenya,,device,,,2\r\nTUN,no,Tunisia,,paper,,yes,1\r\n".encode()
    )
    assert dict(read_votes(path, river, river.rule("flow")).record.ballot.choices) == {"KEN": "yes", "TUN": "no"}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12,5", Fraction(25, 2)),
        ("0,125", Fraction(1, 8)),
        ("1,234,567", Fraction(1234567)),
        ("1,234.5", Fraction(2469, 2)),
        ("1.234.567", Fraction(1234567)),
        ("1.234,5", Fraction(2469, 2)),
        ("1’234", Fraction(1234)),
        ("12,5 %", Fraction(1, 8)),
        ("1\u202f234,5", Fraction(2469, 2)),
        ("1.234", Fraction(1234, 1000)),
        ("3/7", Fraction(3, 7)),
    ],
)
def test_numbers_that_can_be_read_in_one_way_are_read_so(written: str, number: Fraction) -> None:
    assert fraction(written) == number


@pytest.mark.parametrize("written", ["1,234", "12,345", "-3", "1e6", "1,2,3", "1.2.3", "½", "1/0", "12 kg", "NaN"])
def test_numbers_that_could_be_two_or_none_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(written)):
        fraction(written)


def test_a_charter_may_begin_with_the_mark_of_its_encoding_and_end_its_lines_as_windows_does() -> None:
    plain, marked = read(RIVER), read(("\ufeff" + RIVER.replace("\n", "\r\n")).encode())
    assert (plain.rules, plain.groups) == (marked.rules, marked.groups)


# --- status tables ---


def table(tmp_path: Path, text: str, charter: Charter = TREATIES) -> Deposits:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_deposits(path, charter)


def deposited(tmp_path: Path, text: str) -> list[tuple[str, str, str]]:
    return [(one.member, one.on.isoformat(), one.action) for one in table(tmp_path, text).deposits]


def test_a_table_copied_with_tabs_is_read_though_its_header_has_commas(tmp_path: Path) -> None:
    copied = (
        "Participant\tSignature\tRatification, Acceptance(A), Approval(AA), Accession(a), Succession(d)\r\n"
        "Albania\t18 Jul 1998\t31 Jan 2003\r\n"
        "Antigua and Barbuda\t\t18 Jun 2001 d\r\n"
        "Netherlands (Kingdom of the) 4, 5\t18 Jul 1998\t17 Jul 2001 A\r\n"
        "European Union7\t\t5 Mar 2006 AA 8\r\n"
        "Israel *\t31 Dec 2000\t\r\n"
    )
    assert deposited(tmp_path, copied) == [
        ("Albania", "2003-01-31", "ratification"),
        ("Antigua and Barbuda", "2001-06-18", "succession"),
        ("Netherlands (Kingdom of the)", "2001-07-17", "acceptance"),
        ("European Union", "2006-03-05", "approval"),
    ]


def test_what_a_page_leaves_in_cells_is_taken_out(tmp_path: Path) -> None:
    assert deposited(
        tmp_path,
        'Participant,Signature,"Ratification, Accession(a)"\n'
        "C&ocirc;te d&rsquo;Ivoire<sup>2</sup>,&nbsp;,5&nbsp;Oct&nbsp;2016&nbsp;a<br>\n"
        "<a href='x'>Chile</a> [3],,31 Jan 20171\n"
        "Trinidad &amp; Tobago\u00b9,,\u00a01 Feb 2017\u00a0(a)\n",
    ) == [
        ("Côte d’Ivoire", "2016-10-05", "accession"),
        ("Chile", "2017-01-31", "ratification"),
        ("Trinidad & Tobago", "2017-02-01", "accession"),
    ]


def test_the_header_says_what_a_letter_means(tmp_path: Path) -> None:
    """Annex to the Agreement on Part XI of the law of the sea: (p) is a simplified procedure, and binds."""
    text = (
        'Participant,Signature,"Ratification, Simplified procedure(p), Consent to be bound(P), Provisional application(n)"\n'
        "A,,1 Jan 1995 p\nB,,2 Jan 1995 P\nC,,3 Jan 1995 n\nD,,4 Jan 1995\n"
    )
    assert deposited(tmp_path, text) == [
        ("A", "1995-01-01", "simplified procedure"),
        ("B", "1995-01-02", "consent to be bound"),
        ("D", "1995-01-04", "ratification"),
    ]
    assert deposited(tmp_path, "Participant,Consent to be bound(P)\nA,5 May 1998 P\n") == [
        ("A", "1998-05-05", "consent to be bound")
    ]


def test_ratifications_and_accessions_in_columns_of_their_own_all_count(tmp_path: Path) -> None:
    text = "Participant,Signature,Ratification,Accession\nA,1 Jan 2000,2 Jan 2001,\nB,,,3 Jan 2001\n"
    assert deposited(tmp_path, text) == [("A", "2001-01-02", "ratification"), ("B", "2001-01-03", "accession")]
    with pytest.raises(TableError, match="there is an instrument under 'ratification' as well"):
        table(tmp_path, "Participant,Ratification,Accession\nA,2 Jan 2001,3 Jan 2001\n")


@pytest.mark.parametrize(
    "written",
    [
        "29 Feb 2016",
        "29 February 2016",
        "29-Feb-2016",
        "29 Feb. 2016",
        "Feb 29, 2016",
        "February 29 2016",
        "29.Feb.2016",
        "2016-02-29",
        "2016/02/29",
        "2016-2-29",
        "2016-02-29T00:00:00",
        "2016-02-29 00:00:00",
    ],
)
def test_days_are_read_in_every_form_that_is_a_day(tmp_path: Path, written: str) -> None:
    assert deposited(tmp_path, f'member,date\nA,"{written}"\n') == [("A", "2016-02-29", "ratification")]


@pytest.mark.parametrize(
    "written",
    ["05/10/2016", "10.05.2016", "29 Feb 2015", "5 Oct 16", "2016", "42648", "5 Octember 2016", "5 Oct 2016 zz"],
)
def test_what_could_be_two_days_or_is_none_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(TableError, match="line 2, column date:"):
        table(tmp_path, f"member,date\nA,{written}\n")


def test_an_instrument_in_brackets_was_withdrawn_and_needs_the_day(tmp_path: Path) -> None:
    header = 'Participant,Signature,"Ratification, Accession(a)"'
    with pytest.raises(TableError, match=r"line 3, column ratification, .* does not say when\. Add the day"):
        table(tmp_path, f"{header}\nA,,1 Jan 2000\nBurundi,,[21 Sep 2004 ]\n")
    found = table(tmp_path, f"{header},Withdrawn\nA,,1 Jan 2000,\nBurundi,,[21 Sep 2004 a],27 Oct 2017\n").deposits
    assert (found[1].action, found[1].withdrawn) == ("accession", date(2017, 10, 27))


def test_who_left_and_came_back_has_two_instruments(tmp_path: Path) -> None:
    lines = "member,date,withdrawn\nUSA,2021-01-20,\nUSA,2016-09-03,2020-11-04\nA,2016-01-01,\n"
    assert sorted(deposited(tmp_path, lines)) == [
        ("A", "2016-01-01", "ratification"),
        ("USA", "2016-09-03", "ratification"),
        ("USA", "2021-01-20", "ratification"),
    ]
    for twice in (lines.replace("2020-11-04", ""), lines.replace("2021-01-20", "2020-01-20"), lines + "A,,\n"):
        with pytest.raises(TableError, match="is there twice"):
            table(tmp_path, twice)
    with pytest.raises(TableError, match="it was withdrawn before it was deposited"):
        table(tmp_path, "member,date,withdrawn\nA,2016-01-01,2015-01-01\n")


def test_members_of_a_plain_table_keep_the_figures_in_their_names(tmp_path: Path) -> None:
    assert table(tmp_path, "member,date\nParty 1,2016-01-01\nParty 2,2016-01-02\n").snapshot.names == (
        "Party 1",
        "Party 2",
    )


def test_a_treaty_ratified_on_the_29th_of_february_enters_into_force_in_a_year_without_one(tmp_path: Path) -> None:
    charter = read(
        RIVER
        + """[[rule]]
id = "treaty"
title = "Treaty"
certainty = "example"
opened = 2016-01-01
passes = "deposits >= 2"
in_force = "12 months after met, then first day of month 1, not before 2017-03-15"
"""
    )
    given = table(tmp_path, "member,date\nA,2016-02-01\nB,29 Feb 2016\nC,\n", charter)
    found = in_force(charter, given.snapshot, given.deposits, rule="treaty")
    # 2016-02-29 and 12 months: 2017-02-28; the first day of the next month: 2017-03-01; the floor lies after it.
    assert (found.met_on, found.takes_effect) == (date(2016, 2, 29), date(2017, 3, 15))


@pytest.mark.parametrize(("day", "verdict"), [("1965-12-31", "Adopted"), ("1966-01-01", "Not adopted")])
def test_the_security_council_before_and_after_1966(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], day: str, verdict: str
) -> None:
    """Seven of eleven until the end of 1965; nine from then on. Abstentions of permanent members are no veto."""
    rows = ["China,Y,P", "France,A,P", "USSR,A,P", "UK,Y,P", "USA,Y,P"] + [
        f"E{n},{'Y' if n < 4 else 'N'}," for n in range(6)
    ]
    path = tmp_path / "council.csv"
    path.write_text("Member,Vote,Group\n" + "\n".join(rows).replace(",P", ",Permanent") + "\n", encoding="utf-8")
    assert main(["decide", "un-sc", str(path), "--rule", "substantive", "--on", day]) == Exit.OK
    assert f"{verdict}. Rule:" in capsys.readouterr().out
