"""A slate: k statements that together represent everybody in proportion, with a certificate that is checked.

A list of the k most agreed statements gives a majority every place. A slate gives a group that makes up one k-th of the people,
and agrees on something, a place of its own, two k-ths two places, and so on. It is chosen by the method of equal shares
(`equal_shares.py`: everybody has the same voice to spend on statements they agree with), in exact arithmetic, and checked
afterwards by code that shares nothing with the choice but the table of approvals (`certificate.py`: extended justified
representation "plus", EJR+). Approvals (`approvals.py`) are either what people said (OBSERVED: an agreement that was cast; not
seen is *unknown*) or what a model expects of each cell of opinion space (MODELLED); every result (`result.py`) carries which.
Method, sources and limits: docs/slate.md.
"""

from comity.opinion.slate.approvals import MOST_PEOPLE, expected_approvals
from comity.opinion.slate.certificate import check_against_votes, check_ejr_plus
from comity.opinion.slate.equal_shares import slate_of_cells, slate_of_votes
from comity.opinion.slate.result import (
    Basis,
    Certificate,
    Claim,
    Naming,
    Phase,
    Pick,
    Slate,
    SlateError,
    Standing,
    VotesCheck,
)

__all__ = [
    "MOST_PEOPLE",
    "Basis",
    "Certificate",
    "Claim",
    "Naming",
    "Phase",
    "Pick",
    "Slate",
    "SlateError",
    "Standing",
    "VotesCheck",
    "check_against_votes",
    "check_ejr_plus",
    "expected_approvals",
    "slate_of_cells",
    "slate_of_votes",
]
