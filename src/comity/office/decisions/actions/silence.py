"""Acts on silence procedures: open, confirm receipt, break, extend, withdraw; and the end, which comes by itself."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity.groundwork.acts import Actor, act, applies, record, system_actor
from comity.groundwork.audiences import MEMBERS, PUBLIC
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text, digest
from comity.office.charter.models import Body
from comity.office.charter.queries import BODY_SECRETARY, CHAIR, charter_in_force, charter_version
from comity.office.decisions.actions.checks import SPEAKS, one_of, the_party
from comity.office.decisions.actions.question import PartAsked, record_put, text_digest
from comity.office.decisions.clock import days_in, faster, set_clock
from comity.office.decisions.events.question import PartTerms, QuestionPut
from comity.office.decisions.events.silence import (
    BreakShown,
    BreakWithdrawn,
    PartEnded,
    Reckoned,
    SilenceBroken,
    SilenceEnded,
    SilenceExtended,
    SilenceOpened,
    SilenceSeen,
    SilenceWithdrawn,
    SilentPart,
)
from comity.office.decisions.models.silence import Silence, SilenceBreak, SilencePart, SilenceReceipt
from comity.office.decisions.queries.electorate import electorate
from comity.office.decisions.vocabulary import Mode, QuestionKind
from comity.office.decisions.vocabulary_silence import Naming, SilenceStage, Then
from comity.office.decisions.words import engine_language, part_word, several
from comity.office.members.roles import FOCAL_POINT
from comity.rules import Charter, Kind, Rule, RulesError
from comity.rules.charter import Binds
from comity.rules.plain import snapshot_from_plain, snapshot_to_plain
from comity.rules.silence import Break, State, stands
from comity.rules.timing import parse_period

logger = logging.getLogger(__name__)

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 300, 50_000, 5_000
MOST_PARTS = 500
LONGEST_PERIODS = 350
"""Letters of all periods together, some twenty of them."""
ON_THE_WAY = timedelta(seconds=2)
"""How long after a deadline its result is recorded: what was sent before it may still be on its way to the record."""


@act(
    "decisions.open_silence",
    may=(SECRETARY, BODY_SECRETARY.of("body"), CHAIR.of("body")),
    records=(SilenceOpened,),
)
def open_silence(
    *,
    by: Actor,
    body: str,
    title: Text,
    parts: list[PartAsked],
    background: Text | None = None,
    rule: str = "silence",
    naming: str = Naming.AFTER.value,
    then: str = Then.VOTE.value,
    then_rule: str = "",
    audience: str = PUBLIC,
) -> Silence:
    """Lay a text before the members of a body: it is adopted unless silence is broken by a deadline that is fair to every capital."""
    current = Body.objects.filter(id=body, dissolved_on__isnull=True).first() if is_id(body) else None
    if current is None:
        raise NotFound(_("There is no such body."))
    held = charter_in_force(by.now.date())
    if held is None:
        raise Refused(_("There is no charter yet: adopt one first."))
    chosen = _silence_rule(held.charter, rule, by.now)
    if audience not in {PUBLIC, MEMBERS}:
        raise Refused(_("A text is for everybody or for members."), field="audience")
    shown, following = one_of(Naming, naming, "naming"), one_of(Then, then, "then")
    if chosen.binds is not Binds.ALL and shown is Naming.NEVER:
        raise Refused(
            _("By this rule a decision does not bind everybody: whom it does not bind has to be named."), field="naming"
        )
    if following is not Then.NOTHING:
        _vote_rule(held.charter, then_rule, by.now)
    else:
        then_rule = ""
    members = electorate(current, held.charter, by.now.date())
    keys = [member.name for member in members.snapshot.members if member.entitled]
    if not keys:
        raise Refused(_("Nobody has a vote in this body: there is nobody who could break silence."))
    period = chosen.period
    if period is None:
        raise Refused(_("This rule does not say how long silence lasts."), field="rule")
    try:
        clock = set_clock(by.now, period, keys, day_seconds=faster())
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="rule") from error
    key = new_id(by.now)
    opened = SilenceOpened(
        silence=key,
        readable_by=audience,
        body=body,
        title=clean_original(title, most=LONGEST_TITLE, field="title"),
        background=clean_original(background or Text(), most=LONGEST_TEXT, field="background", empty=True),
        charter=held.version,
        rule=chosen.id,
        period=str(period),
        naming=shown.value,
        then=following.value,
        then_rule=then_rule,
        deadline=clock.deadline,
        fair_deadline=clock.fair_deadline,
        day_seconds=clock.day_seconds,
        seat=clock.seat,
        sources=clock.sources,
        snapshot=snapshot_to_plain(members.snapshot),
        parties=dict(members.parties),
        reckonings=clock.reckonings,
        parts=_parts(by, parts),
    )
    record(by, opened)
    return Silence.objects.get(id=key)


def _silence_rule(charter: Charter, name: str, now: datetime) -> Rule:
    try:
        chosen = charter.rule(name, now.date())
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="rule") from error
    if chosen.kind is not Kind.SILENCE:
        raise Refused(_("“%(rule)s” is no rule of silence in the charter.") % {"rule": name}, field="rule")
    return chosen


def _vote_rule(charter: Charter, name: str, now: datetime) -> None:
    try:
        chosen = charter.rule(name, now.date()) if name else None
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="then_rule") from error
    if chosen is None or chosen.kind is not Kind.VOTE or chosen.election is not None:
        raise Refused(_("Choose the rule by which broken parts are decided."), field="then_rule")


def _parts(by: Actor, asked: list[PartAsked]) -> tuple[SilentPart, ...]:
    if not 1 <= len(asked) <= MOST_PARTS:
        raise Refused(_("A text has 1 to %(most)d parts.") % {"most": MOST_PARTS}, field="parts")
    made = []
    for one in asked:
        text = clean_original(one.text, most=LONGEST_TEXT, field="parts")
        digest = text_digest(text)
        reference = clean_line(one.reference, most=100, field="parts")
        label = clean_line(one.label, most=200, field="parts", empty=True)
        made.append(SilentPart(id=new_id(by.now), reference=reference, label=label, text=text, sha256=digest))
    if len({one.reference for one in made}) < len(made):
        raise Refused(_("Two parts have the same reference."), field="parts")
    return tuple(made)


@applies(SilenceOpened)
def _apply_silence_opened(stated: SilenceOpened, recorded: Recorded) -> None:
    made = Silence.objects.create(
        id=stated.silence,
        title=stated.title,
        background=stated.background,
        audience=stated.readable_by,
        body_id=stated.body,
        charter=stated.charter,
        rule=stated.rule,
        period=stated.period,
        naming=stated.naming,
        then=stated.then,
        then_rule=stated.then_rule,
        opened_at=recorded.time,
        deadline=stated.deadline,
        fair_deadline=stated.fair_deadline,
        day_seconds=stated.day_seconds,
        seat=stated.seat,
        sources=stated.sources,
        snapshot=stated.snapshot,
        parties=stated.parties,
        reckonings=[_plain(one) for one in stated.reckonings],
    )
    SilencePart.objects.bulk_create(
        SilencePart(
            id=part.id,
            silence=made,
            rank=rank,
            reference=part.reference,
            label=part.label,
            text=part.text,
            sha256=part.sha256,
        )
        for rank, part in enumerate(stated.parts)
    )


def _plain(one: Reckoned) -> dict[str, Any]:
    """A reckoning as the table holds it."""
    return {**asdict(one), "deadline": one.deadline.isoformat(), "idle": [list(day) for day in one.idle]}


# --- receipts ---


@act("decisions.confirm_receipt", may=(*SPEAKS, FOCAL_POINT.of("party")), records=(SilenceSeen,))
def confirm_receipt(*, by: Actor, silence: str, party: str) -> None:
    """Confirm for a delegation that it has the text under silence before it."""
    current = the_silence(silence)
    spoken_for = _member(current, party)
    if SilenceReceipt.objects.filter(silence=current, party_id=spoken_for).exists():
        raise Refused(_("Your delegation has confirmed receipt already."))
    record(by, SilenceSeen(silence=current.id, readable_by=current.audience, party=spoken_for))


@applies(SilenceSeen)
def _apply_silence_seen(stated: SilenceSeen, recorded: Recorded) -> None:
    SilenceReceipt.objects.create(
        silence_id=stated.silence, party_id=stated.party, person_id=recorded.actor_id, seen_at=recorded.time
    )


# --- breaking it ---


@act("decisions.break_silence", may=SPEAKS, records=(SilenceBroken,))
def break_silence(
    *, by: Actor, silence: str, party: str, part: str = "", reason: Text, wording: Text | None = None
) -> SilenceBreak:
    """Break silence on a part of the text, or on the whole, with the reason and, if there is one, the wording to put in its place."""
    current = the_silence(silence, SilenceStage.RUNNING)
    spoken_for = _member(current, party)
    if by.now > current.deadline:
        raise Refused(_("The deadline has passed."))
    touched = _part(current, part) if part else None
    standing = SilenceBreak.objects.filter(silence=current, party_id=spoken_for, withdrawn_at__isnull=True)
    if standing.filter(part=touched).exists():
        raise Refused(_("Your delegation has broken silence on this already; withdraw that first to say it anew."))
    key = new_id(by.now)
    broken = SilenceBroken(
        silence=current.id,
        readable_by=current.audience,
        broken=key,
        party=spoken_for,
        part=touched.id if touched else None,
        reason=clean_original(reason, most=LONGEST_REASON, field="reason"),
        wording=clean_original(wording or Text(), most=LONGEST_TEXT, field="wording", empty=True),
        naming=current.naming,
    )
    record(by, broken)
    return SilenceBreak.objects.get(id=key)


@applies(SilenceBroken)
def _apply_silence_broken(stated: SilenceBroken, recorded: Recorded) -> None:
    SilenceBreak.objects.create(
        id=stated.broken,
        silence_id=stated.silence,
        party_id=stated.party,
        part_id=stated.part,
        reason=stated.reason,
        wording=stated.wording,
        broken_at=recorded.time,
    )


@act("decisions.withdraw_break", may=SPEAKS, records=(BreakWithdrawn,))
def withdraw_break(*, by: Actor, broken: str, party: str) -> None:
    """Withdraw one's break of silence before the deadline; it no longer counts."""
    rows = SilenceBreak.objects.select_related("silence").filter(withdrawn_at__isnull=True, party_id=party)
    found = rows.filter(id=broken).first() if is_id(broken) else None
    if found is None:
        raise NotFound(_("There is no such break of silence by your delegation."))
    if found.silence.stage != SilenceStage.RUNNING or by.now > found.silence.deadline:
        raise Refused(_("The deadline has passed."))
    record(
        by,
        BreakWithdrawn(
            silence=found.silence_id,
            readable_by=found.silence.audience,
            broken=found.id,
            party=found.party_id,
            naming=found.silence.naming,
        ),
    )


