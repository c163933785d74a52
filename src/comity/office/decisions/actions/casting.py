"""Acts by which votes come in, from a delegation's own device, on paper, by hand or when called, and what is said about them.

Whoever casts from a device names the press of the button: the same press counts once however often a bad link sends it, and a press
that waited on a device does not undo what the delegation did meanwhile elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.audiences import delegation
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.texts import clean_line, clean_original, clean_text
from comity.groundwork.translated import Text
from comity.office.decisions.actions.checks import KEEPS, SPEAKS, belongs, member_of, of_vote, one_of, the_vote
from comity.office.decisions.events.vote import CorrectionNoted, HandsCounted, VoteCast, VoteExplained
from comity.office.decisions.models import Cast, Correction, Explanation, Proxy, Vote
from comity.office.decisions.queries import reading
from comity.office.decisions.vocabulary import NAMED, Channel, Disclosure, VoteKind, VoteStage, When
from comity.office.decisions.words import several
from comity.office.meetings.queries.presence import credentials_refused

LONGEST_EXPLANATION = 10_000
MOST_ENTRIES = 500
NOT_CAST = frozenset({"absent", "unreturned", "recused"})
"""Choices of the rules engine that are what happens to a vote, not what somebody chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """How a party voted, as somebody wrote it down. party: its id."""

    party: str
    choice: str
    reason: str = ""


@act("decisions.cast", may=SPEAKS, records=(VoteCast,))
def cast(
    *,
    by: Actor,
    vote: str,
    party: str,
    choice: str,
    reason: str = "",
    instead_of: str = "",
    press: str = "",
    seen: int | None = None,
) -> None:
    """Vote for one's party, or change its vote while the vote is open. instead_of: id of the party whose proxy it holds.

    press: a name that the device gave to the press of the button, the same when it is sent again. seen: how often this member's vote had
    been given when the button was pressed; if it was given again meanwhile, nothing changes.
    """
    pressed = clean_line(press, most=40, field="press", empty=True)
    current = the_vote(vote)
    voter = instead_of or party
    member = member_of(current, voter)
    standing = Cast.objects.filter(vote=current, member=member).first()
    if standing is not None and pressed and standing.press == pressed:
        return
    the_vote(vote, VoteStage.OPEN)
    if current.closes_at is not None and by.now >= current.closes_at:
        raise Refused(_("The vote is closed."))
    if credentials_refused([party], by.now.date()):
        raise Refused(_("The credentials of this delegation were refused."))
    given = standing.number if standing is not None else 0
    if seen is not None and seen != given:
        raise Refused(_("Your delegation has voted meanwhile: look at what is recorded, and vote again to change it."))
    holder = ""
    if instead_of:
        holder = member_of(current, party)
        if not Proxy.objects.filter(vote=current, principal=member, holder=holder, withdrawn_at__isnull=True).exists():
            raise Refused(_("You do not hold the proxy of this member."), field="instead_of")
    elif Proxy.objects.filter(vote=current, principal=member, withdrawn_at__isnull=True).exists():
        raise Refused(_("Another member holds your proxy: take it back first."))
    _record_cast(by, current, member, voter, choice, reason, Channel.DEVICE, holder, given + 1, pressed)


@act("decisions.enter_votes", may=KEEPS, records=(VoteCast,))
def enter_votes(
    *,
    by: Actor,
    vote: str,
    entries: list[Entered],
    channel: str = Channel.PAPER.value,
    replace: bool = False,
    body: str = "",
    meeting: str = "",
) -> None:
    """Write down how members voted on paper, by hand or when called. Marked so; one result with what came from devices.

    replace: also those that have voted already.
    """
    current = the_vote(vote, VoteStage.OPEN)
    belongs(current.question, body, meeting)
    how = one_of(Channel, channel, "channel")
    if how is Channel.DEVICE:
        raise Refused(_("From their devices delegations vote themselves."), field="channel")
    if not 1 <= len(entries) <= MOST_ENTRIES or len({one.party for one in entries}) < len(entries):
        raise Refused(_("Name each party once."), field="entries")
    standing = {row.member: row for row in Cast.objects.filter(vote=current)}
    for one in entries:
        member = member_of(current, one.party, "entries")
        before = standing.get(member)
        if before is not None and not replace:
            raise Refused(
                _("%(member)s has voted already: say that this replaces it.") % {"member": member}, field="replace"
            )
        number = before.number + 1 if before is not None else 1
        _record_cast(by, current, member, one.party, one.choice, one.reason, how, "", number, "")


def _record_cast(
    by: Actor,
    current: Vote,
    member: str,
    party: str,
    choice: str,
    reason: str,
    channel: Channel,
    holder: str,
    number: int,
    press: str,
) -> None:
    charter, rule = reading.charter_of(current.question), reading.rule_of(current)
    if choice not in charter.like or charter.like[choice] in NOT_CAST:
        offered = several(choices_of(current))
        raise Refused(_("Choose one of: %(choices)s.") % {"choices": offered}, field="choice")
    voters = reading.voters(current)
    if member not in voters.may:
        why = voters.barred.get(member) or _("This member has no vote here.")
        raise Refused(why, field="party")
    why_so = clean_text(reason, most=1000, field="reason", empty=True)
    if choice in rule.reasons and not why_so:
        raise Refused(_("By the rule this counts only with a reason."), field="reason")
    shown = current.disclosure == Disclosure.LIVE and current.kind in NAMED
    record(
        by,
        VoteCast(
            **of_vote(current, current.question.audience if shown else delegation(party)),
            member=member,
            party=party,
            choice=choice,
            reason=why_so,
            channel=channel.value,
            holder=holder,
            number=number,
            press=press,
        ),
    )


