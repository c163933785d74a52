"""Rules in words, before anybody has voted under them: what it takes, and what else the rule says, in six languages.

`rule_sentence` is the one line that a list of rules shows; `rule_details` are the lines beneath it. Like the sentences of
outcomes they are built with colons rather than grammar. Clauses that are nested stand in brackets. In an election papers are counted,
not votes of members: there a side and a base have words of their own.
"""

from __future__ import annotations

from fractions import Fraction

from comity.rules.charter import Binds, Charter, Kind, Rule, Tie
from comity.rules.conditions import (
    All,
    Any,
    AtLeast,
    Base,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Op,
    Scope,
    Sequence,
    Share,
)
from comity.rules.election_rules import PaperKind
from comity.rules.sentences import amount, number, side_name, told
from comity.rules.timing import Moment, Period, Timing
from comity.rules.words import LANGUAGES, listed, say


def rule_sentence(rule: Rule, charter: Charter, language: str = "en") -> str:
    """What it takes under a rule, in one line.

    >>> from comity.rules import load
    >>> ga = load("un-ga")
    >>> rule_sentence(ga.rule("important"), ga)
    'Adopted with — Yes: at least 2/3 of yes and no votes cast'
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is no language of the engine: choose one of {', '.join(LANGUAGES)}")
    clause = condition_sentence(_asked(rule), charter, language, papers=rule.kind is Kind.ELECTION)
    match rule.kind:
        case Kind.SILENCE:
            return say("rule.silence", language, period=_period(rule.period, language), clause=clause)
        case Kind.IN_FORCE:
            return say("rule.counts", language, clause=clause)
        case Kind.ELECTION:
            return say("rule.election", language, seats=rule.election.seats if rule.election else 0, clause=clause)
        case Kind.VOTE:
            return say("rule.passes", language, clause=clause)


def rule_details(rule: Rule, charter: Charter, language: str = "en") -> tuple[str, ...]:
    """What else a rule says: who decides, quorum, ties, who has no vote, from when it holds; nothing that is as usual."""
    said: list[str] = []
    if rule.kind is Kind.IN_FORCE:
        said.append(
            say("rule.timing", language, timing=_timing(rule.timing, language))
            if rule.timing
            else say("rule.no_timing", language)
        )
        if rule.for_each:
            said.append(say("rule.for_each", language, timing=_timing(rule.for_each, language)))
    if rule.election:
        rounds = listed([say(f"field.{field}", language) for field in rule.election.rounds], language)
        said.append(say("rule.rounds", language, rounds=rounds))
        said += [] if rule.election.paper is PaperKind.NAMES else [say(f"rule.{rule.election.paper}", language)]
        said += [say("rule.lots", language)] if rule.election.lots else []
    if rule.among:
        said.append(say("rule.among", language, group=_group(rule.among, charter, language)))
    for key, condition in (
        ("rule.quorum_to_open", rule.quorum_to_open),
        ("rule.quorum", rule.quorum),
        ("rule.postponed", rule.postponed_when),
    ):
        if condition is not None:
            said.append(say(key, language, clause=condition_sentence(condition, charter, language)))
    if rule.tie is not Tie.REJECTED:
        said.append(say(f"tie.{rule.tie}", language))
    said += [_eligibility(name, charter, language) for name in rule.eligibility]
    if rule.reasons:
        said.append(
            say("rule.reasons", language, choices=listed([side_name((w,), language) for w in rule.reasons], language))
        )
    if rule.proxies:
        said.append(say("rule.proxies", language, n=rule.proxies))
    if rule.binds is not Binds.ALL:
        said.append(say(f"binds.{rule.binds}", language))
    if rule.valid_from or rule.valid_until:
        since = say("rule.since", language, day=rule.valid_from) if rule.valid_from else ""
        until = say("rule.until", language, day=rule.valid_until) if rule.valid_until else ""
        said.append(say("rule.holds", language, since=since, until=until).strip())
    return tuple(said)


def certainty_words(rule: Rule, language: str = "en") -> str:
    """How well the rule is known."""
    return listed([say(f"certainty.{mark}", language) for mark in rule.certainty], language)


def condition_sentence(condition: Condition, charter: Charter, language: str = "en", *, papers: bool = False) -> str:
    """A clause in words. papers: it is of an election, where `yes` is a paper with the name and `cast` a valid paper."""
    match condition:
        case Share():
            return _share(condition, charter, language, papers)
        case Floor(side, op, share, base, weight):
            return say(
                "rule.floor",
                language,
                side=_side(side, language, papers),
                op=say(op, language),
                base=_base(base, language, papers),
                amount=amount(share),
                weight=_weight(weight, charter, language),
            )
        case All(parts):
            return _joined("joined.all", parts, charter, language, papers)
        case Any(parts):
            return _joined("joined.any", parts, charter, language, papers)
        case Sequence(parts):
            return _joined("joined.sequence", parts, charter, language, papers)
        case Fallback(parts):
            return _joined("joined.fallback", parts, charter, language, papers)
        case Not(part):
            return f"{say('not', language)} ({condition_sentence(part, charter, language, papers=papers)})"
        case AtLeast(least, parts):
            inside = "; ".join(_inner(part, charter, language, papers) for part in parts)
            return f"{say('at-least', language, k=least)}: ({inside})"
        case Gate(question, then, otherwise):
            return say(
                "rule.gate",
                language,
                question=_inner(question, charter, language, papers),
                then=_inner(then, charter, language, papers),
                otherwise=_inner(otherwise, charter, language, papers),
            )
        case Meets(rule, stage):
            named = say("rule", language, rule=told(charter.rule(rule).title, language))
            return say("rule.on", language, rule=named, stage=stage) if stage else named
        case Found(statement, by):
            what = told(charter.wordings.get(statement, {}), language) or statement
            what = say("rule.found_by", language, what=what, by=by) if by else what
            return say("found", language, what=what)


def _asked(rule: Rule) -> Condition:
    """The clause that the charter writes: of a silence procedure, when it fails."""
    if rule.election:
        return rule.election.elected
    if rule.kind is Kind.SILENCE and isinstance(rule.passes, Not):
        return rule.passes.part
    return rule.passes


def _joined(key: str, parts: tuple[Condition, ...], charter: Charter, language: str, papers: bool) -> str:
    return say(key, language).join(_inner(part, charter, language, papers) for part in parts)


def _inner(part: Condition, charter: Charter, language: str, papers: bool) -> str:
    said = condition_sentence(part, charter, language, papers=papers)
    return said if isinstance(part, Share | Floor | Meets | Found) else f"({said})"


def _side(side: tuple[str, ...], language: str, papers: bool) -> str:
    return say("paper.yes", language) if papers and side == ("yes",) else side_name(side, language)


def _base(base: Base, language: str, papers: bool) -> str:
    return say("paper.cast", language) if papers and base is Base.CAST else say(f"base.{base}", language)


def _share(share: Share, charter: Charter, language: str, papers: bool) -> str:
    values = {
        "side": _side(share.side, language, papers),
        "op": say(share.op, language),
        "scope": _scope(share.scope, charter, language),
    }
    if share.base is None:
        if share.op is Op.EQUAL and share.amount == 0:
            return say("rule.none", language, **values)
        return say("rule.count", language, **values, amount=number(share.amount))
    if isinstance(share.base, Base):
        base = _base(share.base, language, papers)
        if share.op in (Op.EQUAL, Op.AT_LEAST) and share.amount == 1:
            return say("rule.every", language, **values, base=base)
        return say("rule.share", language, **values, amount=amount(share.amount), base=base)
    base = _side(share.base, language, papers)
    if share.amount == Fraction(1):
        return say("rule.against", language, **values, base=base)
    return say("rule.share", language, **values, amount=amount(share.amount), base=base)


def _scope(scope: Scope, charter: Charter, language: str) -> str:
    said = ""
    if scope.group:
        said += say("outside" if scope.outside else "within", language, group=_group(scope.group, charter, language))
    if scope.weight:
        said += say("by", language, weight=_weight(scope.weight, charter, language))
    return said


def _group(name: str, charter: Charter, language: str) -> str:
    return told(charter.groups[name].title, language) if name in charter.groups else name


def _weight(name: str, charter: Charter, language: str) -> str:
    return told(charter.weights[name].title, language) if name in charter.weights else name


def _eligibility(name: str, charter: Charter, language: str) -> str:
    clause = charter.eligibility[name]
    said = say(f"effect.{clause.effect}", language, group=_group(clause.group, charter, language))
    if clause.unless:
        said = say("rule.unless", language, said=said, group=_group(clause.unless, charter, language))
    return f"{said} ({clause.source})" if clause.source else said


def _period(period: Period | None, language: str) -> str:
    return say(f"unit.{period.unit}", language, n=period.number) if period else ""


def _timing(timing: Timing, language: str) -> str:
    said = [_moment(timing.start, language)]
    if timing.month:
        said.append(say("timing.month", language, n=timing.month))
    if timing.floor:
        said.append(say("timing.not_before", language, moment=_moment(timing.floor, language)))
    return listed(said, language)


def _moment(moment: Moment, language: str) -> str:
    if moment.day:
        return moment.day.isoformat()
    name = moment.event or "met"
    event = say(f"event.{name}", language) if name in ("met", "opened") else name
    if moment.after is None:
        return say("timing.same_day", language) if name == "met" else event
    return say("timing.after", language, period=_period(moment.after, language), event=event)
