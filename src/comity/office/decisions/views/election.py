"""Pages of elections: the list, one with its rounds, and what whoever presides and delegations do there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do
from comity.groundwork.live import newest
from comity.groundwork.pages import (
    ActForm,
    Request,
    act_page,
    found_or_refused,
    offer,
    page_of_list,
    part_of_timeline,
    text_given,
)
from comity.groundwork.translated import Text
from comity.office.charter.queries import charter_version
from comity.office.charter.telling import rule_told
from comity.office.decisions import actions
from comity.office.decisions.actions.election import the_contest
from comity.office.decisions.forms_election import CallForm, ForwardForm, LotForm, seats_asked
from comity.office.decisions.forms_secret import CountRankingsForm, CountRoundForm, papers_by_mark
from comity.office.decisions.forms_silence import ReasonForm
from comity.office.decisions.models.election import Candidature, Contest, Election, Round
from comity.office.decisions.queries import election as queries
from comity.office.decisions.queries import questions
from comity.office.decisions.real_papers import rankings_given
from comity.office.decisions.views.secret import offer_electors, spoiled_words
from comity.office.meetings.queries.meetings import ahead
from comity.office.members.queries.parties import party_choices


def listing(request: Request) -> HttpResponse:
    """All elections."""
    page = {
        "listing": page_of_list(request, queries.listing(request.actor)),
        "may_call": questions.bodies_of(request.actor) != set(),
        "rules": queries.rules_of_elections(),
    }
    return render(request, "decisions/elections.html", page)


def found_here(request: Request, key: str) -> Election:
    """The election, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(queries.election(key, request.actor))


def found_contest(request: Request, key: str) -> Contest:
    """A contest of an election that whoever asks may see. Raises NotFound."""
    row = the_contest(key)
    found_here(request, row.election_id)
    return row


def election(request: Request, key: str) -> HttpResponse:
    """An election: who stands, what was counted, who is elected."""
    live_after = newest()
    current = found_here(request, key)
    held = charter_version(current.charter)
    rule = held.charter.rule(current.rule, current.on) if held else None
    races = queries.races(current, request.actor)
    lots = bool(rule and rule.election and rule.election.lots)
    page = {
        "live_after": live_after,
        "current": current,
        "rule": rule_told(rule, held.charter) if rule and held else None,
        "charter": held.charter if held else None,
        "lots": lots,
        "races": races,
        "acts": acts_here(request, current, races, lots),
        **part_of_timeline(request, size=10, about=current.ref),
    }
    return render(request, "decisions/election.html", page)


def acts_here(
    request: Request, current: Election, races: list[queries.Race], lots: bool
) -> list[tuple[str, str, Text]]:
    """What whoever asks can do in an election as it stands: words, address, region."""
    where = {"body": current.body_id, "meeting": current.meeting}
    runs = may_do(request.actor, "decisions.open_round", **where)
    forwards = may_do(request.actor, "decisions.put_forward", **where) or bool(questions.parties_of(request.actor))
    found = []
    for race in races:
        contest, region = race.contest.id, race.contest.region
        if forwards and not race.rounds:
            found.append((_("Put a candidate forward"), reverse("decisions:put_forward", args=[contest]), region))
        if not runs:
            continue
        if race.open_round:
            found.append((_("Close the round"), reverse("decisions:close_round", args=[race.open_round.id]), region))
        elif race.tied and lots:
            found.append((_("Draw a lot"), reverse("decisions:draw_lot", args=[contest]), region))
        elif race.contest.seats_left and race.standing:
            found.append((_("Open the next round"), reverse("decisions:open_round", args=[contest]), region))
    return found


def call(request: Request) -> HttpResponse:
    """Calling an election."""
    made: list[Election] = []
    rules = queries.rules_of_elections()

    def prepare(form: CallForm) -> None:
        offer(form, "body", questions.body_choices_of(request.actor))
        offer(form, "rule", rules)
        offer(
            form,
            "meeting",
            [("", "—"), *((row.id, f"{row.title} · {row.body.name}") for row in ahead(request.actor.reader))],
        )

    def does(values: dict[str, Any]) -> None:
        made.append(
            actions.call_election(
                by=request.actor,
                body=values["body"],
                title=text_given(values["title"], values["language"]),
                rule=values["rule"],
                seats=seats_asked(values["seats"], values["language"]) or None,
                meeting=values["meeting"],
            )
        )

    answer = act_page(
        request,
        CallForm,
        does,
        act="decisions.call_election",
        title=_("Call an election"),
        lede=_(
            "By a rule of the charter: how many seats, what it takes, and how the field narrows from round to round."
        )
        if rules
        else _("The charter in force has no rule for elections: propose one that has."),
        button=_("Call it"),
        done=_("The election was called. Delegations can put candidates forward now."),
        after="decisions:elections",
        prepare=prepare,
    )
    return redirect("decisions:election", made[0].id) if made else answer


