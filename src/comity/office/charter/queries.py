"""What the charter office tells others: the organisation, its texts, the tree of bodies and who serves there, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import Grant, Person
from comity.groundwork.refs import Kind, Names, register_kind
from comity.groundwork.roles import ROLES, Role, register_role
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.charter.events import BodyDissolved, BodyEstablished
from comity.office.charter.models import Body, Organisation, Setting, Tenet, TenetKind
from comity.office.charter.settings import SYMBOLS, Declared
from comity.office.records.feeds import carries_date
from comity.office.records.symbols import Scheme, register_scheme

T = TypeVar("T")

CHAIR = register_role(
    Role("chair", _("chair"), _("Presides over a body and finds what it agrees on."), held_at="charter.body")
)
VICE_CHAIR = register_role(
    Role("vice_chair", _("vice-chair"), _("Presides when the chair cannot."), held_at="charter.body")
)
RAPPORTEUR = register_role(Role("rapporteur", _("rapporteur"), _("Reports for a body."), held_at="charter.body"))
BODY_SECRETARY = register_role(
    Role("body_secretary", _("secretary of a body"), _("Keeps a body's papers."), held_at="charter.body")
)


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody who serves in a body."""

    role: Role
    person: Person
    grant: Grant


@dataclass(frozen=True, slots=True)
class Branch:
    """A body in the tree, with those who serve in it and the bodies under it."""

    body: Body
    depth: int
    services: tuple[Service, ...]
    parts: tuple[Branch, ...]


def organisation() -> Organisation | None:
    """The organisation; None before it was founded here."""
    return Organisation.objects.first()


def tenets(kind: TenetKind) -> list[Tenet]:
    """Founding texts of a kind that stand, by number."""
    return list(Tenet.objects.filter(kind=kind, withdrawn_at__isnull=True).order_by("number"))


def bodies() -> tuple[Branch, ...]:
    """The tree of bodies that exist, by rank. Two queries."""
    found = list(Body.objects.filter(dissolved_on__isnull=True).order_by("rank", "id"))
    serving = _services([body.id for body in found])
    under: dict[str | None, list[Body]] = {}
    known = {body.id for body in found}
    for body in found:
        under.setdefault(body.parent_id if body.parent_id in known else None, []).append(body)

    def grow(parent: str | None, depth: int) -> tuple[Branch, ...]:
        return tuple(
            Branch(body, depth, tuple(serving.get(body.id, ())), grow(body.id, depth + 1))
            for body in under.get(parent, ())
        )

    return grow(None, 0)


def tenet(key: str) -> Tenet | None:
    """A founding text that stands, by id."""
    return Tenet.objects.filter(id=key, withdrawn_at__isnull=True).first()


def body_choices(without: str | None = None) -> list[tuple[str, str]]:
    """Bodies as a form offers them, indented by depth, leaving out one with all that stand under it."""

    def listed(branches: tuple[Branch, ...]) -> Iterator[tuple[str, str]]:
        for branch in branches:
            if branch.body.id != without:
                yield branch.body.id, "\u2003" * branch.depth + str(branch.body.name)
                yield from listed(branch.parts)

    return list(listed(bodies()))


def body(key: str) -> Body | None:
    """A body by id."""
    return Body.objects.select_related("parent").filter(id=key).first()


def parts_of(body_id: str) -> tuple[Branch, ...]:
    """The bodies under one, as a tree. Two queries."""
    branches = list(bodies())
    for branch in branches:
        if branch.body.id == body_id:
            return branch.parts
        branches.extend(branch.parts)
    return ()


def serving_in(body_id: str) -> list[Service]:
    """Who serves in a body, in the order of the table of roles."""
    return _services([body_id]).get(body_id, [])


def _services(ids: Iterable[str]) -> dict[str, list[Service]]:
    places = [f"charter.body:{key}" for key in ids]
    order = {name: n for n, name in enumerate(ROLES)}
    grants = Grant.objects.filter(at__in=places, until__isnull=True).select_related("person")
    serving: dict[str, list[Service]] = {}
    for grant in sorted(grants, key=lambda g: (order.get(g.role, len(order)), g.id)):
        if grant.role in ROLES:
            service = Service(ROLES[grant.role], grant.person, grant)
            serving.setdefault(grant.at.partition(":")[2], []).append(service)
    return serving


def setting(declared: Declared[T]) -> T:
    """A setting's value now."""
    stored = Setting.objects.filter(key=declared.key).first()
    return declared.default() if stored is None else declared.read(stored.value)


register_scheme(lambda: Scheme(**setting(SYMBOLS).model_dump()))


# --- how others name these things ---


def _names(model: type[Model], field: str) -> Callable[[Iterable[str]], Names]:
    def named(ids: Iterable[str]) -> Names:
        rows: Iterable[Any] = model._default_manager.filter(pk__in=list(ids)).only("pk", field)
        return {row.pk: str(getattr(row, field)) for row in rows}

    return named


ORGANISATION_KIND = Kind(
    "charter.organisation", _("organisation"), _names(Organisation, "name"), lambda _id: reverse("charter:organisation")
)
BODY_KIND = Kind("charter.body", _("body"), _names(Body, "name"), lambda key: reverse("charter:body", args=[key]))
TENET_KIND = Kind(
    "charter.tenet", _("founding text"), _names(Tenet, "title"), lambda key: reverse("charter:texts") + f"#{key}"
)
for kind in (ORGANISATION_KIND, BODY_KIND, TENET_KIND):
    register_kind(kind)


def _public(_row: Any) -> str:
    return PUBLIC


register_translatable(
    Translatable(kind, model, field, word, _public, where)
    for kind, model, where, fields in (
        (
            "charter.organisation",
            Organisation,
            Q(),
            (("name", _("name of the organisation")), ("seat", _("seat")), ("purpose", _("purpose"))),
        ),
        (
            "charter.tenet",
            Tenet,
            Q(withdrawn_at__isnull=True),
            (("title", _("title of a founding text")), ("text", _("founding text"))),
        ),
        (
            "charter.body",
            Body,
            Q(dissolved_on__isnull=True),
            (("name", _("name of a body")), ("mandate", _("mandate of a body"))),
        ),
    )
    for field, word in fields
)
for _table in (Organisation, Tenet, Body, Setting):
    register_table(_table)
carries_date(BodyEstablished, "established_on")
carries_date(BodyDissolved, "dissolved_on")
