"""What silence procedures, secret ballots, elections and consensus add to the stage, and plausible arguments for their acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions import urn as urns
from comity.office.decisions.actions import PartAsked
from comity.office.decisions.models import Contest, Round

if TYPE_CHECKING:
    from tests.site.stage import Stage

RULES_OF_SILENCE = """
[[rule]]
id = "seats"
title = "Two seats"
certainty = "example"
[rule.election]
seats = 2
elected = "yes >= 1/3 of cast"
rounds = ["open"]
lots = true
"""
"""Added to the charter of the stage."""
SECRET = "Sealed wording of Nairobi"
TEXT = [PartAsked(reference=str(number), text=Text.of(f"Article {number}.")) for number in (1, 2)]


def build_silence(stage: Stage) -> None:
    """Texts under silence that run; secret ballots that run; elections with a round before, in and after it; a question adopted."""
    by, things = stage.by, stage.things
    for word in ("silence", "silence_2", "silence_3"):
        made = actions.open_silence(
            by=by, body=things["council"], title=Text.of(word), parts=TEXT, naming="never", then_rule="ordinary"
        )
        things[word], things[f"{word}_part"] = made.id, made.parts.get(rank=0).id
    head = stage.actor("head_of_delegation")
    sealed = actions.open_silence(
        by=by,
        body=things["council"],
        title=Text.of(f"{SECRET} (silence)"),
        parts=[PartAsked(reference="1", text=Text.of(f"{SECRET} (part)"))],
        then_rule="ordinary",
        audience="members",
    )
    things["silence_sealed"] = sealed.id
    broken = actions.break_silence(
        by=head, silence=things["silence"], party=things["kenya"], part=things["silence_part"], reason=Text.of("No.")
    )
    things["break"] = broken.id
    for word in ("secret", "secret_2", "secret_3"):
        question = _put(stage, f"question_{word}")
        things[word] = actions.open_secret(by=by, question=question).id
    _put(stage, "question_to_open")
    for word in ("kenya", "tunisia", "chile", "norway", "bloc", "bloc_2"):  # of fewer papers no numbers would be kept
        actions.qualify(
            by=by, kind="seat", party=things[word], body=things["committee"], since=by.now.date(), reason="founding"
        )
    for word in ("election", "election_2", "election_3"):
        _election(stage, word)
    things["round"] = actions.open_round(by=by, contest=things["contest_election_2"]).id
    _tie(stage)
    for word in ("question_objected", "question_found", "question_agreed"):
        _put(stage, word, "by-consensus")
    things["objection_formal"] = actions.object_formally(
        by=by, question=things["question_objected"], party=things["kenya"], reason=Text.of("No.")
    ).id
    for word in ("question_found", "question_agreed"):
        actions.rule_on(by=by, question=things[word], statement="consensus", person=stage.people["chair"].id)
    actions.adopt_without_vote(by=by, question=things["question_agreed"])


def _put(stage: Stage, word: str, rule: str = "ordinary") -> str:
    made = actions.put_to_vote(
        by=stage.by, body=stage["council"], rule=rule, title=Text.of(word.replace("_", " ")), parts=TEXT
    )
    stage.things[word] = made.id
    return made.id


def _election(stage: Stage, word: str) -> None:
    by, things = stage.by, stage.things
    things[word] = actions.call_election(by=by, body=things["committee"], title=Text.of(word), rule="seats").id
    contest = Contest.objects.get(election=things[word])
    things[f"contest_{word}"] = contest.id
    for name in ("Ana", "Bo", "Cy"):
        made = actions.put_forward(by=by, contest=contest.id, party=things["kenya"], name=f"{name} ({word})")
        things[f"{name}_{word}".lower()] = made.id


def _tie(stage: Stage) -> None:
    """A round in which two have the same votes for the last seat."""
    by, things = stage.by, stage.things
    opened = actions.open_round(by=by, contest=things["contest_election_3"])
    a, b, c = (things[f"{name}_election_3"] for name in ("ana", "bo", "cy"))
    _fill(opened, [[a, b], [a, b], [a, b], [a, c], [a, c], [a, c]])
    actions.close_round(by=by, round_id=opened.id)


def _fill(opened: Round, papers: list[list[str]]) -> None:
    """Papers straight into the urn."""
    urn = urns.set_up(opened.ballot_id, 1)
    for number, marked in enumerate(papers):
        urn.put(f"member {number}", marked)


def text(written: str = "Words") -> dict[str, Any]:
    """A text in several languages, as JSON."""
    return {"original_language": "en", "wordings": {"en": {"text": written}}}


def _with_papers(stage: Stage) -> str:
    opened = Round.objects.get(id=stage["round"])
    _fill(opened, [[stage["ana_election_2"]]] * 5)
    return opened.id


def _with_urn(stage: Stage, word: str) -> str:
    """A ballot whose urn is empty: what was put in is not undone with a transaction."""
    urns.set_up(stage[word], 1)
    return stage[word]


PART = {"reference": "1", "label": "Ports", "text": text("Ports are open.")}
PLAUSIBLE_SILENCE: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "decisions.adopt_without_vote": lambda s: {"question": s["question_found"], "body": s["council"], "meeting": ""},
    "decisions.begin_secret_again": lambda s: {},
    "decisions.break_silence": lambda s: {
        "silence": s["silence_2"], "party": s["kenya"], "part": s["silence_2_part"], "reason": text(), "wording": text(),
    },
    "decisions.call_election": lambda s: {
        "body": s["council"], "title": text(), "rule": "seats", "meeting": "",
        "seats": [{"region": text("North"), "seats": 1}, {"region": text("South"), "seats": 1}],
    },
    "decisions.cancel_secret": lambda s: {
        "secret": s["secret_2"], "reason": "a slip", "body": s["council"], "meeting": "",
    },
    "decisions.cast_secret": lambda s: {
        "secret": _with_urn(s, "secret"), "party": s["kenya"], "marked": ["yes"],
    },
    "decisions.close_round": lambda s: {
        "round_id": _with_papers(s), "on_paper": [s["kenya"]], "in_box": 1, "paper": {s["ana_election_2"]: 1},
        "rankings": [], "body": s["committee"], "meeting": "",
    },
    "decisions.confirm_receipt": lambda s: {"silence": s["silence"], "party": s["kenya"]},
    "decisions.count_secret": lambda s: {
        "secret": _with_urn(s, "secret_3"), "paper": {"yes": 1}, "on_paper": [s["kenya"]], "body": s["council"],
        "meeting": "",
    },
    "decisions.dissociate": lambda s: {
        "question": s["question_agreed"], "party": s["kenya"], "text": text(), "parts": ["1"], "body": s["council"],
        "meeting": "",
    },
    "decisions.draw_lot": lambda s: {
        "contest": s["contest_election_3"], "seed": "4 2 6", "source": "dice", "body": s["committee"], "meeting": "",
    },
    "decisions.end_silences": lambda s: {},
    "decisions.erase_candidate": lambda s: {"candidature": s["ana_election"], "reason": "asked for"},
    "decisions.extend_silence": lambda s: {
        "silence": s["silence"], "period": "24 hours", "reason": "more time", "body": s["council"],
    },
    "decisions.object": lambda s: {
        "question": s["question_found"], "party": s["kenya"], "reason": text(), "part": "", "body": s["council"],
        "meeting": "",
    },
    "decisions.hand_papers": lambda s: {
        "secret": _with_urn(s, "secret_2"), "parties": [s["kenya"]], "body": s["council"], "meeting": "",
    },
    "decisions.open_round": lambda s: {"contest": s["contest_election"], "body": s["committee"], "meeting": ""},
    "decisions.open_secret": lambda s: {"question": s["question_to_open"], "body": s["council"], "meeting": ""},
    "decisions.open_silence": lambda s: {
        "body": s["council"], "title": text(), "parts": [PART], "background": text(), "rule": "silence",
        "naming": "after", "then": "vote", "then_rule": "ordinary", "audience": "members",
    },
    "decisions.put_forward": lambda s: {
        "contest": s["contest_election"], "party": s["kenya"], "candidate": "", "name": "Di", "statement": text(),
        "body": s["committee"], "meeting": "",
    },
    "decisions.withdraw_break": lambda s: {"broken": s["break"], "party": s["kenya"]},
    "decisions.withdraw_candidature": lambda s: {
        "candidature": s["ana_election"], "party": s["kenya"], "body": s["committee"], "meeting": "",
    },
    "decisions.withdraw_objection": lambda s: {
        "objection": s["objection_formal"], "party": s["kenya"], "body": s["council"], "meeting": "",
    },
    "decisions.withdraw_silence": lambda s: {"silence": s["silence_3"], "reason": "overtaken", "body": s["council"]},
}  # fmt: skip
ONLY_THE_SYSTEM_IN_SILENCE = {"decisions.begin_secret_again", "decisions.end_silences"}
DELEGATIONS_ONLY_IN_SILENCE = {
    "decisions.break_silence", "decisions.cast_secret", "decisions.confirm_receipt", "decisions.withdraw_break",
}  # fmt: skip
