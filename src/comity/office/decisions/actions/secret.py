"""Acts on secret ballots: open, put a paper in, count, cancel; and what is done when the server that held the urn stopped.

Putting a paper in changes no table and records no event. Acts hold the lock of the log one after the other, so no paper comes between
a count and its record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, alongside, applies, record, system_actor
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.live import touch
from comity.groundwork.log import Recorded
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line
from comity.office.decisions import urn as urns
from comity.office.decisions.actions.checks import PRESIDES, SPEAKS, belongs, the_question
from comity.office.decisions.actions.deciding import DECIDES, check_what_follows, record_decided, rests_on_numbers
from comity.office.decisions.actions.vote import FINAL, check_turn
from comity.office.decisions.counting_papers import marks_of, pair_marks
from comity.office.decisions.events.secret import SecretCancelled, SecretCounted, SecretInterrupted, SecretOpened
from comity.office.decisions.models.question import Question
from comity.office.decisions.models.secret import SecretBallot, UrnPlace
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.electorate import electorate, names_of
from comity.office.decisions.queries.organs import as_organ
from comity.office.decisions.queries.secret import record_of
from comity.office.decisions.real_papers import PaperTerms, RankingCounted, sums_of
from comity.office.decisions.vocabulary import QuestionStage
from comity.office.decisions.vocabulary_secret import BLANK, INVALID, SecretStage
from comity.office.decisions.words import choice_word, engine_language, several
from comity.office.meetings.models import MEETING
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.office.meetings.vocabulary import Stage as MeetingStage
from comity.rules import Outcome, RulesError, Verdict, decide
from comity.rules.plain import snapshot_from_plain, snapshot_to_plain

FEWEST = 5
"""Papers from which on numbers are published, and kept. Of fewer, the outcome alone."""
CHOICES = ("yes", "no", "abstain")
LOST_AFTER = timedelta(seconds=30)
"""How long another server may be unseen before its urn is taken for lost."""


@act("decisions.open_secret", may=PRESIDES, records=(SecretOpened,))
def open_secret(*, by: Actor, question: str, body: str = "", meeting: str = "") -> SecretBallot:
    """Open a secret ballot on a question. Papers are counted together; which is whose is known to nobody and written nowhere."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    check_turn(current)
    held = meeting_by_id(current.meeting) if current.meeting else None
    if current.meeting and (held is None or held.stage != MeetingStage.OPEN):
        raise Refused(_("The meeting is not open."))
    charter = reading.charter_of(current)
    try:
        rule = charter.rule(current.rule, by.now.date())
        found = as_organ(electorate(current.body, charter, by.now.date(), current.meeting), current, charter, rule)
        counted = reading.countable_in_numbers(rule, charter, found.snapshot)
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="question") from error
    if not counted:
        raise Refused(
            _(
                "This rule counts groups, weights or the votes of others, so it must be known who votes how: it cannot be secret."
            ),
            field="question",
        )
    check_what_follows(current, found.snapshot, by.now.date())
    electors = tuple(member.name for member in found.snapshot.members if member.entitled)
    if 0 < len(electors) < FEWEST and rests_on_numbers(current):
        raise Refused(
            _(
                "Fewer than %(fewest)d members have a vote here: no numbers would be kept, and what follows from this question rests on "
                "them. Hold a recorded vote."
            )
            % {"fewest": FEWEST},
            field="question",
        )
    return record_opened(
        by,
        SecretOpened(
            secret=new_id(by.now),
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            title=current.title,
            body=current.body_id,
            charter=current.charter,
            rule=current.rule,
            on=by.now.date(),
            marks=CHOICES,
            most=1,
            ranked=False,
            snapshot=snapshot_to_plain(found.snapshot),
            parties=dict(found.parties),
            electors=electors,
        ),
    )


def record_opened(by: Actor, opened: SecretOpened) -> SecretBallot:
    """For acts that open secret ballots: they name `SecretOpened` among what they record. Raises Refused."""
    if not opened.electors:
        raise Refused(_("Nobody has a vote here: enter seats or the status of members first."))
    record(by, opened)
    return SecretBallot.objects.get(id=opened.secret)


