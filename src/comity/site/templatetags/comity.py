"""Words for templates: texts in several languages, things, sentences, dates and numbers by locale, form controls, panels.

Whatever users wrote is isolated (`<bdi>`, `dir="auto"`), so that a name in Arabic leaves the English around it in order. Wordings
that a machine made, that nobody read over, or whose original has changed carry a sign; the foot of the page says what each means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.numbers import format_decimal
from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from comity.groundwork.audiences import MEMBERS, PUBLIC, SECRETARIAT
from comity.groundwork.panels import panels_at
from comity.groundwork.queries import Entry, Thing
from comity.groundwork.refs import Ref
from comity.groundwork.roles import IMPLICIT, ROLES
from comity.groundwork.translated import Made, Shown, Text
from comity.office.charter import telling
from comity.site.locales import locale

register = template.Library()

# --- what users wrote ---

MARKS = {
    "machine": ("*", gettext_lazy("translated by a machine, not read over by a person")),
    "unread": ("°", gettext_lazy("translated by a person, not read over by another")),
    "stale": ("†", gettext_lazy("translated from an older wording of the original")),
}
"""Sign and meaning of each state of a wording that a reader should know of."""


def marks_of(shown: Shown) -> list[str]:
    """The states that a shown wording is in, by their keys in `MARKS`."""
    if shown.made is Made.ORIGINAL or not shown.text:
        return []
    unread = [] if shown.reviewed else ["machine" if shown.made is Made.MACHINE else "unread"]
    return [*unread, *(["stale"] if shown.stale else [])]


def _shown(value: Text | Shown | str | None) -> Shown | None:
    if isinstance(value, Text):
        return value.shown()
    return Shown(str(value), "", Made.ORIGINAL, False, True) if isinstance(value, str) else value


def _language(shown: Shown) -> SafeString:
    return format_html(' lang="{}"', shown.language) if shown.language else mark_safe("")


def _used(context: Context) -> set[str]:
    """The signs that the page has used so far; outside pages, in a mail say, nobody asks for them."""
    used = context.get("marks_used")
    return used if isinstance(used, set) else set()


def _signs(context: Context, shown: Shown) -> SafeString:
    """The signs of a wording; the page keeps which ones it used, for its legend."""
    states = marks_of(shown)
    if not states:
        return mark_safe("")
    _used(context).update(states)
    words = telling.several(MARKS[state][1] for state in states)
    signs = "".join(MARKS[state][0] for state in states)
    return format_html(
        '<sup class="sign" title="{0}"><span aria-hidden="true">{1}</span><span class="unseen"> ({0})</span></sup>',
        words,
        signs,
    )


@register.simple_tag(takes_context=True)
def text(context: Context, value: Text | Shown | str | None, marks: bool = True) -> SafeString:
    """A text in the reader's language, isolated and marked. marks=False: where signs would be in the way (a button, a list)."""
    shown = _shown(value)
    if shown is None or not shown.text:
        return mark_safe("")
    signs = _signs(context, shown) if marks else ""
    return format_html('<bdi{} dir="auto">{}</bdi>{}', _language(shown), shown.text, signs)


