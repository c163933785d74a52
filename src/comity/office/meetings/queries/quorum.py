"""The quorum of a meeting by the charter's rule, with the sentence that explains it.

A rule may ask for two: one to open and debate, one to decide. Both are conditions of the rules engine, counted over the seats of the
meeting; who is there counts as present and not voting. Nothing is stored: what is asked later is computed again from the presence then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, floor

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.office.charter.queries import charter_in_force
from comity.office.meetings.events.meetings import QuorumFound
from comity.office.meetings.models import Meeting, Seat
from comity.office.meetings.queries.presence import day_of, present_parties
from comity.office.meetings.vocabulary import Form, QuorumKind
from comity.rules import Charter, Kind, Member, Outcome, Record, Rule, Snapshot, decide
from comity.rules import votes as recorded
from comity.rules.charter import Tie
from comity.rules.conditions import Op, Share
from comity.rules.sentences import told


@dataclass(frozen=True, slots=True)
class Quorum:
    """What was found. present: parties with a right to vote that are there; entitled: that have one; needed: how many are asked for.

    needed is None where the rule is no share or number of heads; met is None where a fact is missing. outcome: all that it rests on.
    """

    kind: QuorumKind
    outcome: Outcome
    rule_title: str
    present: int
    entitled: int
    needed: int | None

    @property
    def met(self) -> bool | None:
        """Whether there is a quorum; None: not known."""
        return self.outcome.part.met

    @property
    def sentence(self) -> str:
        """What was found, in the reader's language."""
        if not self.entitled:
            return _("No party has a right to vote in this meeting, so there is no quorum.")
        words = {"present": self.present, "entitled": self.entitled, "needed": self.needed, "rule": self.rule_title}
        counted = _("%(present)d of %(entitled)d members with a right to vote are present.") % words
        if self.needed is not None:
            asked = {
                QuorumKind.TO_OPEN: _("To open and debate, the rule “%(rule)s” asks for %(needed)d."),
                QuorumKind.TO_DECIDE: _("To decide, the rule “%(rule)s” asks for %(needed)d."),
            }[self.kind] % words
        else:
            asked = _("The rule “%(rule)s” asks: %(clause)s.") % {**words, "clause": self.outcome.part.clause}
        found = {
            True: _("There is a quorum."),
            False: _("There is no quorum."),
            None: _("Whether there is a quorum is open."),
        }
        return f"{counted} {asked} {found[self.met]}"

    @property
    def found(self) -> QuorumFound:
        """As events hold it."""
        cited = self.outcome.rule
        return QuorumFound(
            charter=cited.charter,
            version=cited.version,
            digest=cited.digest,
            rule=cited.rule,
            kind=self.kind.value,
            present=self.present,
            entitled=self.entitled,
            needed=self.needed,
            met=self.met,
            snapshot=self.outcome.snapshot.digest,
        )


def charter_for(current: Meeting) -> Charter | None:
    """The charter by which a meeting is held: the one in force on its day. None: none was adopted. One query."""
    held = charter_in_force(day_of(current))
    return held.charter if held is not None else None


def rule_for(current: Meeting, charter: Charter | None) -> Rule | None:
    """The rule whose quorum holds in a meeting; None: there is no charter, or it has no such rule on that day. No query."""
    if charter is None:
        return None
    day = day_of(current)
    held = [rule for rule in charter.rules if rule.valid_on(day) and (not current.rule or rule.id == current.rule)]
    return held[0] if held else None


def snapshot(current: Meeting) -> tuple[Snapshot, Mapping[str, str]]:
    """The members of a meeting as the rules engine takes them, and the key of each party there by its id.

    Members are named by country code, else by the party's id; entitled are those with a right to vote in this meeting. One query.
    """
    rows = Seat.objects.filter(meeting=current).select_related("party")
    keys = {row.party_id: row.party.iso3 or row.party_id for row in rows}
    members = tuple(Member(keys[row.party_id], entitled=row.votes) for row in rows)
    return Snapshot(members, day_of(current)), keys


def quorums(current: Meeting, at: datetime | None = None) -> dict[QuorumKind, Quorum]:
    """The quorums that the rule of a meeting asks for, as they stood at a moment (None: now). Three queries.

    Empty for a meeting in writing, and where no rule asks for one.
    """
    charter = charter_for(current) if current.form != Form.WRITTEN else None
    rule = rule_for(current, charter)
    if charter is None or rule is None:
        return {}
    members, keys = snapshot(current)
    there = {keys[party] for party in present_parties(current.id, at) if party in keys}
    record = recorded(dict.fromkeys(sorted(there), "not-voting"))
    asked = {QuorumKind.TO_OPEN: rule.quorum_to_open, QuorumKind.TO_DECIDE: rule.quorum}
    return {
        kind: _counted(kind, charter, replace(_bare(rule), passes=condition), members, record)
        for kind, condition in asked.items()
        if condition is not None
    }


def quorum(current: Meeting, kind: QuorumKind, at: datetime | None = None) -> Quorum | None:
    """One of them; None: no rule asks for it."""
    return quorums(current, at).get(kind)


def _bare(rule: Rule) -> Rule:
    """A rule of which only the condition is left that is put in its place."""
    return replace(
        rule, kind=Kind.VOTE, quorum=None, quorum_to_open=None, postponed_when=None, tie=Tie.REJECTED, election=None
    )


def _counted(kind: QuorumKind, charter: Charter, rule: Rule, members: Snapshot, record: Record) -> Quorum:
    outcome = decide(charter, members, record, rule=rule)
    entitled = [member.name for member in members.members if member.entitled]
    present = sum(1 for name in entitled if name in record.ballot.choices)
    language = (get_language() or "en").split("-")[0]
    return Quorum(kind, outcome, told(rule.title, language), present, len(entitled), _needed(outcome))


def _needed(outcome: Outcome) -> int | None:
    """How many heads a quorum asks for, where it is one comparison of heads; None: it is more than that."""
    operand = outcome.part.operand
    if operand is None or not isinstance(outcome.part.condition, Share):
        return None
    if operand.share.scope.weight or operand.share.scope.group:
        return None
    match operand.share.op:
        case Op.GREATER:
            return floor(operand.threshold) + 1
        case Op.AT_LEAST:
            return ceil(operand.threshold)
        case _:
            return None
