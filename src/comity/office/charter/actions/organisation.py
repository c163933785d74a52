"""Acts on the organisation itself: founding, founding texts, bodies, settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import ADMINISTRATOR, SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.charter.events import (
    BodyChanged,
    BodyDissolved,
    BodyEstablished,
    OrganisationChanged,
    OrganisationFounded,
    SettingChanged,
    TenetAdopted,
    TenetChanged,
    TenetWithdrawn,
)
from comity.office.charter.models import Body, Certainty, Organisation, Setting, Tenet, TenetKind
from comity.office.charter.settings import SETTINGS

# --- the organisation ---


@act("charter.found", may=(ADMINISTRATOR,), records=(OrganisationFounded,))
def found(
    *,
    by: Actor,
    name: Text,
    short_name: str,
    seat: Text | None = None,
    purpose: Text | None = None,
    demonstration: bool = False,
) -> Organisation:
    """Open the record of the organisation that this site serves. Once."""
    if Organisation.objects.exists():
        raise Refused(_("This site serves an organisation already; it can be changed, not founded twice."))
    record(
        by,
        OrganisationFounded(
            organisation=new_id(by.now),
            name=clean_original(name, most=200, field="name"),
            short_name=clean_line(short_name, most=40, field="short_name"),
            seat=clean_original(seat or Text(), most=200, field="seat", empty=True),
            purpose=clean_original(purpose or Text(), most=5000, field="purpose", empty=True),
            demonstration=demonstration,
        ),
    )
    return Organisation.objects.get()


@applies(OrganisationFounded)
def _apply_organisation_founded(stated: OrganisationFounded, recorded: Recorded) -> None:
    Organisation.objects.create(
        id=stated.organisation,
        name=stated.name,
        short_name=stated.short_name,
        seat=stated.seat,
        purpose=stated.purpose,
        demonstration=stated.demonstration,
        founded_at=recorded.time,
    )


@act("charter.change_organisation", may=(SECRETARY,), records=(OrganisationChanged,))
def change_organisation(
    *,
    by: Actor,
    name: Text | None = None,
    short_name: str | None = None,
    seat: Text | None = None,
    purpose: Text | None = None,
    seen: int | None = None,
) -> None:
    """Change the organisation's names, seat or purpose; None leaves a thing as it is."""
    current = the_organisation()
    unchanged(current.ref, seen)
    wanted = {
        "name": None if name is None else clean_original(name, most=200, field="name"),
        "short_name": None if short_name is None else clean_line(short_name, most=40, field="short_name"),
        "seat": None if seat is None else clean_original(seat, most=200, field="seat", empty=True),
        "purpose": None if purpose is None else clean_original(purpose, most=5000, field="purpose", empty=True),
    }
    if changes := _changed(current, wanted):
        record(by, OrganisationChanged(organisation=current.id, **changes))


@applies(OrganisationChanged)
def _apply_organisation_changed(stated: OrganisationChanged, recorded: Recorded) -> None:
    row = Organisation.objects.get(id=stated.organisation)
    _set(row, name=stated.name, short_name=stated.short_name, seat=stated.seat, purpose=stated.purpose)


# --- founding texts ---


@act("charter.adopt_tenet", may=(SECRETARY,), records=(TenetAdopted,))
def adopt_tenet(
    *, by: Actor, kind: str, number: int, title: Text, text: Text | None = None, certainty: str, source: str = ""
) -> Tenet:
    """Enter a principle, a work area or a point of the plan."""
    if kind not in TenetKind.values:
        raise Refused(_("This is no kind of founding text."), field="kind")
    if certainty not in Certainty.values:
        raise Refused(_("Say how well the wording is known."), field="certainty")
    if not 1 <= number <= 999:
        raise Refused(_("Numbers go from 1 to 999."), field="number")
    if Tenet.objects.filter(kind=kind, number=number, withdrawn_at__isnull=True).exists():
        raise Refused(_("There is a founding text with this number already."), field="number")
    tenet = new_id(by.now)
    record(
        by,
        TenetAdopted(
            tenet=tenet,
            kind=kind,
            number=number,
            title=clean_original(title, most=300, field="title"),
            text=clean_original(text or Text(), most=20_000, field="text", empty=True),
            certainty=certainty,
            source=clean_line(source, most=500, field="source", empty=True),
        ),
    )
    return Tenet.objects.get(id=tenet)


@applies(TenetAdopted)
def _apply_tenet_adopted(stated: TenetAdopted, recorded: Recorded) -> None:
    Tenet.objects.create(
        id=stated.tenet,
        kind=stated.kind,
        number=stated.number,
        title=stated.title,
        text=stated.text,
        certainty=stated.certainty,
        source=stated.source,
    )


