"""Acts on a consultation as a whole: prepare, change, open, close, archive, duplicate. Freezing is in `results`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, system_actor, unchanged
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.consultations.actions.checks import one_of, possible, the_consultation
from comity.office.consultations.events.consultations import (
    ConsultationArchived,
    ConsultationChanged,
    ConsultationClosed,
    ConsultationCreated,
    ConsultationOpened,
    LabelTerms,
    SegmentTerms,
    TargetsStated,
    Terms,
)
from comity.office.consultations.events.statements import StatementSeeded
from comity.office.consultations.models import Consultation, Segment, SegmentLabel, Statement
from comity.office.consultations.roles import FACILITATOR
from comity.office.consultations.vocabulary import (
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    MOST_LABELS,
    MOST_SEGMENTS,
    Decision,
    Entry,
    Moderating,
    Showing,
    Stage,
)

LONGEST_TITLE, LONGEST_BACKGROUND = 200, 20_000
MOST_BLOCKED, MOST_SITES = 500, 20
_ORIGIN = re.compile(r"https://[a-z0-9.-]{1,200}(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
"""Of a site that may embed; without encryption only on this machine."""
PROMISED = frozenset({"entry", "votes_published", "segments", "languages"})
"""What does not change once somebody may have answered: people took part because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAsked:
    """A question about the participant as it is asked for: no ids yet."""

    question: Text
    labels: tuple[Text, ...]


@act("consultations.create", may=(SECRETARY,), records=(ConsultationCreated,))
def create(
    *,
    by: Actor,
    title: Text,
    background: Text | None = None,
    policy: Text | None = None,
    languages: list[str],
    entry: str = Entry.OPEN.value,
    moderating: str = Moderating.BEFORE.value,
    showing: str = Showing.LIVE.value,
    votes_published: bool = False,
    proposals: bool = True,
    opens_on: date | None = None,
    proposals_until: date | None = None,
    closes_on: date | None = None,
    blocked: list[str] | None = None,
    embed_in: list[str] | None = None,
    segments: list[SegmentAsked] | None = None,
    simulated: bool = False,
) -> Consultation:
    """Prepare a consultation. Nobody sees it until it opens."""
    terms = _checked(
        Terms(
            title=title,
            background=background or Text(),
            policy=policy or Text(),
            languages=tuple(languages),
            entry=entry,
            moderating=moderating,
            showing=showing,
            votes_published=votes_published,
            proposals=proposals,
            opens_on=opens_on,
            proposals_until=proposals_until,
            closes_on=closes_on,
            blocked=tuple(blocked or ()),
            embed_in=tuple(embed_in or ()),
            segments=segment_terms(by, segments or ()),
        )
    )
    return record_created(by, terms, simulated=simulated)


def record_created(
    by: Actor,
    terms: Terms,
    *,
    copied_from: str | None = None,
    simulated: bool = False,
    source: str = "",
    attribution: str = "",
) -> Consultation:
    """For acts that make a consultation: they name `ConsultationCreated` among what they record."""
    key = new_id(by.now)
    created = ConsultationCreated(
        consultation=key,
        terms=terms,
        copied_from=copied_from,
        simulated=simulated,
        source=source,
        attribution=attribution,
    )
    record(by, created)
    return Consultation.objects.get(id=key)


@applies(ConsultationCreated)
def _apply_consultation_created(stated: ConsultationCreated, recorded: Recorded) -> None:
    row = Consultation(
        id=stated.consultation,
        copied_from_id=stated.copied_from,
        simulated=stated.simulated,
        source=stated.source,
        attribution=stated.attribution,
        created_at=recorded.time,
    )
    _set(row, stated.terms)


