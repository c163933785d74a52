"""Simulated votes with a known truth: the project's own consultation, and the yardsticks that the engine is measured with.

Everything here is invented and says so. `simulate` answers the written statements of `comity.opinion.demonstration`;
`latent_groups`, `continuous`, `minority`, `no_structure` and `single_spectrum` are benchmark truths; `large` is a fast
generator of events; `inject` adds coordinated voters. The same seed gives the same bytes on every machine.
"""

from __future__ import annotations

from comity.opinion.simulation.consultation import InventedPeople, Simulation, simulate
from comity.opinion.simulation.coordinated import Coordination, Injected, inject
from comity.opinion.simulation.draws import SimulationError
from comity.opinion.simulation.truths import (
    Events,
    StatementKind,
    Truth,
    continuous,
    large,
    latent_groups,
    minority,
    no_structure,
    single_spectrum,
)

__all__ = [
    "Coordination",
    "Events",
    "Injected",
    "InventedPeople",
    "Simulation",
    "SimulationError",
    "StatementKind",
    "Truth",
    "continuous",
    "inject",
    "large",
    "latent_groups",
    "minority",
    "no_structure",
    "simulate",
    "single_spectrum",
]
