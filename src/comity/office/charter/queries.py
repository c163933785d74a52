"""What the charter office tells others: the organisation, its texts, the tree of bodies and who serves there, the rules in force, settings.

Every office asks here for the rule by which something is decided: `charter_in_force`, `rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import Grant, Person
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.roles import ROLES, Role, register_role
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.charter.events import BodyDissolved, BodyEstablished, CharterAdopted
from comity.office.charter.models import Body, CharterVersion, Organisation, Setting, Tenet, TenetKind
from comity.office.charter.settings import Declared
from comity.office.charter.telling import in_words
from comity.office.records.feeds import carries_date
from comity.office.records.symbols import register_scheme
from comity.rules import Charter, Rule, Snapshot, catalogue, load, read
from comity.rules.symbols import Scheme

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


# --- the rules in force ---


@dataclass(frozen=True, slots=True)
class CharterInForce:
    """A charter that was adopted. version: its id; number: 1, 2 ... in the order of adoption; it holds until the next one does."""

    charter: Charter
    version: str
    number: int
    adopted_on: date
    in_force_from: date

    @property
    def digest(self) -> str:
        """SHA-256 of its text."""
        return self.charter.digest

    @property
    def is_example(self) -> bool:
        """Whether it says of itself that it is invented; shown wherever a rule of it is."""
        return self.charter.example


def charter_in_force(on: date | None = None) -> CharterInForce | None:
    """The charter that holds on a day (None: today, in UTC); None before the first one. One query."""
    day = on or timezone.now().date()
    return _adopted(CharterVersion.objects.filter(in_force_from__lte=day).order_by("number").last())


def charter_version(version: str) -> CharterInForce | None:
    """An adopted charter by the id of its version, whether or not it still holds. One query."""
    return _adopted(CharterVersion.objects.filter(id=version, number__isnull=False).first())


def charter_of(digest: str) -> CharterInForce | None:
    """The charter that was adopted with this text, by its hash; of several the latest. One query."""
    return _adopted(CharterVersion.objects.filter(digest=digest, number__isnull=False).order_by("number").last())


def first_charter() -> CharterInForce | None:
    """The founding charter. One query."""
    return _adopted(CharterVersion.objects.filter(number=1).first())


def charter_text(version: str) -> str:
    """The TOML of a version, of a draft too; empty if there is none. One query."""
    return CharterVersion.objects.filter(id=version).values_list("text", flat=True).first() or ""


def rules_in_force(on: date | None = None) -> tuple[Rule, ...]:
    """The rules that hold on a day (None: today), in the order of the charter. One query."""
    day = on or timezone.now().date()
    holding = charter_in_force(day)
    return tuple(one for one in holding.charter.rules if one.valid_on(day)) if holding else ()


def rule(key: str, on: date | None = None) -> Rule | None:
    """The rule of this id that holds on a day (None: today). One query."""
    return next((one for one in rules_in_force(on) if one.id == key), None)


def _adopted(row: CharterVersion | None) -> CharterInForce | None:
    if row is None or row.number is None or row.adopted_on is None or row.in_force_from is None:
        return None
    return CharterInForce(parsed(row.text), row.id, row.number, row.adopted_on, row.in_force_from)


@lru_cache(maxsize=64)
def parsed(text: str) -> Charter:
    """The charter that a stored text gives; what was read once is kept. Raises CharterError."""
    return read(text)


@lru_cache(maxsize=64)
def of_catalogue(name: str) -> Charter | None:
    """A charter that comes with Comity; None if there is none of that name. What was read once is kept."""
    return load(name) if name in catalogue() else None


def versions() -> list[CharterVersion]:
    """Charters that were adopted, newest first."""
    return list(CharterVersion.objects.filter(number__isnull=False).order_by("-number"))


def drafts() -> list[CharterVersion]:
    """Charters that are proposed and neither adopted nor withdrawn, newest first."""
    return list(CharterVersion.objects.filter(number__isnull=True, withdrawn_at__isnull=True).order_by("-id"))


def version_by_id(key: str) -> CharterVersion | None:
    """A charter by id: adopted, proposed or withdrawn."""
    return CharterVersion.objects.filter(id=key).first()


def held_until(current: CharterVersion) -> date | None:
    """The first day on which a later charter holds instead of an adopted one; None while it holds, and for drafts. One query."""
    if current.number is None:
        return None
    later = CharterVersion.objects.filter(number__gt=current.number).order_by("number")
    return later.values_list("in_force_from", flat=True).first()


def _scheme() -> Scheme:
    holding = charter_in_force()
    return (holding.charter.symbols if holding else None) or Scheme()


register_scheme(_scheme)


# --- who decides: a later office knows the members, and says here how to read them ---


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who decides on a day. Members are named by keys that mean the same in every language: ISO 3166 alpha-3, else the party's id.

    names: in the reader's language, by key. blocs: keys by the bloc's name. parties: ids by key.
    """

    snapshot: Snapshot
    names: Mapping[str, str] = field(default_factory=dict)
    blocs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)


def _nobody(on: date) -> Electorate:
    return Electorate(Snapshot((), on))


_reads_electorate: Callable[[date], Electorate] = _nobody


def register_electorate(reads: Callable[[date], Electorate]) -> None:
    """Say how to read who decides on a day; done once, by the office that keeps the register of members."""
    global _reads_electorate
    _reads_electorate = reads


def electorate(on: date | None = None) -> Electorate:
    """Who decides on a day (None: today); nobody where no office keeps a register."""
    return _reads_electorate(on or timezone.now().date())


_reads_voters: Callable[[date, Ref | None], Snapshot] | None = None


def register_voters(reads: Callable[[date, Ref | None], Snapshot]) -> None:
    """Say how to read what members vote by; done once, by the office that keeps what is stated of members for votes."""
    global _reads_voters
    _reads_voters = reads


def voters(on: date, decision: Ref | None = None) -> Snapshot:
    """The members on a day as they vote on the rules: with their groups, weights, and whose votes they cast.

    decision: in which the vote is taken; what is stated for its body alone holds there as well.
    """
    return electorate(on).snapshot if _reads_voters is None else _reads_voters(on, decision)


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


def _version_names(ids: Iterable[str]) -> Names:
    rows = CharterVersion.objects.filter(pk__in=list(ids)).values_list("id", "title")
    return {key: in_words(title) for key, title in rows}


VERSION_KIND = Kind("charter.version", _("charter"), _version_names, lambda key: reverse("charter:version", args=[key]))
for kind in (ORGANISATION_KIND, BODY_KIND, TENET_KIND, VERSION_KIND):
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
for _table in (Organisation, Tenet, Body, CharterVersion, Setting):
    register_table(_table)
carries_date(BodyEstablished, "established_on")
carries_date(BodyDissolved, "dissolved_on")
carries_date(CharterAdopted, "in_force_from")
