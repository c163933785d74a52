"""Elections as readers see them: who stands, what each round counted, who is elected, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import is_id
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.decisions.models.election import CANDIDATURE, ELECTION, Candidature, Contest, Election, Lot, Round
from comity.office.decisions.models.secret import SecretBallot
from comity.office.members.queries.parties import party_names


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
    """A candidate. endorsed_by: name of the party."""

    candidature: Candidature
    name: str
    endorsed_by: str
    elected: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A round. rows: name and papers of each, most first; None: it is not counted. elected, tied: names."""

    round: Round
    rows: tuple[tuple[str, int, bool], ...] | None
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


def races(current: Election) -> list[Race]:
    """The contests of an election, in their order."""
    found = []
    for contest in current.contests.order_by("rank"):
        rows = list(contest.candidatures.order_by("id"))
        names = names_in(rows)
        endorsing = party_names(row.endorsed_by_id for row in rows)
        standing = tuple(
            Standing(row, names[row.id], endorsing.get(row.endorsed_by_id, ""), row.id in contest.elected)
            for row in rows
            if row.withdrawn_at is None
        )
        lots = {lot.round: lot for lot in contest.lots.order_by("id")}
        rounds = tuple(
            _held(one, names, lots.get(one.number))
            for one in contest.rounds.select_related("ballot").order_by("number")
        )
        running = next((held.round for held in rounds if not held.round.closed), None)
        named = tuple(names[one] for one in contest.elected)
        tied = tuple(names[one] for one in contest.tied)
        following = None if contest.field is None else tuple(names[one] for one in contest.field)
        found.append(Race(contest, standing, rounds, named, tied, following, running))
    return found


def _held(one: Round, names: Mapping[str, str], lot: Lot | None) -> Held:
    rows = None
    if one.closed and one.ballot.totals is not None:
        counted = ((names[mark], one.ballot.totals.get(mark, 0), mark in one.elected) for mark in one.ballot.marks)
        rows = tuple(sorted(counted, key=lambda row: (-row[1], row[0])))
    tied = tuple(names[key] for key in one.tied)
    return Held(one, rows, tied, lot, tuple(names[key] for key in lot.order) if lot else ())


def _of_body_panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    if ref is None:
        return None
    rows = list(listing(actor).filter(body_id=ref.id)[:5])
    return {"elections": rows} if rows else None


register_panel(Panel("charter.body", 46, "decisions/_elections.html", _of_body_panel))


def _of_office_panel(actor: Actor, _ref: Ref | None) -> Mapping[str, Any] | None:
    return {"elections": list(listing(actor)[:5]), "may_call": may_do(actor, "decisions.call_election")}


register_panel(Panel("decisions.list", 20, "decisions/_elections.html", _of_office_panel))


def _names(ids: Iterable[str]) -> Names:
    rows = Election.objects.filter(id__in=list(ids)).only("id", "title", "audience")
    return {row.id: f"“{row.title}”" if row.audience == PUBLIC else _("an election") for row in rows}


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
