"""From rows to the rules engine and back to people: records, outcomes, what is still needed, what if.

While a vote is open its outcome is computed from what was cast so far; after the close from what was frozen, and the bytes are compared
with those that were announced to the record.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from comity.groundwork.refusals import NotFound
from comity.office.charter.queries import charter_version
from comity.office.charter.telling import Told, outcome_told
from comity.office.decisions.models import Question, Vote
from comity.office.decisions.vocabulary import Disclosure, VoteKind, VoteStage
from comity.office.decisions.words import engine_language
from comity.rules import (
    Ballot,
    Charter,
    Finding,
    Need,
    Outcome,
    Record,
    Rule,
    Snapshot,
    decide,
    need,
    need_sentences,
    what_if,
)
from comity.rules.plain import record_from_plain, snapshot_from_plain
from comity.rules.record import OrganVote
from comity.rules.sentences import told_eligibility
from comity.rules.tally import Tally

MOST_ATTEMPTS = 2
"""A tie is voted on again once."""
Objections = Callable[[Question], Mapping[str, str]]
Organs = Callable[[Question], Mapping[str, OrganVote]]
ORGANS: list[Organs] = []
"""How other organs voted on a question, by organ: what knows of them registers here."""
OBJECTIONS: list[Objections] = []
"""Who objected formally to a question, and why, by id of the party: consensus registers here what it recorded."""


def objections_to(question: Question) -> dict[str, str]:
    """Formal objections to a question that stand, by id of the party."""
    return {party: reason for call in OBJECTIONS for party, reason in call(question).items()}


def organs_on(question: Question) -> dict[str, OrganVote]:
    """How other organs have voted on a question, as far as its rule asks them."""
    return {organ: vote for call in ORGANS for organ, vote in call(question).items()}


def charter_of(question: Question) -> Charter:
    """The charter by which a question was put. Raises NotFound."""
    held = charter_version(question.charter)
    if held is None:
        raise NotFound(f"the version {question.charter} of the charter is not here")
    return held.charter


def rule_of(vote: Vote) -> Rule:
    """The rule by which a vote is held, as it held on the day of the vote."""
    return charter_of(vote.question).rule(vote.question.rule, vote.on)


def findings_on(question: Question, charter: Charter) -> tuple[Finding, ...]:
    """What people found about a question or what it belongs to, as the rules of the charter ask for it; the latest of each stands."""
    asked, found = charter.findings(), dict[str, Finding]()
    line: Question | None = question
    while line is not None:
        for ruling in line.rulings.order_by("-id"):
            if ruling.statement in asked and ruling.statement not in found:
                by = asked[ruling.statement] or ruling.by_role
                found[ruling.statement] = Finding(
                    ruling.statement, by, ruling.named, ruling.holds, overturned=ruling.overturned
                )
        line = line.parent
    return tuple(found[statement] for statement in sorted(found))


SNAPSHOTS_HELD = 32
_snapshots: OrderedDict[str, Snapshot] = OrderedDict()


def snapshot_of(vote: Vote) -> Snapshot:
    """The electorate of a vote as it was frozen. Kept by its digest: every page of an open vote asks for it, several times."""
    held = _snapshots.get(vote.snapshot_digest)
    if held is None:
        held = _snapshots[vote.snapshot_digest] = snapshot_from_plain(vote.snapshot)
        while len(_snapshots) > SNAPSHOTS_HELD:
            _snapshots.popitem(last=False)
    return held


def record_so_far(vote: Vote) -> Record:
    """What an open vote rests on now. Four queries and those for findings."""
    snapshot = snapshot_of(vote)
    casts = {cast.member: cast for cast in vote.casts.all()}
    choices = {member: cast.choice for member, cast in casts.items()}
    # Whose vote another casts is not said to sit there without voting: that would be a vote of their own.
    silent = [key for key in vote.present or () if key not in choices and key not in snapshot.cast_by]
    findings = findings_on(vote.question, charter_of(vote.question))
    if vote.kind == VoteKind.OPEN:
        totals = Counter(choices.values()) + Counter(vote.hands)
        entitled = {member.name for member in snapshot.members if member.entitled}
        there = entitled & set(vote.present or ())
        unmoved = max(0, len(there | (set(choices) & entitled)) - totals.total())
        counted = {**totals, **({"not-voting": unmoved} if unmoved else {})}
        ballot = Ballot(totals=dict(sorted(counted.items())))
    else:
        ballot = Ballot(
            choices={**choices, **dict.fromkeys(silent, "not-voting")},
            reasons=frozenset(member for member, cast in casts.items() if cast.reason),
            proxies={member: cast.holder for member, cast in casts.items() if cast.holder},
        )
    return Record(
        ballot=ballot,
        objections=vote.objections,
        findings=findings,
        attempt=vote.attempt,
        organs=organs_on(vote.question),
    )


def record_of(vote: Vote) -> Record:
    """What a vote rests on: as frozen at the close, else as it stands."""
    return record_from_plain(vote.record) if vote.record is not None else record_so_far(vote)


def compute(vote: Vote, record: Record) -> Outcome:
    """The outcome of a vote on a record. Raises RulesError."""
    question = vote.question
    return decide(charter_of(question), snapshot_of(vote), record, rule=question.rule, on=vote.on)


def outcome_of(vote: Vote) -> Outcome:
    """The outcome of a vote: computed anew from what was frozen, or as it would be if it closed now."""
    return compute(vote, record_of(vote))


def digest(outcome: str) -> str:
    """SHA-256 of an outcome's canonical JSON."""
    return sha256(outcome.encode()).hexdigest()


