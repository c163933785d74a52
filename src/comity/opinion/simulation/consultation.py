"""The project's own consultation: invented people answer the written statements of `comity.opinion.demonstration`.

Nobody was asked anything. Whatever is made of it says so: titles and descriptions do in six languages, and the folder that
is written of it declares `simulated = true`. docs/simulation.md describes the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comity.opinion import demonstration
from comity.opinion.chance import below, exponential, hash_ids
from comity.opinion.demonstration import Country, Leaning, WrittenStatement
from comity.opinion.simulation.draws import (
    CLIP,
    Draws,
    at_least,
    exp,
    logistic,
    logit,
    lowest_fifth,
    utility,
    vote_counts,
)
from comity.opinion.votes import (
    AGREE,
    DISAGREE,
    BoolArray,
    FloatArray,
    Int8Array,
    Int32Array,
    Int64Array,
    Moderation,
    Statement,
    Votes,
)

OPENING = 1_788_768_000_000
"""When the simulated consultation opens: 7 September 2026, 08:00 UTC, in milliseconds since 1970. It lasts `DAYS`."""

DAYS = 21


@dataclass(frozen=True, slots=True)
class InventedPeople:
    """Truth of the people of a simulated consultation, in the order of their ids.

    country: ISO 3166-1 alpha-3 codes (of invented people: never shown as a finding). leaning (n_participants,) int32: index
    into `leanings`. positions (n_participants, 3) float64 along `demonstration.LEANS`. yes_saying (n_participants,) float64:
    log-odds that the person adds to every agreement. reluctance (n_participants,) float64: what pass rates are multiplied
    with. careless (n_participants,) bool: answers at random.
    """

    country: tuple[str, ...]
    leanings: tuple[str, ...]
    leaning: Int32Array
    positions: FloatArray
    yes_saying: FloatArray
    reluctance: FloatArray
    careless: BoolArray


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated consultation and its truth.

    votes: canonical, with statements in six languages, importance marks and declared segments.
    time (n_votes,) int64: milliseconds since 1970 of each vote, in the order of `votes.columns`.
    points (n_statements,) int8: point 1-13 of the action plan. title, description: by language; each says that it is simulated.
    intercepts (n_statements,), slopes (n_statements, 3), passes (n_statements,) float64: how statements are answered.
    worst_off (n_statements,) float64: mean probability to agree, passing counted, over the fifth of the people least likely to.
    """

    votes: Votes
    time: Int64Array
    points: Int8Array
    title: Mapping[str, str]
    description: Mapping[str, str]
    people: InventedPeople
    intercepts: FloatArray
    slopes: FloatArray
    passes: FloatArray
    worst_off: FloatArray
    seed: int

    def passing(self) -> FloatArray:
        """(n_participants, n_statements) float64: each person's probability to pass if shown the statement."""
        return _passing(self.people, self.passes)

    def agreement(self) -> FloatArray:
        """(n_participants, n_statements) float64: each person's probability to agree if shown the statement, passing counted."""
        return (1.0 - self.passing()) * _agreeing(self.people, self.intercepts, self.slopes)


_BLOCK = 4096
"""People drawn at a time: memory stays bounded, and as every draw belongs to an id, the blocks change nothing."""


