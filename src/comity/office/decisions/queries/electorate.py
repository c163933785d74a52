"""Who may vote in a body on a day: the register, the seats of the meeting, and what was stated of members for votes.

Members are named by their keys in charters: the ISO 3166 alpha-3 code, else the id of the party. A vote freezes what this gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Q

from comity.groundwork.refs import Ref
from comity.groundwork.tables import register_table
from comity.office.charter.models import Body
from comity.office.charter.queries import register_voters
from comity.office.decisions.models import Qualification
from comity.office.decisions.models.question import QUESTION, Question
from comity.office.decisions.vocabulary import QualificationKind
from comity.office.meetings.models import Seat
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.office.meetings.queries.presence import present_parties, seated_parties
from comity.office.members.queries.electorate import electorate as registered
from comity.office.members.queries.keys import key_of
from comity.office.members.queries.parties import party_names
from comity.rules import Charter, Member, Snapshot
from comity.rules.record import fraction


@dataclass(frozen=True, slots=True)
class Electorate:
    """Members with groups, weights and rights on a day. parties: id of the party by key."""

    snapshot: Snapshot
    parties: Mapping[str, str]

    @property
    def keys(self) -> dict[str, str]:
        """Key by id of the party."""
        return {party: key for key, party in self.parties.items()}


def electorate(body: Body, charter: Charter, on: date, meeting: str = "") -> Electorate:
    """Who votes in a body. Whoever has a seat in the meeting, else in the body, else every party that the register says is one.

    In a meeting the seat says who has a vote; otherwise the register does. A fixed number of queries.
    """
    known = registered(on)
    by_key = {member.name: member for member in known.snapshot.members}
    parties = dict(known.parties)
    stated = list(_stated(body.id, on))
    for one in stated:
        parties.setdefault(key_of(one.party), one.party_id)
    keys = {party: key for key, party in parties.items()}
    voting = _seats(stated, meeting, keys, parties)
    if voting is not None:
        members = [replace(by_key.get(key, Member(key)), entitled=has_vote) for key, has_vote in voting.items()]
    else:
        members = list(by_key.values())
    groups = {name: frozenset(named.members) for name, named in charter.groups.items() if named.members is not None}
    snapshot = _with_statements(members, stated, keys, on, known.snapshot.groups).with_groups(groups)
    return Electorate(snapshot, {name: parties[name] for name in snapshot.names})


def voting_on_rules(on: date, decision: Ref | None) -> Snapshot:
    """All members of the register on a day, with what is stated of them for votes of all bodies and of that of the decision.

    Others of whom something is stated stand in it without a vote. A fixed number of queries.
    """
    known = registered(on)
    question = Question.objects.filter(id=decision.id).first() if decision and decision.kind == QUESTION else None
    stated = list(_stated(question.body_id if question else None, on))
    keys = {party: key for key, party in known.parties.items()}
    others = {key_of(one.party): one.party_id for one in stated if one.party_id not in keys}
    keys |= {party: key for key, party in others.items()}
    members = [*known.snapshot.members, *(Member(key, entitled=False) for key in others)]
    return _with_statements(members, stated, keys, on, known.snapshot.groups)


register_voters(voting_on_rules)


def _stated(body: str | None, on: date) -> Iterable[Qualification]:
    """What holds on a day, of this body or of all. One query."""
    running = Q(until__isnull=True) | Q(until__gte=on)
    here = Q(body_id=body) | Q(body__isnull=True) if body else Q(body__isnull=True)
    found = Qualification.objects.filter(running, here, since__lte=on)
    return found.select_related("party", "other").order_by("id")


def _seats(
    stated: list[Qualification], meeting: str, keys: dict[str, str], parties: dict[str, str]
) -> dict[str, bool] | None:
    """Whether each of those who have a seat has a vote, by key; None: no seats were given."""
    voting = {}
    for seat in Seat.objects.select_related("party").filter(meeting=meeting) if meeting else ():
        key = keys.setdefault(seat.party_id, key_of(seat.party))
        parties.setdefault(key, seat.party_id)
        voting[key] = seat.votes
    if voting:
        return voting
    return {keys[one.party_id]: True for one in stated if one.kind == QualificationKind.SEAT} or None


def _with_statements(
    members: list[Member], stated: list[Qualification], keys: dict[str, str], on: date, groups: frozenset[str]
) -> Snapshot:
    standings: dict[str, set[str]] = {}
    weights: dict[str, dict[str, Fraction]] = {}
    mandates: dict[str, set[str]] = {}
    for one in stated:
        key = keys[one.party_id]
        if one.kind == QualificationKind.STANDING:
            standings.setdefault(key, set()).add(one.name)
        elif one.kind == QualificationKind.WEIGHT:
            weights.setdefault(key, {})[one.name] = fraction(one.value)  # the later statement stands
        elif one.kind == QualificationKind.MANDATE and one.other is not None:
            mandates.setdefault(key, set()).add(key_of(one.other))
    names = {member.name for member in members}
    made = tuple(
        replace(
            member,
            groups=member.groups | standings.get(member.name, set()),
            weights={**member.weights, **weights.get(member.name, {})},
            casts_for=tuple(sorted(names & mandates.get(member.name, set()) - {member.name})),
        )
        for member in members
    )
    known = {one.name for one in stated if one.kind == QualificationKind.STANDING}
    return Snapshot(made, on, groups | known)


def present_keys(meeting: str, keys: Mapping[str, str]) -> tuple[str, ...] | None:
    """Keys of those with a vote who are present in a meeting now; None: there is no meeting, or nobody was registered as present in it.

    Whoever is there without a vote is no part of it: nobody counts them, and a record must not say that they voted.
    """
    if not meeting or meeting_by_id(meeting) is None:
        return None
    there = present_parties(meeting)
    voting = there.intersection(seated_parties(meeting, voting=True))
    return tuple(sorted(keys[party] for party in voting if party in keys)) if there else None


def names_of(parties: Mapping[str, str]) -> dict[str, str]:
    """Names in the reader's language by key; parties: id by key. Of two that are called alike each has its key added. Two queries."""
    told = party_names(parties.values())
    named = {key: told.get(party, key) for key, party in parties.items()}
    times = Counter(named.values())
    return {key: f"{name} ({key})" if times[name] > 1 else name for key, name in named.items()}


def statements_of(on: date) -> list[Qualification]:
    """What is stated of members and holds on a day or later, by kind. One query."""
    found = Qualification.objects.filter(Q(until__isnull=True) | Q(until__gte=on)).select_related(
        "party", "other", "body"
    )
    return list(found.order_by("kind", "name", "id"))


register_table(Qualification)
