"""The ledger: events appended a second, a proof among a million, and the verification of an export of a million.

Append: events of 400 bytes, as mappings, to canonical JSON, hashed, and into SQLite durably in batches of 1,000, in one process
on one core; the same once more with the package rfc8785 in place of Comity's canonical JSON, by turns in the same run. Processor
seconds count beside the clock's, since a busy machine stretches the latter. Proof: from a log on disk opened anew. Verification:
a process of its own, on an export in which every fourth record has a part that is open; memory is that process's peak,
interpreter included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import rfc8785

from bench.figures import against, median_and_range, table
from bench.machine import ROOT, description
from bench.speed import CACHE, peak_megabytes
from comity.ledger import Act, Checkpoint, Event, Part, Record, Seal, Trust, check_inclusion, leaf_hash, seal
from comity.ledger.canonical_json import canonical
from comity.ledger.export import write_export
from comity.ledger.signing import PrivateKey, Purpose, read_public_key
from comity.ledger.store import LogStore
from comity.ledger.verify import verify_export

EVENTS_PER_SECOND, PROOF_MS, VERIFY_SECONDS = 50_000, 5.0, 60.0
BATCH = 1000
START = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
KEY = PrivateKey("bench.example/record", Purpose.LOG, b"\1" * 32)

Leaf = dict[str, Any]


def leaf(number: int) -> Leaf:
    """A leaf as a mapping, of 400 bytes when it is canonical; one in four commits to a part."""
    hashed = sha256(b"%d" % number).hexdigest()
    data: dict[str, Any] = {"date": "2026-11-04", "grade": "official", "status": "acceded", "votes": number % 193}
    made: Leaf = {
        "act": {
            "about": [f"party:{hashed[:8]}"],
            "actor": f"user:{hashed[8:16]}",
            "type": "members.acceded",
        },
        "id": hashed[:26],
        "time": "2026-11-05T12:34:56.123456Z",
        "v": 1,
    }
    made["act"] |= {"body": "body:secretariat", "data": data, "version": 1}
    if number % 4 == 0:
        made["sealed"] = {"note": {"commitment": hashed}}
    data["note"] = "Déposé. "
    data["note"] += "x" * (400 - len(canonical(made)))
    return made


@dataclass(frozen=True, slots=True)
class Took:
    """Events a second, by the clock and by the processor."""

    clock: float
    processor: float


def append(count: int, serialise: Callable[[Any], bytes], folder: Path) -> Took:
    """Events a second from mapping to disk. Each batch is made just before, and the clock stands still meanwhile."""
    clock = processor = 0.0
    with tempfile.TemporaryDirectory(dir=folder) as place, LogStore(Path(place) / "log.sqlite") as store:
        for start in range(0, count, BATCH):
            leaves = [leaf(number) for number in range(start, start + BATCH)]
            clock, processor = clock - time.perf_counter(), processor - time.process_time()
            store.append([serialise(leaf) for leaf in leaves])
            clock, processor = clock + time.perf_counter(), processor + time.process_time()
    return Took(count / clock, count / processor)


def records(count: int) -> Iterator[Record]:
    """Sealed events, every fourth with a part that is open."""
    for number in range(count):
        hashed = sha256(b"%d" % number).digest()
        about = (f"party:{hashed[:4].hex()}", "instrument:charter")
        data = {
            "date": "2026-11-04",
            "grade": "official",
            "note": "Deposited with the depositary. " * 3,
            "votes": number % 193,
        }
        parts = {} if number % 4 else {"name": Part({"name": f"Person {number}"}, Seal(hashed))}
        act = Act("members.acceded", data, actor=f"user:{hashed[4:8].hex()}", body="body:secretariat", about=about)  # type: ignore[arg-type]
        yield seal(Event(f"e{number}", START + timedelta(seconds=number), act, parts))


def measure_append(count: int, repeats: int, folder: Path) -> None:
    """Append, and the same with the plain package, by turns."""
    sizes = [len(canonical(leaf(number))) for number in range(BATCH)]
    ways: dict[str, Callable[[Any], bytes]] = {"comity": canonical, "rfc8785 in its place": rfc8785.dumps}
    taken: dict[str, list[Took]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, serialise in ways.items():
            taken[name].append(append(count, serialise, folder))
    print(
        f"## Append: {count:,} events of {min(sizes)} to {max(sizes)} bytes in batches of {BATCH:,}, median (lowest to highest) "
        f"of {repeats}\n"
    )
    rows = []
    for name, took in taken.items():
        clock, processor = [t.clock / 1000 for t in took], [t.processor / 1000 for t in took]
        usual = median(processor) * 1000
        verdict = f"{EVENTS_PER_SECOND:,}: {against(usual, EVENTS_PER_SECOND)}" if name == "comity" else ""
        rows.append((name, median_and_range(clock, 1), median_and_range(processor, 1), verdict))
    pairs = zip(taken["comity"], taken["rfc8785 in its place"], strict=True)
    ratios = [ours.processor / theirs.processor for ours, theirs in pairs]
    rows.append(("times as fast", "", median_and_range(ratios), ""))
    table(("canonical JSON", "1,000/s by the clock", "1,000/s by the processor", "target, by the processor"), rows)


def measure_proof(count: int, folder: Path) -> None:
    """One of a million, from a log on disk."""
    path = folder / "proofs.sqlite"
    with LogStore(path) as store:
        for start in range(0, count, BATCH):
            store.append([b'{"n":%d}' % number for number in range(start, min(start + BATCH, count))])
    times = []
    with LogStore(path) as store:
        root = store.root()
        for number in range(500):
            index = number * 7_919_000_003 % count
            began = time.perf_counter()
            proof = store.inclusion_proof(index)
            times.append(1000 * (time.perf_counter() - began))
            check_inclusion(leaf_hash(b'{"n":%d}' % index), index, count, proof, root)
    path.unlink()
    middle = median(times)
    print(f"## Proof: one in {count:,}, 500 of them, all checked\n")
    verdict = f"{PROOF_MS:.0f} ms: {against(middle, PROOF_MS, lower_is_better=True)}"
    table(("median, ms", "slowest, ms", "target"), [(f"{middle:.2f}", f"{max(times):.2f}", verdict)])


def measure_verify(count: int, folder: Path) -> None:
    """Write an export of so many events, and verify it in processes of their own."""
    from comity.ledger.merkle import Frontier

    frontier = Frontier()
    for record in records(count):
        frontier.append(leaf_hash(record.leaf))
    head = Checkpoint(KEY.name, count, frontier.root())
    export = folder / "export"
    began = time.perf_counter()
    write_export(export, records(count), head, KEY, audience="public", made=START)
    written = time.perf_counter() - began
    size = sum(path.stat().st_size for path in export.rglob("*") if path.is_file()) / 1e6
    print(f"## Verification: an export of {count:,} events, {size:.0f} MB, made and written in {written:.0f} s\n")
    asked = [sys.executable, "-m", "bench.ledger", "--verify", str(export)]
    found = json.loads(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    began = time.perf_counter()
    alone = [sys.executable, str(export / "verify.py"), str(export), "--key", str(KEY.public)]
    said = subprocess.run(alone, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    took = time.perf_counter() - began
    if not said.startswith(f"RIGHT: {count} records"):
        raise RuntimeError(said)
    verdict = f"{VERIFY_SECONDS:.0f} s: {against(found['seconds'], VERIFY_SECONDS, lower_is_better=True)}"
    rows = [
        ("comity", f"{found['seconds']:.1f}", f"{found['processor']:.1f}", f"{found['megabytes']:.0f}", verdict),
        ("verify.py alone, process start included", f"{took:.1f}", "", "", ""),
    ]
    table(("verifier", "seconds", "processor", "peak MB", "target"), rows)


def verify(export: Path) -> None:
    """In this process: verify, and print what it took."""
    clock, processor = time.perf_counter(), time.process_time()
    report = verify_export(export, Trust((read_public_key(str(KEY.public)),)))
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    if not report.ok:
        raise RuntimeError("; ".join(map(str, report.findings[:5])))
    print(json.dumps({"seconds": clock, "processor": processor, "megabytes": peak_megabytes()}))


def run(count: int = 1_000_000, appended: int = 200_000, repeats: int = 5) -> None:
    """All three, in a folder beside the checkout's other measurements."""
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        folder = Path(place)
        measure_append(appended, repeats, folder)
        measure_proof(count, folder)
        measure_verify(count, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="of the log with the proofs and of the export")
    parser.add_argument("--appended", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--verify", type=Path, help="one measurement in a process of its own")
    given = parser.parse_args()
    if given.verify:
        verify(given.verify)
        return
    print(f"{description()}\n", flush=True)
    run(given.events, given.appended, given.repeats)


if __name__ == "__main__":
    main()
