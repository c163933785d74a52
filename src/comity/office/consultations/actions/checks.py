"""Checks that several acts of this office make: the consultation is there and at the right stage, a statement belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from comity.groundwork.ids import is_id
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line
from comity.office.charter.telling import several
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.vocabulary import Stage

C = TypeVar("C", bound=TextChoices)

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


def the_consultation(key: str, *stages: Stage) -> Consultation:
    """The consultation, at one of these stages (none given: at any). Raises NotFound, Refused."""
    current = Consultation.objects.filter(id=key).first() if is_id(key) else None
    if current is None:
        raise NotFound(_("There is no such consultation."))
    if stages and current.stage not in stages:
        raise Refused(
            _("This consultation is “%(stage)s”: this can be done while it is: %(stages)s.")
            % {"stage": Stage(current.stage).label, "stages": several(stage.label for stage in stages)}
        )
    return current


def the_statement(consultation: Consultation, key: str, field: str | None = None) -> Statement:
    """A statement of this consultation that was not erased. Raises NotFound, or Refused if a form asked for it in `field`."""
    found = None
    if is_id(key):
        found = Statement.objects.filter(id=key, consultation=consultation, erased_at__isnull=True).first()
    if found is None:
        sentence = _("There is no such statement in this consultation.")
        raise Refused(sentence, field=field) if field else NotFound(sentence)
    return found


def one_of(choices: type[C], value: str, field: str) -> C:
    """A closed choice by its value. Raises Refused."""
    if value not in choices.values:
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": value[:50]}, field=field)
    return choices(value)


def reason_of(text: str, *, empty: bool = False) -> str:
    """Why; for all to read. Raises Refused."""
    return clean_line(text, most=500, field="reason", empty=empty)


def possible(days: Iterable[tuple[date | None, str]]) -> None:
    """Refuse days that cannot be meant, and days out of their order. Raises Refused."""
    last: date | None = None
    for day, field in days:
        if day is None:
            continue
        if not FIRST_DAY <= day <= LAST_DAY:
            raise Refused(_("This day lies too far away: write the year with four digits."), field=field)
        if last is not None and day < last:
            raise Refused(_("This day lies before the one that must come first."), field=field)
        last = day
