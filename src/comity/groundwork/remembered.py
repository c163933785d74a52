"""Remembering what was found in recorded tables, for as long as the log does not grow.

Nothing recorded changes without an event, so what a query finds in recorded tables is a function of the log's head and its arguments.
What costs a page most can thus be kept between pages, by every process for itself, and is never stale.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

from comity.groundwork.models import LogHead

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def remembered(most: int) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Keep so many answers of a query over recorded tables whose arguments are hashable, and whose answer nobody changes.

    The answer may not depend on the language of the page, the clock, or who asks. Costs one query. Within a transaction, which may
    stand between a change and its event, the query is asked anew.
    """

    def keeping(query: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        @lru_cache(maxsize=most)
        def kept(_head: Hashable, asked: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> Answer:
            return query(*asked, **dict(named))

        @wraps(query)
        def answer(*asked: Asked.args, **named: Asked.kwargs) -> Answer:
            head = None if connection.in_atomic_block else _head()
            if not head:
                return query(*asked, **named)
            return kept(head, asked, tuple(sorted(named.items())))

        return answer

    return keeping


def _head() -> tuple[str, ...]:
    """The hashes of the log's right edge, which no other log has; empty while it is empty."""
    edge = LogHead.objects.filter(id=1).values_list("edge", flat=True).first()
    return tuple(edge or ())
