"""Silence procedures as readers see them: what may be seen of breaks, each capital's clock, what came of each part and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import MEMBERS, PUBLIC, SECRETARIAT
from comity.groundwork.ids import is_id
from comity.groundwork.panels import HOME, Panel, Waiting, register_panel, waits
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Text, Translatable, register_translatable
from comity.office.charter.queries import charter_version
from comity.office.charter.telling import Told, outcome_told
from comity.office.decisions.models.question import Question
from comity.office.decisions.models.silence import SILENCE, Silence, SilenceBreak, SilencePart, SilenceReceipt
from comity.office.decisions.moments import ahead, moment_text
from comity.office.decisions.queries.electorate import names_of
from comity.office.decisions.queries.questions import bodies_of
from comity.office.decisions.vocabulary_silence import Naming, SilenceStage
from comity.office.decisions.words import quoted
from comity.office.members.dates import day_text
from comity.office.members.roles import DELEGATE, DELEGATION, HEAD_OF_DELEGATION
from comity.rules import Charter, Rule
from comity.rules.charter import Binds
from comity.rules.plain import snapshot_from_plain
from comity.rules.silence import Break, stands

PARTY = "members.party"


def for_reader(actor: Actor) -> Q:
    """Texts that a reader may read."""
    return Q() if actor.reader.all else Q(audience__in=sorted(actor.reader.audiences))


def silence(key: str, actor: Actor) -> Silence | None:
    """A silence procedure that a reader may see."""
    rows = Silence.objects.select_related("body").filter(for_reader(actor))
    return rows.filter(id=key).first() if is_id(key) else None


def listing(actor: Actor) -> QuerySet[Silence]:
    """The silence procedures that a reader may see: those that run first, by deadline, then the others, the latest first."""
    first = Case(When(stage=SilenceStage.RUNNING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return Silence.objects.select_related("body").filter(for_reader(actor)).order_by(first, "-deadline", "-id")


def rule_of(current: Silence) -> tuple[Charter, Rule] | None:
    """The charter and the rule by which it runs; None if that charter is not here."""
    held = charter_version(current.charter)
    return None if held is None else (held.charter, held.charter.rule(current.rule, current.opened_at.date()))


# --- clocks ---


@dataclass(frozen=True, slots=True)
class Clocked:
    """One member's clock. own: its capital has a calendar. until: the deadline that holds, in its local time; fair: the moment at which
    its own clock runs down. days: those that were not counted, with the reason. decisive: the deadline is its.
    """

    member: str
    name: str
    place: str
    zone: str
    ahead: str
    until: str
    fair: str
    days: tuple[tuple[str, str], ...]
    own: bool
    decisive: bool


def clocks(current: Silence, names: Mapping[str, str]) -> list[Clocked]:
    """The clock of every member, by name; those whose clock is the last stand first."""
    made = []
    for one in current.reckonings:
        zone, deadline = ZoneInfo(one["zone"]), datetime.fromisoformat(one["deadline"])
        made.append(
            Clocked(
                one["member"],
                names.get(one["member"], one["member"]),
                one["place"],
                one["zone"],
                ahead(current.deadline, zone),
                moment_text(current.deadline, zone),
                moment_text(deadline, zone),
                tuple((day_text(date.fromisoformat(day)), _reason(why)) for day, why in one["idle"]),
                one["own"],
                deadline == current.fair_deadline,
            )
        )
    return sorted(made, key=lambda one: (not one.decisive, one.name.casefold(), one.member))


def _reason(why: str) -> str:
    return _("weekend") if why == "weekend" else why


# --- breaks ---


@dataclass(frozen=True, slots=True)
class SeenBreak:
    """A break as a reader may see it. name, reason and at: None where the policy withholds them. id: of one's own that stands."""

    id: str
    name: str | None
    reason: Text | None
    wording: Text
    at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True)
class SeenPart:
    """A part with the breaks on it. told: the outcome in words, None while it runs and where it would name who is never named.

    not_bound: names of members whom the decision does not bind.
    """

    part: SilencePart | None
    breaks: tuple[SeenBreak, ...]
    told: Told | None = None
    not_bound: tuple[str, ...] = ()


