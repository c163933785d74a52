"""What verbs that analyse share: reading votes with their problems, describing the source, analysing, writing and showing."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from comity.cli.saying import Stages, UsageError

if TYPE_CHECKING:
    from comity.opinion.analysis import Analysis
    from comity.opinion.formats import Consultation
    from comity.opinion.result import OpinionResult, Settings, Source
    from comity.opinion.votes import Votes


def read_votes(arguments: argparse.Namespace, progress: Stages) -> Consultation:
    """The consultation that SOURCE names. UsageError with every bad row, unless they are to be skipped."""
    progress.stage("starting")
    from comity.opinion.formats import BadRows, read

    columns: dict[str, str] = {}
    for pair in (pair for given in arguments.columns for pair in given.split(",")):
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise UsageError(f"--columns {pair}: write OURS=THEIRS, as in participant=voter-id,vote=answer.")
        columns[ours.strip()] = theirs.strip()
    progress.stage("reading votes")
    try:
        return read(arguments.source, columns=columns or None, skip_bad=arguments.skip_bad, progress=progress.done)
    except BadRows as error:
        lines = [f"{error.count:,} problem{'s' if error.count != 1 else ''} in {arguments.source}; nothing was taken."]
        lines += [f"  {problem.sentence}" for problem in error.problems]
        if error.count > len(error.problems):
            kinds = ", ".join(f"{kind.value}: {count:,}" for kind, count in sorted(error.counts.items()))
            lines.append(f"  ... and {error.count - len(error.problems):,} more (all: {kinds}).")
        lines.append("Mend them, or take the good rows with --skip-bad: the others are then listed in the report.")
        raise UsageError("\n".join(lines)) from error


def source_of(consultation: Consultation, floor: int = 1, digest: str = "") -> Source:
    """What the report says of its source. Notes on fewer people than the floor are left out."""
    from comity.opinion.formats import NoteKind
    from comity.opinion.result import Source

    about_people = (NoteKind.PEOPLE_NOT_LISTED, NoteKind.PEOPLE_WITHOUT_VOTES)
    report = consultation.report
    left_out = [problem.sentence for problem in report.problems]
    if report.problem_count > len(left_out):
        left_out.append(f"... and {report.problem_count - len(left_out):,} more, counted by kind in the notes.")
    credit = "; ".join(part for part in (consultation.attribution, consultation.licence) if part)
    return Source(
        title=consultation.name,
        description=consultation.description,
        url=consultation.url,
        attribution=credit,
        simulated=consultation.simulated,
        votes_sha256=digest,
        notes=tuple(note.text for note in report.notes if note.kind not in about_people or note.count >= floor),
        left_out=tuple(left_out),
    )


def analyse_votes(
    votes: Votes, settings: Settings, source: Source | None, threads: int | None, progress: Stages
) -> Analysis:
    """The analysis of these votes; UsageError where there are none."""
    from comity.opinion.analysis import analyse

    if not votes.n_votes:
        raise UsageError("there are no votes in this source: nothing can be said about it.")
    return analyse(votes, settings, source=source, threads=threads or _processors(), progress=progress.stage)


def _processors() -> int:
    """Processors that this process may use; not all systems can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def refuse_foreign(folder: Path) -> None:
    """UsageError unless the folder is empty, is not there yet, or is one that `comity map` wrote."""
    if folder.is_dir() and any(folder.iterdir()):
        try:
            with (folder / "result.json").open(encoding="utf-8", errors="replace") as file:
                start = file.read(200)
        except OSError:
            start = ""
        if '"comity-opinion-result/' not in start:
            raise UsageError(
                f"{folder} holds files that are not of a report of Comity's: choose another place with --out, or empty the folder."
            )
    elif folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: choose another place with --out.")


def write_report(folder: Path, votes: Votes, analysis: Analysis) -> None:
    """The files of a report, see `comity.opinion.report.FILES`."""
    from comity.opinion.report import write_folder
    from comity.opinion.sums import to_json
    from comity.opinion.tables import participants_of

    write_folder(folder, analysis.result, participants_of(votes, analysis), to_json(analysis.sums))


def show(result: OpinionResult, out: TextIO) -> None:
    """The main findings as lines."""
    from comity.opinion.report import summary_lines

    for line in summary_lines(result):
        print(line, file=out)
