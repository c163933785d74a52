"""The house rules that a machine can check. Each failure names the file and the mend."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PINS = ("requirements-bootstrap.txt", "requirements.txt", "requirements-dev.txt")


def _tracked_files() -> list[Path]:
    """What is, or is about to be, under version control; in an unpacked archive, everything but the environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not {".venv", "__pycache__"} & set(path.parts)]
    return [path for path in files if path.is_file()]


def _words(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned(pins: str) -> list[str]:
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", (ROOT / pins).read_text(encoding="utf-8"), re.MULTILINE)


# --- no place but this one ---

FOREIGN = {
    "the address of a package registry": r"pypi\.(?:org|python)|pythonhosted\.org|registry\.(?:npmjs|yarn)|/simp[l]e/",
    "an option that names a registry": r"(?<!-no-emit)--(?:extra-)?index-url|(?<!-no-emit)--find-link[s]",
    "the path of one machine": r"(?<![\w.])/(?:tmp|work|root|home/\w+|Users/\w+)/\w",
    "an address of files on one machine": r"\bfile:" + "//",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_no_tracked_file_names_a_place_that_others_do_not_have(what: str) -> None:
    pattern = re.compile(FOREIGN[what])
    found = []
    for path in _tracked_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line[:100]}" for n, line in enumerate(lines, 1) if pattern.search(line)
        ]
    assert not found, f"{what}:\n" + "\n".join(found[:20])


# --- pins ---


@pytest.mark.parametrize("pins", PINS)
def test_pins_are_exact_hashed_and_without_an_address(pins: str) -> None:
    text = (ROOT / pins).read_text(encoding="utf-8")
    assert "://" not in text, f"{pins} holds an address: recompile with `make pins`"
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==[^\s;]+", entry), f"{pins}: not an exact pin: {entry.splitlines()[0]}"
        assert "--hash=sha256:" in entry, f"{pins}: no hash: {entry.splitlines()[0]}"


def test_pins_cover_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = {_words(re.split(r"[^\w.-]", line)[0]) for line in project["project"]["dependencies"]}
    everything = runtime | {_words(re.split(r"[^\w.-]", line)[0]) for line in project["dependency-groups"]["dev"]}
    assert runtime <= {_words(name) for name in _pinned("requirements.txt")}, "run `make pins`"
    assert everything <= {_words(name) for name in _pinned("requirements-dev.txt")}, "run `make pins`"


def test_there_is_no_second_lock() -> None:
    assert not (ROOT / "uv.lock").exists(), "the pins are requirements*.txt: delete uv.lock"


# --- dependencies ---


def test_every_runtime_dependency_has_its_line() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    missing = [name for name in _pinned("requirements.txt") if f"| {_words(name)} |" not in page]
    assert not missing, f"docs/dependencies.md needs a line for: {', '.join(missing)}"


@pytest.mark.parametrize("name", _pinned("requirements.txt"))
def test_no_runtime_dependency_is_under_the_gpl(name: str) -> None:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is for another platform")
    said = [about.get("License-Expression", ""), (about.get("License") or "").split("\n")[0]]
    said += [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    assert any(said), f"{name} does not say its licence"
    assert not re.search(r"\bA?GPL|GNU (?:Affero )?General Public", " ".join(said)), f"{name}: {said}"


# --- imports ---


def test_import_contracts_hold() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_command_that_computes_no_map_does_not_wait_for_what_computes_them() -> None:
    """Compiled loops and readers of tables take longer to load than all the rest: `from numba import njit` at the top of a module
    that the site loads at its start makes every command wait a second.
    """
    program = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
import django
django.setup()
import comity.site.commands
print(*sorted({"numba", "pyarrow", "scipy"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_engine_is_under_the_contracts_of_engines() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    for engine in ("opinion", "drafting", "rules", "allocation", "ledger"):
        if (ROOT / "src/comity" / engine).is_dir():
            for contract in ("engines", "cores"):
                assert f"comity.{engine}" in contracts[contract]["source_modules"], (
                    f"add comity.{engine} to '{contract}'"
                )


# --- words that people rely on ---


def _verbs(parser: argparse.ArgumentParser) -> list[str]:
    return [
        verb for action in parser._actions if isinstance(action, argparse._SubParsersAction) for verb in action.choices
    ]


def test_every_verb_of_the_command_line_has_a_heading() -> None:
    from comity.cli import build_parser

    verbs = _verbs(build_parser())
    assert verbs, "build_parser() has no verbs"
    headings = re.findall(r"^#+ +(.*)$", (ROOT / "docs/cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    missing = [
        verb for verb in verbs if not any(re.search(rf"\bcomity {re.escape(verb)}\b", line) for line in headings)
    ]
    assert not missing, "docs/cli.md needs a heading for: " + ", ".join(f"`comity {verb}`" for verb in missing)


def test_every_make_target_is_in_the_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    targets = set(phony[1].split())
    assert targets == set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)), "targets and .PHONY differ"
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    missing = [target for target in sorted(targets) if not re.search(rf"^ +{target} +\S", shown, re.MULTILINE)]
    assert not missing, f"give these a `## word of help` in the Makefile: {', '.join(missing)}"
    assert {"demo", "test", "quick", "soak", "lint", "bench", "help"} <= targets


def test_the_version_is_written_once() -> None:
    import comity

    assert metadata.version("comity") == comity.__version__, "run `touch pyproject.toml && make setup`"


# --- documents ---


def _pages() -> list[Path]:
    return [path for path in _tracked_files() if path.suffix == ".md"]


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in _pages():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path = target.split("#")[0]
            if path and "://" not in target and not target.startswith("mailto:") and not (page.parent / path).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken, "broken links:\n" + "\n".join(broken)


@pytest.mark.parametrize("index", ["docs/README.md", "docs/design/README.md"])
def test_every_page_is_in_its_index(index: str) -> None:
    shelf = (ROOT / index).parent
    listed = set(re.findall(r"\]\(([^)#\s]+)", (ROOT / index).read_text(encoding="utf-8")))
    missing = [page.name for page in _pages() if page.parent == shelf and page.name not in {"README.md", *listed}]
    assert not missing, f"{index} needs a line for: {', '.join(missing)}"
