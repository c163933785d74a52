"""Words of meetings for templates: when one is held by the clock of its place, where a point of order stands."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from comity.office.meetings.models import Meeting, PointOfOrder
from comity.office.meetings.queries import screens
from comity.office.meetings.vocabulary import Ruling

register = template.Library()


@register.simple_tag
def when(current: Meeting, moment: datetime | None = None) -> SafeString:
    """When a meeting begins, or another moment of it, by the clock of its place."""
    stamp = (moment or current.starts_at).isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', stamp, screens.when(current, moment))


@register.simple_tag
def clock(current: Meeting, moment: datetime | None) -> SafeString:
    """The hour and minute of a moment by the clock of a meeting's place; nothing for None."""
    if moment is None:
        return mark_safe("")
    local = moment.astimezone(current.clock)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), local.strftime("%H:%M"))


@register.filter
def where_it_stands(row: PointOfOrder) -> str:
    """What has become of a point of order so far, in words."""
    if row.withdrawn_at is not None:
        return _("withdrawn")
    if row.overruled is not None:
        return _("the meeting overruled the chair") if row.overruled else _("the meeting upheld the ruling")
    if row.challenged_at is not None:
        return _("the ruling is challenged")
    return {
        Ruling.NONE: _("waits for the ruling"),
        Ruling.UPHELD: _("well taken, the chair ruled"),
        Ruling.REJECTED: _("not well taken, the chair ruled"),
    }[Ruling(row.ruling)]


@register.filter
def within(names: dict[str, str], key: str) -> str:
    """The entry of a mapping; empty if there is none."""
    return names.get(key, "")
