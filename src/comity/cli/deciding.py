"""`comity decide` and `comity in-force`: charters applied to anybody's tables of votes and deposits."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.arguments import add_verb
from comity.cli.saying import Exit, UsageError, print_utf8

if TYPE_CHECKING:
    from comity.rules.charter import Charter
    from comity.rules.outcome import Outcome

LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")


def add_verbs(verbs: Any) -> None:
    """`decide` and `in-force`."""
    verb = add_verb(verbs, "decide", "whether a vote passes by a charter's rule, and why", _told(run_decide))
    _add_charter(verb)
    verb.add_argument("votes", type=Path, metavar="VOTES", help="a CSV table: member,choice[,group,weight,...]")
    verb.add_argument("--on", type=_day, metavar="DAY", help="the day of the vote: which version of a rule held")
    verb.add_argument("--found", action="append", default=[], metavar="TEXT", help="what a person found to hold")
    verb.add_argument(
        "--not-found", action="append", default=[], metavar="TEXT", help="what a person found not to hold"
    )
    verb.add_argument("--second", action="store_true", help="this is the second vote after a tie")
    verb.add_argument("--need", action="store_true", help="say also what it still needs and who can block")
    verb = add_verb(
        verbs, "in-force", "when a treaty enters into force, or how many instruments are missing", _told(run_in_force)
    )
    _add_charter(verb)
    verb.add_argument(
        "deposits", type=Path, metavar="DEPOSITS", help="a status table of the UN Treaty Collection, or member,date CSV"
    )
    verb.add_argument("--as-of", type=_day, metavar="DAY", help="only what was deposited until then")
    verb.add_argument(
        "--predecessors", type=Path, metavar="CSV", help="instruments the table has lost: file,party,action,date"
    )
    verb.add_argument("--official", type=_day, metavar="DAY", help="hold this day against the computed one")
    verb.add_argument(
        "--event", action="append", default=[], metavar="NAME=DAY", help="a day that the clause speaks of"
    )


def _told(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A verb whose refusals are told in the language that was asked for."""

    def running(arguments: argparse.Namespace) -> int:
        from comity.rules.errors import RulesError

        try:
            return run(arguments)
        except RulesError as error:
            if arguments.language == "en":
                raise
            raise UsageError(error.told(arguments.language)) from error

    return running


def _add_charter(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "charter", metavar="CHARTER", help="a charter file, or one of the catalogue: un-ga, eu-council, ..."
    )
    verb.add_argument("--rule", metavar="ID", help="which of its rules (default: the first)")
    verb.add_argument("--language", choices=LANGUAGES, default="en", help="of the explanation (default: en)")
    verb.add_argument("--json", action="store_true", help="print the outcome as canonical JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write a day as 2016-11-04") from None


def _charter(arguments: argparse.Namespace) -> Charter:
    from comity.rules.charter_file import catalogue, load

    try:
        return load(arguments.charter)
    except FileNotFoundError:
        raise UsageError(
            f"{arguments.charter} is neither a file nor in the catalogue: name a charter file, or one of {', '.join(catalogue())}."
        ) from None


def run_decide(arguments: argparse.Namespace) -> int:
    """`comity decide CHARTER VOTES`."""
    from dataclasses import replace

    from comity.rules.deciding import decide
    from comity.rules.formats import read_votes
    from comity.rules.need import need
    from comity.rules.sentences import need_sentences

    charter = _charter(arguments)
    rule = charter.rule(arguments.rule, arguments.on)
    given = read_votes(arguments.votes, charter, rule, arguments.on)
    findings = _findings(charter, arguments)
    record = replace(given.record, findings=findings, attempt=2 if arguments.second else 1)
    outcome = decide(charter, given.snapshot, record, rule=rule, on=arguments.on)
    if arguments.json:
        print_utf8(outcome.to_json().decode() + "\n")
        return Exit.OK
    _show(outcome, charter, arguments.language)
    if arguments.need:
        print()
        for line in need_sentences(
            need(charter, given.snapshot, record, rule=rule, on=arguments.on), arguments.language
        ):
            print(line)
    return Exit.OK


def _findings(charter: Charter, arguments: argparse.Namespace) -> Any:
    from comity.rules.record import findings_for

    said = {**dict.fromkeys(arguments.found, True), **dict.fromkeys(arguments.not_found, False)}
    return findings_for(said, charter.findings(), named="the command line")


def _show(outcome: Outcome, charter: Charter, language: str) -> None:
    """The outcome as a sentence, and as a table with its indented lines."""
    from comity.rules.errors import printable
    from comity.rules.sentences import facts, lines, sentence, told

    print(f"{told(charter.title, language)} {charter.version}")
    print(sentence(outcome, charter, language, short=True))
    print()
    for line in lines(outcome, charter, language):
        print(printable(f"{'  ' * (line.depth + 1)}{line.text} — {line.state}"))
    for fact in facts(outcome, charter, language):
        print(printable(f"  {fact}"))
    print()
    print(f"  rule {outcome.rule.charter}/{outcome.rule.rule}, charter {outcome.rule.digest[:16]}")
    print(f"  snapshot {outcome.snapshot.digest[:16]}, record {outcome.record.digest[:16]}")


def run_in_force(arguments: argparse.Namespace) -> int:
    """`comity in-force CHARTER DEPOSITS`."""
    from comity.rules.in_force import hold_against, in_force, with_predecessors
    from comity.rules.sentences import in_force_sentences
    from comity.rules.status_tables import read_deposits, read_predecessors

    charter = _charter(arguments)
    rule = charter.rule(arguments.rule, arguments.as_of)
    given = read_deposits(arguments.deposits, charter)
    snapshot, deposits = given.snapshot, given.deposits
    if arguments.predecessors:
        lost = read_predecessors(arguments.predecessors, arguments.deposits.name, arguments.deposits.parent.name)
        snapshot = with_predecessors(snapshot, [deposit.member for deposit in lost])
        deposits += lost
    events = dict(_event(text) for text in arguments.event)
    found = in_force(charter, snapshot, deposits, rule=rule, as_of=arguments.as_of, events=events)
    against = None
    if arguments.official:
        against = hold_against(charter, snapshot, deposits, arguments.official, rule=rule)
    if arguments.json:
        said = {
            "by": list(found.by),
            "met_on": found.met_on.isoformat() if found.met_on else None,
            "missing": None if found.missing is None else found.missing.most,
            "outcome": found.outcome.to_dict(),
            "since": {name: day.isoformat() for name, day in found.since.items()},
            "takes_effect": found.takes_effect.isoformat() if found.takes_effect else None,
        }
        print_utf8(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")
    else:
        for line in in_force_sentences(found, arguments.language, against):
            print(line)
        print()
        _show(found.outcome, charter, arguments.language)
    return Exit.DIFFERS if against and not against.agrees else Exit.OK


def _event(text: str) -> tuple[str, date]:
    name, _, day = text.partition("=")
    try:
        return name.strip(), date.fromisoformat(day.strip())
    except ValueError:
        raise UsageError(f"--event {text}: write NAME=DAY, as in adopted=1987-09-16.") from None
