"""Secrets stay secret: passwords, keys, sessions and addresses are in no log, no export, no page and no answer where they do not belong."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from tests.site.conftest import BACKEND
from tests.site.stage import SECRET, Stage, build

from comity.groundwork.models import Token
from comity.office.records.exports import export
from comity.office.records.keys import log_key
from comity.site import views
from comity.site.discreet import WithoutKeys

PASSWORD = "four words nobody guesses"
WRONG_PASSWORD = "not the four words"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder of this test's own."""
    with override_settings(COMITY_DATA=tmp_path, COMITY_LOG_ORIGIN="union.example/record"):
        cache.clear()
        yield tmp_path


@pytest.fixture
def lived_in(transactional_db: None, data: Path) -> Stage:
    """The organisation, with secrets of every kind in its tables."""
    stage = build()
    secretary = stage.people["secretary"]
    secretary.set_password(PASSWORD)
    secretary.save(update_fields=["password"])
    Authenticator.objects.create(
        user=secretary, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(TOTP)}
    )
    return stage


def secrets_of(stage: Stage, client: Client) -> dict[str, str]:
    """What must be nowhere, by what it is."""
    stage.people["secretary"].refresh_from_db()
    found = {
        "password": PASSWORD,
        "mistyped password": WRONG_PASSWORD,
        "hash of the password": stage.people["secretary"].password,
        "argon2": "argon2",
        "secret of the installation": settings.SECRET_KEY,
        "key of the log": log_key().secret_text(),
        "seed of an app": TOTP,
    }
    for who, key in stage.keys.items():
        found[f"key of {who}"] = key
        found[f"key of {who} without its prefix"] = key.removeprefix("comity_")
        found[f"hash of the key of {who}"] = hashlib.sha256(key.removeprefix("comity_").encode()).hexdigest()
    if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
        found["session"] = session.value
    return found


def everything_in(folder: Path) -> str:
    """All of a folder, names included."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in paths)


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [word for word, secret in secrets.items() if secret and secret in text]


@pytest.mark.slow
def test_no_export_holds_a_secret_and_the_public_one_no_address(lived_in: Stage, tmp_path: Path) -> None:
    client = Client()
    client.force_login(lived_in.people["secretary"], backend=BACKEND)
    secrets = secrets_of(lived_in, client)
    assert Token.objects.exists()
    for audience in ("public", "members", f"delegation:{lived_in['tunisia']}", "secretariat"):
        out = tmp_path / "out" / audience.partition(":")[0]
        out.parent.mkdir(exist_ok=True)
        export(out, audience, now=timezone.now())
        text = everything_in(out)
        assert found_in(text, secrets) == [], audience
        if audience != "secretariat":
            assert "@example.org" not in text, audience
        if audience == "public":
            assert SECRET not in text
        if audience.startswith("delegation"):
            assert f"{SECRET} (members)" in text
            assert f"{SECRET} (delegation)" not in text


def _breaks(_request: Any) -> Any:
    password = PASSWORD
    raise RuntimeError(f"a failure of the program, {len(password)} letters long")


@pytest.mark.slow
def test_no_log_holds_a_secret_however_much_it_says(
    lived_in: Stage,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client(raise_request_exception=False)
    address = str(lived_in.people["secretary"].email)
    key = lived_in.keys["secretary"]
    with caplog.at_level(logging.DEBUG):
        for password in (WRONG_PASSWORD, PASSWORD):
            client.post("/en/accounts/login/", {"login": address, "password": password})
        client.post("/en/accounts/password/reset/", {"email": address})
        for path in ("/api/v1/events", "/api/v1/acts/charter.found", "/api/v1/nowhere"):
            client.get(path, headers={"Authorization": f"Bearer {key}"})
            client.post(path, {"name": PASSWORD}, headers={"Authorization": f"Bearer {key}"})
        monkeypatch.setattr(views, "charter", None)  # so that the first page breaks
        broken = client.post("/en/?x=1", {"password": PASSWORD}, headers={"Authorization": f"Bearer {key}"})
        assert client.get("/en/").status_code == broken.status_code == 500
        assert found_in(broken.content.decode(), secrets_of(lived_in, client)) == []
    assert "Internal Server Error: /en/" in caplog.text
    lines = [
        line for line in caplog.text.splitlines() if "django.db.backends" not in line
    ]  # which is asked for by developers only
    said = capfd.readouterr()
    assert found_in("\n".join(lines) + said.out + said.err, secrets_of(lived_in, client)) == []


def test_a_link_by_which_somebody_could_sign_in_is_cut_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.StringIO()
    for handler in logging.getLogger().handlers:
        if any(isinstance(one, WithoutKeys) for one in handler.filters) and isinstance(handler, logging.StreamHandler):
            monkeypatch.setattr(handler, "stream", written)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": "01ABC", "key": "cdef-secretsecret"})
    logging.getLogger("django.request").warning("Not Found: %s", link)
    logging.getLogger("any.library").error("no answer to https://localhost/ar/accounts/confirm-email/MQ:abc:def/?x=1")
    said = written.getvalue()
    assert "secretsecret" not in said
    assert "MQ:abc:def" not in said
    assert said.count("…") == 2


def test_what_the_installation_keeps_secret_is_readable_by_its_owner_only(db: None, data: Path) -> None:
    log_key()
    kept = [path for path in (data / "secrets").rglob("*") if path.is_file()]
    assert kept
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    call_command("check", deploy=False, verbosity=0)
