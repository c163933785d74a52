"""Acts on decisions of several organs: which body gives which ballot. How each votes is in `vote`, what comes out of all in `joining`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.office.decisions.actions.checks import KEEPS, belongs, the_question
from comity.office.decisions.actions.question import meeting_ahead, part_terms, record_put, running_body
from comity.office.decisions.events.joint import OrganNamed
from comity.office.decisions.events.question import QuestionPut
from comity.office.decisions.models import Question
from comity.office.decisions.models.joint import OrganBallot
from comity.office.decisions.queries.organs import organ_title, organs_of, turn
from comity.office.decisions.queries.reading import charter_of
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage
from comity.office.decisions.words import engine_language, several
from comity.rules import RulesError
from comity.rules.organs import ITSELF


@act("decisions.name_organ", may=KEEPS, records=(QuestionPut, OrganNamed))
def name_organ(
    *,
    by: Actor,
    question: str,
    organ: str,
    given_by: str,
    in_meeting: str = "",
    mode: str = Mode.MEETING.value,
    body: str = "",
    meeting: str = "",
) -> Question:
    """Name the body that gives the ballot of an organ, and put the question to it. It votes there by the organ's own rule.

    organ: as the rule calls it. given_by: id of the body. in_meeting: id of the meeting of that body that takes it, empty: none.
    """
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    try:
        asked = {one.name: one for one in organs_of(current, by.now.date())}
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="question") from error
    if organ not in asked:
        raise Refused(_("The rule asks these organs: %(organs)s.") % {"organs": several(asked) or "—"}, field="organ")
    held = OrganBallot.objects.select_related("ballot").filter(question=current, organ=organ).first()
    if held is not None and held.ballot.stage != QuestionStage.WITHDRAWN:
        raise Refused(_("The body for this ballot was named already."), field="organ")
    where = running_body(given_by)
    audience = meeting_ahead(in_meeting, where) if in_meeting else PUBLIC
    how = Mode.MEETING if in_meeting else Mode(mode) if mode in Mode.values else Mode.MEETING
    put = record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=in_meeting,
            readable_by=audience if audience != PUBLIC else current.audience,
            kind=QuestionKind.ORGAN.value,
            body=where.id,
            parent=current.id,
            title=current.title,
            charter=current.charter,
            rule=asked[organ].rule,
            mode=how.value,
            moved_by="",
            source="",
            consequence=None,
            parts=tuple(
                part_terms(new_id(by.now), part.reference, part.label, part.text)
                for part in current.parts.order_by("rank")
            ),
        ),
    )
    record(
        by,
        OrganNamed(
            question=current.id,
            meeting=current.meeting,
            readable_by=put.audience,
            organ=organ,
            rule=asked[organ].rule,
            body=where.id,
            ballot=put.id,
        ),
    )
    return put


@applies(OrganNamed)
def _apply_organ_named(stated: OrganNamed, recorded: Recorded) -> None:
    OrganBallot.objects.update_or_create(
        question_id=stated.question, organ=stated.organ, defaults={"rule": stated.rule, "ballot_id": stated.ballot}
    )


def check_organs(question: Question) -> None:
    """Refuse to decide in one body what several decide, and the ballot of an organ before its turn. Raises Refused."""
    if question.kind == QuestionKind.ORGAN:
        _check_its_turn(question)
        return
    try:
        asked = organs_of(question)
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error
    if not asked:
        return
    now = turn(question)
    if now != (ITSELF,):
        charter = charter_of(question)
        raise Refused(
            _("Several organs decide this, each in its own body. Now it is the turn of: %(organs)s.")
            % {"organs": several(organ_title(charter, one) for one in now if one != ITSELF)}
        )


def _check_its_turn(question: Question) -> None:
    whole = question.parent
    if whole is None or whole.stage != QuestionStage.PUT:
        raise Refused(_("The question to which this ballot belongs is not before the organs any more."))
    own = question.gives.organ
    now = turn(whole)
    if own not in now:
        charter = charter_of(question)
        raise Refused(
            _("By the rule this organ votes only once it is its turn. Now it is that of: %(organs)s.")
            % {"organs": several(organ_title(charter, one) for one in now if one != ITSELF)}
        )
