"""Keys for programs on one's own page: shown once, listed, revoked, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comity.groundwork.models import Person, Token

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person | None], Client]
FORM = {"name": "Archive", "days": "30", "may_write": "on"}


def key_in(html: str) -> str:
    found = re.search(r"comity_[A-Za-z0-9_-]+", html)
    assert found
    return found[0]


def test_a_key_is_shown_once_and_works(house: Any, signed_in: SignedIn) -> None:
    client = signed_in(house.delegate)
    made = client.post("/en/me/keys/new", FORM)
    assert made["Cache-Control"] == "private, no-store"
    key = key_in(made.content.decode())
    page = client.get("/en/me").content.decode()
    assert "Archive" in page
    assert "may act" in page
    assert key not in page
    assert client.get("/api/v1/events", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_a_key_that_was_revoked_works_no_more(house: Any, signed_in: SignedIn) -> None:
    client = signed_in(house.delegate)
    key = key_in(client.post("/en/me/keys/new", FORM).content.decode())
    held = Token.objects.get(person=house.delegate)
    response = client.post(f"/en/me/keys/{held.id}/revoke", follow=True)
    assert "The key no longer works." in response.content.decode()
    assert client.get("/api/v1/events", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_nobody_revokes_or_sees_the_keys_of_others(house: Any, signed_in: SignedIn) -> None:
    hers = Token.objects.get(person=house.secretary)
    client = signed_in(house.delegate)
    assert "Nightly copy" not in client.get("/en/me").content.decode()
    for answer in (client.get, client.post):
        assert answer(f"/en/me/keys/{hers.id}/revoke").status_code == 404
    assert signed_in(None).post("/en/me/keys/new", FORM).status_code == 403
    assert Token.objects.filter(id=hers.id).exists()


@pytest.mark.parametrize("fault", [{"name": ""}, {"name": "\u200d"}, {"days": "0"}, {"days": "367"}, {"days": "x"}])
def test_a_form_with_faults_makes_no_key(fault: dict[str, str], house: Any, signed_in: SignedIn) -> None:
    response = signed_in(house.delegate).post("/en/me/keys/new", FORM | fault)
    assert response.status_code == 422
    assert "comity_" not in response.content.decode()
    assert not Token.objects.filter(person=house.delegate).exists()
