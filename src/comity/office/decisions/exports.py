"""The record of a vote as files: CSV for tables, JSON to compute the outcome again, Akoma Ntoso for parliamentary documents.

What is not disclosed yet is in none of them. Akoma Ntoso 1.0 (OASIS Standard, August 2018), part 2: `voting` is of the type
`parliamentaryAnalysisType` (one or more `quorum` and `count`; `eId` required, `outcome`, `refersTo`, `href`), `quorum` and `count` are
of `countType` (`eId` and `value` required, `refersTo`, `href`). It stands in `meta/analysis/parliamentary`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from comity.office.decisions.models import Vote
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.board import Board
from comity.office.decisions.vocabulary import VoteStage

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OURS = "#comity"
FORMULAE = ("=", "+", "-", "@", "\t", "\r")
"""How a spreadsheet knows a formula: a name that begins so is quoted."""


def roll_csv(shown: Board) -> bytes:
    """One row for each member: what `comity decide` takes of it, its name, and what is said beside. UTF-8 with a mark."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    weights = sorted({name for row in shown.roll for name, _value in row.weights})
    beside = ["name", "by_proxy", "channel", "not_voting_because", "correction"]
    table.writerow(["member", "choice", "entitled", *beside, *weights])
    for row in sorted(shown.roll, key=lambda one: one.key):
        held = dict(row.weights)
        correction = row.correction.intended if row.correction is not None else ""
        entitled = "no" if row.barred else "yes"
        cells = [row.key, row.choice, entitled, row.name, row.holder, row.channel, row.barred.strip("-"), correction]
        table.writerow([_plain(cell) for cell in [*cells, *(held.get(name, "") for name in weights)]])
    return written.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAE) else cell


def record_json(vote: Vote) -> bytes:
    """The vote with its snapshot and, once it is closed, its record and outcome. Keys of members as charters have them."""
    return json.dumps(record_values(vote), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def record_values(vote: Vote) -> dict[str, Any]:
    """The same as plain values."""
    question, charter = vote.question, reading.charter_of(vote.question)
    return {
        "format": "comity-vote/1",
        "vote": vote.id,
        "question": {"id": question.id, "title": question.title.to_json(), "kind": question.kind},
        "kind": vote.kind,
        "attempt": vote.attempt,
        "disclosure": vote.disclosure,
        "stage": vote.stage,
        "on": vote.on.isoformat(),
        "charter": {"id": charter.id, "version": charter.version, "sha256": charter.digest, "rule": question.rule},
        "snapshot": vote.snapshot,
        "snapshot_sha256": vote.snapshot_digest,
        "parties": vote.parties,
        "record": vote.record,
        "outcome": json.loads(vote.outcome) if vote.outcome else None,
        "outcome_sha256": vote.outcome_digest or None,
    }


def akoma_ntoso(shown: Board) -> bytes:
    """The vote as `voting` metadata in a document of the type `doc`. UTF-8, well-formed, in a fixed order."""
    ET.register_namespace("", AKN)
    vote = shown.vote
    root = ET.Element(_name("akomaNtoso"))
    document = _under(root, "doc", name="vote")
    meta = _under(document, "meta")
    _identification(_under(meta, "identification", source=OURS), vote)
    analysis = _under(meta, "analysis", source=OURS)
    parliamentary = _under(analysis, "parliamentary")
    voting = {"eId": "voting", "href": f"/decisions/votes/{vote.id}"}
    if vote.verdict:
        voting |= {"outcome": f"#outcome-{vote.verdict}"}
    events = _under(parliamentary, "voting", **voting)
    _under(events, "quorum", eId="voting__quorum", value=str(_present(shown)), refersTo="#members-present")
    for count in shown.counts:
        _under(
            events,
            "count",
            eId=f"voting__count_{count.choice}",
            value=str(count.count),
            refersTo=f"#choice-{count.choice}",
        )
    references = _under(meta, "references", source=OURS)
    _under(references, "TLCOrganization", eId="comity", href="/ontology/organization/comity", showAs="Comity")
    for key, word in _concepts(shown):
        _under(references, "TLCConcept", eId=key, href=f"/ontology/concept/{key}", showAs=word)
    body = _under(document, "mainBody")
    for text in (str(vote.question.title), shown.told.sentence if shown.told is not None else ""):
        if text:
            _under(body, "p").text = text
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _identification(parent: ET.Element, vote: Vote) -> None:
    """Work, expression and manifestation, as the naming convention of Akoma Ntoso wants them."""
    day = vote.on.isoformat()
    work = f"/akn/un/doc/vote/{day}/{vote.id}"
    levels = (("FRBRWork", work), ("FRBRExpression", f"{work}/eng@"), ("FRBRManifestation", f"{work}/eng@.xml"))
    for level, address in levels:
        part = _under(parent, level)
        _under(part, "FRBRthis", value=f"{address}/!main" if level == "FRBRWork" else address)
        _under(part, "FRBRuri", value=address)
        _under(part, "FRBRdate", date=day, name="vote")
        _under(part, "FRBRauthor", href=OURS)
        if level == "FRBRWork":
            _under(part, "FRBRcountry", value="un")
        if level == "FRBRExpression":
            _under(part, "FRBRlanguage", language="eng")


def _concepts(shown: Board) -> Iterator[tuple[str, str]]:
    yield "members-present", "Members present"
    for count in shown.counts:
        yield f"choice-{count.choice}", count.word
    if shown.vote.verdict:
        yield f"outcome-{shown.vote.verdict}", shown.verdict


def _present(shown: Board) -> int:
    """How many were there, as far as that may be told: whoever voted, and whoever sat there."""
    if shown.vote.stage == VoteStage.OPEN or shown.outcome is None:
        return shown.voted
    ballot = shown.outcome.record.ballot
    given: Mapping[str, int] = ballot.totals or {}
    if ballot.totals is not None:
        return sum(count for choice, count in given.items() if choice != "absent")
    return sum(1 for choice in ballot.choices.values() if choice != "absent")


def _name(tag: str) -> str:
    return f"{{{AKN}}}{tag}"


def _under(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, _name(tag), attributes)
