"""The language of clauses: `yes >= 2/3 of cast and yes > 1/2 of cast in article-5`, read into conditions and written back.

    clause   = "if" clause "then" clause "otherwise" clause | fallback
    fallback = sequence {"or else" sequence}        sequence = either {"and then" either}
    either   = both {"or" both}                     both     = single {"and" single}
    single   = "not" single | "(" clause ")" | "at least" N "of" "(" clause {";" clause} ")"
             | "rule" NAME ["on" NAME] | "found" TEXT ["by" NAME] | "consensus" | "no veto by" NAME ["with" side] | share
    share    = side OP amount ["of" (BASE | side)] ["in" ["not"] NAME] ["by" NAME]
             | side OP "fewest" "over" amount "of" BASE "by" NAME
    side     = WORD {"+" WORD}                      amount   = 9 | 2/3 | 55% | 0.5% | "all" | side

Errors name the column and what to write instead. docs/rules.md teaches it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from comity.rules.conditions import (
    FIXED_BASES,
    OBJECTIONS,
    All,
    Any,
    AtLeast,
    Base,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Op,
    Scope,
    Sequence,
    Share,
)
from comity.rules.errors import ClauseError, Said, said

LONGEST, DEEPEST = 4_000, 40
"""Characters of a clause, and conditions within each other: more than any rule of a real body, and safe to read."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<number>\d+(?:\.\d+)?%|\d+/\d+|\d+(?:\.\d+)?)"
    r"|(?P<word>[a-z][a-z0-9_-]*)|(?P<op>>=|<=|>|<|=)|(?P<mark>[()+;]))"
)
_SPACE = re.compile(r"\s*")
_STRUCTURE = "and or not then else if otherwise at least of by in with on all"
RESERVED = frozenset(_STRUCTURE.split())
"""Words that the language needs itself and that therefore name nothing else."""
OPENINGS = frozenset(("rule", "found", "consensus"))
"""Words that open a condition and that therefore are no choices; a rule or a group may be called so."""
_BASES = {base.value: base for base in Base}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(clause: str) -> Condition:
    """The condition that a clause says. Raises ClauseError with column and mend.

    >>> parse("yes >= 2/3 of cast")
    Share(side=('yes',), op=<Op.AT_LEAST: '>='>, amount=Fraction(2, 3), base=<Base.CAST: 'cast'>,
          scope=Scope(group=None, outside=False, weight=None))
    """
    if len(clause) > LONGEST:
        raise ClauseError(
            "the clause has {length} characters.",
            column=LONGEST,
            mend="Divide it into rules of at most {most} and join them with `rule NAME`.",
            length=len(clause),
            most=LONGEST,
        )
    return _Parser(clause).whole()


def parse_amount(text: str) -> Fraction:
    """An exact number: `9`, `2/3`, `55%`, `0.5%`. Raises ValueError.

    >>> parse_amount("0.5%")
    Fraction(1, 200)
    """
    if text.endswith("%"):
        return Fraction(text[:-1]) / 100
    _, _, denominator = text.partition("/")
    if denominator and not int(denominator):
        raise ValueError(text)
    return Fraction(text)


