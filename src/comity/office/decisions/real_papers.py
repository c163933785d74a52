"""Real papers of a secret ballot, as tellers counted them: what they say together, or why the numbers cannot be right.

Tellers give sums; no paper is entered. Sums that no papers could give are refused, with the number that is wrong. Of papers that rank, they
count those that rank alike, and pairs of names are made of that at once: like the urn, the record never holds an order (`counting_papers`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.refusals import Refused
from comity.office.decisions.counting_papers import BEFORE, marks_of
from comity.office.decisions.vocabulary_secret import BLANK, INVALID

LINE = re.compile(r'[ \t]*(?P<papers>\d{1,6})[ \t]*[,;\t][ \t]*"?(?P<ranking>[^"]+)"?[ \t]*')
MOST_LINES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingCounted:
    """Real papers that rank alike. ranking: marks, what is preferred first; what is not named comes after all that are."""

    papers: int
    ranking: list[str]


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """What can stand on a paper. most: how many marks; ranked: in an order. called: a mark in words."""

    marks: Sequence[str]
    most: int
    ranked: bool
    called: Callable[[str], str]


def sums_of(
    terms: PaperTerms, voters: int, marked: Mapping[str, int], rankings: Sequence[RankingCounted] = ()
) -> dict[str, int]:
    """Sums by mark, where papers rank by pair as well, with `blank` and `invalid`, of real papers that so many voters put in.

    marked: papers by mark, with `blank` and `invalid`; rankings: where papers rank, in the place of marks.
    Raises Refused where no papers could give these numbers.
    """
    spoiled = {word: marked.get(word, 0) for word in (BLANK, INVALID)}
    by_mark = {mark: number for mark, number in marked.items() if mark not in spoiled}
    if any(number < 0 for number in marked.values()) or any(one.papers < 1 for one in rankings):
        raise Refused(_("A number of papers cannot be negative, nor that of a ranking 0."), field="paper")
    valid = voters - sum(spoiled.values())
    if valid < 0:
        raise Refused(
            _(
                "Blank and invalid papers: %(spoiled)d; members who put a real paper in: %(voters)d. There cannot be more of the former."
            )
            % {"spoiled": sum(spoiled.values()), "voters": voters},
            field="paper",
        )
    if terms.ranked:
        return spoiled | _of_rankings(terms, valid, by_mark, rankings)
    if rankings:
        raise Refused(_("These papers do not rank: say how many bear each name."), field="rankings")
    _possible(terms, valid, by_mark)
    return spoiled | by_mark


def _possible(terms: PaperTerms, valid: int, by_mark: Mapping[str, int]) -> None:
    """Refuse sums that no valid papers could give. What passes here some papers do give: deal the marks out round the papers in turn."""
    for mark in terms.marks:
        if by_mark.get(mark, 0) > valid:
            raise Refused(
                _("Real papers with “%(mark)s”: %(n)d; valid papers: %(valid)d. It can stand on each of them once.")
                % {"mark": terms.called(mark), "n": by_mark[mark], "valid": valid},
                field="paper",
            )
    total = sum(by_mark.values())
    if not valid <= total <= valid * terms.most:
        raise Refused(
            _(
                "Marks on real papers: %(total)d; valid papers: %(valid)d. Each of them bears at least one mark and at most "
                "%(most)d; a paper without any is blank."
            )
            % {"total": total, "valid": valid, "most": terms.most},
            field="paper",
        )


def _of_rankings(
    terms: PaperTerms, valid: int, by_mark: Mapping[str, int], rankings: Sequence[RankingCounted]
) -> dict[str, int]:
    if by_mark:
        raise Refused(
            _("These papers rank: say how many rank in which order, not how many bear each name."), field="paper"
        )
    counted: Counter[str] = Counter()
    for one in rankings:
        names = one.ranking
        if not names or len(set(names)) != len(names) or not set(names) <= set(terms.marks):
            raise Refused(
                _("A ranking names those who are on the paper, each at most once, and at least one of them."),
                field="rankings",
            )
        for mark in marks_of(names, terms.marks):
            counted[mark] += one.papers
    total = sum(one.papers for one in rankings)
    if total != valid:
        raise Refused(
            _("Papers in the rankings: %(total)d; valid papers: %(valid)d. There must be as many of both.")
            % {"total": total, "valid": valid},
            field="rankings",
        )
    return dict(counted)


def check_box(in_box: int, voters: int) -> None:
    """Refuse a box of more or fewer papers than members put in. Raises Refused."""
    if in_box == voters:
        return
    raise Refused(
        _("Papers in the box: %(in_box)d; members who put a real paper in: %(voters)d. There must be as many of both.")
        % {"in_box": in_box, "voters": voters},
        field="in_box",
    )


def rankings_given(written: str, words: Mapping[str, str]) -> list[RankingCounted]:
    """Rankings from lines `count,ranking`, like `3,Ana > Bo`; in a ranking stands a name, or its number in the order of `words`.

    words: what each mark is called. The line of heads may stand above. Raises Refused with the line that is wrong.
    """
    lines = [line.strip() for line in written.strip().splitlines()]
    if len(lines) > MOST_LINES:
        raise Refused(_("These are more than %(most)d lines.") % {"most": MOST_LINES}, field="rankings")
    made = []
    for number, line in enumerate(lines, 1):
        if not line or (number == 1 and line.casefold().replace(" ", "") in {"count,ranking", "count;ranking"}):
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise Refused(
                _("Line %(number)d: write how many papers, a comma, and the ranking, like “3, 2 > 1”.")
                % {"number": number},
                field="rankings",
            )
        ranking = [_mark_called(name.strip(), words, number) for name in found["ranking"].split(BEFORE)]
        made.append(RankingCounted(papers=int(found["papers"]), ranking=ranking))
    return made


def _mark_called(name: str, words: Mapping[str, str], line: int) -> str:
    named = [mark for mark, word in words.items() if word.casefold() == name.casefold()]
    if len(named) == 1:
        return named[0]
    if not named and name.isdecimal() and 1 <= int(name) <= len(words):
        return list(words)[int(name) - 1]
    said = (
        _("Line %(number)d: several are called “%(name)s”; write their number.")
        if named
        else _("Line %(number)d: “%(name)s” is not on the paper.")
    )
    raise Refused(said % {"number": line, "name": name[:80]}, field="rankings")
