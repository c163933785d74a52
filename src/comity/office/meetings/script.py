"""The chair's script: what to say next, by where the meeting stands, and what to press when it is said.

Lines are a registry: an office that adds a step to meetings adds its lines with `@script(rank)`; low ranks are said first. What is
urgent (a challenge to the quorum, a point of order) has a rank under 30, votes 30 to 49, the agenda 50, the end of the meeting 90.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.office.meetings.models import Meeting
from comity.office.meetings.obstacles import obstacles
from comity.office.meetings.queries import meetings, points, quorum
from comity.office.meetings.vocabulary import Form, ItemState, QuorumKind, Stage
from comity.office.members.queries.parties import party_names


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the script. words: what the chair says; empty: only something to do. why: what it rests on, not said aloud.

    act, url: what is pressed then, and where that leads. post: it is done at once (a button); else it leads to a page (a link).
    """

    words: str
    why: str = ""
    act: str = ""
    url: str = ""
    post: bool = False


Lines = Callable[[Meeting, Actor], Iterable[Line]]
SCRIPT: list[tuple[int, Lines]] = []


def script(rank: int) -> Callable[[Lines], Lines]:
    """Register lines. The function makes a fixed number of queries."""

    def declare(lines: Lines) -> Lines:
        SCRIPT.append((rank, lines))
        return lines

    return declare


def lines_for(current: Meeting, actor: Actor) -> list[Line]:
    """What the chair says next, the most urgent first, in the reader's language."""
    ordered = sorted(SCRIPT, key=lambda entry: (entry[0], entry[1].__module__, entry[1].__name__))
    return [line for _rank, lines in ordered for line in lines(current, actor)]


def _at(name: str, *keys: str) -> str:
    return reverse(f"meetings:{name}", args=keys)


@script(10)
def _opening(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage != Stage.PLANNED:
        return
    if current.presiding_id is None:
        yield Line("", _("Nobody is in the chair yet."), _("Name who presides"), _at("take_chair", current.id))
        return
    found = quorum.quorum(current, QuorumKind.TO_OPEN)
    words = {"meeting": current.title, "body": current.body.name}
    if found is not None and found.met is False:
        yield Line(
            _("Delegations are asked to take their seats. We wait for the quorum."),
            found.sentence,
            _("Note who is present"),
            _at("note_presence", current.id),
        )
        return
    counted = f" {found.sentence}" if found is not None else ""
    yield Line(
        _("I declare the meeting open: “%(meeting)s”.") % words + counted,
        _told(found),
        _("Open the meeting"),
        _at("open", current.id),
        post=True,
    )


def _told(found: quorum.Quorum | None) -> str:
    """Which rule of which charter a quorum is of; what the chair need not say."""
    if found is None:
        return _("No rule asks for a quorum here.")
    cited = found.outcome.rule
    words = {"charter": cited.charter, "version": cited.version, "source": cited.source}
    return _("Charter %(charter)s, version %(version)s: %(source)s") % words


@script(11)
def _doubted(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage not in {Stage.OPEN, Stage.SUSPENDED}:
        return
    call = points.open_call(current.id)
    if call is None:
        return
    held = quorum.quorums(current)
    found = held.get(QuorumKind.TO_DECIDE) or held.get(QuorumKind.TO_OPEN)
    asked = _("The delegation of %(party)s has asked that the quorum be verified.") % {"party": _name(call.party_id)}
    yield Line(
        f"{asked} {found.sentence}" if found is not None else asked,
        _told(found),
        _("Enter what was found"),
        _at("verify_quorum", current.id),
        post=True,
    )


@script(12)
def _points(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage != Stage.OPEN:
        return
    for row in points.open_points(current.id):
        yield Line(
            _("The delegation of %(party)s has the floor on a point of order.") % {"party": _name(row.party_id)},
            _("Its words: “%(words)s”") % {"words": row.words},
            _("Enter the ruling"),
            _at("rule_on_point", current.id, row.id),
        )
    for row in points.challenged(current.id):
        words = {"challenger": _name(row.challenged_by_id or ""), "party": _name(row.party_id)}
        yield Line(
            _(
                "%(challenger)s has challenged the ruling of the chair on the point of order of %(party)s. The challenge is put to the "
                "vote at once, without debate. Who votes for it overrules the chair."
            )
            % words,
            "",
            _("Enter what the vote came to"),
            _at("settle_challenge", current.id, row.id),
        )


@script(50)
def _items(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage != Stage.OPEN or obstacles(current):  # while a vote is open, nobody takes the floor
        return
    listed = meetings.agenda(current)
    now = next((one for one in listed if one.item.id == current.item_id), None)
    if now is not None:
        words = {"number": now.number, "item": now.item.title}
        yield Line(
            _("Item %(number)s is before the meeting: “%(item)s”. Does any delegation wish to take the floor?") % words
        )
        yield Line(
            _("That concludes our consideration of item %(number)s.") % words,
            "",
            _("Conclude the item"),
            _at("conclude_item", current.id, now.item.id),
            post=True,
        )
        return
    following = next((one for one in listed if one.item.state == ItemState.WAITING), None)
    if following is not None:
        yield Line(
            _("We turn to item %(number)s of the agenda: “%(item)s”.")
            % {"number": following.number, "item": following.item.title},
            "",
            _("Take up item %(number)s") % {"number": following.number},
            _at("take_up_item", current.id, following.item.id),
            post=True,
        )


@script(60)
def _no_decision_now(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage != Stage.OPEN or current.form == Form.WRITTEN:
        return
    found = quorum.quorum(current, QuorumKind.TO_DECIDE)
    if found is not None and found.met is False:
        yield Line(
            "",
            _("No decision can be taken now.") + f" {found.sentence}",
            _("Note who is present"),
            _at("note_presence", current.id),
        )


@script(90)
def _ending(current: Meeting, actor: Actor) -> Iterable[Line]:
    if current.stage == Stage.SUSPENDED:
        yield Line(
            _("I declare the meeting resumed."), "", _("Resume the meeting"), _at("resume", current.id), post=True
        )
        return
    if current.stage != Stage.OPEN or current.item_id is not None or obstacles(current):
        return
    if not any(one.item.state == ItemState.WAITING for one in meetings.agenda(current)):
        yield Line(
            _(
                "There being no further business, I thank the delegations and the secretariat. I declare the meeting closed."
            ),
            "",
            _("Close the meeting"),
            _at("close", current.id),
            post=True,
        )


def _name(party: str) -> str:
    return party_names([party]).get(party, "")
