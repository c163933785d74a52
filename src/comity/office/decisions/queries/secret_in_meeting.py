"""Secret ballots and rounds of elections in a meeting: what the chair says next, what stands on the wall when they were counted.

Numbers of few papers are shown nowhere, so neither here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Ref
from comity.office.decisions.models import Vote
from comity.office.decisions.models.election import Contest, Round
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.queries.election import in_order, marks_named, names_in, round_of
from comity.office.decisions.queries.secret import papers_in, real_papers_out
from comity.office.decisions.vocabulary_secret import SecretStage
from comity.office.decisions.words import choice_word, several, verdict_word
from comity.office.meetings.models import Item, Meeting
from comity.office.meetings.obstacles import obstacle
from comity.office.meetings.script import Line, script


def running_in(meeting: str) -> list[SecretBallot]:
    """The secret ballots that run in a meeting, the oldest first. One query."""
    rows = SecretBallot.objects.select_related("question").filter(meeting=meeting, stage=SecretStage.OPEN)
    return list(rows.order_by("id"))


@script(rank=31)
def _during(meeting: Meeting, actor: Actor) -> Iterable[Line]:
    for ballot in running_in(meeting.id):
        held, papers = round_of(ballot), papers_in(ballot)
        if held is not None:
            words, url = (
                _(
                    "Round %(number)d of the election “%(title)s” is open. Delegations are asked to put their papers in."
                ),
                reverse("decisions:close_round", args=[held.id]),
            )
        else:
            words, url = (
                _("We vote in secret on “%(title)s”. Delegations are asked to put their papers in."),
                reverse("decisions:count_secret", args=[ballot.id]),
            )
        counted = _("The urn is not here just now. Load the page again in a moment.")
        if papers is not None:
            counted = _("%(n)s of %(all)s papers are in the urn.") % {"n": papers, "all": len(ballot.electors)}
            if handed := real_papers_out(ballot):
                counted = _("%(counted)s Real papers given out: %(n)d.") % {"counted": counted, "n": handed}
        yield Line(words % {"number": held.number if held else 0, "title": ballot.title}, counted)
        yield Line(
            _("Have all delegations put their papers in? I declare the ballot closed."), "", _("Close and count"), url
        )


@script(rank=32)
def _between_rounds(meeting: Meeting, actor: Actor) -> Iterable[Line]:
    """Of each contest that has no round open: who is elected, or what comes next. Nothing once the meeting has gone on."""
    contests = Contest.objects.select_related("election").filter(election__meeting=meeting.id)
    for contest in contests.order_by("election_id", "rank"):
        rounds = list(contest.rounds.select_related("ballot").order_by("number"))
        rows = list(contest.candidatures.filter(withdrawn_at__isnull=True).order_by("id"))
        if any(not one.closed for one in rounds) or not rows:
            continue
        names = names_in(rows)
        words = {"title": contest.election.title, "number": len(rounds) + 1}
        if contest.election.contests.count() > 1:
            words["title"] = several([contest.election.title, contest.region])
        if rounds and (last := rounds[-1]).elected and not _left_behind(last.ballot):
            elected = several(names[one] for one in last.elected if one in names)
            yield Line(_("Elected in “%(title)s”: %(names)s.") % {**words, "names": elected})
        if not contest.seats_left:
            continue
        if contest.tied:
            tied = several(names[one] for one in contest.tied if one in names)
            yield Line(
                _("In “%(title)s” these are level: %(names)s.") % {**words, "names": tied},
                "",
                _("To the election"),
                reverse("decisions:election", args=[contest.election_id]),
            )
            continue
        yield Line(
            _("We proceed to the election “%(title)s”, round %(number)d. It is held in secret.") % words,
            "",
            _("Open the next round"),
            reverse("decisions:open_round", args=[contest.id]),
        )


@obstacle
def _ballot_goes_on(meeting: Meeting) -> Iterable[str]:
    for ballot in running_in(meeting.id):
        yield _("The secret ballot “%(title)s” is open: close it first.") % {"title": ballot.title}


def _left_behind(ballot: SecretBallot) -> bool:
    """Whether the meeting has gone on, after this ballot was counted, to another item, vote or ballot."""
    ended = ballot.ended_at
    later = SecretBallot.objects.filter(meeting=ballot.meeting, opened_at__gt=ended)
    return (
        Item.objects.filter(meeting=ballot.meeting, taken_up_at__gt=ended).exists()
        or Vote.objects.filter(question__meeting=ballot.meeting, opened_at__gt=ended).exists()
        or later.exists()
    )


def _counted(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """The last secret ballot that was counted, until the meeting goes on."""
    found = SecretBallot.objects.filter(meeting=ref.id if ref else "", stage=SecretStage.COUNTED)
    ballot = found.order_by("-ended_at", "-id").first()
    if ballot is None or not actor.reader.may_read(ballot.audience) or _left_behind(ballot):
        return None
    held, totals = round_of(ballot), ballot.totals or {}
    words = marks_named(ballot) if held else {mark: choice_word(mark) for mark in ballot.marks}
    # Papers that rank are compared pair by pair: how many give a place at all would mislead on a wall, the order does not.
    order = [words[mark] for mark in in_order(ballot, words)] if held and ballot.ranked and totals else []
    counted = ballot.totals is not None and not order
    rows = [(word, totals.get(mark, 0)) for mark, word in words.items()] if counted else []
    return {
        "ballot": ballot,
        "held": held,
        "outcome": _came_out(held, words) if held else verdict_word(ballot.verdict),
        "rows": sorted(rows, key=lambda row: -row[1]) if held else rows,
        "order": order,
        "electors": len(ballot.electors),
    }


def _came_out(held: Round, words: Mapping[str, str]) -> str:
    if not held.elected:
        return _("Nobody was elected in this round.")
    return _("Elected: %(names)s") % {"names": several(words[one] for one in held.elected)}


def _open_now(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """Secret ballots that run, on every page of the meeting at once; the page that it leads to knows who has a paper."""
    found = [one for one in running_in(ref.id if ref else "") if actor.reader.may_read(one.audience)]
    return {"ballots": found} if found else None


register_panel(Panel("meetings.projector", 32, "decisions/_secret_counted.html", _counted))
register_panel(Panel("meetings.now", 31, "decisions/_secret_on_floor.html", _open_now))
