"""What a new organisation has still to do, as what waits for its administrator and its secretary on the first page.

Each step stands there until the first of its kind is done, and then never again: who founds an organisation needs no manual beside the
site. Later offices add theirs in the same way.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.groundwork.models import Grant
from comity.groundwork.panels import Waiting, waits
from comity.groundwork.roles import ADMINISTRATOR, SECRETARY
from comity.office.charter.models import Body, CharterVersion, Organisation, Tenet


@waits
def a_secretary_is_missing(actor: Actor) -> list[Waiting]:
    """For the administrator of an organisation that nobody keeps yet. Two queries, and none for others."""
    if not actor.holds(ADMINISTRATOR) or actor.holds(SECRETARY):
        return []
    if not Organisation.objects.exists() or Grant.objects.filter(role=SECRETARY.name, until__isnull=True).exists():
        return []
    return [Waiting(_("Appoint a secretary: register them, then give them the role on their page."), reverse("people"))]


@waits
def what_the_organisation_is(actor: Actor) -> list[Waiting]:
    """For the secretary: founding texts, bodies and rules of which there are none yet. Four queries, and none for others."""
    if not actor.holds(SECRETARY) or not Organisation.objects.exists():
        return []
    steps = (
        (
            Tenet.objects.all(),
            "charter:texts",
            _("Enter the founding texts: principles, work areas, points of a plan."),
        ),
        (Body.objects.all(), "charter:bodies", _("Establish the bodies, and appoint who serves in them.")),
        (
            CharterVersion.objects.filter(number__isnull=False),
            "charter:rules",
            _("Propose a charter and lay it down: by what majorities the organisation decides."),
        ),
    )
    return [Waiting(sentence, reverse(address)) for done, address, sentence in steps if not done.exists()]
