"""Acts on the rules of procedure: a charter is proposed, changed while it is a draft, withdrawn, or adopted by its own majority."""

from __future__ import annotations

import hashlib
from datetime import UTC, date

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_text
from comity.office.charter.actions.organisation import the_organisation
from comity.office.charter.events import (
    CharterAdopted,
    CharterDraftChanged,
    CharterDrafted,
    CharterDraftWithdrawn,
)
from comity.office.charter.models import CharterVersion
from comity.office.charter.queries import charter_in_force, electorate
from comity.office.charter.telling import language, outcome_told
from comity.office.charter.voting import Vote
from comity.office.charter.who_votes import check_vote
from comity.rules import Charter, CharterError, Outcome, RulesError, Verdict, read

LONGEST = 200_000
"""Characters of a charter."""


@act("charter.draft_charter", may=(SECRETARY,), records=(CharterDrafted,))
def draft_charter(*, by: Actor, text: str, note: str = "") -> CharterVersion:
    """Propose a charter: rules of procedure in TOML, which hold nowhere before they are adopted."""
    the_organisation()
    written, charter = _read(text)
    version = new_id(by.now)
    record(
        by,
        CharterDrafted(
            version=version,
            text=written,
            title=dict(charter.title),
            example=charter.example,
            note=clean_line(note, most=500, field="note", empty=True),
        ),
    )
    return CharterVersion.objects.get(id=version)


@applies(CharterDrafted)
def _apply_drafted(stated: CharterDrafted, recorded: Recorded) -> None:
    CharterVersion.objects.create(
        id=stated.version,
        text=stated.text,
        digest=_digest(stated.text),
        title=stated.title,
        example=stated.example,
        note=stated.note,
        drafted_at=recorded.time,
    )


@act("charter.change_draft", may=(SECRETARY,), records=(CharterDraftChanged,))
def change_draft(*, by: Actor, draft: str, text: str, note: str = "", seen: int | None = None) -> None:
    """Change a proposed charter. What was adopted is never changed."""
    current = _draft(draft)
    unchanged(current.ref, seen)
    written, charter = _read(text)
    said = clean_line(note, most=500, field="note", empty=True)
    if (written, said) == (current.text, current.note):
        return
    record(
        by,
        CharterDraftChanged(version=draft, text=written, title=dict(charter.title), example=charter.example, note=said),
    )


@applies(CharterDraftChanged)
def _apply_draft_changed(stated: CharterDraftChanged, recorded: Recorded) -> None:
    CharterVersion.objects.filter(id=stated.version).update(
        text=stated.text, digest=_digest(stated.text), title=stated.title, example=stated.example, note=stated.note
    )


@act("charter.withdraw_draft", may=(SECRETARY,), records=(CharterDraftWithdrawn,))
def withdraw_draft(*, by: Actor, draft: str, reason: str) -> None:
    """Let a proposed charter rest; the record keeps it."""
    _draft(draft)
    record(by, CharterDraftWithdrawn(version=draft, reason=clean_line(reason, most=500, field="reason")))


@applies(CharterDraftWithdrawn)
def _apply_draft_withdrawn(stated: CharterDraftWithdrawn, recorded: Recorded) -> None:
    CharterVersion.objects.filter(id=stated.version).update(withdrawn_at=recorded.time)