@act("consultations.change", may=(SECRETARY, FACILITATOR.of("consultation")), records=(ConsultationChanged,))
def change(
    *,
    by: Actor,
    consultation: str,
    title: Text | None = None,
    background: Text | None = None,
    policy: Text | None = None,
    languages: list[str] | None = None,
    entry: str | None = None,
    moderating: str | None = None,
    showing: str | None = None,
    votes_published: bool | None = None,
    proposals: bool | None = None,
    opens_on: date | None = None,
    proposals_until: date | None = None,
    closes_on: date | None = None,
    keep_dates: bool = False,
    blocked: list[str] | None = None,
    embed_in: list[str] | None = None,
    segments: list[SegmentAsked] | None = None,
    seen: int | None = None,
) -> None:
    """Change what a consultation asks and how; what people were promised stays once it has opened.

    None leaves a thing as it is, save the dates, which are taken as given unless `keep_dates`.
    """
    current = the_consultation(consultation, Stage.DRAFT, Stage.OPEN, Stage.CLOSED)
    unchanged(current.ref, seen)
    before = terms_of(current)
    given = {
        "title": title,
        "background": background,
        "policy": policy,
        "languages": None if languages is None else tuple(languages),
        "entry": entry,
        "moderating": moderating,
        "showing": showing,
        "votes_published": votes_published,
        "proposals": proposals,
        "blocked": None if blocked is None else tuple(blocked),
        "embed_in": None if embed_in is None else tuple(embed_in),
        "segments": None if segments is None else _segments_changed(by, before.segments, segments),
    }
    dates = {} if keep_dates else {"opens_on": opens_on, "proposals_until": proposals_until, "closes_on": closes_on}
    wanted = {name: value for name, value in given.items() if value is not None}
    after = _checked(replace(before, **wanted, **dates))  # type: ignore[arg-type]  # each is of its field's type
    changed = tuple(entry.name for entry in fields(Terms) if getattr(before, entry.name) != getattr(after, entry.name))
    draft = current.stage == Stage.DRAFT
    if not draft and (promised := PROMISED & set(changed)):
        raise Refused(
            _(
                "Who may take part, in which languages, what they are asked about themselves and whether answers are published "
                "cannot change once the consultation has opened. Duplicate it instead."
            ),
            field=min(promised),
        )
    if changed:
        record(by, ConsultationChanged(consultation=consultation, terms=after, changed=changed, draft=draft))


@applies(ConsultationChanged)
def _apply_consultation_changed(stated: ConsultationChanged, recorded: Recorded) -> None:
    _set(Consultation.objects.get(id=stated.consultation), stated.terms)


@act("consultations.open", may=(SECRETARY, FACILITATOR.of("consultation")), records=(ConsultationOpened,))
def open_consultation(*, by: Actor, consultation: str) -> None:
    """Open a consultation, or open again what was closed: from now on people can answer."""
    current = the_consultation(consultation, Stage.DRAFT, Stage.CLOSED)
    if not Statement.objects.filter(consultation=current).exists():
        raise Refused(
            _("It has no statements yet: enter some first, so that whoever comes first finds something to answer.")
        )
    if current.closes_on is not None and current.closes_on < by.now.date():
        raise Refused(_("Its last day is over: change the date first."))
    again = current.stage == Stage.CLOSED
    record(by, ConsultationOpened(consultation=consultation, terms=terms_of(current), again=again))


@applies(ConsultationOpened)
def _apply_consultation_opened(stated: ConsultationOpened, recorded: Recorded) -> None:
    row = Consultation.objects.get(id=stated.consultation)
    row.stage, row.opened_at, row.closed_at = Stage.OPEN, row.opened_at or recorded.time, None
    row.save()
    row.statements.filter(decision=Decision.ACCEPTED).update(shown=True)


@act("consultations.close", may=(SECRETARY, FACILITATOR.of("consultation")), records=(ConsultationClosed,))
def close(*, by: Actor, consultation: str) -> None:
    """Close a consultation: nobody can answer any more. It can be opened again until its result is final."""
    the_consultation(consultation, Stage.OPEN)
    record(by, ConsultationClosed(consultation=consultation))


@applies(ConsultationClosed)
def _apply_consultation_closed(stated: ConsultationClosed, recorded: Recorded) -> None:
    Consultation.objects.filter(id=stated.consultation).update(stage=Stage.CLOSED, closed_at=recorded.time)


@act("consultations.archive", may=(SECRETARY, FACILITATOR.of("consultation")), records=(ConsultationArchived,))
def archive(*, by: Actor, consultation: str) -> None:
    """Put a consultation whose result is final away; its pages and its result stay."""
    the_consultation(consultation, Stage.FROZEN)
    record(by, ConsultationArchived(consultation=consultation))


@applies(ConsultationArchived)
def _apply_consultation_archived(stated: ConsultationArchived, recorded: Recorded) -> None:
    Consultation.objects.filter(id=stated.consultation).update(stage=Stage.ARCHIVED)


