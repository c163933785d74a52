"""Signed notes, checkpoints, cosignatures, keys and leaf proofs: published examples, and what may not pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.ledger import Checkpoint, LeafProof, LedgerError, Note, Tree, check_leaf_proof, leaf_hash, read_leaf_proof
from comity.ledger.checkpoint import CheckpointError, cosigned_at, read_checkpoint, trusted_checkpoint
from comity.ledger.merkle import ProofError, inclusion_proof
from comity.ledger.note import NoteError, decode64, encode64, read_note, verified
from comity.ledger.signing import (
    KeyTextError,
    PrivateKey,
    PublicKey,
    Purpose,
    read_private_key,
    read_public_key,
    signed_checkpoint,
)

LOG = PrivateKey("log.example/a", Purpose.LOG, b"\1" * 32)
WITNESS = PrivateKey("witness.example/w", Purpose.WITNESS, b"\2" * 32)

# c2sp.org/signed-note, the example under "Verifier keys".
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# The key pair and signature of the documentation of golang.org/x/mod/sumdb/note.
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
# A head of a public certificate log, as a public witness cosigned it.
PUBLIC_WITNESS = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
PUBLIC_HEAD = (
    "coachandhorses2026h1.staging.certificate.transparency.goog\n185550722\n"
    "YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=\n\n"
    "— coachandhorses2026h1.staging.certificate.transparency.goog MpXgsHy8ZwxXnO+WjtVrPxAzL49Rs1gWTkNVNeEa//5peAzaocRC"
    "B3qt3EaibjzY5GILLtGgBP7dBhgcSHy+JQh0OAc=\n"
    "— witness.navigli.sunlight.geomys.org o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccxBk+lKnZ7d"
    "KqkYKER1s/KxLTaVwQD7lJZTC/CQ==\n"
)


def head_of(count: int) -> tuple[Tree, Checkpoint]:
    tree = Tree(leaf_hash(b"%d" % number) for number in range(count))
    return tree, Checkpoint(LOG.name, count, tree.root())


def test_the_example_of_the_specification_verifies() -> None:
    note = read_note(SPEC_NOTE.encode())
    assert verified(note, [read_public_key(SPEC_KEY)]) == note.signatures
    assert note.encode() == SPEC_NOTE.encode()
    assert str(read_public_key(SPEC_KEY)) == SPEC_KEY


def test_a_key_of_another_implementation_signs_the_same_note() -> None:
    key = read_private_key(GO_SECRET)
    text = GO_NOTE.partition("\n\n")[0] + "\n"
    assert Note(text, (key.sign(text),)).encode() == GO_NOTE.encode()
    assert str(key.public) == GO_KEY
    assert key.secret_text() == GO_SECRET


def test_the_cosignature_of_a_public_witness_verifies() -> None:
    note = read_note(PUBLIC_HEAD.encode())
    (cosignature,) = verified(note, [read_public_key(PUBLIC_WITNESS)])
    assert cosigned_at(cosignature) == 1785704691
    assert read_checkpoint(note.text).size == 185550722


def test_a_head_is_signed_by_its_log_and_cosigned_by_a_witness() -> None:
    _, head = head_of(3)
    note = signed_checkpoint(head, LOG)
    note = read_note(note.with_signatures(WITNESS.cosign(note.text, 1_700_000_000)).encode())
    assert trusted_checkpoint(note, [LOG.public]) == head
    assert cosigned_at(verified(note, [WITNESS.public])[0]) == 1_700_000_000
    changed = note.signatures[1].value.replace((1_700_000_000).to_bytes(8, "big"), (1_700_000_001).to_bytes(8, "big"))
    with pytest.raises(NoteError):
        verified(Note(note.text, (replace(note.signatures[1], value=changed),)), [WITNESS.public])


def test_an_unknown_signature_is_passed_over_and_a_wrong_one_of_a_known_key_is_not() -> None:
    note = signed_checkpoint(head_of(3)[1], LOG)
    stranger = PrivateKey("stranger.example", Purpose.LOG, b"\5" * 32)
    both = note.with_signatures(stranger.sign(note.text))
    assert verified(both, [LOG.public]) == note.signatures
    wrong = both.with_signatures(replace(note.signatures[0], value=b"\0" * 64))
    with pytest.raises(NoteError, match="does not belong"):
        verified(wrong, [LOG.public])
    with pytest.raises(NoteError, match="no signature by a trusted key"):
        verified(both, [WITNESS.public])
    with pytest.raises(NoteError):
        verified(both, [])


def test_a_key_of_the_same_name_and_id_but_other_bytes_does_not_verify() -> None:
    note = signed_checkpoint(head_of(3)[1], LOG)

    class Impostor:
        name, key_id = LOG.public.name, LOG.public.key_id

        def verify(self, text: bytes, signature: bytes) -> bool:
            return PublicKey(self.name, Purpose.LOG, b"\6" * 32).verify(text, signature)

    with pytest.raises(NoteError):
        verified(note, [Impostor()])


def test_a_log_is_trusted_under_its_own_name_only() -> None:
    _, head = head_of(3)
    other = PrivateKey("log.example/b", Purpose.LOG, b"\4" * 32)
    text = head.text()
    borrowed = Note(text, (other.sign(text),))
    with pytest.raises(CheckpointError, match="no trusted key has the name"):
        trusted_checkpoint(borrowed, [other.public])
    with pytest.raises(NoteError):
        trusted_checkpoint(borrowed, [other.public, LOG.public])
    with pytest.raises(KeyTextError):
        signed_checkpoint(head, other)


@pytest.mark.parametrize(
    "spoiled",
    [
        SPEC_NOTE.replace("\n\n", "\n"),
        SPEC_NOTE.rstrip("\n"),
        SPEC_NOTE + "\n",
        SPEC_NOTE + "not a signature\n",
        SPEC_NOTE.replace("— example", "- example"),
        SPEC_NOTE.replace("example.com/foo U", "example.com/foo  U"),
        SPEC_NOTE.replace("example.com/foo U", "example.com+foo U"),
        SPEC_NOTE.replace("example.com/foo U", "example\u3000com U"),
        SPEC_NOTE.replace("aQM=", "aQN="),
        SPEC_NOTE.replace("aQM=", "aQM"),
        SPEC_NOTE.replace("aQM=", "aQM=="),
        SPEC_NOTE.replace("Uw2QOkn8", "Uw2Q Okn8"),
        SPEC_NOTE.replace("message", "mess\tage"),
        SPEC_NOTE.replace("message", "mess\0age"),
        SPEC_NOTE.replace("\n", "\r\n"),
        "\n\n— a AAAAAAAA\n",
        "text\n\n— a AAAAAA==\n",
        "text\n\n",
        "",
        "text\n\n" + "— a AAAAAAAA\n" * 101,
        "x" * 1_000_001 + "\n\n— a AAAAAAAA\n",
    ],
)
def test_a_malformed_note_is_refused(spoiled: str) -> None:
    with pytest.raises(NoteError):
        verified(read_note(spoiled.encode()), [read_public_key(SPEC_KEY)])


def test_a_note_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(NoteError, match="byte 0"):
        read_note(b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n")


def test_a_note_has_room_for_many_signatures_and_empty_lines_in_its_text() -> None:
    note = read_note(("a\n\nb\n\n" + "— a AAAAAAAA\n" * 100).encode())
    assert note.text == "a\n\nb\n"
    assert len(note.signatures) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        "log\n1\n" + encode64(b"\0" * 32),
        "log\n01\n" + encode64(b"\0" * 32) + "\n",
        "log\n-1\n" + encode64(b"\0" * 32) + "\n",
        "log\n１\n" + encode64(b"\0" * 32) + "\n",
        "log\n1\n" + encode64(b"\0" * 31) + "\n",
        "log\n1\nnot base64\n",
        "\n1\n" + encode64(b"\0" * 32) + "\n",
        "log\n1\n" + encode64(b"\0" * 32) + "\n\n",
        "log\n" + "9" * 5000 + "\n" + encode64(b"\0" * 32) + "\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        read_checkpoint(text)


@given(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1),
    st.integers(0, 2**62),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_is_read_back_as_it_was(origin: str, size: int, root: bytes) -> None:
    head = Checkpoint(origin, size, root, ("one", "two words"))
    assert read_checkpoint(head.text()) == head


@given(st.binary())
def test_base64_has_one_spelling(data: bytes) -> None:
    assert decode64(encode64(data)) == data


@given(st.text("ABab09+/=-_ \n", max_size=8))
def test_no_other_spelling_is_taken(text: str) -> None:
    data = decode64(text)
    assert data is None or encode64(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        SPEC_KEY.replace("530d903a", "530d903b"),
        SPEC_KEY.replace("530d903a", "530D903A"),
        SPEC_KEY[:-1],
        SPEC_KEY.replace("example.com/foo", "example.com/fop"),
        SPEC_KEY.replace("+Aek", "+Bek"),
        "exa mple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        GO_SECRET,
    ],
)
def test_a_text_that_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(KeyTextError):
        read_public_key(text)


@pytest.mark.parametrize(
    "text", ["", GO_KEY, GO_SECRET[:-2], GO_SECRET.replace("c74f20a3", "c74f20a4"), "PRIVATE+KEY+"]
)
def test_a_text_that_is_no_private_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(KeyTextError) as refused:
        read_private_key(text)
    assert "AYEKFALV" not in str(refused.value)


def test_a_secret_is_not_shown_by_accident() -> None:
    key = read_private_key(GO_SECRET)
    assert "AYEKFALV" not in repr(key)
    assert repr(key.seed) not in repr(key)


def test_a_key_has_one_purpose() -> None:
    text = head_of(1)[1].text()
    with pytest.raises(KeyTextError):
        WITNESS.sign(text)
    with pytest.raises(KeyTextError):
        LOG.cosign(text, 1)
    with pytest.raises(KeyTextError):
        WITNESS.cosign(text, 0)
    same_seed = PrivateKey(WITNESS.name, Purpose.LOG, WITNESS.seed)
    assert same_seed.public.key_id != WITNESS.public.key_id
    assert not WITNESS.public.verify(text.encode(), same_seed.sign(text).value)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\u2028b"])
def test_a_key_has_a_name_that_fits_on_a_signature_line(name: str) -> None:
    with pytest.raises(KeyTextError):
        PrivateKey(name, Purpose.LOG, b"\1" * 32)


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(KeyTextError):
        PrivateKey("log", Purpose.LOG, b"\1" * 31)


# --- the proof of one leaf ---


def test_a_leaf_proof_carries_a_leaf_to_a_signed_head() -> None:
    tree, head = head_of(11)
    note = signed_checkpoint(head, LOG)
    proof = LeafProof(4, inclusion_proof(tree, 4, 11), note.with_signatures(WITNESS.cosign(note.text, 5)))
    written = proof.encode()
    assert written.startswith(b"c2sp.org/tlog-proof@v1\nindex 4\n")
    read = read_leaf_proof(written)
    assert read == proof
    assert check_leaf_proof(b"4", read, [LOG.public]) == head
    with pytest.raises(ProofError):
        check_leaf_proof(b"5", read, [LOG.public])
    with pytest.raises(LedgerError):
        check_leaf_proof(b"4", read, [PrivateKey(LOG.name, Purpose.LOG, b"\7" * 32).public])


def test_a_leaf_proof_may_have_no_hashes_and_extra_data() -> None:
    _, head = head_of(1)
    written = LeafProof(0, (), signed_checkpoint(head, LOG)).encode()
    assert check_leaf_proof(b"0", read_leaf_proof(written), [LOG.public]) == head
    extra = written.replace(b"@v1\n", b"@v1\nextra " + b"A" * 400 + b"\n")
    assert check_leaf_proof(b"0", read_leaf_proof(extra), [LOG.public]) == head


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 0", b"index 00"),
        (b"index 0", b"index -1"),
        (b"index 0", b"place 0"),
        (b"index 0\n", b""),
        (b"index 0\n", b"index 0\nAAAA\n"),
        (b"index 0\n", b"index 0\n" + encode64(b"\0" * 32).encode() + b"\n"),
        (b"index 0\n", b"index 0\n" + (encode64(b"\0" * 32).encode() + b"\n") * 64),
        (b"\n\n", b"\n"),
        (b"\n1\n", b"\n2\n"),
    ],
)
def test_a_spoiled_leaf_proof_is_refused(old: bytes, new: bytes) -> None:
    written = LeafProof(0, (), signed_checkpoint(head_of(1)[1], LOG)).encode()
    assert old in written
    with pytest.raises(LedgerError):
        check_leaf_proof(b"0", read_leaf_proof(written.replace(old, new, 1)), [LOG.public])
