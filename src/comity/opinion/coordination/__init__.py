"""Coordinated voters: who votes alike beyond what opinion explains, and how far findings depend on them.

Two traces are looked for. *Same ballot* (`same_ballot.py`): accounts that repeat one ballot, with or without noise. *Pushed
statements* (`pushed_statements.py`): accounts that all answer the same few statements in the same way, whatever else they
answer. Both are tested against honest people who agree a lot because they think alike (`honest.py`), so that an opinion group
is no suspect; what is returned (`findings.py`) is a suspicion with its evidence (`evidence.py`), for a person to judge, and
never a reason to drop a vote silently. Method and limits: `docs/coordination.md`.
"""

from comity.opinion.coordination.findings import (
    Coordination,
    Dependence,
    SuspectedCluster,
    Trace,
    dependence,
)
from comity.opinion.coordination.honest import ExpectedAnswers
from comity.opinion.coordination.search import ALARM_LEVEL, find_coordinated

__all__ = [
    "ALARM_LEVEL",
    "Coordination",
    "Dependence",
    "ExpectedAnswers",
    "SuspectedCluster",
    "Trace",
    "dependence",
    "find_coordinated",
]
