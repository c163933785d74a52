"""Decisions of several organs as readers see them: who votes on what, whose turn it is, what is still needed, what came out of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.audiences import Reader
from comity.groundwork.ids import is_id
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Ref
from comity.groundwork.tables import register_table
from comity.office.charter.telling import Told, in_words, outcome_told, rule_told
from comity.office.decisions.models import Question, SecretBallot, Vote
from comity.office.decisions.models.consensus import ConsensusOutcome
from comity.office.decisions.models.joint import JointOutcome, OrganBallot
from comity.office.decisions.models.question import QUESTION
from comity.office.decisions.queries import questions, reading
from comity.office.decisions.queries.electorate import Electorate, names_of
from comity.office.decisions.queries.secret import record_of as record_of_secret
from comity.office.decisions.vocabulary import QuestionKind, QuestionStage, VoteStage
from comity.office.decisions.words import engine_language
from comity.rules import Charter, Outcome, Record, Rule, RulesError, Snapshot, Verdict, decide
from comity.rules.organs import ITSELF, Organ, organs, votes_itself, whose_turn
from comity.rules.plain import record_from_plain, snapshot_from_plain
from comity.rules.record import OrganVote

NAMEABLE = frozenset({QuestionKind.PROPOSAL, QuestionKind.PROCEDURAL})
"""Kinds of question that several organs can decide."""


def organs_of(question: Question, on: date | None = None) -> tuple[Organ, ...]:
    """The organs whose votes decide a question, with the rule of each; none: its body decides alone. Raises RulesError."""
    if question.kind not in NAMEABLE:
        return ()
    charter = reading.charter_of(question)
    return organs(charter, charter.rule(question.rule, on), on)


def organ_title(charter: Charter, organ: str) -> str:
    """An organ in the reader's words: as the charter calls the group of that name."""
    return in_words(charter.groups[organ].title) if organ in charter.groups else organ


def as_organ(found: Electorate, question: Question, charter: Charter, rule: Rule) -> Electorate:
    """Who votes on a question. A body that was named for the ballot of an organ makes up the group among which its rule decides."""
    listed = charter.groups[rule.among].members if rule.among else None
    if question.kind != QuestionKind.ORGAN or rule.among is None or listed is not None:
        return found
    return replace(found, snapshot=found.snapshot.with_groups({rule.among: found.snapshot.names}))


@dataclass(frozen=True, slots=True)
class Given:
    """What was voted so far. organs: by organ; own: of the body itself, None: nothing. parties: id of the party by key, over all of them.

    audiences: for whom the question and its ballots are.
    """

    organs: Mapping[str, OrganVote]
    own: OrganVote | None
    parties: Mapping[str, str]
    audiences: frozenset[str]


def given(question: Question) -> Given:
    """The votes of those organs that have decided. Two queries, and two for each ballot."""
    own = Vote.objects.filter(question=question, verdict=Verdict.UNDECIDED).order_by("-id").first()
    votes: dict[str, OrganVote] = {}
    parties: dict[str, str] = dict(own.parties) if own is not None else {}
    audiences = {question.audience}
    for row in question.organs.select_related("ballot").order_by("organ"):
        audiences.add(row.ballot.audience)
        if row.ballot.stage == QuestionStage.DECIDED:
            vote, members = _vote_on(row.ballot)
            votes[row.organ] = vote
            parties |= members
    of_body = (
        OrganVote(snapshot_from_plain(own.snapshot), record_from_plain(own.record)) if own and own.record else None
    )
    return Given(votes, of_body, dict(sorted(parties.items())), frozenset(audiences))


def _vote_on(ballot: Question) -> tuple[OrganVote, Mapping[str, str]]:
    """What decided the ballot of an organ: a vote, a secret ballot or consensus. Of a secret ballot of few only the verdict is known."""
    closed = Vote.objects.filter(question=ballot, stage=VoteStage.CLOSED, verdict=ballot.verdict)
    if (vote := closed.order_by("-id").first()) is not None and vote.record is not None:
        return OrganVote(snapshot_from_plain(vote.snapshot), record_from_plain(vote.record)), vote.parties
    secret = SecretBallot.objects.filter(question=ballot, verdict=ballot.verdict).order_by("-id").first()
    if secret is not None:
        snapshot = snapshot_from_plain(secret.snapshot)
        if secret.totals is None:
            return OrganVote(snapshot, Record(), secret.verdict), secret.parties
        return OrganVote(snapshot, record_of_secret(secret, ballot)), secret.parties
    agreed = ConsensusOutcome.objects.get(question=ballot)
    return OrganVote(snapshot_from_plain(agreed.snapshot), record_from_plain(agreed.record)), agreed.parties


def joined(question: Question, found: Given, on: date | None) -> Outcome:
    """What comes out of the votes that there are. Raises RulesError."""
    snapshot, record = (found.own.snapshot, found.own.record) if found.own else (Snapshot((), on), Record())
    record = replace(record, organs=found.organs)
    return decide(reading.charter_of(question), snapshot, record, rule=question.rule, on=snapshot.on or on)


