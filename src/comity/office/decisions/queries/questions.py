"""Questions and votes by id and in lists, who may see which, what waits for whom, and what other offices are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import PUBLIC, SECRETARIAT, delegation
from comity.groundwork.ids import is_id
from comity.groundwork.panels import HOME, Panel, Waiting, register_panel, waits
from comity.groundwork.queries import people_names
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.roles import SECRETARY
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.charter.queries import BODY_SECRETARY, CHAIR, VICE_CHAIR, body_choices
from comity.office.decisions.models import (
    QUESTION,
    RULING,
    VOTE,
    Announcement,
    Cast,
    Correction,
    Explanation,
    Proxy,
    Question,
    QuestionPart,
    Ruling,
    SecretBallot,
    Vote,
)
from comity.office.decisions.queries.reading import shown_by_name, voters
from comity.office.decisions.vocabulary import QuestionKind, QuestionStage, VoteKind, VoteStage
from comity.office.decisions.vocabulary_secret import SecretStage
from comity.office.meetings.roles import PRESIDING
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION

TOP = frozenset({QuestionKind.PROPOSAL, QuestionKind.PROCEDURAL})
"""Kinds of question that belong to no other."""


def for_reader(actor: Actor) -> Q:
    """Which questions somebody may see."""
    reader = actor.reader
    return Q() if reader.all else Q(audience__in=reader.audiences)


def question(key: str, actor: Actor) -> Question | None:
    """A question with its body and parent, if it is there and for whoever asks. One query."""
    rows = Question.objects.select_related("body", "parent__body").filter(for_reader(actor))
    return rows.filter(id=key).first() if is_id(key) else None


def vote(key: str, actor: Actor) -> Vote | None:
    """A vote with its question, if it is there and for whoever asks. One query."""
    reader = actor.reader
    allowed = Q() if reader.all else Q(question__audience__in=reader.audiences)
    rows = Vote.objects.select_related("question__body", "question__parent").filter(allowed)
    return rows.filter(id=key).first() if is_id(key) else None


def ruling(key: str, actor: Actor) -> Ruling | None:
    """A ruling with its question, if it is there and for whoever asks. One query."""
    found = Ruling.objects.select_related("question__body").filter(id=key).first() if is_id(key) else None
    return found if found is not None and actor.reader.may_read(found.question.audience) else None


def proxy(key: str, actor: Actor) -> Proxy | None:
    """A proxy that was not taken back, with its vote, if it is there and for whoever asks. One query."""
    rows = Proxy.objects.select_related("vote__question__body").filter(withdrawn_at__isnull=True)
    found = rows.filter(id=key).first() if is_id(key) else None
    return found if found is not None and actor.reader.may_read(found.vote.question.audience) else None


@dataclass(frozen=True, slots=True)
class Voting:
    """What is being voted on now, as far as a reader may know, the oldest first."""

    votes: list[Vote]
    ballots: list[SecretBallot]

    def __bool__(self) -> bool:
        return bool(self.votes or self.ballots)

    @property
    def refs(self) -> list[Ref]:
        """Votes and ballots as events name them."""
        return [*(row.ref for row in self.votes), *(row.ref for row in self.ballots)]


def voting(actor: Actor) -> Voting:
    """Open votes and secret ballots that a reader may see. Two queries."""
    reader = actor.reader
    votes = Vote.objects.select_related("question__body").filter(stage=VoteStage.OPEN)
    ballots = SecretBallot.objects.select_related("body").filter(stage=SecretStage.OPEN)
    if not reader.all:
        votes = votes.filter(question__audience__in=reader.audiences)
        ballots = ballots.filter(audience__in=reader.audiences)
    return Voting(list(votes.order_by("opened_at", "id")), list(ballots.order_by("opened_at", "id")))


def _voting_panel(actor: Actor, _ref: Ref | None) -> Mapping[str, Any] | None:
    found = voting(actor)
    return {"voting": found} if found else None


register_panel(Panel(HOME, 30, "decisions/_voting.html", _voting_panel))


@dataclass(frozen=True, slots=True)
class Listing:
    """Questions that a reader may see: what is being voted on, before a body, and decided (the newest first)."""

    voting: Voting
    put: list[Question]
    decided: list[Question]


def listing(actor: Actor, most: int = 200) -> Listing:
    """What is being decided and what was. Four queries."""
    rows = Question.objects.select_related("body").filter(for_reader(actor))
    top = rows.filter(kind__in=TOP)
    return Listing(
        voting(actor),
        list(top.filter(stage=QuestionStage.PUT).order_by("-id")[:most]),
        list(top.filter(stage=QuestionStage.DECIDED).order_by("-decided_at", "-id")[:most]),
    )


def votes_of(current: Question) -> list[Vote]:
    """Votes on a question, oldest first. One query."""
    return list(Vote.objects.filter(question=current).order_by("id"))


def open_vote_of(current: Question) -> Vote | None:
    """The vote on a question that is open. One query."""
    return Vote.objects.filter(question=current, stage=VoteStage.OPEN).first()


def under(current: Question) -> list[Question]:
    """What belongs to a question: amendments in their order, separate votes, challenges. One query."""
    rows = Question.objects.filter(parent=current).exclude(kind=QuestionKind.ORGAN)
    order = list(QuestionKind)
    return sorted(rows, key=lambda row: (order.index(QuestionKind(row.kind)), row.rank is None, row.rank or 0, row.id))


def decided_by(current: Question) -> Vote | None:
    """The vote that decided a question. One query."""
    closed = Vote.objects.filter(question=current, stage=VoteStage.CLOSED)
    return closed.order_by("-id").first() if current.stage == QuestionStage.DECIDED else None


# --- in what capacity somebody is here ---


def place_in(actor: Actor, current: Question) -> dict[str, str]:
    """With which arguments somebody conducts a question: as the chair of its body, or as presiding over its meeting. No query."""
    if current.meeting and actor.holds(PRESIDING, f"meetings.meeting:{current.meeting}"):
        return {"meeting": current.meeting}
    roles = (CHAIR, VICE_CHAIR, BODY_SECRETARY)
    return {"body": current.body_id} if any(actor.holds(role, str(current.body.ref)) for role in roles) else {}


def presides(actor: Actor, current: Question) -> bool:
    """Whether somebody conducts votes on a question: secretariat, whoever presides, the chair of the body. No query."""
    if actor.holds(SECRETARY) or (current.meeting and actor.holds(PRESIDING, f"meetings.meeting:{current.meeting}")):
        return True
    return any(actor.holds(role, str(current.body.ref)) for role in (CHAIR, VICE_CHAIR))


def runs_meeting(actor: Actor, meeting: str) -> bool:
    """Whether somebody presides over a meeting, or writes down what happens in it. No query."""
    return actor.holds(SECRETARY) or actor.holds(PRESIDING, f"meetings.meeting:{meeting}")


def challenge_of(point: str) -> Question | None:
    """The question whether a ruling on a point of order (`kind:id`) stands, while it waits for its vote. One query."""
    waiting = Question.objects.filter(source=point, stage__in=(QuestionStage.PUT, QuestionStage.VOTING))
    return waiting.order_by("id").first()


def parties_of(actor: Actor) -> list[str]:
    """Ids of the parties for which somebody votes. No query."""
    roles = {HEAD_OF_DELEGATION.name, DELEGATE.name}
    return sorted({Ref.parse(place).id for role, place in actor.grants if role in roles and place})


def keys_for(actor: Actor, current: Vote) -> dict[str, str]:
    """The members of a vote's electorate for which somebody votes: key by id of the party. No query."""
    own = set(parties_of(actor))
    return {party: key for key, party in sorted(current.parties.items()) if party in own}


