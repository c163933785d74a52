"""Which statement to ask next, what each statement is guaranteed, and whether routing still does what it should.

A person answers a few of hundreds of statements, so it matters which. `routing_weights` (`needs.py`) turns sums into needs: a
vote is worth most where it may still move a statement into or out of the top ten. `next_statement` (`draw.py`, by the
`chances.py`) draws one for a person, with a floor that no weight can undercut. `check_routing` (`self_check.py`) watches it,
`votes_until_stable` (`trial.py`) measures it on simulated people. Method and figures: docs/routing.md.
"""

from comity.opinion.routing.draw import Question, guaranteed_views, next_statement
from comity.opinion.routing.needs import Headline, RoutingError, RoutingSettings, RoutingWeights, routing_weights
from comity.opinion.routing.self_check import Exposures, RoutingAlarm, RoutingFault, check_routing
from comity.opinion.routing.trial import RoutingPolicy, RoutingTrial, least_group_headline, votes_until_stable

__all__ = [
    "Exposures",
    "Headline",
    "Question",
    "RoutingAlarm",
    "RoutingError",
    "RoutingFault",
    "RoutingPolicy",
    "RoutingSettings",
    "RoutingTrial",
    "RoutingWeights",
    "check_routing",
    "guaranteed_views",
    "least_group_headline",
    "next_statement",
    "routing_weights",
    "votes_until_stable",
]
