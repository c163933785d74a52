"""The act that lets invented people arrive in a simulated consultation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act
from comity.groundwork.jobs import enqueue
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.office.consultations import demonstration
from comity.office.consultations.actions.checks import the_consultation
from comity.office.consultations.roles import FACILITATOR
from comity.office.consultations.vocabulary import Stage


@act("consultations.simulate_arrivals", may=(SECRETARY, FACILITATOR.of("consultation")), records=())
def simulate_arrivals(*, by: Actor, consultation: str, people: int = demonstration.ARRIVING) -> None:
    """Let invented people answer a simulated consultation, some every second. Nobody is asked, and it says so everywhere."""
    current = the_consultation(consultation, Stage.OPEN)
    if not demonstration.can_arrive(current):
        raise Refused(_("People are asked here: invented ones answer only in the simulated consultation."))
    if not 1 <= people <= 2000:
        raise Refused(_("Let 1 to 2000 invented people arrive at once."), field="people")
    enqueue("consultations.arrive", consultation=consultation, left=people)
