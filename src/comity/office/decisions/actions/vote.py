"""Acts that run a vote: open, proxies, close, break a tie, announce. How votes are cast is in `casting`."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, system_actor
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded
from comity.groundwork.models import Person
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.decisions.actions.checks import (
    KEEPS,
    PRESIDES,
    SPEAKS,
    belongs,
    member_of,
    of_vote,
    one_of,
    the_question,
    the_vote,
)
from comity.office.decisions.actions.deciding import DECIDES, check_what_follows, record_decided
from comity.office.decisions.actions.organs import check_organs
from comity.office.decisions.actions.question import amendments_waiting
from comity.office.decisions.events.vote import (
    OutcomeAnnounced,
    ProxyGiven,
    ProxyWithdrawn,
    TieBroken,
    VoteClosed,
    VoteOpened,
)
from comity.office.decisions.models import Announcement, Cast, Proxy, Question, Vote
from comity.office.decisions.moments import moment_text
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.electorate import electorate, present_keys
from comity.office.decisions.queries.organs import as_organ
from comity.office.decisions.vocabulary import (
    Disclosure,
    Mode,
    QuestionKind,
    QuestionStage,
    VoteKind,
    VoteStage,
)
from comity.office.decisions.words import engine_language
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.office.meetings.vocabulary import Stage as MeetingStage
from comity.office.members.models import Party
from comity.office.members.names import name_of
from comity.office.members.queries.parties import naming
from comity.rules import Finding, Record, RulesError, Verdict, lines
from comity.rules.charter import CASTING_VOTE, Tie
from comity.rules.plain import record_to_plain, snapshot_to_plain
from comity.rules.words import parted

LONGEST_WORDS = 4000
FINAL = frozenset({Verdict.ADOPTED, Verdict.NOT_ADOPTED})


@act("decisions.open_vote", may=PRESIDES, records=(VoteOpened,))
def open_vote(
    *,
    by: Actor,
    question: str,
    kind: str = VoteKind.RECORDED.value,
    disclosure: str = Disclosure.LIVE.value,
    first: str = "",
    language: str = "en",
    closes_at: datetime | None = None,
    body: str = "",
    meeting: str = "",
) -> Vote:
    """Open a vote on a question: from now on the electorate, its weights and what is disclosed before the close are fixed.

    first: of a roll call, id of the party that was drawn to be called first; empty: the server draws it. language: by whose alphabet.
    closes_at: of a vote in writing.
    """
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose one of the site’s languages."), field="language")
    if closes_at is not None and is_naive(closes_at):
        raise Refused(_("Say in which time zone this time is."), field="closes_at")
    attempt = _attempt(current)
    check_turn(current)
    _open_when(by, current, closes_at)
    charter = reading.charter_of(current)
    try:
        rule = charter.rule(current.rule, by.now.date())
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="question") from error
    found = electorate(current.body, charter, by.now.date(), current.meeting)
    found = as_organ(found, current, charter, rule)
    if not any(member.entitled for member in found.snapshot.members):
        raise Refused(_("Nobody has a vote here: enter seats or the status of members first."))
    check_what_follows(current, found.snapshot, by.now.date())
    how = one_of(VoteKind, kind, "kind")
    present = present_keys(current.meeting, found.keys)
    try:
        begun = reading.to_begin(charter, rule, found.snapshot, present or ()) if present is not None else None
        counted = reading.countable_in_numbers(rule, charter, found.snapshot)
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error
    if begun is not None and begun.part.met is False:
        now = engine_language()
        needed = parted((line.text for line in lines(begun, charter, now)), now)
        raise Refused(_("The quorum to begin is not there. %(needed)s") % {"needed": needed})
    if how is VoteKind.OPEN and not counted:
        raise Refused(
            _(
                "This rule counts groups, weights or the votes of others, so it must be known who votes how: hold a recorded vote."
            ),
            field="kind",
        )
    objections = reading.objections_to(current)
    record(
        by,
        VoteOpened(
            vote=new_id(by.now),
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            kind=how.value,
            attempt=attempt,
            disclosure=one_of(Disclosure, disclosure, "disclosure").value,
            on=by.now.date(),
            snapshot=snapshot_to_plain(found.snapshot),
            snapshot_digest=found.snapshot.digest,
            parties=dict(found.parties),
            objections={found.keys[party]: reason for party, reason in objections.items() if party in found.keys},
            present=present,
            called=_called(found.parties, first, language) if how is VoteKind.ROLL_CALL else (),
            closes_at=closes_at,
        ),
    )
    return Vote.objects.get(question=current, stage=VoteStage.OPEN)


@applies(VoteOpened)
def _apply_vote_opened(stated: VoteOpened, recorded: Recorded) -> None:
    Vote.objects.create(
        id=stated.vote,
        question_id=stated.question,
        attempt=stated.attempt,
        kind=stated.kind,
        disclosure=stated.disclosure,
        on=stated.on,
        snapshot=stated.snapshot,
        snapshot_digest=stated.snapshot_digest,
        parties=stated.parties,
        objections=stated.objections,
        present=None if stated.present is None else list(stated.present),
        called=list(stated.called),
        opened_at=recorded.time,
        closes_at=stated.closes_at,
    )
    Question.objects.filter(id=stated.question).update(stage=QuestionStage.VOTING)


def _attempt(question: Question) -> int:
    """1, or 2 after a tie that calls for a second vote. Raises Refused."""
    tied = Vote.objects.filter(question=question, verdict=Verdict.SECOND_VOTE).order_by("-id").first()
    if tied is not None and reading.rule_of(tied).tie is Tie.CHAIR:
        raise Refused(_("The votes are equal, and the rule lets the chair break the tie."))
    attempt = 1 + Vote.objects.filter(question=question, verdict=Verdict.SECOND_VOTE).count()
    return min(attempt, reading.MOST_ATTEMPTS)


def check_turn(question: Question) -> None:
    """Refuse what has to wait for another question, or for other organs. Raises Refused."""
    check_organs(question)
    for ruling in question.rulings.filter(challenge__isnull=False).select_related("challenge"):
        if ruling.challenge is not None and ruling.challenge.stage in {QuestionStage.PUT, QuestionStage.VOTING}:
            raise Refused(_("A ruling is challenged: the challenge is decided first."))
    if question.kind == QuestionKind.PROPOSAL:
        if waiting := amendments_waiting(question):
            raise Refused(
                _("Amendments are decided first: “%(title)s” is not decided yet.") % {"title": waiting[0].title}
            )
        parts = Question.objects.filter(parent=question, kind=QuestionKind.PART)
        if parts.filter(stage__in=(QuestionStage.PUT, QuestionStage.VOTING)).exists():
            raise Refused(_("Separate votes on parts come first, then the whole."))
    if question.kind == QuestionKind.AMENDMENT and question.parent is not None:
        waiting = amendments_waiting(question.parent)
        if len(waiting) > 1 and waiting[0].rank is None:
            raise Refused(
                _("There are several amendments: whoever presides first finds which is furthest from the original.")
            )
        if waiting[0].id != question.id:
            raise Refused(_("“%(title)s” is taken first.") % {"title": waiting[0].title})


def _open_when(by: Actor, question: Question, closes_at: datetime | None) -> None:
    if question.mode == Mode.WRITING:
        if closes_at is None or closes_at <= by.now:
            raise Refused(_("A vote in writing closes at a time to come: name it."), field="closes_at")
        if closes_at > by.now + timedelta(days=366):
            raise Refused(_("This day lies too far away: write the year with four digits."), field="closes_at")
        return
    if closes_at is not None:
        raise Refused(_("A vote in a meeting is closed by whoever presides."), field="closes_at")
    if question.meeting:
        held = meeting_by_id(question.meeting)
        if held is None or held.stage != MeetingStage.OPEN:
            raise Refused(_("The meeting is not open."))


def _called(parties: Mapping[str, str], first: str, language: str) -> tuple[str, ...]:
    """Keys in the order of a roll call: by the names in a language, beginning with the member that was drawn. Raises Refused."""
    rows = {row.id: row for row in Party.objects.filter(id__in=parties.values())}
    named = naming()

    def place(key: str) -> tuple[str, str]:
        name = name_of(rows[parties[key]], named, language).text
        plain = unicodedata.normalize("NFD", name.casefold())
        return "".join(letter for letter in plain if not unicodedata.combining(letter)), key

    order = sorted(parties, key=place)
    if first:
        begins = [key for key in order if parties[key] == first]
        if not begins:
            raise Refused(_("This party is not in the electorate of this vote."), field="first")
        start = order.index(begins[0])
    else:
        start = secrets.randbelow(len(order))
    return tuple(order[start:] + order[:start])


# --- proxies ---


@act("decisions.give_proxy", may=(*KEEPS, *SPEAKS), records=(ProxyGiven,))
def give_proxy(
    *, by: Actor, vote: str, party: str, holder: str, note: str = "", body: str = "", meeting: str = ""
) -> Proxy:
    """Let another member cast a member's vote in one vote, as far as the rule allows. holder: id of that party."""
    current = the_vote(vote, VoteStage.OPEN)
    belongs(current.question, body, meeting)
    principal, holding = member_of(current, party), member_of(current, holder, "holder")
    if principal == holding:
        raise Refused(_("Choose another member."), field="holder")
    cap = reading.rule_of(current).proxies
    if not cap:
        raise Refused(_("The rule knows no proxies."))
    running = Proxy.objects.filter(vote=current, withdrawn_at__isnull=True)
    if running.filter(principal=principal).exists():
        raise Refused(_("This member gave a proxy already."), field="party")
    if running.filter(principal=holding).exists() or running.filter(holder=principal).exists():
        raise Refused(_("A proxy cannot be handed on."), field="holder")
    if running.filter(holder=holding).count() >= cap:
        raise Refused(_("By the rule one member holds at most %(most)d.") % {"most": cap}, field="holder")
    if Cast.objects.filter(vote=current, member=principal).exists():
        raise Refused(_("This member has voted already."), field="party")
    made = new_id(by.now)
    record(
        by,
        ProxyGiven(
            **of_vote(current),
            member=principal,
            party=party,
            proxy=made,
            holder=holding,
            holder_party=holder,
            note=clean_line(note, most=300, field="note", empty=True),
        ),
    )
    return Proxy.objects.get(id=made)


