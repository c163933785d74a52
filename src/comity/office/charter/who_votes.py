"""Who votes on the rules themselves: a vote on a charter is held against the register of members for its day, with what it is voted by.

A body of some members may recommend a charter; the vote that adopts it is one of all, each with the groups, weights and mandates that the
register and the statements for votes give it. Offices that open such votes ask here beforehand, so that nobody votes in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.office.charter.models import CharterVersion
from comity.office.charter.queries import charter_in_force, electorate, voters
from comity.office.charter.telling import in_words, several
from comity.rules import Charter, Member, Snapshot

ADOPTS = "charter.adopt_charter"
"""The act that puts a charter in force."""
SHOWN = 8


def check_opening(
    arguments: Mapping[str, Any], charter: str, rule: str, voting: Snapshot, day: date, decision: Ref
) -> None:
    """Refuse to open a vote from which a charter is to follow and which could not adopt it.

    arguments: of the act that would follow; charter: id of the version under which it was put; voting: who would vote. Raises Refused.
    """
    holding = charter_in_force(day)
    if holding is None or holding.version != charter:
        raise Refused(_("It was put under another charter than the one in force: put it anew."), field="question")
    if rule != holding.charter.amended_by:
        raise Refused(
            _("A charter is adopted by the rule for its change, “%(rule)s”: put it by that rule.")
            % {"rule": holding.charter.amended_by},
            field="question",
        )
    draft = CharterVersion.objects.filter(id=arguments.get("draft"), withdrawn_at__isnull=True, number=None).first()
    if draft is None or arguments.get("digest") not in (None, draft.digest):
        raise Refused(
            _("The proposed charter was withdrawn, adopted or changed since this was put: put it anew."),
            field="question",
        )
    if said := differences(voting, holding.charter, day, day, decision):
        first = _("This vote could not adopt a charter: that takes the members of the register, as it has them.")
        last = _("A body of some members can recommend a charter: put the text without the charter that would follow.")
        raise Refused(" ".join([first, *said, last]), field="question")


def check_vote(voting: Snapshot, charter: Charter, day: date, today: date, decision: Ref | None) -> None:
    """Refuse a vote of others than the members whom the register has for its day, or with other rights. Raises Refused."""
    if said := differences(voting, charter, day, today, decision):
        first = _("The vote was not taken by the members whom the register has for its day, %(day)s.")
        raise Refused(" ".join([first % {"day": day.isoformat()}, *said]), field="vote")


def differences(voting: Snapshot, charter: Charter, day: date, today: date, decision: Ref | None) -> list[str]:
    """What in a vote's membership is not as the register has it on its day, in sentences; only groups and weights of the charter count.

    Observers without a vote may stand in it besides. A register that names nobody, on that day and today, is not asked: an organisation
    may change its rules before it enters its members.
    """
    known = electorate(day)
    if not known.snapshot.members and not electorate(today).snapshot.members:
        return []
    members, theirs = known.snapshot.everybody, known.snapshot.everybody - known.snapshot.unentitled
    votes = voting.everybody - voting.unentitled
    wrong = (
        (members - voting.everybody, _("Left out: %(names)s.")),
        (votes - theirs, _("Given a vote, and without one by the register: %(names)s.")),
        (theirs & voting.unentitled, _("Without a vote, and with one by the register: %(names)s.")),
    )
    who = [sentence % {"names": _named(keys, known.names)} for keys, sentence in wrong if keys]
    return who + _rights(voting, voters(day, decision), charter, known.names)


def _rights(voting: Snapshot, known: Snapshot, charter: Charter, names: Mapping[str, str]) -> list[str]:
    """What members vote by that is otherwise than it is known: groups, weights, votes of others."""
    lists = {name: named.members for name, named in charter.groups.items() if named.members is not None}
    voting, known = voting.with_groups(lists), known.with_groups(lists)
    by_name = {member.name: member for member in known.members}
    pairs = [(member, by_name.get(member.name, Member(member.name))) for member in voting.members]
    said = []
    for group in sorted(charter.groups):
        told = {"group": in_words(charter.groups[group].title) or group}
        if more := [one.name for one, held in pairs if group in one.groups - held.groups]:
            said.append(
                _("In “%(group)s” by the vote, and not by the register: %(names)s.")
                % {**told, "names": _named(more, names)}
            )
        if fewer := [one.name for one, held in pairs if group in held.groups - one.groups]:
            said.append(
                _("In “%(group)s” by the register, and not by the vote: %(names)s.")
                % {**told, "names": _named(fewer, names)}
            )
        if group in voting.groups - known.groups and not more:
            # A group that is known to be empty is another fact than one of which nobody knows who is in it.
            said.append(_("Nobody stated who is in “%(group)s”, and the vote has it empty.") % told)
    for weight, named in sorted(charter.weights.items()):
        none = Fraction(0) if named.missing_is_zero else None
        other = [
            _("%(name)s (%(voted)s, by the register %(known)s)")
            % {
                "name": names.get(one.name, one.name),
                "voted": one.weights.get(weight, "—"),
                "known": held.weights.get(weight, "—"),
            }
            for one, held in pairs
            if one.weights.get(weight, none) != held.weights.get(weight, none)
        ]
        if other:
            said.append(
                _("“%(weight)s” otherwise than by the register: %(names)s.")
                % {"weight": in_words(named.title) or weight, "names": _first(other)}
            )
    if mandated := [one.name for one, held in pairs if set(one.casts_for) != set(held.casts_for)]:
        said.append(
            _("Casting votes of others otherwise than by the register: %(names)s.") % {"names": _named(mandated, names)}
        )
    return said


def _named(keys: Iterable[str], names: Mapping[str, str]) -> str:
    return _first(sorted(names.get(key, key) for key in keys))


def _first(listed: list[str]) -> str:
    """The first of them, for a sentence."""
    return several(listed[:SHOWN]) + (" …" if len(listed) > SHOWN else "")
