"""Accounts in a browser: passkeys with a virtual authenticator, a ministry's login under the policy, no barrier on any page, no scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.test.utils import override_settings
from tests.site.accounts import OTHER, PASSWORD, confirmed, link_in, sent, signed_in

from comity.groundwork.actions import register_person
from comity.groundwork.acts import system_actor
from comity.groundwork.models import Person
from comity.site.oidc.configuration import Login, for_allauth, origins

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = Axe()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LOGIN = Login(
    id="foreign-office",
    name="Ministry of Foreign Affairs",
    issuer="https://login.gov.example",
    client_id="comity",
    client_secret="secret",
)


@pytest.fixture
def grace() -> Person:
    """Somebody with a password and a confirmed address."""
    return confirmed()


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser of somebody's own."""
    made = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    yield made
    made.close()


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Within, nothing on the page breaks the content security policy or fails in a script."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    assert [text for text in complaints if "status of 4" not in text] == []


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.goto("/en/accounts/login/")
    page.get_by_label("E-mail address").fill("grace@example.org")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def at_home(page: Page) -> bool:
    """Whether somebody is signed in."""
    answer = page.goto("/en/me")
    return answer is not None and answer.status == 200


def sign_out(page: Page) -> None:
    page.goto("/en/accounts/logout/")
    page.get_by_role("button", name="Sign out").last.click()


def authenticator(page: Page, **more: Any) -> tuple[CDPSession, str]:
    """Plug a virtual authenticator into the browser."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **more,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def add_passkey(page: Page, name: str, *, alone: bool = True) -> None:
    page.goto("/en/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(re.compile("recovery-codes|2fa/$"))


# --- passkeys ---


def test_a_passkey_is_added_and_signs_in_without_a_password(context: BrowserContext, grace: Person) -> None:
    page = context.new_page()
    authenticator(page)
    with watched(page):
        sign_in(page)
        add_passkey(page, "Grace’s phone")
        assert page.url.endswith("/recovery-codes/")
        assert page.locator("ul.code li").count() == 10
        page.goto("/en/accounts/2fa/webauthn/")
        assert "Grace’s phone" in page.content()
        assert "signs you in alone" in page.content()
        sign_out(page)
        assert not at_home(page)
        page.goto("/en/accounts/login/?next=/en/roles")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(re.compile(r"//[^/]+/en/roles$"))
        assert at_home(page)
    assert Authenticator.objects.filter(type="webauthn", last_used_at__isnull=False).count() == 1


def test_a_passkey_is_the_second_step_after_a_password_and_shows_again_who_it_is(
    context: BrowserContext, grace: Person
) -> None:
    page = context.new_page()
    authenticator(page)
    with watched(page):
        sign_in(page)
        add_passkey(page, "key", alone=False)
        sign_out(page)
        sign_in(page)
        assert page.url.endswith("/2fa/authenticate/")
        assert Client().get("/en/me").status_code == 403
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(re.compile(r"//[^/]+/en/$"))
        assert at_home(page)
        page.goto("/en/accounts/2fa/webauthn/reauthenticate/?next=/en/accounts/2fa/recovery-codes/generate/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(re.compile(r"//[^?]+/generate/$"))
        assert "Make new recovery codes" in page.content()


def test_a_passkey_is_renamed_and_removed(context: BrowserContext, grace: Person) -> None:
    page = context.new_page()
    authenticator(page)
    with watched(page):
        sign_in(page)
        add_passkey(page, "first name")
        page.goto("/en/accounts/2fa/webauthn/")
        page.get_by_role("link", name="Rename").click()
        page.get_by_label("Name").fill("مفتاح")
        page.get_by_role("button", name="Rename").click()
        assert "مفتاح" in page.content()
        page.get_by_role("link", name="Remove").click()
        page.get_by_role("button", name="Remove").click()
        assert "You have none yet" in page.content()
    assert not Authenticator.objects.exists()


def test_a_browser_that_gives_no_passkey_leaves_a_sentence_and_everything_else_as_it_was(
    context: BrowserContext, grace: Person
) -> None:
    page = context.new_page()
    authenticator(page, isUserVerified=False)
    page.goto("/en/accounts/login/")
    assert page.get_by_text("Passkeys need scripts").is_hidden()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Your browser gave no passkey").wait_for()
    sign_in(page)
    assert at_home(page)


def test_a_passkey_of_another_person_or_a_copied_answer_opens_nothing(context: BrowserContext, grace: Person) -> None:
    page = context.new_page()
    authenticator(page)
    sign_in(page)
    add_passkey(page, "key")
    sign_out(page)
    page.goto("/en/accounts/login/")
    with page.expect_request(lambda request: request.method == "POST" and "webauthn/login" in request.url) as caught:
        page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"//[^/]+/en/$"))
    thief = Client()
    thief.get("/en/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    posted = caught.value.post_data_json
    thief.post("/en/accounts/2fa/webauthn/login/", {"credential": posted["credential"]})
    assert not signed_in(thief)


# --- without scripts ---


def test_everything_but_passkeys_works_without_scripts(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/accounts/signup/")
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("E-mail address").fill("grace@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    assert "Look into your mail" in page.content()
    page.goto(link_in(sent()[0].body))
    page.get_by_role("button", name="Confirm").click()
    assert at_home(page)
    sign_out(page)
    page.goto("/en/accounts/login/")
    assert page.get_by_text("Passkeys need scripts").is_visible()
    assert page.get_by_role("button", name="Use a passkey").is_hidden()
    page.get_by_role("link", name="Forgotten password").click()
    page.get_by_label("E-mail address").fill("grace@example.org")
    page.get_by_role("button", name="Send the link").click()
    page.goto(link_in(sent()[0].body))
    page.get_by_label("Password", exact=True).fill(OTHER)
    page.get_by_label("Password again").fill(OTHER)
    page.get_by_role("button", name="Set the password").click()
    assert at_home(page)
    context.close()


# --- a ministry's login ---


@pytest.fixture
def foreign() -> Iterator[tuple[str, list[str]]]:
    """Another site on this machine: its address, and what it is asked for."""
    asked: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_the_policy_lets_the_form_lead_to_the_ministry_and_nowhere_else(
    context: BrowserContext, settings: Any, live_server: Any, foreign: tuple[str, list[str]]
) -> None:
    issuer, asked = foreign
    login = LOGIN.model_copy(update={"issuer": issuer})
    settings.SOCIALACCOUNT_PROVIDERS = for_allauth([login])
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    config = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
    for allowed in ([], origins([login])):
        changed = {**policy, "form-action": [*policy["form-action"], *allowed]}
        with override_settings(CONTENT_SECURITY_POLICY={"DIRECTIVES": changed}), pytest.MonkeyPatch.context() as patch:
            patch.setattr("comity.site.oidc.provider.Adapter.openid_config", config)
            page = context.new_page()
            page.goto("/en/accounts/login/")
            page.get_by_role("button", name="Go on with Ministry of Foreign Affairs").click()
            page.wait_for_timeout(1000)
            assert bool([path for path in asked if "authorize" in path]) is bool(allowed), (allowed, asked)
    assert "code_challenge" in asked[0]


# --- no barriers ---

VISITOR = {
    "login": "login/",
    "sign up": "signup/",
    "sign out": "logout/",
    "closed": "inactive/",
    "look into mail": "confirm-email/",
    "bad link to confirm": "confirm-email/x/",
    "forgotten password": "password/reset/",
    "sent": "password/reset/done/",
    "bad link to reset": "password/reset/key/X-y/",
    "set": "password/reset/key/done/",
    "ministry": "oidc/foreign-office/login",
    "ministry failed": "3rdparty/login/error/",
    "ministry stopped": "3rdparty/login/cancelled/",
}
SIGNED_IN = {
    "address": "email/",
    "password": "password/change/",
    "again by password": "reauthenticate/",
    "again by code": "2fa/reauthenticate/",
    "again by passkey": "2fa/webauthn/reauthenticate/",
    "passkeys and codes": "2fa/",
    "no app": "2fa/totp/deactivate/",
    "recovery codes": "2fa/recovery-codes/",
    "new recovery codes": "2fa/recovery-codes/generate/",
    "passkeys": "2fa/webauthn/",
    "add a passkey": "2fa/webauthn/add/",
    "linked": "3rdparty/",
    "sessions": "sessions/",
    "sign out": "logout/",
}


def barriers(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the window, is not ours, or lacks its title."""
    page.evaluate(AXE.axe_script)
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    told = [f"{one['id']}: {node['html'][:160]} ({one['help']})" for one in found for node in one["nodes"]]
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    told += [f"is {wide} pixels wide"] if wide > 390 else []
    told += ["not in the layout"] if page.locator("main#content h1").count() != 1 else []
    told += ["no title"] if not re.match(r"\S", page.title()) else []
    return told


