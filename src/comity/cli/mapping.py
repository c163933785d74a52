"""`comity map`: from votes to the opinion map, the groups, common ground and a report."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.analysing import analyse_votes, read_votes, refuse_foreign, show, source_of, write_report
from comity.cli.arguments import add_verb, from_least
from comity.cli.checking import run_check
from comity.cli.saying import Exit, UsageError, print_utf8, say, showing

if TYPE_CHECKING:
    from comity.opinion.formats import Consultation
    from comity.opinion.result import Settings

PUBLICATION_FLOOR = 5
"""Votes that are not public: an entry of the sums that rests on fewer people is left out."""


def add_verbs(verbs: Any) -> None:
    """`map`, with `--check` for what others have published."""
    verb = add_verb(verbs, "map", "the opinion map of a consultation: groups, common ground, a report", run_map)
    verb.add_argument("source", nargs="?", metavar="SOURCE", help="folder or file of votes (docs/votes-in.md)")
    verb.add_argument("--out", type=Path, metavar="FOLDER", help="where the report goes (default: NAME-report, here)")
    verb.add_argument("--json", action="store_true", help="print result.json; without --out no folder is written")
    verb.add_argument(
        "--floor", type=from_least(1), metavar="K", help="leave out of the sums what rests on fewer than K people"
    )
    verb.add_argument(
        "--votes-public", action="store_true", help="the votes are published: the floor is 1 unless given"
    )
    verb.add_argument(
        "--seed", type=from_least(0), metavar="N", help="seed of the hashes that draw samples (default: 0)"
    )
    verb.add_argument(
        "--slate", type=from_least(1), metavar="K", help="places on the list that represents everybody (default: 7)"
    )
    verb.add_argument(
        "--method", choices=("comity", "polis"), help="comity (default), or the reference method, to compare"
    )
    verb.add_argument("--skip-bad", action="store_true", help="take the good rows, and list the others in the report")
    verb.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="OURS=THEIRS,...",
        help="names of columns: participant=voter-id,...",
    )
    verb.add_argument(
        "--threads", type=from_least(1), metavar="N", help="changes the time only (default: one for each processor)"
    )
    verb.add_argument("--quiet", action="store_true", help="say nothing but errors, and the JSON if asked for")
    verb.add_argument(
        "--check", type=Path, metavar="FOLDER", help="recompute a published folder instead; SOURCE is its votes"
    )


def run_map(arguments: argparse.Namespace) -> int:
    """`comity map`: one of its three forms."""
    if arguments.check is not None:
        return run_check(arguments)
    if arguments.source is None:
        raise UsageError("map needs a SOURCE: a folder or file of votes, as in `comity map votes/`.")
    if arguments.method == "polis":
        return _map_by_polis(arguments)
    folder: Path | None = arguments.out
    if folder is None and not arguments.json:
        folder = Path(f"{_name(arguments.source)}-report")
    if folder is not None:
        refuse_foreign(folder)
    with showing(arguments.quiet) as progress:
        consultation = read_votes(arguments, progress)
        progress.computes()
        floor, why = _floor(arguments, consultation)
        analysis = analyse_votes(
            consultation.votes, _settings(arguments, floor), source_of(consultation, floor), arguments.threads, progress
        )
        if folder is not None:
            progress.stage("writing the report")
            write_report(folder, consultation.votes, analysis)
    if not arguments.quiet:
        out = sys.stderr if arguments.json else sys.stdout
        show(analysis.result, out)
        say(f"Floor: {floor} ({why}).")
        if consultation.report.problem_count:
            say(f"{consultation.report.problem_count:,} bad rows or cells were left out; the report lists them.")
        if folder is not None:
            print(f"\nThe report: open {folder / 'report.html'} in a browser.", file=out)
    if arguments.json:
        from comity.opinion.result import to_json

        print_utf8(to_json(analysis.result))
    return Exit.OK


def _map_by_polis(arguments: argparse.Namespace) -> int:
    if arguments.out is not None:
        raise UsageError(
            "--method polis makes no report and writes no folder: use --json, and send it where you want it."
        )
    for option, value in (("--floor", arguments.floor), ("--slate", arguments.slate)):
        if value is not None:
            raise UsageError(f"{option} is not of --method polis: leave one of the two out.")
    with showing(arguments.quiet) as progress:
        consultation = read_votes(arguments, progress)
        progress.computes()
        progress.stage("computing by the reference method")
        from comity.opinion.polis import polis_analysis, polis_data, polis_lines

        result = polis_analysis(consultation.votes, seed=arguments.seed or 0)
    source = source_of(consultation, digest=consultation.votes.digest())
    if not arguments.quiet:
        for line in polis_lines(consultation.votes, result, source):
            print(line, file=sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print_utf8(json.dumps(polis_data(consultation.votes, result, source), ensure_ascii=False, indent=2) + "\n")
    return Exit.OK


def _name(source: str) -> str:
    """What a source is called: a folder by its name, a file by its own, or its folder's where it is just called votes."""
    path = Path(source)
    if path.is_dir():
        return path.resolve().name or "votes"
    return path.stem if path.stem != "votes" else path.resolve().parent.name


def _floor(arguments: argparse.Namespace, consultation: Consultation) -> tuple[int, str]:
    """The floor and, in words, why."""
    from comity.opinion.formats import SourceFormat

    if arguments.floor is not None:
        return arguments.floor, "as asked for"
    if arguments.votes_public:
        return 1, "the votes are public, as you say"
    if consultation.simulated:
        return 1, "the votes are simulated"
    if consultation.report.format in (SourceFormat.POLIS_EXPORT, SourceFormat.POLIS_JSON):
        return 1, f"votes in a Polis export are public; if these are not, use --floor {PUBLICATION_FLOOR}"
    return (
        PUBLICATION_FLOOR,
        "what fewer people said is left out before anything is computed; --votes-public if the votes are",
    )


def _settings(arguments: argparse.Namespace, floor: int) -> Settings:
    from comity.opinion.result import Settings

    given = {"seed": arguments.seed, "slate_size": arguments.slate}
    return Settings(floor=floor, **{name: value for name, value in given.items() if value is not None})
