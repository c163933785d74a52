"""Acts on the register itself: entering parties, changing entries, merging duplicates, striking what was entered in error."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.audiences import MEMBERS, PUBLIC
from comity.groundwork.events import RoleEnded, RoleGranted
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.models import Grant
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_original
from comity.groundwork.translated import Text
from comity.office.charter.telling import several
from comity.office.members import regions
from comity.office.members.actions.checks import name as name_now
from comity.office.members.actions.checks import one_of, reason_of, the_party
from comity.office.members.events.parties import EntryStruck, PartiesMerged, PartyChanged, PartyRegistered
from comity.office.members.models import (
    Assessment,
    BlocMembership,
    Contest,
    Credential,
    Declaration,
    Objection,
    OptOut,
    Party,
    Payment,
    StatusFact,
    Term,
)
from comity.office.members.names import country_name
from comity.office.members.queries.parties import by_id
from comity.office.members.queries.status import steps_of
from comity.office.members.roles import DEPOSITARY, HEAD_OF_DELEGATION
from comity.office.members.treaty import OutOfOrder, check
from comity.office.members.vocabulary import GROUPS, OPEN_TO_ALL, TREATY_MAKERS, PartyKind


@act("members.register_party", may=(SECRETARY,), records=(PartyRegistered,))
def register_party(
    *, by: Actor, kind: str, name: Text | None = None, iso3: str = "", region: str | None = None
) -> Party:
    """Enter a party in the register. A state with a country code needs no name: it has one in every language.

    region: M49 code; None: after the country code, "": none.
    """
    what = one_of(PartyKind, kind, "kind")
    called = clean_original(name or Text(), most=200, field="name", empty=True)
    code = _code(iso3, what)
    _check_named(called, code)
    _check_new(called, code, what)
    party = new_id(by.now)
    where = _region(regions.SUB_REGION.get(code, "") if region is None else region)
    record(by, PartyRegistered(party=party, kind=what.value, name=called, iso3=code, region=where))
    return Party.objects.get(id=party)


@applies(PartyRegistered)
def _apply_party_registered(stated: PartyRegistered, recorded: Recorded) -> None:
    Party.objects.create(
        id=stated.party,
        kind=stated.kind,
        name=stated.name,
        iso3=stated.iso3,
        region=stated.region,
        registered_at=recorded.time,
    )


@act("members.change_party", may=(SECRETARY,), records=(PartyChanged,))
def change_party(
    *,
    by: Actor,
    party: str,
    kind: str | None = None,
    name: Text | None = None,
    iso3: str | None = None,
    region: str | None = None,
    seen: int | None = None,
) -> None:
    """Change a party's entry; None leaves a thing as it is."""
    current = the_party(party)
    unchanged(current.ref, seen)
    what = PartyKind(current.kind) if kind is None else one_of(PartyKind, kind, "kind")
    wanted: dict[str, Any] = {
        "kind": what.value,
        "name": current.name if name is None else clean_original(name, most=200, field="name", empty=True),
        "iso3": _code(current.iso3 if iso3 is None else iso3, what),
        "region": current.region if region is None else _region(region),
    }
    _check_named(wanted["name"], wanted["iso3"])
    _check_new(wanted["name"], wanted["iso3"], what, but=current)
    if what not in TREATY_MAKERS and any(
        row.step not in OPEN_TO_ALL for row in steps_of([current.id]).get(current.id, [])
    ):
        raise Refused(_("It signed or is bound: it must be of a kind that can make treaties."), field="kind")
    if what not in GROUPS and BlocMembership.objects.filter(bloc=current, struck_at__isnull=True).exists():
        raise Refused(_("Others are in it: it must be a bloc or a union."), field="kind")
    changes = {key: None if value == getattr(current, key) else value for key, value in wanted.items()}
    if any(value is not None for value in changes.values()):
        record(by, PartyChanged(party=party, **changes))


@applies(PartyChanged)
def _apply_party_changed(stated: PartyChanged, recorded: Recorded) -> None:
    row = Party.objects.get(id=stated.party)
    for field in ("kind", "name", "iso3", "region"):
        if getattr(stated, field) is not None:
            setattr(row, field, getattr(stated, field))
    row.save()


# --- duplicates ---


