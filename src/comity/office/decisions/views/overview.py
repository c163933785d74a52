"""Pages for everybody: what is being decided, a question, a vote with its outcome, a ruling, and the record of a vote as files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from comity.groundwork import live
from comity.groundwork.acts import may_do
from comity.groundwork.pages import Request, found_or_refused, part_of_timeline
from comity.groundwork.queries import cites
from comity.groundwork.refs import Ref, name_all, page_of
from comity.office.charter.telling import rule_told
from comity.office.charter.wording import finding_word
from comity.office.decisions import exports
from comity.office.decisions.actions.question import organs_decide
from comity.office.decisions.models import Question, Vote
from comity.office.decisions.queries import organs, questions, reading
from comity.office.decisions.queries.board import board
from comity.office.decisions.vocabulary import QuestionKind, QuestionStage, VoteStage
from comity.office.members.queries.parties import party_names


def found_question(request: Request, key: str) -> Question:
    """The question, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(questions.question(key, request.actor))


def found_vote(request: Request, key: str) -> Vote:
    """The vote, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(questions.vote(key, request.actor))


def listing(request: Request) -> HttpResponse:
    """What is being decided, and what was."""
    after = live.newest()
    page = {
        "listing": questions.listing(request.actor),
        "may_put": may_do(request.actor, "decisions.put") or questions.chairs_somewhere(request.actor),
        "may_qualify": may_do(request.actor, "decisions.qualify"),
        "live_after": after,
    }
    return render(request, "decisions/list.html", page)


def question(request: Request, key: str) -> HttpResponse:
    """What is put, by which rule, what belongs to it, and what came of it."""
    after = live.newest()
    current = found_question(request, key)
    charter = reading.charter_of(current)
    by = request.actor
    cited = [Ref.parse(citation.target) for citation in cites(current.ref)]
    names = name_all([*cited, *([Ref.parse(current.source)] if current.source else [])])
    presides = questions.presides(by, current)
    votes = questions.votes_of(current)
    rulings = list(current.rulings.select_related("challenge").order_by("id"))
    speaks = questions.parties_of(by)
    putting = current.stage == QuestionStage.PUT
    page = {
        "current": current,
        "charter": charter,
        "rule": rule_told(charter.rule(current.rule), charter),
        "moved_by": party_names([current.moved_by]).get(current.moved_by, "") if current.moved_by else "",
        "parts": list(current.parts.select_related("changed_by").order_by("rank")),
        "under": questions.under(current),
        "votes": votes,
        "may_cast": any(questions.keys_for(by, one) for one in votes if one.stage == VoteStage.OPEN),
        "rulings": [(one, questions.person_name(one.named), finding_word(one.statement, charter)) for one in rulings],
        "cited": [(names[ref], page_of(ref)) for ref in cited],
        "source": (names[Ref.parse(current.source)], page_of(Ref.parse(current.source))) if current.source else None,
        "presides": presides,
        "may_move": putting and current.kind == QuestionKind.PROPOSAL and (presides or bool(speaks)),
        "may_challenge": putting and (presides or bool(speaks)),
        "may_withdraw": putting and (presides or (bool(current.moved_by) and current.moved_by in speaks)),
        "several_amendments": len(
            [
                one
                for one in questions.under(current)
                if one.kind == QuestionKind.AMENDMENT and one.stage == QuestionStage.PUT
            ]
        )
        > 1,
        "may_carry_out": may_do(by, "decisions.carry_out")
        and current.consequence is not None
        and not current.carried_out
        and current.verdict == "adopted",
        "putting": putting,
        "opens_here": putting and organs.opens_here(current),
        "amendable": not organs_decide(current),
        "voting": any(one.stage == VoteStage.OPEN for one in votes),
        "live_after": after,
        **part_of_timeline(request, size=10, about=current.ref),
    }
    return render(request, "decisions/question.html", page)


def vote(request: Request, key: str) -> HttpResponse:
    """A vote for everybody: the outcome and what it rests on, who voted how, what was announced and said, the record as files."""
    after = live.newest()
    current = found_vote(request, key)
    by = request.actor
    mine = questions.keys_for(by, current)
    closed = current.stage == VoteStage.CLOSED
    page = {
        "board": board(current),
        "vote": current,
        "question": current.question,
        "same_bytes": reading.comes_out_the_same(current) if closed else None,
        "mine": mine,
        "presides": questions.presides(by, current.question),
        "may_cast": bool(set(mine.values()) & reading.voters(current).may) and not closed,
        "live_after": after,
        **part_of_timeline(request, size=10, about=current.ref),
    }
    return render(request, "decisions/vote.html", page)


def ruling(request: Request, key: str) -> HttpResponse:
    """A ruling stands on the page of its question."""
    found = found_or_refused(questions.ruling(key, request.actor))
    return redirect("decisions:question", found.question_id)


def hall(request: Request, key: str) -> HttpResponse:
    """The vote for the wall of a hall: large, without links, what everybody may see."""
    after = live.newest()
    current = found_vote(request, key)
    page = {"vote": current, "question": current.question, "live_after": after}
    return render(request, "decisions/hall.html", page)


def as_csv(request: Request, key: str) -> HttpResponse:
    """Who voted how, as CSV: what `comity decide` takes."""
    current = found_vote(request, key)
    return _file(exports.roll_csv(board(current)), "text/csv; charset=utf-8", f"vote-{current.id}.csv")


def as_json(request: Request, key: str) -> HttpResponse:
    """Snapshot, record and outcome as JSON: with the charter, anybody computes the outcome again."""
    current = found_vote(request, key)
    return _file(exports.record_json(current), "application/json", f"vote-{current.id}.json")


def as_xml(request: Request, key: str) -> HttpResponse:
    """The vote as metadata of Akoma Ntoso."""
    current = found_vote(request, key)
    return _file(exports.akoma_ntoso(board(current)), "application/akn+xml", f"vote-{current.id}.xml")


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
