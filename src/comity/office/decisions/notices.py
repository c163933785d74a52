"""Mails to delegations about silence procedures: when one opens, when its deadline moves, when it has ended.

They are wanted in the transaction that they tell of. Whoever reads one confirms receipt on the page, signed in: a link that did so by
itself would be followed by programs that look into mails.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import translation

from comity.groundwork import mail
from comity.groundwork.acts import Actor, alongside
from comity.groundwork.facts import Fact
from comity.groundwork.live import touch
from comity.groundwork.log import Recorded, after_commit
from comity.groundwork.models import Grant, Person
from comity.groundwork.refs import Ref
from comity.office.decisions.events.silence import (
    BreakWithdrawn,
    SilenceBroken,
    SilenceEnded,
    SilenceExtended,
    SilenceOpened,
)
from comity.office.decisions.models.silence import Silence
from comity.office.decisions.moments import moment_text
from comity.office.decisions.vocabulary_silence import SilenceStage
from comity.office.members.roles import DELEGATION

PARTY = "members.party"


def people_of(parties: Iterable[str]) -> list[Person]:
    """Everybody in the delegations of these parties, each once. One query."""
    places = [str(Ref(PARTY, party)) for party in parties]
    roles = [role.name for role in DELEGATION]
    held = Grant.objects.filter(at__in=places, role__in=roles, until__isnull=True)
    return list(Person.objects.filter(id__in=held.values("person"), erased_at__isnull=True).order_by("id"))


def _tell(key: str, template: str) -> None:
    current = Silence.objects.select_related("body").get(id=key)
    reckoned = {one["member"] for one in current.reckonings}
    for person in people_of(current.parties[member] for member in sorted(reckoned)):
        with translation.override(person.language):
            page = mail.link(reverse("decisions:silence", args=[current.id]))
            until = moment_text(current.deadline)
        mail.write(
            person,
            template,
            silence=current,
            page=page,
            until=until,
            adopted=current.stage == SilenceStage.ADOPTED,
        )


@alongside(SilenceOpened)
def _opened(_by: Actor, stated: SilenceOpened) -> None:
    _tell(stated.silence, "decisions/mail/silence_opened")


@alongside(SilenceExtended)
def _extended(_by: Actor, stated: SilenceExtended) -> None:
    _tell(stated.silence, "decisions/mail/silence_extended")


@alongside(SilenceEnded)
def _ended(_by: Actor, stated: SilenceEnded) -> None:
    _tell(stated.silence, "decisions/mail/silence_ended")


@after_commit
def _on_open_pages(_recorded: Recorded, stated: Fact) -> None:
    """On which part silence was broken everybody sees at once, also whoever may not read the event that says by whom."""
    if isinstance(stated, SilenceBroken | BreakWithdrawn):
        touch(stated.about()[0])
