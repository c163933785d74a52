"""The register: every party with where it stands, the map by region, counts with their definitions, the register as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor
from comity.groundwork.panels import HOME, Panel, Waiting, register_panel, waits
from comity.groundwork.refs import Ref
from comity.groundwork.roles import SECRETARY
from comity.groundwork.translated import Shown
from comity.office.members import regions
from comity.office.members.dates import date_text
from comity.office.members.models import Contest, Party, StatusFact
from comity.office.members.names import country_name, name_of, region_name
from comity.office.members.queries.parties import naming, page_address, parties
from comity.office.members.queries.status import Picture, contests_of, on_force, picture, steps_of
from comity.office.members.register_csv import Line
from comity.office.members.treaty import Standing, place
from comity.office.members.vocabulary import (
    Evidence,
    Membership,
    PartyKind,
    Precision,
    Reading,
    Status,
    Step,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A party in the register. standing: with contested facts counted; sure: without them. url: of its page."""

    party: Party
    name: Shown
    standing: Standing
    sure: Standing
    url: str = ""

    @property
    def contested(self) -> bool:
        """Whether its status would be another, or rests on less, without contested facts."""
        return self.standing.status != self.sure.status or self.standing.contested

    @property
    def status(self) -> Status:
        """Its status, contested facts counted."""
        return self.standing.status

    @property
    def since(self) -> str:
        """Since when it has that status, for people; empty if it has none, or since nobody knows when."""
        if self.standing.since is None:
            return ""
        return date_text(self.standing.since, Precision.DAY if self.standing.exact else Precision.BY)

    @property
    def evidence(self) -> str:
        """How good the evidence is for what brought its status about; empty if nothing did."""
        return str(Evidence(self.standing.ground.evidence).label) if self.standing.ground else ""

    @property
    def short(self) -> str:
        """What stands on its tile: the country code, else initials."""
        words = self.name.text.replace("-", " ").split()
        return self.party.iso3 or "".join(word[0] for word in words[:4]).upper()

    @property
    def region(self) -> str:
        """M49 code of its region, empty if it has none."""
        return regions.REGION.get(self.party.region, "")


def register(seen: Picture) -> list[Row]:
    """Every party, by name in the reader's language. Two queries beside those of the picture."""
    names = naming()
    rows = [
        Row(current, name_of(current, names), *seen.both(current.id), page_address(current.id)) for current in parties()
    ]
    return sorted(rows, key=lambda row: (row.name.text.casefold(), row.party.id))


def chosen(
    rows: Sequence[Row], *, status: str = "", kind: str = "", region: str = "", contested: bool = False
) -> list[Row]:
    """The rows with this status, of this kind, in this region or sub-region; contested: only those."""
    return [
        row
        for row in rows
        if (not status or row.status == status)
        and (not kind or row.party.kind == kind)
        and (not region or region in {row.party.region, row.region})
        and (not contested or row.contested)
    ]


@dataclass(frozen=True, slots=True)
class Block:
    """The tiles of one region, in the order of its sub-regions and then by name."""

    region: str
    name: str
    rows: tuple[Row, ...]


def tiles(rows: Sequence[Row]) -> list[Block]:
    """Rows as the map by region shows them. Parties without a region stand last."""
    last = len(regions.ORDER)
    codes = sorted({row.region for row in rows}, key=lambda code: regions.ORDER.get(code, last))

    def order(row: Row) -> tuple[int, str, str]:
        return (regions.ORDER.get(row.party.region, last), row.name.text.casefold(), row.party.id)

    return [
        Block(
            code,
            region_name(code) if code else _("No region"),
            tuple(sorted((row for row in rows if row.region == code), key=order)),
        )
        for code in codes
    ]