@applies(BreakWithdrawn)
def _apply_break_withdrawn(stated: BreakWithdrawn, recorded: Recorded) -> None:
    SilenceBreak.objects.filter(id=stated.broken).update(withdrawn_at=recorded.time)


# --- while it runs ---


@act(
    "decisions.extend_silence",
    may=(SECRETARY, BODY_SECRETARY.of("body"), CHAIR.of("body")),
    records=(SilenceExtended,),
)
def extend_silence(*, by: Actor, silence: str, period: str, reason: str, body: str = "") -> None:
    """Move the deadline by a further period, which is reckoned from the present one as fairly as the first."""
    current = the_silence(silence, SilenceStage.RUNNING)
    _of_body(current, body)
    if by.now > current.deadline:
        raise Refused(_("The deadline has passed."))
    if len(current.period) > LONGEST_PERIODS:
        raise Refused(_("The deadline was moved too often: withdraw the text and lay it anew."), field="period")
    try:
        longer = parse_period(period)
        clock = set_clock(
            current.fair_deadline, longer, [one["member"] for one in current.reckonings], day_seconds=None
        )
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="period") from error
    deadline = clock.fair_deadline
    if current.day_seconds is not None:
        deadline = current.deadline + timedelta(seconds=current.day_seconds * days_in(longer))
    moved = SilenceExtended(
        silence=current.id,
        readable_by=current.audience,
        period=str(longer),
        deadline=deadline,
        fair_deadline=clock.fair_deadline,
        sources=clock.sources,
        reckonings=clock.reckonings,
        reason=clean_line(reason, most=500, field="reason"),
    )
    record(by, moved)


