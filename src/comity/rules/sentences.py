"""Outcomes in words: a sentence, and a table of all that it rests on, in the six languages of the United Nations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from comity.rules.charter import CASTING_VOTE, Certainty, Charter, Kind, Tie
from comity.rules.conditions import Base, Found, Meets, Op
from comity.rules.in_force import Against, InForce
from comity.rules.need import Fewest, Need
from comity.rules.outcome import Form, Operand, Outcome, Part, Verdict
from comity.rules.tally import Eligibility, Missing
from comity.rules.words import LANGUAGES, WORDS, listed, parted, say

if TYPE_CHECKING:  # the check counts coalitions with NumPy, which sentences can do without
    from comity.rules.charter_check import Checked


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: how deep, what is asked, and whether it is met (None: not known)."""

    depth: int
    text: str
    met: bool | None
    state: str
    clause: str


def sentence(outcome: Outcome, charter: Charter, language: str = "en", *, short: bool = False) -> str:
    """What was decided, by which rule and, unless `short`, on which numbers it rested, in one line.

    Of a rule with many parts only those are told that settled it; `lines` has all.
    """
    _refuse(language)
    title = told(outcome.rule.title, language)
    parts = [
        say("by_rule", language, verdict=_verdict(outcome, language), title=title, marks=_marks(outcome, language))
    ]
    if not short:
        parts += [f"{line.text} — {line.state}" for line in _reasons(outcome, charter, language)]
        parts += _casting(outcome, charter, language)
        parts += facts(outcome, charter, language)
    if outcome.not_bound:
        parts.append(say("not_bound", language, names=listed(outcome.not_bound, language)))
    stop = "。" if language == "zh" else ". "
    return (stop.join(parts) + stop).strip()


def _marks(outcome: Outcome, language: str) -> str:
    """Where the rule stands and how sure that is, in parentheses; of an example, that it is one."""
    certain = [
        say(f"certainty.{mark}", language)
        for mark in outcome.rule.certainty
        if not (outcome.rule.example and mark is Certainty.EXAMPLE)
    ]
    marks = [outcome.rule.source or outcome.rule.charter, listed(certain, language)]
    if outcome.rule.example:
        marks.append(say("example", language))
    return say("marks", language, marks=parted((mark for mark in marks if mark), language))


def _casting(outcome: Outcome, charter: Charter, language: str) -> list[str]:
    """Who broke a tie, where the rule leaves that to the chair and the chair has."""
    if not outcome.tie or outcome.part.met:
        return []
    day = date.fromisoformat(outcome.on) if outcome.on else None
    found = outcome.record.finding(CASTING_VOTE, "chair")
    if found is None or charter.rule(outcome.rule.rule, day).tie is not Tie.CHAIR:
        return []
    choice = side_name(("yes",) if found.holds else ("no",), language)
    return [say("casting_vote", language, choice=choice, named=found.named)]


def _verdict(outcome: Outcome, language: str) -> str:
    """What came out; of a condition for entry into force, that it is met or not."""
    counted = outcome.rule.kind is Kind.IN_FORCE and outcome.verdict in (Verdict.ADOPTED, Verdict.NOT_ADOPTED)
    return say(f"condition.{outcome.verdict}" if counted else outcome.verdict, language)


def need_sentences(need: Need, language: str = "en") -> list[str]:
    """What it still needs, who can block, until when."""
    _refuse(language)
    said = []
    if need.passes:
        said.append(say("need_passes", language))
    elif not need.possible and need.pass_.complete:
        said.append(say("need_impossible", language))
    else:
        said.append(_fewest("need_votes", need.pass_, language))
    if need.possible:
        said.append(
            say("need_no_block", language)
            if need.block.most is None and need.block.complete
            else _fewest("need_block", need.block, language)
        )
    if need.vetoes:
        said.append(say("need_vetoes", language, names=listed(need.vetoes, language)))
    if need.until:
        said.append(say("need_until", language, until=need.until))
    return said


def _fewest(key: str, fewest: Fewest, language: str) -> str:
    return say(key, language, n=how_many(fewest, language), example=_few(fewest.example, language))


def how_many(fewest: Fewest, language: str) -> str:
    """The fewest as a number, or from what to what."""
    if fewest.complete and fewest.most is not None:
        return str(fewest.most)
    return say("between", language, least=fewest.least, most="?" if fewest.most is None else fewest.most)


def _few(names: Sequence[str], language: str) -> str:
    return listed(names[:8], language) + (" …" if len(names) > 8 else "") if names else "—"


