"""A vote as pages show it: who voted how, the numbers, the outcome in words, what was announced, explained and corrected.

One description serves the delegate, the chair, the hall and the public; each page shows of it what the disclosure allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from comity.groundwork.refs import PERSON_KIND, Ref, name_all
from comity.office.charter.telling import RuleTold, Told, rule_told
from comity.office.decisions.models import Announcement, Cast, Correction, Explanation, Proxy, Vote
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.electorate import names_of
from comity.office.decisions.vocabulary import Channel, VoteKind, VoteStage, When
from comity.office.decisions.words import choice_word, counted_word, engine_language, verdict_word
from comity.rules import Charter, Outcome, RulesError, Verdict
from comity.rules.sentences import number

SIGNS = {"yes": "✓", "no": "✕", "abstain": "○", "not-voting": "·", "absent": "–", "recused": "‖", "invalid": "!"}
"""The sign of each choice, which tells it apart without colour."""
ORDER = ("yes", "no", "abstain", "blank", "invalid", "not-voting", "absent", "recused")


@dataclass(frozen=True, slots=True)
class Called:
    """A member in the roll. choice: empty where it is not shown, or has not voted while the vote is open; barred: why it does not vote.

    weights: name and exact number, for rules that count them. holder: name of who cast it by proxy.
    """

    key: str
    party: str
    name: str
    choice: str
    channel: str
    holder: str
    reason: str
    has_voted: bool
    barred: str
    weights: tuple[tuple[str, str], ...]
    correction: Correction | None

    @property
    def word(self) -> str:
        """The choice in words."""
        return choice_word(self.choice) if self.choice else ""

    @property
    def sign(self) -> str:
        """The choice as a sign."""
        return SIGNS.get(self.choice, "?") if self.choice else ""

    @property
    def how(self) -> str:
        """How it came in, where that was not by the delegation itself."""
        return str(Channel(self.channel).label) if self.channel and self.channel != Channel.DEVICE else ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many made a choice."""

    choice: str
    word: str
    sign: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """A vote as pages show it. outcome and told are None where they cannot be shown yet. counts: empty where numbers are not shown."""

    vote: Vote
    charter: Charter
    rule: RuleTold
    names: Mapping[str, str]
    roll: tuple[Called, ...]
    counts: tuple[Count, ...]
    voted: int
    voters: int
    outcome: Outcome | None
    told: Told | None
    fault: str
    by_name: bool
    in_numbers: bool
    announcements: tuple[Announcement, ...]
    before: tuple[tuple[str, Explanation], ...]
    after: tuple[tuple[str, Explanation], ...]
    proxies: tuple[tuple[str, str, Proxy], ...]

    @property
    def verdict(self) -> str:
        """What came out, in words; empty before the close."""
        return verdict_word(self.vote.verdict) if self.vote.verdict else ""

    @property
    def adopted(self) -> bool:
        """Whether it was adopted."""
        return self.vote.verdict == Verdict.ADOPTED

    @property
    def open(self) -> bool:
        """Whether votes can still be cast."""
        return self.vote.stage == VoteStage.OPEN

    @property
    def heads(self) -> int:
        """Members in the snapshot."""
        return len(self.vote.parties)

    @property
    def in_order(self) -> tuple[Called, ...]:
        """The roll as it is called: in the order of a roll call, else by name."""
        place = {key: at for at, key in enumerate(self.vote.called)}
        return tuple(sorted(self.roll, key=lambda one: (place.get(one.key, len(place)), one.name.casefold(), one.key)))

    @property
    def next_called(self) -> Called | None:
        """Who is called next in a roll call."""
        return next((one for one in self.in_order if not one.has_voted and not one.barred), None)


