"""Suspected coordination, as moderators read of it while answers come in: sentences with counts, likeness and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.ballot_box.suspicion import Cluster
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation
from comity.office.consultations.queries.findings import count, percent


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What was found. at: when it was looked for; people: how many were compared; told: a paragraph for each cluster."""

    at: datetime
    people: int
    told: tuple[str, ...]


def suspicions(current: Consultation) -> Suspicions | None:
    """What the last full run found; None if it was not looked for, or the result is final and says it itself."""
    found = the_box().suspicion(current.id)
    if found is None:
        return None
    told = [_cluster(one) for one in found.clusters]
    if found.few:
        told.append(
            ngettext(
                "%(n)s group of fewer people than a published figure may rest on; nothing more is said of it.",
                "%(n)s groups of fewer people than a published figure may rest on; nothing more is said of them.",
                found.few,
            )
            % {"n": count(found.few)}
        )
    return Suspicions(datetime.fromtimestamp(found.at / 1000, UTC), found.people, tuple(told))


def _cluster(one: Cluster) -> str:
    said = (
        _(
            "%(size)s people: of the answers that can be compared %(alike)s are the same, where %(usual)s is usual among people "
            "who think alike. Within one hour %(together)s of them began. Without them %(kept)s of the first %(of)s statements of "
            "the common ground stay."
        )
        if one.together is not None
        else _(
            "%(size)s people: of the answers that can be compared %(alike)s are the same, where %(usual)s is usual among people "
            "who think alike. They began at different times. Without them %(kept)s of the first %(of)s statements of the common "
            "ground stay."
        )
    )
    return said % {
        "size": count(one.size),
        "alike": percent(one.alike),
        "usual": percent(one.usual),
        "together": count(one.together),
        "kept": count(one.top_kept),
        "of": count(one.top_of),
    }
