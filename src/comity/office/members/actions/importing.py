"""The act of entering a whole register from a CSV file: all of it or nothing, with every problem by its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.translated import Text
from comity.office.members.actions.contests import contest_status
from comity.office.members.actions.parties import register_party
from comity.office.members.actions.status import record_status, record_succession
from comity.office.members.models import Contest, Party, StatusFact
from comity.office.members.names import country_name
from comity.office.members.register_csv import Line, Problem, read
from comity.office.members.treaty import Happened, place
from comity.office.members.vocabulary import Precision, Step


class ImportRefused(Refused):
    """A file that was not entered. problems: every one that was found, by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(
            _("Nothing was entered. Problems in the file: %(count)d.") % {"count": len(self.problems)}, field="file"
        )


@dataclass(slots=True)
class Imported:
    """What an import entered. present: facts that were on record already, word for word."""

    parties: int = 0
    facts: int = 0
    contests: int = 0
    present: int = 0


@act("members.import_register", may=(SECRETARY,), records=())
def import_register(*, by: Actor, content: bytes) -> Imported:
    """Enter parties, facts and contests from a CSV file. Raises ImportRefused with every problem; then nothing was entered.

    Lines are entered in the order of their days, whatever order the file has. What is on record already is passed over.
    """
    lines, problems = read(content)
    done = Imported()
    registered, failed = _enter_parties(by, lines, problems, done)
    failed |= {registered[_key(line)].id for line in lines if line.broken and _key(line) in registered}
    for line in sorted((line for line in lines if line.step is not None), key=lambda line: _place(by, line)):
        party = registered.get(_key(line))
        if party is None or party.id in failed:
            continue
        try:
            _enter(by, line, party, registered, done)
        except Refused as refused:
            # What comes after in this party's history would be out of order for want of this: one problem is enough.
            failed.add(party.id)
            problems.append(_problem(line, refused))
    if problems:
        raise ImportRefused(problems)
    return done


def _key(line: Line) -> str:
    return line.iso3 or f"{line.kind.value} {line.name.casefold()}"


def _enter_parties(
    by: Actor, lines: Sequence[Line], problems: list[Problem], done: Imported
) -> tuple[dict[str, Party], set[str]]:
    """The parties of all lines by their key, new ones registered; and those whose lines disagree with the register."""
    known: dict[str, Party] = {}
    for row in Party.objects.filter(merged_into__isnull=True).order_by("id"):
        known[row.iso3 or f"{row.kind} {row.name.original.casefold()}"] = row
    failed: set[str] = set()
    refused_keys: set[str] = set()
    for line in lines:
        if line.name_language not in dict(settings.LANGUAGES):
            problems.append(Problem(line.number, "name_language", _("This is none of the site's languages.")))
            continue
        key = _key(line)
        if key in refused_keys or not (line.iso3 or line.name):
            continue
        if key in known:
            found = _disagreements(line, known[key])
            problems += found
            failed |= {known[key].id} if found else set()
            continue
        own = line.name if line.name != country_name(line.iso3, line.name_language) else ""
        try:
            known[key] = register_party(
                by=by,
                kind=line.kind,
                name=Text.of(own, line.name_language) if own else None,
                iso3=line.iso3,
                region=line.region or None,
            )
        except Refused as refused:
            refused_keys.add(key)
            problems.append(_problem(line, refused))
        else:
            done.parties += 1
    return known, failed


def _disagreements(line: Line, party: Party) -> list[Problem]:
    """Where a line says something else about a party than the register does."""
    found = []
    if line.kind != party.kind:
        found.append(
            Problem(line.number, "kind", _("The register has another kind for this party: change its entry there."))
        )
    if line.region and line.region != party.region:
        found.append(
            Problem(line.number, "region", _("The register has another region for this party: change its entry there."))
        )
    names = {party.name.original, country_name(party.iso3, line.name_language)}
    if line.name and line.name not in names:
        found.append(
            Problem(line.number, "name", _("The register has another name for this party: change its entry there."))
        )
    return found


def _enter(by: Actor, line: Line, party: Party, registered: dict[str, Party], done: Imported) -> None:
    facts = StatusFact.objects.filter(
        party=party, step=line.step, happened_on=line.happened_on, precision=line.precision, superseded_at__isnull=True
    )
    fact = facts.first()
    if fact is None:
        fact = _record(by, line, party, registered)
        done.facts += 1
    elif (fact.source, fact.evidence, fact.number) == (line.source, line.evidence, line.number_in_register):
        done.present += 1
    else:
        raise Refused(_("This fact is on record with another source, grade or number: correct it there."), field="step")
    if (
        line.contested_by
        and not Contest.objects.filter(line=fact.line, contested_by=line.contested_by, settled_at__isnull=True).exists()
    ):
        contest_status(
            by=by,
            fact=fact.id,
            contested_by=line.contested_by,
            why=line.contested_because,
            source=line.contested_source,
        )
        done.contests += 1


def _record(by: Actor, line: Line, party: Party, registered: dict[str, Party]) -> StatusFact:
    if line.step is Step.SUCCEEDED:
        code = line.predecessor.upper()
        before = registered.get(code) or registered.get(f"{line.kind.value} {line.predecessor.casefold()}")
        if before is None:
            raise Refused(_("There is no such party."), field="predecessor")
        if line.happened_on is None or line.precision is not Precision.DAY:
            raise Refused(_("A succession has a day."), field="happened_on")
        return record_succession(
            by=by,
            party=party.id,
            predecessor=before.id,
            happened_on=line.happened_on,
            predecessor_ceased=False,
            source=line.source,
            evidence=line.evidence or "",
            note=line.note,
            number=line.number_in_register,
            seen_on=line.seen_on,
        )
    return record_status(
        by=by,
        party=party.id,
        step=line.step or "",
        happened_on=line.happened_on,
        precision=line.precision,
        effective_on=line.effective_on,
        source=line.source,
        evidence=line.evidence or "",
        note=line.note,
        number=line.number_in_register,
        office=line.office,
        seen_on=line.seen_on,
    )


def _place(by: Actor, line: Line) -> tuple[date, int, int]:
    """Where a line's step stands among those of all parties."""
    today = by.now.date()
    step = Happened(
        id="",
        step=line.step or Step.INVITED,
        on=line.happened_on,
        seen_on=line.seen_on or today,
        order=line.number,
        precision=line.precision,
        effective_on=line.effective_on,
    )
    return place(step)


def _problem(line: Line, refused: Refused) -> Problem:
    columns = {"number": "number_in_register", "why": "contested_because"}
    return Problem(line.number, columns.get(refused.field or "", refused.field or ""), str(refused))