@applies(SilenceExtended)
def _apply_silence_extended(stated: SilenceExtended, recorded: Recorded) -> None:
    row = Silence.objects.get(id=stated.silence)
    row.period = f"{row.period} + {stated.period}"
    row.deadline, row.fair_deadline, row.sources = stated.deadline, stated.fair_deadline, stated.sources
    before = {one["member"]: one["idle"] for one in row.reckonings}
    row.reckonings = [
        {**_plain(one), "idle": [*before.get(one.member, ()), *([*day] for day in one.idle)]}
        for one in stated.reckonings
    ]
    row.save()


@act(
    "decisions.withdraw_silence",
    may=(SECRETARY, BODY_SECRETARY.of("body"), CHAIR.of("body")),
    records=(SilenceWithdrawn,),
)
def withdraw_silence(*, by: Actor, silence: str, reason: str, body: str = "") -> None:
    """Withdraw a text before the deadline. It is not adopted, and nothing follows."""
    current = the_silence(silence, SilenceStage.RUNNING)
    _of_body(current, body)
    if by.now > current.deadline:
        raise Refused(_("The deadline has passed."))
    record(
        by,
        SilenceWithdrawn(
            silence=current.id, readable_by=current.audience, reason=clean_line(reason, most=500, field="reason")
        ),
    )


