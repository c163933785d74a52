"""Acts of the consultations office, by subject. The only files here that write. Importing this makes every act known."""

from comity.office.consultations.actions.consultations import (
    archive,
    change,
    close,
    create,
    duplicate,
    keep_calendar,
    open_consultation,
    state_targets,
)
from comity.office.consultations.actions.importing import import_polis
from comity.office.consultations.actions.participants import forget, invite, remove_participant, withdraw
from comity.office.consultations.actions.results import freeze, keep_finding, note_results, seal_answers
from comity.office.consultations.actions.simulating import simulate_arrivals
from comity.office.consultations.actions.statements import (
    accept,
    claim,
    erase_statement,
    merge,
    propose,
    reject,
    reword,
    seed,
    split,
)

__all__ = [
    "accept",
    "archive",
    "change",
    "claim",
    "close",
    "create",
    "duplicate",
    "erase_statement",
    "forget",
    "freeze",
    "import_polis",
    "invite",
    "keep_calendar",
    "keep_finding",
    "merge",
    "note_results",
    "open_consultation",
    "propose",
    "reject",
    "remove_participant",
    "reword",
    "seal_answers",
    "seed",
    "simulate_arrivals",
    "split",
    "state_targets",
    "withdraw",
]