@act("consultations.duplicate", may=(SECRETARY,), records=(ConsultationCreated, StatementSeeded))
def duplicate(*, by: Actor, consultation: str, title: Text) -> Consultation:
    """Prepare a consultation like another: its terms and its seed statements, without dates, participants or answers."""
    source = the_consultation(consultation)
    before = terms_of(source)
    asked = [SegmentAsked(question=s.question, labels=tuple(label.word for label in s.labels)) for s in before.segments]
    terms = replace(
        before, title=title, opens_on=None, proposals_until=None, closes_on=None, segments=segment_terms(by, asked)
    )
    made = record_created(by, _checked(terms), copied_from=source.id)
    seeds = Statement.objects.filter(consultation=source, seed=True, erased_at__isnull=True).order_by("number")
    for number, seed in enumerate((seed for seed in seeds if not seed.out), start=1):
        seeded = StatementSeeded(
            draft=True, consultation=made.id, statement=new_id(by.now), number=number, text=seed.text, meta=seed.meta
        )
        record(by, seeded)
    return made


@act("consultations.state_targets", may=(SECRETARY, FACILITATOR.of("consultation")), records=(TargetsStated,))
def state_targets(*, by: Actor, consultation: str, segment: str, shares: list[int], source: str) -> None:
    """State the population behind a question about participants: shares of its answers in thousandths, and from where they are.

    Results then show what the figures would be if each answer counted by its share, beside the figures as they are.
    """
    current = the_consultation(consultation, Stage.OPEN, Stage.CLOSED, Stage.FROZEN, Stage.ARCHIVED)
    row = current.segments.filter(id=segment).first()
    if row is None:
        raise Refused(_("There is no such question about participants in this consultation."), field="segment")
    if len(shares) != row.labels.count() or not all(0 <= share <= 1000 for share in shares):
        raise Refused(_("Give one share for each answer, in the order of the answers."), field="shares")
    if not 990 <= sum(shares) <= 1010:
        raise Refused(_("The shares add up to %(sum)s per cent.") % {"sum": sum(shares) / 10}, field="shares")
    named = clean_line(source, most=300, field="source")
    record(by, TargetsStated(consultation=consultation, segment=segment, shares=tuple(shares), source=named))


@applies(TargetsStated)
def _apply_targets_stated(stated: TargetsStated, recorded: Recorded) -> None:
    Segment.objects.filter(id=stated.segment).update(target_source=stated.source)
    labels = SegmentLabel.objects.filter(segment=stated.segment).order_by("rank")
    for label, share in zip(labels, stated.shares, strict=True):
        SegmentLabel.objects.filter(id=label.id).update(target=share)


# --- the calendar ---


def due(today: date) -> tuple[list[Consultation], list[Consultation]]:
    """Consultations whose first day has come and that are in preparation still, and open ones whose last day is over."""
    opening = Consultation.objects.filter(stage=Stage.DRAFT, opens_on__lte=today).exclude(closes_on__lt=today)
    closing = Consultation.objects.filter(stage=Stage.OPEN, closes_on__lt=today)
    return list(opening.filter(statements__isnull=False).distinct().order_by("id")), list(closing.order_by("id"))


@act("consultations.keep_calendar", may=(), records=(ConsultationOpened, ConsultationClosed))
def keep_calendar(*, by: Actor) -> int:
    """Open and close consultations on the days that were set; how many. The clock does this."""
    opening, closing = due(by.now.date())
    for current in opening:
        record(by, ConsultationOpened(consultation=current.id, terms=terms_of(current), again=False))
    for current in closing:
        record(by, ConsultationClosed(consultation=current.id))
    return len(opening) + len(closing)


@recurring("consultations.keep_calendar", timedelta(minutes=1))
def _keep_calendar(now: datetime) -> None:
    # A look first: an act would take the place of the next writer, for nothing.
    if any(due(now.date())):
        keep_calendar(by=system_actor(now))


# --- terms ---


def terms_of(current: Consultation) -> Terms:
    """The terms as they hold."""
    return Terms(
        title=current.title,
        background=current.background,
        policy=current.policy,
        languages=tuple(current.languages),
        entry=current.entry,
        moderating=current.moderating,
        showing=current.showing,
        votes_published=current.votes_published,
        proposals=current.proposals,
        opens_on=current.opens_on,
        proposals_until=current.proposals_until,
        closes_on=current.closes_on,
        blocked=tuple(current.blocked),
        embed_in=tuple(current.embed_in),
        segments=tuple(
            SegmentTerms(
                id=segment.id,
                question=segment.question,
                labels=tuple(
                    LabelTerms(id=label.id, word=label.word)
                    for label in sorted(segment.labels.all(), key=lambda label: label.rank)
                ),
            )
            for segment in current.segments.order_by("rank").prefetch_related("labels")
        ),
    )


