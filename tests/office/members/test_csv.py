"""The register as a file: what is written reads back the same; problems by line, all at once, and nothing half-stored."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.members.conftest import NOW, Office, empty_everything

from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import LogHead
from comity.groundwork.refusals import NotAllowed
from comity.groundwork.replay import state
from comity.groundwork.texts import clean_line
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.office.members.actions import (
    ImportRefused,
    contest_status,
    import_register,
    record_succession,
    register_party,
)
from comity.office.members.models import Contest, Party, StatusFact
from comity.office.members.queries.register import export_lines
from comity.office.members.register_csv import COLUMNS, Line, Problem, read, write
from comity.office.members.vocabulary import Evidence, PartyKind, Precision, Status, Step

DAY = date(2026, 7, 16)
HEAD = "iso3,name,kind,step,happened_on,precision,source,evidence"


def refusal(office: Office, *lines: str, head: str = HEAD) -> list[str]:
    before, size = state(), LogHead.objects.get().size
    with pytest.raises(ImportRefused) as refused:
        import_register(by=office.by, content="\n".join([head, *lines]).encode())
    assert (state(), LogHead.objects.get().size) == (before, size), "something was half-stored"
    return [str(problem) for problem in refused.value.problems]


# --- the file itself ---

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: clean_line(text, most=99, field="", empty=True)  # as what is stored always is
)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
of_a_fact = {
    "step": st.sampled_from([step for step in Step if step is not Step.SUCCEEDED]),
    "happened_on": days,
    "precision": st.sampled_from([Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.BY]),
    "effective_on": st.none() | days,
    "seen_on": st.none() | days,
    "source": texts.filter(bool),
    "evidence": st.sampled_from(Evidence),
    "note": texts,
    "number_in_register": texts,
    "office": texts,
}
names = texts.filter(lambda name: bool(name.strip()))
lines = st.builds(Line, number=st.just(2), name=names, kind=st.sampled_from(PartyKind), **of_a_fact)


@given(st.lists(lines, max_size=4))
def test_what_is_written_reads_back_the_same(written: list[Line]) -> None:
    found, problems = read(write(written).encode())
    assert problems == []
    assert [{c: getattr(line, c) for c in COLUMNS} for line in found] == [
        {c: getattr(line, c) for c in COLUMNS} for line in written
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=1", "''=1", "'quoted'", "it's"])
def test_a_cell_that_looks_like_a_formula_is_made_harmless_and_comes_back(text: str) -> None:
    written = write([Line(2, name=text)])
    cell = written.splitlines()[1].split(",")[COLUMNS.index("name")]
    assert not cell.startswith(("=", "+", "-", "@"))
    (line,), _problems = read(written.encode())
    assert line.name == text


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_line(content: bytes) -> None:
    found, problems = read(content)
    assert problems or all(isinstance(line, Line) for line in found)
    assert all(problem.line >= 1 and problem.sentence for problem in problems)


def test_files_of_spreadsheets_are_read() -> None:
    body = HEAD.replace(",", ";") + "\r\nKEN;;state;signed;2026-07-16;;journal;official\r\n\r\n;;;;;;;\r\n"
    (line,), problems = read(b"\xef\xbb\xbf" + body.encode())
    assert (line.iso3, line.step, line.number, problems) == ("KEN", Step.SIGNED, 2, [])


def test_what_cannot_be_read_at_all_is_said() -> None:
    assert read(b"")[1] == [Problem(1, "", "The file is empty.")] or "heading" in str(read(b"")[1])
    assert "UTF-8" in str(read(f"{HEAD}\nKEN,Côte,".encode("latin-1"))[1][0])
    assert read(b"x" * (4 * 2**20 + 1))[1][0].sentence.startswith("The file is larger than 4 MB")
    many = HEAD + "\n" + "KEN,,state,,,,,\n" * 5001
    assert "more than 5000 lines" in str(read(many.encode())[1][0])
    wrong = [str(problem) for problem in read(b"iso3,iso3,colour\n")[1]]
    assert any("colour: There is no such column" in text for text in wrong)
    assert any("iso3: This column is there twice" in text for text in wrong)
    assert any("source: This column is missing" in text for text in wrong)


# --- entering it ---


@pytest.mark.django_db
def test_every_problem_is_told_with_its_line_and_nothing_is_stored(office: Office) -> None:
    office.party("CHN")
    found = refusal(
        office,
        "KEN,,state,signed,16.7.2026,,journal,official",
        "ZMB,,state,married,2026-07-16,,journal,official",
        "BRA,,state,ratified,2026-07-16,,journal,official",
        "OMN,,state,signed,2026-07-16,,,hearsay",
        ",Firm,company,signed,2026-07-16,,journal,official",
        "CHN,,union,signed,2026-07-16,,journal,official",
        "QQQ,,state,signed,2026-07-16,,journal,official",
        "CUB,,state,,2026-07-16,,journal,",
        "SRB,,state,signed,2026-07-16",
        ",,state,signed,2026-07-16,,journal,official",
        "DZA,,state,signed,2027-07-16,,journal,official",
    )
    expected = {
        2: "happened_on: “16.7.2026” is no day",
        3: "step: “married” is not one of",
        4: "step: Brazil, “ratified”: It has not signed",
        5: "source: Every fact needs this",
        6: "step: Firm is a company",
        7: "kind: The register has another kind",
        8: "name: No name is known for this country code",
        9: "happened_on: Without a step",
        10: "There are 5 cells, the heading has 8",
        11: "name: Give a name, or the code of a country",
        12: "happened_on: This day has not come yet",
    }
    for line, part in expected.items():
        assert any(text.startswith(f"Line {line}") and part in text for text in found), (line, found)
    assert "evidence: “hearsay”" in " ".join(found)


@pytest.mark.django_db
def test_one_problem_in_a_history_does_not_make_others_of_what_follows(office: Office) -> None:
    found = refusal(
        office,
        "KEN,,state,signed,2026-99-16,,journal,official",
        "KEN,,state,ratified,2026-08-16,,journal,official",
        "CHN,,state,ratified,2026-08-16,,journal,official",
    )
    assert [text.split(":")[0] for text in found] == ["Line 2, happened_on", "Line 4, step"]


@pytest.mark.django_db
def test_lines_are_entered_in_the_order_of_their_days(office: Office) -> None:
    body = [HEAD, "KEN,,state,ratified,2026-08-16,,journal,official", "KEN,,state,signed,2026-07-16,,journal,official"]
    done = import_register(by=office.by, content="\n".join(body).encode())
    assert (done.parties, done.facts) == (1, 2)
    assert office.standing(Party.objects.get()).status is Status.RATIFIED


@pytest.mark.django_db
def test_what_is_on_record_is_passed_over_and_what_disagrees_is_refused(office: Office) -> None:
    body = f"{HEAD}\nKEN,,state,signed,2026-07-16,,journal,official".encode()
    import_register(by=office.by, content=body)
    size = LogHead.objects.get().size
    assert import_register(by=office.by, content=body).present == 1
    assert LogHead.objects.get().size == size
    assert "another source" in refusal(office, "KEN,,state,signed,2026-07-16,,gossip,official")[0]
    assert "another name" in refusal(office, "KEN,Atlantis,state,,,,,")[0]
    import_register(by=office.by, content=f"{HEAD}\nKEN,Kenya,state,,,,,".encode())


@pytest.mark.django_db
def test_the_export_of_everything_imports_again_to_the_same_export(office: Office) -> None:
    kenya, old, new = office.party("KEN"), office.party("YUG", "Old = Union"), office.party("SRB")
    register_party(by=office.by, kind="company", name=Text.of("=شركة", "ar"), region="145")
    fact = office.step(kenya, "signed", date(2026, 7, 1), precision="month", note="said, “so”\nand", office="Embassy")
    office.step(kenya, "ratified", date(2026, 11, 30), number="7")
    office.step(kenya, "withdrew", date(2026, 12, 1), effective_on=date(2027, 12, 1))
    office.step(old, "acceded", DAY)
    unknown = office.party("ZMB")
    office.step(unknown, "observer", None)
    for who in ("one list", "another list"):
        contest_status(by=office.by, fact=fact.id, contested_by=who, why="not so", source="-list")
    record_succession(
        by=office.by,
        party=new.id,
        predecessor=old.id,
        happened_on=date(2026, 9, 1),
        predecessor_ceased=True,
        source="note",
        evidence="official",
    )
    first = write(export_lines())
    empty_everything()
    later = NOW.replace(year=2028)
    found(by=system_actor(later), name=Text.of("Test Union"), short_name="TU")
    import_register(by=system_actor(later), content=first.encode())
    assert write(export_lines()) == first
    assert Contest.objects.count() == 2
    assert StatusFact.objects.get(step="succeeded").predecessor == Party.objects.get(iso3="YUG")


@pytest.mark.django_db
def test_hostile_cells_are_cleaned_or_refused_and_import_once(office: Office) -> None:
    cells = '"Fi\u202er\u200bm\x00 \n of\u2069 X",company,observer,2026-07-16,"a\x00 \t b",official'
    body = f"name,kind,step,happened_on,source,evidence\n{cells}".encode()
    assert import_register(by=office.by, content=body).facts == 1
    assert Party.objects.get().name.original == "Firm of X"
    assert StatusFact.objects.get().source == "a b"
    assert import_register(by=office.by, content=body).present == 1
    long = f"name,kind,step,happened_on,source,evidence\nY,company,observer,2026-07-16,{'x' * 501},official"
    with pytest.raises(ImportRefused, match="Nothing was entered"):
        import_register(by=office.by, content=long.encode())
    assert Party.objects.count() == 1


@pytest.mark.django_db
def test_only_the_secretariat_imports(office: Office) -> None:
    with pytest.raises(NotAllowed):
        import_register(by=actor_for(None, NOW), content=HEAD.encode())
