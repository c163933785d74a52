"""What the decisions office adds to the stage: questions and votes at every point of their way, and plausible arguments for its acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions.actions import Entered, PartAsked
from comity.office.decisions.models import Question, Vote

if TYPE_CHECKING:
    from tests.site.stage import Stage

RULES = """
[[rule]]
id = "by-proxy"
title = "With proxies, the chair breaking ties"
certainty = "example"
passes = "yes > no"
proxies = 2
tie = "chair"

[[rule]]
id = "by-two"
title = "Two bodies, one after the other"
certainty = "example"
passes = "rule by-proxy on lower and then rule by-proxy on upper"
"""
"""Added to the charter of the stage, so that every act has a rule by which it can be done."""
SECRET = "Sealed wording of Nairobi"
TEXT = (
    PartAsked(reference="1", text=Text.of("Ports are open.")),
    PartAsked(reference="2", text=Text.of("So are data.")),
)


def build_decisions(stage: Stage) -> None:
    """Questions that are put, amended, ruled on, adopted; votes that are open, tied, closed; one question for members only."""
    by, things = stage.by, stage.things
    for word in ("kenya", "tunisia", "chile"):
        made = actions.qualify(
            by=by, kind="seat", party=things[word], body=things["council"], since=by.now.date(), reason="founding"
        )
        things[f"seat_{word}"] = made.id
    for word in ("question", "question_2", "question_amended", "question_ruled"):
        _put(stage, word)
    for word in ("amendment", "amendment_2"):
        asked = [PartAsked(reference="1", text=Text.of(f"Ports are shut ({word})."))]
        things[word] = actions.amend(
            by=by, question=things["question_amended"], title=Text.of(word), parts=asked, party=things["kenya"]
        ).id
    things["ruling"] = actions.rule_on(by=by, question=things["question_ruled"], statement="important question").id
    _votes(stage)
    _put(stage, "question_of_two", "by-two")
    sealed = _put(stage, "question_sealed", meeting=things["meeting_sealed"], title=Text.of(f"{SECRET} (question)"))
    vote = _open(stage, "vote_sealed", sealed)
    actions.enter_votes(by=by, vote=vote.id, entries=[Entered(party=things["kenya"], choice="yes")])
    said = Text.of(f"{SECRET} (explained)")
    actions.explain(by=by, vote=vote.id, party=things["kenya"], text=said, when="before")


def _put(stage: Stage, word: str, rule: str = "ordinary", **more: Any) -> Question:
    given = {"title": Text.of(word), "parts": list(TEXT), **more}
    made = actions.put_to_vote(by=stage.by, body=stage["council"], rule=rule, **given)
    stage.things[word] = made.id
    return made


def _open(stage: Stage, word: str, question: Question, **how: Any) -> Vote:
    made = actions.open_vote(by=stage.by, question=question.id, **how)
    stage.things[word] = made.id
    return made


def _votes(stage: Stage) -> None:
    by, things = stage.by, stage.things
    _open(stage, "vote", _put(stage, "question_voting"), disclosure="closed")
    _open(stage, "vote_hands", _put(stage, "question_hands"), kind="open")
    held = _open(stage, "vote_proxy", _put(stage, "question_proxy", "by-proxy"))
    things["proxy"] = actions.give_proxy(by=by, vote=held.id, party=things["chile"], holder=things["tunisia"]).id
    follows = {
        "act": "charter.adopt_tenet",
        "arguments": {"kind": "principle", "number": 30, "title": text(), "certainty": "verified"},
    }
    for word, choice, more in (
        ("adopted", "yes", {"consequence": follows}),
        ("tied", "no", {"rule": "by-proxy"}),
    ):
        vote = _open(stage, f"vote_{word}", _put(stage, f"question_{word}", **more))
        entries = [Entered(party=things["kenya"], choice="yes"), Entered(party=things["tunisia"], choice=choice)]
        actions.enter_votes(by=by, vote=vote.id, entries=entries)
        actions.close_vote(by=by, vote=vote.id)
    late = by.now + timedelta(days=30)
    _open(stage, "vote_writing", _put(stage, "question_writing", mode="writing"), closes_at=late)


def text(written: str = "Words") -> dict[str, Any]:
    """A text in several languages, as JSON."""
    return {"original_language": "en", "wordings": {"en": {"text": written}}}


PART = {"reference": "1", "label": "Ports", "text": text("Ports are wide open.")}
PLAUSIBLE_DECISIONS: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "decisions.amend": lambda s: {
        "question": s["question"], "title": text(), "parts": [PART], "party": s["kenya"], "rule": "important",
        "body": s["council"], "meeting": "",
    },
    "decisions.announce": lambda s: {
        "vote": s["vote_adopted"], "verdict": "adopted", "words": text(), "body": s["council"], "meeting": "",
    },
    "decisions.break_tie": lambda s: {
        "vote": s["vote_tied"], "in_favour": True, "person": s.people["chair"].id, "body": s["council"], "meeting": "",
    },
    "decisions.carry_out": lambda s: {"question": s["question_adopted"], "seen": 10**6},
    "decisions.cast": lambda s: {
        "vote": s["vote"], "party": s["kenya"], "choice": "yes", "reason": "It helps.", "instead_of": "", "press": "p1",
        "seen": 0,
    },
    "decisions.challenge": lambda s: {
        "ruling": s["ruling"], "party": s["kenya"], "reason": "It is not.", "body": s["council"], "meeting": "",
    },
    "decisions.close_vote": lambda s: {"vote": s["vote"], "body": s["council"], "meeting": ""},
    "decisions.correct": lambda s: {
        "vote": s["vote_adopted"], "party": s["kenya"], "intended": "no", "note": "slip", "body": s["council"],
        "meeting": "",
    },
    "decisions.count_hands": lambda s: {
        "vote": s["vote_hands"], "yes": 1, "no": 1, "abstain": 0, "body": s["council"], "meeting": "",
    },
    "decisions.divide": lambda s: {
        "question": s["question"], "parts": ["1"], "party": s["kenya"], "rule": "", "body": s["council"], "meeting": "",
    },
    "decisions.end_qualification": lambda s: {
        "qualification": s["seat_chile"], "until": "2090-01-01", "reason": "left",
    },
    "decisions.enter_votes": lambda s: {
        "vote": s["vote"], "entries": [{"party": s["kenya"], "choice": "yes", "reason": ""}], "channel": "paper",
        "replace": True, "body": s["council"], "meeting": "",
    },
    "decisions.explain": lambda s: {
        "vote": s["vote"], "party": s["kenya"], "text": text(), "when": "before", "body": s["council"], "meeting": "",
    },
    "decisions.give_proxy": lambda s: {
        "vote": s["vote_proxy"], "party": s["kenya"], "holder": s["tunisia"], "note": "letter", "body": s["council"],
        "meeting": "",
    },
    "decisions.keep_time": lambda s: {},
    "decisions.name_organ": lambda s: {
        "question": s["question_of_two"], "organ": "lower", "given_by": s["committee"], "in_meeting": "", "mode": "writing",
        "body": s["council"], "meeting": "",
    },
    "decisions.open_vote": lambda s: {
        "question": s["question_2"], "kind": "roll_call", "disclosure": "tally", "first": s["kenya"], "language": "fr",
        "closes_at": None, "body": s["council"], "meeting": "",
    },
    "decisions.order_amendments": lambda s: {
        "question": s["question_amended"], "order": [s["amendment_2"], s["amendment"]], "reason": "further",
        "person": s.people["chair"].id, "body": s["council"], "meeting": "",
    },
    "decisions.put": lambda s: {
        "body": s["council"], "title": text(), "rule": "ordinary", "parts": [PART], "mode": "meeting",
        "meeting": s["meeting"], "moved_by": s["kenya"], "kind": "proposal",
        "source": s.ref("records.document", "document_public"), "documents": [s["document_public"]],
        "consequence": {"act": "charter.adopt_tenet", "arguments": {}},
    },
    "decisions.put_challenge": lambda s: {
        "point": s["point_challenged"], "body": s["council"], "meeting": s["meeting"],
    },
    "decisions.qualify": lambda s: {
        "kind": "weight", "party": s["kenya"], "body": s["council"], "name": "share", "value": "2/3",
        "other": "", "since": "2026-01-01", "until": "2090-01-01", "reason": "scale", "source": "table",
    },
    "decisions.rule_on": lambda s: {
        "question": s["question"], "statement": "important question", "holds": True, "reason": "It is.",
        "person": s.people["chair"].id, "body": s["council"], "meeting": "",
    },
    "decisions.withdraw": lambda s: {
        "question": s["question_2"], "reason": "no need", "party": "", "body": s["council"], "meeting": "",
    },
    "decisions.withdraw_proxy": lambda s: {
        "proxy": s["proxy"], "party": s["chile"], "body": s["council"], "meeting": "",
    },
}  # fmt: skip
ONLY_THE_SYSTEM_IN_DECISIONS = {"decisions.keep_time"}
DELEGATIONS_ONLY = {"decisions.cast"}
"""Acts that nobody does for a delegation but itself."""
