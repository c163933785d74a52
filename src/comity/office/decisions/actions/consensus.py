"""Acts of consensus: object, withdraw, adopt without a vote, stand apart. That there is consensus is found by a named person: `rule_on`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_original
from comity.groundwork.translated import Text
from comity.office.decisions.actions.checks import KEEPS, PRESIDES, SPEAKS, belongs, the_party, the_question
from comity.office.decisions.actions.deciding import DECIDES, check_what_follows, record_decided
from comity.office.decisions.actions.vote import check_turn
from comity.office.decisions.events.consensus import (
    AdoptedWithoutVote,
    Dissociated,
    ObjectionMade,
    ObjectionWithdrawn,
)
from comity.office.decisions.models.consensus import ConsensusOutcome, Dissociation, FormalObjection
from comity.office.decisions.models.question import Question
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.electorate import electorate
from comity.office.decisions.queries.organs import as_organ
from comity.office.decisions.vocabulary import QuestionStage
from comity.office.decisions.words import engine_language, several
from comity.rules import Record, RulesError, Verdict, decide
from comity.rules.plain import record_to_plain, snapshot_to_plain

CONSENSUS = "consensus"
"""What whoever presides finds, in a ruling that can be challenged, before a question is adopted without a vote."""
LONGEST = 10_000


@act("decisions.object", may=(*SPEAKS, *KEEPS), records=(ObjectionMade,))
def object_formally(
    *, by: Actor, question: str, party: str, reason: Text, part: str = "", body: str = "", meeting: str = ""
) -> FormalObjection:
    """Object formally to a question, or to one part of it, with the reason. While an objection stands there is no consensus."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    objecting = _member(by, current, party)
    touched = current.parts.filter(id=part).first() if is_id(part) else None
    if part and touched is None:
        raise Refused(_("There is no such part in this question."), field="part")
    if FormalObjection.objects.filter(question=current, party_id=objecting, withdrawn_at__isnull=True).exists():
        raise Refused(_("Your delegation has objected already."))
    key = new_id(by.now)
    record(
        by,
        ObjectionMade(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            objection=key,
            party=objecting,
            part=touched.id if touched else None,
            reason=clean_original(reason, most=LONGEST, field="reason"),
        ),
    )
    return FormalObjection.objects.get(id=key)


@applies(ObjectionMade)
def _apply_objection_made(stated: ObjectionMade, recorded: Recorded) -> None:
    FormalObjection.objects.create(
        id=stated.objection,
        question_id=stated.question,
        party_id=stated.party,
        part_id=stated.part,
        reason=stated.reason,
        made_at=recorded.time,
    )


@act("decisions.withdraw_objection", may=(*SPEAKS, *KEEPS), records=(ObjectionWithdrawn,))
def withdraw_objection(*, by: Actor, objection: str, party: str, body: str = "", meeting: str = "") -> None:
    """Withdraw a formal objection; it no longer stands in the way of consensus."""
    rows = FormalObjection.objects.select_related("question").filter(withdrawn_at__isnull=True, party_id=party)
    found = rows.filter(id=objection).first() if is_id(objection) else None
    if found is None:
        raise NotFound(_("There is no such objection of this party."))
    current = the_question(found.question_id, QuestionStage.PUT)
    belongs(current, body, meeting)
    record(
        by,
        ObjectionWithdrawn(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            objection=found.id,
            party=found.party_id,
        ),
    )


@applies(ObjectionWithdrawn)
def _apply_objection_withdrawn(stated: ObjectionWithdrawn, recorded: Recorded) -> None:
    FormalObjection.objects.filter(id=stated.objection).update(withdrawn_at=recorded.time)


