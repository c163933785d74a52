"""What the common pages read: people with their roles, and the texts that want a translator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import Reader
from comity.groundwork.models import Grant, Person
from comity.groundwork.panels import Waiting, waits
from comity.groundwork.queries import Thing, readable
from comity.groundwork.refs import KINDS, Ref, name_all, page_of
from comity.groundwork.roles import ROLES, TRANSLATOR, Role
from comity.groundwork.translated import TRANSLATABLE, Text, Translatable

# --- people ---


@dataclass(frozen=True, slots=True)
class Held:
    """A role as a page shows it: which, where (None: across the organisation), and the grant behind it."""

    role: Role
    at: Thing | None
    grant: Grant


def people(search: str = "") -> QuerySet[Person]:
    """People who are not erased, by name; those in whose name or address the words stand."""
    found = Person.objects.filter(erased_at__isnull=True)
    # SQLite compares letters beyond ASCII exactly, so each word is asked for as it is usually written.
    for word in search.split()[:5]:
        cases = {word, word.lower(), word.upper(), word.capitalize()}
        found = found.filter(
            Q(email__icontains=word) | Q(*(("name__icontains", case) for case in sorted(cases)), _connector=Q.OR)
        )
    return found.order_by("name", "id")


def with_roles(listed: Sequence[Person]) -> list[tuple[Person, list[Held]]]:
    """People with the roles that they hold now. One query for the grants, one for each kind of place."""
    grants = Grant.objects.filter(person__in=[person.id for person in listed], until__isnull=True)
    held: dict[str, list[Held]] = {}
    for one in _held(grants):
        held.setdefault(one.grant.person_id, []).append(one)
    return [(person, held.get(person.id, [])) for person in listed]


def roles_held(person: Person) -> tuple[list[Held], list[Held]]:
    """The roles that somebody holds, and those that they held once, newest first."""
    every = _held(Grant.objects.filter(person=person))
    former = sorted((one for one in every if one.grant.until is not None), key=lambda one: one.grant.id, reverse=True)
    return [one for one in every if one.grant.until is None], former


def _held(grants: Iterable[Grant]) -> list[Held]:
    """In the order of the table of roles."""
    known = [grant for grant in grants if grant.role in ROLES]
    names = name_all(Ref.parse(grant.at) for grant in known if grant.at)

    def place(at: str) -> Thing | None:
        ref = Ref.parse(at) if at else None
        return Thing(ref, names[ref], page_of(ref)) if ref else None

    order = {name: number for number, name in enumerate(ROLES)}
    known.sort(key=lambda grant: (order[grant.role], grant.at, grant.id))
    return [Held(ROLES[grant.role], place(grant.at), grant) for grant in known]


def person_for(reader: Reader, key: str, own_id: str | None) -> Person | None:
    """Somebody's entry, for the secretariat, for themselves, and for all once they held a role or acted in what the reader may read."""
    person = Person.objects.filter(id=key).first()
    if person is None or reader.all or person.id == own_id:
        return person
    in_the_record = Grant.objects.filter(person=person).exists() or readable(reader).filter(actor=person).exists()
    return person if in_the_record else None


def grant_by_id(key: str) -> tuple[Held, Person] | None:
    """A role that somebody holds now, by the id of its grant."""
    grant = Grant.objects.select_related("person").filter(id=key, until__isnull=True).first()
    held = _held([grant]) if grant else []
    return (held[0], held[0].grant.person) if held else None


def place_of_roles(written: str) -> Thing | None:
    """A thing at which roles are held, from `kind:id`; None if it is none, or not there."""
    try:
        ref = Ref.parse(written)
    except ValueError:
        return None
    kind = KINDS.get(ref.kind)
    if kind is None or not any(role.held_at == ref.kind for role in ROLES.values()):
        return None
    name = kind.names([ref.id]).get(ref.id)
    return Thing(ref, name, page_of(ref)) if name else None


# --- texts that want a translator ---


class Want(StrEnum):
    """What a text wants in a language."""

    MISSING = "missing"
    STALE = "stale"
    UNREAD = "unread"


WANTS: dict[Want, str | Promise] = {
    Want.MISSING: _("not translated"),
    Want.STALE: _("translated from an older wording"),
    Want.UNREAD: _("not read over"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the texts of one field stand in one language: how many there are, how many want what, how many are sound."""

    field: Translatable
    language: str
    texts: int
    missing: int
    stale: int
    unread: int

    @property
    def sound(self) -> int:
        """Written in this language, or translated from today's original and read over."""
        return self.texts - self.missing - self.stale - self.unread


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text on the translators' desk."""

    thing: Thing
    field: Translatable
    text: Text


def standings(languages: Iterable[str]) -> dict[str, list[Standing]]:
    """How the texts stand in each language, field by field. One query for each field, whatever the number of languages and texts."""
    found: dict[str, list[Standing]] = {code: [] for code in languages}
    for entry in TRANSLATABLE.values():
        # Texts that stand alike in all languages are counted together by the database: there are few ways of standing.
        alike = _texts(entry).values("states").annotate(count=Count("pk")).order_by("states")
        counted = [(dict(one.split(":") for one in row["states"].split()), row["count"]) for row in alike]
        for code, standing in found.items():
            numbers = dict.fromkeys(("missing", "stale", "unread", "sound"), 0)
            for states, count in counted:
                numbers[states.get(code, "missing")] += count
            del numbers["sound"]
            standing.append(Standing(entry, code, sum(count for _states, count in counted), **numbers))
    return found


def wanted_rows(entry: Translatable, language: str, want: Want) -> QuerySet[Any]:
    """The rows whose text wants something in a language, in the order in which they were made."""
    if want is Want.MISSING:
        return _texts(entry).exclude(states__contains=f" {language}:").order_by("pk")
    return _texts(entry).filter(states__contains=f" {language}:{want} ").order_by("pk")


def wanted(entry: Translatable, rows: Sequence[Any]) -> list[Wanted]:
    """Rows of the translators' desk as a page shows them."""
    names = name_all(Ref(entry.kind, row.pk) for row in rows)
    things = {ref.id: Thing(ref, name, page_of(ref)) for ref, name in names.items()}
    return [Wanted(things[row.pk], entry, getattr(row, entry.field)) for row in rows]


def _texts(entry: Translatable) -> QuerySet[Any]:
    """Rows in use that hold a text at all, with how its wordings stand, as the column keeps it."""
    states = Coalesce(KT(f"{entry.field}__states"), Value(""), output_field=TextField())
    rows: QuerySet[Any] = entry.model._default_manager.all()
    in_use: QuerySet[Any] = rows if entry.where is None else rows.filter(entry.where)
    texts: QuerySet[Any] = in_use.annotate(states=states).exclude(states="")
    return texts


@waits
def texts_for_translators(actor: Actor) -> Iterable[Waiting]:
    """Translators are told what the language wants in which they read."""
    code = get_language() or settings.LANGUAGE_CODE
    if not actor.holds(TRANSLATOR) or code not in language_codes():
        return
    open_texts = sum(one.texts - one.sound for one in standings([code])[code])
    if open_texts:
        words = ngettext("%(count)d text waits for a translator.", "%(count)d texts wait for a translator.", open_texts)
        yield Waiting(words % {"count": open_texts}, reverse("translations_into", args=[code]))


def language_codes() -> list[str]:
    """The languages of the site."""
    return [code for code, _word in settings.LANGUAGES]
