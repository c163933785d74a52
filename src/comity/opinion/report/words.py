"""Every sentence of the report, in English here and in other languages beside it (`words_fr` and so on).

A pair is (for one, for any other number), chosen by `n`; other languages have as many forms as they need. Names in braces are filled
in by `say`. A sentence that a language lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from markupsafe import Markup

from comity.opinion.report.words_ar import ARABIC
from comity.opinion.report.words_es import SPANISH
from comity.opinion.report.words_fr import FRENCH
from comity.opinion.report.words_ru import RUSSIAN
from comity.opinion.report.words_zh import CHINESE

_language: ContextVar[str] = ContextVar("language of the report", default="en")

_ENGLISH: dict[str, str | tuple[str, str]] = {
    # --- small parts ---
    "people": ("{n} person", "{n} people"),
    "statements": ("{n} statement", "{n} statements"),
    "votes": ("{n} vote", "{n} votes"),
    "votes_fewer": ("", "fewer than {n} votes"),
    "groups": ("{n} group", "{n} groups"),
    "times": ("once", "{n} times"),
    "agree": "agree",
    "pass": "pass",
    "disagree": "disagree",
    "everyone": "All",
    "others": "Others",
    "group": "Group {id}",
    "statement_number": "No. {id}",
    "statement_without_text": "Statement {id} (its text is not known)",
    "original": "Original",
    "no_figure": "–",
    "not_enough": "not enough evidence",
    "under_one_per_cent": "under 1%",
    "over_99_per_cent": "over 99%",
    # --- title and banner ---
    "report_title": "{title}: what people agree on",
    "untitled": "A consultation",
    "kicker": "Report of a consultation",
    "simulated": "SIMULATED",
    "simulated_title": "{simulated} · {title}",
    "simulated_banner": (
        "Nobody was asked. People and answers are invented, and no figure here says what anyone thinks."
    ),
    "what_this_is": "{people} took part and cast {votes} on {statements}: agree, pass or disagree.",
    "what_is_counted": (
        "The answers of {people} are counted: {votes} on {statements}, agree, pass or disagree. Figures on fewer than "
        "{floor} people are left out."
    ),
    "nobody_saw_all": "Not everybody saw every statement; a person answered {each} of them on average.",
    "who_speaks": (
        "The figures speak for those who took part; how they came, and whom they resemble, is not known here."
    ),
    "about": "About this consultation",
    "source": "Source",
    "skip": "Skip to the findings",
    "contents": "Contents",
    # --- main findings ---
    "in_short": "In short",
    "see": "More",
    "see_counts": "How it was counted",
    "find_common": "What unites",
    "find_common_fifth": (
        "On {n} statement most people agree, even among the fifth who agree least.",
        "On {n} statements most people agree, even among the fifth who agree least.",
    ),
    "find_common_group": (
        "On {n} statement most people agree, in every group.",
        "On {n} statements most people agree, in every group.",
    ),
    "find_common_flat": ("On {n} statement most people agree.", "On {n} statements most people agree."),
    "find_common_score": "These statements come closest to agreement in every group.",
    "find_common_all_groups": "More than half of every group agree as well.",
    "find_common_in_groups": "On {n} of them more than half of every group agree as well.",
    "find_common_none": "No statement is sure of most people’s agreement wherever they stand. The closest:",
    "find_common_unknown": "There is not enough evidence to say what people agree on across their differences.",
    "find_groups": "Who differs",
    "find_no_groups": "There is not enough evidence to look for groups of opinion.",
    "find_one_group": (
        "No separate groups were found: opinions differ by degree, and one group is the best description."
    ),
    "find_some_groups": ("", "Opinions fall into {n} groups."),
    "find_perhaps_groups": ("", "Opinions fall into {n} groups, though their number is unsure."),
    "find_group_sizes": "Of the people on the map, {sizes}.",
    "find_group_size": "{share} are in group {id}",
    "find_resampled": "When people were drawn again {resamples}, {same} of the draws gave the same number of groups.",
    "find_given_up": (
        "Groups that showed at first did not come back well enough when people were drawn again {resamples}, and were "
        "given up."
    ),
    "find_least_stable": "The least certain is group {id}: {words}.",
    "stable_very": "it comes back nearly unchanged",
    "stable": "it comes back, with other people at its edge",
    "stable_little": "it is a tendency, and its edge is unsure",
    "stable_not": "it often does not come back; do not rely on it",
    "find_divides": "What divides",
    "find_divided": "Opinions differ most on this:",
    "find_not_divided": "No statement was found to divide people clearly.",
    "find_far_apart": "{most} agree in group {most_id}, {least} in group {least_id}.",
    "find_split": "{agree} agree, {disagree} disagree.",
    "find_map": "Does the map mean anything?",
    "find_map_yes": "Yes. It foretells votes that were hidden from it better than the plain rates do.",
    "find_map_little": (
        "Only a little. It foretells votes that were hidden from it barely better than the plain rates do."
    ),
    "find_map_no": (
        "There is no map: knowing how people answered other statements did not help to foretell their votes."
    ),
    "find_map_untested": "That could not be tested: there are too few votes to hide any.",
    "find_pairs": (
        "Given one hidden agreement and one hidden disagreement, the map tells which is which in {map} of 100 cases; "
        "the plain rates of the statements in {plain}."
    ),
    "find_coordination": "Were votes coordinated?",
    "find_not_looked": "This was not looked into.",
    "find_no_alarm": "No sign of it was found.",
    "find_alarm": (
        "It is suspected: {n} cluster of voters resemble each other more than their opinions explain.",
        "It is suspected: {n} clusters of voters resemble each other more than their opinions explain.",
    ),
    "find_kept_all": "Common ground does not depend on it: whichever is left out, its first {of} statements stay.",
    "find_kept_some": "Common ground depends on it in part: if one is left out, {kept} of its first {of} statements stay.",
    "find_missing": "What is missing",
    "find_lacking": (
        "{n} of {of} statements has too few votes to say anything about it.",
        "{n} of {of} statements have too few votes to say anything about them.",
    ),
    "find_nothing_lacking": "Every statement has enough votes to say something about it.",
    "find_unplaced": (
        "{n} person gave no answer that could be placed on the map.",
        "{n} people gave no answer that could be placed on the map.",
    ),
    "find_not_declared": "Who people are is known only in part: {shares}.",
    "find_not_declared_share": "{share} did not declare their {name}",
    "find_bad_rows": "Rows that could not be read were left out; they are listed at the end.",
    # --- common ground ---
    "common": "Common ground",
    "common_fifth": (
        "What people agree on across their differences. For each statement we look at the fifth of people who "
        "agree with it least, wherever they stand, and estimate how many of them agree: from all answers together, as "
        "nobody answered everything. The lower end of the interval decides the order, so that a statement with few "
        "votes cannot lead by luck. A group smaller than a fifth may still disagree; where it does, that is said."
    ),
    "common_least_group": (
        "What people agree on across their differences: for each statement we look at the group that agrees with "
        "it least. "
        "The lower end of the interval decides the order, so that a statement with few votes cannot lead by luck."
    ),
    "common_consensus": (
        "Statements with the highest product of the groups' rates of agreement (group-informed consensus). "
        "The lower end of the interval decides the order, so that a statement with few votes cannot lead by luck."
    ),
    "bars": (
        "Bars: the solid part agrees, the gap passes, the hatched part disagrees; the line beneath is the "
        "interval of the share that agrees. Counts: agree / pass / disagree. Intervals are meant to hold the true "
        "value in {coverage} of 100 cases."
    ),
    "dash": "A dash means not enough evidence, never zero.",
    "dash_floor": (
        "A dash means not enough evidence, or a figure that is left out because it rests on fewer than {n} people or "
        "would give such a figure away; never zero."
    ),
    "at_least_fifth": "Of the fifth who agree least, at least {tenths} in 10 agree.",
    "at_least_group": "In every group, at least {tenths} in 10 agree.",
    "at_least_flat": "At least {tenths} in 10 agree.",
    "at_least_that_fifth": "At least {tenths} in 10 of that fifth agree.",
    "few_fifth": "Of the fifth who agree least, fewer than 1 in 10 may agree.",
    "few_group": "In the group that agrees least, fewer than 1 in 10 may agree.",
    "few_flat": "Fewer than 1 in 10 may agree.",
    "score_of_one": "Score {estimate} of 1.",
    "estimate_span": "Estimate {estimate}, interval {span}.",
    "weakest_group": "Least in group {id}.",
    "but_group": "But not in group {id}: {share}.",
    "weakest_segment": "By {name}: least in {label}, {estimate} ({span}).",
    "no_common": "Nothing can be ranked: too few people answered the same statements.",
    "who": "Who",
    "bar": "Bar",
    "share_agree": "Agree",
    "interval": "Interval",
    "counts": "Agree / pass / disagree",
    "votes_on": "Votes on statement {id}",
    # --- the map ---
    "map": "The map of opinion",
    "map_how": (
        "People who answer alike stand close together. Directions have no meaning of their own: what they sort is said "
        "below."
    ),
    "map_cells": (
        "Each mark stands for at least {least} people who are near each other, never for one person; a larger mark "
        "for more people."
    ),
    "map_strip_cells": ("Each mark stands for at least {least} people who are near each other, never for one person."),
    "map_groups": "Shape and colour say to which group they belong; a letter stands in the middle of its group.",
    "map_marks": "{cells} marks, of {least} to {most} people.",
    "map_title": "Map of opinion: {people} in {groups}",
    "map_strip_title": "Line of opinion: {people} in {groups}",
    "map_axes_more": "The best description has {axes} axes; the two that matter most are drawn.",
    "map_strip": (
        "One axis is enough to describe the differences. The height of each line is the number of people who stand "
        "there."
    ),
    "map_none": (
        "No map is drawn. A map is only worth drawing if it foretells votes that it has not seen, and here the "
        "statements’ plain rates "
        "foretold them as well. People may agree broadly, answer without a pattern, or have answered too little."
    ),
    "map_no_cells": "No map is drawn: too few people could be placed to show them without showing single persons.",
    "axis": "Axis {n}",
    "axis_right": "right",
    "axis_left": "left",
    "axis_up": "top",
    "axis_down": "bottom",
    "axis_more": "Towards the {way}, agreement rises most with this, {change}:",
    "axis_change": "from {low} to {high}",
    "map_where": "Where the groups stand",
    "map_table": "The marks of the map as a table",
    "cell_people": "People",
    "cell_group": "Group",
    "cell_title": "{people} of group {id}",
    "position": "Position on axis {n}",
    # --- groups ---
    "opinion_groups": "Opinion groups",
    "groups_how": (
        "Groups are found from the answers alone and named by size; nobody chose one. People near an edge belong "
        "to more than one in part."
    ),
    "groups_number": "How the number was found: {components} components, {modes} separate peaks of opinion.",
    "group_people": "{people}, {share} of those on the map.",
    "group_certain": (
        "{n} of them belongs to it with a probability of at least 80%.",
        "{n} of them belong to it with a probability of at least 80%.",
    ),
    "group_stability": "In resamples {words} (similarity {jaccard} of 1).",
    "group_stability_unknown": "How stable it is was not measured.",
    "group_apart": "What sets it apart",
    "group_nothing": "No statement sets this group apart clearly.",
    "more_agree": "{share} of group {id} agree, {others} of the others.",
    "more_disagree": "{share} of group {id} disagree, {others} of the others.",
    "size": "People",
    "share": "Share",
    "resampled_groups": "How often resamples gave each number of groups",
    "number_of_groups": "Number of groups",
    "found": "Resamples",
    # --- divides ---
    "divides": "What divides",
    "divides_how": "Statements on which the expected answer depends most on where a person stands.",
    "divides_score": "Spread of expected agreement: {score} of at most 0.5.",
    "no_divides": "No statement divides people clearly, or too few were answered to tell.",
    # --- majorities ---
    "majorities": "Majorities",
    "majorities_how": (
        "What most people say, whatever their group. A large group can carry a majority by itself: "
        "only common ground holds across differences."
    ),
    "majority_agree": "{share} of {people} agree.",
    "majority_disagree": "{share} of {people} disagree.",
    "no_majorities": "No statement has a clear majority.",
    # --- slate ---
    "slate": "A list that represents everybody",
    "slate_how": (
        "Chosen so that each part of the people has a share of the places in proportion to its number: with {places} "
        "places, {people} who agree on something have a right to one. Who agrees is estimated from the map: people "
        "who stand where agreement is more likely than not."
    ),
    "slate_all": (
        "By this estimate everybody would agree with each statement on the list, so that no part of the people needs "
        "a place of its own."
    ),
    "slate_entry": (
        "{supporters} are more likely than not to agree; for {newly} of them it is the first on the list.",
        "{supporters} are more likely than not to agree; for {newly} of them it is the first on the list.",
    ),
    "slate_entry_none": "{supporters} are more likely than not to agree; all of them had something on the list before.",
    "slate_completion": "Filled in after all fair shares were used.",
    "slate_represented": (
        "{represented} of {people} are more likely than not to agree with at least one statement on the list."
    ),
    "slate_holds": "The certificate of proportionality was checked and holds.",
    "slate_fails": "The certificate of proportionality does not hold.",
    "slate_certain": "Against the votes as cast it holds, whatever the votes not cast would have been.",
    "slate_open": "Against the votes as cast it is open: it depends on votes that were not cast.",
    "slate_refuted": "Against the votes as cast it fails, whatever the votes not cast would have been.",
    "no_slate": "No list could be drawn up: too few statements have support that can be counted.",
    # --- segments ---
    "segments": "By what people declared",
    "segments_how": (
        "Some people declared who they are. Rates within a declared part of the people need no map and no groups. "
        "Of labels with 5 votes or more the least and the most agreeing are named; with few votes either may be chance."
    ),
    "segment_people": "{name}: people on the map",
    "segment_groups": "{name}: people and opinion groups",
    "segment_rates": "{name}: agreement with the statements named above",
    "not_declared": "Not declared",
    "label": "Declared",
    "least": "Least",
    "most": "Most",
    "least_in": "{share} of {n} ({label})",
    "no_segments": "Nobody declared anything, or it was not asked.",
    # --- importance ---
    "importance": "What people marked as important",
    "importance_how": (
        "Marks are counted and shown beside agreement. They never weigh: no rank and no figure in this report depends "
        "on them."
    ),
    "importance_none": "People were not asked to mark what is important to them.",
    "importance_left_out": "Marks were made, but no statement has votes of {n} people.",
    "marks": "Marks",
    "rate": "Share",
    "marks_share": "Of voters",
    # --- coordination ---
    "coordination": "Suspected coordination",
    "coordination_how": (
        "Accounts that repeat one another’s answers more than like opinions explain. A suspicion is for people "
        "to judge; no vote was removed."
    ),
    "coordination_compared": "{people} were compared.",
    "cluster": "Cluster {n}: {people}",
    "cluster_few": "Cluster {n}: fewer than {floor} people",
    "cluster_kept": "Without this cluster {kept} of the first {of} statements stay, and {groups}.",
    "cluster_groups": ("{n} group is found", "{n} groups are found"),
    # --- next ---
    "next": "What to ask next",
    "next_how": "Statements on which further votes would tell the most:",
    "next_none": "No statement stands out as needing further votes.",
    "lacking": "Too few votes to say anything about",
    "lacking_more": ("and {n} more", "and {n} more"),
    # --- all statements ---
    "all": "All statements",
    "all_how": (
        "In the order of common ground, then by number. Share: of all votes that agree. Sure: lower end of "
        "the headline measure. "
        "Divides: 0 to 0.5. Of a group with fewer than 5 votes no share is given."
    ),
    "all_open": "Show all {n} statements",
    "all_cut": "The first {n} are shown here; the file statements.parquet has all {of}.",
    "number": "No.",
    "statement": "Statement",
    "sure": "Sure",
    "divisive": "Divides",
    "out_rejected": "rejected by moderators",
    "out_other": "takes no part in findings",
    "cut_text": "Texts of more than {n} characters are cut here; result.json has them whole.",
    # --- method ---
    "method": "How this was made, and how to check it",
    "method_ranking": "Headline",
    "ranking_fifth": (
        "Agreement of the fifth of people who agree least, estimated from the map and ranked by the lower end of its "
        "interval. It does not depend on how people were grouped, and four fifths cannot outvote the rest. A smaller "
        "group can be outvoted: its own rates stand beside."
    ),
    "ranking_group": (
        "Agreement of the group that agrees least, ranked by the lower end of its interval. A large group cannot "
        "outvote a small one; it "
        "depends on how people were grouped."
    ),
    "ranking_consensus": (
        "Group-informed consensus: the product of the groups' rates of agreement, ranked by the lower end of its "
        "interval. "
        "It depends on how people were grouped."
    ),
    "uncertainty": "Uncertainty",
    "uncertainty_how": (
        "Intervals are meant to cover the true value in {coverage} of 100 cases (z = {z}). They say what chance "
        "may do with who voted on "
        "what; they do not cover who stayed away."
    ),
    "dates": "When votes were cast plays no part in this result, so no dates are given.",
    "software": "Software",
    "method_name": "Method",
    "seed": "Seed",
    "floor": "Floor",
    "floor_how": (
        "none: every vote counts",
        "{n} people; what rests on fewer was left out before anything was computed",
    ),
    "most_axes": "Axes tried, at most",
    "digest": "SHA-256 of the votes",
    "sums_digest": "SHA-256 of sums.json",
    "result_format": "Format of result.json",
    "taking_part": "Statements taking part",
    "on_the_map": "People on the map",
    "people_word": "People",
    "statements_word": "Statements",
    "votes_word": "Votes",
    "votes_parts": "{votes}: {agrees} agree, {passes} pass, {disagrees} disagree",
    "trials": "Which number of axes foretells hidden votes best",
    "trials_how": (
        "{hidden} votes were hidden. Log-loss: lower is better. AUC: share of pairs told apart, higher is "
        "better. Zero axes: only how popular each statement is. Chosen are the fewest axes that do as well as the "
        "best, within one standard error or 0.001."
    ),
    "axes": "Axes",
    "log_loss": "Log-loss",
    "auc": "AUC",
    "difference": "± against the best",
    "chosen": "chosen",
    "needs": "What each finding can be recomputed from",
    "finding": "Finding",
    "needed": "Needs",
    "needs_sums": "the published sums (sums.json)",
    "needs_votes": "the votes",
    "check": "Recompute it",
    "check_how": "With the folder that this page came in:",
    "check_command": "comity map --check FOLDER",
    "notes": "Notes",
    "left_out": "What was left out",
    "left_out_floor": (
        "Figures on fewer than {n} people, and what would give them away by subtraction. People on no map, and their "
        "votes on a statement, are not counted where they are fewer than {n}."
    ),
    "left_out_rows": "Rows that could not be read",
    "left_out_more": ("and {n} more row", "and {n} more rows"),
    "nothing_left_out": "Nothing: every row was read.",
    "attribution": "Attribution",
    "made_with": "Made with {name} {version}. This page is one file and loads nothing from the network.",
}

WORDS: Mapping[str, str | tuple[str, str]] = MappingProxyType(_ENGLISH)
LANGUAGES: Mapping[str, Mapping[str, str | tuple[str, ...]]] = MappingProxyType(
    {"ar": ARABIC, "en": WORDS, "es": SPANISH, "fr": FRENCH, "ru": RUSSIAN, "zh": CHINESE}
)
"""The languages of the report, by tag."""


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Within: sentences are said in this language; in English if the report does not speak it."""
    token = _language.set(tag if tag in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language in which sentences are said."""
    return _language.get()


def direction() -> str:
    """Which way it runs: "ltr" or "rtl"."""
    return "rtl" if language() == "ar" else "ltr"


def comma() -> str:
    """What stands between the parts of a list."""
    return {"ar": "، ", "zh": "，"}.get(language(), ", ")


def _form(tag: str, n: object) -> int:
    """Which form of a sentence goes with a number (Unicode CLDR, plural rules; Arabic's form for none is that of the others)."""
    number = n if isinstance(n, int) else 0
    if tag == "ru":
        if number % 10 == 1 and number % 100 != 11:
            return 0
        return 1 if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14} else 2
    if tag == "ar":
        return number - 1 if number in {1, 2} else 2 if 3 <= number % 100 <= 10 else 3
    if tag == "fr":
        return 0 if number <= 1 else 1
    return 0 if number == 1 else 1


def say(key: str, **values: object) -> str:
    """The sentence `key` with its blanks filled; whole numbers get their separators. Escaped markup if a value is markup.

    >>> say("people", n=1), say("people", n=2400)
    ('1 person', '2,400 people')
    """
    entry = LANGUAGES[language()].get(key, WORDS[key])
    template = entry if isinstance(entry, str) else entry[_form(language(), values["n"])]
    filled = {name: f"{value:,}" if type(value) is int else value for name, value in values.items()}
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(template).format(**filled)
    return template.format(**filled)