def in_force_sentences(found: InForce, language: str = "en", against: Against | None = None) -> list[str]:
    """Where a treaty stands; and how an official date compares."""
    _refuse(language)
    title = told(found.rule.title, language)
    if found.takes_effect and found.met_on:
        said = [
            say(
                "in_force", language, title=title, day=found.takes_effect, met=found.met_on, by=_few(found.by, language)
            )
        ]
    elif found.missing and (found.missing.most is not None or not found.missing.complete):
        said = [say("not_in_force", language, title=title, n=how_many(found.missing, language))]
    else:
        said = [say("never_in_force", language, title=title)]
    if against is None:
        return said
    if against.agrees:
        return [*said, say("official_agrees", language, day=against.official)]
    if against.needed_by is None or against.missing is None or against.missing.most == 0:
        return [*said, say("official_differs", language, day=against.official)]
    short = how_many(against.missing, language)
    return [*said, say("official_unreachable", language, day=against.official, by=against.needed_by, n=short)]


def remark_sentence(one: Checked, language: str = "en") -> str:
    """What a charter check found, in one line that begins with the rule's id."""
    _refuse(language)
    why = one.why.told(language) if one.why is not None else ""
    said = say(f"remark.{one.remark}", language, names=_few(one.members, language), detail=why)
    line = f"{one.rule}: {said}" if one.rule else said
    if not one.supposed:
        return line
    found = listed((statement for statement, holds in one.supposed if holds), language) or "—"
    not_found = listed((statement for statement, holds in one.supposed if not holds), language) or "—"
    return f"{line} ({say('supposed', language, found=found, not_found=not_found)})"


def facts(outcome: Outcome, charter: Charter, language: str) -> list[str]:
    """Missing facts, assumptions and votes not counted as cast."""
    found: list[Missing] = [*outcome.missing, *outcome.assumed]
    said = [say(fact.what, language, detail=_detail(fact, charter, language)) for fact in found]
    return said + [told_eligibility(decision, language) for decision in outcome.eligibility]


def _detail(fact: Missing, charter: Charter, language: str) -> str:
    """Groups, weights and findings by their titles, where the fact names them by id."""
    name, colon, rest = fact.detail.partition(": ")
    named = charter.groups.get(name) if fact.what in ("who_is_in", "nobody_recorded") else charter.weights.get(name)
    if named is not None:
        return told(named.title, language) + colon + rest
    for statement, wording in charter.wordings.items():
        if fact.what == "finding_of" and fact.detail.startswith(f'"{statement}"'):
            return told(wording, language) + fact.detail.removeprefix(f'"{statement}"')
    return fact.detail


def told_eligibility(decision: Eligibility, language: str) -> str:
    """Why a vote was not counted as cast."""
    return say(decision.why, language, member=decision.member, detail=decision.detail)


def lines(outcome: Outcome, charter: Charter, language: str = "en") -> list[Line]:
    """All conditions with their numbers, in the order of the rule, indented as they are nested."""
    _refuse(language)
    return [line for part, label in _tops(outcome, language) for line in _lines(part, charter, language, 0, label)]


def _tops(outcome: Outcome, language: str) -> list[tuple[Part, str]]:
    """Quorum, postponement and the rule itself, with their labels."""
    found = [(outcome.quorum, say("quorum", language))] if outcome.quorum else []
    if outcome.postponed:
        found.append((outcome.postponed, say("postponed_if", language)))
    if outcome.rule.kind is Kind.SILENCE and outcome.part.form is Form.NOT:
        return [*found, (outcome.part.parts[0], say("fails_if", language))]
    return [*found, (outcome.part, "")]


def _reasons(outcome: Outcome, charter: Charter, language: str) -> list[Line]:
    """The comparisons and findings that settled the outcome."""
    found = []
    for top, label in _tops(outcome, language):
        for place, part in enumerate(_settling(top)):
            found.append(next(_lines(part, charter, language, 0, label if not place else "")))
    return found


def _settling(part: Part) -> Iterator[Part]:
    """The leaves that settled a part: of "and" those that failed if it failed, of "or" those that succeeded ..."""
    match part.form:
        case Form.SHARE | Form.FOUND:
            yield part
        case Form.GATE:
            for inner in part.parts:
                if inner.taken:
                    yield from _settling(inner)
        case Form.NOT:
            yield from _settling(part.parts[0])
        case _ if not part.parts:
            yield part
        case _:
            for inner in part.parts:
                if inner.taken and inner.met is part.met:
                    yield from _settling(inner)


