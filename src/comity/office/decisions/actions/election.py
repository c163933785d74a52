"""Acts on elections: call one, put somebody forward, hold rounds, draw lots. What a round's papers mean is the rules engine's to say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded, erasable, forget
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.charter.models import Body
from comity.office.charter.queries import charter_in_force, charter_version
from comity.office.decisions.actions.checks import KEEPS, PRESIDES, SPEAKS, the_party
from comity.office.decisions.actions.secret import FEWEST, count, record_counted, record_opened
from comity.office.decisions.counting_papers import count_of, drawn, lots_in_order
from comity.office.decisions.events.election import (
    CandidateErased,
    CandidatureEntered,
    CandidatureWithdrawn,
    ContestTerms,
    ElectionCalled,
    LotDrawn,
    RoundClosed,
    RoundOpened,
    Stands,
)
from comity.office.decisions.events.secret import SecretCounted, SecretOpened
from comity.office.decisions.models.election import Candidature, Contest, Election, Lot, Round
from comity.office.decisions.queries.election import marks_named
from comity.office.decisions.queries.electorate import electorate
from comity.office.decisions.real_papers import RankingCounted, check_box
from comity.office.decisions.vocabulary_secret import BLANK, INVALID
from comity.office.decisions.words import engine_language
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.rules import Charter, Rule, RulesError
from comity.rules import elections as engine
from comity.rules.election_rules import ElectionRule, PaperKind
from comity.rules.plain import snapshot_from_plain, snapshot_to_plain

MOST_CONTESTS, MOST_SEATS, LONGEST_STATEMENT = 20, 500, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsAsked:
    """Seats of one region. region: empty: of all."""

    region: Text
    seats: int


@act("decisions.call_election", may=KEEPS, records=(ElectionCalled,))
def call_election(
    *,
    by: Actor,
    body: str,
    title: Text,
    rule: str,
    seats: list[SeatsAsked] | None = None,
    meeting: str = "",
) -> Election:
    """Call an election by a rule of the charter. seats: how they are spread over regions, as many as the rule has together."""
    current = Body.objects.filter(id=body, dissolved_on__isnull=True).first() if is_id(body) else None
    if current is None:
        raise NotFound(_("There is no such body."))
    held = charter_in_force(by.now.date())
    if held is None:
        raise Refused(_("There is no charter yet: adopt one first."))
    chosen = _rule(held.charter, rule, by)
    assert chosen.election is not None
    asked = seats or [SeatsAsked(region=Text(), seats=chosen.election.seats)]
    if not 1 <= len(asked) <= MOST_CONTESTS or sum(one.seats for one in asked) != chosen.election.seats:
        raise Refused(
            _("The rule has %(seats)d seats: spread these over the regions.") % {"seats": chosen.election.seats},
            field="seats",
        )
    if any(one.seats < 1 for one in asked) or (len(asked) > 1 and not all(one.region for one in asked)):
        raise Refused(_("Each region has a name and at least one seat."), field="seats")
    taken = meeting_by_id(meeting) if meeting else None
    if meeting and (taken is None or taken.body_id != current.id):
        raise Refused(_("This meeting is of another body."), field="meeting")
    key = new_id(by.now)
    record(
        by,
        ElectionCalled(
            election=key,
            readable_by=taken.audience if taken is not None else PUBLIC,
            title=clean_original(title, most=300, field="title"),
            body=current.id,
            meeting=meeting,
            charter=held.version,
            rule=chosen.id,
            on=by.now.date(),
            contests=tuple(
                ContestTerms(
                    id=new_id(by.now),
                    region=clean_original(one.region, most=200, field="seats", empty=True),
                    seats=one.seats,
                )
                for one in asked
            ),
        ),
    )
    return Election.objects.get(id=key)


def _rule(charter: Charter, name: str, by: Actor) -> Rule:
    try:
        chosen = charter.rule(name, by.now.date())
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="rule") from error
    if chosen.election is None:
        raise Refused(_("“%(rule)s” is no rule of an election in the charter.") % {"rule": name}, field="rule")
    return chosen


@applies(ElectionCalled)
def _apply_election_called(stated: ElectionCalled, recorded: Recorded) -> None:
    made = Election.objects.create(
        id=stated.election,
        title=stated.title,
        body_id=stated.body,
        audience=stated.readable_by,
        meeting=stated.meeting,
        charter=stated.charter,
        rule=stated.rule,
        on=stated.on,
        called_at=recorded.time,
    )
    Contest.objects.bulk_create(
        Contest(id=one.id, election=made, rank=rank, region=one.region, seats=one.seats, seats_left=one.seats)
        for rank, one in enumerate(stated.contests)
    )


# --- who stands ---


@act("decisions.put_forward", may=(*SPEAKS, *KEEPS), records=(CandidatureEntered,))
def put_forward(
    *,
    by: Actor,
    contest: str,
    party: str,
    candidate: str = "",
    name: str = "",
    statement: Text | None = None,
    body: str = "",
    meeting: str = "",
) -> Candidature:
    """Put somebody forward for a seat. party: who endorses. candidate: id of a party that stands; else name: of a person."""
    current = the_contest(contest)
    _of(current.election, body, meeting)
    endorsing = the_party(party)
    if current.rounds.exists():
        raise Refused(_("The first round has begun: nobody can be put forward any more."))
    if bool(candidate) == bool(name.strip()):
        raise Refused(_("Name a party or a person, one of the two."), field="name")
    standing = current.candidatures.filter(withdrawn_at__isnull=True)
    if candidate:
        the_party(candidate, "candidate")
        if standing.filter(party_id=candidate).exists():
            raise Refused(_("This party stands already."), field="candidate")
    key = new_id(by.now)
    record(
        by,
        CandidatureEntered(
            election=current.election_id,
            readable_by=current.election.audience,
            candidature=key,
            contest=current.id,
            party=candidate,
            name=None if candidate else clean_line(name, most=200, field="name"),
            endorsed_by=endorsing.id,
            statement=clean_original(statement or Text(), most=LONGEST_STATEMENT, field="statement", empty=True),
        ),
    )
    return Candidature.objects.get(id=key)


@applies(CandidatureEntered)
def _apply_candidature_entered(stated: CandidatureEntered, recorded: Recorded) -> None:
    Candidature.objects.create(
        id=stated.candidature,
        contest_id=stated.contest,
        party_id=stated.party or None,
        name=stated.name or "",
        endorsed_by_id=stated.endorsed_by,
        statement=stated.statement or Text(),
        entered_at=recorded.time,
    )


@act("decisions.withdraw_candidature", may=(*SPEAKS, *KEEPS), records=(CandidatureWithdrawn,))
def withdraw_candidature(*, by: Actor, candidature: str, party: str, body: str = "", meeting: str = "") -> None:
    """Withdraw a candidature between rounds. party: who endorsed it."""
    rows = Candidature.objects.select_related("contest__election").filter(withdrawn_at__isnull=True)
    found = rows.filter(id=candidature, endorsed_by_id=party).first() if is_id(candidature) else None
    if found is None:
        raise NotFound(_("There is no such candidature of this party."))
    _of(found.contest.election, body, meeting)
    if found.contest.rounds.filter(closed=False).exists():
        raise Refused(_("A round is open: wait for its end."))
    if found.id in found.contest.elected:
        raise Refused(_("They are elected already."))
    record(
        by,
        CandidatureWithdrawn(
            election=found.contest.election_id,
            readable_by=found.contest.election.audience,
            candidature=found.id,
        ),
    )


@applies(CandidatureWithdrawn)
def _apply_candidature_withdrawn(stated: CandidatureWithdrawn, recorded: Recorded) -> None:
    Candidature.objects.filter(id=stated.candidature).update(withdrawn_at=recorded.time)


@act("decisions.erase_candidate", may=(SECRETARY,), records=(CandidateErased,))
def erase_candidate(*, by: Actor, candidature: str, reason: str) -> None:
    """Erase a candidate's name and statement from the tables and from every event. Cannot be undone; what was counted stays."""
    rows = Candidature.objects.select_related("contest__election")
    found = rows.filter(id=candidature).first() if is_id(candidature) else None
    if found is None:
        raise NotFound(_("There is no such candidature."))
    if found.party_id and not found.statement:
        raise Refused(_("A party stands here: there is nothing personal to erase."))
    if not (found.party_id or found.name):
        raise Refused(_("The name is erased already."))
    record(
        by,
        CandidateErased(
            election=found.contest.election_id,
            readable_by=found.contest.election.audience,
            candidature=found.id,
            reason=clean_line(reason, most=500, field="reason"),
        ),
        erasable(found.ref),
    )


