"""What a consultation found, as published: read from the ballot box's immutable versions, never computed here.

A page shows what the policy lets it show now: nothing before answers are in, and nothing before the moment that was announced.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import AUDITOR, SECRETARY
from comity.office.consultations.box import the_box
from comity.office.consultations.models import CONSULTATION, Consultation
from comity.office.consultations.roles import FACILITATOR
from comity.office.consultations.vocabulary import FindingKind, Showing, Stage
from comity.opinion.reading import read_result
from comity.opinion.result import OpinionResult, as_data

_AFTER = {
    Showing.LIVE: frozenset({Stage.OPEN, Stage.CLOSED, Stage.FROZEN, Stage.ARCHIVED}),
    Showing.CLOSED: frozenset({Stage.CLOSED, Stage.FROZEN, Stage.ARCHIVED}),
    Showing.FROZEN: frozenset({Stage.FROZEN, Stage.ARCHIVED}),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A published result. version: the name under which it is published for ever. final: it will not change."""

    version: str
    at: datetime
    final: bool
    result: OpinionResult


def may_see(current: Consultation, actor: Actor) -> bool:
    """Whether the policy shows results to whoever asks now. Whoever runs the consultation sees them as soon as there are any."""
    if current.stage in _AFTER[Showing(current.showing)]:
        return True
    at = f"{CONSULTATION}:{current.id}"
    return any(actor.holds(role) for role in (SECRETARY, AUDITOR)) or actor.holds(FACILITATOR, at)


def latest(current: Consultation) -> Shown | None:
    """The newest published result; None while fewer people than the floor have answered."""
    if current.stage == Stage.DRAFT:
        return None
    published = the_box().latest(current.id)
    if published is None:
        return None
    at = datetime.fromtimestamp(published.at / 1000, UTC)
    return Shown(published.version, at, published.frozen, result_of(current.id, published.version))


@lru_cache(maxsize=16)
def result_of(consultation: str, version: str) -> OpinionResult:
    """One version's result; a version never changes. Raises NotFound."""
    found = the_box().version(consultation, version)
    if found is None:
        raise NotFound(_("This result is not here any more."))
    return read_result(gzip.decompress(found.result).decode())


def snapshot_of(current: Consultation, kind: FindingKind, number: int | None) -> dict[str, Any]:
    """What a finding looked like in the final result, for whoever cites it: plain values as in result.json. Raises Refused.

    `statement`, `divide`: the statement's entry, and its rank in the headline or among what divides. `slate`: all of the slate with the
    texts of its statements. Always: counts, how it was measured, and the version.
    """
    result = result_of(current.id, current.published)
    common = {
        "kind": kind.value,
        "consultation": current.id,
        "title": current.title.to_json(),
        "version": current.published,
        "counts": as_data(result.counts),
        "settings": as_data(result.settings),
        "headline_ranking": result.headline_ranking.value,
    }
    if kind is FindingKind.SLATE:
        if not result.slate.entries:
            raise Refused(_("There is no slate in this result."), field="kind")
        texts = {str(entry.statement): result.statement(entry.statement).text for entry in result.slate.entries}
        return {**common, "slate": as_data(result.slate), "texts": texts}
    try:
        found = result.statement(number if number is not None else -1)
    except KeyError as error:
        raise Refused(_("Nobody answered this statement, or too few did."), field="statement") from error
    ranked = result.divisive if kind is FindingKind.DIVIDE else result.headline
    if kind is FindingKind.DIVIDE and found.id not in ranked:
        raise Refused(_("This statement is not among those that divide."), field="statement")
    rank = ranked.index(found.id) + 1 if found.id in ranked else None
    return {**common, "statement": as_data(found), "rank": rank, "groups": as_data(result.groups)}
