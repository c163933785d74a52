"""The API against its own description: whatever fits it, or does not, is answered as it says, and never with an error of the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from tests.site.stage import Stage, undone

from comity.groundwork.replay import state_digest

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HELD = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""What every answer is held to. That bad input is refused is held by the attacks on acts; some of it is read leniently on purpose."""
# The order in which examples come is the same in every run; each is tried on the organisation as it was.
COMMON: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
}


def description() -> Any:
    """The API as it describes itself, in this process."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def held_to_its_description(stage: Stage, who: str | None, examples: int) -> None:
    """Try every route with what fits its description and what does not."""
    described = description()
    headers = {"Authorization": f"Bearer {stage.keys[who]}"} if who else {}
    checks = CHECKS.get_by_names(HELD)
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()
        tried += 1
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]

        @settings(max_examples=examples, **COMMON)
        @given(case=st.one_of(*strategies))
        def holds(case: Any) -> None:
            with undone():
                case.call_and_validate(headers=headers, checks=checks)

        holds()
    assert tried > 60
    assert who or state_digest()


@pytest.mark.parametrize("who", ["secretary", None])
def test_every_route_answers_as_it_is_described(who: str | None, stage: Stage) -> None:
    held_to_its_description(stage, who, examples=4)


@pytest.mark.soak
@pytest.mark.parametrize("who", ["secretary", "nobody", None])
def test_every_route_answers_as_it_is_described_at_length(who: str | None, stage: Stage) -> None:
    held_to_its_description(stage, who, examples=300)


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
            file = stage.things.get(word.replace("document_", "file_"), stage["draft_file"])
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
    hidden = next(one for one in reads("secretary", "events").json() if one["audience"] == "secretariat")
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
    "events?limit=5",
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


def _more(stage: Stage) -> None:
    """More of everything that is listed."""
    from tests.site.stage import DAY, SOURCE, text

    from comity.groundwork.perform import perform
    from comity.ledger.signing import PrivateKey, Purpose

    def does(name: str, **arguments: Any) -> str:
        made = perform(name, stage.by, arguments)
        return made["id"] if made else ""

    for number, iso3 in enumerate(("PER", "BOL", "ECU", "COL", "URY", "PRY")):
        party = does("members.register_party", kind="state", iso3=iso3)
        does("members.record_status", party=party, step="signed", happened_on=str(DAY), **SOURCE)
        does("members.declare", party=party, kind="declaration", text=text(), made_on=str(DAY), source="note")
        bloc = does("members.register_party", kind="bloc", name=text(f"Bloc {number}"))
        does("members.join_bloc", party=party, bloc=bloc, since=str(DAY), source="list")
        document = does("records.enter_document", title=text(f"Draft {number}"), series="general")
        does("charter.establish_body", name=text(f"Body {number}"), parent=stage["council"], established_on=str(DAY))
        does("charter.adopt_tenet", kind="principle", number=20 + number, title=text(), certainty="verified")
        key = PrivateKey(f"witness.example/{number}", Purpose.WITNESS, bytes([20 + number]) * 32)
        does("records.register_witness", name=f"Witness {number}", key=str(key.public))
        does("records.publish_checkpoint")
        assert document
