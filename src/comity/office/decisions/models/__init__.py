"""Tables of the decisions office, by subject."""

from comity.office.decisions.models.consensus import (
    DISSOCIATION,
    ConsensusOutcome,
    Dissociation,
    FormalObjection,
)
from comity.office.decisions.models.election import (
    CANDIDATURE,
    ELECTION,
    Candidature,
    Contest,
    Election,
    Lot,
    Round,
)
from comity.office.decisions.models.electorate import Qualification
from comity.office.decisions.models.joint import JointOutcome, OrganBallot
from comity.office.decisions.models.question import QUESTION, RULING, Question, QuestionPart, Ruling
from comity.office.decisions.models.secret import SECRET, SecretBallot, UrnPlace
from comity.office.decisions.models.silence import (
    SILENCE,
    Silence,
    SilenceBreak,
    SilencePart,
    SilenceReceipt,
)
from comity.office.decisions.models.vote import (
    VOTE,
    Announcement,
    Cast,
    Correction,
    Explanation,
    Proxy,
    Vote,
)

__all__ = [
    "CANDIDATURE",
    "DISSOCIATION",
    "ELECTION",
    "QUESTION",
    "RULING",
    "SECRET",
    "SILENCE",
    "VOTE",
    "Announcement",
    "Candidature",
    "Cast",
    "ConsensusOutcome",
    "Contest",
    "Correction",
    "Dissociation",
    "Election",
    "Explanation",
    "FormalObjection",
    "JointOutcome",
    "Lot",
    "OrganBallot",
    "Proxy",
    "Qualification",
    "Question",
    "QuestionPart",
    "Round",
    "Ruling",
    "SecretBallot",
    "Silence",
    "SilenceBreak",
    "SilencePart",
    "SilenceReceipt",
    "UrnPlace",
    "Vote",
]
