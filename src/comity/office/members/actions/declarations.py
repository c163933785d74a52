"""Acts on reservations, declarations and objections, as the depositary receives them (Vienna Convention, articles 19 to 23)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.members.actions.checks import name, one_of, past, source_of, the_party
from comity.office.members.events.declarations import (
    DeclarationMade,
    DeclarationWithdrawn,
    ObjectionMade,
    ObjectionWithdrawn,
)
from comity.office.members.models import Declaration, Objection, Party
from comity.office.members.queries.parties import by_id
from comity.office.members.queries.status import picture
from comity.office.members.roles import DEPOSITARY
from comity.office.members.vocabulary import DeclarationKind

TEXT = 20_000


@act("members.declare", may=(SECRETARY, DEPOSITARY), records=(DeclarationMade,))
def declare(
    *, by: Actor, party: str, kind: str, provision: str = "", text: Text, made_on: date, source: str
) -> Declaration:
    """Enter a reservation or declaration that a party made when it signed, when it deposited its instrument, or later."""
    current = the_party(party)
    what = one_of(DeclarationKind, kind, "kind")
    day = past(made_on, by, "made_on")
    _check_takes_part(current, day)
    where = clean_line(provision, most=200, field="provision", empty=True)
    if what is DeclarationKind.RESERVATION and not where:
        raise Refused(_("A reservation is to something: name the provision."), field="provision")
    declaration = new_id(by.now)
    made = DeclarationMade(
        declaration=declaration,
        party=current.id,
        kind=what.value,
        provision=where,
        text=clean_original(text, most=TEXT, field="text"),
        made_on=day,
        source=source_of(source),
    )
    record(by, made)
    return Declaration.objects.get(id=declaration)


@applies(DeclarationMade)
def _apply_declaration_made(stated: DeclarationMade, recorded: Recorded) -> None:
    Declaration.objects.create(
        id=stated.declaration,
        party_id=stated.party,
        kind=stated.kind,
        provision=stated.provision,
        text=stated.text,
        made_on=stated.made_on,
        source=stated.source,
        recorded_at=recorded.time,
    )


@act("members.withdraw_declaration", may=(SECRETARY, DEPOSITARY), records=(DeclarationWithdrawn,))
def withdraw_declaration(*, by: Actor, declaration: str, withdrawn_on: date, source: str) -> None:
    """Enter that a party took back what it had declared."""
    current = _declaration(declaration)
    day = past(withdrawn_on, by, "withdrawn_on")
    if day < current.made_on:
        raise Refused(_("It cannot be withdrawn before it was made."), field="withdrawn_on")
    withdrawn = DeclarationWithdrawn(
        declaration=declaration, party=current.party_id, withdrawn_on=day, source=source_of(source)
    )
    record(by, withdrawn)


@applies(DeclarationWithdrawn)
def _apply_declaration_withdrawn(stated: DeclarationWithdrawn, recorded: Recorded) -> None:
    Declaration.objects.filter(id=stated.declaration).update(withdrawn_on=stated.withdrawn_on)


@act("members.object_to", may=(SECRETARY, DEPOSITARY), records=(ObjectionMade,))
def object_to(
    *,
    by: Actor,
    declaration: str,
    party: str,
    text: Text,
    made_on: date,
    bars_force: bool = False,
    source: str,
) -> Objection:
    """Enter that a party objects to what another declared; bars_force: so that the agreement is not in force between the two."""
    against, current = _declaration(declaration), the_party(party, "party")
    if current.id == against.party_id:
        raise Refused(_("A party does not object to its own declaration; it can withdraw it."), field="party")
    day = past(made_on, by, "made_on")
    if day < against.made_on:
        raise Refused(_("Nobody can object before the declaration was made."), field="made_on")
    _check_takes_part(current, day)
    if Objection.objects.filter(
        declaration=against, party=current, withdrawn_on__isnull=True, struck_at__isnull=True
    ).exists():
        raise Refused(_("%(party)s objects to it already.") % {"party": name(current)}, field="party")
    objection = new_id(by.now)
    made = ObjectionMade(
        objection=objection,
        declaration=declaration,
        declared_by=against.party_id,
        party=current.id,
        text=clean_original(text, most=TEXT, field="text"),
        made_on=day,
        bars_force=bars_force,
        source=source_of(source),
    )
    record(by, made)
    return Objection.objects.get(id=objection)


@applies(ObjectionMade)
def _apply_objection_made(stated: ObjectionMade, recorded: Recorded) -> None:
    Objection.objects.create(
        id=stated.objection,
        declaration_id=stated.declaration,
        party_id=stated.party,
        text=stated.text,
        made_on=stated.made_on,
        bars_force=stated.bars_force,
        source=stated.source,
        recorded_at=recorded.time,
    )


@act("members.withdraw_objection", may=(SECRETARY, DEPOSITARY), records=(ObjectionWithdrawn,))
def withdraw_objection(*, by: Actor, objection: str, withdrawn_on: date, source: str) -> None:
    """Enter that a party took its objection back."""
    standing = Objection.objects.filter(withdrawn_on__isnull=True, struck_at__isnull=True)
    current = by_id(standing.select_related("declaration"), objection)
    if current is None:
        raise NotFound(_("There is no such objection, or it was withdrawn."))
    day = past(withdrawn_on, by, "withdrawn_on")
    if day < current.made_on:
        raise Refused(_("It cannot be withdrawn before it was made."), field="withdrawn_on")
    withdrawn = ObjectionWithdrawn(
        objection=objection,
        declaration=current.declaration_id,
        declared_by=current.declaration.party_id,
        party=current.party_id,
        withdrawn_on=day,
        source=source_of(source),
    )
    record(by, withdrawn)


@applies(ObjectionWithdrawn)
def _apply_objection_withdrawn(stated: ObjectionWithdrawn, recorded: Recorded) -> None:
    Objection.objects.filter(id=stated.objection).update(withdrawn_on=stated.withdrawn_on)


def _declaration(key: str) -> Declaration:
    found = by_id(Declaration.objects.filter(withdrawn_on__isnull=True, struck_at__isnull=True), key)
    if found is None:
        raise NotFound(_("There is no such declaration, or it was withdrawn."))
    return found


def _check_takes_part(current: Party, day: date) -> None:
    """Refuse who has neither signed nor deposited an instrument by then."""
    at = picture(day).standing(current.id).position
    if at.signed is None and at.instrument is None:
        raise Refused(
            _("%(party)s has neither signed nor deposited an instrument by then: that comes first.")
            % {"party": name(current)},
            field="party",
        )
