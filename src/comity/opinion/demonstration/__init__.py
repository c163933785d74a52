"""The project's own consultation: statements on the 13 points of the action plan, and a world of invented people.

Nothing here was said or voted by anyone. `statements.json` holds the texts in the six UN languages (drafted by machine, not
reviewed) with the answers that the simulator gives them; `people.json` holds the invented population and its opinion groups.
`comity.opinion.simulation` turns both into votes; the model is described in docs/simulation.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from comity.opinion.votes import Moderation

LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")
"""The six official languages of the United Nations, BCP 47 tags."""

LEANS = ("openness", "caution", "solidarity")
"""The axes of the invented opinion space, in the order of every position and slope.

openness: + across borders and open by default, - on one's own ground and under one's own control.
caution: + rules and tests first, - build and use first. solidarity: + shared and public, - each pays for itself.
"""


@dataclass(frozen=True, slots=True)
class WrittenStatement:
    """A statement with its texts and with how the invented people answer it.

    point: 1-13, the point of the action plan that it belongs to. text: language tag -> text, all of `LANGUAGES`.
    agree: share of agreement, passes left out, among people in the middle of opinion space, 0-1. leans: what one step
    along each axis of `LEANS` adds to the log-odds of agreeing. passes, matters: share who pass, share who mark it, 0-1.
    """

    id: int
    point: int
    language: str
    text: Mapping[str, str]
    seed: bool
    meta: bool
    moderation: Moderation
    agree: float
    leans: tuple[float, float, float]
    passes: float
    matters: float


@dataclass(frozen=True, slots=True)
class Country:
    """A country that invented people come from. Weights are invented: they follow no census and no list of members.

    languages: language tag -> share of its people who take part in that language.
    """

    code: str
    region: str
    bloc: str
    weight: float
    languages: Mapping[str, float]
    small: bool


@dataclass(frozen=True, slots=True)
class Leaning:
    """An invented opinion group: a round cloud in opinion space.

    share: of all people, before the tilts. centre: one number per axis of `LEANS`. spread: standard deviation per axis.
    tilts: declared trait, such as "role: business" -> what it adds to the log-weight of belonging here.
    """

    name: str
    share: float
    centre: tuple[float, float, float]
    spread: float
    tilts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Population:
    """Where invented people come from, what they do, and how opinion is spread among them.

    roles, genders: label -> share. undeclared: trait -> share of people who do not declare it.
    """

    countries: tuple[Country, ...]
    roles: Mapping[str, float]
    genders: Mapping[str, float]
    undeclared: Mapping[str, float]
    leanings: tuple[Leaning, ...]


@cache
def statements() -> tuple[WrittenStatement, ...]:
    """The written statements, ascending by id."""
    return tuple(
        WrittenStatement(
            id=entry["id"],
            point=entry["point"],
            language=entry["language"],
            text=entry["text"],
            seed=entry["seed"],
            meta=entry["meta"],
            moderation=Moderation(entry["moderation"]),
            agree=entry["agree"],
            leans=_three(entry["leans"]),
            passes=entry["passes"],
            matters=entry["matters"],
        )
        for entry in _read("statements.json")["statements"]
    )


def points() -> Mapping[int, Mapping[str, str]]:
    """Point 1-13 -> language tag -> a short label of our own (not the official title)."""
    return {entry["point"]: entry["text"] for entry in _read("statements.json")["points"]}


def title() -> Mapping[str, str]:
    """Language tag -> title of the consultation; each says that it is simulated."""
    return dict(_read("statements.json")["title"])


def description() -> Mapping[str, str]:
    """Language tag -> what the consultation is, and that nobody was asked."""
    return dict(_read("statements.json")["description"])


@cache
def population() -> Population:
    """The invented population."""
    read = _read("people.json")
    return Population(
        countries=tuple(
            Country(
                code=code,
                region=region["region"],
                bloc=bloc or read["no_bloc"],
                weight=weight,
                languages=languages,
                small=code in read["small_states"],
            )
            for region in read["regions"]
            for code, bloc, weight, languages in region["countries"]
        ),
        roles=read["roles"],
        genders=read["genders"],
        undeclared=read["undeclared"],
        leanings=tuple(
            Leaning(entry["name"], entry["share"], _three(entry["centre"]), entry["spread"], entry["tilts"])
            for entry in read["leanings"]
        ),
    )


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        files("comity.opinion.demonstration").joinpath(name).read_text(encoding="utf-8")
    )
    return content


def _three(numbers: list[float]) -> tuple[float, float, float]:
    openness, caution, solidarity = numbers
    return float(openness), float(caution), float(solidarity)