def simulate(
    n_participants: int = 2400, n_statements: int | None = None, seed: int = 0, *, mean_votes: float = 26.0
) -> Simulation:
    """A consultation of invented people on the 13 points of the action plan.

    n_statements: None = all written ones. Fewer are taken evenly over the points; more are filled up with statements that
    carry a number instead of an idea (for trials of size). mean_votes: about how many statements a person would answer; people
    who come early find fewer to answer. 2 % of the people look without voting.

    Raises SimulationError for sizes below 1. Time grows with participants x statements, memory with the votes.

    >>> simulation = simulate(n_participants=50, seed=7)
    >>> simulation.title["en"]
    'SIMULATED: What should the world do together about AI?'
    """
    at_least("n_participants", n_participants, 1)
    at_least("mean_votes", mean_votes, 1)
    chosen = _chosen_statements(n_statements, seed)
    ids = np.arange(1, n_participants + 1, dtype=np.int64)
    everybody = Draws(ids, seed)
    country, declared = _declare(everybody)
    people = _opinions(everybody, country, declared)
    statement = Draws(np.array([entry.id for entry in chosen], dtype=np.int64), seed)
    intercepts = logit(np.clip(np.array([entry.agree for entry in chosen]), *CLIP))
    slopes = np.array([entry.leans for entry in chosen], dtype=np.float64)
    passes = np.array([entry.passes for entry in chosen], dtype=np.float64)
    matters = np.array([entry.matters for entry in chosen], dtype=np.float64)
    arrival = np.where([entry.seed for entry in chosen], 0.0, 0.75 * statement.uniform("submitted"))

    rows, columns, values, marks, times = [], [], [], [], []
    for start in range(0, n_participants, _BLOCK):
        person = Draws(ids[start : start + _BLOCK], seed)
        block = _some(people, slice(start, start + _BLOCK))
        agree = _agreeing(block, intercepts, slopes)
        passing = _passing(block, passes)
        came, order = _exposure(person, statement, chosen, arrival, mean_votes)
        draw = person.pairs(statement, "answer")
        answer = np.where(draw < passing, 0, np.where(draw < passing + (1.0 - passing) * agree, AGREE, DISAGREE))
        # Four people in ten never mark; strong feelings are marked more often, and nobody marks what they passed.
        strength = (0.5 + 1.5 * np.abs(2.0 * agree - 1.0)) * (person.uniform("never marks") >= 0.4)[:, None]
        marked = (person.pairs(statement, "marks") < np.minimum(0.9, strength * matters)) & (answer != 0)
        row, column = np.nonzero(order >= 0)
        rows.append(row + start)
        columns.append(column)
        values.append(answer[row, column].astype(np.int8))
        marks.append(marked[row, column])
        times.append(came[row] + 9_000 * order[row, column].astype(np.int64))
    votes = Votes.from_events(
        ids[np.concatenate(rows)],
        statement.ids[np.concatenate(columns)],
        np.concatenate(values),
        important=np.concatenate(marks),
        statements=_statements(chosen, everybody, declared["language"]),
        participants=ids,
        segments=_segments(everybody, declared),
    )
    return Simulation(
        votes=votes,
        time=np.concatenate(times),  # people and, within a person, statements already ascend: the order of the votes
        points=np.array([entry.point for entry in chosen], dtype=np.int8),
        title=demonstration.title(),
        description=demonstration.description(),
        people=people,
        intercepts=intercepts,
        slopes=slopes,
        passes=passes,
        worst_off=_worst_off(people, intercepts, slopes, passes),
        seed=seed,
    )


def _agreeing(people: InventedPeople, intercepts: FloatArray, slopes: FloatArray) -> FloatArray:
    agree = logistic(utility(people.positions, intercepts, slopes) + people.yes_saying[:, None])
    agree[people.careless] = 0.5
    return agree


def _passing(people: InventedPeople, passes: FloatArray) -> FloatArray:
    return np.minimum(0.6, people.reluctance[:, None] * passes[None, :])


def _worst_off(people: InventedPeople, intercepts: FloatArray, slopes: FloatArray, passes: FloatArray) -> FloatArray:
    found = np.empty(len(passes))
    for start in range(0, len(passes), 64):
        part = slice(start, start + 64)
        agree = _agreeing(people, intercepts[part], slopes[part])
        found[part] = lowest_fifth((1.0 - _passing(people, passes[part])) * agree)
    return found


def _some(people: InventedPeople, part: slice) -> InventedPeople:
    return InventedPeople(
        country=people.country[part],
        leanings=people.leanings,
        leaning=people.leaning[part],
        positions=people.positions[part],
        yes_saying=people.yes_saying[part],
        reluctance=people.reluctance[part],
        careless=people.careless[part],
    )


