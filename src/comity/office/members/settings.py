"""Settings of the organisation that the members office declares: which status gives which rights. A charter may rule otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from comity.office.charter.settings import Declared, declare
from comity.office.members.vocabulary import Right, Status

_EVERY = (Right.SPEAK, Right.PROPOSE, Right.VOTE, Right.BE_ELECTED)
_BEFORE = (Right.SPEAK, Right.PROPOSE)


class Rights(BaseModel):
    """Rights by status; a status that is not named has none. source: the rule that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by_status: dict[Status, tuple[Right, ...]] = Field(
        default={
            Status.OBSERVER: (Right.SPEAK,),
            Status.SIGNED: _BEFORE,
            Status.PROVISIONAL: _BEFORE,
            Status.RATIFIED: _BEFORE,
            Status.ACCEPTED: _BEFORE,
            Status.APPROVED: _BEFORE,
            Status.ACCEDED: _BEFORE,
            Status.SUCCEEDED: _BEFORE,
            Status.UNDATED: _EVERY,
            Status.IN_FORCE: _EVERY,
            Status.SUSPENDED: (Right.SPEAK,),
        }
    )
    source: str = Field(default="", max_length=500)


def _told(rights: Rights) -> Iterator[tuple[str | Promise, str]]:
    """Each status with its rights, in words."""
    for status, given in rights.by_status.items():
        yield status.label, " · ".join(str(right.label) for right in given) or str(_("none"))
    if rights.source:
        yield _("Source"), rights.source


RIGHTS = declare(
    Declared(
        "rights",
        Rights,
        _("Classes of rights"),
        _("Which rights each status gives, until the rules of procedure say."),
        _told,
    )
)
