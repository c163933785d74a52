"""Parties by id, name and choice; kinds of thing of this office; what translators find here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import is_id
from comity.groundwork.queries import Thing
from comity.groundwork.refs import Kind, Names, Ref, name_all, page_of, register_kind
from comity.groundwork.translated import Shown, Translatable, register_translatable
from comity.office.charter.queries import setting
from comity.office.charter.settings import NAMING, Naming
from comity.office.charter.telling import headed
from comity.office.members.models import Declaration, Objection, Party
from comity.office.members.names import name_of
from comity.office.members.vocabulary import GROUPS, DeclarationKind

M = TypeVar("M", bound=Model)


def by_id(rows: QuerySet[M], key: str | None) -> M | None:
    """The row with this id; None if there is none, also for what could not be an id. At most one query."""
    return rows.filter(pk=key).first() if key and is_id(key) else None


def party(key: str) -> Party | None:
    """A party by id, a duplicate's own entry included (`merged_into` says where it belongs)."""
    return by_id(Party.objects.select_related("merged_into"), key)


def parties() -> list[Party]:
    """Every party that is no duplicate, in the order in which they were registered."""
    return list(Party.objects.filter(merged_into__isnull=True).order_by("id"))


def merged_into(key: str) -> list[str]:
    """Ids of the duplicates that were merged into a party. One query."""
    return list(Party.objects.filter(merged_into=key).order_by("id").values_list("id", flat=True))


def naming() -> Naming:
    """The organisation's own names of states. One query."""
    return setting(NAMING)


def page_address(key: str) -> str:
    """The address of a party's page."""
    return _address_of_nobody(get_script_prefix(), get_language()).replace(_NOBODY, key)


_NOBODY = "0" * 26
"""Stands for a party's id. Working out an address for each row of a register would take longer than all the rest."""


@cache
def _address_of_nobody(_prefix: str, _language: str | None) -> str:
    return reverse("members:party", args=[_NOBODY])


def thing_of(current: Party, names: Naming) -> Thing:
    """A party as lists show it, from its row. No query."""
    return Thing(current.ref, name_of(current, names).text, page_address(current.id))


def things(refs: Iterable[Ref]) -> list[Thing]:
    """Things of any office as lists show them. One query for each kind."""
    wanted = list(refs)
    names = name_all(wanted)
    return [Thing(ref, names[ref], page_of(ref)) for ref in wanted]


def shown_name(current: Party) -> Shown:
    """A party's name in the reader's language. One query."""
    return name_of(current, naming())


def party_names(ids: Iterable[str]) -> Names:
    """Names by id; a duplicate has the name of the party into which it was merged. Two queries."""
    names = naming()
    rows = Party.objects.select_related("merged_into").filter(id__in=list(ids))
    return {row.id: name_of(row.merged_into or row, names).text for row in rows}


def party_choices(
    *, groups: bool = False, without: str | None = None, only: Sequence[str] | None = None
) -> list[tuple[str, str]]:
    """Parties as a form offers them, by name. groups: blocs and unions only; only: those with these ids."""
    names = naming()
    found = Party.objects.filter(merged_into__isnull=True).exclude(id=without or "")
    if groups:
        found = found.filter(kind__in=GROUPS)
    if only is not None:
        found = found.filter(id__in=only)
    named = ((row.id, name_of(row, names).text) for row in found)
    return sorted(named, key=lambda choice: (choice[1].casefold(), choice[0]))


def _declaration_names(ids: Iterable[str]) -> Names:
    rows = list(Declaration.objects.filter(id__in=list(ids)))
    names = party_names({row.party_id for row in rows})
    return {row.id: headed(names[row.party_id], DeclarationKind(row.kind).label) for row in rows}


def _objection_names(ids: Iterable[str]) -> Names:
    rows = list(Objection.objects.filter(id__in=list(ids)))
    names = party_names({row.party_id for row in rows})
    return {row.id: headed(names[row.party_id], _("objection")) for row in rows}


def _declaration_page(key: str) -> str:
    return reverse("members:depositary") + f"#{key}"


for kind in (
    Kind("members.party", _("party"), party_names, page_address, merged_into),
    Kind("members.declaration", _("declaration"), _declaration_names, _declaration_page),
    Kind("members.objection", _("objection"), _objection_names, _declaration_page),
):
    register_kind(kind)


def _public(_row: Any) -> str:
    return PUBLIC


register_translatable(
    Translatable(kind, model, field, word, _public)
    for kind, model, field, word in (
        ("members.party", Party, "name", _("name of a party")),
        ("members.declaration", Declaration, "text", _("text of a declaration")),
        ("members.objection", Objection, "text", _("text of an objection")),
    )
)
