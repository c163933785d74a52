"""Decisions of several organs: which ballots a rule is made of, and whose turn it is.

A rule such as `rule recommendation on council and then rule two-thirds on assembly` is decided by votes that are taken in
different bodies, each with members of its own; others, as `if rule importance on motion then …`, by such a vote and one of
the body itself. Here it is said which organs a rule asks, by which rule each votes, and which of them may vote now: after
`and then` only once what comes before it was adopted, after `or else` once it failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from comity.rules.charter import Charter, Rule
from comity.rules.conditions import All, Any, AtLeast, Condition, Fallback, Gate, Meets, Not, Sequence
from comity.rules.errors import RulesError
from comity.rules.outcome import Form, Outcome, Part

ITSELF = ""
"""The body before which the question stands, among those whose turn it is."""


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ as a rule calls it, and the rule by which it votes."""

    name: str
    rule: str


def organs(charter: Charter, rule: Rule, on: date | None = None) -> tuple[Organ, ...]:
    """The organs whose ballots a rule asks for, in its order; none if one body decides alone.

    Raises RulesError for a rule that asks one organ to vote by two rules, or leads through an organ to others.
    """
    found = tuple(dict.fromkeys(_walk(charter, rule, on)[0]))
    if len({one.name for one in found}) < len(found):
        raise RulesError(
            "{charter}, rule {rule}: one organ is to vote by two rules: give each ballot a name of its own.",
            charter=charter.id,
            rule=rule.id,
        )
    for one in found:
        if organs(charter, charter.rule(one.rule, on), on):
            raise RulesError(
                "{charter}, rule {rule}: {organ} votes by a rule of several organs itself: put each to the vote by a rule of its own.",
                charter=charter.id,
                rule=rule.id,
                organ=one.name,
            )
    return found


def votes_itself(charter: Charter, rule: Rule, on: date | None = None) -> bool:
    """Whether the body before which a question stands votes as well, beside the organs of its rule."""
    return _walk(charter, rule, on)[1]


def _walk(charter: Charter, rule: Rule, on: date | None) -> tuple[list[Organ], bool]:
    """The organs of a rule, and whether anything in it is the body's own."""
    asked: list[Organ] = []
    own = rule.quorum is not None or rule.quorum_to_open is not None or rule.postponed_when is not None
    ahead: list[Condition] = [rule.passes]
    while ahead:
        part = ahead.pop(0)
        match part:
            case Meets(name, None):
                theirs, itself = _walk(charter, charter.rule(name, on), on)
                asked, own = asked + theirs, own or itself
            case Meets(name, str(stage)):
                asked.append(Organ(stage, name))
            case All(parts) | Any(parts) | AtLeast(_, parts) | Sequence(parts) | Fallback(parts):
                ahead = [*parts, *ahead]
            case Not(inner):
                ahead = [inner, *ahead]
            case Gate(question, then, otherwise):
                ahead = [question, then, otherwise, *ahead]
            case _:
                own = True
    return asked, own


def whose_turn(outcome: Outcome, *, itself: bool = False) -> tuple[str, ...]:
    """The organs that may vote now, of an outcome on the votes there are of them so far; none: all that were needed have voted.

    The body itself is among them as `ITSELF` where the rule counts votes of its own, unless it has voted (`itself`).
    """
    return tuple(one for one in dict.fromkeys(_turn(outcome.part)) if one != ITSELF or not itself)


def _turn(part: Part) -> Iterator[str]:
    if not part.taken:
        return
    if part.form is Form.RULE and isinstance(part.condition, Meets) and part.condition.stage is not None:
        if part.met is None:
            yield part.condition.stage
        return
    if part.form is Form.SHARE:
        yield ITSELF
    going_on = {Form.SEQUENCE: True, Form.FALLBACK: False}.get(part.form)
    inner = part.parts
    if part.form is Form.GATE:
        inner = part.parts[:1] if part.parts[0].met is None else part.parts
    for one in inner:
        yield from _turn(one)
        if going_on is not None and one.met is not going_on:
            return