def comes_out_the_same(vote: Vote) -> bool:
    """Whether the outcome of a closed vote, computed again from its snapshot and record, has the same bytes as the one in the record."""
    return outcome_of(vote).to_json().decode() == vote.outcome


def told(vote: Vote, outcome: Outcome, names: Mapping[str, str]) -> Told:
    """An outcome in the reader's language, with members by their names."""
    return outcome_told(outcome, charter_of(vote.question), names)


# --- what it still needs, and what if ---


@dataclass(frozen=True, slots=True)
class Needs:
    """What a vote still needs, in sentences. names: whether members are named in them."""

    found: Need
    sentences: tuple[str, ...]


def needs(vote: Vote, names: Mapping[str, str], *, by_name: bool) -> Needs:
    """What an open vote still needs to pass, and who can block it. by_name=False: numbers only. Raises RulesError."""
    record = record_of(vote)
    final = frozenset(member for member, choice in record.ballot.choices.items() if choice == "not-voting")
    cast = frozenset(vote.casts.values_list("member", flat=True)) & final
    found = need(
        charter_of(vote.question),
        snapshot_of(vote),
        record,
        rule=vote.question.rule,
        on=vote.on,
        voted=cast,
    )

    def called(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(names.get(key, key) for key in keys)) if by_name else ()

    shown = replace(
        found,
        pass_=replace(found.pass_, example=called(found.pass_.example)),
        block=replace(found.block, example=called(found.block.example)),
        vetoes=called(found.vetoes),
        open=called(found.open),
    )
    return Needs(found, tuple(need_sentences(shown, engine_language())))


def if_moved(vote: Vote, base: Record, moved: Mapping[str, str], rule: str) -> Outcome:
    """The outcome had members chosen so, by this rule. Raises RulesError."""
    charter, snapshot = charter_of(vote.question), snapshot_of(vote)
    return what_if(charter, snapshot, base, moved, rule=rule, on=vote.on)


def base_for_trying(vote: Vote) -> Record:
    """From what a "what if" begins: the vote as far as anybody may see it by name, else nobody has voted."""
    if vote.kind != VoteKind.OPEN and shown_by_name(vote):
        return record_of(vote)
    return Record(
        findings=findings_on(vote.question, charter_of(vote.question)),
        attempt=vote.attempt,
        organs=organs_on(vote.question),
    )


def to_begin(charter: Charter, rule: Rule, snapshot: Snapshot, present: tuple[str, ...]) -> Outcome | None:
    """Whether the quorum to begin is there, as an outcome whose parts say it; None: the rule asks for none."""
    if rule.quorum_to_open is None:
        return None
    asked = replace(
        rule, passes=rule.quorum_to_open, quorum=None, quorum_to_open=None, postponed_when=None, reasons=(), proxies=0
    )
    there = Record(Ballot(dict.fromkeys(present, "not-voting")))
    return decide(charter, snapshot, there, rule=asked, on=snapshot.on)


# --- what anybody sees ---


def shown_by_name(vote: Vote) -> bool:
    """Whether it is shown who voted how."""
    if vote.kind == VoteKind.OPEN:
        return False
    return vote.stage == VoteStage.CLOSED or vote.disclosure == Disclosure.LIVE


def shown_in_numbers(vote: Vote) -> bool:
    """Whether the numbers are shown."""
    return vote.stage == VoteStage.CLOSED or vote.disclosure in {Disclosure.LIVE, Disclosure.TALLY}


# --- who votes ---


@dataclass(frozen=True, slots=True)
class Voters:
    """Who casts a vote in a vote, by key; barred: why a member does not, in the reader's language."""

    may: frozenset[str]
    barred: Mapping[str, str]


def voters(vote: Vote, names: Mapping[str, str] | None = None) -> Voters:
    """Who votes: members of the body with a right to it who have not lost it, and those who cast the votes of others."""
    snapshot, called = snapshot_of(vote), names or {}
    tally = Tally(charter_of(vote.question), rule_of(vote), snapshot, Record(), Ballot())
    barred = {}
    for decision in tally.decisions:
        if decision.why in {"lost_vote", "takes_no_part"}:
            shown = replace(decision, member=called.get(decision.member, decision.member))
            barred[decision.member] = told_eligibility(shown, engine_language())
    may = (tally.body - tally.without_vote - barred.keys()) | snapshot.delegates
    return Voters(frozenset(may), barred)


def countable_in_numbers(vote_rule: Rule, charter: Charter, snapshot: Snapshot) -> bool:
    """Whether a rule can be decided on numbers alone: it counts heads of the whole body, and nobody casts the vote of another."""
    if snapshot.delegates:
        return False
    tried = decide(charter, snapshot, Record(Ballot(totals={})), rule=vote_rule, on=snapshot.on)
    return not any(fact.what == "only_totals" for fact in tried.missing)
