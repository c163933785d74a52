"""`comity VERB`: the command line, a thin face over the engines.

Each verb reads, calls an engine, writes and says what it did. Engines are imported when a verb runs, so that `--help` answers at
once. Findings go to standard output, everything else to standard error. The verbs, their options and the exit codes are
described in docs/cli.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity import __version__

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from comity.opinion.analysis import Analysis
    from comity.opinion.checking import FindingCheck
    from comity.opinion.formats import Consultation
    from comity.opinion.result import OpinionResult, Settings, Source
    from comity.opinion.tables import ParticipantTable
    from comity.opinion.votes import Votes

PUBLICATION_FLOOR = 5
"""Votes that are not public: an entry of the sums that rests on fewer people is left out."""
DEMO_SEED = 0
SHOWN = 10
"""Differences that are listed for one finding."""


class Exit(IntEnum):
    """What the exit code of every verb means."""

    OK = 0
    DIFFERS = 1
    REFUSED = 2
    FAULT = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class UsageError(ValueError):
    """Something that was asked for and cannot be done; one or two lines, with the mend."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `comity` with these arguments (default: those of the process) and return its exit code; see `Exit`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that has no letter for a statement still gets the rest
            stream.reconfigure(errors="backslashreplace")
    arguments = build_parser().parse_args(argv)
    debug = os.environ.get("COMITY_DEBUG", "") not in ("", "0")
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _say("comity: stopped; nothing was half written.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE_CLOSED
    except Exception as error:
        if debug:
            raise
        if isinstance(error, _spoken_errors()):
            _say(f"comity: {error}")
            return Exit.REFUSED
        if isinstance(error, OSError) and error.filename is not None:
            _say(f"comity: {error.filename}: {error.strerror}.")
            return Exit.REFUSED
        if isinstance(error, MemoryError):
            _say("comity: there is not enough memory for these votes; about 30 bytes per vote are needed beside them.")
            return Exit.FAULT
        _say(f"comity: a fault of Comity's, not of yours: {type(error).__name__}: {error}")
        _say("Set COMITY_DEBUG=1 to see where, and please report it with what you see.")
        return Exit.FAULT


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs; each sets `run`, a function from the parsed arguments to the exit code."""
    parser = argparse.ArgumentParser(
        prog="comity", description="From many voices to common ground.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"comity {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    verb = _verb(verbs, "map", "the opinion map of a consultation: groups, common ground, a report", _map)
    verb.add_argument("source", nargs="?", metavar="SOURCE", help="folder or file of votes (docs/votes-in.md)")
    verb.add_argument("--out", type=Path, metavar="FOLDER", help="where the report goes (default: NAME-report, here)")
    verb.add_argument("--json", action="store_true", help="print result.json; without --out no folder is written")
    verb.add_argument(
        "--floor", type=_from(1), metavar="K", help="leave out of the sums what rests on fewer than K people"
    )
    verb.add_argument(
        "--votes-public", action="store_true", help="the votes are published: the floor is 1 unless given"
    )
    verb.add_argument("--seed", type=_from(0), metavar="N", help="seed of the hashes that draw samples (default: 0)")
    verb.add_argument(
        "--slate", type=_from(1), metavar="K", help="places on the list that represents everybody (default: 7)"
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
        "--threads", type=_from(1), metavar="N", help="changes the time only (default: one for each processor)"
    )
    verb.add_argument("--quiet", action="store_true", help="say nothing but errors, and the JSON if asked for")
    verb.add_argument(
        "--check", type=Path, metavar="FOLDER", help="recompute a published folder instead; SOURCE is its votes"
    )

    verb = _verb(
        verbs, "simulate", "votes of invented people on the 13 points of the action plan, as a folder", _simulate
    )
    verb.add_argument("--people", type=_from(1), default=2400, metavar="N", help="how many take part (default: 2400)")
    verb.add_argument(
        "--statements", type=_from(1), metavar="M", help="how many statements (default: all that are written)"
    )
    verb.add_argument(
        "--seed", type=_from(0), default=DEMO_SEED, metavar="S", help="another seed, other people (default: 0)"
    )
    verb.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the folder goes; must not hold votes"
    )

    verb = _verb(verbs, "demo", "a whole simulated consultation, from votes to report", _demo)
    verb.add_argument(
        "--out", type=Path, default=Path("comity-demo"), metavar="FOLDER", help="default: comity-demo, here"
    )
    verb.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return parser


def _verb(verbs: Any, name: str, what: str, run: Any) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False
    )
    verb.set_defaults(run=run)
    return verb


def _from(least: int) -> Any:
    """A whole number of at least `least`, as argparse wants it."""

    def number(text: str) -> int:
        try:
            found = int(text)
        except ValueError:
            found = least - 1
        if found < least:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number of at least {least}")
        return found

    return number


# --- comity map ---


def _map(arguments: argparse.Namespace) -> int:
    if arguments.check is not None:
        return _check(arguments)
    if arguments.source is None:
        raise UsageError("map needs a SOURCE: a folder or file of votes, as in `comity map votes/`.")
    if arguments.method == "polis":
        return _map_by_polis(arguments)
    folder: Path | None = arguments.out
    if folder is None and not arguments.json:
        folder = Path(f"{_name(arguments.source)}-report")
    if folder is not None:
        _refuse_foreign(folder)
    with _progress(arguments.quiet) as progress:
        consultation = _read(arguments, progress)
        floor, why = _floor(arguments, consultation)
        analysis = _analyse(
            consultation.votes, _settings(arguments, floor), _source(consultation), arguments.threads, progress
        )
        if folder is not None:
            progress.stage("writing the report")
            _write(folder, consultation.votes, analysis)
    if not arguments.quiet:
        out = sys.stderr if arguments.json else sys.stdout
        _show(analysis.result, out)
        _say(f"Floor: {floor} ({why}).")
        if consultation.report.problem_count:
            _say(f"{consultation.report.problem_count:,} bad rows or cells were left out; the report lists them.")
        if folder is not None:
            print(f"\nThe report: open {folder / 'report.html'} in a browser.", file=out)
    if arguments.json:
        from comity.opinion.result import to_json

        _print_utf8(to_json(analysis.result))
    return Exit.OK


def _map_by_polis(arguments: argparse.Namespace) -> int:
    if arguments.out is not None:
        raise UsageError(
            "--method polis makes no report and writes no folder: use --json, and send it where you want it."
        )
    for option, value in (("--floor", arguments.floor), ("--slate", arguments.slate)):
        if value is not None:
            raise UsageError(f"{option} is not of --method polis: leave one of the two out.")
    with _progress(arguments.quiet) as progress:
        consultation = _read(arguments, progress)
        progress.stage("computing by the reference method")
        from comity.opinion.polis import polis_analysis, polis_data, polis_lines

        result = polis_analysis(consultation.votes, seed=arguments.seed or 0)
    source = _source(consultation, consultation.votes.digest())
    if not arguments.quiet:
        for line in polis_lines(consultation.votes, result, source):
            print(line, file=sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        _print_utf8(json.dumps(polis_data(consultation.votes, result, source), ensure_ascii=False, indent=2) + "\n")
    return Exit.OK


def _name(source: str) -> str:
    """What a source is called: a folder by its name, a file by its own, or its folder's where it is just called votes."""
    path = Path(source)
    if path.is_dir():
        return path.resolve().name or "votes"
    return path.stem if path.stem != "votes" else path.resolve().parent.name


def _refuse_foreign(folder: Path) -> None:
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


def _read(arguments: argparse.Namespace, progress: _Stages) -> Consultation:
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


def _source(consultation: Consultation, digest: str = "") -> Source:
    from comity.opinion.result import Source

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
        notes=tuple(note.text for note in report.notes),
        left_out=tuple(left_out),
    )