@act("charter.change_tenet", may=(SECRETARY,), records=(TenetChanged,))
def change_tenet(
    *,
    by: Actor,
    tenet: str,
    title: Text | None = None,
    text: Text | None = None,
    certainty: str | None = None,
    source: str | None = None,
    seen: int | None = None,
) -> None:
    """Correct a founding text; None leaves a thing as it is."""
    current = _tenet(tenet)
    unchanged(current.ref, seen)
    if certainty is not None and certainty not in Certainty.values:
        raise Refused(_("Say how well the wording is known."), field="certainty")
    wanted = {
        "title": None if title is None else clean_original(title, most=300, field="title"),
        "text": None if text is None else clean_original(text, most=20_000, field="text", empty=True),
        "certainty": certainty,
        "source": None if source is None else clean_line(source, most=500, field="source", empty=True),
    }
    if changes := _changed(current, wanted):
        record(by, TenetChanged(tenet=tenet, **changes))


@applies(TenetChanged)
def _apply_tenet_changed(stated: TenetChanged, recorded: Recorded) -> None:
    row = Tenet.objects.get(id=stated.tenet)
    _set(row, title=stated.title, text=stated.text, certainty=stated.certainty, source=stated.source)


@act("charter.withdraw_tenet", may=(SECRETARY,), records=(TenetWithdrawn,))
def withdraw_tenet(*, by: Actor, tenet: str, reason: str) -> None:
    """Let a founding text no longer stand; the record keeps it."""
    _tenet(tenet)
    record(by, TenetWithdrawn(tenet=tenet, reason=clean_line(reason, most=500, field="reason")))


@applies(TenetWithdrawn)
def _apply_tenet_withdrawn(stated: TenetWithdrawn, recorded: Recorded) -> None:
    Tenet.objects.filter(id=stated.tenet).update(withdrawn_at=recorded.time)


# --- bodies ---


@act("charter.establish_body", may=(SECRETARY,), records=(BodyEstablished,))
def establish_body(
    *,
    by: Actor,
    name: Text,
    abbreviation: str = "",
    mandate: Text | None = None,
    parent: str | None = None,
    rank: int = 0,
    established_on: date,
) -> Body:
    """Establish a body, at the top or under another."""
    above = _running_body(parent, field="parent") if parent else None
    if above is not None and above.established_on > established_on:
        raise Refused(_("A body cannot be older than the one above it."), field="established_on")
    body = new_id(by.now)
    record(
        by,
        BodyEstablished(
            body=body,
            parent=above.id if above else None,
            name=clean_original(name, most=200, field="name"),
            abbreviation=clean_line(abbreviation, most=20, field="abbreviation", empty=True),
            mandate=clean_original(mandate or Text(), most=20_000, field="mandate", empty=True),
            rank=_rank(rank),
            established_on=established_on,
        ),
    )
    return Body.objects.get(id=body)


@applies(BodyEstablished)
def _apply_body_established(stated: BodyEstablished, recorded: Recorded) -> None:
    Body.objects.create(
        id=stated.body,
        parent_id=stated.parent,
        name=stated.name,
        abbreviation=stated.abbreviation,
        mandate=stated.mandate,
        rank=stated.rank,
        established_on=stated.established_on,
    )


@act("charter.change_body", may=(SECRETARY,), records=(BodyChanged,))
def change_body(
    *,
    by: Actor,
    body: str,
    name: Text | None = None,
    abbreviation: str | None = None,
    mandate: Text | None = None,
    parent: str | None = None,
    rank: int | None = None,
    seen: int | None = None,
) -> None:
    """Change a body's name, mandate or place; None leaves a thing as it is, parent "" puts it at the top."""
    current = _running_body(body)
    unchanged(current.ref, seen)
    if parent:
        above: Body | None = _running_body(parent, field="parent")
        while above is not None:
            if above.id == body:
                raise Refused(_("A body cannot stand under itself."), field="parent")
            above = above.parent
    wanted = {
        "name": None if name is None else clean_original(name, most=200, field="name"),
        "abbreviation": None
        if abbreviation is None
        else clean_line(abbreviation, most=20, field="abbreviation", empty=True),
        "mandate": None if mandate is None else clean_original(mandate, most=20_000, field="mandate", empty=True),
        "rank": None if rank is None else _rank(rank),
    }
    changes = _changed(current, wanted)
    moved = parent if parent is not None and parent != (current.parent_id or "") else None
    if any(value is not None for value in changes.values()) or moved is not None:
        empty: dict[str, Any] = dict.fromkeys(wanted)
        record(by, BodyChanged(body=body, parent=moved, **(changes or empty)))


