"""The log for programs: published heads, proofs that hold without Comity, and witnesses that find out a rewritten log."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.office.records.conftest import House, issued

from comity import ledger
from comity.groundwork import jobs
from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import Event, LogHead, TreeHash
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.ledger.checkpoint import read_checkpoint, read_leaf_proof
from comity.ledger.merkle import ProofError, Tree, check_consistency
from comity.ledger.note import Note, decode64
from comity.ledger.signing import PrivateKey, Purpose, read_public_key
from comity.ledger.witness import Witness as WitnessEngine
from comity.ledger.witness_http import WitnessServer
from comity.ledger.witness_store import WitnessFolder
from comity.office.records import proofs, queries, work
from comity.office.records.actions import add_cosignature, publish_checkpoint, register_witness, retire_witness
from comity.office.records.keys import log_key, public_log_key, take_origin
from comity.office.records.models import Checkpoint, Cosignature, Witness, WitnessAnswer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENT = int(NOW.timestamp())


def witness_key(seed: int = 1, name: str = "witness.example/ke") -> PrivateKey:
    """A witness's key."""
    return PrivateKey(name, Purpose.WITNESS, bytes([seed]) * 32)


# --- the key ---


def test_the_key_is_made_once_and_readable_by_its_owner_only(data_folder: Path) -> None:
    key = log_key()
    path = data_folder / "secrets" / "log-key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert log_key() == key
    assert key.name == "union.example/record"
    assert [one.name for one in path.parent.iterdir()] == ["log-key"]


def test_the_origin_is_that_of_the_key_whatever_the_setting_becomes(data_folder: Path) -> None:
    log_key()
    settings.COMITY_LOG_ORIGIN = "other.example"
    take_origin("third.example")
    assert log_key().name == "union.example/record"


# --- heads ---


def test_nothing_is_signed_before_anything_happened(db: None) -> None:
    with pytest.raises(Refused, match="Nothing has happened"):
        publish_checkpoint(by=system_actor())
    for path in ("checkpoint", "proof/0", "leaf/0", "consistency?old=0"):
        assert Client().get(f"/log/{path}").status_code == 404


