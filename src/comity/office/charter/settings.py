"""Settings of the organisation: what each is, its shape, and how it comes. What is a rule stands in the charter, not here.

Every change is an act. An office that needs a setting declares it here or, being a later one, in its own `settings.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

T = TypeVar("T")
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=12)]


class Naming(BaseModel):
    """Names of states where the organisation does not use those of the CLDR: ISO 3166 alpha-3 code to names by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    names: dict[
        Annotated[str, Field(pattern=r"^[A-Z]{3}$")],
        dict[Language, Annotated[str, Field(min_length=1, max_length=200)]],
    ] = Field(default_factory=dict)


@dataclass(frozen=True)
class Declared(Generic[T]):
    """A setting: its key, its shape, a word and an explanation for people.

    told: a value in words, as pairs of what and how, for the page of settings; without it the page shows the value as it is stored.
    """

    key: str
    shape: type[T]
    word: str | Promise
    meaning: str | Promise
    told: Callable[[T], Iterable[tuple[str | Promise, str]]] | None = None

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


NAMING = declare(
    Declared(
        "naming", Naming, _("Names of states"), _("The names that the organisation uses where names are disputed.")
    )
)