# --- counts ---


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count counts."""

    key: str
    word: str | Promise
    definition: str | Promise
    holds: Callable[[Standing], bool]


COUNTED: tuple[Counted, ...] = (
    Counted(
        "signatories",
        gettext_lazy("Signatories"),
        gettext_lazy(
            "Parties whose signature stands on that day, whether or not they have deposited an instrument since. "
            "Who withdrew is not counted; who acceded never signed."
        ),
        lambda at: at.position.signed is not None,
    ),
    Counted(
        "instruments",
        gettext_lazy("Instruments on deposit"),
        gettext_lazy(
            "Parties whose instrument of ratification, acceptance, approval, accession or succession stands on that day, "
            "whether or not the agreement is in force."
        ),
        lambda at: at.position.instrument is not None,
    ),
    Counted(
        "parties",
        gettext_lazy("Parties to the agreement"),
        gettext_lazy(
            "Parties with an instrument on deposit for which the agreement is in force on that day, those under suspension "
            "included. Signatories are not members."
        ),
        lambda at: at.membership is Membership.YES,
    ),
    Counted(
        "undated",
        gettext_lazy("In force, date not known"),
        gettext_lazy(
            "Parties with an instrument on deposit after the condition for entry into force was met, where the waiting "
            "period is not known, so that nobody can say from which day."
        ),
        lambda at: at.membership is Membership.DATE_NOT_KNOWN,
    ),
    Counted(
        "observers",
        gettext_lazy("Observers"),
        gettext_lazy("Parties that are observers on that day and have neither signed nor deposited an instrument."),
        lambda at: at.status is Status.OBSERVER,
    ),
    Counted(
        "approached",
        gettext_lazy("Invited or considering"),
        gettext_lazy(
            "Parties that were invited or said that they are considering, and have not gone further by that day."
        ),
        lambda at: at.status in {Status.INVITED, Status.CONSIDERING},
    ),
    Counted(
        "withdrawn",
        gettext_lazy("Withdrawn"),
        gettext_lazy("Parties whose withdrawal has effect on that day and who have not come back."),
        lambda at: at.status is Status.WITHDRAWN,
    ),
)


@dataclass(frozen=True, slots=True)
class Count:
    """A count under each reading."""

    counted: Counted
    numbers: Mapping[Reading, int]

    @property
    def uncontested(self) -> int:
        """Contested facts not counted."""
        return self.numbers[Reading.UNCONTESTED]

    @property
    def with_contested(self) -> int:
        """Contested facts counted."""
        return self.numbers[Reading.ALL]

    @property
    def differs(self) -> bool:
        """Whether the readings give different numbers."""
        return self.uncontested != self.with_contested

    @property
    def sentence(self) -> str:
        """The count with its reading, for people."""
        words = {"word": self.counted.word, "sure": self.uncontested, "all": self.with_contested}
        if self.differs:
            return _("%(word)s: %(sure)d; %(all)d if contested facts are counted") % words
        return _("%(word)s: %(sure)d") % words


def counts(rows: Sequence[Row]) -> list[Count]:
    """How many parties, under each reading. No query."""
    return tally([(row.standing, row.sure) for row in rows])


def tally(standings: Sequence[tuple[Standing, Standing]]) -> list[Count]:
    """How many, from where each party stands with contested facts counted, and without them. No query."""
    return [
        Count(
            counted,
            {
                Reading.UNCONTESTED: sum(counted.holds(sure) for _all, sure in standings),
                Reading.ALL: sum(counted.holds(of_all) for of_all, _sure in standings),
            },
        )
        for counted in COUNTED
    ]


def _home(actor: Actor, _ref: Ref | None) -> dict[str, Any] | None:
    """For the first page: the counts that are not nothing. Three queries: whoever has no fact is in no count."""
    seen = picture(actor.now.date())
    told = [count for count in tally([seen.both(key) for key in seen.steps]) if any(count.numbers.values())]
    return {"counts": told, "force": on_force(seen)} if told else None


register_panel(Panel(HOME, 10, "members/_home.html", _home))


@waits
def an_empty_register(actor: Actor) -> list[Waiting]:
    """For the secretary of an organisation to which nobody belongs yet. One query, and none for others."""
    if not actor.holds(SECRETARY) or Party.objects.exists():
        return []
    return [
        Waiting(_("Enter who belongs: one party after the other, or all from a CSV file."), reverse("members:register"))
    ]


# --- the register as a file ---


def export_lines() -> list[Line]:
    """The register as `register_csv.write` takes it: what stands now. Four queries.

    States by code, then the others by kind and name; names are the party's own, else the English one. The file follows from the
    register alone: neither who reads it nor the order of entry changes it.
    """
    facts, contests = steps_of(), contests_of()
    rows = sorted(parties(), key=lambda row: (not row.iso3, row.iso3, row.kind, row.name.original, row.id))
    codes = {row.id: row.iso3 or row.name.original for row in Party.objects.all()}
    lines: list[Line] = []

    def add(current: Party, fact: StatusFact | None = None, contest: Contest | None = None) -> None:
        of_fact: dict[str, Any] = {}
        if fact is not None:
            of_fact = {
                "step": Step(fact.step),
                "happened_on": fact.happened_on,
                "precision": Precision(fact.precision),
                "effective_on": fact.effective_on,
                "seen_on": fact.seen_on,
                "source": fact.source,
                "evidence": Evidence(fact.evidence),
                "note": fact.note,
                "number_in_register": fact.number,
                "office": fact.office,
                "predecessor": codes[fact.predecessor_id] if fact.predecessor_id else "",
            }
        if contest is not None:
            of_fact |= {
                "contested_by": contest.contested_by,
                "contested_because": contest.why,
                "contested_source": contest.source,
            }
        own = bool(current.name)
        line = Line(
            number=len(lines) + 2,
            iso3=current.iso3,
            name=current.name.original if own else country_name(current.iso3, "en") or "",
            name_language=current.name.original_language if own else "en",
            kind=PartyKind(current.kind),
            region=current.region,
            **of_fact,
        )
        lines.append(line)

    for current in rows:
        of_party = sorted(facts.get(current.id, []), key=lambda fact: place(fact.happened()))
        if not of_party:
            add(current)
        for fact in of_party:
            of_fact: list[Contest | None] = [*sorted(contests.get(fact.line, []), key=_said)]
            for contest in of_fact or [None]:
                add(current, fact, contest)
    return lines


def _said(contest: Contest) -> tuple[str, str, str]:
    return (contest.contested_by, contest.why, contest.source)
