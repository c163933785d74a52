"""What follows once a question is decided: texts that change, rulings that fall, acts of other offices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.facts import Fact
from comity.groundwork.log import Recorded
from comity.groundwork.perform import perform
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.office.charter.who_votes import ADOPTS, check_opening
from comity.office.decisions.actions.checks import the_question
from comity.office.decisions.actions.joining import JOINS, record_joined
from comity.office.decisions.actions.question import text_digest
from comity.office.decisions.events.question import ConsequenceCarriedOut, PartChanged, QuestionDecided
from comity.office.decisions.models import Question, QuestionPart, Ruling, Vote
from comity.office.decisions.models.consensus import ConsensusOutcome
from comity.office.decisions.models.joint import JointOutcome
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.queries.secret import record_of
from comity.office.decisions.vocabulary import QuestionKind, QuestionStage
from comity.office.meetings.actions import record_challenge_settled
from comity.office.meetings.events.points import ChallengeSettled
from comity.office.meetings.models import PointOfOrder
from comity.rules import Snapshot, Verdict
from comity.rules.plain import record_to_plain

DECIDES: tuple[type[Fact], ...] = (QuestionDecided, ChallengeSettled, *JOINS)
"""What acts name among what they record that end with `record_decided`."""


def record_decided(by: Actor, vote: Vote | SecretBallot | ConsensusOutcome | JointOutcome, verdict: Verdict) -> None:
    """For acts that close votes: they name `DECIDES` among what they record. Says what follows for what the question belongs to."""
    question = vote.question
    if question is None:
        raise ValueError(f"{vote.id} is a ballot on no question")
    adopted = verdict is Verdict.ADOPTED
    changed: tuple[PartChanged, ...] = ()
    overturns = ""
    if question.kind == QuestionKind.AMENDMENT and adopted:
        changed = tuple(_amended(question))
    elif question.kind == QuestionKind.PART and not adopted:
        changed = tuple(_left_out(question))
    elif question.kind == QuestionKind.CHALLENGE and adopted and question.parent_id:
        overturns = question.challenges.id
    record(
        by,
        QuestionDecided(
            question=question.id,
            meeting=question.meeting,
            readable_by=question.audience,
            vote=vote.id,
            verdict=verdict.value,
            parent=question.parent_id or "",
            changed=changed,
            overturns=overturns,
        ),
    )
    if question.kind == QuestionKind.CHALLENGE and question.source:
        _settle(by, question, overruled=adopted)
    parent = question.parent
    if question.kind == QuestionKind.ORGAN and parent is not None:
        joint = record_joined(by, parent)
        if joint is not None:
            record_decided(by, joint, Verdict(joint.verdict))
    if changed and parent is not None and not parent.parts.filter(left_out=False).exists():
        # All of its parts were rejected, so it is rejected as a whole (General Assembly, rule 89).
        record(
            by,
            QuestionDecided(
                question=parent.id,
                meeting=parent.meeting,
                readable_by=parent.audience,
                vote=vote.id,
                verdict=Verdict.NOT_ADOPTED.value,
                parent="",
                changed=(),
                overturns="",
            ),
        )


def _settle(by: Actor, question: Question, *, overruled: bool) -> None:
    """Tell the meeting what became of a challenged ruling on a point of order, unless its desk has entered that already."""
    point = Ref.parse(question.source).id
    if PointOfOrder.objects.filter(id=point, challenged_at__isnull=False, settled_at__isnull=True).exists():
        record_challenge_settled(by, point, overruled=overruled, decision=question.ref)


@applies(QuestionDecided)
def _apply_question_decided(stated: QuestionDecided, recorded: Recorded) -> None:
    Question.objects.filter(id=stated.question).update(
        stage=QuestionStage.DECIDED, verdict=stated.verdict, decided_at=recorded.time
    )
    for part in stated.changed:
        changed_by = None if part.left_out else stated.question
        QuestionPart.objects.filter(id=part.id).update(
            text=part.text, sha256=part.sha256, left_out=part.left_out, changed_by=changed_by
        )
    if stated.overturns:
        ruling = Ruling.objects.get(id=stated.overturns)
        Question.objects.filter(id__in=ruling.order).update(rank=None)
        Ruling.objects.filter(id=ruling.id).update(overturned=True)


def _amended(amendment: Question) -> Iterable[PartChanged]:
    targets = {part.reference: part for part in amendment.parent.parts.all()} if amendment.parent else {}
    for part in amendment.parts.order_by("rank"):
        target = targets[part.reference]
        gone = not part.text
        text = target.text if gone else part.text
        yield PartChanged(id=target.id, text=text, sha256=text_digest(text), left_out=gone)


def _left_out(part_vote: Question) -> Iterable[PartChanged]:
    references = set(part_vote.parts.values_list("reference", flat=True))
    rows = part_vote.parent.parts.order_by("rank") if part_vote.parent else ()
    for part in rows:
        if part.reference in references:
            yield PartChanged(id=part.id, text=part.text, sha256=part.sha256, left_out=True)


@act("decisions.carry_out", may=(SECRETARY,), records=(ConsequenceCarriedOut,))
def carry_out(*, by: Actor, question: str, seen: int | None = None) -> None:
    """Do the act of another office that an adopted question calls for, such as putting a charter in force."""
    current = the_question(question, QuestionStage.DECIDED)
    unchanged(current.ref, seen)
    asked = current.consequence
    if current.verdict != Verdict.ADOPTED or asked is None:
        raise Refused(_("Nothing follows from this question by itself."))
    if current.carried_out:
        raise Refused(_("This was carried out already."))
    given = _filled(asked["arguments"], str(current.ref), _deciding_vote(current))
    made = perform(asked["act"], by, given)
    record(
        by,
        ConsequenceCarriedOut(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            act=asked["act"],
            made=(made or {}).get("id") or "",
        ),
    )


@applies(ConsequenceCarriedOut)
def _apply_consequence_carried_out(stated: ConsequenceCarriedOut, recorded: Recorded) -> None:
    Question.objects.filter(id=stated.question).update(carried_out=stated.made or stated.act)


def check_what_follows(question: Question, voting: Snapshot, day: date) -> None:
    """Refuse to begin a decision from which an act is to follow that could not rest on it. Raises Refused.

    voting: who would decide. Of a charter the charter office says what it takes.
    """
    asked = question.consequence
    if asked is not None and asked["act"] == ADOPTS:
        check_opening(asked["arguments"], question.charter, question.rule, voting, day, question.ref)


def rests_on_numbers(question: Question) -> bool:
    """Whether from its adoption an act follows that takes the vote: then a vote whose numbers are kept nowhere is none for it."""
    return question.consequence is not None and _asks_for_vote(question.consequence["arguments"])


def _asks_for_vote(given: Any) -> bool:
    if isinstance(given, dict):
        given = list(given.values())
    return any(_asks_for_vote(one) for one in given) if isinstance(given, list) else bool(given == "{vote}")


def _deciding_vote(question: Question) -> dict[str, Any] | None:
    """The snapshot and the record of what adopted a question; None: of a secret ballot with few papers the numbers are kept nowhere."""
    vote = Vote.objects.filter(question=question, verdict=Verdict.ADOPTED).order_by("-id").first()
    secret = question.secret_ballots.filter(verdict=Verdict.ADOPTED).order_by("-id").first()
    joint = JointOutcome.objects.filter(question=question).first()
    found = vote or joint or ConsensusOutcome.objects.filter(question=question).first()
    if found is not None:
        return {"snapshot": found.snapshot, "record": found.record}
    if secret is None or secret.totals is None:
        return None
    return {"snapshot": secret.snapshot, "record": record_to_plain(record_of(secret, question))}


def _filled(given: Any, decision: str, vote: dict[str, Any] | None) -> Any:
    """Arguments with the question in the place of "{decision}", and the vote that decided it in that of "{vote}". Raises Refused."""
    if given == "{decision}":
        return decision
    if given == "{vote}":
        if vote is None:
            raise Refused(
                _(
                    "Its secret ballot had so few papers that no numbers are kept, and what follows rests on them: vote again."
                )
            )
        return vote
    if isinstance(given, dict):
        return {key: _filled(value, decision, vote) for key, value in given.items()}
    return [_filled(value, decision, vote) for value in given] if isinstance(given, list) else given
