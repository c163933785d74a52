"""Blocs and unions: who is in which, and in what matters they do not speak for one of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from comity.groundwork.queries import Thing
from comity.office.members.models import BlocMembership, OptOut, Party
from comity.office.members.queries.parties import by_id, naming, thing_of
from comity.office.members.vocabulary import GROUPS


@dataclass(frozen=True, slots=True)
class InBloc:
    """A party's membership in a bloc, with the matters in which the bloc does not speak for it."""

    membership: BlocMembership
    party: Thing
    bloc: Thing
    opt_outs: tuple[OptOut, ...]


def _in_blocs(found: Iterable[BlocMembership]) -> list[InBloc]:
    rows, names = list(found), naming()
    opted: dict[str, list[OptOut]] = {}
    outs = OptOut.objects.filter(membership__in=[row.id for row in rows], struck_at__isnull=True)
    for out in outs.order_by("since", "matter", "id"):
        opted.setdefault(out.membership_id, []).append(out)
    return [
        InBloc(row, thing_of(row.party, names), thing_of(row.bloc, names), tuple(opted.get(row.id, ()))) for row in rows
    ]


def blocs_of(party_id: str) -> list[InBloc]:
    """Blocs that a party is or was in, oldest first. Three queries."""
    found = BlocMembership.objects.filter(party_id=party_id, struck_at__isnull=True)
    return _in_blocs(found.select_related("bloc", "party").order_by("since", "id"))


def members_of(bloc_id: str) -> list[InBloc]:
    """Parties that are or were in a bloc, by name. Three queries."""
    found = BlocMembership.objects.filter(bloc_id=bloc_id, struck_at__isnull=True)
    within = _in_blocs(found.select_related("bloc", "party"))
    return sorted(within, key=lambda one: (one.party.name.casefold(), one.membership.id))


@dataclass(frozen=True, slots=True)
class Group:
    """A bloc or union, with how many parties are in it."""

    party: Party
    thing: Thing
    size: int


def blocs(on: date) -> list[Group]:
    """Every bloc and union by name, with its size on a day. Three queries."""
    running = Q(until__isnull=True) | Q(until__gte=on)
    begun = Q(since__isnull=True) | Q(since__lte=on)
    sizes: dict[str, int] = {}
    for bloc in BlocMembership.objects.filter(running, begun, struck_at__isnull=True).values_list("bloc_id", flat=True):
        sizes[bloc] = sizes.get(bloc, 0) + 1
    names = naming()
    groups = [
        Group(row, thing_of(row, names), sizes.get(row.id, 0))
        for row in Party.objects.filter(kind__in=GROUPS, merged_into__isnull=True)
    ]
    return sorted(groups, key=lambda group: (group.thing.name.casefold(), group.party.id))


def membership(key: str) -> BlocMembership | None:
    """A membership that was not struck, by id."""
    return by_id(BlocMembership.objects.select_related("bloc", "party").filter(struck_at__isnull=True), key)


def opted_out(key: str) -> OptOut | None:
    """An opt-out that was not struck, by id."""
    rows = OptOut.objects.select_related("membership__bloc", "membership__party")
    return by_id(rows.filter(struck_at__isnull=True), key)
