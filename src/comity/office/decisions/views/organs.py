"""Pages on decisions of several organs: name the body that gives a ballot, and the record of the whole as a file."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comity.groundwork.pages import Request, act_page, found_or_refused, offer
from comity.office.charter.queries import body_choices
from comity.office.charter.telling import headed
from comity.office.decisions import actions
from comity.office.decisions.forms_organs import NameOrganForm
from comity.office.decisions.models import Question
from comity.office.decisions.queries import organs as queries
from comity.office.decisions.queries import questions, reading
from comity.office.decisions.views.overview import found_question
from comity.office.meetings.queries.meetings import meetings_of
from comity.office.meetings.vocabulary import AHEAD


def name(request: Request, key: str, organ: str) -> HttpResponse:
    """Name the body that gives the ballot of an organ."""
    current = found_question(request, key)
    title = queries.organ_title(reading.charter_of(current), organ)
    choices = body_choices()

    def prepare(form: NameOrganForm) -> None:
        called = dict(choices)
        ahead = [
            (row.id, headed(called[body], row.title))
            for body in called
            for row in meetings_of(body, request.actor.reader)
            if row.stage in AHEAD
        ]
        offer(form, "given_by", choices)
        offer(form, "in_meeting", [("", "—"), *ahead])

    def does(values: dict[str, Any]) -> Question:
        return actions.name_organ(
            by=request.actor,
            question=current.id,
            organ=organ,
            given_by=values["given_by"],
            in_meeting=values["in_meeting"],
            mode=values["mode"],
            **questions.place_in(request.actor, current),
        )

    return act_page(
        request,
        NameOrganForm,
        does,
        act="decisions.name_organ",
        title=_("Name the body for the ballot of “%(organ)s”") % {"organ": title},
        lede=_(
            "The question is put to that body. It votes there by the rule of this organ, with its own members and its own quorum."
        ),
        button=_("Name the body"),
        done=_("The question is before that body."),
        after="decisions:question",
        after_args=[current.id],
        prepare=prepare,
    )


def as_json(request: Request, key: str) -> HttpResponse:
    """The votes of all organs with what came out of them: with the charter, anybody computes the outcome again."""
    joint = found_or_refused(queries.joint_outcome(key, request.actor))
    content = json.dumps(queries.values(joint), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    named = {"Content-Disposition": f'attachment; filename="joint-{joint.question_id}.json"'}
    return HttpResponse(content, content_type="application/json", headers=named)
