"""docs/asked.md goes through what users of Polis have asked for: each claim has its test, and some of them are here."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from tests.office.consultations.conftest import Town, opened, publish, texts

from comity.ballot_box import Answer, PastVote, new_participant
from comity.office.consultations import actions, polis
from comity.office.consultations.box import the_box

Browse = Callable[..., Client]
ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "asked.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", PAGE)


def test_every_ask_has_its_row() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)\|(.*)\|(.*)\|$", PAGE, re.MULTILINE)
    assert [int(number) for number, *_cells in rows] == list(range(1, 26))
    for _number, _asked, here, where in rows:
        assert re.match(r" (Done|Not done|By hand)\b", here)
        assert "](" in where or "::" in where


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_the_page_names_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_what_a_facilitator_sums_up_while_it_is_open_is_asked_of_everybody(town: Town, browse: Browse) -> None:
    key = town.consultation.id
    box, who = the_box(), new_participant()
    box.cast(key, who, [Answer(number, 1) for number in range(1, 7)])
    actions.seed(by=town.actor("facilitator"), consultation=key, statements=texts("Group A wants quiet, and so do we."))
    guest = browse()
    for _one in range(7):
        shown = guest.get(f"/en/consultations/{key}/answer").context["shown"]
        guest.post(f"/en/consultations/{key}/answer", {"statement": shown.number, "vote": "agree"})
        if shown.number == 7:
            break
    assert shown.number == 7
    assert guest.get(f"/en/consultations/{key}/statements").content.decode().count("Group A wants quiet") == 1


def test_a_statement_has_a_link_that_asks_it_first(town: Town, browse: Browse) -> None:
    row = town.statement(5)
    guest = browse()
    page = guest.get(f"/en/consultations/statements/{row.id}").content.decode()
    link = re.search(r'href="([^"]+\?statement=5)"', page)
    assert link is not None
    assert guest.get(link.group(1)).context["shown"] == row
    actions.close(by=town.actor(), consultation=town.consultation.id)
    assert "?statement=5" not in guest.get(f"/en/consultations/statements/{row.id}").content.decode()


def test_what_people_marked_as_important_is_listed_beside_what_they_agree_on(town: Town, browse: Browse) -> None:
    box, key = the_box(), town.consultation.id
    for n in range(20):
        votes = [Answer(number, 1 if number < 5 or n % 2 else -1, number == 3 and n < 12) for number in range(1, 7)]
        box.cast(key, new_participant(), votes)
    publish(town.consultation)
    page = browse().get(f"/en/consultations/{key}/results")
    (said,) = page.context["matters"]
    assert (said.number, said.sentence) == (3, "60% of those who answered marked it as important.")
    assert 'id="matters"' in page.content.decode()


def test_where_nobody_marks_anything_no_list_of_marks_is_shown(town: Town, browse: Browse) -> None:
    box, key = the_box(), town.consultation.id
    for n in range(20):
        votes = [Answer(number, 1 if number < 5 or n % 2 else -1) for number in range(1, 7)]
        box.cast(key, new_participant(), votes)
    publish(town.consultation)
    page = browse().get(f"/en/consultations/{key}/results")
    assert page.context["matters"] == []
    assert 'id="matters"' not in page.content.decode()


def _history(people: int, statements: int) -> Iterator[PastVote]:
    for who in range(people):
        for number in range(1, statements + 1):
            yield PastVote(who, number, (who + number) % 3 - 1, 1_700_000_000_000 + who)


@pytest.mark.slow
def test_a_large_export_takes_little_memory(town: Town, tmp_path: Path) -> None:
    current = opened(town.actor(), votes_published=True)
    path, people = tmp_path / "export.zip", 30_000
    tracemalloc.start()
    with path.open("w+b") as out:
        polis.write(current, _history(people, 6), out)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 2**20  # as objects, 180,000 events would be four times that
    with zipfile.ZipFile(path) as archive, archive.open("votes.csv") as file:
        assert sum(1 for _line in file) == 6 * people + 1


def test_an_export_leaves_out_what_was_taken_back_and_what_came_before_it(town: Town) -> None:
    current = opened(town.actor(), votes_published=True)
    told = [(1, 1, 1), (1, 1, None), (2, 1, -1), (1, 2, 0), (1, 1, -1), (2, 1, -1), (3, 2, 1), (3, 2, None)]
    history = [PastVote(who, number, vote, 1_000 + at) for at, (who, number, vote) in enumerate(told)]
    out = io.BytesIO()
    polis.write(current, iter(history), out)
    with zipfile.ZipFile(out) as archive:
        rows = archive.read("votes.csv").decode().splitlines()[1:]
    assert [(row.split(",")[0], *row.split(",")[-3:]) for row in rows] == [
        ("1004", "1", "1", "-1"),
        ("1002", "1", "2", "-1"),
        ("1005", "1", "2", "-1"),
        ("1003", "2", "1", "0"),
    ]


def test_an_export_of_nothing_is_an_export(town: Town) -> None:
    out = io.BytesIO()
    polis.write(opened(town.actor(), votes_published=True), iter(()), out)
    with zipfile.ZipFile(out) as archive:
        assert archive.read("votes.csv") == b"timestamp,datetime,comment-id,voter-id,vote\n"