@waits
def votes_wait(actor: Actor) -> Iterable[Waiting]:
    """Open votes in which a delegation has not voted yet. Three queries for each that is open."""
    own = set(parties_of(actor))
    if not own:
        return
    for current in Vote.objects.select_related("question").filter(stage=VoteStage.OPEN).order_by("opened_at", "id"):
        if not actor.reader.may_read(current.question.audience):
            continue
        mine = {key for key, party in current.parties.items() if party in own} & voters(current).may
        cast = set(Cast.objects.filter(vote=current, member__in=mine).values_list("member", flat=True))
        if mine - cast:
            yield Waiting(
                _("Vote on “%(question)s”.") % {"question": current.question.title},
                reverse("decisions:mine", args=[current.id]),
                current.closes_at.date() if current.closes_at else None,
                current.closes_at,
            )


# --- how others name these things ---


def _title(row: Question) -> str:
    """A name is given to whoever asks: that of a question that is not public says no more than whose it is."""
    return str(row.title) if row.audience == PUBLIC else _("a question before %(body)s") % {"body": row.body.name}


def _question_names(ids: Iterable[str]) -> Names:
    return {row.id: _title(row) for row in Question.objects.select_related("body").filter(id__in=list(ids))}


def _vote_names(ids: Iterable[str]) -> Names:
    rows = Vote.objects.select_related("question__body").filter(id__in=list(ids))
    return {row.id: _("vote on “%(question)s”") % {"question": _title(row.question)} for row in rows}