@applies(SecretOpened)
def _apply_secret_opened(stated: SecretOpened, recorded: Recorded) -> None:
    SecretBallot.objects.create(
        id=stated.secret,
        title=stated.title,
        body_id=stated.body,
        question_id=stated.question or None,
        audience=stated.readable_by,
        meeting=stated.meeting,
        charter=stated.charter,
        rule=stated.rule,
        on=stated.on,
        marks=list(stated.marks),
        most=stated.most,
        ranked=stated.ranked,
        snapshot=stated.snapshot,
        parties=stated.parties,
        electors=list(stated.electors),
        opened_at=recorded.time,
    )
    if stated.question:
        Question.objects.filter(id=stated.question).update(stage=QuestionStage.VOTING)


@alongside(SecretOpened)
def _set_up(by: Actor, stated: SecretOpened) -> None:
    _place(stated.secret, 1, by.now)


def _place(secret: str, attempt: int, now: datetime) -> None:
    """A new urn in this process, and where it stands."""
    urns.set_up(secret, attempt)
    where = {"attempt": attempt, "holder": urns.HOLDER, "alive_at": now}
    UrnPlace.objects.update_or_create(ballot_id=secret, defaults=where)


# --- papers ---


@act("decisions.cast_secret", may=SPEAKS, records=())
def cast_secret(*, by: Actor, secret: str, party: str, marked: list[str]) -> None:
    """Put a party's paper into the urn; nothing marked: a blank one. Where papers rank, what is preferred comes first.

    It cannot be changed or taken back: nobody can find it again.
    """
    current = the_secret(secret, SecretStage.OPEN)
    member = member_of(current, party)
    if len(set(marked)) != len(marked) or not set(marked) <= set(current.marks):
        raise Refused(_("Mark what is on the paper, each at most once."), field="marked")
    if len(marked) > current.most:
        raise Refused(_("At most %(most)d can be marked.") % {"most": current.most}, field="marked")
    try:
        _urn(current).put(member, marks_of(marked, current.marks) if current.ranked else marked)
    except urns.InAlready as error:
        if has_paper(current, member):
            raise Refused(_("Your delegation has a real paper from the tellers: it votes with that one.")) from error
        raise Refused(_("Your delegation's paper is in the urn already.")) from error
    touch(current.ref, current.audience)
    if current.meeting:  # its screens show how many papers are in
        touch(Ref(MEETING, current.meeting), current.audience)


def _urn(current: SecretBallot) -> urns.Urn:
    """The urn of a ballot that runs. Raises Refused."""
    found = urns.urn(current.id, current.attempt)
    if found is None:
        raise Refused(
            _(
                "The urn is not here: it stands on another server of this site, or the server was started anew and the ballot begins "
                "again in a moment. Load the page again."
            )
        )
    return found


def has_voted(current: SecretBallot, member: str) -> bool:
    """Whether a member's paper is in the urn, as this process knows it."""
    if current.stage == SecretStage.COUNTED:
        return member in current.voted
    found = urns.urn(current.id, current.attempt)
    return found is not None and found.has(member)


@act("decisions.hand_papers", may=PRESIDES, records=())
def hand_papers(*, by: Actor, secret: str, parties: list[str], body: str = "", meeting: str = "") -> None:
    """Note who has a real paper from the tellers, and can put none in on the site; the others can. parties: all of them.

    Like the papers it is in the memory of the server alone.
    """
    current = the_secret(secret, SecretStage.OPEN)
    if (body and body != current.body_id) or (meeting and meeting != current.meeting):
        raise Refused(_("This ballot is of another body or meeting."))
    keys = {member_of(current, party, "parties") for party in parties}
    try:
        _urn(current).hand(keys)
    except urns.InAlready as error:
        called = names_of({key: current.parties[key] for key in error.args})
        raise Refused(
            _("These have put a paper into the urn of the site already: %(names)s.")
            % {"names": several(sorted(called.values()))},
            field="parties",
        ) from error
    touch(current.ref, current.audience)


def has_paper(current: SecretBallot, member: str) -> bool:
    """Whether a member has a real paper from the tellers, as this process knows it."""
    found = urns.urn(current.id, current.attempt)
    return found is not None and member in found.handed()


# --- the count ---