@act("members.merge_parties", may=(SECRETARY,), records=(PartiesMerged, RoleEnded, RoleGranted))
def merge_parties(*, by: Actor, party: str, kept: str, reason: str) -> None:
    """Merge a duplicate into the entry that is kept. What was entered there moves; the old address leads to the kept one."""
    old, new = the_party(party), the_party(kept, "kept")
    problems = _clashes(old, new)
    if problems:
        raise Refused(" ".join(problems), field="kept")
    why = reason_of(reason)
    grants: dict[str, str] = {}
    for grant in _roles_at(old):
        grants[grant.id] = new_id(by.now)
        ended = RoleEnded(grant=grant.id, person=grant.person_id, role=grant.role, at=grant.at, reason=why)
        record(by, ended)
        held = RoleGranted(
            grant=grants[grant.id],
            person=grant.person_id,
            role=grant.role,
            at=str(new.ref),
            term_ends=grant.term_ends,
            reason=why,
        )
        record(by, held)
    merged = PartiesMerged(
        party=old.id,
        kept=new.id,
        iso3=new.iso3 or old.iso3,
        region=new.region or old.region,
        grants=grants,
        reason=why,
    )
    record(by, merged)


_MOVED = (
    (StatusFact, "party"),
    (StatusFact, "predecessor"),
    (Contest, "party"),
    (Contest, "on_behalf_of"),
    (Credential, "party"),
    (Declaration, "party"),
    (Objection, "party"),
    (Term, "party"),
    (BlocMembership, "party"),
    (BlocMembership, "bloc"),
    (Assessment, "party"),
    (Payment, "party"),
    (Party, "merged_into"),
)


@applies(PartiesMerged)
def _apply_parties_merged(stated: PartiesMerged, recorded: Recorded) -> None:
    for model, field in _MOVED:
        model._default_manager.filter(**{field: stated.party}).update(**{field: stated.kept})
    for old, new in stated.grants.items():
        Term.objects.filter(grant=old).update(grant=new)
    Party.objects.filter(id=stated.party).update(merged_into=stated.kept)
    Party.objects.filter(id=stated.kept).update(iso3=stated.iso3, region=stated.region)


def _roles_at(party: Party) -> list[Grant]:
    return list(Grant.objects.filter(at=str(party.ref), until__isnull=True).order_by("id"))


def _clashes(old: Party, new: Party) -> list[str]:
    """Why two entries cannot be one, all reasons at once."""
    if old.id == new.id:
        return [_("An entry cannot be merged into itself.")]
    problems = []
    if old.kind != new.kind:
        problems.append(_("They are of different kinds."))
    if old.iso3 and new.iso3 and old.iso3 != new.iso3:
        problems.append(_("They have different country codes."))
    facts = steps_of([old.id, new.id])
    try:
        check(row.happened() for rows in facts.values() for row in rows)
    except OutOfOrder as error:
        problems.append(
            _("Both histories in one would be out of order: “%(step)s”. %(why)s Retract what was entered twice.")
            % {"step": error.step.step.label, "why": error.sentence}
        )
    if any(row.predecessor_id in {old.id, new.id} for rows in facts.values() for row in rows):
        problems.append(_("One succeeded to the other."))
    problems += _clashes_of_blocs(old, new)
    assessed = Assessment.objects.filter(superseded_at__isnull=True)
    years = [set(assessed.filter(party=it).values_list("year", flat=True)) for it in (old, new)]
    if both := years[0] & years[1]:
        problems.append(_("Both have dues assessed for %(years)s.") % {"years": several(sorted(both))})
    objected = Objection.objects.filter(struck_at__isnull=True)
    if objected.filter(Q(party=old, declaration__party=new) | Q(party=new, declaration__party=old)).exists():
        problems.append(_("One objected to the other."))
    return problems + _clashes_of_delegations(old, new)


def _clashes_of_blocs(old: Party, new: Party) -> list[str]:
    memberships = BlocMembership.objects.filter(struck_at__isnull=True)
    problems = []
    if memberships.filter(Q(party=old, bloc=new) | Q(party=new, bloc=old)).exists():
        problems.append(_("One is in the other."))
    for side, other in (("party", "bloc"), ("bloc", "party")):
        ours, theirs = (list(memberships.filter(**{side: it}).select_related(other)) for it in (old, new))
        for one in ours:
            same = [two for two in theirs if getattr(one, f"{other}_id") == getattr(two, f"{other}_id")]
            if any(overlap(one.since, one.until, two.since, two.until) for two in same):
                words = {"other": name_now(getattr(one, other))}
                problems += [_("Both have a membership with %(other)s at the same time: strike one.") % words]
    return problems