def opens_here(question: Question) -> bool:
    """Whether the vote on a question is opened in its own body: no organs are asked, or all of them have voted. Raises RulesError."""
    return not organs_of(question) or turn(question) == (ITSELF,)


def turn(question: Question) -> tuple[str, ...]:
    """The organs that may vote on a question now; `ITSELF`: its own body. Raises RulesError."""
    found = given(question)
    return whose_turn(joined(question, found, None), itself=found.own is not None)


def outcome_of(joint: JointOutcome) -> Outcome:
    """The outcome, computed anew from what was recorded. Raises RulesError."""
    snapshot, record = snapshot_from_plain(joint.snapshot), record_from_plain(joint.record)
    question = joint.question
    return decide(reading.charter_of(question), snapshot, record, rule=question.rule, on=snapshot.on)


def values(joint: JointOutcome) -> dict[str, Any]:
    """The decision as plain values: with the charter, anybody computes the outcome again."""
    question, charter = joint.question, reading.charter_of(joint.question)
    return {
        "format": "comity-joint/1",
        "question": {"id": question.id, "title": question.title.to_json(), "kind": question.kind},
        "charter": {"id": charter.id, "version": charter.version, "sha256": charter.digest, "rule": question.rule},
        "ballots": {row.organ: row.ballot_id for row in question.organs.order_by("organ")},
        "snapshot": joint.snapshot,
        "parties": joint.parties,
        "record": joint.record,
        "outcome": json.loads(joint.outcome),
        "outcome_sha256": joint.outcome_digest,
    }


def joint_outcome(key: str, actor: Actor) -> JointOutcome | None:
    """What came out of all ballots on a question, if it is there and for whoever asks. One query."""
    rows = JointOutcome.objects.select_related("question__body")
    found = rows.filter(question_id=key).first() if is_id(key) else None
    return found if found is not None and actor.reader.may_read(found.audience) else None


# --- on the page of a question ---


@dataclass(frozen=True, slots=True)
class Shown:
    """An organ on the page of a question. turn: it may vote now; needed: it has to vote still, now or later.

    ballot: None: no body was named. hidden: the ballot is not for this reader, who is told neither where it is nor what came out.
    """

    organ: str
    title: str
    rule: str
    ballot: Question | None
    turn: bool
    needed: bool
    hidden: bool


def shown(question: Question, reader: Reader | None = None) -> tuple[Shown, ...]:
    """The organs of a question, in the order of its rule. Raises RulesError."""
    asked = organs_of(question)
    if not asked:
        return ()
    charter = reading.charter_of(question)
    ballots = {row.organ: row.ballot for row in question.organs.select_related("ballot__body")}
    running = question.stage == QuestionStage.PUT
    now = turn(question) if running else ()
    rows = []
    for one in asked:
        ballot = ballots.get(one.name)
        if ballot is not None and ballot.stage == QuestionStage.WITHDRAWN:
            ballot = None
        voted = ballot is not None and ballot.stage == QuestionStage.DECIDED
        rows.append(
            Shown(
                one.name,
                organ_title(charter, one.name),
                rule_told(charter.rule(one.rule), charter).title,
                ballot,
                one.name in now,
                running and not voted,
                ballot is not None and reader is not None and not reader.may_read(ballot.audience),
            )
        )
    return tuple(rows)


def told(joint: JointOutcome) -> Told:
    """What came out, in the reader's language, with members by their names."""
    return outcome_told(outcome_of(joint), reading.charter_of(joint.question), names_of(joint.parties))


def _panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    found = questions.question(ref.id, actor) if ref is not None else None
    if found is None:
        return None
    try:
        rows = shown(found, actor.reader)
    except RulesError as error:
        return {"fault": error.told(engine_language())}
    if not rows:
        return None
    joint = joint_outcome(found.id, actor)
    computed = outcome_of(joint) if joint is not None else None
    return {
        "question": found,
        "organs": rows,
        "itself": votes_itself(reading.charter_of(found), reading.charter_of(found).rule(found.rule)),
        "may_name": found.stage == QuestionStage.PUT
        and may_do(actor, "decisions.name_organ", **questions.place_in(actor, found)),
        "joint": joint,
        "told": told(joint) if joint is not None else None,
        "same_bytes": computed.to_json().decode() == joint.outcome if joint is not None and computed else None,
    }


def _of_record(question: Question) -> Mapping[str, OrganVote]:
    return given(question).organs if organs_of(question) else {}


reading.ORGANS.append(_of_record)
register_panel(Panel(QUESTION, 20, "decisions/_organs.html", _panel))


def _of_ballot(row: Any) -> str:
    return str(row.ballot.audience)


def _own(row: Any) -> str:
    return str(row.audience)


register_table(OrganBallot, _of_ballot, ("ballot",))
register_table(JointOutcome, _own)