class _Parser:
    """Recursive descent; each method reads one line of the grammar."""

    def __init__(self, clause: str) -> None:
        self.clause = clause
        self.tokens: list[_Token] = []
        self.place = 0
        self.depth = 0
        at = 0
        end = len(clause.rstrip())
        while at < end:
            found = _TOKEN.match(clause, at)
            if found is None:
                at = _SPACE.match(clause, at).end()  # type: ignore[union-attr]  # matches always
                self.fail(
                    "`{text}` has no place here.",
                    "Write words in small letters, >= <= > < =, ( ) + ;",
                    at,
                    text=clause[at],
                )
            kind = found.lastgroup or ""
            self.tokens.append(_Token(kind, found.group(kind), found.start(kind)))
            at = found.end()
        self.tokens.append(_Token("end", "", end))

    def fail(self, problem: str, mend: str, at: int | None = None, **values: object) -> NoReturn:
        column = (self.now.at if at is None else at) + 1
        raise ClauseError(problem, column=column, mend=mend, **values)

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def seen(self, *words: str) -> bool:
        """Whether these words or marks come next; if so they are read."""
        ahead = self.tokens[self.place : self.place + len(words)]
        if [token.text for token in ahead if token.kind != "text"] != list(words):
            return False
        self.place += len(words)
        return True

    def need(self, word: str, mend: str) -> None:
        if not self.seen(word):
            self.fail("`{word}` is expected{instead}.", mend, word=word, instead=self.instead())

    def instead(self) -> Said:
        return said(", not `{text}`", text=self.now.text) if self.now.kind != "end" else said(" before the end")

    def name(self, what: str) -> str:
        token = self.now
        if token.kind != "word" or token.text in RESERVED:
            self.fail(
                "the name of {what} is expected{instead}.",
                "Write a name in small letters, as in `article-5`.",
                what=said(what),
                instead=self.instead(),
            )
        self.place += 1
        return token.text

    def whole(self) -> Condition:
        condition = self.condition()
        if self.now.kind != "end":
            self.fail(
                "`{text}` comes after the end of the clause.", "Join clauses with `and` or `or`.", text=self.now.text
            )
        return condition

    def condition(self) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail("conditions are nested too deep.", "Divide the clause into rules and join them with `rule NAME`.")
        made: Condition
        if self.seen("if"):
            question = self.condition()
            self.need("then", "Write `if QUESTION then CLAUSE otherwise CLAUSE`.")
            then = self.condition()
            self.need("otherwise", "Write `if QUESTION then CLAUSE otherwise CLAUSE`.")
            made = Gate(question, then, self.condition())
        else:
            parts = [self.sequence()]
            while self.seen("or", "else"):
                parts.append(self.sequence())
            made = parts[0] if len(parts) == 1 else Fallback(tuple(parts))
        self.depth -= 1
        return made

    def sequence(self) -> Condition:
        parts = [self.either()]
        while self.seen("and", "then"):
            parts.append(self.either())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def either(self) -> Condition:
        parts = [self.both()]
        while not self.ahead("or", "else") and self.seen("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def both(self) -> Condition:
        parts = [self.single()]
        while not self.ahead("and", "then") and self.seen("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def ahead(self, *words: str) -> bool:
        here = self.place
        found = self.seen(*words)
        self.place = here
        return found

    def single(self) -> Condition:
        if self.seen("not"):
            self.depth += 1
            if self.depth > DEEPEST:
                self.fail("conditions are nested too deep.", "Take out what `not` says twice.")
            made: Condition = Not(self.single())
            self.depth -= 1
            return made
        if self.seen("("):
            made = self.condition()
            self.need(")", "Close what `(` opened.")
            return made
        if self.seen("at", "least"):
            return self.at_least()
        if self.seen("rule"):
            rule = self.name("a rule")
            return Meets(rule, self.name("a ballot") if self.seen("on") else None)
        if self.seen("found"):
            return self.found()
        if self.seen("consensus"):
            return Share((OBJECTIONS,), Op.EQUAL, Fraction(0), None)
        if self.seen("no", "veto", "by"):
            group = self.name("a group")
            side = self.side() if self.seen("with") else ("no",)
            return Share(side, Op.EQUAL, Fraction(0), None, Scope(group))
        return self.share()

    def at_least(self) -> Condition:
        if self.now.kind != "number" or not self.now.text.isdigit():
            self.fail(
                "a whole number is expected{instead}.",
                "Write `at least 2 of (CLAUSE; CLAUSE; CLAUSE)`.",
                instead=self.instead(),
            )
        start = self.now.at
        least = int(self.now.text)
        self.place += 1
        self.need("of", "Write `at least 2 of (CLAUSE; CLAUSE; CLAUSE)`.")
        self.need("(", "Write `at least 2 of (CLAUSE; CLAUSE; CLAUSE)`.")
        parts = [self.condition()]
        while self.seen(";"):
            parts.append(self.condition())
        self.need(")", "Part clauses with `;` and close what `(` opened.")
        if not 1 <= least <= len(parts):
            self.fail(
                "at least {least} of {number} can never be or always is.",
                "Ask for 1 to {number}.",
                start,
                least=least,
                number=len(parts),
            )
        return AtLeast(least, tuple(parts))

    def found(self) -> Condition:
        if self.now.kind != "text" or not self.now.text[1:-1].strip():
            self.fail(
                "what was found is expected, in quotation marks.", "Write `found 'all efforts exhausted' by chair`."
            )
        statement = self.now.text[1:-1].strip()
        self.place += 1
        return Found(statement, self.name("a role") if self.seen("by") else None)

    def side(self) -> tuple[str, ...]:
        words = [self.name("a choice")]
        while self.seen("+"):
            words.append(self.name("a choice"))
        if len(set(words)) != len(words):
            self.fail("a choice is counted twice.", "Name each once, as in `yes+no`.")
        return tuple(words)

    def share(self) -> Condition:
        if self.now.kind != "word":
            self.fail(
                "a condition is expected{instead}.",
                "Write, for example, {example}.",
                instead=self.instead(),
                example="`yes > 1/2 of cast`",
            )
        side = self.side()
        if self.now.kind != "op":
            self.fail(
                "a comparison is expected{instead}.",
                "Write, for example, {example}.",
                instead=self.instead(),
                example=f"`{'+'.join(side)} >= 9`",
            )
        op = Op(self.now.text)
        self.place += 1
        if self.now.kind == "op":
            self.fail(
                "`{text}` is no comparison.", "Write one of: {known}.", text=f"{op}{self.now.text}", known=">= > <= < ="
            )
        if self.seen("fewest", "over"):
            return self.floor(side, op)
        amount, base = self.amount()
        group, outside = None, False
        if self.seen("in"):
            outside = self.seen("not")
            group = self.name("a group")
        weight = self.name("a weight") if self.seen("by") else None
        return Share(side, op, amount, base, Scope(group, outside, weight))

    def floor(self, side: tuple[str, ...], op: Op) -> Condition:
        start = self.now.at
        amount, base = self.amount()
        if base not in FIXED_BASES or not 0 <= amount < 1:
            self.fail(
                "a share below 1 of a base that no vote changes is expected.",
                "Take it of one of: {known}.",
                start,
                known=tuple(FIXED_BASES),
            )
        self.need("by", "Write `fewest over 35% of participants by population`.")
        return Floor(side, op, amount, Base(base), self.name("a weight"))

    def amount(self) -> tuple[Fraction, Base | tuple[str, ...] | None]:
        token = self.now
        if token.kind == "number":
            try:
                amount = parse_amount(token.text)
            except ValueError:
                self.fail("{text} is no number.", "Write a fraction with a denominator above 0.", text=token.text)
            self.place += 1
            if self.seen("of"):
                return amount, self.base()
            if "/" in token.text or "%" in token.text:
                self.fail(
                    "of whom {text} is taken is not said.",
                    "Write `{text} of` and one of: {known}.",
                    text=token.text,
                    known=tuple(_BASES),
                )
            return amount, None
        if token.text == "all":
            self.place += 1
            return Fraction(1), Base.ALL
        if token.kind == "word" and token.text not in RESERVED and token.text not in _BASES:
            return Fraction(1), self.side()
        return self.fail(
            "an amount is expected{instead}.",
            "Write `9`, `2/3 of cast`, `55% of entitled`, `all` or `no`.",
            instead=self.instead(),
        )

    def base(self) -> Base | tuple[str, ...]:
        token = self.now
        if token.kind == "word" and token.text in _BASES and not self.ahead(token.text, "+"):
            self.place += 1
            return _BASES[token.text]
        if token.kind != "word" or token.text in RESERVED:
            self.fail(
                "of whom the share is taken is expected{instead}.",
                "Write one of: {known}.",
                instead=self.instead(),
                known=tuple(_BASES),
            )
        return self.side()


# --- and back ---

_LEVEL: dict[type, int] = {Gate: 0, Fallback: 1, Sequence: 2, Any: 3, All: 4, Not: 5}
_JOINED = {Fallback: " or else ", Sequence: " and then ", Any: " or ", All: " and "}


def write(condition: Condition) -> str:
    """The clause that says the condition; `parse(write(c)) == c`.

    >>> write(parse("yes>=55% of entitled  and not (no = 0 in permanent)"))
    'yes >= 11/20 of entitled and not no = 0 in permanent'
    """
    match condition:
        case Share():
            return _write_share(condition)
        case Floor(side, op, amount, base, weight):
            over = f"{amount.numerator}/{amount.denominator}"
            return f"{'+'.join(side)} {op} fewest over {over} of {base} by {weight}"
        case Meets(rule, stage):
            return f"rule {rule}" + (f" on {stage}" if stage else "")
        case Found(statement, by):
            mark = "'" if '"' in statement else '"'
            return f"found {mark}{statement}{mark}" + (f" by {by}" if by else "")
        case AtLeast(least, parts):
            return f"at least {least} of ({'; '.join(map(write, parts))})"
        case Not(part):
            return f"not {_inner(part, 5)}"
        case Gate(question, then, otherwise):
            return f"if {write(question)} then {write(then)} otherwise {write(otherwise)}"
        case Fallback(parts) | Sequence(parts) | Any(parts) | All(parts):
            level = _LEVEL[type(condition)]
            return _JOINED[type(condition)].join(_inner(part, level + 1) for part in parts)


def _inner(part: Condition, least: int) -> str:
    return write(part) if _LEVEL.get(type(part), 9) >= least else f"({write(part)})"


def _write_share(share: Share) -> str:
    amount = str(share.amount) if share.base is None or share.amount.denominator > 1 else f"{share.amount}/1"
    of = ""
    if isinstance(share.base, Base):
        of = f" of {share.base}"
    elif share.base is not None:
        of = f" of {'+'.join(share.base)}"
    elif share.amount.denominator > 1:
        amount = _decimal(share.amount)
    text = f"{'+'.join(share.side)} {share.op} {amount}{of}"
    if share.scope.group:
        text += f" in {'not ' if share.scope.outside else ''}{share.scope.group}"
    return text + (f" by {share.scope.weight}" if share.scope.weight else "")


def _decimal(amount: Fraction) -> str:
    """A number that was written with a point; its denominator divides a power of ten."""
    places = next((n for n in range(1, 60) if (amount * 10**n).denominator == 1), 0)
    if not places:
        raise ValueError(f"{amount} is a fraction of nothing: give it a base")
    digits = str(int(amount * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