def names_shown(current: Silence) -> bool:
    """Whether anybody may see now who broke silence."""
    if current.naming == Naming.AFTER:
        return current.stage in {SilenceStage.ADOPTED, SilenceStage.BROKEN}
    return bool(current.naming == Naming.AT_ONCE)


def spoken_for(current: Silence, actor: Actor, *, breaking: bool = False) -> list[str]:
    """Ids of the parties for which somebody can confirm receipt here; breaking: or break silence."""
    roles = (HEAD_OF_DELEGATION, DELEGATE) if breaking else DELEGATION
    here = {current.parties[one["member"]] for one in current.reckonings}
    held = {Ref.parse(at).id for role, at in actor.grants if at and role in {one.name for one in roles}}
    return sorted(here & held)


def breakable(current: Silence, actor: Actor) -> set[str | None]:
    """Ids of the parts on which somebody can still break silence for some party, None: the whole text. What its party broke is not among
    them. Two queries.
    """
    able = set(spoken_for(current, actor, breaking=True))
    broken: dict[str | None, set[str]] = {}
    for party, part in current.breaks.filter(withdrawn_at__isnull=True).values_list("party_id", "part_id"):
        broken.setdefault(part, set()).add(party)
    whole: list[str | None] = [None]
    return {part for part in [*current.parts.values_list("id", flat=True), *whole] if able - broken.get(part, set())}


def seen_parts(current: Silence, actor: Actor, names: Mapping[str, str]) -> list[SeenPart]:
    """The parts in their order, first the whole text if silence was broken on that; each with what this reader may see."""
    all_names = names_shown(current) or actor.reader.all
    own = set(spoken_for(current, actor))
    by_party = {party: names.get(key, key) for key, party in current.parties.items()}
    parts = list(current.parts.order_by("rank"))
    breaks: dict[str | None, list[SeenBreak]] = {}
    standing = current.breaks.filter(withdrawn_at__isnull=True).order_by("broken_at", "id")
    for row in standing:
        mine = row.party_id in own
        seen = (
            SeenBreak(row.id if mine else "", by_party[row.party_id], row.reason, row.wording, row.broken_at, mine)
            if all_names or mine
            else SeenBreak("", None, None, row.wording, None, False)
        )
        breaks.setdefault(row.part_id, []).append(seen)
    if not all_names:  # the order of arrival would be a trace of who it was
        for found in breaks.values():
            found.sort(key=lambda one: (not one.own, one.wording.original))
    told, unbound = _outcomes(current, parts, list(standing), names)
    made = [
        SeenPart(part, tuple(breaks.get(part.id, ())), told.get(part.id), unbound.get(part.id, ())) for part in parts
    ]
    return [SeenPart(None, tuple(breaks[None])), *made] if None in breaks else made


def _outcomes(
    current: Silence, parts: list[SilencePart], standing: list[SilenceBreak], names: Mapping[str, str]
) -> tuple[dict[str, Told], dict[str, tuple[str, ...]]]:
    """Outcomes by part, decided again from what was frozen; none where the record keeps none."""
    ruled = rule_of(current)
    if ruled is None or not any(part.outcome for part in parts):
        return {}, {}
    charter, rule = ruled
    keys = {party: key for key, party in current.parties.items()}
    found = stands(
        charter,
        snapshot_from_plain(current.snapshot),
        rule,
        [part.id for part in parts],
        [Break(keys[b.party_id], b.broken_at, b.reason.original, b.part_id, b.wording.original) for b in standing],
        deadline=current.deadline,
        now=current.deadline,
    )
    kept = {part.id for part in parts if part.outcome}
    outcomes = {one.part: one.outcome for one in found.parts if one.part in kept}
    unbound = {
        part: tuple(names.get(key, key) for key in outcome.not_bound)
        for part, outcome in outcomes.items()
        if rule.binds is not Binds.ALL
    }
    return {part: outcome_told(outcome, charter, names) for part, outcome in outcomes.items()}, unbound


