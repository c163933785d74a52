"""Controls of forms, as Django renders them; choices without its templates.

Django renders each choice of a list through three nested templates. A list of all countries, or of all kinds of events, then takes a
quarter of the time of the page on which it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"


class Renderer(DjangoTemplates):
    """Renders what Django's templates would, character for character."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> SafeString:
    parts = [format_html('<select name="{}"{}>', widget["name"], _attributes(widget["attrs"]))]
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(format_html('\n  <optgroup label="{}">', group))
        parts.append(
            format_html_join(
                "",
                '\n  <option value="{}"{}>{}</option>\n',
                ((str(one["value"]), _attributes(one["attrs"]), one["label"]) for one in options),
            )
        )
        if group:
            parts.append(mark_safe("\n  </optgroup>"))
    return mark_safe("".join(parts) + "\n</select>")


def _attributes(given: Mapping[str, Any]) -> SafeString:
    """Attributes of an element; True stands for its name alone, False for none."""
    return mark_safe(
        "".join(
            f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
            for name, value in given.items()
            if value is not False
        )
    )