@applies(CandidateErased)
def _apply_candidate_erased(stated: CandidateErased, recorded: Recorded) -> None:
    row = Candidature.objects.get(id=stated.candidature)
    row.name, row.statement = "", Text()
    row.save()
    forget(row.ref)


# --- rounds ---


@act("decisions.open_round", may=PRESIDES, records=(RoundOpened, SecretOpened))
def open_round(*, by: Actor, contest: str, body: str = "", meeting: str = "") -> Round:
    """Open the next round of a contest: a secret ballot on those who may be voted for in it."""
    current = the_contest(contest)
    election = current.election
    _of(election, body, meeting)
    if not current.seats_left:
        raise Refused(_("All seats are filled."))
    if current.rounds.filter(closed=False).exists():
        raise Refused(_("A round is open already."))
    terms = _terms(election)
    if current.tied and terms.lots:
        raise Refused(_("A lot is to be drawn first."))
    names = offered(current)
    if not names:
        raise Refused(_("Nobody stands."))
    charter, _chosen = _charter(election)
    found = electorate(election.body, charter, by.now.date(), election.meeting)
    electors = tuple(member.name for member in found.snapshot.members if member.entitled)
    if len(electors) < FEWEST:  # it could never be closed
        raise Refused(
            _(
                "Fewer than %(fewest)d members have a vote here: with their numbers in the record, papers would not be secret."
            )
            % {"fewest": FEWEST}
        )
    number = 1 + current.rounds.count()
    secret = record_opened(
        by,
        SecretOpened(
            secret=new_id(by.now),
            question="",
            meeting=election.meeting,
            readable_by=election.audience,
            title=election.title,
            body=election.body_id,
            charter=election.charter,
            rule=election.rule,
            on=by.now.date(),
            marks=tuple(names),
            most=terms.most(current.seats_left, len(names)),
            ranked=terms.paper is PaperKind.RANKED,
            snapshot=snapshot_to_plain(found.snapshot),
            parties=dict(found.parties),
            electors=electors,
        ),
    )
    opened = RoundOpened(
        election=election.id,
        readable_by=election.audience,
        contest=current.id,
        round=new_id(by.now),
        number=number,
        secret=secret.id,
    )
    record(by, opened)
    return Round.objects.get(id=opened.round)


