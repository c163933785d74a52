"""From a record to sums: who may vote, whose vote counts as what, and the sums of each side by group and weight.

Eligibility comes first, since it changes the bases; every vote that is not counted as cast is a decision with its
clause. Sums are whole numbers over the weight's common denominator, so that nothing is rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from comity.rules.charter import Charter, Effect, Rule
from comity.rules.conditions import DEPOSITS, OBJECTIONS, Base, Floor, Scope
from comity.rules.errors import RulesError
from comity.rules.record import Ballot, Record
from comity.rules.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Why a member's vote was not counted as it was cast. `why` is a key of the catalogue `words`, `detail` fills it."""

    member: str
    why: str
    detail: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over one scope, in units of 1/`scale`: by choice word, of all, of the entitled, of objectors and depositors."""

    by_word: Mapping[str, int]
    all: int
    entitled: int
    objections: int
    deposits: int
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that nobody has given. `what` is a key of the catalogue `words`, `detail` fills it."""

    what: str
    detail: str


class Tally:
    """The votes of one ballot under one rule, ready to be summed.

    `choices`: what each entitled member counts as; `known` may be False for a ballot of totals, which can only be
    counted by heads over the whole body.
    """

    def __init__(self, charter: Charter, rule: Rule, snapshot: Snapshot, record: Record, ballot: Ballot) -> None:
        self.charter, self.rule, self.snapshot = charter, rule, snapshot
        self.decisions: list[Eligibility] = []
        self.assumed: list[Missing] = []
        self.missing: list[Missing] = []
        self._sums: dict[Scope, Sums | Missing] = {}
        self.totals = ballot.totals
        self.must_abstain: frozenset[str] = frozenset()
        self.body = self._body()
        self.without_vote = self._without_vote()
        self.choices = self._choices(ballot)
        self.objectors = self._objectors(record.objections)
        self.depositors = self._standing({d.member: d.action for d in record.deposits})

    # --- eligibility, in the order in which it takes effect ---

    def _body(self) -> frozenset[str]:
        """Members of the body that decides, less those who only cast the votes of others."""
        everybody = self.snapshot.everybody
        if self.rule.among:
            everybody = self._group(self.rule.among)
        return everybody - self.snapshot.delegates if self.snapshot.delegates else everybody

    def _group(self, group: str) -> frozenset[str]:
        listed = self.charter.groups.get(group)
        if listed is not None and listed.members is not None:
            return self.snapshot.in_group(group).union(name for name in listed.members if name in self.snapshot.place)
        return self.snapshot.in_group(group)

    def _knows(self, group: str) -> bool:
        listed = self.charter.groups.get(group)
        return (listed is not None and listed.members is not None) or group in self.snapshot.groups

    def _clauses(self, effect: Effect) -> dict[str, str]:
        """For each member whom a clause of this effect touches: the clause."""
        found: dict[str, str] = {}
        for name in self.rule.eligibility:
            clause = self.charter.eligibility[name]
            if clause.effect is not effect:
                continue
            if not self._knows(clause.group):
                self.assumed.append(Missing("nobody_recorded", clause.group))
            spared = self._group(clause.unless) if clause.unless else frozenset()
            found.update(dict.fromkeys(sorted(self._group(clause.group) - spared), name))
        return found

    def _without_vote(self) -> frozenset[str]:
        lost = self._clauses(Effect.NO_VOTE)
        for member, clause in lost.items():
            if member in self.body:
                self.decisions.append(Eligibility(member, "lost_vote", self._source(clause), clause))
        return self.snapshot.unentitled.union(lost)

    def _source(self, clause: str) -> str:
        return self.charter.eligibility[clause].source or clause

    def _choices(self, ballot: Ballot) -> dict[str, str]:
        """What each entitled member of the body counts as."""
        self._refuse_unknown(ballot)
        given = ballot.choices
        if self.snapshot.delegates:
            given = self._cast_for_others(dict(given))
        if len(self.body) < len(self.snapshot.place):
            for name in sorted(given.keys() - self.body - self.snapshot.delegates):
                self.decisions.append(Eligibility(name, "outside_body"))
        for name in sorted(given.keys() & self.without_vote & self.body):
            if name in self.snapshot.unentitled:
                self.decisions.append(Eligibility(name, "no_right"))
        counted = {**dict.fromkeys(self.snapshot.names, "absent"), **given}
        for name in (self.snapshot.place.keys() - self.body) | self.without_vote:
            del counted[name]
        self._proxies(ballot, counted)
        self._reasons(ballot, counted)
        self._recused(counted)
        return counted

    def _refuse_unknown(self, ballot: Ballot) -> None:
        place, like = self.snapshot.place.keys(), self.charter.like.keys()
        known = place >= ballot.choices.keys() and like >= set(ballot.choices.values())
        if known and not ballot.proxies and ballot.totals is None:
            return
        for name in sorted({*ballot.choices, *ballot.proxies, *ballot.proxies.values()} - place):
            raise RulesError("{member} is no member in the snapshot: mend the name, or add the member.", member=name)
        for choice in sorted({*ballot.choices.values(), *(ballot.totals or ())} - like):
            raise RulesError(
                "{choice!r} is no choice under this charter: write one of {choices}.",
                choice=choice,
                choices=tuple(self.charter.like),
            )

    def _cast_for_others(self, given: dict[str, str]) -> dict[str, str]:
        """A delegate's choice becomes that of all for whom it casts; never both (UNFCCC, article 18(2))."""
        for delegate in sorted(self.snapshot.delegates):
            choice = given.pop(delegate, None)
            if choice is None:
                continue
            principals = self.snapshot.members[self.snapshot.place[delegate]].casts_for
            own = [name for name in principals if given.get(name, "absent") != "absent"]
            if own:
                self.decisions.append(Eligibility(delegate, "members_vote_themselves", ", ".join(sorted(own))))
                continue
            for name in principals:
                others = [d for d in self.snapshot.cast_by[name] if d != delegate]
                if others:
                    raise RulesError(
                        "{member}'s vote is cast by {one} and by {other}: leave one of them.",
                        member=name,
                        one=delegate,
                        other=others[0],
                    )
                given[name] = choice
        return given

    def _proxies(self, ballot: Ballot, counted: dict[str, str]) -> None:
        if not ballot.proxies:
            return
        held = Counter(ballot.proxies.values())
        for principal, holder in sorted(ballot.proxies.items()):
            if principal not in counted:
                continue
            if held[holder] > self.rule.proxies:
                self.decisions.append(
                    Eligibility(principal, "too_many_proxies", f"{holder}: {held[holder]} > {self.rule.proxies}")
                )
                counted[principal] = "absent"
            elif holder not in counted:
                self.decisions.append(Eligibility(principal, "holder_without_vote", holder))
                counted[principal] = "absent"

    def _reasons(self, ballot: Ballot, counted: dict[str, str]) -> None:
        for word in self.rule.reasons:
            for name in [n for n, choice in counted.items() if choice == word and n not in ballot.reasons]:
                self.decisions.append(Eligibility(name, "no_reason", word))
                counted[name] = "invalid"

    def _recused(self, counted: dict[str, str]) -> None:
        abstaining = self._clauses(Effect.ABSTAINS)
        self.must_abstain = frozenset(abstaining)
        for name, clause in abstaining.items():
            if self.charter.like.get(counted.get(name, "")) in ("yes", "no"):
                self.decisions.append(Eligibility(name, "must_abstain", self._source(clause), clause))
                counted[name] = "abstain"
        for name, clause in self._clauses(Effect.RECUSED).items():
            if name in counted:
                self.decisions.append(Eligibility(name, "takes_no_part", self._source(clause), clause))
                counted[name] = "recused"

    def _standing(self, acts: Mapping[str, str]) -> frozenset[str]:
        """Members of the body who did something."""
        if not acts:
            return frozenset()
        for name in sorted(acts.keys() - self.snapshot.place.keys()):
            raise RulesError("{member} is no member in the snapshot: mend the name, or add the member.", member=name)
        return self.body.intersection(acts)

    def _objectors(self, objections: Mapping[str, str]) -> frozenset[str]:
        """Members of the body who object; a delegate's objection is that of all for whom it casts."""
        names = dict(objections)
        for delegate in self.snapshot.delegates.intersection(objections):
            names.update(dict.fromkeys(self.snapshot.members[self.snapshot.place[delegate]].casts_for, ""))
        return self._standing(names)

    # --- sums ---

    def members_of(self, scope: Scope) -> frozenset[str]:
        """Members of the body whom a scope covers."""
        if scope.group is None:
            return self.body
        group = self._group(scope.group)
        return self.body - group if scope.outside else self.body & group

    def sums(self, scope: Scope) -> Sums | Missing:
        """The sums over a scope, or the fact that is missing for them."""
        if scope not in self._sums:
            self._sums[scope] = self._sum(scope)
        return self._sums[scope]

    def _sum(self, scope: Scope) -> Sums | Missing:
        if scope.group is not None and not self._knows(scope.group):
            return Missing("who_is_in", scope.group)
        if self.totals is not None:
            return self._of_totals(self.totals, scope)
        covered = self.members_of(scope)
        if scope.group is not None and not self._group(scope.group):
            # The charter lists it, but nobody of the list is here: a veto or a chamber that nobody has is said to be empty.
            self.assumed.append(Missing("nobody_recorded", scope.group))
        standing = covered - self.without_vote
        objectors, depositors = self.objectors & standing, self.depositors & covered
        if scope.weight is None:
            if scope.group is None:
                words: Mapping[str, int] = Counter(self.choices.values())
            else:
                words = Counter(choice for name, choice in self.choices.items() if name in covered)
            return Sums(words, len(covered), len(standing), len(objectors), len(depositors))
        weighed = self.snapshot.weighed(scope.weight)
        unknown = [name for name in weighed.missing if name in covered]
        if unknown:
            listed = f"{scope.weight}: {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}"
            if not self.charter.weights[scope.weight].missing_is_zero:
                return Missing("weight_of", listed)
            self.assumed.append(Missing("counts_zero", listed))
        units = {**dict.fromkeys(unknown, 0), **weighed.units}
        by_word: dict[str, int] = {}
        for name, choice in self.choices.items():
            if name in covered:
                by_word[choice] = by_word.get(choice, 0) + units[name]
        total = sum(units[name] for name in covered)
        return Sums(
            by_word,
            total,
            total - sum(units[name] for name in covered & self.without_vote),
            sum(units[name] for name in objectors),
            sum(units[name] for name in depositors),
            weighed.scale,
        )

    def _of_totals(self, totals: Mapping[str, int], scope: Scope) -> Sums | Missing:
        if scope.group is not None or scope.weight is not None:
            return Missing("only_totals", scope.group or scope.weight or "")
        entitled = len(self.body - self.without_vote)
        voted = sum(totals.values())
        if voted > entitled:
            raise RulesError(
                "{voted} votes are counted, but {entitled} members are entitled: mend the totals or the snapshot.",
                voted=voted,
                entitled=entitled,
            )
        words = dict(totals)
        words["absent"] = words.get("absent", 0) + entitled - voted
        objectors = len(self.objectors - self.without_vote)
        return Sums(words, len(self.body), entitled, objectors, len(self.depositors))

    def total(self, sums: Sums, of: Base | tuple[str, ...], scope: Scope) -> int:
        """The sum over a base or a side, in the units of the sums. A side counts each member once."""
        if isinstance(of, Base):
            if of is Base.ALL:
                return sums.all
            if of is Base.ENTITLED:
                return sums.entitled
            return sum(sums.by_word.get(word, 0) for word in self.charter.words_in[of])
        if of == (OBJECTIONS,):
            return sums.objections
        if of == (DEPOSITS,):
            return sums.deposits
        if OBJECTIONS in of or DEPOSITS in of:
            return self._together(of, scope)
        return sum(sums.by_word.get(word, 0) for word in self.charter.words(of))

    def _together(self, side: tuple[str, ...], scope: Scope) -> int:
        """A side of choices with objections or deposits: whoever votes no and objects is one member."""
        if self.totals is not None:
            raise RulesError(
                "{side}: with totals only, votes and objections cannot be told apart.", side="+".join(side)
            )
        names = self.who(side, scope)
        if scope.weight is None:
            return len(names)
        units = self.snapshot.weighed(scope.weight).units
        return sum(units.get(name, 0) for name in names)

    def fewest_over(self, floor: Floor) -> int | Missing:
        """How few members of the floor's base have together more than its share of the base's weight."""
        whole = Scope(weight=floor.weight)
        if self.totals is not None:
            return Missing("only_totals", floor.weight)
        sums = self.sums(whole)
        if isinstance(sums, Missing):
            return sums
        units = self.snapshot.weighed(floor.weight).units
        names = self.body if floor.base is Base.ALL else self.who((str(floor.base),), Scope())
        heaviest = sorted((units.get(name, 0) for name in names), reverse=True)
        needed, together = floor.amount * sum(heaviest), 0
        for count, weight in enumerate(heaviest, 1):
            together += weight
            if together > needed:
                return count
        return len(heaviest) + 1

    def who(self, side: tuple[str, ...], scope: Scope) -> tuple[str, ...]:
        """The members of a side within a scope, in order; empty where only totals are known."""
        words = self.charter.words(side)
        names = {name for name, choice in self.choices.items() if choice in words} if self.totals is None else set()
        if OBJECTIONS in side:
            names |= self.objectors - self.without_vote
        if DEPOSITS in side:
            names |= self.depositors
        return tuple(sorted(names & self.members_of(scope)))
