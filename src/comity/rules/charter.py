"""A charter: the rules of a body as data, with source, certainty and dates of validity.

`charter_file` reads and checks them; this module only says what they are. A rule is never changed in place: a change
is a new rule of the same id with other dates, so that a decision of last year is judged by what held last year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from comity.rules.conditions import CHOICES, NOT_YES, Base, Condition, Found, walk
from comity.rules.election_rules import ElectionRule
from comity.rules.errors import RulesError
from comity.rules.symbols import Scheme
from comity.rules.timing import Period, Timing

FORMAT = "comity-charter/1"
CASTING_VOTE = "casting vote"
"""What a chair is recorded to have found when a tie is the chair's to break; it holds if the chair is for."""


class Certainty(StrEnum):
    """How well a rule is known; shown wherever the rule is."""

    TEXT = "text"
    """Read in the primary text."""
    PAGES = "pages"
    """Read in a copy of a page."""
    DOCS = "docs"
    """Read in a project's own documents."""
    DATA = "data"
    """Confirmed by computing real decisions."""
    PRACTICE = "practice"
    """Practice, not written in the article."""
    KNOWN = "known"
    """General knowledge of the article; the wording was not checked."""
    EXAMPLE = "example"
    """Invented as an example."""


class Kind(StrEnum):
    """What sort of decision a rule is for."""

    VOTE = "vote"
    SILENCE = "silence"
    IN_FORCE = "in-force"
    ELECTION = "election"


class Tie(StrEnum):
    """What equal numbers of yes and no mean."""

    REJECTED = "rejected"
    SECOND_VOTE = "second-vote"
    CHAIR = "chair"
    """The chair's casting vote: a finding "casting vote" by `chair`."""
    DISCUSSION = "discussion"


class Binds(StrEnum):
    """Whom an adopted decision binds."""

    ALL = "all"
    NOT_OBJECTORS = "not-objectors"
    NOT_ABSTAINERS = "not-abstainers"
    YES = "yes"


class Effect(StrEnum):
    """What a standing does to a member's vote."""

    NO_VOTE = "no-vote"
    ABSTAINS = "abstains"
    RECUSED = "recused"


@dataclass(frozen=True, slots=True)
class Named:
    """A group or a weight that rules speak of. `members`: where the charter itself lists them; `unit`: of a weight.

    `missing_is_zero`: whoever has no figure of this weight counts 0, as some tables of shares mean it.
    """

    title: Mapping[str, str]
    members: tuple[str, ...] | None = None
    unit: str = ""
    missing_is_zero: bool = False


