"""Tags of pages that keep themselves current: `{% live_part %}`, `{% live %}` (docs/live-channel.md)."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from comity.groundwork.live import rendered
from comity.groundwork.refs import Ref

register = template.Library()


@register.simple_tag(takes_context=True)
def live_part(context: Context, name: str, ref: Ref) -> SafeString:
    """A part of a thing as it is now, kept current by the live channel; nothing if it is not for whoever reads the page."""
    made = rendered(name, ref, (get_language() or "en").split("-")[0])
    if made is None or not context["request"].actor.reader.may_read(made.audience):
        return mark_safe("")
    return format_html('<div data-part="{} {}">{}</div>', name, ref, mark_safe(made.html))


@register.simple_tag(takes_context=True)
def live(context: Context, after: int, quiet: bool = False) -> SafeString:
    """Keeps the parts of a page current. after: `live.newest()`, asked before anything else. quiet: nothing stands on the page for it.

    Stands once, at the end. Forms in parts carry no token of their own; they get that of this page, for whoever is signed in.
    """
    request = context["request"]
    known = request.actor.person_id is not None
    page: dict[str, Any] = {
        "after": after,
        "quiet": quiet,
        "token": get_token(request) if known else "",
        "language": (get_language() or "en").split("-")[0],
        "here": request.path,
    }
    return mark_safe(render_to_string("_live.html", page))