def offered(contest: Contest) -> list[str]:
    """Ids of those who may be voted for in the next round, in the order in which they were put forward."""
    standing = contest.candidatures.filter(withdrawn_at__isnull=True).order_by("id").values_list("id", flat=True)
    allowed = set(standing) if contest.field is None else set(contest.field)
    return [one for one in standing if one in allowed and one not in contest.elected]


@applies(RoundOpened)
def _apply_round_opened(stated: RoundOpened, recorded: Recorded) -> None:
    Round.objects.create(id=stated.round, contest_id=stated.contest, number=stated.number, ballot_id=stated.secret)


@act("decisions.close_round", may=PRESIDES, records=(RoundClosed, SecretCounted))
def close_round(
    *,
    by: Actor,
    round_id: str,
    on_paper: list[str] | None = None,
    in_box: int = 0,
    paper: dict[str, int] | None = None,
    rankings: list[RankingCounted] | None = None,
    body: str = "",
    meeting: str = "",
) -> None:
    """Close a round and count its papers; who is elected and who may be voted for next follows from the rule.

    on_paper: the parties that put a real paper in; in_box: how many real papers tellers found; paper: on how many of them each name
    stands, by id of the candidature, with `blank` and `invalid`; rankings: where papers rank, how many rank in which order.
    """
    rows = Round.objects.select_related("contest__election__body", "ballot__body", "ballot__question")
    current = rows.filter(id=round_id, closed=False).first() if is_id(round_id) else None
    if current is None:
        raise NotFound(_("There is no such round, or it is closed."))
    election = current.contest.election
    _of(election, body, meeting)
    voters = on_paper or []
    check_box(in_box, len(voters))
    counted = count(current.ballot, paper or {}, voters, rankings or [], marks_named(current.ballot))
    if counted.papers < FEWEST:
        raise Refused(
            _("Fewer than %(fewest)d papers are in: with their numbers in the record, papers would not be secret.")
            % {"fewest": FEWEST}
        )
    record_counted(by, current.ballot, counted)
    before = set(current.contest.elected)
    stands = _stands(current.contest)
    record(
        by,
        RoundClosed(
            election=election.id,
            readable_by=election.audience,
            contest=current.contest_id,
            round=current.id,
            number=current.number,
            elected=tuple(one for one in stands.elected if one not in before),
            stands=stands,
        ),
    )


