"""A Polis export becomes a living consultation and goes out again without a difference."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.office.consultations.conftest import Town, publish, ticket

from comity.ballot_box import Answer, new_participant
from comity.groundwork.acts import actor_for
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.consultations import actions
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation

COMMENTS = (
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    '1435654192085,Tue Jun 30 15:49:52 WIB 2015,0,0,2,0,1,"Parks, and ""paths"""\n'
    "1435654192999,Tue Jun 30 15:49:52 WIB 2015,7,1,0,1,-1,路灯\n"
    '1435654193000,Tue Jun 30 15:49:53 WIB 2015,9,1,1,0,0,"two\nlines"\n'
)
VOTES = (
    "timestamp,datetime,comment-id,voter-id,vote\n"
    "1435654192085,x,0,0,1\n1435656324267,x,0,1,-1\n1435656324269,x,0,1,1\n1435656324267,x,7,1,-1\n"
    "1435656324267,x,9,0,1\n1435656324267,x,9,0,1\n1435656324270,x,9,5,0\n"
)


def rows(content: bytes, columns: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return Counter(tuple(row[column] for column in columns) for row in reader)


def compared(comments: bytes, votes: bytes, archive: bytes) -> None:
    """The same multiset of vote events and of statement rows."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        for name, before, columns in (
            ("votes.csv", votes, ("timestamp", "comment-id", "voter-id", "vote")),
            ("comments.csv", comments, ("timestamp", "comment-id", "author-id", "moderated", "comment-body")),
        ):
            assert rows(found.read(name), columns) == rows(before, columns), name


def imported(town: Town, browse: Callable[..., Client], files: dict[str, bytes], **more: Any) -> Consultation:
    """Through the page."""
    secretary = browse(town.secretary)
    uploads = {name: SimpleUploadedFile(f"{name}.csv", content) for name, content in files.items()}
    answer = secretary.post("/en/consultations/import", {**uploads, "language": "zh", **more})
    assert answer.status_code == 302, answer.context["form"].errors
    return Consultation.objects.get(id=answer.url.rpartition("/")[2])


def test_a_small_export_comes_in_and_goes_out_the_same(town: Town, browse: Callable[..., Client]) -> None:
    made = imported(town, browse, {"comments": COMMENTS.encode(), "votes": VOTES.encode()}, title="Small")
    archive = browse().get(f"/en/consultations/{made.id}/results/export.zip")
    assert archive["Content-Type"] == "application/zip"
    assert archive["Content-Disposition"] == f'attachment; filename="consultation-{made.id}.zip"'
    compared(COMMENTS.encode(), VOTES.encode(), archive.getvalue())
    assert [row.shown for row in made.statements.order_by("number")] == [True, True, True]


def test_an_imported_consultation_lives_on(town: Town, browse: Callable[..., Client]) -> None:
    made = imported(town, browse, {"comments": COMMENTS.encode(), "votes": VOTES.encode()})
    box, who = the_box(), new_participant()
    box.cast(made.id, who, [Answer(0, 1), Answer(9, -1)])
    row = actions.propose(
        by=actor_for(None), consultation=made.id, ticket=ticket(made, who), text=Text.of("新的", "zh")
    )
    assert row.number == 10
    with zipfile.ZipFile(
        io.BytesIO(browse().get(f"/en/consultations/{made.id}/results/export.zip").getvalue())
    ) as found:
        events = rows(found.read("votes.csv"), ("comment-id", "voter-id", "vote"))
    assert events["9", str(who), "-1"] == 1


def test_answers_are_exported_only_where_the_policy_publishes_them(town: Town, browse: Callable[..., Client]) -> None:
    the_box().cast(town.consultation.id, 5, [Answer(1, 1)])
    for person in (None, town.secretary):
        answer = browse(person).get(f"/en/consultations/{town.consultation.id}/results/export.zip")
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("comments", "votes"),
    [
        ("", VOTES),
        (COMMENTS, ""),
        (COMMENTS, "a,b\n1,2\n"),
        (COMMENTS, VOTES.replace(",1,-1\n", ",1,5\n")),
        ("\xff", VOTES),
    ],
)
def test_what_is_no_export_is_refused_whole(town: Town, comments: str, votes: str) -> None:
    before = Consultation.objects.count()
    with pytest.raises(Refused):
        actions.import_polis(by=town.actor(), comments=comments.encode("latin-1", "replace"), votes=votes.encode())
    assert Consultation.objects.count() == before


@pytest.mark.slow
def test_a_real_export_comes_in_through_the_page_and_goes_out_without_a_difference(
    town: Town, browse: Callable[..., Client], shared: Path
) -> None:
    folder = shared / "data/polis/vtaiwan.uberx"
    names = {"comments": "comments", "votes": "votes", "people": "participants-votes", "summary": "summary"}
    files = {ours: (folder / f"{theirs}.csv").read_bytes() for ours, theirs in names.items()}
    made = imported(town, browse, files)
    archive = browse().get(f"/en/consultations/{made.id}/results/export.zip").getvalue()
    compared(files["comments"], files["votes"], archive)
    assert the_box().counts(made.id).participants == 1921
    publish(made)
    assert "UberX" in browse().get(f"/en/consultations/{made.id}/results").content.decode()