@applies(BodyChanged)
def _apply_body_changed(stated: BodyChanged, recorded: Recorded) -> None:
    row = Body.objects.get(id=stated.body)
    if stated.parent is not None:
        row.parent_id = stated.parent or None
    _set(row, name=stated.name, abbreviation=stated.abbreviation, mandate=stated.mandate, rank=stated.rank)


@act("charter.dissolve_body", may=(SECRETARY,), records=(BodyDissolved,))
def dissolve_body(*, by: Actor, body: str, dissolved_on: date, reason: str) -> None:
    """End a body. Its papers and its place in the record stay."""
    current = _running_body(body)
    if Body.objects.filter(parent=current, dissolved_on__isnull=True).exists():
        raise Refused(_("Other bodies stand under it: dissolve or move them first."))
    if dissolved_on < current.established_on:
        raise Refused(_("A body cannot end before it was established."), field="dissolved_on")
    why = clean_line(reason, most=500, field="reason")
    record(by, BodyDissolved(body=body, dissolved_on=dissolved_on, reason=why))


@applies(BodyDissolved)
def _apply_body_dissolved(stated: BodyDissolved, recorded: Recorded) -> None:
    Body.objects.filter(id=stated.body).update(dissolved_on=stated.dissolved_on)


# --- settings ---


@act("charter.change_setting", may=(SECRETARY,), records=(SettingChanged,))
def change_setting(*, by: Actor, key: str, value: Mapping[str, Any], reason: str = "", seen: int | None = None) -> None:
    """Change a setting of the organisation."""
    declared = SETTINGS.get(key)
    if declared is None:
        raise NotFound(_("There is no such setting."))
    current = the_organisation()
    unchanged(current.ref, seen)
    try:
        checked = declared.adapter.dump_python(declared.read(_cleaned(value)), mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(
            _("The setting is not sound at “%(where)s”: %(what)s.") % {"where": where, "what": first["msg"]},
            field="value",
        ) from error
    if len(json.dumps(checked)) > LONGEST_SETTING:
        raise Refused(_("This is more than a setting holds."), field="value")
    why = clean_line(reason, most=500, field="reason", empty=True)
    record(by, SettingChanged(organisation=current.id, key=key, value=checked, reason=why))


LONGEST_SETTING = 200_000
_DEEPEST = 10


def _cleaned(value: Any, depth: int = 0) -> Any:
    """A setting's value with every text in it cleaned. Raises Refused."""
    if depth > _DEEPEST:
        raise Refused(_("This is nested too deeply."), field="value")
    if isinstance(value, str):
        return clean_line(value, most=500, field="value", empty=True)
    if isinstance(value, Mapping):
        return {_cleaned(str(key), depth + 1): _cleaned(inner, depth + 1) for key, inner in value.items()}
    return [_cleaned(inner, depth + 1) for inner in value] if isinstance(value, list | tuple) else value


@applies(SettingChanged)
def _apply_setting_changed(stated: SettingChanged, recorded: Recorded) -> None:
    Setting.objects.update_or_create(key=stated.key, defaults={"value": stated.value})


# --- checks ---


def the_organisation() -> Organisation:
    """The organisation. Raises Refused before it was founded."""
    current = Organisation.objects.first()
    if current is None:
        raise Refused(_("No organisation was founded here yet: an administrator does that first."))
    return current


def _tenet(key: str) -> Tenet:
    current = Tenet.objects.filter(id=key, withdrawn_at__isnull=True).first()
    if current is None:
        raise NotFound(_("There is no such founding text."))
    return current


def _running_body(key: str, field: str | None = None) -> Body:
    current = Body.objects.filter(id=key, dissolved_on__isnull=True).first()
    if current is None:
        if field:
            raise Refused(_("There is no such body, or it was dissolved."), field=field)
        raise NotFound(_("There is no such body, or it was dissolved."))
    return current


def _rank(rank: int) -> int:
    if not 0 <= rank <= 999:
        raise Refused(_("Ranks go from 0 to 999."), field="rank")
    return rank


def _changed(row: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted and different, None for the rest; empty if nothing is."""
    changes = {
        key: value if value is not None and value != getattr(row, key) else None for key, value in wanted.items()
    }
    return changes if any(value is not None for value in changes.values()) else {}


def _set(row: Any, **values: Any) -> None:
    for key, value in values.items():
        if value is not None:
            setattr(row, key, value)
    row.save()
