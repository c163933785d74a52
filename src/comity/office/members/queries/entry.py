"""Entry into force: the clause of the charter, how far the deposits have come, and for whom the agreement is in force since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from comity.groundwork.queries import Thing
from comity.office.charter.telling import RuleTold, in_words, language, names_of, outcome_told, rule_told
from comity.office.members.queries.parties import naming, parties, thing_of
from comity.office.members.queries.status import Picture
from comity.office.members.vocabulary import Force, Reading
from comity.rules import InForce, Snapshot
from comity.rules.sentences import Line, in_force_sentences


@dataclass(frozen=True, slots=True)
class Bound:
    """A party with an instrument on deposit. deposited: since when; since: from when the agreement is in force for it, None: not known."""

    party: Thing
    deposited: date
    since: date | None
    force: Force


@dataclass(frozen=True, slots=True)
class Count:
    """How far the agreement has come. clause: the rule in words; said: where it stands; lines: each condition with its numbers.

    example: the charter says of itself that it is invented. charter: title of the charter that has the clause.
    """

    clause: RuleTold
    charter: str
    example: bool
    said: tuple[str, ...]
    lines: tuple[Line, ...]
    bound: tuple[Bound, ...]


def count(seen: Picture, reading: Reading = Reading.UNCONTESTED) -> Count | None:
    """The count on the day of a picture; None where no charter has a clause. Two queries beside those of the picture."""
    if seen.clause is None:
        return None
    names, found = naming(), seen.whole[reading].found
    listed = {one.id: thing_of(one, names) for one in parties()}
    charter, rule = seen.clause.charter, seen.clause.rule
    told = {seen.clause.key(key): one.name for key, one in listed.items()}
    # How many further instruments a clause needs that asks for a number alone is said by `on_force`, whoever may deposit them.
    told_by_engine = found is not None and rule.timing and (found.met_on or seen.clause.members)
    bound = []
    for key, party in listed.items():
        standing = seen.standing(key, reading)
        if standing.position.instrument is not None:
            bound.append(Bound(party, standing.position.instrument.counts_from, standing.force_on, standing.force))
    return Count(
        rule_told(rule, charter),
        in_words(charter.title),
        charter.example,
        _said(found, told) if found is not None and told_by_engine else (),
        outcome_told(found.outcome, charter, told).lines if found else (),
        tuple(sorted(bound, key=lambda one: (one.deposited, one.party.name.casefold()))),
    )


def _said(found: InForce, told: Mapping[str, str]) -> tuple[str, ...]:
    """The engine's sentences, with names of parties instead of keys."""
    shown = names_of(Snapshot(found.outcome.snapshot.members), told)
    named = replace(found, by=tuple(sorted(shown.get(key, key) for key in found.by)))
    return tuple(in_force_sentences(named, language()))