def _ruling_names(ids: Iterable[str]) -> Names:
    rows = Ruling.objects.select_related("question__body").filter(id__in=list(ids))
    return {row.id: _("ruling on “%(question)s”") % {"question": _title(row.question)} for row in rows}


def _ruling_page(key: str) -> str:
    return reverse("decisions:ruling", args=[key])


for _kind in (
    Kind(QUESTION, gettext_lazy("question"), _question_names, lambda key: reverse("decisions:question", args=[key])),
    Kind(VOTE, gettext_lazy("vote"), _vote_names, lambda key: reverse("decisions:vote", args=[key])),
    Kind(RULING, gettext_lazy("ruling"), _ruling_names, _ruling_page),
):
    register_kind(_kind)


def _of_question(row: Any) -> str:
    return str(row.audience)


def _under_question(row: Any) -> str:
    return str(row.question.audience)


def _under_vote(row: Any) -> str:
    return str(row.vote.question.audience)


def _of_vote(row: Vote) -> str:
    return str(row.question.audience)


def _of_cast(row: Cast) -> str:
    """Who voted how: for all where it is shown, else for that delegation."""
    if row.vote.kind != VoteKind.OPEN and shown_by_name(row.vote):
        return str(row.vote.question.audience)
    party = row.vote.parties.get(row.member)
    return delegation(party) if party else SECRETARIAT


def _texts() -> Iterable[Translatable]:
    yield Translatable(QUESTION, Question, "title", gettext_lazy("title of a question"), _of_question, Q())
    # What a body decides on is put in its languages by whoever puts it; the hash covers these wordings.


register_translatable(_texts())
register_table(Question, _of_question)
register_table(QuestionPart, _under_question, ("question",))
register_table(Ruling, _under_question, ("question",))
register_table(Vote, _of_vote, ("question",))
register_table(Cast, _of_cast, ("vote__question",))
for _table in (Proxy, Explanation, Correction, Announcement):
    register_table(_table, _under_vote, ("vote__question",))


def person_name(key: str) -> str:
    """What a person is called; the erased have a word in place of their name. One query."""
    return people_names([key]).get(key, "")


def chairs_somewhere(actor: Actor) -> bool:
    """Whether somebody presides over a body or keeps its papers. No query."""
    return any(actor.holds(role) for role in (CHAIR, VICE_CHAIR, BODY_SECRETARY, PRESIDING))


def bodies_of(actor: Actor) -> set[str] | None:
    """Ids of the bodies to which somebody puts questions; None: to all. No query."""
    if actor.holds(SECRETARY):
        return None
    names = {CHAIR.name, VICE_CHAIR.name, BODY_SECRETARY.name}
    return {Ref.parse(place).id for role, place in actor.grants if role in names and place}


def body_choices_of(actor: Actor) -> list[tuple[str, str]]:
    """The bodies before which somebody brings texts and elections, as a form offers them."""
    allowed = bodies_of(actor)
    return [(key, name) for key, name in body_choices() if allowed is None or key in allowed]


def all_questions(actor: Actor) -> QuerySet[Question]:
    """Every question that somebody may see, the newest first."""
    return Question.objects.filter(for_reader(actor)).order_by("-id")
