"""Acts on who may act for a party: its delegation and its credentials."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comity.groundwork.acts import check_may
from comity.groundwork.pages import Request, act_page, found_or_refused, offer
from comity.groundwork.roles import SECRETARY
from comity.office.charter.telling import several
from comity.office.members import actions
from comity.office.members.forms import CredentialForm, DelegateForm, ExamineForm, RecallForm
from comity.office.members.queries import delegations
from comity.office.members.queries.parties import shown_name
from comity.office.members.roles import DELEGATION, HEAD_OF_DELEGATION
from comity.office.members.views.parties import current_party


def _people(form: DelegateForm | CredentialForm, party: str) -> None:
    offer(form, "person", [("", "—"), *delegations.people_choices(party)])


def name_delegate(request: Request, key: str) -> HttpResponse:
    """Naming somebody to a party's delegation."""
    current = current_party(key)
    by_secretary = request.actor.holds(SECRETARY)

    def does(values: dict[str, Any]) -> None:
        actions.name_delegate(
            by=request.actor,
            party=key,
            role=values["role"],
            person=values["person"] or None,
            name_given=values["name"],
            email=values["email"] or None,
            position=values["position"],
            since=values["since"],
            until=values["until"],
        )

    def prepare(form: DelegateForm) -> None:
        _people(form, key)
        offer(
            form,
            "role",
            [(role.name, role.word) for role in DELEGATION if by_secretary or role is not HEAD_OF_DELEGATION],
        )

    return act_page(
        request,
        DelegateForm,
        does,
        act="members.name_delegate",
        title=_("Name somebody to the delegation of %(party)s") % {"party": shown_name(current)},
        done=_("They were named to the delegation."),
        after="members:party",
        after_args=[key],
        prepare=prepare,
        initial={"since": request.actor.now.date()},
        consequence=_(
            "While the term runs they read what is for members and for this delegation. Names and roles are public."
        ),
    )


def recall_delegate(request: Request, key: str, term: str) -> HttpResponse:
    """Ending a term before its time."""
    current = current_party(key)
    running = found_or_refused(delegations.term(key, term))
    return act_page(
        request,
        RecallForm,
        lambda values: actions.recall_delegate(by=request.actor, party=key, term=term, reason=values["reason"]),
        act="members.recall_delegate",
        title=_("Recall %(person)s from the delegation of %(party)s")
        % {"person": running.person.name, "party": shown_name(current)},
        button=_("Recall"),
        done=_("The term was ended."),
        after="members:party",
        after_args=[key],
        consequence=_("Their role ends at once. They can be named again."),
    )


def receive_credential(request: Request, key: str) -> HttpResponse:
    """Entering credentials."""
    current = current_party(key)

    def does(values: dict[str, Any]) -> None:
        actions.receive_credential(
            by=request.actor,
            party=key,
            person=values["person"] or None,
            name_given=values["name"],
            email=values["email"] or None,
            kind=values["kind"],
            purpose=values["purpose"],
            issued_by=values["issued_by"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
            received_on=values["received_on"],
        )

    return act_page(
        request,
        CredentialForm,
        does,
        act="members.receive_credential",
        title=_("Enter credentials: %(party)s") % {"party": shown_name(current)},
        lede=_("Heads of state and of government and ministers for foreign affairs need no paper; others do."),
        done=_("The credentials were entered."),
        after="members:party",
        after_args=[key],
        prepare=lambda form: _people(form, key),
        initial={"received_on": request.actor.now.date()},
    )


def examine_credential(request: Request, key: str) -> HttpResponse:
    """Entering what became of credentials."""
    check_may(request.actor, "members.examine_credential")  # before whether there are any is told
    current = found_or_refused(delegations.credential(key))
    return act_page(
        request,
        ExamineForm,
        lambda values: actions.examine_credential(
            by=request.actor,
            credential=key,
            outcome=values["outcome"],
            outcome_on=values["outcome_on"],
            reason=values["reason"],
        ),
        act="members.examine_credential",
        title=_("Examine the credentials of %(person)s") % {"person": current.person.name},
        lede=several([shown_name(current.party), current.get_kind_display()]),
        done=_("The outcome was entered."),
        after="members:party",
        after_args=[current.party_id],
        initial={"outcome_on": request.actor.now.date()},
    )
