"""The API under attack: answers for one key reach nobody else, and whoever reads is shown what is for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.site.plausible import text
from tests.site.stage import DAY, SOURCE, Stage

from comity.groundwork.models import Token
from comity.groundwork.perform import perform
from comity.ledger.signing import PrivateKey, Purpose

pytestmark = pytest.mark.django_db


# --- what is kept of answers ---


@pytest.mark.parametrize("path", ["events", "members/parties", "records/documents", "charter/organisation", "acts"])
def test_what_is_for_a_key_is_kept_by_no_cache(path: str, stage: Stage) -> None:
    keyed = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {stage.keys['secretary']}"})
    assert keyed.status_code == 200
    assert keyed["Cache-Control"] == "private, no-store"
    visitor = Client().get(f"/api/v1/{path}")
    assert visitor["Cache-Control"] == "public, max-age=60"
    assert {"Authorization", "Cookie", "Accept-Language"} <= {one.strip() for one in visitor["Vary"].split(",")}


def test_a_key_that_is_refused_says_how_to_show_one(stage: Stage) -> None:
    answer = Client().get("/api/v1/events", headers={"Authorization": "Bearer comity_no"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()) == {"detail", "field"}


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": -1}, {"before": 2**63}, {"about": "x"}]
)
def test_what_is_asked_badly_is_refused_with_its_name(asked: dict[str, Any], stage: Stage) -> None:
    answer = Client().get("/api/v1/events", asked)
    assert answer.status_code == 422
    assert answer.json()["field"] == next(iter(asked))


# --- who is shown what ---


@pytest.fixture
def reads(stage: Stage) -> Callable[[str, str], Any]:
    """What somebody's key gets at a path."""

    def read(who: str, path: str) -> Any:
        headers = {"Authorization": f"Bearer {stage.keys[who]}"} if who != "visitor" else {}
        return Client().get(f"/api/v1/{path}", headers=headers)

    return read


def test_documents_are_read_by_those_for_whom_they_are(stage: Stage, reads: Callable[[str, str], Any]) -> None:
    may = {
        "document_public": {"visitor", "nobody", "depositary", "other_head", "delegate", "auditor", "secretary"},
        "document_members": {"other_head", "delegate", "auditor", "secretary"},
        "document_delegation": {"delegate", "auditor", "secretary"},
        "document_secretariat": {"auditor", "secretary"},
        "draft": {"auditor", "secretary"},
    }
    everybody = may["document_public"]
    for word, readers in may.items():
        for who in everybody:
            status = reads(who, f"records/documents/{stage[word]}").status_code
            assert status == (200 if who in readers else 404), (word, who)
            listed = {one["id"] for one in reads(who, "records/documents").json()["items"]}
            assert (stage[word] in listed) == (who in readers), (word, who)
            file = stage["draft_file" if word == "draft" else word.replace("document_", "file_")]
            assert reads(who, f"records/files/{file}").status_code == (200 if who in readers else 404), (word, who)


def test_addresses_credentials_and_dues_are_for_members(stage: Stage, reads: Callable[[str, str], Any]) -> None:
    for who in ("visitor", "nobody", "depositary", "other_head", "delegate", "auditor", "secretary"):
        shown = reads(who, f"members/parties/{stage['kenya']}").json()
        member = who not in {"visitor", "nobody", "depositary"}
        assert bool(shown["credentials"]) == member
        assert bool(shown["dues"]) == member
        assert any(one["email"] for one in shown["delegation"]) == member
        assert {one["role"] for one in shown["delegation"]} == {"head_of_delegation", "delegate", "focal_point"}


def test_an_event_that_is_not_for_somebody_shows_its_place_only(stage: Stage, reads: Callable[[str, str], Any]) -> None:
    of_ours = [one for one in reads("secretary", "events?limit=200").json() if one["audience"] == "secretariat"]
    # what is newer than the last checkpoint has no proof yet
    hidden = next(one for one in of_ours if "hashes" in reads("secretary", f"records/events/{one['seq']}/proof").json())
    whole, leaf = (reads(who, f"records/events/{hidden['seq']}").json() for who in ("secretary", "visitor"))
    assert whole["event"]["sentence"]
    assert (leaf["event"], leaf["says"]) == (None, {})
    assert leaf["leaf"] == whole["leaf"]
    assert {part["state"] for part in leaf["parts"]} == {"withheld"}
    ours, theirs = (reads(who, f"records/events/{hidden['seq']}/proof").json() for who in ("secretary", "visitor"))
    assert ours["hashes"] == theirs["hashes"]
    assert ours["openings"]
    assert theirs["openings"] == {}


# --- queries: as many however much there is ---

LISTS = [
    "members/parties?limit=2",
    "members/counts",
    "members/depositary?limit=2",
    "members/blocs?limit=1",
    "records/documents?limit=1",
    "records/checkpoints?limit=1",
    "records/witnesses?limit=1",
    "charter/bodies",
    "charter/texts",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_takes_no_more_queries(
    path: str, stage: Stage, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = Client(headers={"Authorization": f"Bearer {stage.keys['secretary']}"})
    with django_assert_max_num_queries(20) as few:
        assert client.get(f"/api/v1/{path}").status_code == 200
    _more(stage)
    with django_assert_num_queries(len(few)):
        assert client.get(f"/api/v1/{path.partition('?')[0]}").status_code == 200


def test_events_take_a_query_for_each_kind_of_thing_that_they_name_and_no_more(stage: Stage) -> None:
    _more(stage)
    client = Client(headers={"Authorization": f"Bearer {stage.keys['secretary']}"})
    for limit in (20, 150):
        with CaptureQueriesContext(connection) as asked:
            events = client.get(f"/api/v1/events?limit={limit}").json()
        assert len(events) == limit
        kinds = {ref.partition(":")[0] for event in events for ref in event["about"]}
        assert len(asked) <= 10 + len(kinds), (limit, sorted(kinds), len(asked))


def _more(stage: Stage) -> None:
    """More of everything that is listed."""

    def does(act: str, /, **arguments: Any) -> str:
        made = perform(act, stage.by, arguments)
        return str(made["id"]) if made else ""

    for number, iso3 in enumerate(("PER", "BOL", "ECU", "COL", "URY", "PRY")):
        party = does("members.register_party", kind="state", iso3=iso3)
        does("members.record_status", party=party, step="signed", happened_on=str(DAY), **SOURCE)
        does("members.declare", party=party, kind="declaration", text=text(), made_on=str(DAY), source="note")
        bloc = does("members.register_party", kind="bloc", name=text(f"Bloc {number}"))
        does("members.join_bloc", party=party, bloc=bloc, since=str(DAY), source="list")
        does("records.enter_document", title=text(f"Draft {number}"), series="general")
        does("charter.establish_body", name=text(f"Body {number}"), parent=stage["council"], established_on=str(DAY))
        does("charter.adopt_tenet", kind="principle", number=20 + number, title=text(), certainty="verified")
        key = PrivateKey(f"witness.example/{number}", Purpose.WITNESS, bytes([20 + number]) * 32)
        does("records.register_witness", name=f"Witness {number}", key=str(key.public))
        does("records.publish_checkpoint")


def test_a_key_for_programs_is_told_once_and_kept_as_a_hash_only(stage: Stage) -> None:
    key = stage.keys["secretary"]
    held = Token.objects.get(person=stage.people["secretary"])
    assert held.sha256 == hashlib.sha256(key.removeprefix("comity_").encode()).hexdigest()
    for model_row in Token.objects.values():
        assert key.removeprefix("comity_") not in str(model_row)