def test_a_published_head_is_that_of_the_tree_and_signed(house: House) -> None:
    made = publish_checkpoint(by=house.by)
    tree = Tree(ledger.leaf_hash(bytes(leaf)) for leaf in Event.objects.order_by("seq").values_list("leaf", flat=True))
    assert (made.size, bytes(made.root)) == (tree.size, tree.root())
    answer = Client().get("/log/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    head = ledger.checkpoint.trusted_checkpoint(ledger.read_note(answer.content), [public_log_key()])
    assert (head.origin, head.size, head.root) == ("union.example/record", tree.size, tree.root())
    assert publish_checkpoint(by=house.by) == made
    assert Checkpoint.objects.count() == 1


def test_publishing_leaves_no_event_and_is_not_for_everybody(house: House) -> None:
    size = LogHead.objects.get().size
    publish_checkpoint(by=house.by)
    assert LogHead.objects.get().size == size
    with pytest.raises(NotAllowed):
        publish_checkpoint(by=actor_for(house.delegate))


def test_a_head_is_published_by_the_clock_when_the_log_grew(house: House) -> None:
    work.sign_what_grew(NOW)
    work.sign_what_grew(NOW + timedelta(minutes=1))
    assert Checkpoint.objects.count() == 1
    issued(house)
    work.sign_what_grew(NOW + timedelta(minutes=2))
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [5, 11]


def test_programs_are_told_when_nothing_changed(house: House) -> None:
    publish_checkpoint(by=house.by)
    for path in ("checkpoint", "proof/0", "leaf/0", "consistency?old=1", "key", "verify.py", "check_event.py"):
        first = Client().get(f"/log/{path}")
        assert first.status_code == 200
        assert first["Cache-Control"].startswith("public")
        again = Client().get(f"/log/{path}", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert "immutable" in Client().get("/log/leaf/0")["Cache-Control"]
    assert read_public_key(Client().get("/log/key").content.decode()) == public_log_key()


# --- proofs ---


def test_every_event_is_proved_under_every_later_head(house: House) -> None:
    tree = Tree()
    leaves = [bytes(leaf) for leaf in Event.objects.order_by("seq").values_list("leaf", flat=True)]
    for leaf in leaves:
        tree.append(ledger.leaf_hash(leaf))
    for size in range(1, len(leaves) + 1):
        for index in range(size):
            assert proofs.inclusion(index, size) == ledger.inclusion_proof(tree, index, size)
        for old in range(size + 1):
            assert proofs.consistency(old, size) == ledger.consistency_proof(tree, old, size)


def test_a_proof_from_the_web_holds_with_the_ledger_engine(house: House) -> None:
    issued(house)
    publish_checkpoint(by=house.by)
    for event in Event.objects.all():
        for key in (event.seq, event.id):
            answer = Client().get(f"/log/proof/{key}")
            assert answer.status_code == 200
            leaf = Client().get(f"/log/leaf/{event.seq}").content
            assert leaf == bytes(event.leaf)
            ledger.check_leaf_proof(leaf, read_leaf_proof(answer.content), [public_log_key()])
            with pytest.raises(ProofError):
                ledger.check_leaf_proof(leaf + b" ", read_leaf_proof(answer.content), [public_log_key()])


def test_an_event_after_the_last_published_head_has_no_proof_yet(house: House) -> None:
    publish_checkpoint(by=house.by)
    issued(house)
    last = Event.objects.latest("seq").seq
    assert Client().get(f"/log/proof/{last}").status_code == 404
    assert Client().get("/log/proof/0").status_code == 200


def test_heads_are_proved_to_continue_each_other(house: House) -> None:
    first = publish_checkpoint(by=house.by)
    issued(house)
    second = publish_checkpoint(by=house.by)
    told = Client().get("/log/consistency", {"old": first.size, "new": second.size}).json()
    hashes = [decode64(one) or b"" for one in told["hashes"]]
    check_consistency(first.size, second.size, bytes(first.root), bytes(second.root), hashes)
    assert Client().get("/log/consistency", {"old": first.size}).json() == told


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"old": "x"}, 400),
        ({"old": "-1"}, 400),
        ({"old": "٣"}, 400),
        ({"old": "9" * 30}, 400),
        ({"old": "5", "new": "3"}, 400),
        ({"old": "1", "new": "99"}, 404),
    ],
)
def test_a_consistency_that_makes_no_sense_is_refused_with_a_sentence(
    house: House, query: dict[str, str], status: int
) -> None:
    publish_checkpoint(by=house.by)
    answer = Client().get("/log/consistency", query)
    assert answer.status_code == status
    assert answer.content.strip()


@pytest.mark.parametrize("path", ["proof/x", "proof/99999", "leaf/99999", "checkpoint/3", f"leaf/{'9' * 18}"])
def test_what_the_log_does_not_have_is_not_found(house: House, path: str) -> None:
    publish_checkpoint(by=house.by)
    assert Client().get(f"/log/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/log/checkpoint", "/log/proof/0", "/log/consistency?old=3", "/log/leaf/0"])