def _lines(part: Part, charter: Charter, language: str, depth: int, label: str) -> Iterator[Line]:
    text = _text(part, charter, language)
    dash = "——" if language == "zh" else " — "
    yield Line(depth, f"{label}{dash}{text}" if label else text, part.met, _state(part, language), part.clause)
    for inner in part.parts:
        yield from _lines(inner, charter, language, depth + 1, "")


def _state(part: Part, language: str) -> str:
    if not part.taken:
        return say("untaken", language)
    return say({True: "met", False: "not_met", None: "open"}[part.met], language)


def _text(part: Part, charter: Charter, language: str) -> str:
    if part.operand is not None:
        return _share(part.operand, charter, language)
    if part.form is Form.SHARE:  # not counted: nobody is there whose heads or weights it asks for
        return part.clause
    match part.condition:
        case Meets(rule, _):
            title = told(charter.rule(rule).title, language)
            return say("rule", language, rule=f"{title} ({part.detail})" if part.detail else title)
        case Found(statement, _):
            statement = told(charter.wordings.get(statement, {}), language) or statement
            return say("found", language, what=f"{statement} — {part.detail}" if part.detail else statement)
    return say(part.form, language, k=part.detail)


def _share(operand: Operand, charter: Charter, language: str) -> str:
    share = operand.share
    values = {
        "side": side_name(share.side, language),
        "count": number(operand.count),
        "scope": _scope(operand, charter, language),
        "op": say(share.op, language),
        "amount": amount(share.amount) if operand.total is not None else number(share.amount),
    }
    if operand.names:
        values["count"] += f" ({listed(operand.names, language)})"
    if operand.total is None:
        return say("count_line", language, **values)
    base = (
        say(f"base.{share.base}", language) if isinstance(share.base, Base) else side_name(share.base or (), language)
    )
    whole = say("whole", language, n=_whole(operand, language)) if share.scope.weight is None else ""
    if not isinstance(share.base, Base) and share.amount == 1:
        return say("against_line", language, **values, total=number(operand.total), base=base, whole=whole)
    if operand.total and share.scope.weight:
        hundredths = floor(operand.count / operand.total * 10_000)  # cut, not rounded: 64.999 % is not 65 %
        values["count"] += f" ({hundredths // 100}.{hundredths % 100:02d} %)"
    return say("share_line", language, **values, total=number(operand.total), base=base, whole=whole)


def _whole(operand: Operand, language: str) -> str:
    """The threshold as a whole number of members."""
    needed = operand.threshold
    match operand.share.op:
        case Op.GREATER:
            return f"{say('>=', language)} {floor(needed) + 1}"
        case Op.AT_LEAST:
            return f"{say('>=', language)} {ceil(needed)}"
        case Op.LESS:
            return f"{say('<=', language)} {ceil(needed) - 1}"
        case Op.AT_MOST:
            return f"{say('<=', language)} {floor(needed)}"
        case Op.EQUAL:
            return f"{say('=', language)} {number(needed)}"


def _scope(operand: Operand, charter: Charter, language: str) -> str:
    scope, said = operand.share.scope, ""
    if scope.group:
        title = told(charter.groups[scope.group].title, language)
        said += say("outside" if scope.outside else "within", language, group=title)
    if scope.weight:
        said += say("by", language, weight=told(charter.weights[scope.weight].title, language))
    return said


def side_name(side: tuple[str, ...], language: str) -> str:
    """A side in words; a charter's own choices as it writes them."""
    return " + ".join(say(word, language) if word in WORDS else word for word in side)


def told(texts: Mapping[str, str], language: str) -> str:
    """A text in a language, else in English, else in the first that there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def number(value: Fraction) -> str:
    """An exact number as people write it: whole, with a point if it ends, else as a fraction.

    >>> number(Fraction(111)), number(Fraction(25, 2)), number(Fraction(1, 3))
    ('111', '12.5', '1/3')
    """
    if value.denominator == 1:
        return str(value.numerator)
    for places in range(1, 7):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return str(value)


def amount(share: Fraction) -> str:
    """A share as rules write it: simple fractions as such, others in per cent.

    >>> amount(Fraction(2, 3)), amount(Fraction(11, 20)), amount(Fraction(1))
    ('2/3', '55 %', '1/1')
    """
    if share.denominator <= 4:
        return f"{share.numerator}/{share.denominator}"
    percent = number(share * 100)
    return str(share) if "/" in percent else f"{percent} %"


def _refuse(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is no language of the engine: choose one of {', '.join(LANGUAGES)}")
