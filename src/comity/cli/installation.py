"""Verbs that work on an installation: serve, administrator, act, demo, export, import, backup, restore, check; and verify and witness,
which need none.

The data folder is the one that `--data` or COMITY_DATA names. Whatever writes goes through the running server, if there is one.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comity.cli.arguments import add_verb, from_least
from comity.cli.saying import Exit, UsageError, say
from comity.cli.simulating import make_consultation

DEMO_FOLDER = Path("comity-demo")


def add_verbs(verbs: Any) -> None:
    """The verbs of this family."""
    verb = _data(add_verb(verbs, "serve", "serve the site of an organisation", _spoken(run_serve)))
    _address(verb)
    verb.add_argument("--quiet", action="store_true", help="say nothing but errors")

    verb = _data(add_verb(verbs, "administrator", "register the first administrator", _spoken(run_administrator)))
    verb.add_argument("name", metavar="NAME")
    verb.add_argument("email", metavar="ADDRESS", help="e-mail address, with which they sign in")
    verb.add_argument("--language", default="en", help="language of letters to them (default: en)")

    verb = _data(add_verb(verbs, "act", "do an act by name, or list all acts", _spoken(run_act)))
    verb.add_argument("act", nargs="?", metavar="ACT", help="without it, all acts are listed with what they take")
    verb.add_argument("given", nargs="*", metavar="KEY=VALUE", help="JSON, or text; @FILE stands for its content")
    verb.add_argument("--as", dest="person", metavar="ADDRESS", help="who acts (default: the system)")

    verb = add_verb(
        verbs, "demo", "found the demonstration organisation, with a consultation, and serve it", _spoken(run_demo)
    )
    verb.add_argument("--out", type=Path, default=DEMO_FOLDER, metavar="FOLDER", help=f"default: {DEMO_FOLDER}, here")
    verb.add_argument("--no-serve", action="store_true", help="only build it")
    verb.add_argument("--no-consultation", action="store_true", help="without the simulated consultation")
    verb.add_argument("--quiet", action="store_true", help="say nothing but errors")
    _address(verb)

    verb = _data(
        add_verb(verbs, "export", "write what an audience may see, as a folder that verifies", _spoken(run_export))
    )
    verb.add_argument("path", type=Path, metavar="FOLDER", help="must not exist yet")
    verb.add_argument(
        "--audience", default="public", help="public (default), members, delegation:ID, or secretariat: everything"
    )

    verb = _data(add_verb(verbs, "import", "make an empty installation the one that was exported", _spoken(run_import)))
    verb.add_argument("path", type=Path, metavar="FOLDER", help="a full export (--audience secretariat)")
    verb.add_argument("--key", required=True, help="the log's public key, from somebody you trust")

    verb = _data(add_verb(verbs, "backup", "write an encrypted backup of everything", _spoken(run_backup)))
    verb.add_argument("path", type=Path, metavar="FILE", help="must not exist yet")

    verb = _data(add_verb(verbs, "restore", "restore a backup into an empty data folder", _spoken(run_restore)))
    verb.add_argument("path", type=Path, metavar="FILE")

    _data(add_verb(verbs, "check", "read the whole record and check it", _spoken(run_check)))

    verb = add_verb(verbs, "verify", "verify an export, offline", _spoken(run_verify))
    verb.add_argument("path", type=Path, metavar="EXPORT", help="the folder")
    verb.add_argument("--key", action="append", required=True, help="the log's public key, from somebody you trust")
    verb.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help="a witness's public key; may be repeated"
    )
    verb.add_argument(
        "--need", type=from_least(0), default=0, metavar="N", help="how many witnesses must have cosigned"
    )
    verb.add_argument(
        "--head", action="append", default=[], type=Path, metavar="FILE", help="an older signed head that you kept"
    )

    verb = add_verb(
        verbs, "witness", "be a witness: hold the heads of logs, so that none can be rewritten", _spoken(run_witness)
    )
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="where heads and evidence are kept")
    verb.add_argument("--key-file", type=Path, required=True, help="file with the witness's private key")
    verb.add_argument(
        "--log", action="append", required=True, metavar="KEY", help="public key of a log; may be repeated"
    )
    _address(verb, port=8650)


def _data(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument(
        "--data", type=Path, metavar="FOLDER", help="the data folder (default: COMITY_DATA, or comity-data here)"
    )
    return verb


def _address(verb: argparse.ArgumentParser, port: int = 8000) -> None:
    verb.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, which only this machine reaches")
    verb.add_argument("--port", type=from_least(0), default=port, help=f"default: {port}; 0: any that is free")


def _spoken(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """What these verbs refuse is said in a sentence."""

    def spoken(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except Exception as error:
            if isinstance(error, _refusals()):
                raise UsageError(str(error)) from error
            raise

    return spoken


def _refusals() -> tuple[type[Exception], ...]:
    """Errors that speak to people; asked only once something was refused."""
    from comity.ledger import LedgerError

    told: tuple[type[Exception], ...] = (LedgerError,)
    if "comity.site.commands" in sys.modules:
        from comity.groundwork.facts import UnknownFact
        from comity.groundwork.refusals import Refused
        from comity.site.commands import CommandError
        from comity.site.installation import AlreadyServed

        told = (*told, Refused, CommandError, AlreadyServed, UnknownFact)
    if "django.core.exceptions" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured

        told = (*told, ImproperlyConfigured)
    return told


def _open(data: Path | None) -> Any:
    """Set up the installation in a data folder; the commands that work on it."""
    if data is not None:
        os.environ["COMITY_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    import django

    django.setup()
    from comity.site import commands

    return commands


def run_serve(arguments: argparse.Namespace) -> int:
    """`comity serve`."""
    _open(arguments.data).serve(arguments.host, arguments.port, quiet=arguments.quiet)
    return Exit.OK


def run_administrator(arguments: argparse.Namespace) -> int:
    """`comity administrator`."""
    print(_open(arguments.data).administrator(arguments.name, arguments.email, arguments.language))
    return Exit.OK


def run_act(arguments: argparse.Namespace) -> int:
    """`comity act`."""
    commands = _open(arguments.data)
    if arguments.act is None:
        print(commands.list_acts())
    else:
        print(json.dumps(commands.act(arguments.act, arguments.given, arguments.person), ensure_ascii=False))
    return Exit.OK


def run_demo(arguments: argparse.Namespace) -> int:
    """`comity demo`."""
    if not arguments.no_consultation:
        make_consultation(arguments.out, quiet=arguments.quiet)
    os.environ.pop("COMITY_DEMO", None)
    commands = _open(arguments.out / "data")
    new = commands.demonstration()
    if not arguments.quiet:
        print(
            f"\nThe organisation:     {'founded' if new else 'was founded before'}, in {arguments.out / 'data'}",
            flush=True,
        )
    return Exit.OK if arguments.no_serve else int(commands.serve_demonstration(arguments.host, arguments.port))


def run_export(arguments: argparse.Namespace) -> int:
    """`comity export`."""
    _open(arguments.data)
    from comity.office.records.exports import export
    from comity.office.records.keys import public_log_key

    made = export(arguments.path, arguments.audience, now=datetime.now(UTC))
    print(f"{made.folder}: {made.events:,} events, {made.files:,} files, {made.rows:,} rows, for {made.audience}.")
    print(f"Verify it: comity verify {made.folder} --key '{public_log_key()}'")
    for sha256 in made.missing:
        say(f"comity: the file {sha256} should lie in the data folder and does not.")
    return Exit.DIFFERS if made.missing else Exit.OK


def run_import(arguments: argparse.Namespace) -> int:
    """`comity import`."""
    commands = _open(arguments.data)
    from comity.office.records.exports import import_export
    from comity.site.installation import alone

    commands.prepare()
    with alone():
        report = import_export(arguments.path, arguments.key)
    print(
        f"{report.records:,} events were taken over. People set new passwords; the log's key is put in place by whoever has it."
    )
    return Exit.OK


def run_backup(arguments: argparse.Namespace) -> int:
    """`comity backup`."""
    _open(arguments.data)
    from comity.office.records.backup import backup

    made = backup(arguments.path, _passphrase(twice=True), now=datetime.now(UTC))
    print(f"{made.path}: {made.size:,} bytes, encrypted; {made.events:,} events, {made.files:,} files.")
    for sha256 in made.missing:
        say(f"comity: the file {sha256} should lie in the data folder and does not.")
    return Exit.DIFFERS if made.missing else Exit.OK


def run_restore(arguments: argparse.Namespace) -> int:
    """`comity restore`."""
    data = (arguments.data or Path(os.environ.get("COMITY_DATA") or "comity-data")).resolve()
    _open(data)
    from comity.office.records.restore import restore

    made = restore(arguments.path, _passphrase(), data)
    print(f"{data}: restored as of {made.made}, {made.events:,} events.")
    return Exit.OK


def run_check(arguments: argparse.Namespace) -> int:
    """`comity check`."""
    _open(arguments.data)
    from comity.office.records.checks import check_log

    found = check_log()
    for sentence in found:
        print(sentence)
    if not found:
        print("The record is sound: the tree, every commitment, every file, and the state that follows from the log.")
    return Exit.DIFFERS if found else Exit.OK


def run_verify(arguments: argparse.Namespace) -> int:
    """`comity verify`."""
    from comity.ledger.signing import read_public_key
    from comity.ledger.verify import Trust, verify_export

    trust = Trust(
        tuple(map(read_public_key, arguments.key)), tuple(map(read_public_key, arguments.witness)), arguments.need
    )
    report = verify_export(arguments.path, trust, [path.read_bytes() for path in arguments.head])
    for finding in report.findings:
        print(finding)
    if report.more:
        print(f"... and {report.more:,} more.")
    if report.ok:
        print(f"Sound: {report.records:,} events of {report.origin} in {report.files:,} files, for {report.audience}.")
    return Exit.OK if report.ok else Exit.DIFFERS


def run_witness(arguments: argparse.Namespace) -> int:
    """`comity witness`."""
    from comity.ledger.witness_http import serve

    key = arguments.key_file.read_text(encoding="utf-8")
    serve(
        arguments.folder, key, arguments.log, arguments.host, arguments.port, lambda: int(datetime.now(UTC).timestamp())
    )
    return Exit.OK


def _passphrase(*, twice: bool = False) -> str:
    given = os.environ.get("COMITY_PASSPHRASE")
    if given:
        return given
    first = getpass.getpass("Passphrase: ")
    if twice and getpass.getpass("Once more: ") != first:
        raise UsageError("the two are not the same.")
    return first
