"""Elections as readers see them: who stands, what each round counted, who is elected, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import is_id
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.charter.queries import rules_in_force
from comity.office.decisions.counting_papers import BEFORE, count_of
from comity.office.decisions.models.election import CANDIDATURE, ELECTION, Candidature, Contest, Election, Lot, Round
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.queries import questions
from comity.office.decisions.queries.secret import papers_in, takes
from comity.office.decisions.vocabulary_secret import BLANK, INVALID
from comity.office.decisions.words import quoted
from comity.office.members.queries.parties import party_names
from comity.rules.ranking import tiers


def for_reader(actor: Actor) -> Q:
    """Elections that a reader may see."""
    return Q() if actor.reader.all else Q(audience__in=sorted(actor.reader.audiences))


def election(key: str, actor: Actor) -> Election | None:
    """An election that a reader may see."""
    rows = Election.objects.select_related("body").filter(for_reader(actor))
    return rows.filter(id=key).first() if is_id(key) else None


def listing(actor: Actor) -> QuerySet[Election]:
    """All elections that a reader may see, the newest first."""
    return Election.objects.select_related("body").filter(for_reader(actor)).order_by("-called_at", "-id")


def names_in(rows: Iterable[Candidature]) -> dict[str, str]:
    """What candidates are called, by id of the candidature. Two queries."""
    listed = list(rows)
    parties = party_names(row.party_id for row in listed if row.party_id)
    return {row.id: parties.get(row.party_id or "", "") or row.name or _("(erased)") for row in listed}


def marks_named(ballot: SecretBallot) -> dict[str, str]:
    """What can be marked on a paper of a round, with names, in the order of the paper."""
    named = names_in(Candidature.objects.filter(id__in=ballot.marks))
    return {mark: named.get(mark, mark) for mark in ballot.marks}


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate. endorsed_by: name of the party. may_withdraw, may_erase: what whoever reads can do with the candidature now."""

    candidature: Candidature
    name: str
    endorsed_by: str
    elected: bool
    may_withdraw: bool
    may_erase: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A round. papers: how many are in, None: its urn is not here. rows: name and papers of each, most first; None: it is not counted.

    blank, invalid: papers. takes: whoever reads can take a paper of it. elected, tied: names. compared: where papers rank, each name of
    `rows` with the number of papers that put it before each of them, in the same order; None: itself.
    """

    round: Round
    papers: int | None
    electors: int
    blank: int
    invalid: int
    takes: bool
    rows: tuple[tuple[str, int, bool], ...] | None
    compared: tuple[tuple[str, tuple[int | None, ...]], ...]
    tied: tuple[str, ...]
    lot: Lot | None
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Race:
    """A contest with all that a page shows. elected: names; next_names: who may be voted for in the next round, None: all who stand."""

    contest: Contest
    standing: tuple[Standing, ...]
    rounds: tuple[Held, ...]
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    next_names: tuple[str, ...] | None
    open_round: Round | None


def races(current: Election, actor: Actor) -> list[Race]:
    """The contests of an election, in their order, with what somebody can do there."""
    found = []
    own = questions.parties_of(actor)
    keeps = may_do(actor, "decisions.withdraw_candidature", body=current.body_id, meeting=current.meeting)
    erases = may_do(actor, "decisions.erase_candidate")
    for contest in current.contests.order_by("rank"):
        rows = list(contest.candidatures.order_by("id"))
        names = names_in(rows)
        endorsing = party_names(row.endorsed_by_id for row in rows)
        lots = {lot.round: lot for lot in contest.lots.order_by("id")}
        rounds = tuple(
            _held(one, names, lots.get(one.number), actor)
            for one in contest.rounds.select_related("ballot").order_by("number")
        )
        running = next((held.round for held in rounds if not held.round.closed), None)
        standing = tuple(
            Standing(
                row,
                names[row.id],
                endorsing.get(row.endorsed_by_id, ""),
                elected=row.id in contest.elected,
                may_withdraw=running is None
                and bool(contest.seats_left)
                and row.id not in contest.elected
                and (keeps or row.endorsed_by_id in own),
                may_erase=erases and bool(row.name),
            )
            for row in rows
            if row.withdrawn_at is None
        )
        named = tuple(names[one] for one in contest.elected)
        tied = tuple(names[one] for one in contest.tied)
        following = None if contest.field is None else tuple(names[one] for one in contest.field)
        found.append(Race(contest, standing, rounds, named, tied, following, running))
    return found


def _held(one: Round, names: Mapping[str, str], lot: Lot | None, actor: Actor) -> Held:
    ballot, totals = one.ballot, one.ballot.totals or {}
    counted = one.closed and ballot.totals is not None
    marks = in_order(ballot, names) if counted else []
    rows = tuple((names[mark], totals.get(mark, 0), mark in one.elected) for mark in marks) if counted else None
    return Held(
        round=one,
        papers=papers_in(ballot),
        electors=len(ballot.electors),
        blank=totals.get(BLANK, 0),
        invalid=totals.get(INVALID, 0),
        takes=not one.closed and takes(ballot, actor),
        rows=rows,
        compared=tuple(
            (names[mark], tuple(totals.get(f"{mark}{BEFORE}{other}", 0) if other != mark else None for other in marks))
            for mark in marks
            if ballot.ranked
        ),
        tied=tuple(names[key] for key in one.tied),
        lot=lot,
        order=tuple(names[key] for key in lot.order) if lot else (),
    )


def in_order(ballot: SecretBallot, names: Mapping[str, str]) -> list[str]:
    """The marks of a counted ballot, the foremost first; those who are level by name."""
    totals = ballot.totals or {}
    by_votes = sorted(ballot.marks, key=lambda mark: (-totals.get(mark, 0), names[mark]))
    if not ballot.ranked:
        return by_votes
    before = count_of(totals, papers=0, blank=0, invalid=0).before
    return [mark for tier in tiers(ballot.marks, before) for mark in by_votes if mark in tier]


def round_of(ballot: SecretBallot) -> Round | None:
    """The round of an election of which this is the ballot; None: it is on a question. One query."""
    if ballot.question_id is not None:
        return None
    return Round.objects.select_related("contest__election").filter(ballot=ballot).first()


def rules_of_elections() -> list[tuple[str, str]]:
    """Rules of elections in force today, by id, with their title in the language of the page."""
    language = (get_language() or "en").split("-")[0]
    found = [rule for rule in rules_in_force() if rule.election is not None]
    return [(rule.id, rule.title.get(language) or rule.title.get("en") or rule.id) for rule in found]


def _of_body_panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    if ref is None:
        return None
    rows = list(listing(actor).filter(body_id=ref.id)[:5])
    return {"elections": rows} if rows else None


register_panel(Panel("charter.body", 46, "decisions/_elections.html", _of_body_panel))


def _of_office_panel(actor: Actor, _ref: Ref | None) -> Mapping[str, Any] | None:
    return {
        "elections": list(listing(actor)[:5]),
        "may_call": questions.bodies_of(actor) != set(),
    }


register_panel(Panel("decisions.list", 20, "decisions/_elections.html", _of_office_panel))


def _names(ids: Iterable[str]) -> Names:
    rows = Election.objects.filter(id__in=list(ids)).only("id", "title", "audience")
    return {row.id: quoted(row.title) if row.audience == PUBLIC else _("an election") for row in rows}


def _candidature_names(ids: Iterable[str]) -> Names:
    rows = Candidature.objects.select_related("contest__election").filter(id__in=list(ids))
    open_to_all = [row for row in rows if row.contest.election.audience == PUBLIC]
    return {row.id: _("a candidate") for row in rows} | names_in(open_to_all)


register_kind(Kind(ELECTION, gettext_lazy("election"), _names, lambda key: reverse("decisions:election", args=[key])))
register_kind(Kind(CANDIDATURE, gettext_lazy("candidature"), _candidature_names))


def _audience(row: Election) -> str:
    return row.audience


def _of_contest(row: Any) -> str:
    return str(row.contest.election.audience)


register_translatable(
    [
        Translatable(ELECTION, Election, "title", gettext_lazy("title of an election"), _audience),
        Translatable(CANDIDATURE, Candidature, "statement", gettext_lazy("statement of a candidate"), _of_contest),
    ]
)
register_table(Election, _audience)
register_table(Contest, lambda row: str(row.election.audience), related=("election",))
for _model in (Candidature, Round, Lot):
    register_table(_model, _of_contest, related=("contest__election",))
