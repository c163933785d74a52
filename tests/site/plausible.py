"""For each act of the site, arguments with which it is done by whoever may; an attack changes one of them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from tests.site.stage import EXAMPLE_CHARTER, WITNESS, Stage, ticket, vote_on_charter
from tests.site.stage_decisions import DELEGATIONS_ONLY, ONLY_THE_SYSTEM_IN_DECISIONS, PLAUSIBLE_DECISIONS
from tests.site.stage_silence import DELEGATIONS_ONLY_IN_SILENCE, ONLY_THE_SYSTEM_IN_SILENCE, PLAUSIBLE_SILENCE

from comity import ledger
from comity.ledger.signing import PrivateKey, Purpose
from comity.office.records import proofs


def text(written: str = "Words") -> dict[str, Any]:
    """A text in several languages, as JSON."""
    return {"original_language": "en", "wordings": {"en": {"text": written}}}


def encoded(content: bytes) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(content).decode()


COMMENTS = b"timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1000000000000,0,0,1,0,1,Parks\n"
VOTES = b"timestamp,comment-id,voter-id,vote\n1000000000000,0,0,1\n1000000000000,0,1,1\n"
SAID = b"participant,Where?\n0,North\n1,South\n"
CSV = b"name,kind,step,happened_on,source,evidence,iso3\n,state,signed,2024-03-01,journal,official,PER\n"


def _cosigned(_stage: Stage) -> str:
    newest = proofs.latest()
    assert newest is not None
    note = ledger.read_note(bytes(newest.note))
    return note.with_signatures(WITNESS.cosign(note.text, 1_730_000_000)).encode().decode()


_FACT = {"source": "journal", "evidence": "official"}
PLAUSIBLE: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "charter.adopt_charter": lambda s: {
        "draft": s["charter_draft"], "vote": vote_on_charter(), "digest": None, "in_force_from": None,
        "decision": s.ref("charter.body", "council"), "reason": "voted",
    },
    "charter.adopt_tenet": lambda s: {
        "kind": "principle", "number": 9, "title": text(), "text": text(), "certainty": "verified", "source": "charter",
    },
    "charter.change_body": lambda s: {
        "body": s["committee"], "name": text("Bureau"), "abbreviation": "B", "mandate": text(), "parent": "", "rank": 3, "seen": 10**6,
    },
    "charter.change_draft": lambda s: {
        "draft": s["charter_draft"], "text": EXAMPLE_CHARTER.replace('version = "1"', 'version = "2"'), "note": "n", "seen": 10**6,
    },
    "charter.change_organisation": lambda s: {
        "name": text("New Union"), "short_name": "NU", "seat": text(), "purpose": text(), "seen": 10**6,
    },
    "charter.change_setting": lambda s: {
        "key": "naming", "value": {"names": {"KEN": {"en": "Kenya"}}}, "reason": "decided", "seen": 10**6,
    },
    "charter.change_tenet": lambda s: {
        "tenet": s["tenet"], "title": text("New"), "text": text(), "certainty": "own_words", "source": "charter", "seen": 10**6,
    },
    "charter.dissolve_body": lambda s: {"body": s["committee"], "dissolved_on": "2025-01-01", "reason": "done"},
    "charter.draft_charter": lambda s: {"text": EXAMPLE_CHARTER, "note": "proposed"},
    "charter.establish_body": lambda s: {
        "name": text("Panel"), "abbreviation": "P", "mandate": text(), "parent": s["council"], "rank": 1, "established_on": "2025-01-01",
    },
    "charter.found": lambda s: {"name": text(), "short_name": "X", "seat": text(), "purpose": text(), "demonstration": False},
    "charter.withdraw_draft": lambda s: {"draft": s["charter_draft"], "reason": "moot"},
    "charter.withdraw_tenet": lambda s: {"tenet": s["tenet_2"], "reason": "moot"},
    "consultations.accept": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "meta": True, "reason": "fine", "seen": 10**6,
    },
    "consultations.archive": lambda s: {"consultation": s["final"]},
    "consultations.change": lambda s: {
        "consultation": s["consultation"], "title": text("Our city"), "background": text(), "policy": text(), "languages": ["en"],
        "entry": "open", "moderating": "after", "showing": "closed", "votes_published": False, "proposals": True,
        "opens_on": "2026-01-01", "proposals_until": "2199-01-01", "closes_on": "2199-01-02", "keep_dates": False,
        "blocked": ["spam"], "embed_in": ["https://example.org"], "segments": None, "seen": 10**6,
    },
    "consultations.claim": lambda s: {"consultation": s["consultation"], "count": 5},
    "consultations.close": lambda s: {"consultation": s["consultation"]},
    "consultations.create": lambda s: {
        "title": text("Parks"), "background": text(), "policy": text(), "languages": ["en", "ar"], "entry": "accounts",
        "moderating": "before", "showing": "live", "votes_published": True, "proposals": False, "opens_on": "2026-01-01",
        "proposals_until": None, "closes_on": "2199-01-01", "blocked": ["spam"], "embed_in": [],
        "segments": [{"question": text("Where?"), "labels": [text("North"), text("South")]}], "simulated": True,
    },
    "consultations.duplicate": lambda s: {"consultation": s["final"], "title": text("Again")},
    "consultations.erase_statement": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "reason": "names somebody",
    },
    "consultations.forget": lambda s: {"consultation": s["consultation"], "participant": 7},
    "consultations.freeze": lambda s: {"consultation": s["closed"]},
    "consultations.import_polis": lambda s: {
        "comments": encoded(COMMENTS), "votes": encoded(VOTES), "people": "", "summary": "",
        "participants": encoded(SAID), "language": "en", "title": "Import",
    },
    "consultations.invite": lambda s: {"consultation": s["consultation_draft"], "count": 2, "days": 5, "answers": []},
    "consultations.keep_calendar": lambda s: {},
    "consultations.keep_finding": lambda s: {
        "consultation": s["final"], "kind": "statement", "statement": s["said"],
    },
    "consultations.merge": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "into": s["statement"], "reason": "the same", "seen": 10**6,
    },
    "consultations.note_results": lambda s: {},
    "consultations.open": lambda s: {"consultation": s["consultation_draft"]},
    "consultations.propose": lambda s: {
        "consultation": s["consultation"], "ticket": ticket(s), "text": text("Bridges for feet."), "address": "a1",
    },
    "consultations.reject": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "reason": "off the question", "seen": 10**6,
    },
    "consultations.remove_participant": lambda s: {
        "consultation": s["consultation"], "reason": "a machine", "statement": "", "participant": 7,
    },
    "consultations.reword": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "text": text("Markets on Sunday."), "reason": "slip",
        "seen": 10**6,
    },
    "consultations.seal_answers": lambda s: {},
    "consultations.seed": lambda s: {
        "consultation": s["consultation"], "statements": [text("Water for all.")], "meta": False,
    },
    "consultations.simulate_arrivals": lambda s: {"consultation": s["invented"], "people": 5},
    "consultations.split": lambda s: {
        "consultation": s["consultation"], "statement": s["proposed"], "texts": [text("Markets."), text("Sundays.")],
        "reason": "two things", "seen": 10**6,
    },
    "consultations.state_targets": lambda s: {
        "consultation": s["consultation"], "segment": s["segment"], "shares": [400, 600], "source": "census of 2020",
    },
    "consultations.withdraw": lambda s: {"consultation": s["consultation"], "ticket": ticket(s)},
    "groundwork.attach_file": lambda s: {
        "to": s.ref("charter.body", "council"), "name": "a.txt", "content": encoded(b"Hello"), "audience": "members",
    },
    "groundwork.change_person": lambda s: {
        "person": s.people["nobody"].id, "name": "Noor", "email": "noor@example.org", "language": "fr", "may_sign_in": False,
    },
    "groundwork.cite": lambda s: {
        "source": s.ref("charter.body", "council"),
        "target": s.ref("members.party", "kenya"),
        "relation": "knows",
        "snapshot": {"name": "Kenya"},
        "audience": "members",
    },
    "groundwork.end_role": lambda s: {"grant": s["grant_translator"], "reason": "over"},
    "groundwork.erase_person": lambda s: {"person": s.people["nobody"].id, "reason": "asked"},
    "groundwork.grant_role": lambda s: {
        "person": s.people["nobody"].id, "role": "chair", "at": s.ref("charter.body", "council"), "term_ends": "2199-01-01",
        "reason": "elected",
    },
    "groundwork.make_token": lambda s: {"name": "mine", "days": 5, "may_write": False},
    "groundwork.register_person": lambda s: {
        "name": "New One", "email": "new@example.org", "language": "ar", "invented": True,
    },
    "groundwork.remove_file": lambda s: {"file": s["attached_members"], "reason": "wrong"},
    "groundwork.revoke_token": lambda s: {"token": s["token_secretary"]},
    "groundwork.translate": lambda s: {
        "thing": s.ref("charter.body", "council"), "field": "name", "language": "ar", "text": "مجلس",
        "made": "machine", "reviewed": True, "seen": 10**6,
    },
    "groundwork.withdraw_citation": lambda s: {
        "citation": s["citation_members"], "reason": "moved", "audience": "members",
    },
    "meetings.add_item": lambda s: {
        "meeting": s["meeting"], "title": text(), "before": s["item"], "documents": [s["symbol_public"]],
    },
    "meetings.cancel": lambda s: {"meeting": s["meeting_planned"], "reason": "no need"},
    "meetings.challenge_quorum": lambda s: {"meeting": s["meeting"], "party": s["kenya"]},
    "meetings.challenge_ruling": lambda s: {"meeting": s["meeting"], "party": s["kenya"], "point": s["point_ruled"]},
    "meetings.change_item": lambda s: {
        "meeting": s["meeting"], "item": s["item"], "title": text("Other"), "seen": 10**6,
    },
    "meetings.change_meeting": lambda s: {
        "meeting": s["meeting"], "title": text("Other"), "form": "hybrid", "place": text("Room"),
        "starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T12:00:00Z", "no_end": False,
        "zone": "Africa/Nairobi", "rule": "", "seen": 10**6,
    },
    "meetings.change_seats": lambda s: {
        "meeting": s["meeting"], "parties": [s["kenya"], s["chile"]], "voting": [s["kenya"]], "seen": 10**6,
    },
    "meetings.cite_documents": lambda s: {
        "meeting": s["meeting"], "item": s["item"], "documents": [s["symbol_public"]],
    },
    "meetings.close": lambda s: {"meeting": s["meeting"]},
    "meetings.conclude_item": lambda s: {"meeting": s["meeting"], "item": s["item"]},
    "meetings.convene": lambda s: {
        "body": s["council"], "title": text(), "form": "in_person", "place": text("Room"),
        "starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T12:00:00Z", "zone": "Africa/Nairobi",
        "audience": "members", "rule": "", "parties": [s["kenya"]], "voting": [s["kenya"]],
        "chair": s.people["chair"].id,
    },
    "meetings.drop_item": lambda s: {"meeting": s["meeting"], "item": s["item_2"], "reason": "later"},
    "meetings.move_item": lambda s: {"meeting": s["meeting"], "item": s["item_2"], "before": s["item"]},
    "meetings.note_presence": lambda s: {"meeting": s["meeting"], "arrived": [s["kenya"]], "left": [s["tunisia"]]},
    "meetings.open": lambda s: {"meeting": s["meeting_planned"]},
    "meetings.raise_point": lambda s: {"meeting": s["meeting"], "party": s["tunisia"], "words": "Order!"},
    "meetings.resume": lambda s: {"meeting": s["meeting_suspended"]},
    "meetings.rule_on_point": lambda s: {
        "meeting": s["meeting"], "point": s["point"], "upheld": True, "words": "Well taken.",
    },
    "meetings.say_leaving": lambda s: {"meeting": s["meeting"], "party": s["kenya"]},
    "meetings.say_present": lambda s: {"meeting": s["meeting"], "party": s["kenya"]},
    "meetings.settle_challenge": lambda s: {
        "meeting": s["meeting"], "point": s["point_challenged"], "overruled": True,
        "decision": s.ref("records.document", "document_public"),
    },
    "meetings.suspend": lambda s: {"meeting": s["meeting"], "until": "2090-01-01T09:00:00Z", "reason": "lunch"},
    "meetings.take_chair": lambda s: {"meeting": s["meeting"], "person": s.people["chair"].id},
    "meetings.take_up_item": lambda s: {"meeting": s["meeting"], "item": s["item_2"]},
    "meetings.verify_quorum": lambda s: {"meeting": s["meeting_called"]},
    "meetings.withdraw_point": lambda s: {"meeting": s["meeting"], "party": s["kenya"], "point": s["point"]},
    "members.assess_dues": lambda s: {
        "party": s["kenya"], "year": 2025, "amount": "12.50", "currency": "USD", "due_on": "2025-03-01", "source": "scale", "reason": "",
    },
    "members.begin_terms": lambda s: {},
    "members.change_party": lambda s: {
        "party": s["chile"], "kind": "state", "name": text("Chile"), "iso3": "CHL", "region": "005", "seen": 10**6,
    },
    "members.contest_status": lambda s: {
        "fact": s["signed_kenya"], "contested_by": "A paper", "why": "not shown", "source": "issue 5", "on_behalf_of": s["kenya"],
    },
    "members.correct_status": lambda s: {
        "fact": s["ratified"], "step": "accepted", "happened_on": "2024-06-02", "precision": "day", "effective_on": None,
        "note": "slip", "number": "1", "office": "minister", "credential": s["credential"], "reason": "misread", "seen": 10**6, **_FACT,
    },
    "members.declare": lambda s: {
        "party": s["kenya"], "kind": "reservation", "provision": "art. 5", "text": text(), "made_on": "2024-06-01", "source": "note",
    },
    "members.end_opt_out": lambda s: {"party": s["kenya"], "opt_out": s["opt_out"], "until": "2024-08-01"},
    "members.examine_credential": lambda s: {
        "credential": s["credential"], "outcome": "accepted", "outcome_on": "2024-07-01", "reason": "in order",
    },
    "members.import_register": lambda s: {"content": encoded(CSV)},
    "members.join_bloc": lambda s: {
        "party": s["tunisia"], "bloc": s["bloc"], "since": "2024-03-01", "until": "2024-04-01", "source": "its list",
    },
    "members.leave_bloc": lambda s: {"membership": s["membership_2"], "until": "2024-05-01"},
    "members.merge_parties": lambda s: {"party": s["duplicate"], "kept": s["bloc"], "reason": "the same"},
    "members.name_delegate": lambda s: {
        "party": s["kenya"], "role": "delegate", "person": None, "name_given": "Otieno", "email": "o@example.org", "language": "en",
        "position": "attaché", "since": "2024-07-01", "until": "2199-01-01", "invented": True,
    },
    "members.object_to": lambda s: {
        "declaration": s["declaration_2"], "party": s["tunisia"], "text": text(), "made_on": "2024-06-01", "bars_force": True,
        "source": "note",
    },
    "members.opt_out": lambda s: {
        "party": s["kenya"], "membership": s["membership"], "matter": "forests", "since": "2024-07-01",
    },
    "members.recall_delegate": lambda s: {"party": s["kenya"], "term": s["term"], "reason": "called home"},
    "members.receive_credential": lambda s: {
        "party": s["kenya"], "person": None, "name_given": "Achieng", "email": "a@example.org", "kind": "full_powers", "purpose": "to sign",
        "issued_by": "Ministry", "valid_from": "2024-03-01", "valid_until": "2025-03-01", "received_on": "2024-03-02",
    },
    "members.record_payment": lambda s: {
        "party": s["kenya"], "year": 2024, "amount": "1.00", "currency": "USD", "paid_on": "2024-07-01", "reference": "slip 1",
    },
    "members.record_status": lambda s: {
        "party": s["tunisia"], "step": "ratified", "happened_on": "2024-09-01", "precision": "day", "effective_on": None,
        "note": "", "number": "2", "office": "ambassador", "credential": None, "seen_on": "2024-09-02", **_FACT,
    },
    "members.record_succession": lambda s: {
        "party": s["norway"], "predecessor": s["kenya"], "happened_on": "2024-09-01", "predecessor_ceased": True, "note": "n",
        "number": "3", "seen_on": "2024-09-02", **_FACT,
    },
    "members.register_party": lambda s: {"kind": "state", "name": text("Peru"), "iso3": "PER", "region": "005"},
    "members.retract_status": lambda s: {"fact": s["ratified"], "reason": "did not happen", "seen": 10**6},
    "members.settle_contest": lambda s: {"contest": s["contest"], "settlement": "shown", "source": "the text"},
    "members.strike_entry": lambda s: {"kind": "payment", "entry": s["payment"], "reason": "typed twice"},
    "members.withdraw_declaration": lambda s: {
        "declaration": s["declaration_2"], "withdrawn_on": "2024-09-01", "source": "note",
    },
    "members.withdraw_objection": lambda s: {
        "objection": s["objection"], "withdrawn_on": "2024-09-01", "source": "note",
    },
    "records.add_cosignature": lambda s: {"witness": s["witness"], "note": _cosigned(s)},
    "records.add_version": lambda s: {
        "document": s["draft"], "name": "b.txt", "content": encoded(b"Bonjour"), "language": "fr",
    },
    "records.change_document": lambda s: {
        "document": s["draft"], "title": text("Draft"), "series": "council", "for_debate": True, "audience": "members", "seen": 10**6,
    },
    "records.enter_document": lambda s: {
        "title": text("Report"), "series": "general", "for_debate": False, "audience": "members",
        "concerns": s.ref("charter.body", "council"),
        "relation": "revision", "base": s["document_public"],
    },
    "records.issue_document": lambda s: {"document": s["draft"], "issued_on": "2024-10-01", "seen": 10**6},
    "records.note_silence": lambda s: {"witness": s["witness"], "said": "gone", "contradicts": False},
    "records.publish_checkpoint": lambda s: {},
    "records.register_witness": lambda s: {
        "name": "Library",
        "key": str(PrivateKey("witness.example/other", Purpose.WITNESS, b"\x09" * 32).public),
        "url": "https://witness.example/",
    },
    "records.remove_version": lambda s: {"version": s["draft_version"]},
    "records.retire_witness": lambda s: {"witness": s["witness"], "reason": "closed"},
    "records.withdraw_document": lambda s: {"document": s["document_members"], "reason": "wrong"},
}  # fmt: skip
PLAUSIBLE |= PLAUSIBLE_DECISIONS | PLAUSIBLE_SILENCE
ONLY_THE_SYSTEM = ONLY_THE_SYSTEM_IN_DECISIONS | ONLY_THE_SYSTEM_IN_SILENCE | {
    "members.begin_terms", "records.note_silence",
    "consultations.forget", "consultations.keep_calendar", "consultations.note_results", "consultations.seal_answers",
}  # fmt: skip


def doer(name: str) -> str:
    """Who does an act in attacks on its arguments: the lowest of those who may."""
    if name in ONLY_THE_SYSTEM:
        return "system"
    if name in DELEGATIONS_ONLY | DELEGATIONS_ONLY_IN_SILENCE:
        return "delegate"
    return "administrator" if name == "charter.found" else "secretary"
