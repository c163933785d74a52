"""Text in several languages: what was written, and what others made of it.

One wording is the original. Every other says who or what made it, from which original, and whether a person has read it over; when
the original changes, wordings made from the older one are stale: still shown, and marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language

from comity.groundwork.refs import Ref


class Made(StrEnum):
    """How a wording came about."""

    ORIGINAL = "original"
    PERSON = "person"
    MACHINE = "machine"


class State(StrEnum):
    """How a wording stands: the original, or made from today's original and read over; made from an older one; not read over."""

    SOUND = "sound"
    STALE = "stale"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language. of: digest of the original that it was made from, empty for the original itself.

    reviewed: a person who knows both languages has read it over.
    """

    text: str
    made: Made = Made.ORIGINAL
    of: str = ""
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A wording as chosen for a reader."""

    text: str
    language: str
    made: Made
    stale: bool
    reviewed: bool

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Text:
    """A text in its original language and others. wordings: by language code; empty: nothing was written yet."""

    original_language: str = "en"
    wordings: Mapping[str, Wording] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, language: str = "en", /, **others: str) -> Self:
        """An original, with wordings that people made of it: `Text.of("Council", "en", fr="Conseil")`."""
        made_from = digest(text)
        wordings = {language: Wording(text)}
        wordings |= {code: Wording(other, Made.PERSON, made_from) for code, other in others.items()}
        return cls(language, dict(sorted(wordings.items())))

    @classmethod
    def drafted(cls, text: str, language: str, others: Mapping[str, str]) -> Self:
        """An original, with wordings that a machine drafted and nobody has reviewed."""
        made_from = digest(text)
        wordings = {code: Wording(other, Made.MACHINE, made_from) for code, other in others.items()}
        return cls(language, dict(sorted({**wordings, language: Wording(text)}.items())))

    def __bool__(self) -> bool:
        return any(wording.text for wording in self.wordings.values())

    def __str__(self) -> str:
        return self.shown().text

    @property
    def original(self) -> str:
        """The text as it was written."""
        wording = self.wordings.get(self.original_language)
        return wording.text if wording else ""

    def shown(self, language: str | None = None) -> Shown:
        """The wording for a reader of this language (None: the active one): theirs, else the original."""
        wanted = (language or get_language() or "en").split("-")[0]
        code = wanted if wanted in self.wordings and self.wordings[wanted].text else self.original_language
        wording = self.wordings.get(code, Wording(""))
        return Shown(wording.text, code, wording.made, self.is_stale(code), wording.reviewed)

    def is_stale(self, language: str) -> bool:
        """Whether the wording was made from an original that has changed since."""
        wording = self.wordings.get(language)
        return wording is not None and language != self.original_language and wording.of != digest(self.original)

    def state(self, language: str) -> State | None:
        """What a translator should know of the wording in a language; None: there is none."""
        wording = self.wordings.get(language)
        if wording is None or not wording.text:
            return None
        if language == self.original_language:
            return State.SOUND
        if self.is_stale(language):
            return State.STALE
        return State.SOUND if wording.reviewed else State.UNREAD

    def rewritten(self, text: str) -> Self:
        """The same text with a new original; other wordings stay and become stale if it differs."""
        return replace(self, wordings={**self.wordings, self.original_language: Wording(text)})

    def translated(self, language: str, wording: Wording) -> Self:
        """With this wording for another language than the original's."""
        return replace(self, wordings=dict(sorted({**self.wordings, language: wording}.items())))

    def to_json(self) -> dict[str, Any]:
        """As tables and events hold it."""
        return {
            "original_language": self.original_language,
            "wordings": {
                code: {"text": w.text, "made": w.made.value, "of": w.of, "reviewed": w.reviewed}
                for code, w in sorted(self.wordings.items())
            },
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`."""
        wordings = {
            code: Wording(w["text"], Made(w["made"]), w["of"], w["reviewed"]) for code, w in values["wordings"].items()
        }
        return cls(values["original_language"], wordings)


def language_word(code: str) -> str:
    """A language of the site in the reader's words; another by its code."""
    return str(dict(settings.LANGUAGES).get(code, code))


def digest(original: str) -> str:
    """What a wording notes of the original that it was made from."""
    return hashlib.sha256(original.encode()).hexdigest()[:16]


class TranslatedField(models.JSONField):
    """A `Text` in a table."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", Text)
        super().__init__(*args, **options)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Text | None:
        """JSON of the database to `Text`."""
        loaded = super().from_db_value(value, expression, connection)
        return None if loaded is None else Text.from_json(loaded)

    def get_prep_value(self, value: Any) -> Any:
        """`Text` to JSON for the database, with the states of its wordings for queries: " ar:unread en:sound ", or "" without a text."""
        if isinstance(value, Text):
            states = ((code, value.state(code)) for code in sorted(value.wordings))
            told = " ".join(f"{code}:{state}" for code, state in states if state is not None)
            value = {**value.to_json(), "states": f" {told} " if value.original else ""}
        return super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        """`Text` from what fixtures hold."""
        return Text.from_json(value) if isinstance(value, Mapping) else value

    def value_to_string(self, obj: models.Model) -> Any:
        """As serialisers write it."""
        return self.value_from_object(obj).to_json()


@dataclass(frozen=True, slots=True)
class Translatable:
    """A field of a kind of thing that the translators' desk shows.

    audience: who may read a row's text. where: condition on rows that are still in use, None: all are.
    """

    kind: str
    model: type[models.Model]
    field: str
    word: str | Promise
    audience: Callable[[Any], str]
    where: models.Q | None = None


TRANSLATABLE: dict[tuple[str, str], Translatable] = {}


def register_translatable(entries: Iterable[Translatable]) -> None:
    """Put fields on the translators' desk."""
    for entry in entries:
        TRANSLATABLE[entry.kind, entry.field] = entry


def find_text(ref: Ref, field_name: str) -> tuple[models.Model, Text] | None:
    """The row and the text that a translation is for; None if there is none such."""
    entry = TRANSLATABLE.get((ref.kind, field_name))
    row = entry.model._default_manager.filter(pk=ref.id).first() if entry else None
    return None if row is None else (row, getattr(row, field_name))