@act("decisions.adopt_without_vote", may=PRESIDES, records=(AdoptedWithoutVote, *DECIDES))
def adopt_without_vote(*, by: Actor, question: str, body: str = "", meeting: str = "") -> ConsensusOutcome:
    """Adopt a question by consensus, once it was found that there is one, nobody challenges that, and no objection stands."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    check_turn(current)
    finding = current.rulings.filter(statement=CONSENSUS).order_by("-id").first()
    if finding is None or not finding.holds or finding.overturned:
        raise Refused(_("Whoever presides first finds that there is consensus; that can be challenged."))
    if FormalObjection.objects.filter(question=current, withdrawn_at__isnull=True).exists():
        raise Refused(_("A formal objection stands: there is no consensus."))
    charter = reading.charter_of(current)
    found = electorate(current.body, charter, by.now.date(), current.meeting)
    found = as_organ(found, current, charter, charter.rule(current.rule, by.now.date()))
    check_what_follows(current, found.snapshot, by.now.date())
    rests_on = Record(findings=reading.findings_on(current, charter))
    try:
        outcome = decide(charter, found.snapshot, rests_on, rule=current.rule, on=by.now.date())
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error
    if outcome.verdict is not Verdict.ADOPTED:
        raise Refused(_("By its rule this question needs a vote: consensus alone does not adopt it."))
    key = new_id(by.now)
    record(
        by,
        AdoptedWithoutVote(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            consensus=key,
            named=finding.named,
            snapshot=snapshot_to_plain(found.snapshot),
            parties=dict(found.parties),
            record=record_to_plain(rests_on),
            outcome=outcome.to_json().decode(),
            verdict=outcome.verdict.value,
        ),
    )
    made = ConsensusOutcome.objects.select_related("question__parent").get(id=key)
    record_decided(by, made, Verdict.ADOPTED)
    return made


@applies(AdoptedWithoutVote)
def _apply_adopted_without_vote(stated: AdoptedWithoutVote, recorded: Recorded) -> None:
    ConsensusOutcome.objects.create(
        id=stated.consensus,
        question_id=stated.question,
        named=stated.named,
        snapshot=stated.snapshot,
        parties=stated.parties,
        record=stated.record,
        outcome=stated.outcome,
        verdict=stated.verdict,
        found_at=recorded.time,
    )


@act("decisions.dissociate", may=(*SPEAKS, *KEEPS), records=(Dissociated,))
def dissociate(
    *,
    by: Actor,
    question: str,
    party: str,
    text: Text,
    parts: list[str] | None = None,
    body: str = "",
    meeting: str = "",
) -> Dissociation:
    """State that a member stands apart from an adopted decision, or from parts of it, by their references. The decision stays."""
    current = the_question(question, QuestionStage.DECIDED)
    belongs(current, body, meeting)
    if current.verdict != Verdict.ADOPTED:
        raise Refused(_("Only what was adopted can be dissociated from."))
    member = _member(by, current, party)
    known = list(current.parts.order_by("rank").values_list("reference", flat=True))
    if not set(parts or ()) <= set(known):
        raise Refused(_("Name the parts as the question does: %(parts)s.") % {"parts": several(known)}, field="parts")
    key = new_id(by.now)
    record(
        by,
        Dissociated(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            dissociation=key,
            party=member,
            parts=tuple(one for one in known if one in (parts or ())),
            text=clean_original(text, most=LONGEST, field="text"),
        ),
    )
    return Dissociation.objects.get(id=key)


@applies(Dissociated)
def _apply_dissociated(stated: Dissociated, recorded: Recorded) -> None:
    Dissociation.objects.create(
        id=stated.dissociation,
        question_id=stated.question,
        party_id=stated.party,
        parts=list(stated.parts),
        text=stated.text,
        made_at=recorded.time,
    )


def _member(by: Actor, question: Question, party: str) -> str:
    """The id of a party with a vote in the body of a question. Raises Refused."""
    known = the_party(party)
    found = electorate(question.body, reading.charter_of(question), by.now.date(), question.meeting)
    entitled = {member.name for member in found.snapshot.members if member.entitled}
    if found.keys.get(known.id) not in entitled:
        raise Refused(_("This party has no vote in this body."), field="party")
    return known.id
