"""Settings of the organisation: what each is, its shape, and how it comes. A charter file will hold them later.

Every change is an act. An office that needs a setting declares it here or, being a later one, in its own `settings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from comity.office.records.symbols import MARK, MOST_MARK, MOST_PREFIX, PREFIX

T = TypeVar("T")
Prefix = Annotated[str, Field(pattern=PREFIX, max_length=MOST_PREFIX)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=12)]
Mark = Annotated[str, Field(pattern=MARK, max_length=MOST_MARK)]


class SymbolsScheme(BaseModel):
    """How documents get their symbols: prefixes by series, and the marks of revisions, addenda and corrigenda.

    A symbol is PREFIX/NUMBER, drafts PREFIX/L.NUMBER, with /Rev.n, /Add.n, /Corr.n behind.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    series: dict[str, Prefix] = Field(default={"general": "A", "council": "C", "information": "INF"}, min_length=1)
    draft: Mark = "L."
    revision: Mark = "Rev."
    addendum: Mark = "Add."
    corrigendum: Mark = "Corr."


class EntryIntoForce(BaseModel):
    """When the founding agreement enters into force: with the n-th instrument, so many days after it (None: not known)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    instruments: int = Field(default=3, ge=1, le=1000)
    days_after: int | None = Field(default=None, ge=0, le=3650)
    source: str = Field(default="", max_length=500)


class Naming(BaseModel):
    """Names of states where the organisation does not use those of the CLDR: ISO 3166 alpha-3 code to names by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    names: dict[
        Annotated[str, Field(pattern=r"^[A-Z]{3}$")],
        dict[Language, Annotated[str, Field(min_length=1, max_length=200)]],
    ] = Field(default_factory=dict)


@dataclass(frozen=True)
class Declared(Generic[T]):
    """A setting: its key, its shape, a word and an explanation for people."""

    key: str
    shape: type[T]
    word: str | Promise
    meaning: str | Promise

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """Reads and checks values."""
        return TypeAdapter(self.shape)

    def default(self) -> T:
        """The setting as it comes."""
        return self.shape()

    def read(self, value: Any) -> T:
        """A stored value. Raises pydantic.ValidationError."""
        return self.adapter.validate_python(value)


SETTINGS: dict[str, Declared[Any]] = {}


def declare(setting: Declared[T]) -> Declared[T]:
    """Add a setting. Raises ValueError if another has the key."""
    if SETTINGS.setdefault(setting.key, setting) is not setting:
        raise ValueError(f"two settings are called {setting.key}")
    return setting


SYMBOLS = declare(
    Declared(
        "symbols", SymbolsScheme, _("Symbols of documents"), _("How documents are numbered: series and their prefixes.")
    )
)
ENTRY_INTO_FORCE = declare(
    Declared(
        "entry_into_force",
        EntryIntoForce,
        _("Entry into force"),
        _("How many instruments bring the founding agreement into force, and how long after the last of them."),
    )
)
NAMING = declare(
    Declared(
        "naming", Naming, _("Names of states"), _("The names that the organisation uses where names are disputed.")
    )
)
