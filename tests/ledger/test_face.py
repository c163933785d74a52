"""The public face of the ledger: what it offers, what it loads, and that the documented example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import comity.ledger

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_public_name_is_there_and_has_a_docstring() -> None:
    assert sorted(comity.ledger.__all__) == comity.ledger.__all__
    for name in comity.ledger.__all__:
        assert getattr(comity.ledger, name).__doc__, name


def test_the_engine_loads_no_adapter_that_it_does_not_use() -> None:
    code = "import sys, comity.ledger; print(sorted({n.partition('.')[0] for n in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("cryptography", "sqlite3", "django", "numpy", "socketserver"):
        assert f"'{name}'" not in loaded, name


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    page = (DOCS / "ledger.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert blocks
    ran = subprocess.run([sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "RIGHT"
