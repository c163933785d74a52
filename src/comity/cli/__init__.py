"""`comity VERB`: the command line, a thin face over the engines and the offices.

Each family of verbs has a file: it adds its verbs to the parser, and each verb reads, calls an engine, writes and says what it
did. Engines are imported when a verb runs, so that `--help` answers at once. The verbs, their options and the exit codes are
described in docs/cli.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from comity import __version__
from comity.cli import deciding, installation, mapping, simulating
from comity.cli.saying import Exit, UsageError, say, spoken_errors

__all__ = ["Exit", "UsageError", "build_parser", "main"]


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
        say("comity: stopped; nothing was half written.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE_CLOSED
    except Exception as error:
        if debug:
            raise
        if isinstance(error, spoken_errors()):
            say(f"comity: {error}")
            return Exit.REFUSED
        if isinstance(error, OSError) and error.filename is not None:
            say(f"comity: {error.filename}: {error.strerror}.")
            return Exit.REFUSED
        if isinstance(error, MemoryError):
            say("comity: there is not enough memory for these votes; about 30 bytes per vote are needed beside them.")
            return Exit.FAULT
        say(f"comity: a fault of Comity's, not of yours: {type(error).__name__}: {error}")
        say("Set COMITY_DEBUG=1 to see where, and please report it with what you see.")
        return Exit.FAULT


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs; each sets `run`, a function from the parsed arguments to the exit code."""
    parser = argparse.ArgumentParser(
        prog="comity", description="From many voices to common ground.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"comity {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for family in (mapping, simulating, deciding, installation):
        family.add_verbs(verbs)
    return parser