@pytest.mark.parametrize("language", ["ar", "en", "zh"])
def test_no_page_of_accounts_has_a_barrier(
    context: BrowserContext, grace: Person, settings: Any, language: str
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = for_allauth([LOGIN])
    settings.COMITY_DEMO = settings.LOCAL_ONLY = True
    register_person(by=system_actor(), name="Ada", invented=True)
    page, found = context.new_page(), {}

    # By day in one language, by night in another: a page's colours do not depend on its words.
    scheme: Literal["light", "dark"] = "dark" if language == "en" else "light"
    page.emulate_media(color_scheme=scheme)

    def look(name: str, address: str) -> None:
        page.goto(f"/{language}/{address}")
        found[f"{name}, {scheme}"] = barriers(page)

    with watched(page):
        for name, address in VISITOR.items():
            look(name, f"accounts/{address}")
        look("demonstration", "demo/sign-in")
        for address in ("login", "signup"):
            page.goto(f"/{language}/accounts/{address}/")
            page.locator("form.act button[type=submit]").click()
            page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
            found[f"{address} with faults"] = barriers(page)

        authenticator(page)
        sign_in(page)
        add_passkey(page, "key")
        page.goto("/en/accounts/2fa/totp/activate/")
        look("set up an app", "accounts/2fa/totp/activate/")
        TOTP.activate(grace, generate_totp_secret())
        EmailAddress.objects.create(user=grace, email="hopper@example.org")
        SocialAccount.objects.create(user=grace, provider="foreign-office", uid="1", extra_data={"name": "G."})
        for name, address in SIGNED_IN.items():
            EmailAddress.objects.filter(email="hopper@example.org").update(verified="webauthn/add" in address)
            look(name, f"accounts/{address}")
        key = Authenticator.objects.get(type="webauthn").pk
        look("rename", f"accounts/2fa/webauthn/keys/{key}/edit/")
        look("remove", f"accounts/2fa/webauthn/keys/{key}/remove/")
        sign_out(page)
        sign_in(page)
        look("second step", "accounts/2fa/authenticate/")
        settings.COMITY_OPEN_SIGNUP = False
        look("sign up where it is closed", "accounts/signup/")
    assert {place: what for place, what in found.items() if what} == {}
