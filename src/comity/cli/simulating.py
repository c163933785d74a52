"""`comity simulate`, and the consultation of `comity demo`: invented people, labelled as such."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from comity.cli.analysing import analyse_votes, refuse_foreign, show, source_of, write_report
from comity.cli.arguments import add_verb, from_least
from comity.cli.saying import Exit, UsageError, showing

DEMO_SEED = 0


def add_verbs(verbs: Any) -> None:
    """`simulate`."""
    verb = add_verb(
        verbs, "simulate", "votes of invented people on the 13 points of the action plan, as a folder", run_simulate
    )
    verb.add_argument(
        "--people", type=from_least(1), default=2400, metavar="N", help="how many take part (default: 2400)"
    )
    verb.add_argument(
        "--statements", type=from_least(1), metavar="M", help="how many statements (default: all that are written)"
    )
    verb.add_argument(
        "--seed", type=from_least(0), default=DEMO_SEED, metavar="S", help="another seed, other people (default: 0)"
    )
    verb.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the folder goes; must not hold votes"
    )


def run_simulate(arguments: argparse.Namespace) -> int:
    """`comity simulate`."""
    from comity.opinion.formats import write_generic
    from comity.opinion.simulation import simulate
    from comity.opinion.simulation.labelled import labelled

    consultation = labelled(simulate(arguments.people, arguments.statements, arguments.seed))
    write_generic(arguments.out, consultation)
    votes = consultation.votes
    print(
        f"SIMULATED: {votes.n_votes:,} votes of {votes.n_participants:,} invented people on {votes.n_statements:,} statements, "
        f"in {arguments.out}."
    )
    print(f"Map them: comity map {arguments.out}")
    return Exit.OK


def make_consultation(out: Path, *, quiet: bool) -> None:
    """A simulated consultation in `out/votes` and its report in `out/report`; says what was found. Raises UsageError."""
    votes_at, report_at = out / "votes", out / "report"
    refuse_foreign(report_at)
    about = votes_at / "consultation.toml"
    if votes_at.exists() and not (about.is_file() and "simulated = true" in about.read_text(encoding="utf-8")):
        raise UsageError(f"{votes_at} is there and was not simulated: choose another place with --out.")
    with showing(quiet) as progress:
        progress.stage("starting")
        from comity.opinion.formats import read, write_generic
        from comity.opinion.simulation import simulate
        from comity.opinion.simulation.labelled import labelled

        progress.computes()
        progress.stage("simulating a consultation")
        write_generic(votes_at, labelled(simulate(seed=DEMO_SEED)), overwrite=True)
        consultation = read(votes_at)  # from here on as with anybody's folder
        from comity.opinion.result import Settings

        analysis = analyse_votes(consultation.votes, Settings(floor=1), source_of(consultation), None, progress)
        progress.stage("writing the report")
        write_report(report_at, consultation.votes, analysis)
    if not quiet:
        show(analysis.result, sys.stdout)
        print(f"\nThe votes, invented:  {votes_at}")
        print(f"Recompute it:         comity map --check {report_at} {votes_at}")
        print(f"The report:           open {report_at / 'report.html'} in a browser.")