def _checked(terms: Terms) -> Terms:
    """The terms cleaned. Raises Refused."""
    known = {code for code, _word in settings.LANGUAGES}
    if not terms.languages or not set(terms.languages) <= known or len(set(terms.languages)) < len(terms.languages):
        raise Refused(_("Choose at least one of the site’s languages, each once."), field="languages")
    days = (terms.opens_on, "opens_on"), (terms.proposals_until, "proposals_until"), (terms.closes_on, "closes_on")
    possible(days)
    if len(terms.blocked) > MOST_BLOCKED:
        raise Refused(_("At most %(most)d words can be blocked.") % {"most": MOST_BLOCKED}, field="blocked")
    words = (clean_line(word, most=60, field="blocked").casefold() for word in terms.blocked)
    if len(terms.embed_in) > MOST_SITES or not all(map(_ORIGIN.fullmatch, terms.embed_in)):
        raise Refused(
            _("Name up to %(most)d sites like https://example.org, without a path.") % {"most": MOST_SITES},
            field="embed_in",
        )
    return replace(
        terms,
        title=clean_original(terms.title, most=LONGEST_TITLE, field="title"),
        background=clean_original(terms.background, most=LONGEST_BACKGROUND, field="background", empty=True),
        policy=clean_original(terms.policy, most=LONGEST_BACKGROUND, field="policy", empty=True),
        entry=one_of(Entry, terms.entry, "entry").value,
        moderating=one_of(Moderating, terms.moderating, "moderating").value,
        showing=one_of(Showing, terms.showing, "showing").value,
        blocked=tuple(dict.fromkeys(words)),
        embed_in=tuple(dict.fromkeys(terms.embed_in)),
    )


def segment_terms(by: Actor, asked: Sequence[SegmentAsked]) -> tuple[SegmentTerms, ...]:
    """Questions about participants as the terms have them, each with an id. Raises Refused."""
    if len(asked) > MOST_SEGMENTS:
        raise Refused(
            _("At most %(most)d questions about participants can be asked.") % {"most": MOST_SEGMENTS}, field="segments"
        )
    made = []
    for segment in asked:
        if not 2 <= len(segment.labels) <= MOST_LABELS:
            raise Refused(
                _("A question about participants has 2 to %(most)d answers.") % {"most": MOST_LABELS}, field="segments"
            )
        labels = tuple(
            LabelTerms(id=new_id(by.now), word=clean_original(word, most=LONGEST_ANSWER, field="segments"))
            for word in segment.labels
        )
        if len({label.word.original.casefold() for label in labels}) < len(labels):
            raise Refused(_("Two answers to a question about participants are the same."), field="segments")
        question = clean_original(segment.question, most=LONGEST_QUESTION, field="segments")
        made.append(SegmentTerms(id=new_id(by.now), question=question, labels=labels))
    if len({segment.question.original.casefold() for segment in made}) < len(made):
        raise Refused(_("Two questions about participants are the same."), field="segments")
    return tuple(made)


def _segments_changed(
    by: Actor, before: tuple[SegmentTerms, ...], asked: Sequence[SegmentAsked]
) -> tuple[SegmentTerms, ...]:
    """What is asked for; the segments as they are where nothing differs, so that their ids stay."""
    same = [SegmentAsked(question=s.question, labels=tuple(label.word for label in s.labels)) for s in before]
    return before if list(asked) == same else segment_terms(by, asked)


def _set(row: Consultation, terms: Terms) -> None:
    """Put the terms into the tables."""
    for entry in fields(terms):
        value = getattr(terms, entry.name)
        if entry.name != "segments":
            setattr(row, entry.name, list(value) if isinstance(value, tuple) else value)
    row.save()
    if [segment.id for segment in terms.segments] == list(row.segments.order_by("rank").values_list("id", flat=True)):
        return
    SegmentLabel.objects.filter(segment__consultation=row).delete()
    row.segments.all().delete()
    for rank, segment in enumerate(terms.segments):
        made = Segment.objects.create(id=segment.id, consultation=row, rank=rank, question=segment.question)
        SegmentLabel.objects.bulk_create(
            SegmentLabel(id=label.id, segment=made, rank=place, word=label.word)
            for place, label in enumerate(segment.labels)
        )
