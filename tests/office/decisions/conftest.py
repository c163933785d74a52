"""A union that is built once for a module; what each test changes is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from tests.office.decisions.union import Union, build


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A request in another language leaves it active in its thread."""
    translation.activate("en")


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Union]:
    """The union as it was built; ask for `lasting` instead, which undoes what a test changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def lasting(built: Union, db: None) -> Union:
    """The union, built once for the tests of a module."""
    return built