def put_forward(request: Request, key: str) -> HttpResponse:
    """Putting a candidate forward."""
    contest = found_contest(request, key)
    keeps = may_do(
        request.actor, "decisions.put_forward", body=contest.election.body_id, meeting=contest.election.meeting
    )

    def prepare(form: ForwardForm) -> None:
        everybody = party_choices()
        own = party_choices(only=questions.parties_of(request.actor))
        # Nobody's endorsement is filled in but one's own: the first of a long list would be sent unseen.
        offer(form, "party", [("", "—"), *everybody] if keeps else own)
        form.fields["party"].initial = own[0][0] if len(own) == 1 else None
        offer(form, "candidate", [("", "—"), *everybody])

    def does(values: dict[str, Any]) -> None:
        actions.put_forward(
            by=request.actor,
            contest=key,
            party=values["party"],
            candidate=values["candidate"],
            name=values["name"],
            statement=text_given(values["statement"], values["language"]) if values["statement"] else None,
            body=contest.election.body_id if keeps else "",
            meeting=contest.election.meeting if keeps else "",
        )

    return act_page(
        request,
        ForwardForm,
        does,
        act="decisions.put_forward",
        title=_("Put a candidate forward in “%(title)s”") % {"title": contest.election.title},
        button=_("Put forward"),
        done=_("The candidate was put forward."),
        after="decisions:election",
        after_args=[contest.election_id],
        prepare=prepare,
    )


def withdraw_candidature(request: Request, key: str) -> HttpResponse:
    """Withdrawing a candidature."""
    row = found_or_refused(Candidature.objects.select_related("contest").filter(id=key).first())
    current = found_here(request, row.contest.election_id)
    name = queries.names_in([row])[row.id]
    return act_page(
        request,
        ActForm,
        lambda _values: actions.withdraw_candidature(
            by=request.actor, candidature=key, party=row.endorsed_by_id, body=current.body_id, meeting=current.meeting
        ),
        act="decisions.withdraw_candidature",
        title=_("Withdraw the candidature of %(name)s") % {"name": name},
        button=_("Withdraw it"),
        done=_("The candidature was withdrawn."),
        after="decisions:election",
        after_args=[current.id],
        consequence=_("Papers of rounds that were counted stay as they are."),
    )


def erase_candidate(request: Request, key: str) -> HttpResponse:
    """Erasing a candidate's name and statement."""
    row = found_or_refused(Candidature.objects.select_related("contest").filter(id=key).first())
    current = found_here(request, row.contest.election_id)
    name = queries.names_in([row])[row.id]
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.erase_candidate(by=request.actor, candidature=key, reason=values["reason"]),
        act="decisions.erase_candidate",
        title=_("Erase the name and the statement of %(name)s") % {"name": name},
        button=_("Erase"),
        done=_("Name and statement were erased."),
        after="decisions:election",
        after_args=[current.id],
        consequence=_(
            "They leave the tables and every event, for good; the record still verifies. What was counted, and who endorsed them, stays."
        ),
        grave=True,
    )


def open_round(request: Request, key: str) -> HttpResponse:
    """Opening a round."""
    contest = found_contest(request, key)
    return act_page(
        request,
        ActForm,
        lambda _values: actions.open_round(
            by=request.actor, contest=key, body=contest.election.body_id, meeting=contest.election.meeting
        ),
        act="decisions.open_round",
        title=_("Open the next round of “%(title)s”") % {"title": contest.election.title},
        button=_("Open it"),
        done=_("The round is open."),
        after="decisions:election",
        after_args=[contest.election_id],
        consequence=_("Every member gets a paper. It is secret."),
    )


def close_round(request: Request, key: str) -> HttpResponse:
    """Closing a round, with the real papers that tellers counted."""
    row = found_or_refused(Round.objects.select_related("contest", "ballot").filter(id=key).first())
    current, ballot = found_here(request, row.contest.election_id), row.ballot
    names = queries.marks_named(ballot)

    def prepare(form: CountRoundForm) -> None:
        offer_electors(form, "on_paper", ballot)
        if isinstance(form, CountRankingsForm):
            form.explain_rankings(names)
            form.ask_for_papers(spoiled_words())
        else:
            form.ask_for_papers({**names, **spoiled_words()})

    def does(values: dict[str, Any]) -> None:
        actions.close_round(
            by=request.actor,
            round_id=key,
            on_paper=values["on_paper"],
            in_box=values["in_box"] or 0,
            paper=papers_by_mark(values),
            rankings=rankings_given(values.get("rankings", ""), names),
            body=current.body_id,
            meeting=current.meeting,
        )

    return act_page(
        request,
        CountRankingsForm if ballot.ranked else CountRoundForm,
        does,
        act="decisions.close_round",
        title=_("Close round %(number)d of “%(title)s”") % {"number": row.number, "title": current.title},
        lede=_("Without real papers leave all as it is."),
        button=_("Close and count"),
        done=_("The papers were counted."),
        after="decisions:election",
        after_args=[current.id],
        consequence=_("Nobody can put a paper in after this."),
        grave=True,
        prepare=prepare,
    )


def draw_lot(request: Request, key: str) -> HttpResponse:
    """Drawing a lot."""
    contest = found_contest(request, key)
    return act_page(
        request,
        LotForm,
        lambda values: actions.draw_lot(
            by=request.actor,
            contest=key,
            seed=values["seed"],
            source=values["source"],
            body=contest.election.body_id,
            meeting=contest.election.meeting,
        ),
        act="decisions.draw_lot",
        title=_("Draw a lot in “%(title)s”") % {"title": contest.election.title},
        button=_("Draw it"),
        done=_("The lot was drawn."),
        after="decisions:election",
        after_args=[contest.election_id],
        consequence=_(
            "The order follows from the seed alone, and everybody can compute it again. Let chance give the seed before all "
            "eyes, and say beforehand how."
        ),
        grave=True,
    )
