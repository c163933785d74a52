"""Filters for templates: choices, verdicts and lists of names in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from comity.office.decisions.words import choice_word, engine_language, part_word, verdict_word
from comity.rules.words import listed

register = template.Library()


@register.filter
def choice(value: str) -> str:
    """A choice in words."""
    return choice_word(value)


@register.filter
def verdict(value: str) -> str:
    """What came out, in words; empty where nothing did."""
    return verdict_word(value) if value else ""


@register.filter
def part(reference: str) -> str:
    """What a part is called, in words."""
    return part_word(reference)


@register.filter
def names(several: Iterable[str]) -> SafeString:
    """Names one after another, each in its own direction, with the comma of the reader's language."""
    return format_html_join(
        listed(["", ""], engine_language()), '<bdi dir="auto">{}</bdi>', ((one,) for one in several)
    )
