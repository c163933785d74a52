"""The verifier in one file: short, without Comity, and of one mind with the engine on good and on spoiled exports."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.ledger import Note, Trust, canonical, verify_export, write_export
from comity.ledger.export import verifier_source
from comity.ledger.layout import binding
from comity.ledger.signing import PrivateKey, Purpose

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(small: Any, pristine: Path, tmp_path: Path) -> Run:
    """Runs the verifier of the export, loaded afresh, on a folder; returns its exit code and what it printed."""
    # A copy: what is imported leaves byte code beside it, and an export with a file too many is wrong.
    verifier = Path(shutil.copy(pristine / "verify.py", tmp_path))

    def alone(folder: Path, *more: str, key: str = str(small.key.public)) -> tuple[int, str]:
        spec = importlib.util.spec_from_file_location("verify", verifier)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        said = io.StringIO()
        arguments = sys.argv
        sys.argv = ["verify.py", str(folder), "--key", key, *more]
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = module.main()
        except SystemExit as end:
            code = int(str(end.code))
        finally:
            sys.argv = arguments
        return code, said.getvalue()

    return alone


def test_it_can_be_read_in_one_sitting_and_needs_only_one_package() -> None:
    source = verifier_source().decode()
    assert len(source.split("\n")) <= 300
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names == {"cryptography"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the standard library, cryptography and what that loads, and nothing else."""
    import cryptography

    home = tmp_path_factory.mktemp("bare") / "venv"
    venv.create(home, with_pip=False)
    (packages,) = home.glob("lib/python*/site-packages")
    installed = Path(cryptography.__file__).parent.parent
    for path in [installed / "cryptography", installed / "cffi", *installed.glob("_cffi_backend*")]:
        (packages / path.name).symlink_to(path)
    return home / "bin/python"


def in_bare(bare: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([bare, "-I", "-B", *arguments], capture_output=True, text=True)


def test_it_runs_where_there_is_no_comity(small: Any, copy: Callable[[], Path], bare: Path) -> None:
    for absent in ("comity", "rfc8785", "numpy", "pip"):
        assert "ModuleNotFoundError" in in_bare(bare, "-c", f"import {absent}").stderr
    folder = copy()
    asked = [str(folder / "verify.py"), str(folder), "--key", str(small.key.public)]
    asked += ["--witness", str(small.witness.public), "--need", "1"]
    good = in_bare(bare, *asked)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith(
        "RIGHT: 8 records of waico.example/record\ncosigned by witness.example/w1 at 1700000000"
    )
    path = folder / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b"party:p7", b"party:p8"))
    bad = in_bare(bare, *asked)
    assert (bad.returncode, bad.stderr) == (1, "")
    assert "events.jsonl, record 7: not the record that the log has at this place" in bad.stdout
    assert "WRONG" in bad.stdout
    assert "RIGHT" not in bad.stdout


def test_it_needs_a_key_and_says_how_it_is_used(bare: Path, pristine: Path) -> None:
    without = in_bare(bare, str(pristine / "verify.py"), str(pristine))
    assert without.returncode == 2
    wrong = in_bare(bare, str(pristine / "verify.py"), str(pristine), "--key", "nonsense")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert "from a source that you trust" in in_bare(bare, str(pristine / "verify.py"), "--help").stdout


def test_a_good_export_is_right(run: Run, pristine: Path) -> None:
    assert run(pristine) == (0, "RIGHT: 8 records of waico.example/record\n")


NAMES = ["checkpoint", "manifest.json", "events.jsonl", "leaf-hashes.bin", "openings.jsonl", "witnessed"]
NAMES += ["verify.py", "files/charter.txt"]


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_find_the_same_file_wrong(
    small: Any, copy: Callable[[], Path], run: Run, name: str, data: st.DataObject
) -> None:
    folder = copy()
    original = (folder / name).read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    (folder / name).write_bytes(changed)
    report = verify_export(folder, Trust((small.key.public,)))
    code, said = run(folder)
    assert not report.ok
    assert code == 1
    assert name in {finding.file for finding in report.findings}
    assert any(line.startswith(name) for line in said.split("\n"))
    for finding in report.findings:
        if finding.record is not None and f"{finding.file}, record" in said:
            assert f"record {finding.record}" in said


