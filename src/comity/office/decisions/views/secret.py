"""Pages of secret ballots: the ballot with its paper, the count, and the end without one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from comity.groundwork.acts import may_do
from comity.groundwork.live import newest
from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused, offer, part_of_timeline
from comity.office.decisions import actions
from comity.office.decisions.actions.secret import FEWEST, has_paper, has_voted
from comity.office.decisions.forms_secret import CountForm, HandForm, NamesForm, PaperForm, RankingForm, papers_by_mark
from comity.office.decisions.forms_silence import ReasonForm
from comity.office.decisions.models.question import Question
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.queries import questions
from comity.office.decisions.queries import secret as queries
from comity.office.decisions.queries.election import marks_named, round_of
from comity.office.decisions.vocabulary_secret import BLANK, INVALID, SecretStage
from comity.office.decisions.words import choice_word, verdict_word


def found_here(request: Request, key: str) -> SecretBallot:
    """The secret ballot, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(queries.secret(key, request.actor))


def mark_words(current: SecretBallot) -> dict[str, str]:
    """What can be marked, in words, in the order of the paper."""
    if current.question_id is None:
        return marks_named(current)
    return {mark: choice_word(mark) for mark in current.marks}


def spoiled_words() -> dict[str, str]:
    """What else papers are, in words."""
    return {kind: choice_word(kind) for kind in (BLANK, INVALID)}


@never_cache
def secret(request: Request, key: str) -> HttpResponse:
    """A secret ballot: what it is on, how many papers are in, the paper of whoever may put one in; afterwards what was counted."""
    live_after = newest()
    current = found_here(request, key)
    speaks = queries.spoken_for(current, request.actor)
    running = current.stage == SecretStage.OPEN
    missing = [one for one in speaks if running and not has_voted(current, one) and not has_paper(current, one)]
    words = {**mark_words(current), **spoiled_words()}
    totals = current.totals or {}
    of_question = current.question_id is not None
    may_count = (
        running
        and of_question
        and may_do(request.actor, "decisions.count_secret", secret=key, body=current.body_id, meeting=current.meeting)
    )
    names = queries.names(current)
    held = round_of(current)
    page = {
        "live_after": live_after,
        "current": current,
        "held": held,
        "may_close": running
        and held is not None
        and may_do(request.actor, "decisions.close_round", body=current.body_id, meeting=current.meeting),
        "running": running,
        "papers": queries.papers_in(current),
        "electors": len(current.electors),
        "speaks": speaks,
        "missing": missing,
        "on_paper": [one for one in speaks if running and has_paper(current, one)],
        "may_hand": running
        and may_do(request.actor, "decisions.hand_papers", secret=key, body=current.body_id, meeting=current.meeting),
        "rows": [(word, totals.get(mark, 0)) for mark, word in words.items()] if current.totals is not None else [],
        "fewest": FEWEST,
        "verdict": verdict_word(current.verdict) if current.verdict else "",
        "told": queries.told(current),
        "voted": [names.get(one, one) for one in current.voted],
        "may_count": may_count,
        **part_of_timeline(request, size=10, about=current.ref),
    }
    return render(request, "decisions/secret.html", page)


@never_cache
def cast(request: Request, key: str) -> HttpResponse:
    """The paper."""
    current = found_here(request, key)
    names = queries.names(current)
    offered = [
        (current.parties[one], names[one])
        for one in queries.spoken_for(current, request.actor)
        if not has_voted(current, one) and not has_paper(current, one)
    ]
    words = mark_words(current)
    several = current.most > 1
    lede = [
        _("A secret ballot: nobody can find out what is on your paper, once it is in the urn.")
        if len(offered) == 1
        else _("Choose for which party, then mark the paper.")
    ]
    if current.ranked:
        lede.append(
            _("1 is whom you prefer. Whom you give no place comes after all others; no place at all is a blank paper.")
        )

    def prepare(form: ActForm) -> None:
        offer(form, "party", offered)
        if isinstance(form, RankingForm):
            form.offer_places(words)
        elif several:
            form.fields["marked"].help_text = _("At most %(most)d. None: a blank paper.") % {"most": current.most}
            offer(form, "marked", words.items())
        else:
            offer(form, "marked", [*words.items(), (BLANK, choice_word(BLANK))])
        if len(offered) == 1:
            form.fields["party"].widget = forms.HiddenInput()
            form.fields["party"].initial = offered[0][0]

    def does(values: dict[str, Any]) -> None:
        marked = values["marked"]
        chosen = list(marked) if several or current.ranked else [] if marked == BLANK else [marked]
        actions.cast_secret(by=request.actor, secret=key, party=values["party"], marked=chosen)

    form: type[ActForm] = RankingForm if current.ranked else NamesForm if several else PaperForm
    return act_page(
        request,
        form,
        does,
        act="decisions.cast_secret",
        title=str(current.title),
        lede=" ".join(lede),
        button=_("Put it into the urn"),
        done=_("The paper is in the urn."),
        after="decisions:secret",
        after_args=[key],
        consequence=_("It cannot be changed or taken back, because nobody can find it again."),
        grave=True,
        prepare=prepare,
    )