@register.simple_tag(takes_context=True)
def paragraphs(context: Context, value: Text | Shown | str | None) -> SafeString:
    """A long text: an empty line parts paragraphs, a single line end is kept. Each paragraph finds its own direction."""
    shown = _shown(value)
    if shown is None or not shown.text:
        return mark_safe("")
    parts = [part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", shown.text) if part.strip()]
    if not parts:
        return mark_safe("")
    lines = [mark_safe("<br>".join(escape(line) for line in part.split("\n"))) for part in parts]
    signs = [mark_safe("")] * (len(lines) - 1) + [_signs(context, shown)]
    body = format_html_join("\n", '<p dir="auto">{}{}</p>', zip(lines, signs, strict=True))
    return format_html('<div class="prose"{}>{}</div>', _language(shown), body)


@register.simple_tag(takes_context=True)
def legend(context: Context) -> list[tuple[str, str]]:
    """The signs that this page used, with their meanings. Ask for it at the foot."""
    used = _used(context)
    return [(sign, str(meaning)) for state, (sign, meaning) in MARKS.items() if state in used]


# --- things and what happened to them ---


@register.simple_tag
def thing(value: Thing | None) -> SafeString:
    """A thing by its name, leading to its page if it has one."""
    if value is None:
        return mark_safe("")
    name = format_html('<bdi dir="auto">{}</bdi>', value.name)
    return format_html('<a href="{}">{}</a>', value.url, name) if value.url else name


@register.simple_tag
def sentence(entry: Entry, here: Ref | None = None) -> SafeString:
    """What an event says, with links to the things that it is about; those that its words do not name stand behind it.

    here: the thing whose page this is, which needs no link.
    """
    things = [one for one in (*entry.about, entry.actor) if one is not None]
    places = {one.ref: number for number, one in reversed(list(enumerate(things)))}

    # Control characters cannot stand in what is stored, so a number between two of them can mean nothing but a thing's place.
    def token(ref: Ref) -> str:
        return f"\x02{places[ref]}\x03" if ref in places else str(ref)

    said = entry.fact.sentence(token) if entry.fact is not None else entry.sentence
    behind = []
    for one in entry.about:
        if one.url is None or one.ref == here or token(one.ref) in said:
            continue
        if one.name in said:
            said = said.replace(one.name, token(one.ref), 1)
        else:
            behind.append(one)

    def shown(found: re.Match[str]) -> str:
        one = things[int(found[1])]
        return thing(Thing(one.ref, one.name, None) if one.ref == here else one)

    words = mark_safe(re.sub("\x02([0-9]+)\x03", shown, escape(said)))
    return format_html(
        "{}{}", words, format_html_join("", ' <span class="also">{}</span>', ((thing(t),) for t in behind))
    )


@register.filter
def audience(name: str) -> str:
    """For whom something is, in words; empty for what anyone may read."""
    words = {PUBLIC: "", MEMBERS: _("for members"), SECRETARIAT: _("for the secretariat")}
    return words.get(name, _("for one delegation"))


@register.filter
def role(name: str) -> str:
    """The word for a role by its name."""
    found = ROLES.get(name) or IMPLICIT.get(name)
    return str(found.word) if found else name


@register.filter
def several(words: Iterable[object]) -> str:
    """Names or words one after another, with the comma of the reader's language."""
    return telling.several(words)


@register.simple_tag
def colon() -> str:
    """The colon of the reader's language, with the blanks around it there."""
    return pgettext("between a name and what is said of it", ": ")


@register.simple_tag
def comma(between: str = "parts") -> str:
    """The comma of the reader's language, with the blank that follows it there: between parts of a line, or those of a list."""
    return telling.several(("", "")) if between == "list" else pgettext("between two parts of a line", ", ")


@register.filter
def shape(value: Any) -> str:
    """Whether a JSON value is a `mapping`, a `list` or a `value`: templates cannot ask for types."""
    return "mapping" if isinstance(value, dict) else "list" if isinstance(value, list | tuple) else "value"


# --- dates and numbers by locale ---


def _date(value: date, form: str) -> str:
    if form == "medium":  # with the month's name, short: the CLDR's own "medium" is all figures in some languages
        return format_skeleton("yMMMd", value, locale=locale())
    return format_date(value, form, locale=locale())


@register.simple_tag
def day(value: date | datetime | None, form: str = "long") -> SafeString:
    """A date as the reader's language writes it; nothing for None. form: full, long, medium or short."""
    if value is None:
        return mark_safe("")
    plain = value.astimezone(UTC).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', plain.isoformat(), _date(plain, form))


@register.simple_tag
def moment(value: datetime | None, form: str = "long", zone: bool = True) -> SafeString:
    """A moment: date, hour and minute in UTC, which the record is kept in. The 24-hour clock in every language.

    zone=False: in lists, whose page says at its foot that times are in UTC.
    """
    if value is None:
        return mark_safe("")
    universal = value.astimezone(UTC)
    clock = format_time(time(universal.hour, universal.minute), "HH:mm", locale=locale())
    pattern = str(get_datetime_format("medium", locale=locale())).replace("'", "")
    words = pattern.format(clock, _date(universal.date(), form)) + (" UTC" if zone else "")
    stamp = universal.isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_html('<time datetime="{}">{}</time>', stamp, words)


@register.simple_tag
def number(value: float | Decimal | None) -> str:
    """A number as the reader's language writes it, in the digits that the CLDR names as usual; nothing for None."""
    return "" if value is None else format_decimal(value, locale=locale(), numbering_system="default")


# --- forms ---


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The control of a form field. What people write in it finds its own direction."""
    widget = field.field.widget
    attributes: dict[str, Any] = {}
    if type(widget) in {forms.TextInput, forms.Textarea} and "dir" not in widget.attrs:
        attributes["dir"] = "auto"
    if isinstance(widget, forms.Textarea):
        attributes |= {"rows": 7, "cols": None}
    return field.as_widget(attrs=attributes)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_tag
def current_value(field: BoundField) -> str:
    """What a field's thing reads now, if the form holds something else: shown when somebody else changed it meanwhile."""
    now, given = field.initial, str(field.value() or "").replace("\r\n", "\n").strip()
    if now is None or str(now) == given:
        return ""
    words = {str(key): str(word) for key, word in _flat(getattr(field.field, "choices", ()))}
    return words.get(str(now), str(now)) or _("(empty)")


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, word in choices:
        if isinstance(word, list | tuple):
            yield from word
        else:
            yield key, word


# --- panels of other offices ---


@register.simple_tag(takes_context=True)
def panels(context: Context, place: str, ref: Ref | None = None) -> SafeString:
    """The panels that offices registered for a place, for the thing whose page this is."""
    request = context["request"]
    parts = []
    for panel in panels_at(place):
        filled = panel.fill(request.actor, ref)
        if filled is not None:
            shared = {"marks_used": _used(context)}
            parts.append((mark_safe(render_to_string(panel.template, {**shared, **filled}, request)),))
    return format_html_join("\n", "{}", parts)