# --- receipts ---


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether a delegation confirmed receipt; at: None: not yet."""

    name: str
    at: datetime | None


def receipts(current: Silence, actor: Actor, names: Mapping[str, str]) -> tuple[int, int, list[Receipt]]:
    """How many confirmed receipt, of how many, and which, for whoever reads what is for members. One query."""
    seen = dict(SilenceReceipt.objects.filter(silence=current).values_list("party_id", "seen_at"))
    members = [one["member"] for one in current.reckonings]
    listed = [Receipt(names.get(key, key), seen.get(current.parties[key])) for key in members]
    listed.sort(key=lambda one: (one.at is not None, one.name.casefold()))
    return len(seen), len(members), listed if actor.reader.may_read(MEMBERS) else []


def members_of(current: Silence) -> dict[str, str]:
    """Names of those before whom the text was laid, by key. Two queries."""
    return names_of({one["member"]: current.parties[one["member"]] for one in current.reckonings})


def question_from(current: Silence) -> Question | None:
    """The question that was put about its broken parts, if one was."""
    return Question.objects.filter(source=str(current.ref)).order_by("-id").first()


# --- what waits, and where it is shown ---


@waits
def _to_read(actor: Actor) -> Iterable[Waiting]:
    """Texts under silence wait for delegations: to confirm receipt, and to break silence or not. Two queries."""
    if not any(role.name == name for name, _at in actor.grants for role in DELEGATION):
        return
    rows = list(Silence.objects.filter(stage=SilenceStage.RUNNING).order_by("deadline", "id"))
    seen = set(SilenceReceipt.objects.filter(silence__in=rows).values_list("silence_id", "party_id"))
    for current in rows:
        parties = spoken_for(current, actor)
        if not parties:
            continue
        sentence = (
            _("Under silence: “%(title)s”.")
            if {(current.id, p) for p in parties} <= seen
            else _("Confirm receipt of a text under silence: “%(title)s”.")
        )
        address = reverse("decisions:silence", args=[current.id])
        yield Waiting(sentence % {"title": current.title}, address, current.deadline.date(), current.deadline)


def _running_panel(actor: Actor, _ref: Ref | None) -> Mapping[str, Any] | None:
    rows = list(Silence.objects.filter(for_reader(actor), stage=SilenceStage.RUNNING).order_by("deadline", "id")[:5])
    return {"silences": rows} if rows else None


register_panel(Panel(HOME, 45, "decisions/_silences.html", _running_panel))


def _of_body_panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    if ref is None:
        return None
    rows = list(Silence.objects.filter(for_reader(actor), body_id=ref.id).order_by("-opened_at", "-id")[:5])
    return {"silences": rows} if rows else None


register_panel(Panel("charter.body", 45, "decisions/_silences.html", _of_body_panel))


def _of_office_panel(actor: Actor, _ref: Ref | None) -> Mapping[str, Any] | None:
    return {"silences": list(listing(actor)[:5]), "may_open": bodies_of(actor) != set()}


register_panel(Panel("decisions.list", 10, "decisions/_silences.html", _of_office_panel))


def _names(ids: Iterable[str]) -> Names:
    rows = Silence.objects.filter(id__in=list(ids)).only("id", "title", "audience")
    return {row.id: quoted(row.title) if row.audience == PUBLIC else _("a text under silence") for row in rows}


register_kind(
    Kind(SILENCE, gettext_lazy("silence procedure"), _names, lambda key: reverse("decisions:silence", args=[key]))
)


def _audience(row: Silence) -> str:
    return row.audience


def _of_part(row: SilencePart) -> str:
    return row.silence.audience


register_translatable(
    Translatable(SILENCE, Silence, field, word, _audience)
    for field, word in (
        ("title", gettext_lazy("title of a text under silence")),
        ("background", gettext_lazy("background of a text under silence")),
    )
)


def _of_break(row: SilenceBreak) -> str:
    return row.silence.audience if names_shown(row.silence) else SECRETARIAT


def _members(_row: Any) -> str:
    return MEMBERS


register_table(Silence, _audience)
register_table(SilencePart, _of_part, related=("silence",))
register_table(SilenceBreak, _of_break, related=("silence",))
register_table(SilenceReceipt, _members)