def _analyse(
    votes: Votes, settings: Settings, source: Source | None, threads: int | None, progress: _Stages
) -> Analysis:
    from comity.opinion.analysis import analyse

    if not votes.n_votes:
        raise UsageError("there are no votes in this source: nothing can be said about it.")
    return analyse(votes, settings, source=source, threads=threads or _processors(), progress=progress.stage)


def _processors() -> int:
    """Processors that this process may use; not all systems can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(folder: Path, votes: Votes, analysis: Analysis) -> None:
    from comity.opinion.report import write_folder
    from comity.opinion.sums import to_json

    write_folder(folder, analysis.result, _participants(votes, analysis), to_json(analysis.sums))


def _participants(votes: Votes, analysis: Analysis) -> ParticipantTable:
    """Where everybody stands, as the table of people wants it."""
    import numpy as np

    from comity.opinion.tables import ParticipantTable

    placement = analysis.placement
    off_map = ~placement.positions.placed[:, None]
    deviations = np.sqrt(np.maximum(np.einsum("paa->pa", placement.positions.variances()), 0.0))
    cast = [np.bincount(votes.persons[votes.values == vote], minlength=votes.n_participants) for vote in (1, 0, -1)]
    return ParticipantTable(
        ids=votes.participant_ids,
        position=np.where(off_map, np.nan, placement.positions.means),
        position_sd=np.where(off_map, np.nan, deviations),
        group=placement.membership,
        probability=np.where(off_map, np.nan, placement.probabilities),
        votes=np.diff(votes.offsets),
        agrees=cast[0],
        passes=cast[1],
        disagrees=cast[2],
        segments=votes.segments,
    )


def _show(result: OpinionResult, out: Any) -> None:
    from comity.opinion.report import summary_lines

    for line in summary_lines(result):
        print(line, file=out)


# --- comity map --check ---


def _check(arguments: argparse.Namespace) -> int:
    given = {
        "--out": arguments.out,
        "--json": arguments.json or None,
        "--floor": arguments.floor,
        "--votes-public": arguments.votes_public or None,
        "--seed": arguments.seed,
        "--slate": arguments.slate,
        "--method": arguments.method,
    }
    for option, value in given.items():
        if value is not None:
            raise UsageError(f"{option} has no place beside --check, which goes by the settings that were published.")
    folder: Path = arguments.check
    result_text, sums_text = _published(folder, "result.json"), _published(folder, "sums.json")
    with _progress(arguments.quiet) as progress:
        progress.stage("starting")
        from comity.opinion.checking import Verdict, check, read_result, read_sums

        result, sums = read_result(result_text), read_sums(sums_text)
        progress.stage("recomputing")
        analysis = None
        if arguments.source is not None:
            consultation = _read(arguments, progress)
            analysis = _analyse(consultation.votes, result.settings, _source(consultation), arguments.threads, progress)
        checks = [*check(result, sums, analysis), *_check_files(folder, result)]
    if result.software.version != __version__ and not arguments.quiet:
        _say(
            f"Made with comity {result.software.version}, checked with comity {__version__}: figures may differ for that reason."
        )
    found = {verdict: sum(entry.verdict is verdict for entry in checks) for verdict in Verdict}
    if not arguments.quiet:
        for line in _check_lines(checks):
            print(line)
        print(", ".join(f"{verdict.value}: {count}" for verdict, count in found.items()) + ".")
    return Exit.DIFFERS if found[Verdict.DIFFERS] else Exit.OK


def _published(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"{folder} holds no {name}: name the folder that `comity map` wrote, or fetch the missing file."
        ) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{folder / name} is damaged at byte {error.start + 1:,}: fetch the folder again.") from None


def _check_files(folder: Path, result: OpinionResult) -> Iterator[FindingCheck]:
    """Whether the page and the table that people read say what result.json says; files that are not there are not published."""
    from comity.opinion.checking import Difference, FindingCheck, Verdict
    from comity.opinion.report import render_html
    from comity.opinion.tables import parquet_bytes, statements_table

    page = folder / "report.html"
    if page.is_file():
        again = render_html(result).encode("utf-8", "backslashreplace")
        same = page.read_bytes() == again
        found = () if same else (Difference("report.html", "another page", "the page that result.json gives"),)
        yield FindingCheck("report.html", Verdict.IDENTICAL if same else Verdict.DIFFERS, found)
    table = folder / "statements.parquet"
    if table.is_file():
        same = table.read_bytes() == parquet_bytes(statements_table(result)) or _same_table(table, result)
        found = () if same else (Difference("statements.parquet", "another table", "the table that result.json gives"),)
        yield FindingCheck("statements.parquet", Verdict.IDENTICAL if same else Verdict.DIFFERS, found)


def _same_table(path: Path, result: OpinionResult) -> bool:
    """The same rows and columns, though another version of Parquet may have packed them otherwise."""
    import pyarrow as pa
    from pyarrow import parquet

    from comity.opinion.tables import statements_table

    try:
        with parquet.ParquetFile(path) as file:
            return bool(file.read().equals(statements_table(result), check_metadata=True))
    except (pa.ArrowException, OSError):
        return False


def _check_lines(checks: Sequence[FindingCheck]) -> Iterator[str]:
    width = max(len(entry.verdict.value) for entry in checks)
    for entry in checks:
        yield f"{entry.verdict.value:<{width}}  {entry.finding}"
        for found in entry.differences[:SHOWN]:
            yield f"{'':<{width}}    {found.path}: published {_short(found.published)}, recomputed {_short(found.recomputed)}"
        if len(entry.differences) > SHOWN:
            yield f"{'':<{width}}    ... and {len(entry.differences) - SHOWN:,} more"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=lambda other: other.value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- comity simulate, comity demo ---


def _simulate(arguments: argparse.Namespace) -> int:
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


def _demo(arguments: argparse.Namespace) -> int:
    votes_at, report_at = arguments.out / "votes", arguments.out / "report"
    _refuse_foreign(report_at)
    about = votes_at / "consultation.toml"
    if votes_at.exists() and not (about.is_file() and "simulated = true" in about.read_text(encoding="utf-8")):
        raise UsageError(f"{votes_at} is there and was not simulated: choose another place with --out.")
    with _progress(arguments.quiet) as progress:
        progress.stage("starting")
        from comity.opinion.formats import read, write_generic
        from comity.opinion.simulation import simulate
        from comity.opinion.simulation.labelled import labelled

        progress.stage("simulating a consultation")
        write_generic(votes_at, labelled(simulate(seed=DEMO_SEED)), overwrite=True)
        consultation = read(votes_at)  # from here on as with anybody's folder
        from comity.opinion.result import Settings

        analysis = _analyse(consultation.votes, Settings(floor=1), _source(consultation), None, progress)
        progress.stage("writing the report")
        _write(report_at, consultation.votes, analysis)
    if not arguments.quiet:
        _show(analysis.result, sys.stdout)
        print(f"\nThe votes, invented:  {votes_at}")
        print(f"Recompute it:         comity map --check {report_at} {votes_at}")
        print(f"The report:           open {report_at / 'report.html'} in a browser.")
    return Exit.OK


# --- saying things ---


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def _print_utf8(text: str) -> None:
    """JSON is UTF-8 whatever the terminal speaks."""
    sys.stdout.flush()
    encoded = text.encode("utf-8", "backslashreplace")
    if hasattr(sys.stdout, "buffer"):
        left = memoryview(encoded)
        while left:  # an unbuffered stream (PYTHONUNBUFFERED) may take less than it is given
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(encoded.decode())


def _spoken_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is meant for the person at the keyboard."""
    from comity.opinion.checking import CheckError
    from comity.opinion.report import OutputError
    from comity.opinion.simulation import SimulationError
    from comity.opinion.votes import VotesError

    return UsageError, VotesError, CheckError, OutputError, SimulationError