def test_a_proof_costs_the_same_in_a_long_log(house: House, path: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        publish_checkpoint(by=house.by)
        with CaptureQueriesContext(connection) as caught:
            assert Client().get(path).status_code == 200
        return len(caught)

    before = count()
    for number in range(4):
        issued(house, content=f"{number}\n".encode())
    assert count() == before


# --- the stand-alone checker ---


def check_event(file: Path, *more: str) -> tuple[int, str]:
    """Run the program in a Python that knows nothing of Comity's environment."""
    program = file.with_name("check_event.py")
    program.write_bytes(Client().get("/log/check_event.py").content)
    ran = subprocess.run(
        [sys.executable, "-I", str(program), str(file), "--key", str(public_log_key()), *more],
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_a_proof_is_checked_without_comity(house: House, tmp_path: Path) -> None:
    publish_checkpoint(by=house.by)
    file = tmp_path / "event.tlog-proof"
    for seq in (0, 3, 4):
        file.write_bytes(Client().get(f"/log/proof/{seq}").content)
        status, said = check_event(file)
        assert (status, said.splitlines()[-1]) == (0, "RIGHT")
        assert f"event {seq} of union.example/record" in said


def test_a_flipped_byte_of_a_proof_is_found_without_comity(house: House, tmp_path: Path) -> None:
    publish_checkpoint(by=house.by)
    whole = Client().get("/log/proof/3").content
    sys.path.insert(0, str(tmp_path))
    (tmp_path / "check_event_copy.py").write_bytes(Client().get("/log/check_event.py").content)
    try:
        import check_event_copy as program  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(tmp_path))
    keys = [program.read_key(str(public_log_key()))]
    program.check(whole.decode(), keys, [], 0)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises((ValueError, KeyError, IndexError, TypeError)):
            program.check(changed.decode("utf-8", "replace"), keys, [], 0)


def test_a_proof_for_the_secretariat_opens_what_is_sealed(house: House, tmp_path: Path) -> None:
    publish_checkpoint(by=house.by)
    registered = Event.objects.filter(type="groundwork.person_registered").earliest("seq")
    client = Client()
    client.force_login(house.secretary, "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(f"/en/records/events/{registered.seq}/proof")
    assert answer["Cache-Control"] == "private, no-store"
    file = tmp_path / "event.tlog-proof"
    file.write_bytes(answer.content)
    status, said = check_event(file)
    assert (status, "ada@example.org" in said) == (0, True)
    anybody = Client().get(f"/en/records/events/{registered.seq}/proof").content
    file.write_bytes(anybody)
    status, said = check_event(file)
    assert (status, "ada@example.org" in said) == (0, False)


# --- witnesses ---


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, PrivateKey]]:
    """A witness that answers over HTTP, with a memory of its own."""
    memory = WitnessFolder(tmp_path / "witness")
    key = witness_key()
    engine = WitnessEngine(key, [public_log_key()], memory)
    with WitnessServer(engine, "127.0.0.1", 0, lambda: MOMENT) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", key
        server.shutdown()
    memory.close()


def test_a_witness_is_asked_and_its_cosignature_published(house: House, served: tuple[str, PrivateKey]) -> None:
    url, key = served
    register_witness(by=house.by, name="Kenya’s archive", key=str(key.public), url=url)
    work.sign_what_grew(NOW)
    signed = Cosignature.objects.get()
    assert signed.time == NOW
    note = ledger.read_note(Client().get("/log/checkpoint").content)
    assert len(note.signatures) == 2
    ledger.note.verified(note, [key.public])
    issued(house)
    work.sign_what_grew(NOW + timedelta(minutes=1))
    assert Cosignature.objects.count() == 2
    assert "Kenya’s archive" in Client().get("/en/records/checkpoints").content.decode()


def test_a_proof_comes_with_the_newest_cosigned_head(
    house: House, served: tuple[str, PrivateKey], tmp_path: Path
) -> None:
    url, key = served
    register_witness(by=house.by, name="Archive", key=str(key.public), url=url)
    work.sign_what_grew(NOW)
    issued(house)
    publish_checkpoint(by=house.by)
    file = tmp_path / "event.tlog-proof"
    file.write_bytes(Client().get("/log/proof/0").content)
    status, said = check_event(file, "--witness", str(key.public), "--need", "1")
    assert status == 0
    assert f"cosigned by {key.name} at {MOMENT}" in said
    file.write_bytes(Client().get(f"/log/proof/{Event.objects.latest('seq').seq}").content)
    assert check_event(file, "--witness", str(key.public), "--need", "1")[0] == 1


def test_a_witness_finds_out_a_rewritten_log(house: House, served: tuple[str, PrivateKey]) -> None:
    url, key = served
    register_witness(by=house.by, name="Archive", key=str(key.public), url=url)
    work.sign_what_grew(NOW)
    rewrite_the_log()
    publish_checkpoint(by=house.by)
    work.ask_witnesses(NOW + timedelta(days=1))
    answer = WitnessAnswer.objects.get()
    assert answer.contradicts
    assert answer.failures == 1
    assert any("contradicts" in one.sentence for one in queries.work_of_the_secretariat(house.by))
    assert "holds that the record contradicts itself" in Client().get("/en/records/checkpoints").content.decode()


