#!/usr/bin/env python3
"""Verifies an export of a Comity record: python verify.py FOLDER --key KEY [--held FILE] [--witness KEY --need 1]

KEY is the public key of the log, name+id+base64, from a source that you trust: print, a charter, a friend; not from the
export. For the same reason run a copy of this program that you had before, or read it first: it needs Python 3.11, the
package `cryptography`, and a quarter of an hour of yours. FILE is a checkpoint of the log that you kept, with which the
log must begin. Each thing that is wrong gets a line. Exit code: 0 all is well, 1 something is wrong, 2 wrongly asked.

The formats are those of RFC 9162, section 2.1 (Merkle tree), C2SP signed-note, tlog-checkpoint and tlog-cosignature
(signatures), and for the rest docs/ledger.md of Comity, whose own verifier also checks the schema of every event.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from hashlib import file_digest, sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECKPOINT, MANIFEST, WITNESSED = "checkpoint", "manifest.json", "witnessed"
EVENTS, HASHES, OPENINGS = "events.jsonl", "leaf-hashes.bin", "openings.jsonl"

wrong: list[str] = []  # what was found


class Bad(ValueError):
    """Something in the export is not as it must be."""


class Key(NamedTuple):
    """A public key; purpose 1 is that of a log, 4 that of a witness."""

    name: str
    id: bytes
    purpose: bytes
    public: bytes


class Head(NamedTuple):
    """A signed head of a log, with the file that it is from."""

    origin: str
    size: int
    root: bytes
    further: list[str]
    source: str


def say(file: str, why: object, record: int | None = None, part: str | None = None) -> None:
    """Note what is wrong, with whatever could disturb a terminal escaped."""
    place = file + ("" if record is None else f", record {record}") + ("" if part is None else f", part {part}")
    wrong.append("".join(c if c.isprintable() else ascii(c)[1:-1] for c in f"{place}: {why}"[:500]))


def unbase64(text: str) -> bytes:
    """Base64, of which only one spelling is taken: else a note could be changed unseen."""
    data = base64.b64decode(text.encode("ascii", "replace"))
    if base64.b64encode(data).decode() != text:
        raise Bad("not base64, or not as it is written")
    return data


def read_json(data: bytes) -> Any:
    """JSON in which no key is doubled: two readers would find different things in it."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Bad("a key stands twice")
        return dict(pairs)

    try:
        return json.loads(data.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Bad(f"not JSON: {error}") from None


def lines_of(path: str, most: int) -> Iterator[bytes]:
    """Lines of a file, without their ends."""
    with open(path, "rb") as file:
        while line := file.readline(most + 1):
            if not line.endswith(b"\n"):
                raise Bad(f"{os.path.basename(path)} ends within a line, or has a line that is too long")
            yield line[:-1]


def read_key(text: str) -> Key:
    """A public key, name+id+base64."""
    name, _, rest = text.strip().partition("+")
    said, _, material = rest.partition("+")
    key = unbase64(material)
    if len(key) != 33 or sha256(name.encode() + b"\n" + key).hexdigest()[:8] != said:
        raise Bad(f"not a public key: {text}")
    return Key(name, bytes.fromhex(said), key[:1], key[1:])


def read_note(path: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note, and its signatures as name and bytes."""
    with open(path, "rb") as file:
        text, _, lines = file.read(1_000_000).decode("utf-8", "replace").rpartition("\n\n")
    found = [re.fullmatch(r"— ([^\s+]+) (\S+)", line) for line in lines.split("\n")[:-1]]
    signatures = [(match[1], unbase64(match[2])) for match in found if match]
    if not text or not found or None in found or not lines.endswith("\n"):
        raise Bad("not a signed note")
    return text + "\n", signatures


def signers(text: str, signatures: list[tuple[str, bytes]], keys: list[Key]) -> dict[str, int]:
    """Who of these signed, with the time of a witness; a wrong signature by one of the keys is refused."""
    signed = {}
    for name, signature in signatures:
        for key in keys:
            if (key.name, key.id) == (name, signature[:4]):
                time, value, message = 0, signature[4:], text.encode()
                if key.purpose == b"\4":
                    time, value = int.from_bytes(value[:8], "big"), value[8:]
                    message = f"cosignature/v1\ntime {time}\n{text}".encode()
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
                except InvalidSignature:
                    raise Bad(f"the signature of {name} does not belong to this text") from None
                signed[name] = time
    return signed


def read_head(path: str, keys: list[Key], source: str) -> Head:
    """A checkpoint that its log signed; that of the export must be signed by nobody else, or could be changed unseen."""
    text, signatures = read_note(path)
    lines = text.split("\n")[:-1]
    if (
        len(lines) < 3
        or "" in lines
        or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])
        or len(unbase64(lines[2])) != 32
    ):
        raise Bad("not a checkpoint")
    if not signers(text, signatures, [key for key in keys if key.name == lines[0]]):
        raise Bad(f"not signed by a trusted key of the log {lines[0]}")
    if source == CHECKPOINT and len(signatures) != 1:
        raise Bad("signed by others than the log")
    return Head(lines[0], int(lines[1]), unbase64(lines[2]), lines[3:], source)


def inventory(folder: str) -> dict[str, str]:
    """Regular files by their path with `/`; anything else is wrong and is not opened."""
    present, waiting = {}, [(folder, "")]
    while waiting:
        place, ahead = waiting.pop()
        entries = list(os.scandir(place))
        if not entries:
            say(ahead or ".", "an empty folder")
        for entry in entries:
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                waiting.append((entry.path, ahead + entry.name + "/"))
            elif stat.S_ISREG(mode):
                present[ahead + entry.name] = entry.path
            else:
                say(ahead + entry.name, "a link or special file: not opened")
    return present


def check_files(present: dict[str, str], head: Head) -> set[str]:
    """Compare files, manifest and checkpoint; returns the files that are as listed."""
    with open(present[MANIFEST], "rb") as file:
        data = file.read(256_000_000)
    if head.further != ["comity-export/v1 " + base64.b64encode(sha256(data).digest()).decode()]:
        say(MANIFEST, "not the manifest that the checkpoint binds")
    said = read_json(data)
    listed = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in said["files"]}
    if (said["origin"], said["size"], unbase64(said["root"])) != head[:3] or len(listed) != len(said["files"]):
        say(MANIFEST, "of another head than the checkpoint, or it lists a file twice")
    sound = set()
    for path, entry in listed.items():
        if path not in present:
            say(path, "in the manifest, but not in the folder")
            continue
        with open(present[path], "rb") as file:
            if (os.fstat(file.fileno()).st_size, file_digest(file, "sha256").hexdigest()) == entry:
                sound.add(path)
            else:
                say(path, "not the file that the manifest lists")
    for path in sorted(present.keys() - listed.keys() - {CHECKPOINT, MANIFEST}):
        say(path, "not in the manifest")
    return sound


def grow(peaks: list[bytes], size: int, hashed: bytes) -> None:
    """Add a leaf's hash to a tree of `size` leaves, told by the roots of its complete subtrees, the largest first."""
    while size & 1:
        hashed, size = sha256(b"\1" + peaks.pop() + hashed).digest(), size >> 1
    peaks.append(hashed)


def compare(peaks: list[bytes], size: int, waiting: list[Head]) -> None:
    """Compare the tree with those heads whose size it has just now."""
    while waiting and waiting[0].size == size:
        head, root = waiting.pop(0), peaks[-1] if peaks else sha256(b"").digest()
        for peak in reversed(peaks[:-1]):
            root = sha256(b"\1" + peak + root).digest()
        if root != head.root:
            say(head.source, f"the log does not lead to the root of this checkpoint, of size {size}")


def part_fault(sealed: dict[str, Any] | None, given: dict[str, Any] | None) -> str | None:
    """What is wrong with one part of a record, by what its leaf says of it; None if nothing is."""
    if sealed is None or given is None:
        return "the leaf has no such part" if sealed is None else "neither the part nor the reason for its absence"
    could = {"erased": True, "embargoed": "opens" in sealed, "withheld": sealed.get("audience", "public") != "public"}
    if state := given.get("state"):
        return None if could.get(state) else f"{state}, though the leaf does not say that it can be"
    committed = b"comity/commitment/v1\n" + bytes.fromhex(given["salt"]) + given["payload"].encode()
    if len(given["salt"]) != 64 or sha256(committed).hexdigest() != sealed["commitment"]:
        return "this is not what the leaf commits to"
    read_json(given["payload"].encode())
    return None


def check_records(present: dict[str, str], sound: set[str], waiting: list[Head]) -> int:
    """Check every record with its parts, then the log as a whole; returns the number of records."""
    size, peaks, erased, erasures = 0, list[bytes](), [], set()
    waiting.sort(key=lambda head: head.size)
    parts = map(read_json, lines_of(present[OPENINGS], 100_000_000))
    ahead = next(parts, None)
    with open(present[HASHES], "rb") as hashes:
        for record, line in enumerate(lines_of(present[EVENTS], 65_535)):
            compare(peaks, record, waiting)
            hashed = sha256(b"\0" + line).digest()
            grow(peaks, record, hashed)
            size, given = record + 1, {}
            while ahead and ahead["record"] == record and ahead["part"] not in given:
                given[ahead["part"]], ahead = ahead, next(parts, None)
            if hashes.read(32) != hashed and HASHES in sound:
                say(EVENTS, "not the record that the log has at this place", record)
                continue
            leaf = read_json(line)
            sealed = leaf.get("sealed", {})
            erasures |= {(entry["event"], entry["part"]) for entry in leaf.get("erases", [])}
            erased += [(record, leaf["id"], part) for part in given if given[part].get("state") == "erased"]
            for part in sorted(sealed.keys() | given.keys()):
                if fault := part_fault(sealed.get(part), given.get(part)):
                    say(OPENINGS, fault, record, part)
        if ahead or hashes.read(1):
            say(OPENINGS if ahead else EVENTS, f"there are {size} records, and here stand more, or in another order")
    compare(peaks, size, waiting)
    for head in waiting:
        say(head.source, f"the export ends at {size}, before this checkpoint of size {head.size}")
    for record, event, part in erased:
        if (event, part) not in erasures:
            say(OPENINGS, "erased, but no event of the log says so", record, part)
    return size


def main() -> int:
    """Verify the export that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--key", action="append", type=read_key, required=True, help="public key of the log")
    parser.add_argument("--held", action="append", default=[], help="a checkpoint that you kept")
    parser.add_argument("--witness", action="append", type=read_key, default=[], help="public key of a witness")
    parser.add_argument("--need", type=int, default=0, help="so many of these witnesses must have cosigned")
    asked = parser.parse_args()
    witnesses, size, at = dict[str, int](), 0, "."
    try:
        present = inventory(asked.folder)
        missing = sorted({CHECKPOINT, MANIFEST, EVENTS, HASHES, OPENINGS} - present.keys())
        if missing:
            raise Bad(f"{', '.join(missing)} is missing")
        heads = [head := read_head(present[at := CHECKPOINT], asked.key, CHECKPOINT)]
        heads += [read_head(at := held, asked.key, held) for held in asked.held]
        if WITNESSED in present:
            heads.append(read_head(present[at := WITNESSED], asked.key, WITNESSED))
            witnesses = signers(*read_note(present[WITNESSED]), asked.witness)
        at = MANIFEST
        sound = check_files(present, head)
        at = f"{EVENTS} or {OPENINGS}"
        size = check_records(present, sound, heads)
    except (Bad, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        say(at, f"{error if isinstance(error, Bad | OSError) else 'not of the form that it should have'}: stopped here")
    if len(witnesses) < asked.need:
        say(WITNESSED, f"cosigned by {len(witnesses)} of these witnesses, {asked.need} are needed")
    for line in wrong:
        print(line)
    print(f"WRONG: {len(wrong)} findings" if wrong else f"RIGHT: {size} records of {head.origin}")
    for name, time in witnesses.items():
        print(f"cosigned by {name} at {time} (seconds since 1970)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