@act("charter.adopt_charter", may=(SECRETARY,), records=(CharterAdopted,))
def adopt_charter(
    *,
    by: Actor,
    draft: str,
    vote: Vote | None = None,
    digest: str | None = None,
    in_force_from: date | None = None,
    decision: Ref | None = None,
    reason: str = "",
) -> CharterVersion:
    """Adopt a proposed charter by a vote under the amendment rule of the charter in force; the first one is laid down without.

    The outcome is computed here, from the vote. digest: of the text that was voted on. in_force_from: the first day on which it holds,
    today unless said. decision: what the vote was taken in. Who could vote, and by which groups, weights and
    mandates, is held against the register of members (`who_votes`).
    """
    current = _draft(draft)
    if digest is not None and digest != current.digest:
        raise Refused(_("The text of the draft is another one than was voted on."), field="digest")
    _written, charter = _read(current.text)
    if charter.amended_by is None:
        raise Refused(
            _(
                "This charter names no rule for its own change: once adopted, it could never be changed. Add amended_by to it."
            ),
            field="draft",
        )
    today = by.now.astimezone(UTC).date()
    starts = in_force_from or today
    outcome = _passed(vote, today, decision)
    latest = CharterVersion.objects.filter(number__isnull=False).order_by("number").last()
    if latest is None or latest.number is None or latest.in_force_from is None:
        number = 1
        if starts > today:
            raise Refused(_("A founding charter holds from today on, or from a day before."), field="in_force_from")
    else:
        number = latest.number + 1
        if starts < today:
            raise Refused(_("A new charter cannot hold before the day of its adoption."), field="in_force_from")
        if starts < latest.in_force_from:
            raise Refused(
                _("Another charter was adopted that has yet to take effect: this one cannot hold before it does."),
                field="in_force_from",
            )
    record(
        by,
        CharterAdopted(
            version=draft,
            number=number,
            digest=current.digest,
            adopted_on=today,
            in_force_from=starts,
            vote=None if vote is None else {"snapshot": vote.snapshot, "record": vote.record},
            outcome=outcome.to_dict() if outcome else None,
            decision=str(decision) if decision else "",
            reason=clean_line(reason, most=500, field="reason", empty=True),
        ),
    )
    return CharterVersion.objects.get(id=draft)


@applies(CharterAdopted)
def _apply_adopted(stated: CharterAdopted, recorded: Recorded) -> None:
    CharterVersion.objects.filter(id=stated.version).update(
        number=stated.number,
        adopted_on=stated.adopted_on,
        in_force_from=stated.in_force_from,
        vote=stated.vote,
        outcome=stated.outcome,
        decision=stated.decision,
    )


# --- checks ---


def _passed(vote: Vote | None, today: date, decision: Ref | None) -> Outcome | None:
    """The outcome of a vote on a new charter; None where there is none in force yet. Raises Refused unless it passed."""
    holding = charter_in_force(today)
    if holding is None:
        if vote is not None:
            raise Refused(
                _(
                    "No charter is in force by which a vote could be counted: the first one is laid down without a vote."
                ),
                field="vote",
            )
        return None
    rule = holding.charter.amended_by
    if rule is None:
        raise Refused(_("The charter in force names no rule for its own change."), field="vote")
    if vote is None:
        raise Refused(
            _("A charter is in force: a new one needs a vote by its rule “%(rule)s”.") % {"rule": rule}, field="vote"
        )
    try:
        day = vote.members.on or today
        if day > today:
            raise Refused(_("The vote was taken on a day that has yet to come."), field="vote")
        taken_under = charter_in_force(day)
        if taken_under is None or taken_under.version != holding.version:
            raise Refused(_("The vote was taken under another charter than the one in force."), field="vote")
        if vote.rests_on_organs:  # nothing says here who has a vote in another organ
            raise Refused(_("A charter is adopted by one vote of all members, not by several organs."), field="vote")
        check_vote(vote.members, holding.charter, day, today, decision)
        outcome = vote.outcome(holding.charter, rule, day)
    except RulesError as error:
        raise Refused(
            _("The vote cannot be counted: %(why)s") % {"why": error.told(language())}, field="vote"
        ) from error
    if outcome.verdict is not Verdict.ADOPTED:
        told = outcome_told(outcome, holding.charter, electorate(day).names)
        raise Refused(_("It was not adopted. %(outcome)s") % {"outcome": told.sentence}, field="vote")
    return outcome


def _read(text: str) -> tuple[str, Charter]:
    """The text as it is kept, and the charter that it gives. Raises Refused with file, line, clause and mend."""
    written = clean_text(text, most=LONGEST, field="text") + "\n"
    try:
        return written, read(written)
    except CharterError as error:
        raise Refused(error.told(language()), field="text") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _draft(key: str) -> CharterVersion:
    current = CharterVersion.objects.filter(id=key, withdrawn_at__isnull=True).first()
    if current is None:
        raise NotFound(_("There is no such proposed charter, or it was withdrawn."))
    if not current.is_draft:
        raise Refused(_("This charter was adopted: it is not changed any more. Propose another."))
    return current
