"""Verbs of the command line that work on an installation: serve, administrator, act, demo. Each takes what was asked and says what it did.

Import this only after `django.setup()`. A verb that writes goes through the running server if there is one (`doorbell`).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.conf import settings
from django.db import connection
from django.utils import timezone

from comity.groundwork.acts import ACTS
from comity.groundwork.models import Person
from comity.groundwork.perform import arguments_of
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import ADMINISTRATOR
from comity.groundwork.translated import Text
from comity.site import doorbell
from comity.site.installation import AlreadyServed, alone, prepare

__all__ = [
    "CommandError",
    "act",
    "administrator",
    "demonstration",
    "list_acts",
    "prepare",
    "serve",
    "serve_demonstration",
]

DEMONSTRATION = "DEMONSTRATION"
"""File that marks a data folder as a demonstration's; without it nobody can be signed in as somebody else."""


class CommandError(ValueError):
    """What was asked cannot be done; the sentence says why and what would mend it."""


def serve(host: str, port: int, *, quiet: bool = False) -> None:
    """Serve the site until interrupted. Raises CommandError."""
    from comity.site import server  # with all that a server needs, which no other verb should wait for

    try:
        server.serve(host=host, port=port, ready=None if quiet else lambda address: _ready(address))
    except AlreadyServed as error:
        raise CommandError(str(error)) from error


def _ready(address: str) -> None:
    print(f"Comity is at {address}  (data in {settings.COMITY_DATA}; Ctrl+C ends it)", flush=True)


def administrator(name: str, email: str, language: str) -> str:
    """Register the first administrator; the sentence that says how they sign in. Raises CommandError, Refused."""
    prepare()
    made = _do("groundwork.register_person", None, {"name": name, "email": email, "language": language})
    _do(
        "groundwork.grant_role",
        None,
        {"person": made["id"], "role": ADMINISTRATOR.name, "reason": "first administrator"},
    )
    return f"{name} is administrator. To sign in, ask for a new password on the sign-in page with {email}."


def act(name: str, given: Sequence[str], person: str | None) -> dict[str, Any] | None:
    """Do an act by name. given: KEY=VALUE, where VALUE is JSON if it is sound JSON, else text; @FILE stands for a file's content
    (bytes are given in base64).

    person: e-mail address of whoever acts, None: the system. Raises CommandError, Refused.
    """
    if name not in ACTS:
        near = ", ".join(sorted(known for known in ACTS if name.partition(".")[2] in known)[:5])
        raise CommandError(
            f"there is no act {name!r}" + (f"; there is {near}" if near else "; `comity act` lists them")
        )
    actor = None
    if person is not None:
        found = Person.objects.filter(email=person.strip().lower(), is_active=True).first()
        if found is None:
            raise CommandError(f"nobody with the address {person} can act here")
        actor = found.id
    return _do(name, actor, arguments(name, given))


def arguments(name: str, given: Sequence[str]) -> dict[str, Any]:
    """An act's arguments from KEY=VALUE. Raises CommandError."""
    hints = get_type_hints(ACTS[name].does)
    read: dict[str, Any] = {}
    for entry in given:
        key, equals, written = entry.partition("=")
        if not equals or key not in arguments_of(name).model_fields:
            known = ", ".join(arguments_of(name).model_fields)
            raise CommandError(f"{entry!r}: write KEY=VALUE; {name} takes {known}")
        if written.startswith("@"):
            content = Path(written[1:]).read_bytes()
            of_bytes = bytes in _types(hints[key])
            written = base64.b64encode(content).decode() if of_bytes else content.decode()
        value = _value(written, not {str, bytes}.isdisjoint(_types(hints[key])))
        read[key] = Text.of(value).to_json() if isinstance(value, str) and Text in _types(hints[key]) else value
    return read


def _value(written: str, as_text: bool) -> Any:
    if as_text:
        return written
    try:
        return json.loads(written)
    except ValueError:
        return written


def _types(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _do(name: str, person: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    answer = doorbell.ring(Path(settings.COMITY_DATA), name, person, dict(given))
    if answer is None:
        with alone():
            answer = doorbell.do(name, person, dict(given))
    if "refused" in answer:
        raise Refused(answer["refused"], field=answer["field"])
    return answer["done"] or {}


def list_acts() -> str:
    """Every act with what it does and what it takes."""
    lines = []
    for name in sorted(ACTS):
        fields = arguments_of(name).model_fields
        takes = " ".join(key if field.is_required() else f"[{key}]" for key, field in fields.items())
        lines.append(f"{name}\n    {ACTS[name].summary}\n    {takes}".rstrip())
    return "\n".join(lines)


def demonstration() -> bool:
    """Found the demonstration organisation in the data folder; whether it was done now. Raises CommandError."""
    from comity.office.consultations.box import the_box
    from comity.site.demonstration import AlreadyFounded, build

    data = Path(settings.COMITY_DATA)
    prepare()
    if connection.vendor != "sqlite":
        raise CommandError("The demonstration lives in a data folder of its own: unset COMITY_DATABASE_URL.")
    try:
        with alone():
            build(timezone.now())
            the_box().stop()  # the server that follows, in a process of its own, opens it
    except AlreadyFounded as error:
        if not (data / DEMONSTRATION).exists():
            raise CommandError(str(error)) from error
        return False
    (data / DEMONSTRATION).write_text(
        "Invented people; anybody on this machine may act as any of them.\n", encoding="utf-8"
    )
    return True


def serve_demonstration(host: str, port: int) -> int:
    """Serve the demonstration in a process of its own, with its settings. The exit status."""
    environment = {**os.environ, "COMITY_DEMO": "1", "COMITY_DATA": str(settings.COMITY_DATA)}
    command = [sys.executable, "-m", "comity.cli", "serve", "--host", host, "--port", str(port)]
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:
        return 0
