"""Charter files: TOML in, a checked `Charter` out. An adapter: the core knows no files.

A charter is taken whole or refused whole. Each refusal names the file, the line, the clause and what to write instead.
The format is `comity-charter/1`; `charter.schema.json` beside this file says it for editors, docs/rules.md for people.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any as Anything
from typing import TypeVar

from comity.rules.charter import (
    FORMAT,
    Binds,
    Certainty,
    Charter,
    Effect,
    EligibilityClause,
    Kind,
    Named,
    Rule,
    Tie,
)
from comity.rules.charter_lines import Lines, Place
from comity.rules.conditions import (
    CHOICES,
    DEPOSITS,
    NOT_YES,
    RECORDED,
    Base,
    Condition,
    Floor,
    Found,
    Meets,
    Not,
    Share,
    walk,
)
from comity.rules.election_rules import ElectionRule, Field, PaperKind
from comity.rules.errors import ClauseError, RulesError, said
from comity.rules.language import OPENINGS, RESERVED, parse
from comity.rules.symbols import MARKS, Scheme
from comity.rules.timing import Period, Timing, parse_period, parse_timing

LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")
LARGEST = 1_000_000
"""Bytes of a charter file."""
CATALOGUE = Path(__file__).parent / "catalogue"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,79}")


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP_KEYS = _keys(
    "format id version title source note example amended_by entry_into_force symbols groups weights choices findings eligibility"
    " rule"
)
NAMED_KEYS = _keys("title members unit missing_is_zero")
ELIGIBILITY_KEYS = _keys("id group effect unless source")
RULE_KEYS = _keys(
    "id title source certainty note passes fails_if silence in_force for_each opened among quorum quorum_to_open eligibility tie"
    " postponed_when needs_reason proxies valid_from valid_until binds election"
)
ELECTION_KEYS = _keys("seats elected rounds lots paper")
SYMBOLS_KEYS = _keys(f"series {' '.join(MARKS)}")

Choice = TypeVar("Choice", bound=StrEnum)


def catalogue() -> tuple[str, ...]:
    """Names of the charters that come with Comity."""
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.toml")))


def load(name_or_path: str | Path) -> Charter:
    """A charter from a file, or from the catalogue by its name. Raises CharterError, OSError."""
    path = Path(name_or_path)
    if not path.suffix and path.name == str(name_or_path) and path.name in catalogue():
        path = CATALOGUE / f"{path.name}.toml"
    data = path.read_bytes()
    return read(data, file=path.name)


def read(data: bytes | str, *, file: str = "charter.toml") -> Charter:
    """A charter from the contents of its file; `file` is what errors call it. Raises CharterError."""
    raw = data.encode() if isinstance(data, str) else data
    top = Place(file, "the file", 1)
    if len(raw) > LARGEST:
        top.refuse(
            "it has {bytes} bytes.",
            "A charter has at most {most}: divide it.",
            bytes=f"{len(raw):,}",
            most=f"{LARGEST:,}",
        )
    try:
        text = raw.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        top.refuse("byte {byte} is not UTF-8.", "Save the file as UTF-8.", byte=error.start + 1)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        Place(file, "TOML", int(line[1]) if line else text.count("\n") + 1).refuse(
            "{fault}.", "Mend the line.", fault=error
        )
    except RecursionError:
        top.refuse("values are nested too deep.", "Write rules as the documentation shows.")
    return _Reader(document, Lines(text), file).charter(sha256(raw).hexdigest())


class _Reader:
    """One charter being read: the document, and where its keys stand."""

    def __init__(self, document: Mapping[str, Anything], lines: Lines, file: str) -> None:
        self.document, self.lines, self.file = document, lines, file

    def place(self, table: str, ordinal: int, key: str, clause: str = "") -> Place:
        return Place(self.file, clause or key or table, self.lines.line(table, ordinal, key))

    # --- values ---

    def keys(self, table: Mapping[str, Anything], known: frozenset[str], where: str, ordinal: int, clause: str) -> None:
        for key in table:
            if key not in known:
                self.place(where, ordinal, key, clause or key).refuse(
                    "`{key}` is not known here.", "Use: {known}.", key=key, known=tuple(sorted(known))
                )

    def text(self, value: Anything, place: Place, example: str) -> str:
        if not isinstance(value, str) or not value.strip():
            place.refuse("text is expected.", "Write, for example, {example}.", example=example)
        return value.strip()

    def name(self, value: Anything, place: Place, what: str) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value) or value in RESERVED:
            place.refuse(
                "{value!r} is no name for {what}.",
                "Use small letters, digits and hyphens, as in `article-5`.",
                value=value,
                what=said(what),
            )
        return value

    def texts(self, value: Anything, place: Place) -> dict[str, str]:
        """A text, in English or in a table of languages."""
        if isinstance(value, str) and value.strip():
            return {"en": value.strip()}
        if isinstance(value, dict) and value and all(isinstance(said, str) and said.strip() for said in value.values()):
            for language in value:
                if language not in LANGUAGES:
                    place.refuse(
                        "{language!r} is no language here.", "Use: {known}.", language=language, known=LANGUAGES
                    )
            return {language: value[language].strip() for language in LANGUAGES if language in value}
        return place.refuse("text is expected.", 'Write "…" or {{ en = "…", fr = "…" }}.')

    def chosen(self, kind: type[Choice], value: Anything, place: Place) -> Choice:
        if value not in list(kind):
            place.refuse("{value!r} is not possible.", "Write one of: {known}.", value=value, known=tuple(kind))
        return kind(value)

    def whole(self, value: Anything, place: Place, least: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 10_000:
            place.refuse(
                "{value!r} is no number of at least {least}.",
                "Write a whole number without quotation marks.",
                value=value,
                least=least,
            )
        return value

    def day(self, value: Anything, place: Place) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            place.refuse("{value!r} is no day.", "Write it without quotation marks, as 2026-11-22.", value=value)
        return value

    def truth(self, value: Anything, place: Place) -> bool:
        if not isinstance(value, bool):
            place.refuse("{value!r} is neither true nor false.", "Write true or false.", value=value)
        return value

    def words(self, value: Anything, place: Place) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            place.refuse("a list of texts is expected.", 'Write ["one", "other"].')
        if len(set(value)) != len(value):
            place.refuse("something is listed twice.", "Name each once.")
        return tuple(value)

    def condition(self, value: Anything, place: Place) -> Condition:
        clause = self.text(value, place, '"yes > 1/2 of cast"')
        try:
            return parse(clause)
        except ClauseError as error:
            place.refuse(
                said("{fault} (column {column} of the clause)", fault=error.said, column=error.column), error.mend_said
            )

    def period(self, value: Anything, place: Place) -> Period:
        try:
            return parse_period(self.text(value, place, '"72 hours"'))
        except ClauseError as error:
            place.refuse(error.said, error.mend_said)

    def timing(self, value: Anything, place: Place) -> Timing:
        try:
            return parse_timing(self.text(value, place, '"30 days after met"'))
        except ClauseError as error:
            place.refuse(error.said, error.mend_said)

    # --- the charter ---

    def charter(self, digest: str) -> Charter:
        top = self.document
        for key in ("format", "id", "version", "title", "rule"):
            if key not in top:
                self.place("", 0, key).refuse(
                    "`{key}` is missing.", 'Write it, as in format = "{format}".', key=key, format=FORMAT
                )
        if top["format"] != FORMAT:
            self.place("", 0, "format").refuse(
                "{value!r} is not a format known here.", 'Write "{format}".', value=top["format"], format=FORMAT
            )
        self.keys(top, TOP_KEYS, "", 0, "")
        groups, weights = self.named("groups"), self.named("weights")
        choices = self.choices()
        eligibility = self.eligibility(groups)
        if not isinstance(top["rule"], list) or not top["rule"] or not all(isinstance(r, dict) for r in top["rule"]):
            self.place("rule", 0, "").refuse("there is no rule.", "Begin each rule with [[rule]].")
        rules = tuple(self.rule(table, number) for number, table in enumerate(top["rule"], 1))
        charter = Charter(
            id=self.name(top["id"], self.place("", 0, "id"), "a charter"),
            version=self.text(top["version"], self.place("", 0, "version"), 'version = "1"'),
            title=self.texts(top["title"], self.place("", 0, "title")),
            rules=rules,
            source=self.text(top["source"], self.place("", 0, "source"), '"Article 18"') if "source" in top else "",
            note=self.texts(top["note"], self.place("", 0, "note")) if "note" in top else {},
            example=self.truth(top.get("example", False), self.place("", 0, "example")),
            amended_by=top.get("amended_by"),
            entry_into_force=top.get("entry_into_force"),
            symbols=self.symbols() if "symbols" in top else None,
            groups=groups,
            weights=weights,
            choices=choices,
            eligibility=eligibility,
            wordings=self.wordings(rules),
            digest=digest,
        )
        self.check(charter)
        return charter

    def named(self, table: str) -> dict[str, Named]:
        found: dict[str, Named] = {}
        entries = self.document.get(table, {})
        if not isinstance(entries, dict):
            self.place("", 0, table).refuse("a table is expected.", "Begin it with [{table}].", table=table)
        for name, value in entries.items():
            place = self.place(table, 0, name)
            self.name(name, place, "a group" if table == "groups" else "a weight")
            if not isinstance(value, dict):
                found[name] = Named(self.texts(value, place))
                continue
            if "title" not in value:
                found[name] = Named(self.texts(value, place))
                continue
            self.keys(value, NAMED_KEYS, table, 0, name)
            members = self.words(value["members"], place) if "members" in value else None
            if members is not None and table == "weights":
                place.refuse("a weight has no members.", "Leave `members` out.")
            unit = self.text(value["unit"], place, 'unit = "tonnes"') if "unit" in value else ""
            zero = self.truth(value.get("missing_is_zero", False), place)
            found[name] = Named(self.texts(value["title"], place), members, unit, zero)
        return found

    def wordings(self, rules: tuple[Rule, ...]) -> dict[str, dict[str, str]]:
        """How findings are shown in other languages; each must be one that a rule asks for."""
        entries = self.document.get("findings", {})
        if not isinstance(entries, dict):
            self.place("", 0, "findings").refuse("a table is expected.", "Begin it with [{table}].", table="findings")
        asked = {
            part.statement
            for rule in rules
            for _, c in _conditions(rule)
            for part in walk(c)
            if isinstance(part, Found)
        }
        for statement in entries:
            if statement not in asked:
                place = self.place("findings", 0, "", "findings")
                place.refuse(
                    "no rule asks for {statement!r}.", "Write it as the rule does, or take it out.", statement=statement
                )
        return {
            statement: self.texts(said, self.place("findings", 0, "", statement)) for statement, said in entries.items()
        }

    def symbols(self) -> Scheme:
        """How documents are numbered; a mark that is not said is the usual one."""
        table = self.document["symbols"]
        if not isinstance(table, dict) or not isinstance(table.get("series"), dict) or not table["series"]:
            self.place("symbols", 0, "series").refuse("`series` is missing.", 'Write series = {{ general = "A" }}.')
        self.keys(table, SYMBOLS_KEYS, "symbols", 0, "symbols")
        place = self.place("symbols", 0, "", "symbols")
        series = {self.name(name, place, "a series"): table["series"][name] for name in table["series"]}
        for written in (*series.values(), *(table[mark] for mark in MARKS if mark in table)):
            self.text(written, place, 'series = { general = "A" }')
        try:
            return Scheme(series, **{mark: table[mark] for mark in MARKS if mark in table})
        except RulesError as error:
            place.refuse(error.said, "Mend the line.")

    def choices(self) -> dict[str, str]:
        entries = self.document.get("choices", {})
        if not isinstance(entries, dict):
            self.place("", 0, "choices").refuse("a table is expected.", "Begin it with [{table}].", table="choices")
        for word, like in entries.items():
            place = self.place("choices", 0, word)
            self.name(word, place, "a choice")
            taken = {*CHOICES, *RECORDED, NOT_YES, *Base, *OPENINGS}
            if word in taken:
                place.refuse("`{word}` has a meaning already.", "Choose another word.", word=word)
            if not isinstance(like, str) or like not in CHOICES:
                place.refuse(
                    "{like!r} is no standard choice.",
                    "Say which one it counts like: {known}.",
                    like=like,
                    known=tuple(CHOICES),
                )
        return dict(entries)

    def eligibility(self, groups: Mapping[str, Named]) -> dict[str, EligibilityClause]:
        found: dict[str, EligibilityClause] = {}
        entries = self.document.get("eligibility", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.place("", 0, "eligibility").refuse("a list of tables is expected.", "Begin each with [[eligibility]].")
        for number, table in enumerate(entries, 1):
            place = self.place("eligibility", number, "")
            self.keys(table, ELIGIBILITY_KEYS, "eligibility", number, "")
            for key in ("id", "group", "effect"):
                if key not in table:
                    place.refuse("`{key}` is missing.", "Write {key} = …", key=key)
            name = self.name(table["id"], self.place("eligibility", number, "id"), "an eligibility clause")
            for key in ("group", "unless"):
                if key in table and (not isinstance(table[key], str) or table[key] not in groups):
                    self.place("eligibility", number, key, f"eligibility {name}").refuse(
                        "the group `{name}` is not declared.",
                        "Add it under [groups], or mend its name.",
                        name=table[key],
                    )
            if name in found:
                place.refuse("there are two clauses {name}.", "Give each its own id.", name=name)
            found[name] = EligibilityClause(
                id=name,
                group=table["group"],
                effect=self.chosen(Effect, table["effect"], self.place("eligibility", number, "effect")),
                unless=table.get("unless"),
                source=str(table.get("source", "")),
            )
        return found

    def rule(self, table: Mapping[str, Anything], number: int) -> Rule:
        if "id" not in table:
            self.place("rule", number, "").refuse("a rule without `id`.", 'Write id = "ordinary".')
        name = self.name(table["id"], self.place("rule", number, "id"), "a rule")

        def at(key: str) -> Place:
            return self.place("rule", number, key, f"rule {name}, {key}" if key else f"rule {name}")

        self.keys(table, RULE_KEYS, "rule", number, f"rule {name}")
        for key in ("title", "certainty"):
            if key not in table:
                at("").refuse(
                    "`{key}` is missing.",
                    "Write {key} = …; certainty is one of: {known}.",
                    key=key,
                    known=tuple(Certainty),
                )
        kind, passes = self.kind(table, at)

        def condition(key: str) -> Condition | None:
            return self.condition(table[key], at(key)) if key in table else None

        def day(key: str) -> date | None:
            return self.day(table[key], at(key)) if key in table else None

        certainty = self.words(table["certainty"], at("certainty"))
        return Rule(
            id=name,
            title=self.texts(table["title"], at("title")),
            passes=passes,
            kind=kind,
            source=self.text(table["source"], at("source"), '"Article 18(2)"') if "source" in table else "",
            certainty=tuple(self.chosen(Certainty, mark, at("certainty")) for mark in certainty),
            note=self.texts(table["note"], at("note")) if "note" in table else {},
            among=self.name(table["among"], at("among"), "a group") if "among" in table else None,
            quorum=condition("quorum"),
            quorum_to_open=condition("quorum_to_open"),
            eligibility=self.words(table.get("eligibility", []), at("eligibility")),
            tie=self.chosen(Tie, table.get("tie", Tie.REJECTED), at("tie")),
            postponed_when=condition("postponed_when"),
            reasons=self.words(table.get("needs_reason", []), at("needs_reason")),
            proxies=self.whole(table.get("proxies", 0), at("proxies"), 0),
            valid_from=day("valid_from"),
            valid_until=day("valid_until"),
            opened=day("opened"),
            timing=self.timing(table["in_force"], at("in_force")) if "in_force" in table else None,
            for_each=self.timing(table["for_each"], at("for_each")) if "for_each" in table else None,
            period=self.period(table["silence"], at("silence")) if "silence" in table else None,
            binds=self.chosen(Binds, table.get("binds", Binds.ALL), at("binds")),
            election=self.election(table["election"], number, name) if "election" in table else None,
        )

    def kind(self, table: Mapping[str, Anything], at: Anything) -> tuple[Kind, Condition]:
        ways = [key for key in ("passes", "fails_if", "election") if key in table]
        if len(ways) != 1:
            at("").refuse(
                "it says twice how it decides: {keys}." if ways else "it says not once how it decides.",
                'Write one of passes = "…", fails_if = "…" (with silence = "72 hours"), or [rule.election].',
                keys=tuple(ways),
            )
        if ways == ["election"]:
            return Kind.ELECTION, Found("elected")
        if ways == ["fails_if"]:
            if "silence" not in table:
                at("fails_if").refuse("the period is missing.", 'Write silence = "72 hours".')
            return Kind.SILENCE, Not(self.condition(table["fails_if"], at("fails_if")))
        if "silence" in table:
            at("silence").refuse("a silence procedure says when it fails.", 'Write fails_if = "objections >= 1".')
        passes = self.condition(table["passes"], at("passes"))
        counts_deposits = any(isinstance(part, Share) and DEPOSITS in part.side for part in walk(passes))
        return (Kind.IN_FORCE if counts_deposits else Kind.VOTE), passes

    def election(self, table: Anything, number: int, name: str) -> ElectionRule:
        place = self.place("rule.election", number, "", f"rule {name}, election")
        if not isinstance(table, dict) or not {"seats", "elected"} <= table.keys():
            place.refuse("`seats` and `elected` are needed.", 'Write seats = 5 and elected = "yes >= 2/3 of cast".')
        self.keys(table, ELECTION_KEYS, "rule.election", number, place.clause)
        rounds = self.words_in_order(table.get("rounds", ["open"]), place)
        return ElectionRule(
            seats=self.whole(table["seats"], self.place("rule.election", number, "seats", place.clause), 1),
            elected=self.condition(table["elected"], self.place("rule.election", number, "elected", place.clause)),
            rounds=tuple(self.chosen(Field, field, place) for field in rounds),
            lots=self.truth(table.get("lots", False), place),
            paper=self.chosen(PaperKind, table.get("paper", PaperKind.NAMES), place),
        )

    def words_in_order(self, value: Anything, place: Place) -> list[str]:
        if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            place.refuse("`rounds` is a list.", 'Write rounds = ["open", "top", "top", "top"].')
        return list(value)

    # --- what only the whole can tell ---

    def check(self, charter: Charter) -> None:
        ids = {rule.id for rule in charter.rules}
        if charter.amended_by is not None and charter.amended_by not in list(ids):
            self.place("", 0, "amended_by").refuse(
                "there is no rule `{name}`.", "Name a rule of the charter.", name=charter.amended_by
            )
        entry = charter.entry_into_force
        if entry is not None and not any(r.id == entry and r.kind is Kind.IN_FORCE for r in charter.rules):
            self.place("", 0, "entry_into_force").refuse(
                "{entry!r} is no rule that counts instruments.",
                'Name one with, say, passes = "deposits >= 3".',
                entry=entry,
            )
        for number, rule in enumerate(charter.rules, 1):
            for key, condition in _conditions(rule):
                table = "rule.election" if key == "elected" else "rule"
                place = self.place(table, number, key, f"rule {rule.id}, {key}")
                for part in walk(condition):
                    self.check_part(part, charter, ids, place)
            self.check_rule(rule, number, charter)
        self.check_dates(charter)
        self.check_circles(charter)

    def check_part(self, part: Condition, charter: Charter, ids: set[str], place: Place) -> None:
        if isinstance(part, Meets) and part.rule not in ids:
            place.refuse(
                "there is no rule `{name}`.", "Name one of: {known}.", name=part.rule, known=tuple(sorted(ids))
            )
        if isinstance(part, Floor) and part.weight not in charter.weights:
            place.refuse(
                "the weight `{name}` is not declared.", "Add it under [weights], or mend its name.", name=part.weight
            )
        if not isinstance(part, (Share, Floor)):
            return
        known = {*charter.words_of, *RECORDED}
        for side in (part.side, part.base if isinstance(part, Share) and isinstance(part.base, tuple) else ()):
            for word in side:
                if word not in known:
                    place.refuse(
                        "`{word}` is no choice.",
                        "Use one of: {known}; or add it under [choices].",
                        word=word,
                        known=tuple(sorted(known)),
                    )
        if isinstance(part, Floor):
            return
        if part.scope.group and part.scope.group not in charter.groups:
            place.refuse(
                "the group `{name}` is not declared.", "Add it under [groups], or mend its name.", name=part.scope.group
            )
        if part.scope.weight and part.scope.weight not in charter.weights:
            place.refuse(
                "the weight `{name}` is not declared.",
                "Add it under [weights], or mend its name.",
                name=part.scope.weight,
            )
        if isinstance(part.base, Base) and part.amount > 1:
            place.refuse(
                "more than all of a base ({amount}) can never be reached.",
                "Write a share of at most 1.",
                amount=part.amount,
            )

    def check_rule(self, rule: Rule, number: int, charter: Charter) -> None:
        def at(key: str) -> Place:
            return self.place("rule", number, key, f"rule {rule.id}, {key}")

        if rule.among and rule.among not in charter.groups:
            at("among").refuse(
                "the group `{name}` is not declared.", "Add it under [groups], or mend its name.", name=rule.among
            )
        for name in rule.eligibility:
            if name not in charter.eligibility:
                at("eligibility").refuse(
                    "there is no eligibility clause `{name}`.", "Add it with [[eligibility]].", name=name
                )
        for word in rule.reasons:
            if word not in charter.like:
                at("needs_reason").refuse(
                    "`{word}` is no choice.", "Use one of: {known}.", word=word, known=tuple(charter.like)
                )
        if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
            at("valid_until").refuse("it ends before it begins.", "Mend valid_from or valid_until.")
        if rule.timing and "opened" in rule.timing.events() and rule.opened is None:
            at("in_force").refuse("the day of opening is not said.", "Write opened = 1993-01-13.")

    def check_dates(self, charter: Charter) -> None:
        for number, rule in enumerate(charter.rules, 1):
            for other in charter.rules[: number - 1]:
                if other.id == rule.id and rule.overlaps(other):
                    self.place("rule", number, "id", f"rule {rule.id}").refuse(
                        "another rule of this id holds on the same days.",
                        "Give them dates (valid_from, valid_until) that do not overlap, or another id.",
                    )

    def check_circles(self, charter: Charter) -> None:
        leads = {
            rule.id: {
                part.rule
                for r in charter.rules
                if r.id == rule.id
                for _, c in _conditions(r)
                for part in walk(c)
                if isinstance(part, Meets)
            }
            for rule in charter.rules
        }
        for number, rule in enumerate(charter.rules, 1):
            seen: set[str] = set()
            ahead = sorted(leads[rule.id])
            while ahead:
                name = ahead.pop()
                if name == rule.id:
                    self.place("rule", number, "passes", f"rule {rule.id}").refuse(
                        "the rule leads back to itself.", "Take out the `rule NAME` that closes the circle."
                    )
                if name not in seen:
                    seen.add(name)
                    ahead += sorted(leads[name])


def _conditions(rule: Rule) -> Iterator[tuple[str, Condition]]:
    """A rule's conditions, by the key under which they are written."""
    if rule.election:
        yield "elected", rule.election.elected
    else:
        yield ("fails_if" if rule.kind is Kind.SILENCE else "passes"), rule.passes
    for key in ("quorum", "quorum_to_open", "postponed_when"):
        condition = getattr(rule, key)
        if condition is not None:
            yield key, condition
