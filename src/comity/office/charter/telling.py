"""Rules and outcomes for people: the engine's sentences in the active language, with names of members instead of their keys.

The engine knows members by short keys that mean the same in every language; a reader wants names. Names are put into the finished
outcome's place by deciding the same vote again over members who bear them; the hashes that are
shown are those of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from comity.office.charter.voting import Vote
from comity.office.charter.wording import choice_words, chosen_word, with_choice_words, worded
from comity.office.charter.wording import language as language
from comity.rules import (
    Ballot,
    Charter,
    Kind,
    Member,
    Outcome,
    Record,
    Rule,
    RulesError,
    Snapshot,
    decide,
    lines,
    sentence,
)
from comity.rules.conditions import Meets, walk
from comity.rules.rule_sentences import certainty_words, rule_details, rule_sentence
from comity.rules.sentences import Line, told
from comity.rules.words import listed, say


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome in words: one sentence, its verdict alone, and a line for each condition with its numbers."""

    sentence: str
    verdict: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule in words. sentence: what it takes; details: what else it says; certainty: how well it is known.

    votes: whether members decide by it, so that it can be tried.
    """

    rule: Rule
    title: str
    sentence: str
    details: tuple[str, ...]
    certainty: str
    source: str
    note: str
    votes: bool


def several(names: Iterable[object]) -> str:
    """Names or words one after another, with the comma of the reader's language."""
    return listed(names, language())


def headed(title: object, said: object) -> str:
    """What is said of something, behind its name, with the colon of the reader's language."""
    return _("%(title)s: %(parts)s") % {"title": title, "parts": said}


def in_words(texts: Mapping[str, str]) -> str:
    """A text of a charter in the active language, else in English, else in the first that there is."""
    return told(texts, language())


def rule_told(rule: Rule, charter: Charter) -> RuleTold:
    """A rule in the active language."""
    now = language()
    in_its_words = worded(charter, rule)
    return RuleTold(
        rule,
        told(rule.title, now),
        rule_sentence(in_its_words, charter, now),
        rule_details(in_its_words, charter, now),
        certainty_words(rule, now),
        rule.source or charter.source,
        told(rule.note, now) if rule.note else "",
        rule.kind in (Kind.VOTE, Kind.SILENCE),
    )


def left_to_people(charter: Charter, rule: Rule | None = None) -> dict[str, str]:
    """What rules for votes leave people to find, and in which role (empty: any). Who is elected is counted, not found.

    rule: what that rule leaves to them, with the rules that it rests on; None: all rules.
    """
    if rule is None:
        return replace(charter, rules=tuple(one for one in charter.rules if one.election is None)).findings()
    used: dict[str, Rule] = {}
    asked = [rule]
    while asked:
        one = asked.pop()
        used[one.id] = one
        conditions = (one.passes, one.quorum, one.postponed_when)
        named = {part.rule for clause in conditions if clause for part in walk(clause) if isinstance(part, Meets)}
        asked += [charter.rule(name) for name in sorted(named - used.keys())]
    return replace(charter, rules=tuple(used.values())).findings()


def outcome_told(outcome: Outcome, charter: Charter, names: Mapping[str, str]) -> Told:
    """An outcome in the active language, members by these names (those without one by their keys)."""
    now = language()
    shown = named(outcome, charter, names)
    return Told(sentence(shown, charter, now), say(outcome.verdict, now), tuple(lines(shown, charter, now)))


@dataclass(frozen=True, slots=True)
class VoteTold:
    """A vote by which a charter was adopted. choices: name and choice of each member; totals: where a secret ballot has no names."""

    told: Told
    snapshot: str
    rule: RuleTold
    choices: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, int], ...]


def vote_told(vote: Vote, charter: Charter, on: date, names: Mapping[str, str]) -> VoteTold:
    """A kept vote, computed anew. Raises RulesError for one that this engine cannot count any more."""
    if charter.amended_by is None:
        raise RulesError("{charter} names no rule for its own change.", charter=charter.id)
    outcome = vote.outcome(charter, charter.amended_by, on)
    ballot = outcome.record.ballot
    listed = ((names.get(key, key), ballot.choices.get(key, "absent")) for key in outcome.snapshot.names)
    totals = ballot.totals or {}
    return VoteTold(
        outcome_told(outcome, charter, names),
        outcome.snapshot.digest,
        rule_told(charter.rule(charter.amended_by, on), charter),
        () if totals else tuple(sorted((name, chosen_word(choice)) for name, choice in listed)),
        tuple((chosen_word(choice), count) for choice, count in totals.items()),
    )


def named(outcome: Outcome, charter: Charter, names: Mapping[str, str]) -> Outcome:
    """The same outcome over members who bear these names."""
    organs = outcome.record.organs.values()
    keys = {key for snapshot in (outcome.snapshot, *(vote.snapshot for vote in organs)) for key in snapshot.names}
    shown = names_of(Snapshot(tuple(Member(key) for key in keys)), names)
    words = choice_words(charter)
    if not words and all(key == name for key, name in shown.items()):
        return outcome
    day = date.fromisoformat(outcome.on) if outcome.on else None
    renamed, snapshot = with_names(charter, outcome.snapshot, shown)
    return decide(renamed, snapshot, _renamed_record(outcome.record, shown, words), rule=outcome.rule.rule, on=day)


def names_of(snapshot: Snapshot, names: Mapping[str, str]) -> dict[str, str]:
    """What each member is called, by key; of two who would be called the same, each has its key behind it."""
    known = {key: names.get(key) or key for key in snapshot.names}
    borne = Counter(known.values())
    return {key: name if borne[name] == 1 else f"{name} ({key})" for key, name in known.items()}


def with_names(charter: Charter, snapshot: Snapshot, shown: Mapping[str, str]) -> tuple[Charter, Snapshot]:
    """A charter and a snapshot in which members bear names instead of keys, also where the charter lists members itself.

    The charter's own choices are words of the reader's language there.
    """
    groups = {
        name: group if group.members is None else replace(group, members=tuple(shown.get(m, m) for m in group.members))
        for name, group in charter.groups.items()
    }
    return replace(with_choice_words(charter), groups=groups), _renamed(snapshot, shown)


def _renamed(snapshot: Snapshot, shown: Mapping[str, str]) -> Snapshot:
    return Snapshot(
        tuple(
            replace(one, name=shown[one.name], casts_for=tuple(shown[other] for other in one.casts_for))
            for one in snapshot.members
        ),
        snapshot.on,
        snapshot.groups,
    )


def _renamed_record(record: Record, shown: Mapping[str, str], words: Mapping[str, str]) -> Record:
    def name(key: str) -> str:
        return shown.get(key, key)

    def ballot(one: Ballot) -> Ballot:
        return replace(
            one,
            choices={name(key): words.get(choice, choice) for key, choice in one.choices.items()},
            totals=one.totals and {words.get(choice, choice): number for choice, number in one.totals.items()},
            reasons=frozenset(map(name, one.reasons)),
            proxies={name(key): name(by) for key, by in one.proxies.items()},
        )

    return replace(
        record,
        ballot=ballot(record.ballot),
        stages={stage: ballot(one) for stage, one in record.stages.items()},
        objections={name(key): why for key, why in record.objections.items()},
        deposits=tuple(replace(one, member=name(one.member)) for one in record.deposits),
        organs={
            organ: replace(
                vote, snapshot=_renamed(vote.snapshot, shown), record=_renamed_record(vote.record, shown, words)
            )
            for organ, vote in record.organs.items()
        },
    )