@applies(ProxyGiven)
def _apply_proxy_given(stated: ProxyGiven, recorded: Recorded) -> None:
    Proxy.objects.create(
        id=stated.proxy, vote_id=stated.vote, principal=stated.member, holder=stated.holder, note=stated.note
    )


@act("decisions.withdraw_proxy", may=(*KEEPS, *SPEAKS), records=(ProxyWithdrawn,))
def withdraw_proxy(*, by: Actor, proxy: str, party: str, body: str = "", meeting: str = "") -> None:
    """Take a proxy back while the vote is open; what was cast by it no longer counts. party: whose vote it is."""
    held = Proxy.objects.filter(id=proxy, withdrawn_at__isnull=True).first() if is_id(proxy) else None
    if held is None:
        raise NotFound(_("There is no such proxy, or it was taken back already."))
    current = the_vote(held.vote_id, VoteStage.OPEN)
    belongs(current.question, body, meeting)
    if current.parties[held.principal] != party:
        raise Refused(_("This is the proxy of another member."), field="party")
    record(
        by,
        ProxyWithdrawn(
            **of_vote(current),
            member=held.principal,
            party=party,
            proxy=held.id,
        ),
    )


@applies(ProxyWithdrawn)
def _apply_proxy_withdrawn(stated: ProxyWithdrawn, recorded: Recorded) -> None:
    Proxy.objects.filter(id=stated.proxy).update(withdrawn_at=recorded.time)
    Cast.objects.filter(vote_id=stated.vote, member=stated.member).exclude(holder="").delete()