def _chosen_statements(n_statements: int | None, seed: int) -> list[WrittenStatement]:
    written = demonstration.statements()
    if n_statements is None:
        return list(written)
    at_least("n_statements", n_statements, 1)
    ranked = []
    place_in_point: dict[int, int] = {}
    for entry in written:
        aside = entry.meta or entry.moderation is not Moderation.ACCEPTED
        place = place_in_point.setdefault(entry.point, 0)
        place_in_point[entry.point] = place + 1
        ranked.append((aside, place, entry.point, entry.id, entry))
    ranked.sort(key=lambda item: item[:4])
    chosen = [entry for *_, entry in ranked[:n_statements]]
    extra = Draws(np.arange(len(written) + 1, n_statements + 1, dtype=np.int64), seed)
    leans = np.stack([0.7 * extra.normal(f"numbered/{axis}") for axis in demonstration.LEANS], axis=1)
    agree = 0.3 + 0.55 * extra.uniform("numbered/agree")
    passes = 0.05 + 0.15 * extra.uniform("numbered/passes")
    for number, (key, lean) in enumerate(zip(extra.ids.tolist(), leans.tolist(), strict=True)):
        chosen.append(
            WrittenStatement(
                id=key,
                point=1 + number % 13,
                language=demonstration.LANGUAGES[number % len(demonstration.LANGUAGES)],
                text={language: text.format(key) for language, text in _NUMBERED.items()},
                seed=False,
                meta=False,
                moderation=Moderation.ACCEPTED,
                agree=float(agree[number]),
                leans=(lean[0], lean[1], lean[2]),
                passes=float(passes[number]),
                matters=0.1,
            )
        )
    return sorted(chosen, key=lambda entry: entry.id)


_NUMBERED = {
    "en": "Simulated statement no. {}",
    "ar": "عبارة محاكاة رقم {}",
    "zh": "模拟意见第{}号",
    "fr": "Énoncé simulé n° {}",
    "ru": "Смоделированное высказывание № {}",
    "es": "Afirmación simulada n.º {}",
}


def _declare(person: Draws) -> tuple[list[Country], dict[str, list[str]]]:
    """Country and traits, by name, of each person."""
    world = demonstration.population()
    places = person.pick("country", [country.weight for country in world.countries])
    country = [world.countries[place] for place in places.tolist()]
    spoken = [""] * len(country)
    draws = person.uniform("language").tolist()
    for index, (home, draw) in enumerate(zip(country, draws, strict=True)):
        reached = 0.0
        for language, share in home.languages.items():
            spoken[index] = language
            reached += share
            if draw < reached:
                break
    roles = list(world.roles)
    role = [roles[place] for place in person.pick("role", list(world.roles.values())).tolist()]
    focal = person.uniform("focal point").tolist()
    role = [
        "small-state focal point" if home.small and draw < 0.35 else name
        for home, draw, name in zip(country, focal, role, strict=True)
    ]
    genders = list(world.genders)
    gender = [genders[place] for place in person.pick("gender", list(world.genders.values())).tolist()]
    declared = {
        "region": [home.region for home in country],
        "bloc": [home.bloc for home in country],
        "role": role,
        "gender": gender,
        "language": spoken,
    }
    return country, declared


def _opinions(person: Draws, country: Sequence[Country], declared: Mapping[str, Sequence[str]]) -> InventedPeople:
    leanings = demonstration.population().leanings
    weights = np.stack([_weight(leaning, declared, len(country)) for leaning in leanings], axis=1)
    leaning = person.pick("leaning", weights)
    centres = np.array([entry.centre for entry in leanings])
    spreads = np.array([entry.spread for entry in leanings])
    steps = np.stack([person.normal(f"position/{axis}") for axis in demonstration.LEANS], axis=1)
    return InventedPeople(
        country=tuple(home.code for home in country),
        leanings=tuple(entry.name for entry in leanings),
        leaning=leaning.astype(np.int32),
        positions=centres[leaning] + spreads[leaning][:, None] * steps,
        yes_saying=0.35 * person.normal("yes-saying"),
        reluctance=exp(0.4 * person.normal("reluctance")),
        careless=person.uniform("careless") < 0.02,
    )


