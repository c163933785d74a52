"""How opinion moved: people, groups and common ground of the published versions, from the first that is kept to the last.

Versions are kept while they are fresh, then one an hour (docs/ballot_box.md). A page shows at most `MOST` of them, each the last of
its stretch of time. A group has no identity of its own from one version to the next: it is taken for the one before whose answers
were nearest, and the page says so.
"""

from __future__ import annotations

import itertools
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_datetime
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from comity.ballot_box import Published
from comity.office.consultations.box import the_box
from comity.office.consultations.charts import Line, lines_over_time
from comity.office.consultations.models import Consultation
from comity.office.consultations.queries.findings import count, in_locale, percent
from comity.office.consultations.queries.results import result_of
from comity.opinion.report.drawings import SHAPES, definitions, key
from comity.opinion.report.findings import ground
from comity.opinion.result import OpinionResult

MOST = 24
"""Versions of which the page tells."""
FOLLOWED = 6
"""Statements that are followed: those that lead the last version."""
FAR = 0.25
"""Mean difference of shares beyond which a group is no group of the version before."""


@dataclass(frozen=True, slots=True)
class GroupThen:
    """A group of one version. letter: as that version names it; line: the same for groups that are taken for one, through all
    versions, by its first appearance.
    """

    letter: str
    line: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class Then:
    """One version. agreed: statement -> what surely agrees on it, by the measure of the headline (None: not enough evidence);
    leading: the statements of its common ground, best first.
    """

    version: str
    at: datetime
    final: bool
    people: int
    votes: int
    groups: tuple[GroupThen, ...]
    agreed: dict[int | str, float | None]
    leading: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    """What is read of one version; a version never changes. profiles: of each group the share that agrees, by statement."""

    people: int
    votes: int
    letters: tuple[str, ...]
    sizes: tuple[int, ...]
    profiles: tuple[dict[int | str, float], ...]
    agreed: dict[int | str, float | None]
    leading: tuple[int | str, ...]


def history(current: Consultation) -> list[Then]:
    """The versions that the page tells of, from the first to the last; empty before there is one."""
    chosen = spread(the_box().kept(current.id), MOST)
    read = [_version(current.id, one.version) for one in chosen]
    lines = followed([one.profiles for one in read])
    return [
        Then(
            one.version,
            datetime.fromtimestamp(one.at / 1000, UTC),
            one.frozen,
            said.people,
            said.votes,
            tuple(
                GroupThen(letter, line, size, size / max(sum(said.sizes), 1))
                for letter, line, size in zip(said.letters, names, said.sizes, strict=True)
            ),
            said.agreed,
            said.leading,
        )
        for one, said, names in zip(chosen, read, lines, strict=True)
    ]


def spread(kept: Sequence[Published], most: int) -> list[Published]:
    """At most so many versions: the first, the last, and between them the last of each stretch of time of equal length."""
    if len(kept) <= most:
        return list(kept)
    began, ended = kept[0].at, kept[-1].at
    last = {(one.at - began) * (most - 1) // max(ended - began, 1): one for one in kept[1:]}
    return [kept[0], *last.values()]


@lru_cache(maxsize=512)
def _version(consultation: str, version: str) -> _Version:
    return summed_up(result_of(consultation, version))


def summed_up(result: OpinionResult) -> _Version:
    """What the history tells of one result."""
    profiles = tuple(
        {
            entry.id: rate.share
            for entry in result.statements
            if entry.takes_part and (rate := entry.by_group[place]) is not None and rate.share is not None
        }
        for place in range(len(result.groups))
    )
    return _Version(
        result.counts.participants,
        result.counts.votes,
        tuple(group.id for group in result.groups),
        tuple(group.size for group in result.groups),
        profiles,
        {entry.id: ground(entry, result.headline_ranking).lower for entry in result.statements},
        result.headline,
    )


def followed(versions: Sequence[Sequence[dict[int | str, float]]]) -> list[list[str]]:
    """For each group of each version its line. profiles: share that agrees by statement.

    Of all pairs of a group and one of the version before, the nearest are taken for one first (ties: the earlier letter), none
    twice; what is further than `FAR` from all that is left begins a line of its own.
    """
    names = itertools.chain(string.ascii_lowercase, (f"z{n}" for n in itertools.count()))
    found: list[list[str]] = []
    for number, groups in enumerate(versions):
        before = versions[number - 1] if number else ()
        pairs = sorted(
            (_apart(now, then), here, there) for here, now in enumerate(groups) for there, then in enumerate(before)
        )
        taken: dict[int, int] = {}
        for apart, here, there in pairs:
            if apart <= FAR and here not in taken and there not in taken.values():
                taken[here] = there
        found.append([found[-1][taken[here]] if here in taken else next(names) for here in range(len(groups))])
    return found


def for_page(current: Consultation) -> dict[str, Any]:
    """Rows, lines and charts of the page; fewer than two rows: nothing moved yet. One query, and the versions."""
    told = history(current)
    if len(told) < 2:
        return {"rows": told}
    known = {row.number: row for row in current.statements.filter(erased_at__isnull=True)}
    chosen = told[-1].leading[:FOLLOWED]
    often = Counter(group.line for one in told for group in one.groups)
    lines = sorted(sorted(often), key=lambda line: -often[line])[: len(SHAPES)]
    letters = {group.line: group.letter for one in told for group in one.groups}
    return {
        "definitions": mark_safe(definitions()),
        "followed": [
            (mark_safe(key(place, str(one))), known.get(one) if isinstance(one, int) else None, one)
            for place, one in enumerate(chosen)
        ],
        "lines": [mark_safe(key(place, letters[line])) for place, line in enumerate(lines)],
        "ground_drawn": _drawn(
            told,
            _("Share that surely agreed, over time"),
            [Line(str(one), tuple(then.agreed.get(one) for then in told)) for one in chosen],
        ),
        "groups_drawn": _drawn(
            told,
            _("Share of each opinion group, over time"),
            [Line(letters[line], tuple(_share(then, line) for then in told)) for line in lines],
        ),
        "rows": [
            {
                "at": then.at,
                "final": then.final,
                "people": count(then.people),
                "votes": count(then.votes),
                "agreed": [(percent(then.agreed.get(one)), _rank(then, one)) for one in chosen],
                "groups": [_of_line(then, line) for line in lines],
            }
            for then in reversed(told)
        ],
    }


def _drawn(told: Sequence[Then], title: str, lines: Sequence[Line]) -> str:
    moments = [then.at for then in told]
    short = "d MMM" if (moments[-1] - moments[0]).days else "HH:mm"
    first, last = (format_datetime(moment, short, locale=in_locale()) for moment in (moments[0], moments[-1]))
    scale = [(share, percent(share)) for share in (0.0, 0.5, 1.0)]
    return mark_safe(lines_over_time(title, moments, (first, last), scale, lines, mirrored=get_language_bidi()))


def _share(then: Then, line: str) -> float | None:
    return next((group.share for group in then.groups if group.line == line), None)


def _rank(then: Then, statement: int | str) -> int | None:
    return then.leading.index(statement) + 1 if statement in then.leading else None


def _of_line(then: Then, line: str) -> dict[str, str] | None:
    group = next((group for group in then.groups if group.line == line), None)
    if group is None:
        return None
    return {"letter": group.letter, "people": count(group.people), "share": percent(group.share)}


def _apart(one: dict[int | str, float], other: dict[int | str, float]) -> float:
    """Mean difference over the statements that both answered; 1 where there is none."""
    both = sorted(one.keys() & other.keys(), key=str)
    return round(sum(abs(one[key] - other[key]) for key in both) / len(both), 6) if both else 1.0
