"""Checking a published result: what follows from its sums is computed again and compared, finding by finding.

Anyone with `result.json` and `sums.json` can do this; whoever has the votes can check the rest, the sums included. A verdict is
never kinder than what was compared: what was not recomputed "needs the votes". Texts come from the result itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

import numpy as np

from comity.opinion import sums as summing
from comity.opinion.analysis import NEEDS, Analysis, conclude
from comity.opinion.reading import CheckError
from comity.opinion.result import Needs, OpinionResult, as_data
from comity.opinion.sums import Sums
from comity.opinion.votes import Moderation, Statement

TEXTS = ("text", "language", "translations", "moderation")
"""What a statement says of itself: no sum tells whether it was changed."""


class Verdict(StrEnum):
    """What the comparison of one finding showed."""

    IDENTICAL = "identical"
    NEEDS_VOTES = "needs the votes"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the published and the recomputed value are not the same; path as in JSON, `headline[0]`."""

    path: str
    published: Any
    recomputed: Any


@dataclass(frozen=True, slots=True)
class FindingCheck:
    """The verdict on one finding: a key of `OpinionResult.needs`, or "statement texts", "settings", "votes", "sums" or "needs"."""

    finding: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()


class Absent(Enum):
    """A key or an element that one side does not have."""

    ABSENT = "nothing"


def check(result: OpinionResult, sums: Sums, analysis: Analysis | None = None) -> tuple[FindingCheck, ...]:
    """Compare a published result with what follows from its sums, or, where given, with an analysis of the votes.

    analysis: of the votes, with `result.settings`; everything is then compared with it, the sums too. Titles, notes and other
    words of the source are those of whoever published, and are not compared. Time: that of `conclude`.

    Raises CheckError for sums that cannot belong together, or to this result.
    """
    _fits(sums)
    published = as_data(result)
    floor = tuple(differences("settings.floor", result.settings.floor, sums.floor))
    digest = tuple(differences("source.sums_sha256", result.source.sums_sha256, summing.digest(sums)))
    again = as_data(_concluded(result, sums) if analysis is None else analysis.result)
    checks = []
    for finding, needs in NEEDS.items():
        if analysis is None and needs is Needs.VOTES:
            checks.append(FindingCheck(finding, Verdict.NEEDS_VOTES))
        else:
            checks.append(_compared(finding, _part(published, finding), _part(again, finding)))
    checks.append(_compared("needs", published["needs"], again["needs"]))
    if analysis is None:
        checks.append(FindingCheck("statement texts", Verdict.NEEDS_VOTES))
        checks.append(_verdict("settings", floor, Verdict.NEEDS_VOTES))
        checks.append(FindingCheck("votes", Verdict.NEEDS_VOTES))
        checks.append(_verdict("sums", (*_impossible(sums), *digest), Verdict.NEEDS_VOTES))
    else:
        checks.append(_compared("statement texts", _texts(published), _texts(again)))
        settings = (*differences("settings", published["settings"], again["settings"]), *floor)
        checks.append(_verdict("settings", settings, Verdict.IDENTICAL))
        checks.append(
            _compared(
                "votes",
                *({key: data["source"][key] for key in ("votes_sha256", "simulated")} for data in (published, again)),
            )
        )
        figures = differences("sums", *(json.loads(summing.to_json(given)) for given in (sums, analysis.sums)))
        checks.append(_verdict("sums", (*figures, *digest), Verdict.IDENTICAL))
    return tuple(checks)


def _concluded(result: OpinionResult, sums: Sums) -> OpinionResult:
    try:
        with np.errstate(all="ignore"):  # figures that were tampered with may well divide by zero
            return conclude(sums, _statements(result, sums), result.settings, result.source)[0]
    except (ArithmeticError, AssertionError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise CheckError(
            f"sums.json: nothing can be concluded from these figures ({error}): some of them cannot belong together."
        ) from error


def _verdict(finding: str, found: tuple[Difference, ...], otherwise: Verdict) -> FindingCheck:
    return FindingCheck(finding, Verdict.DIFFERS if found else otherwise, found)


def _compared(finding: str, published: Any, recomputed: Any) -> FindingCheck:
    return _verdict(finding, tuple(differences(finding, published, recomputed)), Verdict.IDENTICAL)


def _part(data: dict[str, Any], finding: str) -> Any:
    """What belongs to a finding, less what is a finding of its own."""
    name, _, inner = finding.partition(".")
    if inner:
        return data[name][inner]
    if name == "statements":
        return [{key: value for key, value in entry.items() if key not in TEXTS} for entry in data[name]]
    own = {key.partition(".")[2] for key in NEEDS if key.startswith(f"{name}.")}
    return {key: value for key, value in data[name].items() if key not in own} if own else data[name]


def _texts(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: entry[key] for key in ("id", *TEXTS)} for entry in data["statements"]]


