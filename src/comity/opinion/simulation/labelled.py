"""A simulation as a consultation that declares itself simulated, ready to be written or shown; an adapter beside the core.

`write_generic(folder, labelled(simulate()))` writes it as a folder like those that people's consultations come in.
"""

from __future__ import annotations

from comity.opinion.formats import Consultation, ReadReport, SourceFormat
from comity.opinion.simulation.consultation import Simulation


def labelled(simulation: Simulation, language: str = "en") -> Consultation:
    """The simulated consultation with `simulated` set, named and described in `language` (one of the six).

    The description ends with the title in the five other languages, each of which says that it is simulated, so that the
    label survives wherever the description is shown.
    """
    others = [title for tag, title in simulation.title.items() if tag != language]
    return Consultation(
        name=simulation.title[language],
        votes=simulation.votes,
        report=ReadReport(format=SourceFormat.TABLE, rows=simulation.votes.n_votes),
        description="\n".join((simulation.description[language], "", *others)),
        attribution=f"comity simulate, seed {simulation.seed}: invented people, computed answers",
        licence="Apache-2.0",
        simulated=True,
    )
