"""A witness as a process of its own, and how a log asks one: C2SP's tlog-witness over HTTP.

An adapter beside the engine, with the server of the standard library: a witness serves few logs, seldom. `serve`
answers `POST /add-checkpoint` and `GET /SHA-256 of the origin/checkpoint`; put a web server with TLS before it where
others shall reach it.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from comity.ledger.checkpoint import read_checkpoint
from comity.ledger.errors import LedgerError, quoted
from comity.ledger.note import Note, Signature, Verifier, read_signatures, verified
from comity.ledger.signing import Purpose, read_private_key, read_public_key
from comity.ledger.witness import Refusal, Refused, Submission, Witness
from comity.ledger.witness_store import WitnessFolder, origin_hash

MOST_BODY = 200_000
"""Bytes of a request: a proof of 63 hashes and a note with far more than sixteen signatures."""
PATIENCE = 30.0
"""Seconds that a connection may be idle."""


class WitnessAnswerError(LedgerError):
    """A witness that could not be reached, that refused, or whose answer is not of the protocol.

    `answered` is the HTTP status; None if it was not reached.
    """

    def __init__(self, answered: int | None, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.answered = answered


# --- the witness ---


class WitnessServer(ThreadingHTTPServer):
    """A server that listens already; call `serve_forever`."""

    daemon_threads = True

    def __init__(self, witness: Witness, host: str, port: int, clock: Callable[[], int]) -> None:
        """clock: seconds since 1970, asked at each request. Port 0 takes a free one, which `server_port` tells."""
        super().__init__((host, port), _Requests)
        self.witness = witness
        self.clock = clock


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: WitnessServer

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not _is_small(length) or int(length) > MOST_BODY:
            self.close_connection = True
            self._answer(HTTPStatus.BAD_REQUEST, f"send at most {MOST_BODY} bytes, and say how many\n")
            return
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self._answer(HTTPStatus.NOT_FOUND, "there is /add-checkpoint\n")
            return
        try:
            cosignature = self.server.witness.add_checkpoint(body, self.server.clock())
        except Refused as refused:
            if refused.evidence:
                print(
                    f"evidence kept against {quoted(read_checkpoint(refused.evidence.held.text).origin)}: {refused}",
                    file=sys.stderr,
                    flush=True,
                )
            if refused.refusal is Refusal.OTHER_SIZE:
                self._answer(refused.refusal, f"{refused.held_size}\n", "text/x.tlog.size")
            else:
                self._answer(refused.refusal, f"{refused}\n")
            return
        self._answer(HTTPStatus.OK, cosignature.line())

    def do_GET(self) -> None:
        witness = self.server.witness
        for origin in witness.origins:
            head = witness.head(origin) if self.path == f"/{origin_hash(origin)}/checkpoint" else None
            if head is not None:
                self._answer(HTTPStatus.OK, head.encode().decode())
                return
        self._answer(HTTPStatus.NOT_FOUND, "no head of such a log\n")

    def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: who asks is nobody's affair, and what matters is in the folder."""


# --- whoever asks it ---


def ask_witness(
    url: str, note: Note, prove: Callable[[int, int], Sequence[bytes]], witness: Verifier, *, old: int = 0
) -> tuple[Signature, ...]:
    """Ask the witness at this address (its submission prefix) to cosign the log's newest checkpoint.

    prove: gives the consistency proof between two sizes, such as `LogStore.consistency_proof`.
    old: size of the head that the witness is thought to hold; where it holds another it says so, and is asked again.

    Returns its cosignatures, checked against the key. Raises WitnessAnswerError, also if the witness holds a larger head: then the
    log lost entries that it had signed. NoteError if the cosignature is wrong.
    """
    size = read_checkpoint(note.text).size
    for _ in range(3):  # the head may move while we ask
        submission = Submission(old, tuple(prove(old, size)) if old else (), note)
        status, kind, answer = _post(url, submission.encode())
        if status == HTTPStatus.OK:
            return verified(Note(note.text, read_signatures(answer)), [witness])
        if status != Refusal.OTHER_SIZE or kind != "text/x.tlog.size" or not _is_small(answer.strip()):
            raise WitnessAnswerError(
                status,
                "the witness at {url} answered {status}: {answer}",
                url=quoted(url),
                status=status,
                answer=quoted(answer.strip()),
            )
        old = int(answer)
        if old > size:
            raise WitnessAnswerError(
                status,
                "the witness at {url} holds a head of size {held}, the log ends at {size}",
                url=quoted(url),
                held=old,
                size=size,
            )
    raise WitnessAnswerError(
        status, "the head of the witness at {url} moves faster than it can be asked", url=quoted(url)
    )


def _post(url: str, body: bytes) -> tuple[int, str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise WitnessAnswerError(None, "not the address of a witness: {url}", url=quoted(url)) from None
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}.get(parts.scheme)
    if kind is None or host is None:
        raise WitnessAnswerError(None, "not the address of a witness: {url}", url=quoted(url))
    connection = kind(host, port, timeout=PATIENCE)
    try:
        connection.request("POST", parts.path.rstrip("/") + "/add-checkpoint", body)
        answer = connection.getresponse()
        text = answer.read(MOST_BODY).decode("utf-8", "replace")
        return answer.status, answer.getheader("Content-Type", ""), text
    except (OSError, http.client.HTTPException) as error:
        raise WitnessAnswerError(
            None, "the witness at {url} cannot be reached: {why}", url=quoted(url), why=quoted(error)
        ) from None
    finally:
        connection.close()


def _is_small(text: str) -> bool:
    """Whether this is a decimal number that fits into 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 19


# --- a process of its own ---


def serve(folder: Path, key: str, logs: Sequence[str], host: str, port: int, clock: Callable[[], int]) -> None:
    """Serve until stopped. key: the witness's private key as text; logs: public keys of the logs as text.

    Prints the address once it listens. Raises KeyTextError, MemoryInUse, or OSError if the port is taken.
    """
    private = read_private_key(key)
    if private.purpose is not Purpose.WITNESS:
        raise LedgerError("the key of {name} is a log's: a witness has one of its own", name=quoted(private.name))
    memory = WitnessFolder(folder)
    try:
        witness = Witness(private, [read_public_key(log) for log in logs], memory)
        with WitnessServer(witness, host, port, clock) as server:
            print(f"witness {private.name} listens on http://{host}:{server.server_port}", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        pass  # the usual way to stop it
    finally:
        memory.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m comity.ledger.witness_http`: run a witness."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where heads and evidence are kept")
    parser.add_argument(
        "--key-file", type=Path, required=True, help="file with the witness's private key, readable only by it"
    )
    parser.add_argument("--log", action="append", required=True, help="public key of a log; may be repeated")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8650)
    given = parser.parse_args(arguments)
    try:
        serve(
            given.folder,
            given.key_file.read_text(encoding="utf-8"),
            given.log,
            given.host,
            given.port,
            lambda: int(time.time()),
        )
    except (LedgerError, OSError) as error:
        print(f"witness: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
