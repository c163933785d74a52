"""Acts on where a party stands: steps, corrections, retractions, contests, succession."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comity.groundwork.acts import version
from comity.groundwork.pages import Request, act_page, found_or_refused, offer
from comity.office.members import actions
from comity.office.members.forms import (
    ContestForm,
    CorrectionForm,
    RetractForm,
    SettleForm,
    StatusForm,
    SuccessionForm,
)
from comity.office.members.models import StatusFact
from comity.office.members.queries import depositary, status
from comity.office.members.queries.delegations import credential_choices, parties_spoken_for
from comity.office.members.queries.parties import party_choices, shown_name
from comity.office.members.views.parties import current_party
from comity.office.members.vocabulary import Evidence, Precision, Step


def _credentials(form: StatusForm, party: str) -> None:
    offer(form, "credential", [("", "—"), *credential_choices(party)])


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a status form say, as the acts take it."""
    return {
        "step": values["step"],
        "happened_on": values["happened_on"],
        "precision": values["precision"],
        "effective_on": values["effective_on"],
        "source": values["source"],
        "evidence": values["evidence"],
        "note": values["note"],
        "number": values["number"],
        "office": values["office"],
        "credential": values["credential"] or None,
    }


def record_status(request: Request, key: str) -> HttpResponse:
    """Entering what happened between a party and the agreement."""
    current = current_party(key)
    return act_page(
        request,
        StatusForm,
        lambda values: actions.record_status(by=request.actor, party=key, **_said(values)),
        act="members.record_status",
        title=_("Enter what happened: %(party)s") % {"party": shown_name(current)},
        lede=_("Next free number in the depositary’s register: %(number)s.") % {"number": depositary.next_number()},
        done=_("The fact was entered."),
        after="members:party",
        after_args=[key],
        prepare=lambda form: _credentials(form, key),
        initial={"precision": Precision.DAY, "evidence": Evidence.OFFICIAL},
        consequence=_(
            "The fact is public with its source and evidence. It can be corrected or retracted; both are recorded."
        ),
    )


def record_succession(request: Request, key: str) -> HttpResponse:
    """Entering a succession of states."""
    current = current_party(key)

    def does(values: dict[str, Any]) -> None:
        actions.record_succession(
            by=request.actor,
            party=key,
            predecessor=values["predecessor"],
            happened_on=values["happened_on"],
            predecessor_ceased=values["predecessor_ceased"],
            source=values["source"],
            evidence=values["evidence"],
            note=values["note"],
            number=values["number"],
        )

    def prepare(form: SuccessionForm) -> None:
        offer(form, "predecessor", [("", "—"), *party_choices(without=key)])

    return act_page(
        request,
        SuccessionForm,
        does,
        act="members.record_succession",
        title=_("Enter a succession: %(party)s") % {"party": shown_name(current)},
        lede=_("The successor takes over the signature or the instrument that the predecessor had on that day."),
        done=_("The succession was entered."),
        after="members:party",
        after_args=[key],
        prepare=prepare,
        initial={"evidence": Evidence.OFFICIAL},
    )


def _fact(key: str) -> StatusFact:
    return found_or_refused(status.fact(key))


def correct_status(request: Request, key: str) -> HttpResponse:
    """Correcting what was entered about a step."""
    fact = _fact(key)

    def prepare(form: CorrectionForm) -> None:
        _credentials(form, fact.party_id)
        if fact.step == Step.SUCCEEDED:
            offer(form, "step", [(Step.SUCCEEDED.value, Step.SUCCEEDED.label)])

    return act_page(
        request,
        CorrectionForm,
        lambda values: actions.correct_status(
            by=request.actor, fact=key, reason=values["reason"], seen=values["seen"], **_said(values)
        ),
        act="members.correct_status",
        title=_("Correct “%(step)s”: %(party)s") % {"step": fact.get_step_display(), "party": shown_name(fact.party)},
        done=_("The fact was corrected."),
        after="members:party",
        after_args=[fact.party_id],
        prepare=prepare,
        initial={
            "step": fact.step,
            "happened_on": fact.happened_on,
            "precision": fact.precision,
            "effective_on": fact.effective_on,
            "source": fact.source,
            "evidence": fact.evidence,
            "note": fact.note,
            "number": fact.number,
            "office": fact.office,
            "credential": fact.credential_id,
            "seen": version(fact.party.ref),
        },
        consequence=_("The version that stands now stays in the record, as corrected."),
    )


def retract_status(request: Request, key: str) -> HttpResponse:
    """Retracting an entry about something that did not happen."""
    fact = _fact(key)
    return act_page(
        request,
        RetractForm,
        lambda values: actions.retract_status(by=request.actor, fact=key, reason=values["reason"], seen=values["seen"]),
        act="members.retract_status",
        title=_("Retract “%(step)s”: %(party)s") % {"step": fact.get_step_display(), "party": shown_name(fact.party)},
        button=_("Retract"),
        done=_("The entry was retracted."),
        after="members:party",
        after_args=[fact.party_id],
        initial={"seen": version(fact.party.ref)},
        consequence=_("The entry no longer counts. It stays on the party’s page, as retracted, with your reason."),
        grave=True,
    )


def contest_status(request: Request, key: str) -> HttpResponse:
    """Entering that somebody contests a fact."""
    fact = _fact(key)

    def prepare(form: ContestForm) -> None:
        own = parties_spoken_for(request.actor)
        offer(form, "on_behalf_of", (party_choices(only=own) if own else [("", "—"), *party_choices()]))
        if own:
            del form.fields["contested_by"]

    return act_page(
        request,
        ContestForm,
        lambda values: actions.contest_status(
            by=request.actor,
            fact=key,
            contested_by=values.get("contested_by", ""),
            why=values["why"],
            source=values["source"],
            on_behalf_of=values["on_behalf_of"] or None,
        ),
        act="members.contest_status",
        title=_("Contest “%(step)s”: %(party)s") % {"step": fact.get_step_display(), "party": shown_name(fact.party)},
        done=_("The fact is marked as contested."),
        after="members:party",
        after_args=[fact.party_id],
        prepare=prepare,
        consequence=_(
            "The fact stays, marked as contested, with who contests it and why. Counts say whether they count it."
        ),
    )


def settle_contest(request: Request, key: str) -> HttpResponse:
    """Entering that a contest no longer stands."""
    contest = found_or_refused(status.contest(key))
    return act_page(
        request,
        SettleForm,
        lambda values: actions.settle_contest(
            by=request.actor, contest=key, settlement=values["settlement"], source=values["source"]
        ),
        act="members.settle_contest",
        title=_("Settle a contest: %(party)s") % {"party": shown_name(contest.party)},
        lede=_("If the contest proved right, correct or retract the fact instead."),
        done=_("The contest was settled."),
        after="members:party",
        after_args=[contest.party_id],
        consequence=_("The fact counts as undisputed again. That it was contested stays in the record."),
    )