# --- the close ---


@act("decisions.close_vote", may=PRESIDES, records=(VoteClosed, *DECIDES))
def close_vote(*, by: Actor, vote: str, body: str = "", meeting: str = "") -> None:
    """Close a vote. The outcome is computed by the rule and entered in the record; nothing that was cast changes after that.

    One in writing is closed before its time only once everybody has voted.
    """
    current = the_vote(vote, VoteStage.OPEN)
    belongs(current.question, body, meeting)
    if current.closes_at is not None and by.now < current.closes_at:
        voting = {member.name for member in reading.snapshot_of(current).members if member.entitled}
        if voting - set(current.casts.values_list("member", flat=True)):
            raise Refused(
                _("Members were given until %(moment)s UTC, and some have not voted: it closes by itself then.")
                % {"moment": moment_text(current.closes_at)}
            )
    _close(by, current)


def _close(by: Actor, current: Vote) -> None:
    if current.present is not None:
        # Whoever came after the vote opened is there as well.
        keys = {party: key for key, party in current.parties.items()}
        there = present_keys(current.question.meeting, keys) or ()
        current.present = sorted({*current.present, *there})
    try:
        computed, verdict = _computed(current, reading.record_so_far(current))
    except RulesError as error:
        raise Refused(error.told(engine_language())) from error
    record(by, VoteClosed(**of_vote(current), **computed))
    if verdict in FINAL:
        record_decided(by, current, verdict)