SPOILED: dict[str, Callable[[Path], object]] = {
    "a record swapped": lambda f: swap(f / "events.jsonl", 1, 2),
    "a record removed": lambda f: cut(f / "events.jsonl", 3),
    "an opening removed": lambda f: cut(f / "openings.jsonl", 0),
    "openings swapped": lambda f: swap(f / "openings.jsonl", 0, 1),
    "an extra file": lambda f: (f / "more").write_bytes(b""),
    "an extra folder": lambda f: (f / "more").mkdir(),
    "a missing file": lambda f: (f / "files/charter.txt").unlink(),
    "no events": lambda f: (f / "events.jsonl").unlink(),
    "no checkpoint": lambda f: (f / "checkpoint").unlink(),
    "empty checkpoint": lambda f: (f / "checkpoint").write_bytes(b""),
    "empty manifest": lambda f: (f / "manifest.json").write_bytes(b""),
    "deep manifest": lambda f: (f / "manifest.json").write_bytes(b"[" * 100_000),
    "a list as manifest": lambda f: (f / "manifest.json").write_bytes(b"[]"),
    "huge number": lambda f: (f / "openings.jsonl").write_bytes(b'{"record":' + b"9" * 5000 + b"}\n"),
    "no line end": lambda f: (f / "events.jsonl").write_bytes((f / "events.jsonl").read_bytes()[:-1]),
    "long line": lambda f: (f / "events.jsonl").write_bytes(b"x" * 70_000 + b"\n"),
    "a link": lambda f: ((f / "empty").unlink(), (f / "empty").symlink_to("/etc/hostname")),
    "not UTF-8": lambda f: (f / "checkpoint").write_bytes(b"\xff" * 100),
    "not a folder": lambda f: f.rename(f.with_name("moved")),
}


def swap(path: Path, one: int, two: int) -> None:
    listed = path.read_bytes().splitlines(keepends=True)
    listed[one], listed[two] = listed[two], listed[one]
    path.write_bytes(b"".join(listed))


def cut(path: Path, number: int) -> None:
    listed = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(listed[:number] + listed[number + 1 :]))


@pytest.mark.parametrize("how", SPOILED)
def test_both_refuse_an_export_with(small: Any, copy: Callable[[], Path], run: Run, how: str) -> None:
    folder = copy()
    SPOILED[how](folder)
    assert not verify_export(folder, Trust((small.key.public,))).ok
    code, said = run(folder)
    assert code == 1
    assert "RIGHT" not in said


def test_both_refuse_another_key_and_too_few_witnesses(small: Any, pristine: Path, run: Run) -> None:
    other = PrivateKey(small.key.name, Purpose.LOG, b"\x08" * 32)
    assert not verify_export(pristine, Trust((other.public,))).ok
    assert run(pristine, key=str(other.public))[0] == 1
    stranger = PrivateKey("witness.example/w2", Purpose.WITNESS, b"\x08" * 32)
    assert run(pristine, "--witness", str(stranger.public), "--need", "1")[0] == 1
    assert run(pristine, "--witness", str(small.witness.public), "--need", "1")[0] == 0


def test_both_find_a_rewritten_log_by_a_head_that_was_kept(small: Any, tmp_path: Path, run: Run) -> None:
    from comity.ledger import Tree, leaf_hash, read_leaf

    records = [replace(small.records[0], leaf=small.records[0].leaf.replace(b"p0", b"p9")), *small.records[1:]]
    tree = Tree(leaf_hash(record.leaf) for record in records)
    head = replace(small.head(), root=tree.root())
    made = read_leaf(records[0].leaf).time
    write_export(tmp_path / "x", records, head, small.key, audience="a", made=made)
    assert run(tmp_path / "x")[0] == 0
    for size, code in ((0, 0), (1, 1), (8, 1)):
        held = tmp_path / f"held{size}"
        held.write_bytes(small.note(size).encode())
        assert verify_export(tmp_path / "x", Trust((small.key.public,)), held=[held.read_bytes()]).ok == (not code)
        assert run(tmp_path / "x", "--held", str(held))[0] == code
    assert run(tmp_path / "x", "--held", str(tmp_path / "nowhere"))[0] == 1


def test_both_find_an_erasure_that_no_event_tells(small: Any, copy: Callable[[], Path], run: Run) -> None:
    folder = copy()
    path = folder / "openings.jsonl"
    listed = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b'{"part":"name","record":1,"state":"erased"}\n' + b"".join(listed[1:]))
    assert "erased, but no event of the log says so" in run(folder)[1]
    assert any("no event" in str(finding) for finding in verify_export(folder, small.trust).findings)


