"""The reference method, `method="polis"`: the published way of Polis to map opinion, so that users can move over and compare.

Implemented from a description of its formulas; each function is one of them and `docs/polis-method.md` has them all, with what
differs here. `analysis.py` is the whole; what it is made of, in the order of the steps: `taking_part.py`, `opinion_map.py`,
`clustering.py`, `findings.py`, `priorities.py`; `result.py` says what comes out, `plain_data.py` writes it down. Counts are
integers, floats are computed in a fixed order without BLAS, so findings do not depend on the machine.
"""

from comity.opinion.polis.analysis import polis_analysis, polis_findings, ranked_consensus, top_consensus
from comity.opinion.polis.clustering import (
    base_clusters,
    group_candidates,
    person_stats,
    preferred_k,
    silhouette,
    smooth,
)
from comity.opinion.polis.findings import (
    group_informed_consensus,
    group_votes,
    majority_consensus,
    one_proportion_test,
    representative_statements,
    representativeness,
    two_proportion_test,
)
from comity.opinion.polis.opinion_map import (
    centre,
    map_opinions,
    principal_components,
    projections,
    reference_sign,
    statement_projections,
)
from comity.opinion.polis.plain_data import polis_data, polis_lines
from comity.opinion.polis.priorities import comment_priorities, routing_probabilities
from comity.opinion.polis.result import (
    BaseClusters,
    Grouping,
    Majority,
    PersonStats,
    PolisFindings,
    PolisMap,
    PolisResult,
    Representative,
    Representativeness,
    Side,
    Smoother,
)
from comity.opinion.polis.taking_part import admission, in_conversation, moderated_out, shown_statements

__all__ = [
    "BaseClusters",
    "Grouping",
    "Majority",
    "PersonStats",
    "PolisFindings",
    "PolisMap",
    "PolisResult",
    "Representative",
    "Representativeness",
    "Side",
    "Smoother",
    "admission",
    "base_clusters",
    "centre",
    "comment_priorities",
    "group_candidates",
    "group_informed_consensus",
    "group_votes",
    "in_conversation",
    "majority_consensus",
    "map_opinions",
    "moderated_out",
    "one_proportion_test",
    "person_stats",
    "polis_analysis",
    "polis_data",
    "polis_findings",
    "polis_lines",
    "preferred_k",
    "principal_components",
    "projections",
    "ranked_consensus",
    "reference_sign",
    "representative_statements",
    "representativeness",
    "routing_probabilities",
    "shown_statements",
    "silhouette",
    "smooth",
    "statement_projections",
    "top_consensus",
    "two_proportion_test",
]
