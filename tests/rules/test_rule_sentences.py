"""Rules in words: every rule of the catalogue in six languages, and what the words say."""

from __future__ import annotations

import re
from datetime import date

import pytest

from comity.rules import catalogue, load, read
from comity.rules.charter import Kind
from comity.rules.conditions import Share, walk
from comity.rules.formats import TableError, parse_votes
from comity.rules.rule_sentences import certainty_words, rule_details, rule_sentence
from comity.rules.sentences import amount, side_name
from comity.rules.words import LANGUAGES, say

HEAD = """format = "comity-charter/1"
id = "house"
version = "1"
title = "House"
[groups]
elders = { en = "Elders", fr = "Anciens" }
away = "Members who are away"
[weights]
shares = "Shares"
[[eligibility]]
id = "gone"
group = "away"
unless = "elders"
effect = "recused"
source = "Article 3"
[[rule]]
id = "other"
title = "The other rule"
certainty = "example"
passes = "yes > no"
"""


def told(clause: str, language: str = "en") -> str:
    charter = read(f'{HEAD}[[rule]]\nid = "r"\ntitle = "R"\ncertainty = "example"\npasses = "{clause}"\n')
    return rule_sentence(charter.rule("r"), charter, language).partition("— ")[2]


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("yes > 1/2 of cast", "Yes: more than 1/2 of yes and no votes cast"),
        ("yes >= 55% of entitled by shares", "Yes: at least 55 % of members entitled to vote, counted by: Shares"),
        ("yes >= 9", "Yes: at least 9"),
        ("yes > no", "Yes: more than No"),
        ("yes >= 2/3 of no", "Yes: at least 2/3 of No"),
        ("yes = all in elders", "Yes: each of all members, in: Elders"),
        ("no veto by elders", "No: none, in: Elders"),
        ("consensus", "Objections: none"),
        ("not-yes < 4 in not elders", "Not yes: fewer than 4, outside: Elders"),
        ("yes >= 9 and (yes > no or consensus)", "Yes: at least 9; and (Yes: more than No; or Objections: none)"),
        ("consensus or else yes > no", "Objections: none; failing which: Yes: more than No"),
        ("yes >= 1 and then yes >= 2", "Yes: at least 1; and then Yes: at least 2"),
        ("not yes > no", "Not (Yes: more than No)"),
        ("at least 2 of (yes >= 1; no = 0; consensus)", "At least 2 of these: (Yes: at least 1; No: none; Objections: none)"),
        ("rule other on council", "Rule: The other rule, in the vote “council”"),
        ("if found 'urgent' by chair then yes >= 1 otherwise yes > no",
         "If Found: urgent — by: chair, then Yes: at least 1; otherwise Yes: more than No"),
        ("not-yes <= fewest over 35% of participants by shares",
         "Not yes: at most the fewest of members taking part who together have more than 35 %, counted by: Shares"),
    ],
)  # fmt: skip
def test_a_clause_in_words(clause: str, said: str) -> None:
    assert told(clause) == said


def test_words_of_the_charter_are_told_in_the_language_where_it_has_them() -> None:
    assert "dans : Anciens" in told("yes >= 9 in elders", "fr")
    assert "Shares" in told("yes >= 55% of entitled by shares", "fr")
    with pytest.raises(ValueError, match="no language"):
        told("yes >= 9", "de")


def test_what_else_a_rule_says() -> None:
    charter = read(
        HEAD + '[[rule]]\nid = "r"\ntitle = "R"\ncertainty = ["text", "data"]\npasses = "yes > no"\namong = "elders"\n'
        'quorum = "present > 1/2 of entitled"\nquorum_to_open = "present >= 3"\ntie = "chair"\neligibility = ["gone"]\n'
        'needs_reason = ["no"]\nproxies = 2\nbinds = "not-objectors"\nvalid_from = 2020-01-01\nvalid_until = 2029-12-31\n'
        'postponed_when = "abstain > 1/2 of expressed"\n'
    )
    rule = charter.rule("r", date(2026, 1, 1))
    assert rule_details(rule, charter) == (
        "Decided by: Elders",
        "To begin there must be — Present: at least 3",
        "To decide there must be — Present: more than 1/2 of members entitled to vote",
        "Postponed with — Abstentions: more than 1/2 of yes, no and abstentions",
        "A tie: the chair decides",
        "Take no part: Members who are away (unless: Elders) (Article 3)",
        "Counts only with a reason: No",
        "Proxies that one member may cast: 2",
        "Binds all but those who object",
        "Holds since 2020-01-01 until 2029-12-31",
    )
    assert certainty_words(rule) == "wording read in the text, confirmed by real decisions"
    assert rule_details(charter.rule("other"), charter) == ()