@applies(SilenceWithdrawn)
def _apply_silence_withdrawn(stated: SilenceWithdrawn, recorded: Recorded) -> None:
    Silence.objects.filter(id=stated.silence).update(
        stage=SilenceStage.WITHDRAWN, ended_at=recorded.time, reason=stated.reason
    )
    SilencePart.objects.filter(silence_id=stated.silence).update(stage=SilenceStage.WITHDRAWN)


# --- the end, which comes by itself ---


def run_down(now: datetime) -> list[Silence]:
    """Silence procedures whose deadline has passed and whose result is not recorded yet."""
    found = Silence.objects.filter(stage=SilenceStage.RUNNING, deadline__lt=now - ON_THE_WAY)
    return list(found.select_related("body").order_by("deadline", "id"))


@act("decisions.end_silences", may=(), records=(SilenceEnded, QuestionPut))
def end_silences(*, by: Actor) -> int:
    """Record what followed from deadlines that have passed, and put what was broken as it was to be; how many. The clock does this."""
    ended = run_down(by.now)
    for current in ended:
        _end(by, current)
    return len(ended)


@recurring("decisions.end_silences", timedelta(seconds=1))
def _end_silences(now: datetime) -> None:
    # A look first: an act would take the place of the next writer, for nothing. The table is asked and no job kept, so that a
    # deadline is met also after a restore, and at the first second of a server that was down.
    if run_down(now):
        end_silences(by=system_actor(now))


def _end(by: Actor, current: Silence) -> None:
    """The result as at the deadline, whenever it is recorded."""
    held = charter_version(current.charter)
    if held is None:
        raise RuntimeError(f"silence {current.id} runs by a charter that is not here: {current.charter}")
    rule = held.charter.rule(current.rule, current.opened_at.date())
    parts = list(current.parts.order_by("rank"))
    standing = list(current.breaks.filter(withdrawn_at__isnull=True).order_by("broken_at", "id"))
    keys = {party: key for key, party in current.parties.items()}
    found = stands(
        held.charter,
        snapshot_from_plain(current.snapshot),
        rule,
        [part.id for part in parts],
        [Break(keys[b.party_id], b.broken_at, b.reason.original, b.part_id, b.wording.original) for b in standing],
        deadline=current.deadline,
        now=current.deadline,
    )
    never = current.naming == Naming.NEVER
    ended = tuple(
        PartEnded(
            part=one.part,
            stage=(SilenceStage.ADOPTED if one.state is State.ADOPTED else SilenceStage.BROKEN).value,
            outcome="" if never and one.state is State.BROKEN else one.outcome.to_json().decode(),
            against=len({b.party_id for b in standing if b.part_id in (None, one.part)}),
        )
        for one in found.parts
    )
    stage = SilenceStage.ADOPTED if found.state is State.ADOPTED else SilenceStage.BROKEN
    shown = [
        BreakShown(
            part=b.part_id,
            party=None if never else b.party_id,
            reason=Text() if never else b.reason,
            wording=b.wording,
        )
        for b in standing
    ]
    if never:  # the order of arrival would be a trace of who it was
        rank = {part.id: part.rank for part in parts}
        shown.sort(key=lambda b: (rank.get(b.part or "", -1), b.wording.original))
    record(
        by,
        SilenceEnded(
            silence=current.id,
            readable_by=current.audience,
            deadline=current.deadline,
            stage=stage.value,
            parts=ended,
            breaks=tuple(shown),
        ),
    )
    if stage is SilenceStage.BROKEN and current.then != Then.NOTHING:
        _put_broken(by, current, [part for part, one in zip(parts, ended, strict=True) if one.stage == stage])