def differences(path: str, published: Any, recomputed: Any) -> Iterator[Difference]:
    """Every place where two trees of JSON differ. 1 and 1.0 are the same number; true is not 1.

    >>> [entry.path for entry in differences("a", {"b": [1, 2]}, {"b": [1, 3], "c": None})]
    ['a.b[1]', 'a.c']
    """
    if isinstance(published, dict) and isinstance(recomputed, dict):
        for key in (*published, *(key for key in recomputed if key not in published)):
            yield from differences(
                f"{path}.{key}", published.get(key, Absent.ABSENT), recomputed.get(key, Absent.ABSENT)
            )
    elif isinstance(published, list) and isinstance(recomputed, list):
        for n in range(max(len(published), len(recomputed))):
            sides = (side[n] if n < len(side) else Absent.ABSENT for side in (published, recomputed))
            yield from differences(f"{path}[{n}]", *sides)
    elif isinstance(published, bool) != isinstance(recomputed, bool) or published != recomputed:
        yield Difference(path, published, recomputed)


# --- the sums, as far as they can be checked by themselves ---


def _fits(sums: Sums) -> None:
    """CheckError unless all arrays have the shapes that belong together; compiled code is not asked to find that out."""
    m, groups, axes = len(sums.statement_ids), len(sums.group_sizes), sums.signs.shape[-1] - 1
    expected: dict[str, tuple[int, ...]] = {
        "taking_part": (m,),
        "overall": (m, 3),
        "active": (m,),
        "weights": (m, (axes + 1) * (axes + 2) // 2),
        "signs": (m, axes + 1),
        "cell_people": (len(sums.cell_people),),
        "cell_positions": (len(sums.cell_people), axes),
        "group_sizes": (groups,),
        "group_certain": (groups,),
        "group_probability": (groups,),
        "group_positions": (groups, axes),
        "stability": (groups,),
        "group_counts": (groups, m, 3),
        "bubble_people": (len(sums.bubble_people),),
        "bubble_positions": (len(sums.bubble_people), 2),
        "bubble_group": (len(sums.bubble_people),),
    }
    if sums.important is not None:
        expected["important"] = (m,)
    if sums.group_important is not None and groups:
        expected["group_important"] = (groups, m)
    for name, shape in expected.items():
        found = getattr(sums, name).shape
        if found != shape:
            raise CheckError(
                f"sums.json: {name} has shape {list(found)} where the rest asks for {list(shape)}: it is damaged."
            )
    if axes < 0 or len(set(sums.statement_ids)) != m or not sums.trials:
        raise CheckError("sums.json: statement_ids, signs or trials are damaged: fetch the folder again.")


def _impossible(sums: Sums) -> Iterator[Difference]:
    """Sums that contradict one another: everybody on the map is in one cell, one group, and, where a map is drawn, one mark."""
    for name in ("cell_people", "group_sizes", "bubble_people"):
        people = int(getattr(sums, name).sum())
        if people != sums.on_the_map and (people or name != "bubble_people"):
            yield Difference(f"sums.{name} (all together)", people, sums.on_the_map)


def _statements(result: OpinionResult, sums: Sums) -> tuple[Statement, ...]:
    """The published texts, in the order of the sums; a statement that the result leaves out has none."""
    known = {
        (type(entry.id), entry.id): Statement(
            id=entry.id,
            text=entry.text,
            language=entry.language,
            translations=entry.translations,
            moderation=Moderation(entry.moderation),
        )
        for entry in result.statements
    }
    return tuple(known.get((type(key), key), Statement(id=key)) for key in sums.statement_ids)
