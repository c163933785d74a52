"""What whoever presides says next about a question, by where it stands and by its rule; and how an open vote keeps a meeting open.

The lines stand at the desk of the meeting, beside those of the meetings office, and on the page from which a vote is conducted.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.groundwork.acts import Actor
from comity.groundwork.translated import Text
from comity.office.charter.telling import rule_told
from comity.office.decisions.models import Question, Vote
from comity.office.decisions.moments import moment_text
from comity.office.decisions.queries import organs, reading
from comity.office.decisions.queries.board import Board, board
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage, VoteKind, VoteStage
from comity.office.decisions.words import several
from comity.office.meetings.models import Meeting
from comity.office.meetings.obstacles import obstacle
from comity.office.meetings.script import Line, script
from comity.rules import Verdict
from comity.rules.charter import Tie

_FIRST = (QuestionKind.CHALLENGE, QuestionKind.PROCEDURAL, QuestionKind.AMENDMENT, QuestionKind.PART)


def lines_on(question: Question) -> list[Line]:
    """What is said next about a question, in the reader's language."""
    vote = Vote.objects.filter(question=question).order_by("-id").first()
    if vote is not None:
        vote.question = question
    if question.stage == QuestionStage.VOTING and vote is not None:
        return list(_during(board(vote)))
    if question.stage == QuestionStage.PUT:
        found = list(_after_without_decision(vote)) if vote is not None else []
        return [*found, *_before(question, vote)]
    if question.stage == QuestionStage.DECIDED and vote is not None:
        return list(_decided(board(vote)))
    return []


def _before(question: Question, last: Vote | None) -> Iterable[Line]:
    charter = reading.charter_of(question)
    rule = charter.rule(question.rule)
    if last is not None and last.verdict == Verdict.SECOND_VOTE and rule.tie is Tie.CHAIR:
        return
    told = rule_told(rule, charter)
    why = _("%(title)s: %(parts)s") % {"title": told.title, "parts": f"{told.sentence} ({told.source})"}
    words = {"title": question.title}
    deciding = organs.shown(question)
    if deciding and not organs.opens_here(question):
        yield from _whose_turn(question, deciding)
        return
    opening = {
        QuestionKind.CHALLENGE: _("The ruling of the chair is challenged. Who votes yes overrules it. %(title)s"),
        QuestionKind.AMENDMENT: _("We take a decision on the amendment “%(title)s”."),
        QuestionKind.PART: _("A separate vote was asked for: %(title)s."),
    }.get(QuestionKind(question.kind), _("We take a decision on “%(title)s”."))
    yield Line(opening % words, why, _("Open the vote"), reverse("decisions:open_vote", args=[question.id]))


def _whose_turn(question: Question, several: Iterable[organs.Shown]) -> Iterable[Line]:
    """Where several organs decide: the body to be named, or the vote to be opened, for each whose turn it is."""
    for one in several:
        if not one.turn or (one.ballot is not None and one.ballot.stage != QuestionStage.PUT):
            continue
        said = _("“%(title)s” goes to: %(organ)s.") % {"title": question.title, "organ": one.title}
        if one.ballot is None:
            url = reverse("decisions:name_organ", args=[question.id, one.organ])
            yield Line(said, one.rule, _("Name the body"), url)
        else:
            yield Line(said, one.rule, _("Open the vote"), reverse("decisions:open_vote", args=[one.ballot.id]))