def test_entry_into_force_silence_and_elections_in_words() -> None:
    treaties = load("treaties")
    rome = next(rule for rule in treaties.rules if rule.timing and rule.timing.month)
    assert any("first day of the month; months on: " in line for line in rule_details(rome, treaties))
    charter = read(
        HEAD
        + '[[rule]]\nid = "quiet"\ntitle = "Q"\ncertainty = "example"\nsilence = "3 working days"\nfails_if = "objections >= 1"\n'
        '[[rule]]\nid = "seats"\ntitle = "S"\ncertainty = "example"\n[rule.election]\nseats = 5\nelected = "yes >= 2/3 of cast"\n'
        'rounds = ["open", "top"]\nlots = true\n'
    )
    quiet, seats = charter.rule("quiet"), charter.rule("seats")
    assert rule_sentence(quiet, charter) == (
        "Adopted when this time has passed: 3 working days; unless — Objections: at least 1"
    )
    assert rule_sentence(seats, charter) == (
        "Election; seats: 5. Elected with — papers with the name: at least 2/3 of valid papers"
    )
    assert rule_details(seats, charter) == (
        "Rounds: open, those with most votes",
        "A tie for the last seat: by lot",
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "elected", ["yes > 1/2 of cast", "yes >= 3 and not (yes < 1/4 of cast)", "at least 1 of (yes > no; yes >= 3)"]
)
def test_a_rule_of_an_election_speaks_of_papers_with_a_name_and_never_of_yes_votes(elected: str, language: str) -> None:
    charter = read(
        HEAD
        + f'[[rule]]\nid = "r"\ntitle = "R"\ncertainty = "example"\n[rule.election]\nseats = 1\nelected = "{elected}"\n'
    )
    said = rule_sentence(charter.rule("r"), charter, language)
    assert said.count(say("paper.yes", language)) == elected.count("yes")
    assert said.count(say("paper.cast", language)) == elected.count("cast")
    assert side_name(("yes",), language) not in said
    assert say("base.cast", language) not in said


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("member,choice\nA,maybe", "'maybe'"),
        ("member\nA", "`choice`"),
        ("member,choice\n,yes", "member"),
        ("member,choice\nA,yes\nA,no", "A"),
        ("member,choice,hat\nA,yes,x", "hat"),
        ("member,choice,shares\nA,yes,many", "'many'"),
        ("member,choice,away\nA,yes,perhaps", "'perhaps'"),
        ("member,choice,group\nA,yes,nobody", "'nobody'"),
        ("member,choice\nA", "1"),
        ("member,member,choice\nA,A,yes", "member"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_in_six_languages(table: str, told: str) -> None:
    charter = read(HEAD)
    with pytest.raises(TableError) as refused:
        parse_votes(table, charter, charter.rule("other"))
    assert tuple(refused.value.told("en").split("\n")) == refused.value.problems
    said = {refused.value.told(language) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert all(told in one and "{" not in one for one in said)


@pytest.mark.parametrize("name", catalogue())
def test_every_rule_of_the_catalogue_is_told_in_six_languages_with_its_amounts(name: str) -> None:
    charter = load(name)
    for rule in charter.rules:
        in_english = rule_sentence(rule, charter)
        for language in LANGUAGES:
            said = [rule_sentence(rule, charter, language), *rule_details(rule, charter, language)]
            assert all(one.strip() for one in said)
            assert not any(re.search(r"\{\w*\}", one) for one in said)
            if rule.kind is not Kind.ELECTION:
                for part in walk(rule.passes):
                    if isinstance(part, Share) and part.base is not None and part.amount.denominator > 1:
                        assert amount(part.amount) in said[0], (rule.id, language)
            assert language == "en" or said[0] != in_english
