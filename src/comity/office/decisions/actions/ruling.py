"""Acts of whoever presides that are findings, and the challenge to them: rulings, the order of amendments, points of order.

A finding is never computed. It carries the name of who made it, and what a body decided on a challenge to it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded
from comity.groundwork.models import Person
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line, clean_text
from comity.office.charter.queries import charter_in_force
from comity.office.charter.wording import finding_word
from comity.office.decisions.actions.checks import KEEPS, PRESIDES, SPEAKS, belongs, the_party, the_question
from comity.office.decisions.actions.question import amendments_waiting, in_all_languages, record_put, rule_of
from comity.office.decisions.events.question import QuestionPut, RulingChallenged, RulingMade
from comity.office.decisions.models import Question, Ruling
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.questions import challenge_of
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage
from comity.office.meetings.models import PointOfOrder

CHALLENGE = "challenge"
"""The id that charters give to the rule for challenges to a ruling."""
TITLE = gettext_noop("Challenge to a ruling: “%(title)s”")
FURTHEST_FIRST = "order of amendments"
"""The statement of a ruling on which amendment is furthest from the original."""


@act("decisions.order_amendments", may=PRESIDES, records=(RulingMade,))
def order_amendments(
    *,
    by: Actor,
    question: str,
    order: list[str],
    reason: str = "",
    person: str = "",
    body: str = "",
    meeting: str = "",
) -> Ruling:
    """Find in which order amendments are taken, the one furthest from the original first. person: who found it, if another wrote it down.

    This is a ruling: it can be challenged.
    """
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    waiting = {row.id for row in amendments_waiting(current)}
    if len(order) != len(set(order)) or set(order) != waiting or not order:
        raise Refused(_("Name each amendment that is not decided yet, once."), field="order")
    return _record_ruling(by, current, FURTHEST_FIRST, holds=True, reason=reason, person=person, order=tuple(order))


@act("decisions.rule_on", may=PRESIDES, records=(RulingMade,))
def rule_on(
    *,
    by: Actor,
    question: str,
    statement: str,
    holds: bool = True,
    reason: str = "",
    person: str = "",
    body: str = "",
    meeting: str = "",
) -> Ruling:
    """Rule on a question: that it is an important one, that all efforts at consensus are exhausted. Never computed; can be challenged."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    said = clean_line(statement, most=300, field="statement")
    if said == FURTHEST_FIRST:
        raise Refused(_("The order of amendments has an act of its own."), field="statement")
    return _record_ruling(by, current, said, holds=holds, reason=reason, person=person)


def _record_ruling(
    by: Actor,
    question: Question,
    statement: str,
    *,
    holds: bool,
    reason: str,
    person: str,
    order: tuple[str, ...] = (),
) -> Ruling:
    named = person or by.person_id or ""
    if not is_id(named) or not Person.objects.filter(id=named).exists():
        raise Refused(_("Say who found it: a finding has a name."), field="person")
    ruling = new_id(by.now)
    record(
        by,
        RulingMade(
            question=question.id,
            meeting=question.meeting,
            readable_by=question.audience,
            ruling=ruling,
            statement=statement,
            holds=holds,
            by_role="chair",
            named=named,
            reason=clean_text(reason, most=1000, field="reason", empty=True),
            order=order,
        ),
    )
    return Ruling.objects.get(id=ruling)


@applies(RulingMade)
def _apply_ruling_made(stated: RulingMade, recorded: Recorded) -> None:
    Ruling.objects.create(
        id=stated.ruling,
        question_id=stated.question,
        statement=stated.statement,
        holds=stated.holds,
        by_role=stated.by_role,
        named=stated.named,
        reason=stated.reason,
        order=list(stated.order),
        made_at=recorded.time,
    )
    for rank, key in enumerate(stated.order, start=1):
        Question.objects.filter(id=key).update(rank=rank)


@act("decisions.challenge", may=(*KEEPS, *SPEAKS), records=(QuestionPut, RulingChallenged))
def challenge(*, by: Actor, ruling: str, party: str, reason: str = "", body: str = "", meeting: str = "") -> Question:
    """Challenge a ruling. It is put to the vote at once, by the rule that the charter has for that; yes overrules."""
    made = Ruling.objects.select_related("question").filter(id=ruling).first() if is_id(ruling) else None
    if made is None:
        raise NotFound(_("There is no such ruling."))
    current = the_question(made.question_id, QuestionStage.PUT)
    belongs(current, body, meeting)
    if made.challenge_id is not None:
        raise Refused(_("This ruling was challenged already."))
    the_party(party)
    held = rule_of(current, CHALLENGE, missing=_("The charter has no rule for a challenge to a ruling."))
    question = record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=current.meeting,
            readable_by=current.audience,
            kind=QuestionKind.CHALLENGE.value,
            body=current.body_id,
            parent=current.id,
            title=in_all_languages(TITLE, title=lambda: finding_word(made.statement, reading.charter_of(current))),
            charter=current.charter,
            rule=held.id,
            mode=current.mode,
            moved_by=party,
            source="",
            consequence=None,
            parts=(),
        ),
    )
    why = clean_text(reason, most=1000, field="reason", empty=True)
    record(
        by,
        RulingChallenged(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            ruling=made.id,
            challenge=question.id,
            party=party,
            reason=why,
        ),
    )
    return question


@applies(RulingChallenged)
def _apply_ruling_challenged(stated: RulingChallenged, recorded: Recorded) -> None:
    Ruling.objects.filter(id=stated.ruling).update(challenge_id=stated.challenge)


@act("decisions.put_challenge", may=PRESIDES, records=(QuestionPut,))
def put_challenge(*, by: Actor, point: str, body: str = "", meeting: str = "") -> Question:
    """Put to the vote whether a ruling on a point of order stands that a delegation has challenged in a meeting; yes overrules it."""
    raised = PointOfOrder.objects.select_related("meeting__body").filter(id=point).first() if is_id(point) else None
    if raised is None:
        raise NotFound(_("There is no such point of order."))
    if raised.challenged_at is None or raised.settled_at is not None:
        raise Refused(_("No challenge to this ruling waits for a vote."))
    if challenge_of(str(raised.ref)) is not None:
        raise Refused(_("This challenge is before the body already."))
    held = charter_in_force(by.now.date())
    if held is None or CHALLENGE not in {rule.id for rule in held.charter.rules}:
        raise Refused(_("The charter has no rule for a challenge to a ruling."))
    stated = QuestionPut(
        question=new_id(by.now),
        meeting=raised.meeting_id,
        readable_by=raised.meeting.audience,
        kind=QuestionKind.CHALLENGE.value,
        body=raised.meeting.body_id,
        parent="",
        title=in_all_languages(TITLE, title=raised.words[:200]),
        charter=held.version,
        rule=CHALLENGE,
        mode=Mode.MEETING.value,
        moved_by=raised.challenged_by_id or "",
        source=str(raised.ref),
        consequence=None,
        parts=(),
    )
    if (body and body != stated.body) or (meeting and meeting != stated.meeting):
        raise Refused(_("This point of order was raised in another meeting."), field="meeting" if meeting else "body")
    return record_put(by, stated)