def _during(shown: Board) -> Iterable[Line]:
    vote, conduct = shown.vote, reverse("decisions:conduct", args=[shown.vote.id])
    counted = _("%(voted)d of %(voters)d have voted.") % {"voted": shown.voted, "voters": shown.voters}
    if vote.question.mode == Mode.WRITING and vote.closes_at is not None and shown.voted < shown.voters:
        until = _("The vote is held in writing: it closes by itself on %(moment)s UTC.") % {
            "moment": moment_text(vote.closes_at)
        }
        yield Line("", f"{counted} {until}")
        return
    if vote.kind == VoteKind.ROLL_CALL and shown.next_called is not None:
        yield Line(shown.next_called.name + ".", counted, _("Enter its vote"), conduct)
        return
    if shown.voted < shown.voters:
        yield Line(
            _(
                "The voting has begun. Delegations are asked to vote now; nobody may interrupt except on how the vote is held."
            ),
            counted,
            _("Conduct the vote"),
            conduct,
        )
    yield Line(
        _("Have all delegations voted, and is what is recorded right? I declare the vote closed."),
        counted,
        _("Close the vote"),
        reverse("decisions:close_vote", args=[vote.id]),
        post=True,
    )


def _result(shown: Board) -> str:
    numbers = several(_("%(word)s: %(count)s") % {"word": count.word, "count": count.count} for count in shown.counts)
    return _("The result of the vote is as follows. %(numbers)s. %(verdict)s.") % {
        "numbers": numbers,
        "verdict": shown.verdict,
    }


def _announcing(shown: Board) -> Line:
    url = reverse("decisions:announce", args=[shown.vote.id])
    why = shown.told.sentence if shown.told is not None else shown.fault
    return Line(_result(shown), why, _("Announce the outcome"), url)


def to_announce(vote: Vote) -> str:
    """What came out of a closed vote, in one sentence of the reader's language, for whoever presides to announce."""
    shown = board(vote, whole=False)
    return shown.told.sentence if shown.told is not None else _("%(verdict)s.") % {"verdict": shown.verdict}


def announced(vote: Vote, words: str, language: str) -> Text:
    """The announcement that somebody wrote in a language. Where it is what was offered there, with what would be offered in every other."""
    with override(language):
        if words != to_announce(vote):
            return Text.of(words, language)
    others = {}
    for code, _word in settings.LANGUAGES:
        if code != language:
            with override(code):
                others[code] = to_announce(vote)
    return Text.drafted(words, language, others)


def _after_without_decision(vote: Vote) -> Iterable[Line]:
    shown = board(vote)
    if not shown.announcements:
        yield _announcing(shown)
    if vote.verdict != Verdict.SECOND_VOTE:
        return
    if reading.rule_of(vote).tie is Tie.CHAIR:
        yield Line(
            _("The votes are equal. The chair has a casting vote."),
            "",
            _("Give the casting vote"),
            reverse("decisions:break_tie", args=[vote.id]),
        )
    elif vote.attempt < reading.MOST_ATTEMPTS:
        yield Line(
            _(
                "The votes are equal. By the rule a second vote is taken; if it is equal too, the proposal is not adopted."
            )
        )


def _decided(shown: Board) -> Iterable[Line]:
    if shown.announcements:
        return
    yield _announcing(shown)
    yield Line(_("Delegations that wish to explain their vote after the vote have the floor."))


@script(rank=30)
def _of_meeting(meeting: Meeting, actor: Actor) -> Iterable[Line]:
    rows = Question.objects.select_related("body", "parent").filter(meeting=meeting.id)
    running = [row for row in rows.order_by("id") if row.stage != QuestionStage.WITHDRAWN]
    voting = [row for row in running if row.stage == QuestionStage.VOTING]
    if voting:
        yield from lines_on(voting[0])
        return
    for row in running:
        if row.stage == QuestionStage.DECIDED:
            yield from lines_on(row)
    put = [row for row in running if row.stage == QuestionStage.PUT]
    if put:
        order = {kind: place for place, kind in enumerate(_FIRST)}
        yield from lines_on(
            min(put, key=lambda row: (order.get(QuestionKind(row.kind), len(order)), row.rank or 0, row.id))
        )


@obstacle
def _voting_goes_on(meeting: Meeting) -> Iterable[str]:
    for vote in Vote.objects.select_related("question").filter(question__meeting=meeting.id, stage=VoteStage.OPEN):
        yield _("The vote on “%(question)s” is open: close it first.") % {"question": vote.question.title}