@act("decisions.count_secret", may=PRESIDES, records=(SecretCounted, *DECIDES))
def count_secret(
    *,
    by: Actor,
    secret: str,
    paper: dict[str, int] | None = None,
    on_paper: list[str] | None = None,
    body: str = "",
    meeting: str = "",
) -> None:
    """Close a secret ballot on a question and count the papers. paper: what tellers counted on real papers, by what was marked, with
    `blank` and `invalid`; on_paper: the parties that put those in.
    """
    current = the_secret(secret, SecretStage.OPEN)
    if current.question is None:
        raise Refused(_("This ballot is a round of an election: close the round there."))
    belongs(current.question, body, meeting)
    words = {mark: choice_word(mark) for mark in current.marks}
    counted = count(current, paper or {}, on_paper or [], words=words)
    totals = {**dict.fromkeys(current.marks, 0), **counted.totals}
    outcome = _outcome(current, current.question, totals)
    shown = record_counted(by, current, counted, verdict=outcome.verdict.value, outcome=outcome.to_json().decode())
    if outcome.verdict in FINAL:
        record_decided(by, shown, Verdict(outcome.verdict))


class Counted:
    """What came out of an urn, together with real papers: plain values for the record."""

    __slots__ = ("on_paper", "papers", "totals", "voted")

    def __init__(self, papers: int, on_paper: int, totals: Mapping[str, int], voted: tuple[str, ...]) -> None:
        self.papers, self.on_paper, self.totals, self.voted = papers, on_paper, dict(totals), voted


def count(
    current: SecretBallot,
    paper: Mapping[str, int],
    on_paper: Sequence[str],
    rankings: Sequence[RankingCounted] = (),
    words: Mapping[str, str] | None = None,
) -> Counted:
    """What the urn and the real papers hold together. words: what each mark is called. Raises Refused."""
    inside = _urn(current).counts()
    known = {*current.marks, BLANK, INVALID}
    if not set(paper) <= known:
        raise Refused(
            _("Papers are counted by what is on them: %(marks)s.") % {"marks": several(sorted(known))}, field="paper"
        )
    keys = [member_of(current, party, "on_paper") for party in on_paper]
    called = names_of({key: current.parties[key] for key in keys})
    if twice := sorted(called[key] for key, times in Counter(keys).items() if times > 1):
        raise Refused(_("Named twice: %(names)s.") % {"names": several(twice)}, field="on_paper")
    if both := sorted(called[key] for key in keys if key in inside.voted):
        raise Refused(
            _("These have put a paper into the urn of the site as well: %(names)s.") % {"names": several(both)},
            field="on_paper",
        )
    terms = PaperTerms(current.marks, current.most, current.ranked, lambda mark: (words or {}).get(mark, mark))
    real = sums_of(terms, len(keys), paper, rankings)
    marks = [*current.marks, *(pair_marks(current.marks) if current.ranked else ())]
    totals = {mark: inside.marks.get(mark, 0) + real.get(mark, 0) for mark in marks}
    totals |= {BLANK: inside.blank + real[BLANK], INVALID: real[INVALID]}
    voted = tuple(sorted(inside.voted.union(keys)))
    return Counted(len(voted), len(keys), totals, voted)


def record_counted(
    by: Actor, current: SecretBallot, counted: Counted, *, verdict: str = "", outcome: str = ""
) -> SecretBallot:
    """For acts that count secret ballots: they name `SecretCounted` among what they record. Numbers of few papers are left out."""
    few = counted.papers < FEWEST
    record(
        by,
        SecretCounted(
            secret=current.id,
            question=current.question_id or "",
            meeting=current.meeting,
            readable_by=current.audience,
            papers=counted.papers,
            on_paper=counted.on_paper,
            totals=None if few else counted.totals,
            voted=counted.voted,
            verdict=verdict,
            outcome="" if few else outcome,
        ),
    )
    transaction.on_commit(lambda: urns.put_away(current.id))
    current.refresh_from_db()
    return current


def _outcome(current: SecretBallot, question: Question, totals: Mapping[str, int]) -> Outcome:
    counted = record_of(current, question, totals)
    try:
        return decide(
            reading.charter_of(question),
            snapshot_from_plain(current.snapshot),
            counted,
            rule=current.rule,
            on=current.on,
        )
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error


@applies(SecretCounted)
def _apply_secret_counted(stated: SecretCounted, recorded: Recorded) -> None:
    SecretBallot.objects.filter(id=stated.secret).update(
        stage=SecretStage.COUNTED,
        papers=stated.papers,
        on_paper=stated.on_paper,
        totals=stated.totals,
        voted=list(stated.voted),
        verdict=stated.verdict,
        outcome=stated.outcome,
        ended_at=recorded.time,
    )
    _free(stated.question)


