"""Filters for templates: choices and verdicts in the reader's language."""

from __future__ import annotations

from django import template

from comity.office.decisions.words import choice_word, verdict_word

register = template.Library()


@register.filter
def choice(value: str) -> str:
    """A choice in words."""
    return choice_word(value)


@register.filter
def verdict(value: str) -> str:
    """What came out, in words; empty where nothing did."""
    return verdict_word(value) if value else ""