@applies(VoteCast)
def _apply_vote_cast(stated: VoteCast, recorded: Recorded) -> None:
    Cast.objects.update_or_create(
        vote_id=stated.vote,
        member=stated.member,
        defaults={
            "choice": stated.choice,
            "reason": stated.reason,
            "channel": stated.channel,
            "holder": stated.holder,
            "number": stated.number,
            "press": stated.press,
            "cast_at": recorded.time,
        },
    )


def choices_of(vote: Vote) -> list[str]:
    """What can be chosen: yes, abstain, no, then words of the charter's own."""
    charter = reading.charter_of(vote.question)
    return ["yes", "abstain", "no", *sorted(charter.choices)]


@act("decisions.count_hands", may=KEEPS, records=(HandsCounted,))
def count_hands(
    *, by: Actor, vote: str, yes: int, no: int, abstain: int = 0, body: str = "", meeting: str = ""
) -> None:
    """Enter what was counted by show of hands in an open vote, beside what came from devices. A new count replaces the last one."""
    current = the_vote(vote, VoteStage.OPEN)
    belongs(current.question, body, meeting)
    if current.kind != VoteKind.OPEN:
        raise Refused(_("In this vote it is recorded who votes how: enter it by name."))
    counted = {"yes": yes, "no": no, "abstain": abstain}
    voters = len(reading.voters(current).may)
    given = Cast.objects.filter(vote=current).count()
    if min(counted.values()) < 0 or sum(counted.values()) + given > voters:
        raise Refused(
            _("%(voters)d members vote here, and %(given)d have voted from their devices: count again.")
            % {"voters": voters, "given": given},
            field="yes",
        )
    record(
        by,
        HandsCounted(
            **of_vote(current),
            hands=counted,
        ),
    )


@applies(HandsCounted)
def _apply_hands_counted(stated: HandsCounted, recorded: Recorded) -> None:
    Vote.objects.filter(id=stated.vote).update(hands=stated.hands)


# --- what is said about a vote ---


@act("decisions.explain", may=(*SPEAKS, *KEEPS), records=(VoteExplained,))
def explain(
    *, by: Actor, vote: str, party: str, text: Text, when: str = When.AFTER.value, body: str = "", meeting: str = ""
) -> Explanation:
    """Explain a vote, before it or after it, in the delegation's own words."""
    current = the_vote(vote)
    belongs(current.question, body, meeting)
    member = member_of(current, party)
    said = one_of(When, when, "when")
    if (said is When.BEFORE) != (current.stage == VoteStage.OPEN):
        raise Refused(
            _("While the vote is open, votes are explained before it; once it is closed, after it."), field="when"
        )
    made = new_id(by.now)
    record(
        by,
        VoteExplained(
            **of_vote(current),
            member=member,
            party=party,
            explanation=made,
            when=said.value,
            text=clean_original(text, most=LONGEST_EXPLANATION, field="text"),
        ),
    )
    return Explanation.objects.get(id=made)


@applies(VoteExplained)
def _apply_vote_explained(stated: VoteExplained, recorded: Recorded) -> None:
    Explanation.objects.create(
        id=stated.explanation,
        vote_id=stated.vote,
        member=stated.member,
        when=stated.when,
        text=stated.text,
        said_at=recorded.time,
    )


@act("decisions.correct", may=(*SPEAKS, *KEEPS), records=(CorrectionNoted,))
def correct(
    *, by: Actor, vote: str, party: str, intended: str, note: str = "", body: str = "", meeting: str = ""
) -> Correction:
    """Note after the close how a delegation had meant to vote. The result does not change."""
    current = the_vote(vote, VoteStage.CLOSED)
    belongs(current.question, body, meeting)
    if current.kind not in NAMED:
        raise Refused(_("In this vote only numbers were kept."))
    if intended not in choices_of(current):
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": intended[:50]}, field="intended")
    member = member_of(current, party)
    if member not in reading.voters(current).may:
        raise Refused(_("This member has no vote here."), field="party")
    made = new_id(by.now)
    record(
        by,
        CorrectionNoted(
            **of_vote(current),
            member=member,
            party=party,
            correction=made,
            intended=intended,
            note=clean_line(note, most=500, field="note", empty=True),
        ),
    )
    return Correction.objects.get(id=made)


@applies(CorrectionNoted)
def _apply_correction_noted(stated: CorrectionNoted, recorded: Recorded) -> None:
    Correction.objects.create(
        id=stated.correction,
        vote_id=stated.vote,
        member=stated.member,
        intended=stated.intended,
        note=stated.note,
        noted_at=recorded.time,
    )