def rewrite_the_log() -> None:
    """Change one leaf and everything above it, and drop the last event, as whoever runs the database could."""
    from comity.groundwork.log import new_hashes

    size = LogHead.objects.get().size
    Checkpoint.objects.all().delete()
    TreeHash.objects.all().delete()
    edge: list[str] = []
    for event in Event.objects.order_by("seq"):
        leaf = bytes(event.leaf)
        if event.seq == 1:
            leaf = leaf.replace(b"2026", b"2025", 1)
            Event.objects.filter(seq=1).update(leaf=leaf)
        TreeHash.objects.bulk_create(new_hashes(event.seq, edge, ledger.leaf_hash(leaf)))
    LogHead.objects.update(edge=edge, size=size)


def test_a_witness_that_does_not_answer_is_left_in_peace_for_longer_and_longer(house: House) -> None:
    register_witness(by=house.by, name="Gone", key=str(witness_key().public), url="http://127.0.0.1:9/")
    publish_checkpoint(by=house.by)
    asked = [minute for minute in range(20) if work.ask_witnesses(NOW + timedelta(minutes=minute))]
    assert asked == [0, 1, 3, 7, 15]
    answer = WitnessAnswer.objects.get()
    assert (answer.failures, answer.contradicts) == (5, False)
    assert "cannot be reached" in answer.failure
    assert work.ask_witnesses(NOW + timedelta(minutes=16), at_once=True) == 1
    assert work.pause(10**6) == work.LONGEST_PAUSE


def test_a_cosignature_is_entered_by_hand(house: House) -> None:
    key = witness_key()
    witness = register_witness(by=house.by, name="Library", key=str(key.public))
    publish_checkpoint(by=house.by)
    note = ledger.read_note(Client().get("/log/checkpoint").content)
    cosigned = note.with_signatures(key.cosign(note.text, MOMENT)).encode().decode()
    for written in (cosigned, cosigned.replace("\n", "\r\n") + "\r\n"):
        add_cosignature(by=house.by, witness=witness.id, note=written)
    assert Cosignature.objects.get().time == NOW
    other = witness_key(2)
    wrong = [
        "nothing",
        note.encode().decode(),
        note.with_signatures(other.cosign(note.text, MOMENT)).encode().decode(),
        Note(note.text.replace("6\n", "7\n", 1), (key.cosign(note.text.replace("6\n", "7\n", 1), MOMENT),))
        .encode()
        .decode(),
    ]
    for written in wrong:
        with pytest.raises(Refused) as refused:
            add_cosignature(by=house.by, witness=witness.id, note=written)
        assert refused.value.field == "note"


def test_a_witness_has_a_key_of_its_own_kind_and_a_sound_address(house: House) -> None:
    key = str(witness_key().public)
    for name, vkey, url, field in (
        ("", key, "", "name"),
        ("W", "nonsense", "", "key"),
        ("W", str(public_log_key()), "", "key"),
        ("W", key, "ftp://witness.example", "url"),
        ("W", key, "https://user:word@witness.example", "url"),
        ("W", key, "http://[", "url"),
        ("W", key, "witness.example", "url"),
    ):
        with pytest.raises(Refused) as refused:
            register_witness(by=house.by, name=name, key=vkey, url=url)
        assert refused.value.field == field
    witness = register_witness(by=house.by, name="W", key=key, url="https://witness.example/prefix/")
    assert witness.url == "https://witness.example/prefix"
    with pytest.raises(Refused, match="asked already"):
        register_witness(by=house.by, name="W", key=key)
    retire_witness(by=house.by, witness=witness.id, reason="It moved.")
    with pytest.raises(Refused, match="retired"):
        register_witness(by=house.by, name="W", key=key)
    with pytest.raises(NotFound):
        retire_witness(by=house.by, witness=witness.id, reason="again")
    assert list(queries.witnesses()) == []


def test_registering_asks_at_once(house: House) -> None:
    register_witness(by=house.by, name="W", key=str(witness_key().public), url="http://127.0.0.1:9")
    publish_checkpoint(by=house.by)
    jobs.run_due(datetime(2099, 1, 1, tzinfo=UTC))
    assert WitnessAnswer.objects.count() == 1
    assert Witness.objects.get().answer.failures == 1


def test_what_a_checkpoint_says_can_be_read_by_the_engine(house: House) -> None:
    made = publish_checkpoint(by=house.by)
    assert read_checkpoint(ledger.read_note(bytes(made.note)).text).size == made.size