def open_secret(request: Request, key: str) -> HttpResponse:
    """Opening a secret ballot on a question."""
    question: Question = found_or_refused(questions.question(key, request.actor))
    made: list[SecretBallot] = []

    def does(_values: dict[str, Any]) -> None:
        made.append(
            actions.open_secret(by=request.actor, question=key, body=question.body_id, meeting=question.meeting)
        )

    answer = act_page(
        request,
        ActForm,
        does,
        act="decisions.open_secret",
        title=_("Open a secret ballot on “%(title)s”") % {"title": question.title},
        button=_("Open it"),
        done=_("The ballot is open."),
        after="decisions:question",
        after_args=[key],
        consequence=_(
            "Papers are counted together at the end. Should the server stop before that, the papers are gone and all vote again: "
            "close it soon."
        ),
    )
    return redirect("decisions:secret", made[0].id) if made else answer


def count(request: Request, key: str) -> HttpResponse:
    """Closing a secret ballot on a question, with the real papers that tellers counted."""
    current = found_here(request, key)

    def prepare(form: CountForm) -> None:
        offer_electors(form, "on_paper", current)
        form.ask_for_papers({**mark_words(current), **spoiled_words()})

    def does(values: dict[str, Any]) -> None:
        actions.count_secret(
            by=request.actor,
            secret=key,
            paper=papers_by_mark(values),
            on_paper=values["on_paper"],
            body=current.body_id,
            meeting=current.meeting,
        )

    return act_page(
        request,
        CountForm,
        does,
        act="decisions.count_secret",
        title=_("Count the papers: “%(title)s”") % {"title": current.title},
        button=_("Close and count"),
        done=_("The papers were counted."),
        after="decisions:secret",
        after_args=[key],
        consequence=_("Nobody can put a paper in after this."),
        grave=True,
        prepare=prepare,
    )


def offer_electors(form: ActForm, field: str, current: SecretBallot) -> None:
    """All who may put a paper in, by name; those who have a real one are ticked."""
    names = queries.names(current)
    rows = sorted(current.electors, key=lambda key: names[key])
    offer(form, field, [(current.parties[key], names[key]) for key in rows])
    form.fields[field].initial = [current.parties[key] for key in rows if has_paper(current, key)]


def hand(request: Request, key: str) -> HttpResponse:
    """Noting who has a real paper."""
    current = found_here(request, key)
    return act_page(
        request,
        HandForm,
        lambda values: actions.hand_papers(
            by=request.actor, secret=key, parties=values["parties"], body=current.body_id, meeting=current.meeting
        ),
        act="decisions.hand_papers",
        title=_("Real papers of “%(title)s”") % {"title": current.title},
        lede=_(
            "Tick whom the tellers give a real paper, before they give it. Whoever has one can put none in on the site."
        ),
        done=_("It is noted who has a real paper."),
        after="decisions:secret",
        after_args=[key],
        consequence=_("It is in the memory of the server alone, like the papers, until the count."),
        prepare=lambda form: offer_electors(form, "parties", current),
    )


def cancel(request: Request, key: str) -> HttpResponse:
    """Ending a secret ballot without a count."""
    current = found_here(request, key)
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.cancel_secret(
            by=request.actor, secret=key, reason=values["reason"], body=current.body_id, meeting=current.meeting
        ),
        act="decisions.cancel_secret",
        title=_("Cancel the secret ballot “%(title)s”") % {"title": current.title},
        button=_("Cancel it"),
        done=_("The ballot was cancelled."),
        after="decisions:secret",
        after_args=[key],
        consequence=_("The papers are never counted. The question can be voted on anew."),
        grave=True,
    )
