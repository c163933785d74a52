"""Checks that several acts of this office make: the party is there, a choice is one, a day is possible, a source is named."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line
from comity.office.members.models import Party
from comity.office.members.queries.parties import by_id, party_names

C = TypeVar("C", bound=TextChoices)

FIRST_DAY = date(1800, 1, 1)
"""Nothing in the register is older; a date before it is a slip of the pen."""
LAST_DAY = date(2200, 1, 1)


def the_party(key: str, field: str | None = None) -> Party:
    """The party. Raises NotFound, or Refused if a form asked for it in `field`, or for a duplicate's entry."""
    current = by_id(Party.objects.all(), key)
    if current is None:
        if field:
            raise Refused(_("There is no such party."), field=field)
        raise NotFound(_("There is no such party."))
    if current.merged_into_id is not None:
        kept = party_names([current.merged_into_id])[current.merged_into_id]
        raise Refused(_("This entry was merged into %(kept)s: act there.") % {"kept": kept}, field=field)
    return current


def name(current: Party) -> str:
    """A party's name in the language of whoever acts, for sentences."""
    return party_names([current.id])[current.id]


def one_of(choices: type[C], value: str, field: str) -> C:
    """A closed choice by its value. Raises Refused."""
    if value not in choices.values:
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": value[:50]}, field=field)
    return choices(value)


def source_of(text: str, field: str = "source") -> str:
    """Where a fact is from. Raises Refused if nothing is named."""
    return clean_line(text, most=500, field=field)


def reason_of(text: str, field: str = "reason") -> str:
    """Why. Raises Refused if nothing is said."""
    return clean_line(text, most=500, field=field)


def possible(day: date, field: str) -> date:
    """A day that can stand in the register. Raises Refused."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(_("Days in the register lie between 1800 and 2200."), field=field)
    return day


def past(day: date, by: Actor, field: str) -> date:
    """A day that has come. Raises Refused."""
    if possible(day, field) > by.now.date():
        raise Refused(_("This day has not come yet: enter it when it has happened."), field=field)
    return day


def ordered(since: date | None, until: date | None, field: str) -> None:
    """Refuse an end before its beginning."""
    if since is not None and until is not None and until < since:
        raise Refused(_("The end lies before the beginning."), field=field)