class _Stages:
    """What is going on, on a terminal, once it has taken a second; nothing anywhere else."""

    def __init__(self, shown: bool) -> None:
        self._text = ""
        self._share: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._display: Progress | None = None
        self._task: TaskID | None = None
        self._timer: threading.Timer | None = None
        if shown:
            self._timer = threading.Timer(1.0, self._open)
            self._timer.daemon = True
            self._timer.start()

    def stage(self, text: str) -> None:
        with self._lock:
            self._text, self._share = text, None
            self._update()

    def done(self, done: int, total: int) -> None:
        with self._lock:
            self._share = (done, total)
            self._update()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._timer = None
            if self._display is not None:
                self._display.stop()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            self._display = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._display.add_task(self._text, total=None)
            self._display.start()
            self._update()

    def _update(self) -> None:
        if self._display is not None and self._task is not None:
            done, total = self._share or (0, None)
            self._display.update(self._task, description=self._text, completed=done, total=total)


@contextmanager
def _progress(quiet: bool) -> Iterator[_Stages]:
    if not quiet and _uncompiled():
        _say("Compiling the engine for this machine: about a minute, once.")
    stages = _Stages(shown=not quiet and sys.stderr.isatty())
    try:
        yield stages
    finally:
        stages.close()


def _uncompiled() -> bool:
    """Whether compiled code of the engine is missing or older than its source, as far as can be seen from its own folder."""
    engine = Path(__file__).parent / "opinion"
    cache = engine / "__pycache__"
    if os.environ.get("NUMBA_CACHE_DIR") or not os.access(cache if cache.is_dir() else engine, os.W_OK):
        return False  # it is kept elsewhere
    source = engine / "model.py"
    compiled = list(cache.glob("model.*.nbi"))
    return not any(path.stat().st_mtime >= source.stat().st_mtime for path in compiled)


if __name__ == "__main__":
    sys.exit(main())
