"""The tutorial is followed word by word in a copy of the house: what it prints there works as it stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OFFICE = "src/comity/office/charter"

TEST = """from tests.office.charter.conftest import House
import pytest
from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import actor_for
from comity.groundwork.refusals import NotAllowed
from comity.groundwork.translated import Text
from comity.office.charter.actions import choose_motto, establish_body
from comity.office.charter.models import Body
"""

SHOWN = """

def test_the_page_shows_it_and_leads_to_choosing_another(house: House, client) -> None:
    council = establish_body(by=house.by, name=Text.of("Council"), established_on=house.today)
    choose_motto(by=house.by, body=council.id, motto=Text.of("Together"))
    client.force_login(house.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/en/charter/bodies/{council.id}").content.decode()
    assert "Together" in page
    assert f"/en/charter/bodies/{council.id}/motto" in page
    assert "Choose a motto for" in client.get(f"/en/charter/bodies/{council.id}/motto").content.decode()
"""


def blocks() -> list[str]:
    """What the page prints as code, block by block."""
    found: list[list[str]] = [[]]
    for line in (ROOT / "docs/tutorial.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("    ") or not line:
            found[-1].append(line[4:])
        elif found[-1]:
            found.append([])
    return [text for lines in found if (text := "\n".join(lines).strip("\n"))]


@pytest.mark.slow
def test_each_step_of_the_tutorial_works_as_it_is_printed(tmp_path: Path) -> None:
    column, fact, act, form, view, address, shown, tried, _written = blocks()
    said, way = shown.splitlines()
    for part in ("src/comity", "tests/office/charter"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("pyproject.toml", "tests/conftest.py", "tests/demonstration.py", "tests/office/members"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)

    def put(file: str, before: str, new: str, *, indent: str = "") -> None:
        path = tmp_path / OFFICE / file
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{file} has no {before!r} any more: the tutorial's places have moved"
        path.write_text(text.replace(before, f"{indent}{new}\n{before}", 1), encoding="utf-8")

    def end(file: str, new: str) -> None:
        with (tmp_path / OFFICE / file).open("a", encoding="utf-8") as text:
            text.write(f"\n\n{new}\n")

    put(
        "models.py", "    rank = models.PositiveSmallIntegerField(default=0)\n    established_on", column, indent="    "
    )
    end("events.py", fact)
    put("actions/organisation.py", "    BodyEstablished,", "MottoChosen,", indent="    ")
    put(
        "actions/organisation.py",
        "from comity.office.charter.settings",
        "from comity.office.charter.queries import CHAIR",
    )
    end("actions/organisation.py", act)
    put("actions/__init__.py", "    dissolve_body,", "choose_motto,", indent="    ")
    put("actions/__init__.py", '    "dissolve_body",', '"choose_motto",', indent="    ")
    end("forms.py", form)
    put("views/organisation.py", "    NewBodyForm,", "MottoForm,", indent="    ")
    end("views/organisation.py", view)
    put("urls.py", '    path("bodies/<str:key>/change"', address, indent="    ")
    put("templates/charter/body.html", '<div class="two">', said)
    put("templates/charter/body.html", "{% if may_change %}<li>", way)
    (tmp_path / "tests/office/charter/test_motto.py").write_text(f"{TEST}\n\n{tried}\n{SHOWN}", encoding="utf-8")

    own = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "PYTEST_"))},
        "PYTHONPATH": f"{tmp_path / 'src'}{os.pathsep}{tmp_path}",
        "DJANGO_SETTINGS_MODULE": "comity.site.settings",
        "COMITY_DATA": str(tmp_path / "data"),
    }

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, env=own, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Add field motto to body" in run("django", "makemigrations", "charter")
    assert "2 passed" in run("pytest", "-q", "-p", "no:cacheprovider", "tests/office/charter/test_motto.py")
