"""How the rules engine is told of members: keys that mean the same in every language, and blocs as groups.

A key is the country's code of three letters, else the id of the party's entry. A bloc is a group of its name in small letters: the
African Group is `african-group` in a charter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q

from comity.office.members.models import BlocMembership, Party
from comity.office.members.vocabulary import GROUPS
from comity.rules import Member, Snapshot


def key_of(current: Party) -> str:
    """How the rules engine is told of a party."""
    return current.iso3 or current.id


def group_of(name: str) -> str:
    """The group that a charter means by a bloc's name: small letters, digits and hyphens; empty if none of its letters are Latin.

    >>> group_of("Group of 77 & China")
    'group-of-77-china'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def in_blocs(on: date, found: Iterable[Party]) -> dict[str, frozenset[str]]:
    """Ids of the parties in each bloc on a day, by the bloc's id. One query."""
    running = Q(until__isnull=True) | Q(until__gte=on)
    begun = Q(since__isnull=True) | Q(since__lte=on)
    rows = BlocMembership.objects.filter(running, begun, struck_at__isnull=True)
    within: dict[str, set[str]] = {one.id: set() for one in found if one.kind in GROUPS}
    for bloc, party in rows.values_list("bloc_id", "party_id"):
        if bloc in within:
            within[bloc].add(party)
    return {bloc: frozenset(ids) for bloc, ids in within.items()}


def as_groups(blocs: Iterable[str], found: Iterable[Party]) -> dict[str, str]:
    """The group that each bloc is in a charter, by the bloc's id; those whose name has no Latin letter are left out."""
    named = {one.id: group_of(one.name.original) for one in found}
    return {bloc: named[bloc] for bloc in blocs if named.get(bloc)}


def listed(
    found: Iterable[Party], entitled: Mapping[str, bool], blocs: Mapping[str, frozenset[str]], on: date
) -> Snapshot:
    """The parties whose ids are keys of `entitled`, with their blocs; unions and blocs are in the group `reio`."""
    everybody = list(found)
    groups = as_groups(blocs, everybody)
    members = tuple(
        Member(
            key_of(one),
            frozenset(group for bloc, group in groups.items() if one.id in blocs[bloc])
            | (_REIO if one.kind in GROUPS else frozenset()),
            {},
            entitled[one.id],
        )
        for one in everybody
        if one.id in entitled
    )
    return Snapshot(members, on, frozenset(groups.values()) | _REIO)


_REIO = frozenset({"reio"})
"""Regional organisations that are parties themselves, as treaties call them; their instruments are not counted in addition."""
