"""Who may do what: the table of roles and acts, from the registries themselves, as a page and as documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from comity.groundwork.acts import ACTS, Act
from comity.groundwork.pages import Request
from comity.groundwork.refs import KINDS
from comity.groundwork.roles import IMPLICIT, ROLES, SYSTEM, Role


@dataclass(frozen=True, slots=True)
class Line:
    """An act in the table. may: who may do it beside the system, which may do all; empty: the system alone."""

    name: str
    summary: str
    may: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The acts of one office."""

    office: str
    lines: tuple[Line, ...]


def table() -> list[Section]:
    """Every declared act, office by office in the order in which they may use each other, in the active language."""
    by_office: dict[str, list[Act]] = {}
    for act in ACTS.values():
        by_office.setdefault(act.name.partition(".")[0], []).append(act)
    return [
        Section(str(config.verbose_name), tuple(_line(act) for act in by_office[config.label]))
        for config in apps.get_app_configs()
        if config.label in by_office
    ]


def _line(act: Act) -> Line:
    return Line(act.name, gettext(plain(act.summary)), tuple(role for role in act.may if role.name != SYSTEM.name))


def plain(summary: str) -> str:
    """What an act does, for people: the beginning of its documentation up to the first full stop or semicolon.

    Catalogues of translations hold these as messages; they are read from `ACTS`, not from calls of gettext.
    """
    return re.split(r"\.(?:\s|$)|;\s", summary, maxsplit=1)[0]


def place_word(role: Role) -> str:
    """At what kind of thing a role is held; empty: across the organisation."""
    return str(KINDS[role.held_at].word) if role.held_at in KINDS else role.held_at or ""


def roles(request: Request) -> HttpResponse:
    """Who may do what."""
    every = [*IMPLICIT.values(), *ROLES.values()]
    return render(request, "roles.html", {"roles": [(role, place_word(role)) for role in every], "sections": table()})


def markdown() -> str:
    """Both tables as docs/roles.md holds them."""
    lines = ["### Roles", "", "| role | name | held at | meaning |", "|---|---|---|---|"]
    lines += [
        f"| {role.word} | `{role.name}` | {place_word(role) or 'the organisation'} | {role.meaning} |"
        for role in (*IMPLICIT.values(), *ROLES.values())
    ]
    for section in table():
        lines += ["", f"### {section.office}", "", "| act | what it does | who may |", "|---|---|---|"]
        for line in section.lines:
            able = ", ".join(f"{role.word} there" if role.at else str(role.word) for role in line.may)
            lines.append(f"| `{line.name}` | {line.summary} | {able or SYSTEM.word} |")
    return "\n".join(lines) + "\n"