def resign(folder: Path, small: Any) -> None:
    """Make manifest and checkpoint anew for what is in the folder, as the log's own keeper could."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    (folder / "manifest.json").write_bytes(canonical(manifest))
    text = replace(small.head(), extensions=(binding(canonical(manifest)),)).text()
    (folder / "checkpoint").write_bytes(Note(text, (small.key.sign(text),)).encode())


KEEPERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "other records than the root has": (
        lambda f: (swap(f / "events.jsonl", 0, 7), swap_hashes(f / "leaf-hashes.bin", 0, 7)),
        "does not lead to the root",
    ),
    "another payload": (
        lambda f: put(f / "openings.jsonl", b"Ada", b"Eve"),
        "openings.jsonl, record 1, part name: this is not what the leaf commits to",
    ),
    "another salt": (lambda f: put(f / "openings.jsonl", b'"salt":"1', b'"salt":"0'), "not what the leaf commits to"),
    "a part withheld from everybody": (
        lambda f: put(
            f / "openings.jsonl", b'"bid","record":2,"state":"embargoed"', b'"bid","record":2,"state":"withheld"'
        ),
        "record 2, part bid: withheld, though",
    ),
    "a part doubled": (
        lambda f: put(
            f / "openings.jsonl",
            b'{"part":"bid","record":2,"state":"embargoed"}\n',
            b'{"part":"bid","record":2,"state":"embargoed"}\n' * 2,
        ),
        "in another order",
    ),
    "a key doubled": (
        lambda f: put(f / "openings.jsonl", b'{"part":"bid"', b'{"part":"x","part":"bid"'),
        "stands twice",
    ),
    "a part too many": (
        lambda f: put(
            f / "openings.jsonl",
            b'{"part":"bid","record":2,"state":"embargoed"}\n',
            b'{"part":"bid","record":2,"state":"embargoed"}\n{"part":"z","record":2,"state":"erased"}\n',
        ),
        "record 2, part z: the leaf has no such part",
    ),
    "a part too few": (
        lambda f: put(f / "openings.jsonl", b'{"part":"bid","record":2,"state":"embargoed"}\n', b""),
        "record 2, part bid: neither",
    ),
    "hashes beyond the records": (
        lambda f: (f / "leaf-hashes.bin").write_bytes((f / "leaf-hashes.bin").read_bytes() + bytes(32)),
        "here stand more",
    ),
}


def put(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def swap_hashes(path: Path, one: int, two: int) -> None:
    content = path.read_bytes()
    hashes = [content[start : start + 32] for start in range(0, len(content), 32)]
    hashes[one], hashes[two] = hashes[two], hashes[one]
    path.write_bytes(b"".join(hashes))


@pytest.mark.parametrize("how", KEEPERS)
def test_both_find_what_the_keeper_of_the_log_signed_falsely(
    small: Any, copy: Callable[[], Path], run: Run, how: str
) -> None:
    folder = copy()
    spoil, wanted = KEEPERS[how]
    spoil(folder)
    resign(folder, small)
    assert not verify_export(folder, Trust((small.key.public,))).ok
    code, said = run(folder)
    assert code == 1
    assert wanted in said
    assert "manifest" not in said


def test_a_forged_signature_line_is_refused_by_both(small: Any, copy: Callable[[], Path], run: Run) -> None:
    folder = copy()
    text = (folder / "checkpoint").read_text(encoding="utf-8").partition("\n\n")[0] + "\n"
    signed = small.key.sign(text)
    stranger = PrivateKey("stranger.example", Purpose.LOG, b"\x08" * 32)
    for signatures in (
        (replace(signed, value=b"\0" * 64),),
        (replace(signed, value=signed.value[:-1]),),
        (signed, stranger.sign(text)),
        (signed, replace(signed, value=b"\0" * 64)),
        (stranger.sign(text),),
    ):
        (folder / "checkpoint").write_bytes(Note(text, signatures).encode())
        assert not verify_export(folder, Trust((small.key.public,))).ok
        assert run(folder)[0] == 1
    (folder / "checkpoint").write_bytes(Note(text, (signed,)).encode())
    assert run(folder)[0] == 0
