"""Encrypted files: what goes in comes out, for other programs too, and whatever was changed on the way is found."""

from __future__ import annotations

import io

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.office.records.age import CHUNK, AgeError, Decrypting, Encrypting

WORK = 4
WORDS = "correct horse é"


def sealed(content: bytes, pieces: int = 10**9) -> bytes:
    """The content encrypted, written in pieces."""
    target = io.BytesIO()
    with Encrypting(target, WORDS, WORK) as out:
        for place in range(0, len(content), pieces):
            out.write(content[place : place + pieces])
    return target.getvalue()


def opened(data: bytes, words: str = WORDS) -> bytes:
    """The content again."""
    return io.BufferedReader(Decrypting(io.BytesIO(data), words)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_content_of_any_size_comes_back_and_another_implementation_reads_it(size: int) -> None:
    content = bytes(n * 7 % 251 for n in range(size))
    data = sealed(content)
    assert opened(data) == content
    assert pyrage.passphrase.decrypt(data, WORDS) == content


@pytest.mark.slow
def test_what_another_implementation_wrote_is_read() -> None:
    assert opened(pyrage.passphrase.encrypt(b"words" * 30_000, WORDS)) == b"words" * 30_000


@given(content=st.binary(max_size=300), pieces=st.integers(1, 50))
def test_the_pieces_in_which_it_is_written_do_not_matter(content: bytes, pieces: int) -> None:
    assert opened(sealed(content, pieces)) == content


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(AgeError, match="not the passphrase"):
        opened(sealed(b"words"), "correct horse e")


def test_every_flipped_bit_is_found() -> None:
    data = sealed(b"a few words")
    for place in range(len(data)):
        for bit in (1, 128):
            changed = bytearray(data)
            changed[place] ^= bit
            with pytest.raises(AgeError):
                opened(bytes(changed))


def test_a_missing_end_is_found_wherever_it_begins() -> None:
    data = sealed(b"x" * (2 * CHUNK + 100))
    for end in [
        *range(250),
        CHUNK,
        len(data) - CHUNK,
        len(data) - 117,
        len(data) - 116,
        len(data) - 16,
        len(data) - 1,
    ]:
        with pytest.raises(AgeError):
            opened(data[:end])
    with pytest.raises(AgeError):
        opened(data + b"x")


def test_chunks_in_another_order_are_found() -> None:
    data = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    start = len(data) - (2 * (CHUNK + 16) + 17)
    one, two = (data[start + n * (CHUNK + 16) : start + (n + 1) * (CHUNK + 16)] for n in range(2))
    with pytest.raises(AgeError):
        opened(data[:start] + two + one + data[-17:])
    with pytest.raises(AgeError):
        opened(data[:start] + one + data[-17:])


def test_a_file_that_asks_for_endless_work_is_refused() -> None:
    head = sealed(b"x").replace(b" 4\n", b" 40\n", 1)
    with pytest.raises(AgeError, match="more work"):
        opened(head)


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 1000, b"age-encryption.org/v1\n" * 100, b"PK\x03\x04" * 50])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(AgeError):
        opened(data)
