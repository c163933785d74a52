"""Classes of rights: what each party may do by its status, and what else bears on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.office.charter.queries import setting
from comity.office.members.queries.dues import DuesOfYear
from comity.office.members.settings import RIGHTS
from comity.office.members.treaty import Standing
from comity.office.members.vocabulary import Right, Status


@dataclass(frozen=True, slots=True)
class HeldRight:
    """Whether a right is held, and what that comes from. contested: with contested facts left out the answer is another."""

    right: Right
    held: bool
    contested: bool
    because: str


def rights(of_all: Standing, sure: Standing) -> list[HeldRight]:
    """The rights that a party's status gives, contested facts counted, by the organisation's table. One query."""
    table = setting(RIGHTS)

    def gives(status: Status, right: Right) -> bool:
        return right in table.by_status.get(status, ())

    because = _("as “%(status)s”") % {"status": of_all.status.label}
    return [
        HeldRight(right, gives(of_all.status, right), gives(of_all.status, right) != gives(sure.status, right), because)
        for right in Right
    ]


def notes_on_rights(years: Sequence[DuesOfYear]) -> list[str]:
    """What else bears on rights. Arrears are a note: no right is lost by itself."""
    return [
        _("Dues for %(year)d are in arrears: %(open)s. Whether a right is lost is for the organisation to decide.")
        % {"year": year.assessment.year, "open": year.told["open"]}
        for year in years
        if year.in_arrears
    ]
