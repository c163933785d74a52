"""What this office puts on pages of others: meetings on a body's page and the first page, and what waits for a delegation or a chair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.panels import HOME, Panel, Waiting, register_panel, waits
from comity.groundwork.refs import Ref
from comity.office.meetings.models import Meeting, PointOfOrder, Presence, Seat
from comity.office.meetings.queries.meetings import current, meetings_of
from comity.office.meetings.queries.presence import parties_of
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import RUNNING, Form, Ruling, Stage

MOST_OF_BODY = 10


def _of_body(actor: Actor, ref: Ref | None) -> dict[str, Any] | None:
    """On a body's page: its newest meetings, and the way to convene one. One query."""
    if ref is None:
        return None
    may = may_do(actor, "meetings.convene", body=ref.id)
    rows = meetings_of(ref.id, actor.reader)[:MOST_OF_BODY]
    address = reverse("meetings:convene", args=[ref.id]) if may else ""
    return {"rows": rows, "convene": address} if rows or may else None


def _running(actor: Actor, _ref: Ref | None) -> dict[str, Any] | None:
    """On the first page: meetings that are open. One query."""
    rows = current(actor.reader)
    return {"rows": rows} if rows else None


register_panel(Panel("charter.body", 30, "meetings/_of_body.html", _of_body))
register_panel(Panel(HOME, 20, "meetings/_running.html", _running))


@waits
def _to_sit_in(actor: Actor) -> Iterable[Waiting]:
    """A meeting that runs waits for a delegation that is not noted as present. Two queries for delegates, none for others."""
    parties = parties_of(actor)
    if not parties:
        return
    there = set(Presence.objects.filter(party__in=parties, until__isnull=True).values_list("meeting_id", "party_id"))
    seats = Seat.objects.filter(party__in=parties, meeting__stage__in=RUNNING).exclude(meeting__form=Form.WRITTEN)
    for seat in seats.select_related("meeting__body").order_by("meeting_id", "party_id"):
        if (seat.meeting_id, seat.party_id) not in there and actor.reader.may_read(seat.meeting.audience):
            sentence = _("%(body)s is meeting: say that your delegation is there") % {"body": seat.meeting.body.name}
            yield Waiting(sentence, reverse("meetings:here", args=[seat.meeting_id]))


@waits
def _to_rule_on(actor: Actor) -> Iterable[Waiting]:
    """Points of order wait for whoever is in the chair. One query for them, none for others."""
    at = [Ref.parse(place).id for role, place in actor.grants if role == PRESIDING.name and place]
    if not at:
        return
    waiting = PointOfOrder.objects.filter(meeting__in=at, ruling=Ruling.NONE, withdrawn_at__isnull=True)
    running = Meeting.objects.filter(id__in=waiting.values("meeting"), stage=Stage.OPEN)
    for row in running.order_by("id"):
        yield Waiting(_("A point of order waits for your ruling"), reverse("meetings:desk", args=[row.id]))
