"""The witness: follows a log that only grows, finds one that was rewritten, keeps the evidence, and forgets nothing."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from comity.ledger import Checkpoint, Note, Tree, leaf_hash
from comity.ledger.checkpoint import cosigned_at
from comity.ledger.merkle import EMPTY_ROOT, consistency_proof
from comity.ledger.note import NoteError, encode64, read_note, read_signatures, verified
from comity.ledger.signing import PrivateKey, Purpose, signed_checkpoint
from comity.ledger.witness import Evidence, Refusal, Refused, Submission, Witness, read_submission
from comity.ledger.witness_http import WitnessAnswerError, WitnessServer, ask_witness
from comity.ledger.witness_store import MemoryInUse, WitnessFolder, origin_hash

LOG = PrivateKey("log.example/a", Purpose.LOG, b"\1" * 32)
KEY = PrivateKey("witness.example/w", Purpose.WITNESS, b"\2" * 32)
STRANGER = PrivateKey("log.example/b", Purpose.LOG, b"\3" * 32)
NOW = 1_800_000_000


def tree_of(size: int, rewritten: int | None = None) -> Tree:
    return Tree(leaf_hash(b"rewritten" if number == rewritten else b"%d" % number) for number in range(size))


def note_of(tree: Tree, size: int | None = None) -> Note:
    size = tree.size if size is None else size
    return signed_checkpoint(Checkpoint(LOG.name, size, tree.root(size)), LOG)


def offer(tree: Tree, old: int, size: int | None = None) -> bytes:
    size = tree.size if size is None else size
    return Submission(old, consistency_proof(tree, old, size), note_of(tree, size)).encode()


@dataclass
class Remembered:
    """A memory for tests, which tells what it was asked to keep."""

    heads: dict[str, Note] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    def head(self, origin: str) -> Note | None:
        return self.heads.get(origin)

    def keep(self, origin: str, head: Note) -> None:
        self.heads[origin] = head

    def accuse(self, evidence: Evidence) -> None:
        self.evidence.append(evidence)


@pytest.fixture
def memory() -> Remembered:
    return Remembered()


@pytest.fixture
def witness(memory: Remembered) -> Witness:
    return Witness(KEY, [LOG.public], memory)


def refused(witness: Witness, body: bytes) -> Refused:
    with pytest.raises(Refused) as said:
        witness.add_checkpoint(body, NOW)
    return said.value


def test_a_log_that_only_grows_is_followed(witness: Witness, memory: Remembered) -> None:
    tree = tree_of(40)
    old = 0
    for size in (0, 1, 1, 2, 7, 8, 23, 40, 40):
        cosignature = witness.add_checkpoint(offer(tree, old, size), NOW + size)
        note = note_of(tree, size)
        assert verified(Note(note.text, (cosignature,)), [KEY.public])
        assert cosigned_at(cosignature) == NOW + size
        held = witness.head(LOG.name)
        assert held
        assert held == note.with_signatures(cosignature)
        old = size
    assert memory.evidence == []


def test_a_witness_begins_with_the_head_that_it_is_first_shown(witness: Witness) -> None:
    assert witness.add_checkpoint(offer(tree_of(9), 0), NOW)


def test_a_rewritten_log_is_refused_and_the_evidence_kept(witness: Witness, memory: Remembered) -> None:
    tree, false = tree_of(5), tree_of(9, rewritten=2)
    witness.add_checkpoint(offer(tree, 0), NOW)
    before = witness.head(LOG.name)
    said = refused(witness, offer(false, 5))
    assert said.refusal is Refusal.INCONSISTENT
    assert witness.head(LOG.name) == before
    (evidence,) = memory.evidence
    assert (evidence.held, evidence.offered, evidence.forked) == (before, note_of(false), False)
    assert verified(evidence.held, [LOG.public])
    assert verified(evidence.offered, [LOG.public])


@pytest.mark.parametrize("old", [0, 3, 5])
def test_two_heads_of_one_size_are_a_fork_whatever_the_proof(witness: Witness, memory: Remembered, old: int) -> None:
    witness.add_checkpoint(offer(tree_of(5), 0), NOW)
    said = refused(witness, offer(tree_of(5, rewritten=2), old))
    assert said.refusal is (Refusal.INCONSISTENT if old == 5 else Refusal.OTHER_SIZE)
    assert memory.evidence[0].forked


def test_an_older_size_is_told_and_is_no_accusation(witness: Witness, memory: Remembered) -> None:
    tree = tree_of(9)
    witness.add_checkpoint(offer(tree, 0, 5), NOW)
    for body in (offer(tree, 0), offer(tree, 4), offer(tree, 0, 3), offer(tree, 7)):
        said = refused(witness, body)
        assert (said.refusal, said.held_size) == (Refusal.OTHER_SIZE, 5)
    assert memory.evidence == []
    assert witness.head(LOG.name) is not None
    assert witness.add_checkpoint(offer(tree, 5), NOW)


def test_refusals_come_in_the_order_of_the_protocol(witness: Witness) -> None:
    tree = tree_of(5)
    unknown = signed_checkpoint(Checkpoint(STRANGER.name, 5, tree.root()), STRANGER)
    assert refused(witness, Submission(9, (), unknown).encode()).refusal is Refusal.UNKNOWN_LOG
    note = note_of(tree)
    unsigned = Note(note.text, (STRANGER.sign(note.text),))
    assert refused(witness, Submission(9, (), unsigned).encode()).refusal is Refusal.UNSIGNED
    spoiled = Note(note.text, (replace(note.signatures[0], value=b"\0" * 64),))
    assert refused(witness, Submission(9, (), spoiled).encode()).refusal is Refusal.UNSIGNED
    assert refused(witness, Submission(9, (), note).encode()).refusal is Refusal.MALFORMED
    assert refused(witness, Submission(1, (), note).encode()).refusal is Refusal.OTHER_SIZE
    assert refused(witness, Submission(0, (b"\0" * 32,), note).encode()).refusal is Refusal.INCONSISTENT
    odd = signed_checkpoint(Checkpoint(LOG.name, 0, b"\0" * 32), LOG)
    assert refused(witness, Submission(0, (), odd).encode()).refusal is Refusal.INCONSISTENT
    empty = signed_checkpoint(Checkpoint(LOG.name, 0, EMPTY_ROOT), LOG)
    assert witness.add_checkpoint(Submission(0, (), empty).encode(), NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old\n\n",
        b"old 00\n\n",
        b"old -1\n\n",
        b"old 0 \n\n",
        b"new 0\n\n",
        b"old " + b"9" * 5000 + b"\n\n",
        b"old 0\nAAAA\n\n",
        b"old 0\n" + (encode64(b"\0" * 32) + "\n").encode() * 64 + b"\n",
        b"\xff\xfe\n\n",
        b"old 0\n\nnonsense",
        b"old 0\n\nlog\n\n\xe2\x80\x94 a AAAAAAAA\n",
    ],
)
def test_a_malformed_request_is_refused(witness: Witness, body: bytes) -> None:
    rest = note_of(tree_of(1)).encode() if body.endswith(b"\n\n") else b""
    assert refused(witness, body + rest).refusal is Refusal.MALFORMED


def test_a_request_is_read_back_as_it_was() -> None:
    tree = tree_of(9)
    submission = Submission(5, consistency_proof(tree, 5, 9), note_of(tree))
    assert read_submission(submission.encode()) == submission


def test_foreign_signatures_are_not_kept_with_the_head(witness: Witness) -> None:
    note = note_of(tree_of(3))
    crowded = note.with_signatures(STRANGER.sign(note.text))
    witness.add_checkpoint(Submission(0, (), crowded).encode(), NOW)
    held = witness.head(LOG.name)
    assert held
    assert [signature.name for signature in held.signatures] == [LOG.name, KEY.name]


def test_a_log_may_have_a_new_key_beside_the_old(memory: Remembered) -> None:
    later = PrivateKey(LOG.name, Purpose.LOG, b"\4" * 32)
    witness = Witness(KEY, [LOG.public, later.public], memory)
    tree = tree_of(9)
    witness.add_checkpoint(offer(tree, 0, 5), NOW)
    note = signed_checkpoint(Checkpoint(LOG.name, 9, tree.root()), later)
    assert witness.add_checkpoint(Submission(5, consistency_proof(tree, 5, 9), note).encode(), NOW)


# --- its memory ---


def test_the_folder_keeps_heads_and_evidence_and_is_used_by_one(tmp_path: Path) -> None:
    memory = WitnessFolder(tmp_path / "w")
    witness = Witness(KEY, [LOG.public], memory)
    witness.add_checkpoint(offer(tree_of(5), 0), NOW)
    with pytest.raises(MemoryInUse, match="stop it first"):
        WitnessFolder(tmp_path / "w")
    refused(witness, offer(tree_of(9, rewritten=1), 5))
    refused(witness, Submission(5, (), note_of(tree_of(9, rewritten=1))).encode())
    memory.close()
    again = WitnessFolder(tmp_path / "w")
    held = again.head(LOG.name)
    assert held
    assert verified(held, [LOG.public, KEY.public])
    assert again.head("other") is None
    (path,) = again.evidence()  # the same contradiction twice is one file
    said = json.loads(path.read_bytes())
    assert read_note(said["held"].encode()) == held
    assert read_note(said["offered"].encode()) == note_of(tree_of(9, rewritten=1))
    assert said["forked"] is False
    again.close()


def test_a_crash_while_a_head_is_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = WitnessFolder(tmp_path / "w")
    witness = Witness(KEY, [LOG.public], memory)
    tree = tree_of(9)
    witness.add_checkpoint(offer(tree, 0, 5), NOW)
    before = memory.head(LOG.name)

    def crash(*_: object) -> None:
        raise OSError("the power went")

    for call in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, crash)
            with pytest.raises(OSError, match="power"):
                witness.add_checkpoint(offer(tree, 5), NOW)
        assert memory.head(LOG.name) == before
    assert witness.add_checkpoint(offer(tree, 5), NOW)
    memory.close()


def test_two_heads_at_the_same_time_are_judged_one_after_the_other(tmp_path: Path) -> None:
    memory = WitnessFolder(tmp_path / "w")
    witness = Witness(KEY, [LOG.public], memory)
    tree = tree_of(30)
    witness.add_checkpoint(offer(tree, 0, 5), NOW)
    outcomes: list[object] = []

    def ask(size: int) -> None:
        try:
            outcomes.append(witness.add_checkpoint(offer(tree, 5, size), NOW))
        except Refused as said:
            outcomes.append(said.refusal)

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(6, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Refusal.OTHER_SIZE) == len(threads) - 1
    memory.close()


# --- over HTTP ---


@pytest.fixture
def server(witness: Witness) -> Iterator[WitnessServer]:
    with WitnessServer(witness, "127.0.0.1", 0, lambda: NOW) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def ask(server: WitnessServer, method: str, path: str, body: bytes = b"") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
    finally:
        connection.close()


def test_the_protocol_over_http(server: WitnessServer) -> None:
    tree = tree_of(9)
    monitored = f"/{origin_hash(LOG.name)}/checkpoint"
    assert ask(server, "GET", monitored)[0] == 404
    status, _, lines = ask(server, "POST", "/add-checkpoint", offer(tree, 0, 5))
    assert status == 200
    assert verified(Note(note_of(tree, 5).text, read_signatures(lines)), [KEY.public])
    assert ask(server, "POST", "/add-checkpoint", offer(tree, 0)) == (409, "text/x.tlog.size", "5\n")
    assert ask(server, "POST", "/add-checkpoint", offer(tree_of(9, rewritten=0), 5))[0] == 422
    assert ask(server, "POST", "/add-checkpoint", b"nonsense")[0] == 400
    status, _, text = ask(server, "GET", monitored)
    assert status == 200
    assert len(verified(read_note(text.encode()), [LOG.public, KEY.public])) == 2
    for method, path in (("GET", "/"), ("GET", "/../../etc/passwd"), ("POST", "/other"), ("GET", "/add-checkpoint")):
        assert ask(server, method, path)[0] == 404


def test_a_hostile_length_is_refused(server: WitnessServer) -> None:
    for length in ("9" * 4400, "-1", "1e3", "200001", "²"):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.putrequest("POST", "/add-checkpoint", skip_accept_encoding=True)
        connection.putheader("Content-Length", length.encode("latin-1"))
        connection.endheaders()
        assert connection.getresponse().status == 400
        connection.close()


def test_one_connection_serves_several_requests(server: WitnessServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    tree = tree_of(9)
    for old, size in ((0, 3), (3, 9)):
        connection.request("POST", "/add-checkpoint", offer(tree, old, size))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    connection.close()


def test_a_log_asks_and_is_told_what_to_prove(server: WitnessServer) -> None:
    tree = tree_of(40)
    url = f"http://127.0.0.1:{server.server_port}"
    proved: list[tuple[int, int]] = []

    def prove(old: int, new: int) -> tuple[bytes, ...]:
        proved.append((old, new))
        return consistency_proof(tree, old, new)

    for size in (7, 40):
        (cosignature,) = ask_witness(url, note_of(tree, size), prove, KEY.public)
        assert cosigned_at(cosignature) == NOW
    assert proved == [(7, 40)]
    with pytest.raises(WitnessAnswerError, match="holds a head of size 40"):
        ask_witness(url, note_of(tree, 7), prove, KEY.public)
    with pytest.raises(WitnessAnswerError, match="422"):
        ask_witness(
            url, note_of(tree_of(50, rewritten=3)), lambda a, b: consistency_proof(tree_of(50, 3), a, b), KEY.public
        )
    with pytest.raises(NoteError):
        ask_witness(url, note_of(tree), prove, STRANGER.public)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://x", "http://", "http://127.0.0.1:1", "http://127.0.0.1:99999", "http://[::1"]
)
def test_a_witness_that_cannot_be_reached_is_told(url: str) -> None:
    with pytest.raises(WitnessAnswerError) as said:
        ask_witness(url, note_of(tree_of(1)), lambda *_: (), KEY.public)
    assert said.value.answered is None


# --- in a process of its own ---


class Process:
    """A witness in a second process, with its own key and folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "key").write_text(KEY.secret_text(), encoding="utf-8")
        command = [sys.executable, "-m", "comity.ledger.witness_http", str(folder / "store")]
        command += ["--key-file", str(folder / "key"), "--log", str(LOG.public), "--port", "0"]
        self.run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.run.stdout
        assert select.select([self.run.stdout], [], [], 60)[0], "the witness did not start"
        self.said = self.run.stdout.readline()
        self.url = self.said.split()[-1] if self.said else ""

    def kill(self) -> str:
        self.run.kill()
        return self.run.communicate()[1]


