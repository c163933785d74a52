"""The rules engine: charters as data, decisions by them, and every outcome explained.

    from comity.rules import decide, load, sentence, snapshot_of, votes
    charter = load("un-ga")
    outcome = decide(charter, snapshot_of("ABC"), votes({"A": "yes", "B": "yes", "C": "no"}))
    sentence(outcome, charter, "fr")

Exact fractions only; no clock, no network, no randomness. Adapters beside the core: `charter_file` (TOML) and `formats`
(CSV). See docs/rules.md; what it was held against: docs/rules-verified.md.
"""

from comity.rules.charter import Certainty, Charter, Kind, Rule
from comity.rules.charter_file import catalogue, load, read
from comity.rules.deciding import decide
from comity.rules.errors import CharterError, RulesError
from comity.rules.in_force import InForce, hold_against, in_force
from comity.rules.need import Fewest, Need, need, what_if
from comity.rules.outcome import Outcome, Verdict
from comity.rules.record import Ballot, Deposit, Finding, Record, votes
from comity.rules.sentences import lines, need_sentences, sentence
from comity.rules.snapshot import Member, Snapshot, snapshot_of

__all__ = [
    "Ballot",
    "Certainty",
    "Charter",
    "CharterError",
    "Deposit",
    "Fewest",
    "Finding",
    "InForce",
    "Kind",
    "Member",
    "Need",
    "Outcome",
    "Record",
    "Rule",
    "RulesError",
    "Snapshot",
    "Verdict",
    "catalogue",
    "decide",
    "hold_against",
    "in_force",
    "lines",
    "load",
    "need",
    "need_sentences",
    "read",
    "sentence",
    "snapshot_of",
    "votes",
    "what_if",
]
