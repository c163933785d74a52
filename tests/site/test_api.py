"""The API: keys for programs, reading as a visitor, every act by its own route, the description as published."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from ninja import Schema

from comity.groundwork.actions import grant_role, make_token, register_person, revoke_token
from comity.groundwork.acts import ACTS, actor_for, system_actor
from comity.groundwork.models import Person, Token
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.office.charter.models import Body

pytestmark = pytest.mark.django_db
DESCRIPTION = Path(__file__).resolve().parents[2] / "docs/schema/api.json"
BODY = {
    "name": {"original_language": "en", "wordings": {"en": {"text": "Council"}}},
    "established_on": "2026-07-16",
}


@pytest.fixture
def secretary() -> Person:
    """The secretary of an organisation."""
    found(by=system_actor(), name=Text.of("Test Union"), short_name="TU")
    person = register_person(by=system_actor(), name="Ada")
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return person


def key_of(person: Person, *, may_write: bool = True) -> dict[str, str]:
    """The header with a new key of this person."""
    return {"Authorization": "Bearer " + make_token(by=actor_for(person), name="test", may_write=may_write)}


def post(client: Client, act: str, arguments: dict[str, Any], headers: dict[str, str]) -> Any:
    """Do an act."""
    return client.post(f"/api/v1/acts/{act}", json.dumps(arguments), content_type="application/json", headers=headers)


def test_the_published_description_is_current(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    described["info"]["version"] = "0"
    published = json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if not DESCRIPTION.exists() or DESCRIPTION.read_text(encoding="utf-8") != published:
        fresh = DESCRIPTION.with_suffix(".fresh.json")
        fresh.write_text(published, encoding="utf-8")
        pytest.fail(f"the API changed: look at what differs, then mv {fresh.name} {DESCRIPTION.name} in docs/schema")


def test_every_act_has_a_route(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {f"/api/v1/acts/{name}" for name in ACTS} <= set(paths)


def test_a_visitor_reads_what_is_public(client: Client, secretary: Person) -> None:
    assert client.get("/api/v1/charter/organisation").json()["short_name"] == "TU"
    types = {event["type"] for event in client.get("/api/v1/events").json()}
    assert types == {"charter.organisation_founded", "groundwork.role_granted"}
    assert client.get("/api/v1/charter/bodies/none").status_code == 404


def test_an_act_is_done_in_the_name_of_whose_key_it_is(client: Client, secretary: Person) -> None:
    answer = post(client, "charter.establish_body", BODY, key_of(secretary))
    assert answer.status_code == 200, answer.content
    body = Body.objects.get(id=answer.json()["id"])
    newest = client.get("/api/v1/events").json()[0]
    assert newest["about"] == [str(body.ref)]
    assert newest["actor"] == str(secretary.ref)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer comity_wrong"}, 401), ({"Authorization": "Basic YTpi"}, 401)],
)
def test_no_act_without_a_key(client: Client, secretary: Person, headers: dict[str, str], status: int) -> None:
    assert post(client, "charter.establish_body", BODY, headers).status_code == status
    assert not Body.objects.exists()


def test_a_key_does_no_more_than_it_may(client: Client, secretary: Person) -> None:
    assert post(client, "charter.establish_body", BODY, key_of(secretary, may_write=False)).status_code == 403
    person = register_person(by=system_actor(), name="Grace")
    refused = post(client, "charter.establish_body", BODY, key_of(person))
    assert refused.status_code == 403
    assert "secretary" in refused.json()["detail"]
    assert not Body.objects.exists()


def test_a_key_ends(client: Client, secretary: Person) -> None:
    headers = key_of(secretary)
    held = Token.objects.get()
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/events", headers=headers).status_code == 401
    Token.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert client.get("/api/v1/events", headers=headers).status_code == 200
    revoke_token(by=actor_for(secretary), token=held.id)
    assert client.get("/api/v1/events", headers=headers).status_code == 401


def test_a_refusal_names_the_argument(client: Client, secretary: Person) -> None:
    headers = key_of(secretary)
    answer = post(client, "charter.establish_body", {**BODY, "parent": "nobody"}, headers)
    assert answer.status_code == 422
    assert answer.json()["field"] == "parent"
    assert post(client, "charter.establish_body", {**BODY, "colour": "red"}, headers).status_code == 422
    broken = client.post("/api/v1/acts/charter.establish_body", "{", content_type="application/json", headers=headers)
    assert broken.status_code == 400
    assert not Body.objects.exists()


# --- the documentation ---

DOC = DESCRIPTION.parents[1] / "api.md"


def _row_of_reading(path: str, operation: dict[str, Any]) -> str:
    asked = ", ".join(f"`{one['name']}`" for one in operation["parameters"] if one["in"] == "query")
    said = operation["description"].partition("\n")[0]
    return f"| `{path.removeprefix('/api/v1')}` | {said} | {asked} |"


def _row_of_act(path: str, operation: dict[str, Any], shapes: dict[str, Any]) -> str:
    shape = operation["requestBody"]["content"]["application/json"]["schema"]
    shape = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    wanted = shape.get("required", ())
    names = [f"`{name}`" if name in wanted else f"[`{name}`]" for name in shape.get("properties", {})]
    return f"| `{path.rpartition('/')[2]}` | {', '.join(names) or 'nothing'} |"


def _tables(described: dict[str, Any]) -> dict[str, str]:
    paths, shapes = described["paths"], described["components"]["schemas"]
    reading = [_row_of_reading(path, one["get"]) for path, one in sorted(paths.items()) if "get" in one]
    acts = [_row_of_act(path, one["post"], shapes) for path, one in sorted(paths.items()) if "post" in one]
    assert len(reading) + len(acts) == sum(map(len, paths.values())), (
        "a route of another kind: give it a table in docs/api.md"
    )
    return {
        "reading": "\n".join(["| GET | what | takes |", "|---|---|---|", *reading]),
        "acts": "\n".join(["| act | takes |", "|---|---|", *acts]),
    }


def test_every_route_stands_in_the_documentation_with_what_it_takes(client: Client) -> None:
    tables = _tables(client.get("/api/v1/openapi.json").json())
    text = DOC.read_text(encoding="utf-8")
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _begin, rest = text.partition(begin)
        found, _end, after = rest.partition(end)
        assert (_begin, _end) == (begin, end), f"docs/api.md has lost the marks of its table of {name}"
        if os.environ.get("COMITY_WRITE_DOCS"):
            text = f"{before}{begin}{table}\n{end}{after}"
            DOC.write_text(text, encoding="utf-8")
        else:
            assert found == f"{table}\n", (
                "routes have changed: run this test once with COMITY_WRITE_DOCS=1 and read the difference"
            )


def test_no_two_shapes_of_the_api_have_one_name(client: Client) -> None:
    client.get("/api/v1/openapi.json")  # all offices are loaded
    # In the description one would silently stand for both.
    named: dict[str, set[str]] = {}
    waiting: list[type] = [Schema]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            waiting.append(shape)
            if shape.__module__.startswith("comity."):
                named.setdefault(shape.__name__, set()).add(shape.__module__)
    assert {name: places for name, places in named.items() if len(places) > 1} == {}