@act("decisions.cancel_secret", may=PRESIDES, records=(SecretCancelled,))
def cancel_secret(*, by: Actor, secret: str, reason: str, body: str = "", meeting: str = "") -> None:
    """End a secret ballot on a question without a count. Nobody looks into the urn."""
    current = the_secret(secret, SecretStage.OPEN)
    if current.question is None:
        raise Refused(_("This ballot is a round of an election: close the round there."))
    belongs(current.question, body, meeting)
    record(
        by,
        SecretCancelled(
            secret=current.id,
            question=current.question_id or "",
            meeting=current.meeting,
            readable_by=current.audience,
            reason=clean_line(reason, most=500, field="reason"),
        ),
    )
    transaction.on_commit(lambda: urns.put_away(current.id))


@applies(SecretCancelled)
def _apply_secret_cancelled(stated: SecretCancelled, recorded: Recorded) -> None:
    SecretBallot.objects.filter(id=stated.secret).update(stage=SecretStage.CANCELLED, ended_at=recorded.time)
    _free(stated.question)


def _free(question: str) -> None:
    """A question on which no ballot runs any more is before the body again, until it is decided."""
    if question:
        Question.objects.filter(id=question, stage=QuestionStage.VOTING).update(stage=QuestionStage.PUT)


# --- a server that stopped ---


def lost(now: datetime) -> list[SecretBallot]:
    """Ballots that run and whose urn is gone: not in this process, and in no other that is at work."""
    running = SecretBallot.objects.filter(stage=SecretStage.OPEN).order_by("id")
    return [one for one in running if urns.urn(one.id, one.attempt) is None and not _held_elsewhere(one, now)]


def _held_elsewhere(current: SecretBallot, now: datetime) -> bool:
    """Whether another server holds the urn and is at work. On SQLite there is one server, and this is it."""
    if connection.vendor == "sqlite":
        return False
    place = UrnPlace.objects.filter(ballot=current).exclude(holder=urns.HOLDER).first()
    return place is not None and place.alive_at >= now - LOST_AFTER


@act("decisions.begin_secret_again", may=(), records=(SecretInterrupted,))
def begin_secret_again(*, by: Actor) -> int:
    """Begin secret ballots again whose urn went with the server that held it; how many. The clock does this."""
    gone = lost(by.now)
    for current in gone:
        record(
            by,
            SecretInterrupted(
                secret=current.id,
                question=current.question_id or "",
                meeting=current.meeting,
                readable_by=current.audience,
                attempt=current.attempt + 1,
            ),
        )
    return len(gone)


@applies(SecretInterrupted)
def _apply_secret_interrupted(stated: SecretInterrupted, recorded: Recorded) -> None:
    SecretBallot.objects.filter(id=stated.secret).update(attempt=stated.attempt)


@alongside(SecretInterrupted)
def _set_up_again(by: Actor, stated: SecretInterrupted) -> None:
    _place(stated.secret, stated.attempt, by.now)


@recurring("decisions.keep_urns", timedelta(seconds=5))
def _keep_urns(now: datetime) -> None:
    if not SecretBallot.objects.filter(stage=SecretStage.OPEN).exists():
        return
    UrnPlace.objects.filter(holder=urns.HOLDER, ballot__stage=SecretStage.OPEN).update(alive_at=now)
    if lost(now):
        begin_secret_again(by=system_actor(now))


# --- checks ---


def the_secret(key: str, *stages: SecretStage) -> SecretBallot:
    """The secret ballot, at one of these stages (none given: at any). Raises NotFound, Refused."""
    rows = SecretBallot.objects.select_related("question__body", "question__parent", "body")
    found = rows.filter(id=key).first() if is_id(key) else None
    if found is None:
        raise NotFound(_("There is no such secret ballot."))
    if stages and found.stage not in stages:
        raise Refused(_("This secret ballot is “%(stage)s” already.") % {"stage": SecretStage(found.stage).label})
    return found


def member_of(current: SecretBallot, party: str, field: str = "party") -> str:
    """The key of a party that may put a paper in. Raises Refused."""
    for key in current.electors:
        if current.parties[key] == party:
            return str(key)
    raise Refused(_("This party has no vote in this ballot."), field=field)