def _weight(leaning: Leaning, declared: Mapping[str, Sequence[str]], n_people: int) -> FloatArray:
    tilt = np.zeros(n_people)
    for trait in ("region", "role", "gender"):
        tilt += np.array([leaning.tilts.get(f"{trait}: {value}", 0.0) for value in declared[trait]])
    return leaning.share * exp(tilt)


def _exposure(
    person: Draws, statement: Draws, chosen: Sequence[WrittenStatement], arrival: FloatArray, mean_votes: float
) -> tuple[Int64Array, Int32Array]:
    """Who sees what: not uniformly. Statements come in over time, those there from the start are shown more, and some people return.

    arrival (n_statements,): when a statement was first shown, as a share of the consultation. Returns when each person came
    (n_participants,) int64, milliseconds since 1970, and the place at which each answered each statement
    (n_participants, n_statements) int32, -1 = not seen.
    """
    n, m = len(person.ids), len(statement.ids)
    came = person.uniform("came")
    returned = person.uniform("returned") < 0.2
    visible = (arrival[None, :] <= came[:, None]) | returned[:, None]
    shown = exp(0.4 * statement.normal("shown")) * np.where([entry.seed for entry in chosen], 1.5, 1.0)
    # The smallest exponential draws over weights are a weighted sample without replacement (Efraimidis and Spirakis 2006).
    keys = exponential(person.pair_words(statement, "shown to").ravel()).reshape(n, m) / shown[None, :]
    keys = np.where(visible, keys, np.inf)
    wanted = vote_counts(person.words("votes"), mean_votes, m, sigma=0.7)
    wanted = np.where(person.uniform("only looks") < 0.02, 0, np.minimum(wanted, visible.sum(axis=1)))
    ranked = np.argsort(keys, axis=1, kind="stable")
    places = np.broadcast_to(np.arange(m, dtype=np.int32), (n, m))
    order = np.empty((n, m), dtype=np.int32)
    np.put_along_axis(order, ranked, np.where(places < wanted[:, None], places, -1).astype(np.int32), axis=1)
    last_days = np.where(returned, 0.75 + 0.25 * came, came)
    return OPENING + (last_days * (DAYS * 86_400_000)).astype(np.int64), order


def _statements(chosen: Sequence[WrittenStatement], person: Draws, spoken: Sequence[str]) -> list[Statement]:
    """Statements as `Votes` holds them; one that was not there from the start has an author who writes its language."""
    by_language: dict[str, list[int]] = {}
    for key, language in zip(person.ids.tolist(), spoken, strict=True):
        by_language.setdefault(language, []).append(key)
    authors = below(
        hash_ids(np.array([entry.id for entry in chosen]), person.seed, "simulation/author"), 1 << 30
    ).tolist()
    made = []
    for entry, draw in zip(chosen, authors, strict=True):
        writers = by_language.get(entry.language, [])
        made.append(
            Statement(
                id=entry.id,
                text=entry.text[entry.language],
                language=entry.language,
                moderation=entry.moderation,
                meta=entry.meta,
                seed=entry.seed,
                author=None if entry.seed or not writers else writers[draw % len(writers)],
                translations={tag: text for tag, text in entry.text.items() if tag != entry.language},
            )
        )
    return made


def _segments(person: Draws, declared: Mapping[str, Sequence[str]]) -> dict[str, dict[int | str, str]]:
    undeclared = demonstration.population().undeclared
    segments: dict[str, dict[int | str, str]] = {}
    for trait, labels in declared.items():
        silent = (person.uniform(f"undeclared/{trait}") < undeclared.get(trait, 0.0)).tolist()
        segments[trait] = {
            key: label for key, label, quiet in zip(person.ids.tolist(), labels, silent, strict=True) if not quiet
        }
    return segments
