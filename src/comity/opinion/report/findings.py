"""The main findings in plain words, once: the first screen of the page and the lines on the terminal say the same."""

from __future__ import annotations

from dataclasses import dataclass

from comity.opinion.report.figures import percent, tenths
from comity.opinion.report.texts import harmless
from comity.opinion.report.words import comma, say
from comity.opinion.result import GroundScore, Group, OpinionResult, Quality, Ranking, Rate, StatementResult

MOST = 0.5
"""From this share on one may say "most people"."""
ENOUGH = 5
"""Votes of a part of the people from which on its share is put into words, or into a table without its counts."""
QUOTED = 3
"""Statements of the common ground that are quoted among the main findings."""
CLEAR_GAIN = 2.0
"""The map is said to mean something if it beats the plain rates by this many standard errors."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement as evidence of a finding, and what is said of it."""

    statement: StatementResult
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One main finding. topic: two or three words. lead: one plain sentence. anchor: where on the page it is shown in full."""

    topic: str
    lead: str
    more: tuple[str, ...]
    quotes: tuple[Quote, ...]
    anchor: str


def main_findings(result: OpinionResult) -> tuple[Finding, ...]:
    """What a minister should know first, in the order in which it is said."""
    return (
        _common_ground(result),
        _groups(result),
        _divides(result),
        _map(result.quality),
        _coordination(result),
        _missing(result),
    )


def summary_lines(result: OpinionResult) -> list[str]:
    """The main findings as plain lines for a terminal: no colours, no control characters, statements cut to one line."""
    lines = [harmless(result.source.title, 100) or say("untitled")]
    if result.source.simulated:
        lines.append(f"{say('simulated')}: {say('simulated_banner')}")
    lines.append(what_this_is(result))
    for finding in main_findings(result):
        quoted = finding.topic == say("find_divides")
        lines.append(" ".join([f"{finding.topic}: {finding.lead}", *finding.more[: 0 if quoted else 1]]))
        for quote in finding.quotes:
            lines.append(f"  - {harmless(statement_text(quote.statement), 90)}")
            lines.append(f"    {quote.sentence}")
    return lines


def what_this_is(result: OpinionResult) -> str:
    """How many people cast how many votes on how many statements."""
    counts, floor = result.counts, result.settings.floor
    return say(
        "what_is_counted" if floor > 1 else "what_this_is",
        floor=floor,
        people=say("people", n=counts.participants),
        votes=say("votes", n=counts.votes),
        statements=say("statements", n=counts.statements),
    )


def statement_text(statement: StatementResult) -> str:
    """The statement in its own language, or its number where the text is not known."""
    return statement.text.strip() or say("statement_without_text", id=str(statement.id))


def ground(statement: StatementResult, ranking: Ranking) -> GroundScore:
    """The score of a statement on one of the three measures of common ground."""
    return {
        Ranking.LEAST_AGREEING_FIFTH: statement.least_agreeing_fifth,
        Ranking.LEAST_GROUP: statement.least_group,
        Ranking.GROUP_INFORMED_CONSENSUS: statement.group_informed_consensus,
    }[ranking]


def share_of(rate: Rate | None) -> float | None:
    """The share of a part of the people that agrees, None where it was left out or rests on too few votes to be told."""
    return rate.share if rate is not None and rate.seen >= ENOUGH else None


def _is_sure(result: OpinionResult, statement: StatementResult) -> bool:
    """Whether most people agree by the lower end of the headline measure."""
    lower = ground(statement, result.headline_ranking).lower
    return lower is not None and lower >= MOST


def measure(result: OpinionResult) -> str:
    """Which words the headline takes: "fifth", "group", "flat" (no differences were measured) or "score"."""
    if result.headline_ranking is Ranking.GROUP_INFORMED_CONSENSUS:
        return "score"
    if result.headline_ranking is Ranking.LEAST_GROUP:
        return "group" if len(result.groups) > 1 else "flat"
    return "fifth" if result.quality.axes else "flat"


def at_least(result: OpinionResult, score: GroundScore, *, named: bool = False) -> str:
    """The headline of one statement: at least so many in ten agree, rounded down. named: the fifth was spoken of just before."""
    kind = measure(result)
    if score.lower is None or score.estimate is None:
        return say("not_enough")
    if kind == "score":
        return say("score_of_one", estimate=f"{score.estimate:.2f}")
    if tenths(score.lower) < 1:
        return say(f"few_{kind}")
    return say("at_least_that_fifth" if named and kind == "fifth" else f"at_least_{kind}", tenths=tenths(score.lower))


def stability_words(stability: float) -> str:
    """Jaccard similarity under resampling in words; thresholds as in Hennig, "Cluster-wise assessment of cluster stability", 2007."""
    if stability >= 0.85:
        return say("stable_very")
    if stability >= 0.75:
        return say("stable")
    return say("stable_little") if stability >= 0.6 else say("stable_not")


def far_apart(result: OpinionResult, statement: StatementResult) -> str:
    """Where the groups stand on a statement that divides: the most and the least agreeing, ties to the earlier group."""
    known = [(share, -n) for n, rate in enumerate(statement.by_group) if (share := share_of(rate)) is not None]
    overall = statement.overall
    if len(known) < 2:
        disagree = overall.disagree / overall.seen if overall is not None and overall.seen else None
        return say("find_split", agree=percent(overall.share if overall else None), disagree=percent(disagree))
    (most, first), (least, last) = max(known), min((share, -place) for share, place in known)
    return say(
        "find_far_apart",
        most=percent(most),
        most_id=result.groups[-first].id,
        least=percent(least),
        least_id=result.groups[last].id,
    )


# --- one function for each finding ---


def _common_ground(result: OpinionResult) -> Finding:
    kind = measure(result)
    leading = [entry for entry in result.statements if entry.takes_part and _is_sure(result, entry)]
    sure = len(leading)
    if not result.headline:
        lead = say("find_common_unknown")
    elif kind == "score":
        lead = say("find_common_score")
    elif sure:
        lead = say(f"find_common_{kind}", n=sure)
    else:
        lead = say("find_common_none")
    if sure and kind == "fifth" and len(result.groups) > 1:
        shared = sum(_in_every_group(entry) for entry in leading)
        lead += " " + (say("find_common_all_groups") if shared == sure else say("find_common_in_groups", n=shared))
    quoted = [result.statement(key) for key in result.headline[:QUOTED]]
    quotes = tuple(
        Quote(entry, at_least(result, ground(entry, result.headline_ranking), named=bool(sure))) for entry in quoted
    )
    return Finding(say("find_common"), lead, (), quotes, "common")


def _in_every_group(statement: StatementResult) -> bool:
    """Whether more than half of each group are known to have agreed."""
    return all((share_of(rate) or 0.0) > MOST for rate in statement.by_group)


def _groups(result: OpinionResult) -> Finding:
    more: list[str] = []
    resamples = say("times", n=result.stability.resamples)
    if not result.groups:
        lead = say("find_no_groups")
    elif len(result.groups) == 1:
        lead = say("find_one_group")
    else:
        found = result.stability.groups_in_resamples
        unsure = bool(found) and 2 * found.count(len(result.groups)) <= len(found)
        lead = say("find_perhaps_groups" if unsure else "find_some_groups", n=len(result.groups))
        sizes = [say("find_group_size", share=percent(group.share), id=group.id) for group in result.groups]
        more.append(say("find_group_sizes", sizes=comma().join(sizes)))
    if len(result.groups) == 1 and result.stability.resamples:
        more.append(
            say("find_given_up", resamples=resamples)
        )  # nobody draws again for a group that was alone from the start
    elif result.groups and result.stability.resamples:
        same = result.stability.groups_in_resamples.count(len(result.groups))
        more.append(say("find_resampled", resamples=resamples, same=same))
    measured = [(group.stability, n) for n, group in enumerate(result.groups) if group.stability is not None]
    if len(measured) > 1:
        least: Group = result.groups[min(measured)[1]]
        more.append(say("find_least_stable", id=least.id, words=stability_words(min(measured)[0])))
    return Finding(say("find_groups"), lead, tuple(more), (), "groups")


def _divides(result: OpinionResult) -> Finding:
    quoted = [result.statement(key) for key in result.divisive[:1]]
    quotes = tuple(Quote(entry, far_apart(result, entry)) for entry in quoted)
    return Finding(say("find_divides"), say("find_divided" if quotes else "find_not_divided"), (), quotes, "divides")


def _map(quality: Quality) -> Finding:
    if not quality.hidden_votes:
        return Finding(say("find_map"), say("find_map_untested"), (), (), "map")
    if not quality.axes:
        return Finding(say("find_map"), say("find_map_no"), (), (), "map")
    plain = [trial.standard_error for trial in quality.trials if trial.axes == 0]
    gain = quality.plain_log_loss - quality.log_loss
    clear = gain > CLEAR_GAIN * plain[0] if plain else gain > 0
    pairs = say("find_pairs", map=round(quality.auc * 100), plain=round(quality.plain_auc * 100))
    anchor = "trials" if quality.trials else "map"
    return Finding(say("find_map"), say("find_map_yes" if clear else "find_map_little"), (pairs,), (), anchor)


def _coordination(result: OpinionResult) -> Finding:
    found = result.manipulation
    if found is None:
        return Finding(say("find_coordination"), say("find_not_looked"), (), (), "coordination")
    more: tuple[str, ...] = ()
    if found.clusters:
        lead = say("find_alarm", n=len(found.clusters))
        worst = min(found.clusters, key=lambda cluster: cluster.top_kept - cluster.top_of)
        if worst.top_kept >= worst.top_of:
            more = (say("find_kept_all", of=worst.top_of),)
        else:
            more = (say("find_kept_some", kept=worst.top_kept, of=worst.top_of),)
    else:
        lead = say("find_no_alarm")
    return Finding(say("find_coordination"), lead, more, (), "coordination")


def _missing(result: OpinionResult) -> Finding:
    lacking, of = len(result.next_statements.lacking_evidence), result.counts.statements_taking_part
    lead = say("find_lacking", n=lacking, of=of) if lacking else say("find_nothing_lacking")
    more = [say("who_speaks")]
    unplaced = result.counts.participants - result.counts.on_the_map
    if unplaced > 0 and result.counts.on_the_map:
        more.append(say("find_unplaced", n=unplaced))
    shares = []
    for segment in result.segments:
        if segment.not_declared:
            share = percent(segment.not_declared / max(result.counts.on_the_map, 1))
            shares.append(say("find_not_declared_share", share=share, name=harmless(segment.name, 40)))
    if shares:
        more.append(say("find_not_declared", shares=comma().join(shares)))
    if result.source.left_out:
        more.append(say("find_bad_rows"))
    return Finding(say("find_missing"), lead, tuple(more), (), "next")
