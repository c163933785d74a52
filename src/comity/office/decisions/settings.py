"""Settings of the organisation that the decisions office declares: by which clock silence procedures run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from comity.office.charter.queries import setting
from comity.office.charter.settings import NAMING, Declared, declare
from comity.office.members.names import state_name


class Clock(BaseModel):
    """By which calendar those are reckoned who have none, and whether clocks run faster.

    seat: ISO 3166 alpha-3 code of the country of the seat, empty: Coordinated Universal Time with Saturday and Sunday off.
    day_seconds: for demonstrations, how many seconds a day of 24 hours lasts; None: clocks run as they do. Heeded only by an
    organisation that is a demonstration.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    seat: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    day_seconds: int | None = Field(default=None, ge=1, le=86_400)


NO_SEAT = _("not set: Coordinated Universal Time, Saturday and Sunday off")


def _told(clock: Clock) -> Iterator[tuple[str | Promise, str]]:
    """The seat and the pace, in words."""
    yield _("Country of the seat"), state_name(clock.seat, setting(NAMING)) if clock.seat else str(NO_SEAT)
    pace = _("24 hours") if clock.day_seconds is None else _("%(seconds)d s, in a demonstration")
    yield _("How long a day lasts"), str(pace) % {"seconds": clock.day_seconds}


CLOCK = declare(
    Declared(
        "clock",
        Clock,
        _("Clock of silence procedures"),
        _("The country whose calendar serves members without one of their own; and faster clocks, for demonstrations."),
        _told,
    )
)