def _clashes_of_delegations(old: Party, new: Party) -> list[str]:
    problems = []
    roles = [{(grant.person_id, grant.role) for grant in _roles_at(it)} for it in (old, new)]
    if roles[0] & roles[1]:
        problems.append(_("Somebody holds the same role in both delegations: end one."))
    heads = Term.objects.filter(role=HEAD_OF_DELEGATION.name, recalled_on__isnull=True)
    ours, theirs = (list(heads.filter(party=it)) for it in (old, new))
    if any(overlap(one.since, one.until, two.since, two.until) for one in ours for two in theirs):
        problems.append(_("Both have a head of delegation at the same time: recall one."))
    return problems


def overlap(since: date | None, until: date | None, other_since: date | None, other_until: date | None) -> bool:
    """Whether two spans of days, both ends included, have a day in common; None: open."""
    return (since or date.min) <= (other_until or date.max) and (other_since or date.min) <= (until or date.max)


# --- what was entered in error ---

REGISTERS: dict[str, tuple[type[Any], str, str]] = {
    "credential": (Credential, "party", MEMBERS),
    "declaration": (Declaration, "party", PUBLIC),
    "objection": (Objection, "party", PUBLIC),
    "bloc_membership": (BlocMembership, "party", PUBLIC),
    "opt_out": (OptOut, "membership", PUBLIC),
    "payment": (Payment, "party", MEMBERS),
}
"""The smaller registers: their table, the way towards the party, who may read that an entry was struck."""


@act("members.strike_entry", may=(SECRETARY, DEPOSITARY), records=(EntryStruck,))
def strike_entry(*, by: Actor, kind: str, entry: str, reason: str) -> None:
    """Strike an entry of one of the smaller registers that was made in error. It stays in the record, as struck."""
    if kind not in REGISTERS:
        raise NotFound(_("There is no such register."))
    model, way, audience = REGISTERS[kind]
    row = by_id(model.objects.filter(struck_at__isnull=True).select_related(way), entry)
    if row is None:
        raise NotFound(_("There is no such entry, or it was struck already."))
    if kind == "credential" and StatusFact.objects.filter(credential=entry, superseded_at__isnull=True).exists():
        raise Refused(_("A signature or deposit names it: correct that first."))
    if kind == "declaration" and Objection.objects.filter(declaration=entry, struck_at__isnull=True).exists():
        raise Refused(_("Others objected to it: strike the objections first."))
    why = reason_of(reason)
    party = row.membership.party_id if kind == "opt_out" else row.party_id
    record(by, EntryStruck(party=party, register=kind, entry=entry, reason=why, readable_by=audience))


@applies(EntryStruck)
def _apply_entry_struck(stated: EntryStruck, recorded: Recorded) -> None:
    model = REGISTERS[stated.register][0]
    model.objects.filter(id=stated.entry).update(struck_at=recorded.time, struck_reason=stated.reason)


# --- checks ---


def _code(iso3: str, kind: PartyKind) -> str:
    code = iso3.strip().upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise Refused(_("A country code is three letters (ISO 3166-1 alpha-3), for example KEN."), field="iso3")
    if code and kind is not PartyKind.STATE:
        raise Refused(_("Only states have a country code."), field="iso3")
    return code


def _region(code: str) -> str:
    if code and not regions.is_region(code):
        raise Refused(_("This is no region of the M49 standard that is in use here."), field="region")
    return code


def _check_named(called: Text, code: str) -> None:
    if called or (code and country_name(code, "en")):
        return
    if code:
        raise Refused(_("No name is known for this country code: give one."), field="name")
    raise Refused(_("Give a name, or the code of a country."), field="name")


def _check_new(called: Text, code: str, kind: PartyKind, but: Party | None = None) -> None:
    """Refuse a second entry for a country, or for a name among those of a kind."""
    others = Party.objects.filter(merged_into__isnull=True).exclude(id=but.id if but else "")
    if code and others.filter(iso3=code).exists():
        raise Refused(_("There is an entry for this country already."), field="iso3")
    if called and (but is None or called != but.name or kind != but.kind):
        names = {row.name.original.casefold() for row in others.filter(kind=kind)}
        if called.original.casefold() in names:
            raise Refused(_("There is an entry of this kind with this name already."), field="name")