def board(vote: Vote, *, whole: bool = True) -> Board:
    """A vote as pages show it. Some fifteen queries, however many members there are.

    whole=False: what came out and the numbers, without the roll, explanations and proxies.
    """
    names = names_of(vote.parties)
    charter, voters = reading.charter_of(vote.question), reading.voters(vote, names)
    casts = {cast.member: cast for cast in vote.casts.all()}
    by_name, in_numbers = reading.shown_by_name(vote), reading.shown_in_numbers(vote)
    outcome, told, fault = None, None, ""
    if vote.stage == VoteStage.CLOSED or in_numbers:
        try:
            outcome = reading.outcome_of(vote)
            told = reading.told(vote, _with_people(outcome), names)
        except RulesError as error:
            fault = error.told(engine_language())
    return Board(
        vote=vote,
        charter=charter,
        rule=rule_told(reading.rule_of(vote), charter),
        names=names,
        roll=tuple(_roll(vote, names, casts, voters, by_name=by_name)) if whole else (),
        counts=_counts(vote, outcome) if in_numbers and outcome is not None else (),
        voted=sum(1 for member in casts if member in voters.may) + sum(vote.hands.values()),
        voters=len(voters.may),
        outcome=outcome,
        told=told,
        fault=fault,
        by_name=by_name,
        in_numbers=in_numbers,
        announcements=tuple(vote.announcements.order_by("id")),
        before=_explanations(vote, names, When.BEFORE) if whole else (),
        after=_explanations(vote, names, When.AFTER) if whole else (),
        proxies=tuple(
            (names[row.principal], names[row.holder], row)
            for row in vote.proxies.filter(withdrawn_at__isnull=True).order_by("id")
        )
        if whole
        else (),
    )


def _with_people(outcome: Outcome) -> Outcome:
    """The outcome with the names of people in the place of their ids, for reading only; the bytes that are kept have the ids."""
    refs = [Ref(PERSON_KIND, finding.named) for finding in outcome.record.findings]
    names = name_all(refs)
    findings = tuple(
        replace(finding, named=names.get(Ref(PERSON_KIND, finding.named), finding.named))
        for finding in outcome.record.findings
    )
    return replace(outcome, record=replace(outcome.record, findings=findings)) if findings else outcome


def _roll(
    vote: Vote, names: Mapping[str, str], casts: Mapping[str, Cast], voters: reading.Voters, *, by_name: bool
) -> list[Called]:
    snapshot = reading.snapshot_of(vote)
    corrections = {row.member: row for row in vote.corrections.order_by("id")}
    closed = vote.stage == VoteStage.CLOSED
    frozen = reading.record_of(vote).ballot.choices if closed and vote.kind != VoteKind.OPEN else {}
    rows = []
    for member in snapshot.members:
        cast = casts.get(member.name)
        choice = (cast.choice if cast else frozen.get(member.name, "absent") if closed else "") if by_name else ""
        has_vote = member.name in voters.may
        if cast is None and not has_vote and not member.entitled and member.name not in snapshot.cast_by:
            continue  # takes part without a vote: how many they are is said with the electorate
        barred = "" if has_vote or member.name in snapshot.cast_by else voters.barred.get(member.name, "-")
        rows.append(
            Called(
                key=member.name,
                party=vote.parties[member.name],
                name=names[member.name],
                choice=choice if has_vote else "",
                channel=cast.channel if cast and by_name else "",
                holder=names.get(cast.holder, "") if cast and by_name else "",
                reason=cast.reason if cast and by_name else "",
                has_voted=cast is not None,
                barred=barred,
                weights=tuple((name, _exact(weight)) for name, weight in sorted(member.weights.items())),
                correction=corrections.get(member.name),
            )
        )
    return sorted(rows, key=lambda one: (one.name.casefold(), one.key))


def _exact(weight: Fraction) -> str:
    return number(Fraction(weight))


def _counts(vote: Vote, outcome: Outcome) -> tuple[Count, ...]:
    """Heads by choice: yes, no and abstain always, others where there are any."""
    ballot = outcome.record.ballot
    counted = Counter(ballot.totals if ballot.totals is not None else Counter(ballot.choices.values()))
    known = [choice for choice in ORDER if choice in {"yes", "no", "abstain"} or counted.get(choice)]
    others = sorted(choice for choice in counted if choice not in ORDER and counted[choice])
    return tuple(
        Count(choice, counted_word(choice), SIGNS.get(choice, "?"), counted.get(choice, 0)) for choice in known + others
    )


def _explanations(vote: Vote, names: Mapping[str, str], when: When) -> tuple[tuple[str, Explanation], ...]:
    rows = vote.explanations.filter(when=when).order_by("id")
    return tuple((names.get(row.member, row.member), row) for row in rows)