class _Computed(TypedDict):
    record: dict[str, Any]
    outcome: str
    digest: str
    verdict: str


def _computed(current: Vote, found: Record) -> tuple[_Computed, Verdict]:
    """What the rule makes of this record, as a fact states it. Raises RulesError."""
    outcome = reading.compute(current, found)
    text = outcome.to_json().decode()
    stated: _Computed = {
        "record": record_to_plain(found),
        "outcome": text,
        "digest": reading.digest(text),
        "verdict": outcome.verdict.value,
    }
    return stated, outcome.verdict


@applies(VoteClosed)
def _apply_vote_closed(stated: VoteClosed, recorded: Recorded) -> None:
    Vote.objects.filter(id=stated.vote).update(
        stage=VoteStage.CLOSED,
        record=stated.record,
        outcome=stated.outcome,
        outcome_digest=stated.digest,
        verdict=stated.verdict,
        closed_at=recorded.time,
    )
    Question.objects.filter(id=stated.question).update(stage=QuestionStage.PUT)


@act("decisions.keep_time", may=(), records=(VoteClosed, *DECIDES))
def keep_time(*, by: Actor) -> int:
    """Close votes in writing whose time is over; how many. The clock does this."""
    over = list(Vote.objects.filter(stage=VoteStage.OPEN, closes_at__lte=by.now).order_by("id"))
    for one in over:
        _close(by, the_vote(one.id))
    return len(over)


@recurring("decisions.keep_time", timedelta(seconds=10))
def _keep_time(now: datetime) -> None:
    # A look first: an act would take the place of the next writer, for nothing.
    if Vote.objects.filter(stage=VoteStage.OPEN, closes_at__lte=now).exists():
        keep_time(by=system_actor(now))


@act("decisions.break_tie", may=PRESIDES, records=(TieBroken, *DECIDES))
def break_tie(*, by: Actor, vote: str, in_favour: bool, person: str = "", body: str = "", meeting: str = "") -> None:
    """Break a tie with the chair's casting vote, where the rule gives one. person: who gave it, if another writes it down."""
    current = the_vote(vote, VoteStage.CLOSED)
    belongs(current.question, body, meeting)
    if current.verdict != Verdict.SECOND_VOTE or reading.rule_of(current).tie is not Tie.CHAIR:
        raise Refused(_("There is no tie that the chair breaks."))
    named = person or by.person_id or ""
    if not is_id(named) or not Person.objects.filter(id=named).exists():
        raise Refused(_("Say who found it: a finding has a name."), field="person")
    before = reading.record_of(current)
    findings = (*before.findings, Finding(CASTING_VOTE, "chair", named, in_favour))
    found = replace(before, findings=findings)
    computed, verdict = _computed(current, found)
    record(by, TieBroken(**of_vote(current), **computed, in_favour=in_favour))
    if verdict in FINAL:
        record_decided(by, current, verdict)


@applies(TieBroken)
def _apply_tie_broken(stated: TieBroken, recorded: Recorded) -> None:
    Vote.objects.filter(id=stated.vote).update(
        record=stated.record, outcome=stated.outcome, outcome_digest=stated.digest, verdict=stated.verdict
    )


@act("decisions.announce", may=PRESIDES, records=(OutcomeAnnounced,))
def announce(*, by: Actor, vote: str, verdict: str, words: Text, body: str = "", meeting: str = "") -> Announcement:
    """Announce an outcome, in one's own words. It is compared with the computed one, and a difference is shown to all."""
    current = the_vote(vote, VoteStage.CLOSED)
    belongs(current.question, body, meeting)
    if verdict not in set(Verdict):
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": verdict[:50]}, field="verdict")
    made = new_id(by.now)
    record(
        by,
        OutcomeAnnounced(
            **of_vote(current),
            announcement=made,
            verdict=verdict,
            words=clean_original(words, most=LONGEST_WORDS, field="words"),
            agrees=verdict == current.verdict,
        ),
    )
    return Announcement.objects.get(id=made)


@applies(OutcomeAnnounced)
def _apply_outcome_announced(stated: OutcomeAnnounced, recorded: Recorded) -> None:
    Announcement.objects.create(
        id=stated.announcement,
        vote_id=stated.vote,
        verdict=stated.verdict,
        words=stated.words,
        agrees=stated.agrees,
        announced_at=recorded.time,
    )