def _put_broken(by: Actor, current: Silence, parts: list[SilencePart]) -> None:
    """Put what was broken to the body, for the same readers. The charter or the body may have changed since: then nothing is put."""
    held = charter_in_force(by.now.date())
    rules = {rule.id for rule in held.charter.rules if rule.valid_on(by.now.date())} if held is not None else set()
    if held is None or current.then_rule not in rules or current.body.dissolved_on is not None:
        logger.warning("silence %s: its broken parts were not put, for want of the rule or the body", current.id)
        return
    record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting="",
            readable_by=current.audience,
            kind=QuestionKind.PROPOSAL.value,
            body=current.body_id,
            parent="",
            title=_title_of(current, parts),
            charter=held.version,
            rule=current.then_rule,
            mode=(Mode.WRITING if current.then == Then.VOTE else Mode.MEETING).value,
            moved_by="",
            source=str(current.ref),
            consequence=None,
            parts=tuple(
                PartTerms(
                    id=new_id(by.now), reference=part.reference, label=part.label, text=part.text, sha256=part.sha256
                )
                for part in parts
            ),
        ),
    )


BROKEN = gettext_noop("%(title)s: %(parts)s")
MOST_NAMED = 3


def _title_of(current: Silence, parts: list[SilencePart]) -> Text:
    """The title with the parts that were broken: what is voted on is not the whole text. Who made a wording stays with it."""
    title: Text = current.title
    if len(parts) == current.parts.count():
        return title
    made = {}
    for code, wording in title.wordings.items():
        with translation.override(code):
            named = several([part_word(part.reference) for part in parts[:MOST_NAMED]])
            named += " …" if len(parts) > MOST_NAMED else ""
            made[code] = replace(wording, text=_(BROKEN) % {"title": wording.text, "parts": named})
    before, original = digest(title.original), made[title.original_language].text
    return Text(
        title.original_language,
        {code: replace(one, of=digest(original)) if one.of == before else one for code, one in made.items()},
    )


@applies(SilenceEnded)
def _apply_silence_ended(stated: SilenceEnded, recorded: Recorded) -> None:
    Silence.objects.filter(id=stated.silence).update(stage=stated.stage, ended_at=stated.deadline)
    for part in stated.parts:
        SilencePart.objects.filter(id=part.part).update(stage=part.stage, outcome=part.outcome, against=part.against)


# --- checks ---


def the_silence(key: str, *stages: SilenceStage) -> Silence:
    """The silence procedure, at one of these stages (none given: at any). Raises NotFound, Refused."""
    found = Silence.objects.select_related("body").filter(id=key).first() if is_id(key) else None
    if found is None:
        raise NotFound(_("There is no such silence procedure."))
    if stages and found.stage not in stages:
        raise Refused(_("This silence procedure has ended: %(stage)s.") % {"stage": SilenceStage(found.stage).label})
    return found


def _of_body(current: Silence, body: str) -> None:
    """Refuse whoever presides over another body. Raises Refused."""
    if body and body != current.body_id:
        raise Refused(_("This text is before another body."), field="body")


def _member(current: Silence, party: str) -> str:
    """The id of a party that can break this silence. Raises Refused."""
    known = the_party(party)
    reckoned = {one["member"] for one in current.reckonings}
    if known.id not in {current.parties[key] for key in reckoned}:
        raise Refused(_("This party is not among those before whom the text was laid."), field="party")
    return known.id


def _part(current: Silence, key: str) -> SilencePart:
    found = current.parts.filter(id=key).first() if is_id(key) else None
    if found is None:
        raise Refused(_("There is no such part in this text."), field="part")
    return found
