#!/usr/bin/env python3
"""Checks the proof of one event of a Comity record: python check_event.py FILE.tlog-proof --key KEY [--witness KEY --need 1]

KEY is the public key of the log, name+id+base64, from a source that you trust: print, a charter, a friend. What is shown was in the
log when the checkpoint in the file was signed, and cannot have been changed since. The program needs Python 3.11 and the package
`cryptography`. Exit code: 0 it holds, 1 it does not, 2 wrongly asked.

The formats are C2SP tlog-proof, tlog-checkpoint, signed-note and tlog-cosignature, and RFC 9162, section 2.1.3.2. The extra data of
the file is JSON: `leaf`, the event as it was hashed, and `parts`, what some of its sealed parts say, with their salts.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Bad(ValueError):
    """The proof does not hold."""


class Key(NamedTuple):
    """A public key; purpose 1 is that of a log, 4 that of a witness."""

    name: str
    id: bytes
    purpose: bytes
    public: bytes


def unbase64(text: str) -> bytes:
    """Base64, of which only one spelling is taken."""
    data = base64.b64decode(text.encode("ascii", "replace"))
    if base64.b64encode(data).decode() != text:
        raise Bad("not base64, or not as it is written")
    return data


def read_key(text: str) -> Key:
    """A public key, name+id+base64."""
    name, _, rest = text.strip().partition("+")
    said, _, material = rest.partition("+")
    key = unbase64(material)
    if len(key) != 33 or sha256(name.encode() + b"\n" + key).hexdigest()[:8] != said:
        raise Bad(f"not a public key: {text}")
    return Key(name, bytes.fromhex(said), key[:1], key[1:])


def signers(text: str, lines: str, keys: list[Key]) -> dict[str, int]:
    """Who of these signed the text, with the time of a witness; a wrong signature by one of the keys is refused."""
    signed = {}
    for line in lines.split("\n")[:-1]:
        found = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        if found is None:
            raise Bad("not a signed checkpoint")
        signature = unbase64(found[2])
        for key in keys:
            if (key.name, key.id) == (found[1], signature[:4]):
                time, value, message = 0, signature[4:], text.encode()
                if key.purpose == b"\4":
                    time, value = int.from_bytes(value[:8], "big"), value[8:]
                    message = f"cosignature/v1\ntime {time}\n{text}".encode()
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
                except InvalidSignature:
                    raise Bad(f"the signature of {key.name} does not belong to this checkpoint") from None
                signed[key.name] = time
    return signed


def root_of(hashed: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which the path leads from a leaf (RFC 9162, 2.1.3.2)."""
    place, last = index, size - 1
    if not 0 <= index < size:
        raise Bad("there is no such event under this checkpoint")
    for beside in path:
        if len(beside) != 32 or not last:
            raise Bad("the path is not one of this tree")
        if place & 1 or place == last:
            hashed = sha256(b"\1" + beside + hashed).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = sha256(b"\1" + hashed + beside).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise Bad("the path is too short")
    return hashed


def check(data: str, keys: list[Key], witnesses: list[Key], need: int) -> list[str]:
    """Check a proof; what it shows, line by line. Raises Bad."""
    head, _, note = data.partition("\n\n")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Bad("not a proof with its event")
    extra = json.loads(unbase64(lines[1][6:]))
    origin, size, root = text.split("\n")[:3]
    if not signers(text, signatures, [key for key in keys if key.name == origin and key.purpose == b"\1"]):
        raise Bad(f"the checkpoint is not signed by a trusted key of the log {origin}")
    cosigned = signers(text, signatures, [key for key in witnesses if key.purpose == b"\4"])
    if len(cosigned) < need:
        raise Bad(f"cosigned by {len(cosigned)} of these witnesses, {need} are needed")
    index, leaf = int(lines[2][6:]), extra["leaf"]
    hashed = sha256(b"\0" + leaf.encode()).digest()
    if root_of(hashed, index, int(size), [unbase64(line) for line in lines[3:]]) != unbase64(root):
        raise Bad("the path does not lead from this event to the checkpoint")
    shown = [f"event {index} of {origin}, among the first {size}:", leaf]
    for name, part in extra.get("parts", {}).items():
        committed = b"comity/commitment/v1\n" + bytes.fromhex(part["salt"]) + part["payload"].encode()
        if sha256(committed).hexdigest() != json.loads(leaf)["sealed"][name]["commitment"]:
            raise Bad(f"the part {name} is not what the event commits to")
        shown.append(f"its sealed part {name}: {part['payload']}")
    return shown + [f"cosigned by {name} at {time} (seconds since 1970)" for name, time in cosigned.items()]


def main() -> int:
    """Check the proof that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--key", action="append", type=read_key, required=True, help="public key of the log")
    parser.add_argument("--witness", action="append", type=read_key, default=[], help="public key of a witness")
    parser.add_argument("--need", type=int, default=0, help="so many of these witnesses must have cosigned")
    asked = parser.parse_args()
    try:
        with open(asked.file, encoding="utf-8") as file:
            shown = check(file.read(100_000_000), asked.key, asked.witness, asked.need)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        print(f"WRONG: {error if isinstance(error, Bad | OSError) else 'not of the form that it should have'}")
        return 1
    for line in shown:
        print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line))
    print("RIGHT")
    return 0


if __name__ == "__main__":
    sys.exit(main())
