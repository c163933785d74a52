"""Pages on what is stated of members for votes: seats, standings, weights, mandates."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do
from comity.groundwork.ids import is_id
from comity.groundwork.pages import Request, act_page, found_or_refused, offer
from comity.office.charter.queries import body_choices
from comity.office.decisions import actions, forms
from comity.office.decisions.models import Qualification
from comity.office.decisions.queries.electorate import statements_of
from comity.office.decisions.vocabulary import QualificationKind
from comity.office.members.queries.parties import party_choices, party_names

NONE = [("", "—")]


def listing(request: Request) -> HttpResponse:
    """All that is stated of members for votes and holds today or later, with its reason."""
    rows = statements_of(request.actor.now.date())
    names = party_names({row.party_id for row in rows} | {row.other_id for row in rows if row.other_id})
    page = {
        "rows": [
            {
                "row": row,
                "kind": QualificationKind(row.kind).label,
                "party": names.get(row.party_id, ""),
                "other": names.get(row.other_id or "", ""),
            }
            for row in rows
        ],
        "may_qualify": may_do(request.actor, "decisions.qualify"),
    }
    return render(request, "decisions/electorate.html", page)


def qualify(request: Request) -> HttpResponse:
    """State something of a member for votes."""

    def prepare(form: forms.QualifyForm) -> None:
        parties = party_choices()
        choices = {"party": parties, "other": NONE + parties, "body": NONE + body_choices()}
        for name, offered in choices.items():
            offer(form, name, offered)

    def does(values: dict[str, Any]) -> Qualification:
        values.pop("seen")
        return actions.qualify(by=request.actor, **values)

    return act_page(
        request,
        forms.QualifyForm,
        does,
        act="decisions.qualify",
        title=_("State something of a member for votes"),
        lede=_(
            "It holds for votes that open from that day on; a vote that is open keeps the electorate with which it opened."
        ),
        done=_("It is in the record."),
        after="decisions:electorate",
        prepare=prepare,
    )


def end(request: Request, key: str) -> HttpResponse:
    """Let what was stated end."""
    held = found_or_refused(Qualification.objects.filter(id=key).first() if is_id(key) else None)
    return act_page(
        request,
        forms.EndForm,
        lambda values: actions.end_qualification(
            by=request.actor, qualification=held.id, until=values["until"], reason=values["reason"]
        ),
        act="decisions.end_qualification",
        title=_("End what was stated of a member"),
        done=_("It ends on that day."),
        after="decisions:electorate",
    )
