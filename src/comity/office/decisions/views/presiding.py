"""Pages for whoever presides or keeps a body's papers: conduct a vote, from opening it to announcing what came out."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork import live
from comity.groundwork.acts import check_may
from comity.groundwork.pages import ActForm, Request, act_page, offer
from comity.groundwork.refusals import NotAllowed
from comity.office.decisions import actions, forms
from comity.office.decisions.actions import Entered
from comity.office.decisions.actions.casting import choices_of
from comity.office.decisions.models import Vote
from comity.office.decisions.queries import questions, reading
from comity.office.decisions.queries.board import Board, board
from comity.office.decisions.queries.electorate import electorate, names_of
from comity.office.decisions.queries.script import announced, lines_on, to_announce
from comity.office.decisions.views.overview import found_question, found_vote
from comity.office.decisions.vocabulary import Channel, Mode, VoteKind
from comity.office.decisions.words import engine_language, verdict_word
from comity.rules import RulesError, Verdict


def conduct(request: Request, key: str) -> HttpResponse:
    """What to say next, how the vote stands as far as it is disclosed, and what whoever presides can do."""
    after = live.newest()
    vote = found_vote(request, key)
    check_may(request.actor, "decisions.close_vote")
    if not questions.presides(request.actor, vote.question):
        raise NotAllowed(_("Only whoever presides over this body or its meeting conducts its votes."))
    shown = board(vote)
    page = {
        "board": shown,
        "vote": vote,
        "question": vote.question,
        "script": lines_on(vote.question),
        "needs": _needs(vote, shown),
        "live_after": after,
    }
    return render(request, "decisions/conduct.html", page)


def _needs(vote: Vote, shown: Board) -> tuple[str, ...]:
    """What the vote still needs, as far as it is disclosed; nothing where the engine cannot say."""
    if not shown.open or not shown.in_numbers or vote.kind == VoteKind.OPEN:
        return ()
    try:
        return reading.needs(vote, shown.names, by_name=shown.by_name).sentences
    except RulesError as error:
        return (error.told(engine_language()),)


def open_vote(request: Request, key: str) -> HttpResponse:
    """Open a vote on a question."""
    current = found_question(request, key)
    charter = reading.charter_of(current)
    found = electorate(current.body, charter, request.actor.now.date(), current.meeting)
    names = names_of(found.parties)
    entitled = sum(1 for member in found.snapshot.members if member.entitled)
    parties = sorted(((found.parties[k], name) for k, name in names.items()), key=lambda c: c[1].casefold())

    def prepare(form: forms.OpenVoteForm) -> None:
        offer(form, "first", [("", "—"), *parties])
        if current.mode == Mode.WRITING:
            form.fields["closes_at"].required = True
        else:  # whoever presides closes it
            del form.fields["closes_at"]

    return act_page(
        request,
        forms.OpenVoteForm,
        lambda values: actions.open_vote(
            by=request.actor,
            question=current.id,
            kind=values["kind"],
            disclosure=values["disclosure"],
            first=values["first"],
            language=values["language"],
            closes_at=values.get("closes_at"),
            **questions.place_in(request.actor, current),
        ),
        act="decisions.open_vote",
        title=_("Open the vote on “%(question)s”") % {"question": current.title},
        lede=_("%(members)d members, of whom %(entitled)d have a vote.")
        % {"members": len(found.parties), "entitled": entitled},
        consequence=_(
            "From now on the electorate, its weights and what is shown before the close are fixed. Delegations can vote and change "
            "their votes until you close it."
        ),
        button=_("Open the vote"),
        done=_("The vote is open."),
        after="decisions:question",
        after_args=[current.id],
        prepare=prepare,
    )


def close_vote(request: Request, key: str) -> HttpResponse:
    """Close a vote."""
    vote = found_vote(request, key)
    return act_page(
        request,
        ActForm,
        lambda _values: actions.close_vote(
            by=request.actor, vote=vote.id, **questions.place_in(request.actor, vote.question)
        ),
        act="decisions.close_vote",
        title=_("Close the vote on “%(question)s”") % {"question": vote.question.title},
        consequence=_(
            "Nobody can vote or change a vote after this. The outcome is computed and entered in the record."
        ),
        grave=True,
        button=_("Close the vote"),
        done=_("The vote is closed."),
        after="decisions:vote",
        after_args=[vote.id],
    )


def enter_votes(request: Request, key: str) -> HttpResponse:
    """Votes on paper, by hand, or in a roll call: those who have not voted first, in the order in which they are called."""
    vote = found_vote(request, key)
    shown = board(vote)
    members = [(one.party, one.name) for one in shown.in_order if not one.barred]
    voted = {one.party for one in shown.in_order if one.has_voted}
    members.sort(key=lambda member: member[0] in voted)

    def prepare(form: forms.RollForm) -> None:
        form.with_members(members, choices_of(vote))

    called = Channel.CALLED if vote.kind == VoteKind.ROLL_CALL else Channel.PAPER
    return act_page(
        request,
        forms.RollForm,
        lambda values: actions.enter_votes(
            by=request.actor,
            vote=vote.id,
            entries=[
                Entered(party=name.removeprefix("of-"), choice=value)
                for name, value in values.items()
                if name.startswith("of-") and value
            ],
            channel=values["channel"],
            replace=values["replace"],
            **questions.place_in(request.actor, vote.question),
        ),
        act="decisions.enter_votes",
        title=_("Enter votes on “%(question)s”") % {"question": vote.question.title},
        lede=_("What is entered here is marked as such in the record, beside what delegations cast themselves."),
        done=_("The votes are recorded."),
        after="decisions:conduct",
        after_args=[vote.id],
        initial={"channel": called.value},
        prepare=prepare,
    )


def count_hands(request: Request, key: str) -> HttpResponse:
    """A count by show of hands."""
    vote = found_vote(request, key)
    return act_page(
        request,
        forms.HandsForm,
        lambda values: actions.count_hands(
            by=request.actor,
            vote=vote.id,
            yes=values["yes"],
            no=values["no"],
            abstain=values["abstain"],
            **questions.place_in(request.actor, vote.question),
        ),
        act="decisions.count_hands",
        title=_("Enter a count of hands"),
        lede=_("Count only those who have not voted from their devices. A new count replaces the last one."),
        done=_("The count is recorded."),
        after="decisions:conduct",
        after_args=[vote.id],
        initial=dict(vote.hands),
    )


def break_tie(request: Request, key: str) -> HttpResponse:
    """The chair's casting vote."""
    vote = found_vote(request, key)
    return act_page(
        request,
        forms.TieForm,
        lambda values: actions.break_tie(
            by=request.actor,
            vote=vote.id,
            in_favour=values["in_favour"],
            **questions.place_in(request.actor, vote.question),
        ),
        act="decisions.break_tie",
        title=_("Give the casting vote"),
        consequence=_("It decides the question."),
        grave=True,
        done=_("The tie is broken."),
        after="decisions:vote",
        after_args=[vote.id],
    )


def announce(request: Request, key: str) -> HttpResponse:
    """What whoever presides announces; compared with what was computed."""
    vote = found_vote(request, key)

    def prepare(form: forms.AnnounceForm) -> None:
        offer(form, "verdict", [(one.value, verdict_word(one.value)) for one in Verdict])

    return act_page(
        request,
        forms.AnnounceForm,
        lambda values: actions.announce(
            by=request.actor,
            vote=vote.id,
            verdict=values["verdict"],
            words=announced(vote, values["words"], values["language"]),
            **questions.place_in(request.actor, vote.question),
        ),
        act="decisions.announce",
        title=_("Announce the outcome of the vote on “%(question)s”") % {"question": vote.question.title},
        lede=_("What you announce is yours to say. If it is not what was computed, everybody is shown both."),
        button=_("Announce it"),
        done=_("The announcement is in the record."),
        after="decisions:vote",
        after_args=[vote.id],
        initial={"verdict": vote.verdict, "words": to_announce(vote)},
        prepare=prepare,
    )