def test_a_rewritten_and_resigned_log_is_found_by_a_second_process_that_holds_an_older_head(tmp_path: Path) -> None:
    honest = tree_of(20)
    process = Process(tmp_path / "w")
    try:
        (cosignature,) = ask_witness(process.url, note_of(honest, 12), lambda *_: (), KEY.public)
        assert abs(cosigned_at(cosignature) - int(os.stat(tmp_path).st_mtime)) < 3600  # the process reads the clock
    finally:
        process.kill()
    process = Process(tmp_path / "w")  # killed, started anew, and it still remembers
    try:
        false = tree_of(20, rewritten=4)
        with pytest.raises(WitnessAnswerError) as said:
            ask_witness(process.url, note_of(false), lambda a, b: consistency_proof(false, a, b), KEY.public)
        assert said.value.answered == Refusal.INCONSISTENT
        (path,) = (tmp_path / "w/store/evidence").iterdir()
        evidence = json.loads(path.read_bytes())
        for side, tree, size in (("held", honest, 12), ("offered", false, 20)):
            note = read_note(evidence[side].encode())
            assert verified(note, [LOG.public])
            assert note.text == note_of(tree, size).text
        assert ask_witness(process.url, note_of(honest), lambda a, b: consistency_proof(honest, a, b), KEY.public)
        second = subprocess.run(
            [*process.run.args], capture_output=True, text=True, timeout=60  # type: ignore[misc]
        )  # fmt: skip
        assert second.returncode == 2
        assert "another witness uses the folder" in second.stderr
    finally:
        assert "evidence kept against log.example/a" in process.kill()


def test_a_witness_with_a_key_of_a_log_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(LOG.secret_text(), encoding="utf-8")
    command = [sys.executable, "-m", "comity.ledger.witness_http", str(tmp_path / "store")]
    command += ["--key-file", str(tmp_path / "key"), "--log", str(LOG.public), "--port", "0"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "is a log's" in ran.stderr
    assert "PRIVATE" not in ran.stderr
