"""What every test may ask for: real data, a browser, and random examples that are the same in every run that counts."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings
from psycopg import sql
from tests.demonstration import founded

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Programs that tests start, and no tests themselves.
collect_ignore = ["postgres.py", "demonstration.py", "site/oidc_provider"]

ROOT = Path(__file__).resolve().parent.parent


def _take_own_database() -> None:
    """Of several workers on PostgreSQL each has a database of its own: the ballot box takes the very one that is named, and locks it."""
    url, worker = os.environ.get("COMITY_DATABASE_URL"), os.environ.get("PYTEST_XDIST_WORKER")
    if not url or not worker:
        return
    name = f"comity_{worker}"
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    os.environ["COMITY_DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


# The site's tests have a data folder of their own, never that of whoever runs them.
os.environ["COMITY_DATA"] = tempfile.mkdtemp(prefix="comity-tests-")
_take_own_database()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
atexit.register(shutil.rmtree, os.environ["COMITY_DATA"], ignore_errors=True)
django.setup()
django.conf.settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
SHARED = Path(os.environ.get("COMITY_SHARED") or ROOT.parent / "shared")
IN_CI = bool(os.environ.get("CI"))
DATA_REQUIRED = SHARED.is_dir() and (IN_CI or bool(os.environ.get("COMITY_REQUIRE_SHARED")))

# No deadline: the first call of a compiled kernel is slow by nature. Under CI the examples are the same in every run.
COMMON: dict[str, Any] = {"deadline": None, "print_blob": True, "derandomize": IN_CI}
settings.register_profile("quick", max_examples=25, **COMMON)
settings.register_profile("default", max_examples=60, **COMMON)
settings.register_profile("soak", max_examples=2000, suppress_health_check=[HealthCheck.too_slow], **COMMON)
settings.load_profile(os.environ.get("COMITY_HYPOTHESIS_PROFILE") or "default")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Workers inherit no name of the settings: else they would be read before this file gave each worker a folder of its own."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what a test asks for, so that no one can forget the mark."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "shared" in asked:
            item.add_marker(pytest.mark.shared_data)
        if "chromium_path" in asked:  # for its own sake, or for a browser
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Where the data or the browser must be there, a test that skips for want of it fails."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        if DATA_REQUIRED and item.get_closest_marker("shared_data"):
            _fail(report, f"real data is in {SHARED}, yet this test skipped")
        elif IN_CI and item.get_closest_marker("browser"):
            _fail(report, "a browser test may not skip under CI")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """A module that skips itself whole would hide its data tests."""
    report = yield
    if report.skipped and DATA_REQUIRED:
        _fail(report, f"real data is in {SHARED}, yet this module skipped itself whole")
    return report


def _fail(report: Any, why: str) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: {why} ({reason})"


@pytest.fixture(autouse=True)
def in_english() -> None:
    """The language of the last page that another test asked for does not stay."""
    translation.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data (`data/` and `domain/` in it), or a skip that says how to give one."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data: {SHARED} is not a folder (name one with `make test SHARED=folder`)")
    return SHARED.resolve()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the demonstration organisation, founded once in a run: to be read, and copied before it is changed."""
    own = tmp_path_factory.getbasetemp()
    return founded(own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine: COMITY_CHROMIUM, else the system's, else Playwright's own."""
    path = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium")
    if path is None:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.skip("no Chromium: run `make browser`, or set COMITY_CHROMIUM=/path/to/chromium")
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """It, headless, so that it asks nobody anything."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync", "--disable-component-update"]
        quiet.append("--disable-background-networking")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            quiet.append("--no-sandbox")  # Chromium's sandbox refuses the superuser, whom containers often are
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=quiet)
        yield chromium
        chromium.close()