@dataclass(frozen=True, slots=True)
class EligibilityClause:
    """Members of `group`, unless also of `unless`, have no vote, must abstain or take no part."""

    id: str
    group: str
    effect: Effect
    unless: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to decide. `passes` is the condition; for a silence procedure the contrary of what makes it fail.

    `among`: the group that is the body. `quorum`: to decide; `quorum_to_open`: to begin. `reasons`: choices that count
    only with a reason. `proxies`: how many one holder may cast. `valid_until` is the last day. `timing`: when it takes
    effect after `passes` was met; `for_each`: for whoever deposits later, counted from that deposit.
    """

    id: str
    title: Mapping[str, str]
    passes: Condition
    kind: Kind = Kind.VOTE
    source: str = ""
    certainty: tuple[Certainty, ...] = (Certainty.KNOWN,)
    note: Mapping[str, str] = field(default_factory=dict)
    among: str | None = None
    quorum: Condition | None = None
    quorum_to_open: Condition | None = None
    eligibility: tuple[str, ...] = ()
    tie: Tie = Tie.REJECTED
    postponed_when: Condition | None = None
    reasons: tuple[str, ...] = ()
    proxies: int = 0
    valid_from: date | None = None
    valid_until: date | None = None
    opened: date | None = None
    timing: Timing | None = None
    for_each: Timing | None = None
    period: Period | None = None
    binds: Binds = Binds.ALL
    election: ElectionRule | None = None

    def valid_on(self, day: date | None) -> bool:
        """Whether the rule held on a day; without a day, whether it has no end."""
        if day is None:
            return self.valid_until is None
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def overlaps(self, other: Rule) -> bool:
        """Whether both hold on some day."""
        ends = (self.valid_until, other.valid_until)
        return all(
            begins is None or end is None or begins <= end
            for begins, end in zip((other.valid_from, self.valid_from), ends, strict=True)
        )


@dataclass(frozen=True)  # no slots: what follows from the rules is kept beside them
class Charter:
    """The rules of a body. `digest`: SHA-256 of the file. `example`: not the rules of a real body, and shown as such.

    `entry_into_force`: the rule by which the agreement that founds the body enters into force. `symbols`: how its documents are
    numbered. Both may be left unsaid.
    """

    id: str
    version: str
    title: Mapping[str, str]
    rules: tuple[Rule, ...]
    source: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    example: bool = False
    amended_by: str | None = None
    entry_into_force: str | None = None
    symbols: Scheme | None = None
    groups: Mapping[str, Named] = field(default_factory=dict)
    weights: Mapping[str, Named] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    eligibility: Mapping[str, EligibilityClause] = field(default_factory=dict)
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What people may find, by statement, in the languages in which it is shown."""
    digest: str = ""

    def rule(self, name: str | None = None, on: date | None = None) -> Rule:
        """The rule of that id that held on a day; without a name, the only one or the first.

        Raises RulesError where there is none, with those there are.
        """
        wanted = name or self.rules[0].id
        versions = [rule for rule in self.rules if rule.id == wanted]
        if not versions:
            raise RulesError(
                "{charter} has no rule {rule}: choose one of {rules}.",
                charter=self.id,
                rule=wanted,
                rules=tuple(dict.fromkeys(rule.id for rule in self.rules)),
            )
        for rule in versions:
            if rule.valid_on(on):
                return rule
        if on is None:
            return versions[-1]
        raise RulesError(
            "{charter}, rule {rule}: it did not hold on {day}: give a day on which it did.",
            charter=self.id,
            rule=wanted,
            day=on.isoformat(),
        )

    def findings(self) -> dict[str, str]:
        """What the rules ask people to find, and in which role (empty: any)."""
        asked: dict[str, str] = {}
        for rule in self.rules:
            for condition in (rule.passes, rule.quorum, rule.postponed_when):
                for part in walk(condition) if condition else ():
                    if isinstance(part, Found):
                        asked[part.statement] = part.by or asked.get(part.statement, "")
            if rule.tie is Tie.CHAIR:
                asked[CASTING_VOTE] = "chair"
        return asked

    @cached_property
    def like(self) -> dict[str, str]:
        """For each choice word: the standard choice that it counts like."""
        return {**{word: word for word in CHOICES}, **self.choices}

    @cached_property
    def words_of(self) -> dict[str, frozenset[str]]:
        """For each side: the words counted under it. For a choice: itself and those that count like it."""
        choices = {
            word: frozenset(other for other, like in self.like.items() if word in (other, like)) for word in self.like
        }
        bases = {str(base): words for base, words in self.words_in.items()}
        others = {NOT_YES: self.words_in[Base.PARTICIPANTS] - choices["yes"], str(Base.ENTITLED): frozenset(self.like)}
        return {**choices, **bases, **others}

    def words(self, side: tuple[str, ...]) -> frozenset[str]:
        """The choice words counted under a side; objections and deposits are no choices."""
        if len(side) == 1:
            return self.words_of.get(side[0], frozenset())
        return frozenset().union(*(self.words_of.get(word, frozenset()) for word in side))

    @cached_property
    def words_in(self) -> dict[Base, frozenset[str]]:
        """For each base below ENTITLED: the choice words that count in it."""
        return {
            base: frozenset(word for word, like in self.like.items() if base in CHOICES[like])
            for base in Base
            if base not in (Base.ALL, Base.ENTITLED)
        }