def _stands(contest: Contest, *more: list[str]) -> Stands:
    """The contest as the engine sees it after the rounds that were counted; more: lots that are being drawn. Raises Refused."""
    charter, rule = _charter(contest.election)
    assert rule.election is not None
    seated = replace(charter, rules=(replace(rule, election=replace(rule.election, seats=contest.seats)),))
    rounds = []
    snapshot = None
    for one in contest.rounds.select_related("ballot").order_by("number"):
        if one.ballot.totals is None:
            continue
        snapshot = snapshot_from_plain(one.ballot.snapshot)
        totals = dict(one.ballot.totals)
        blank, invalid = totals.pop(BLANK, 0), totals.pop(INVALID, 0)
        rounds.append(count_of(totals, papers=one.ballot.papers or 0, blank=blank, invalid=invalid))
    if snapshot is None:
        raise Refused(_("No round was counted yet."))
    everybody = list(contest.candidatures.order_by("id").values_list("id", flat=True))
    lots = lots_in_order([*contest.lots.order_by("id").values_list("order", flat=True), *more])
    try:
        found = engine.of_counts(seated, snapshot, rounds, rule=rule.id, eligible=everybody, lots=lots)
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error
    return Stands(
        elected=found.elected,
        seats_left=found.seats_left,
        field=found.next_field,
        tied=found.rounds[-1].tied if found.seats_left else (),
    )


@applies(RoundClosed)
def _apply_round_closed(stated: RoundClosed, recorded: Recorded) -> None:
    Round.objects.filter(id=stated.round).update(
        closed=True, elected=list(stated.elected), tied=list(stated.stands.tied)
    )
    _set(stated.contest, stated.stands)


def _set(contest: str, stands: Stands) -> None:
    Contest.objects.filter(id=contest).update(
        elected=list(stands.elected),
        seats_left=stands.seats_left,
        field=None if stands.field is None else list(stands.field),
        tied=list(stands.tied),
    )


# --- lots ---


@act("decisions.draw_lot", may=PRESIDES, records=(LotDrawn,))
def draw_lot(*, by: Actor, contest: str, seed: str, source: str, body: str = "", meeting: str = "") -> Lot:
    """Draw a lot among those who are tied. seed: words that chance gave before all eyes; source: how. The order follows from the seed."""
    current = the_contest(contest)
    _of(current.election, body, meeting)
    if not current.tied or not _terms(current.election).lots:
        raise Refused(_("There is nothing to draw a lot about."))
    latest = current.rounds.order_by("-number").first()
    assert latest is not None
    words = clean_line(seed, most=500, field="seed")
    order = drawn(words, current.tied)
    stands = _stands(current, order)
    made = LotDrawn(
        election=current.election_id,
        readable_by=current.election.audience,
        contest=current.id,
        lot=new_id(by.now),
        round=latest.id,
        number=latest.number,
        seed=words,
        source=clean_line(source, most=500, field="source"),
        order=tuple(order),
        elected=tuple(one for one in stands.elected if one not in current.elected),
        stands=stands,
    )
    record(by, made)
    return Lot.objects.get(id=made.lot)


@applies(LotDrawn)
def _apply_lot_drawn(stated: LotDrawn, recorded: Recorded) -> None:
    Lot.objects.create(
        id=stated.lot,
        contest_id=stated.contest,
        round=stated.number,
        seed=stated.seed,
        source=stated.source,
        order=list(stated.order),
        drawn_at=recorded.time,
    )
    latest = Round.objects.get(id=stated.round)
    latest.elected, latest.tied = [*latest.elected, *stated.elected], list(stated.stands.tied)
    latest.save()
    _set(stated.contest, stated.stands)


# --- checks ---


def the_contest(key: str) -> Contest:
    """A contest with its election. Raises NotFound."""
    found = Contest.objects.select_related("election__body").filter(id=key).first() if is_id(key) else None
    if found is None:
        raise NotFound(_("There is no such contest."))
    return found


def _of(election: Election, body: str, meeting: str) -> None:
    """Refuse whoever presides over another body or meeting. Raises Refused."""
    if (body and body != election.body_id) or (meeting and meeting != election.meeting):
        raise Refused(_("This election is before another body or meeting."))


def _charter(election: Election) -> tuple[Charter, Rule]:
    held = charter_version(election.charter)
    if held is None:
        raise NotFound(_("The charter by which this election is held is not here."))
    return held.charter, held.charter.rule(election.rule, election.on)


def _terms(election: Election) -> ElectionRule:
    terms = _charter(election)[1].election
    assert terms is not None
    return terms
