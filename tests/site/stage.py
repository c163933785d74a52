"""An organisation with something of every kind for every audience, and people in every role: what the attacks are tried on.

`plausible` has, for each act, arguments with which it is done by whoever may; an attack changes one of them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from tests.site.stage_decisions import (
    DELEGATIONS_ONLY,
    ONLY_THE_SYSTEM_IN_DECISIONS,
    PLAUSIBLE_DECISIONS,
    RULES,
    build_decisions,
)
from tests.site.stage_silence import (
    DELEGATIONS_ONLY_IN_SILENCE,
    ONLY_THE_SYSTEM_IN_SILENCE,
    PLAUSIBLE_SILENCE,
    RULES_OF_SILENCE,
    build_silence,
)

from comity import ledger
from comity.ballot_box import Answer, Follower
from comity.groundwork.actions import attach_file, cite, grant_role, make_token, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.audiences import delegation
from comity.groundwork.models import Person, Token
from comity.groundwork.refs import Ref
from comity.groundwork.replay import recorded_tables
from comity.groundwork.roles import ROLES
from comity.groundwork.translated import Text
from comity.ledger.signing import PrivateKey, Purpose
from comity.office.charter.actions import adopt_charter, adopt_tenet, draft_charter, establish_body, found
from comity.office.charter.voting import Vote
from comity.office.consultations import actions as consultations
from comity.office.consultations.actions.consultations import SegmentAsked
from comity.office.consultations.box import bring_in_step, listed, the_box
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.participants import ticket_for
from comity.office.meetings import actions as meetings
from comity.office.meetings.models import Item
from comity.office.members import actions as members
from comity.office.records import actions as records
from comity.office.records import proofs
from comity.office.records.models import DocumentVersion
from comity.opinion.demonstration import statements
from comity.rules import snapshot_of, votes
from comity.rules.charter_file import CATALOGUE

DAY = date(2024, 3, 1)
LATER = date(2024, 6, 1)
SOURCE: dict[str, Any] = {"source": "official journal", "evidence": "official"}
WITNESS = PrivateKey("witness.example/stage", Purpose.WITNESS, b"\7" * 32)
SECRET = "Sealed wording of Nairobi"
"""In every text that is not for the public, and nowhere else."""


@dataclass
class Stage:
    """What `build` made. things: ids by a word for what each is. people: by role; `nobody` holds none. keys: for programs, of each."""

    things: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, word: str) -> str:
        return self.things[word]

    def actor(self, who: str) -> Actor:
        """Somebody in a role; `visitor` and `system` are no people."""
        if who == "system":
            return system_actor()
        return actor_for(None if who == "visitor" else self.people[who])

    @property
    def by(self) -> Actor:
        """The secretary."""
        return self.actor("secretary")

    def ref(self, kind: str, word: str) -> str:
        """A thing as arguments name it."""
        return f"{kind}:{self[word]}"


def build() -> Stage:
    """Found the organisation and fill it."""
    stage = Stage()
    system = system_actor()
    things = stage.things
    things["organisation"] = found(by=system, name=Text.of("Test Union", "en", fr="Union d’essai"), short_name="TU").id
    stage.people["nobody"] = register_person(by=system, name="Noor Nobody", email="nobody@example.org")
    stage.people["secretary"] = register_person(by=system, name="Ada Okonkwo", email="ada@example.org")
    things["grant"] = grant_role(by=system, person=stage.people["secretary"].id, role="secretary").id
    _charter(stage)
    _parties(stage)
    _consultations(stage)
    _meetings(stage)
    _people(stage)
    _delegations(stage)
    _documents(stage)
    _records(stage)
    build_decisions(stage)
    build_silence(stage)
    return stage


def _charter(stage: Stage) -> None:
    by, things = stage.by, stage.things
    for word, parent in (("council", None), ("committee", "council")):
        above = things[parent] if parent else None
        made = establish_body(by=by, name=Text.of(word.title()), parent=above, established_on=DAY)
        things[word] = made.id
    for number, word in ((1, "tenet"), (2, "tenet_2")):
        made_text = adopt_tenet(by=by, kind="principle", number=number, title=Text.of(word), certainty="verified")
        things[word] = made_text.id
    for word in ("charter", "charter_draft"):
        things[word] = draft_charter(by=by, text=EXAMPLE_CHARTER, note=word).id
    adopt_charter(by=by, draft=things["charter"], in_force_from=DAY)


EXAMPLE_CHARTER = (CATALOGUE / "example-waico.toml").read_text(encoding="utf-8") + RULES + RULES_OF_SILENCE


def _vote() -> dict[str, Any]:
    """A vote by which a charter is adopted, as acts take it."""
    vote = Vote.on(snapshot_of(["KEN"], timezone.now().date()), votes({"KEN": "yes"}))
    return {"snapshot": vote.snapshot, "record": vote.record}


def _parties(stage: Stage) -> None:
    by, things = stage.by, stage.things
    for iso3, word in (("KEN", "kenya"), ("TUN", "tunisia"), ("CHL", "chile"), ("NOR", "norway")):
        things[word] = members.register_party(by=by, kind="state", iso3=iso3).id
    things["bloc"] = members.register_party(by=by, kind="bloc", name=Text.of("Group of Willing")).id
    things["bloc_2"] = members.register_party(by=by, kind="bloc", name=Text.of("Southern Group")).id
    things["duplicate"] = members.register_party(by=by, kind="bloc", name=Text.of("The Willing")).id
    for word in ("kenya", "tunisia"):
        fact = members.record_status(by=by, party=things[word], step="signed", happened_on=DAY, **SOURCE)
        things[f"signed_{word}"] = fact.id
    ratified = members.record_status(
        by=by, party=things["kenya"], step="ratified", happened_on=LATER, number="1", **SOURCE
    )
    things["ratified"] = ratified.id
    things["contest"] = members.contest_status(
        by=by,
        fact=things["signed_tunisia"],
        contested_by="A newspaper",
        why="No text was shown.",
        source="its issue of then",
    ).id
    declared = {"text": Text.of("We understand it so."), "made_on": LATER, "source": "note"}
    for word in ("declaration", "declaration_2"):
        made = members.declare(by=by, party=things["kenya"], kind="declaration", **declared)
        things[word] = made.id
    things["objection"] = members.object_to(
        by=by, declaration=things["declaration"], party=things["tunisia"], **declared
    ).id
    for word, bloc in (("membership", "bloc"), ("membership_2", "bloc_2")):
        joined = members.join_bloc(by=by, party=things["kenya"], bloc=things[bloc], since=DAY, source="its list")
        things[word] = joined.id
    things["opt_out"] = members.opt_out(
        by=by, party=things["kenya"], membership=things["membership"], matter="fisheries", since=DAY
    ).id
    members.assess_dues(
        by=by, party=things["kenya"], year=2024, amount=Decimal(100), currency="USD", due_on=LATER, source="scale"
    )
    things["payment"] = members.record_payment(
        by=by, party=things["kenya"], year=2024, amount=Decimal(40), currency="USD", paid_on=LATER, reference=SECRET
    ).id


ASKED = {
    "consultation": ("Our town", ("Trees for all.", "Buses at night."), ("statement", "statement_2")),
    "consultation_draft": (f"{SECRET} (asked)", (f"{SECRET} (said)",), ("statement_draft",)),
    "closed": ("This year", ("Light in the park.",), ("said_closed",)),
    "invented": ("Nobody was asked", (statements()[0].text["en"],), ("said_by_nobody",)),
    "final": ("Last year", ("Schools for all.", "Trams at night."), ("said", "said_2")),
}
"""Consultations by a word for each: title, statements, words for these."""


WHERE = SegmentAsked(question=Text.of("Where do you live?"), labels=(Text.of("North"), Text.of("South")))


def _consultations(stage: Stage) -> None:
    """One that is open, with a participant's statements; one in preparation; one that is closed; one whose result is final."""
    by, things = stage.by, stage.things
    for word, (title, lines, said) in ASKED.items():
        entry = "invited" if word == "consultation_draft" else "open"
        made = consultations.create(
            by=by,
            title=Text.of(title),
            languages=["en"],
            entry=entry,
            simulated=word == "invented",
            segments=[WHERE] if word == "consultation" else [],
        )
        if word == "consultation":
            things["segment"] = made.segments.get().id
        consultations.seed(by=by, consultation=made.id, statements=[Text.of(one) for one in lines])
        rows = Statement.objects.filter(consultation=made).order_by("number")
        things |= {word: made.id} | {name: row.id for name, row in zip(said, rows, strict=True)}
        if word != "consultation_draft":
            consultations.open_consultation(by=by, consultation=made.id)
    for word in ("closed", "final"):
        consultations.close(by=by, consultation=things[word])
    _finish(Consultation.objects.get(id=things["final"]))
    consultations.freeze(by=by, consultation=things["final"])
    bring_in_step(Consultation.objects.get(id=things["final"]))
    Follower(the_box().store, the_box().shelf, beside=False).step()
    consultations.note_results(by=system_actor())
    for word in ("proposed", "proposed_2"):
        row = consultations.propose(
            by=by, consultation=things["consultation"], ticket=_ticket(stage), text=Text.of(f"Markets ({word}).")
        )
        things[word] = row.id


def _finish(current: Consultation) -> None:
    """Seven people answer, so that there is a result."""
    box = the_box()
    box.open_consultation(current.id, title=str(current.title))
    box.set_statements(current.id, [listed(row) for row in current.statements.order_by("number")])
    for number in range(7):
        box.cast(current.id, number + 1, [Answer(1, 1), Answer(2, 1 if number % 2 else -1)])


def _ticket(stage: Stage) -> str:
    return ticket_for(stage["consultation"], 7, timezone.now())


MEETINGS = ("meeting", "meeting_planned", "meeting_suspended", "meeting_called", "meeting_sealed")


def _meetings(stage: Stage) -> None:
    """One that is open, with its agenda and points of order; one ahead; one suspended; one whose quorum is doubted; one for members."""
    by, things = stage.by, stage.things
    kenya, tunisia = things["kenya"], things["tunisia"]
    for word in MEETINGS:
        made = meetings.convene(
            by=by,
            body=things["council"],
            title=Text.of(f"{SECRET} (members)" if word == "meeting_sealed" else f"Session ({word})"),
            starts_at=by.now,
            audience="members" if word == "meeting_sealed" else "public",
            parties=[kenya, tunisia],
            voting=[kenya, tunisia],
            chair=stage.people["secretary"].id,
        )
        things[word] = made.id
        meetings.note_presence(by=by, meeting=made.id, arrived=[kenya, tunisia])
        if word != "meeting_planned":
            meetings.open_meeting(by=by, meeting=made.id)
    for word, where in (("item", "meeting"), ("item_2", "meeting"), ("item_sealed", "meeting_sealed")):
        title = f"{SECRET} (item)" if word == "item_sealed" else word
        things[word] = meetings.add_item(by=by, meeting=things[where], title=Text.of(title)).id
    meetings.take_up_item(by=by, meeting=things["meeting"], item=Item.objects.get(id=things["item"]).id)
    meetings.suspend_meeting(by=by, meeting=things["meeting_suspended"])
    meetings.challenge_quorum(by=by, meeting=things["meeting_called"], party=kenya)
    for word, party in (("point_ruled", tunisia), ("point_challenged", tunisia), ("point", kenya)):
        given = {"by": by, "meeting": things["meeting"]}
        things[word] = meetings.raise_point(**given, party=party, words="Not in our language.").id
        if word != "point":
            meetings.rule_on_point(**given, point=things[word], upheld=False)
    meetings.challenge_ruling(by=by, meeting=things["meeting"], party=kenya, point=things["point_challenged"])
    sealed = {"by": by, "meeting": things["meeting_sealed"], "party": kenya}
    things["point_sealed"] = meetings.raise_point(**sealed, words=f"{SECRET} (point)").id


PLACES = {
    "charter.body": "council",
    "members.party": "kenya",
    "consultations.consultation": "consultation",
    "meetings.meeting": "meeting",
}
"""Where the people of the stage hold the roles that are held at one thing."""


def _people(stage: Stage) -> None:
    for name, role in ROLES.items():
        if name == "secretary":
            continue
        person = register_person(by=system_actor(), name=f"The {role.word}", email=f"{name}@example.org")
        at = stage.ref(role.held_at, PLACES[role.held_at]) if role.held_at else ""
        granted = grant_role(by=system_actor(), person=person.id, role=name, at=at)
        stage.people[name] = person
        stage.things[f"grant_{name}"] = granted.id
    other = register_person(by=system_actor(), name="Head of another delegation", email="other@example.org")
    grant_role(by=system_actor(), person=other.id, role="head_of_delegation", at=stage.ref("members.party", "tunisia"))
    stage.people["other_head"] = other
    for who, person in stage.people.items():
        stage.keys[who] = make_token(by=actor_for(person), name="stage", may_write=True)
        stage.things[f"token_{who}"] = Token.objects.get(person=person).id


def _delegations(stage: Stage) -> None:
    by, things = stage.by, stage.things
    papers = {"kind": "full_powers", "issued_by": "Ministry", "valid_from": DAY, "received_on": LATER}
    for word, person in (("credential", "delegate"), ("credential_2", "focal_point")):
        made = members.receive_credential(
            by=by, party=things["kenya"], person=stage.people[person].id, purpose=SECRET, **papers
        )
        things[word] = made.id
    named = members.name_delegate(
        by=by, party=things["kenya"], role="delegate", name_given="Wanjiru", email="w@example.org", since=DAY
    )
    things["term"] = named.id


AUDIENCES = ("public", "members", "secretariat", "delegation")


def _documents(stage: Stage) -> None:
    by, things = stage.by, stage.things
    for word in AUDIENCES:
        audience = delegation(things["kenya"]) if word == "delegation" else word
        title = "Open report" if word == "public" else f"{SECRET} ({word})"
        content = b"Read me.\n" if word == "public" else f"{SECRET}\n".encode()
        draft = records.enter_document(by=by, title=Text.of(title), series="general", audience=audience)
        records.add_version(by=by, document=draft.id, name=f"{word}.txt", content=content, language="en")
        issued = records.issue_document(by=by, document=draft.id)
        things[f"document_{word}"], things[f"symbol_{word}"] = issued.id, str(issued.symbol)
        held = DocumentVersion.objects.get(document=issued)
        things[f"version_{word}"], things[f"file_{word}"] = held.id, held.file_id
        attached = attach_file(
            by=by, to=Ref("members.party", things["kenya"]), name=f"{title}.txt", content=content * 2, audience=audience
        )
        things[f"attached_{word}"] = attached.id
        things[f"citation_{word}"] = cite(
            by=by,
            source=Ref("members.party", things["kenya"]),
            target=Ref("records.document", issued.id),
            relation="rests on",
            audience=audience,
        )
    draft = records.enter_document(by=by, title=Text.of(f"{SECRET} (draft)"), series="general")
    added = records.add_version(by=by, document=draft.id, name="draft.txt", content=SECRET.encode(), language="en")
    things["draft"], things["draft_version"], things["draft_file"] = draft.id, added.id, added.file_id


def _records(stage: Stage) -> None:
    by, things = stage.by, stage.things
    key = str(WITNESS.public)
    things["witness"] = records.register_witness(by=by, name="Archive", key=key).id
    records.publish_checkpoint(by=by)


# --- arguments with which each act is done ---


def text(written: str = "Words") -> dict[str, Any]:
    """A text in several languages, as JSON."""
    return {"original_language": "en", "wordings": {"en": {"text": written}}}


def encoded(content: bytes) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(content).decode()


COMMENTS = b"timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1000000000000,0,0,1,0,1,Parks\n"
VOTES = b"timestamp,comment-id,voter-id,vote\n1000000000000,0,0,1\n"
CSV = b"name,kind,step,happened_on,source,evidence,iso3\n,state,signed,2024-03-01,journal,official,PER\n"


def _cosigned(_stage: Stage) -> str:
    newest = proofs.latest()
    assert newest is not None
    note = ledger.read_note(bytes(newest.note))
    return note.with_signatures(WITNESS.cosign(note.text, 1_730_000_000)).encode().decode()


_FACT = {"source": "journal", "evidence": "official"}
PLAUSIBLE: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "charter.adopt_charter": lambda s: {
        "draft": s["charter_draft"], "vote": _vote(), "digest": None, "in_force_from": None,
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
        "comments": encoded(COMMENTS), "votes": encoded(VOTES), "people": "", "summary": "", "language": "en", "title": "Import",
    },
    "consultations.invite": lambda s: {"consultation": s["consultation_draft"], "count": 2, "days": 5},
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
        "consultation": s["consultation"], "ticket": _ticket(s), "text": text("Bridges for feet."), "address": "a1",
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
    "consultations.withdraw": lambda s: {"consultation": s["consultation"], "ticket": _ticket(s)},
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


# --- state ---


@contextmanager
def without_state() -> Iterator[None]:
    """Within: tables hold what a new installation holds before the log is replayed."""
    with connection.constraint_checks_disabled():
        for model in reversed(recorded_tables()):
            model._default_manager.all()._raw_delete("default")
        yield


class _Undone(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def undone() -> Iterator[None]:
    """Within: whatever is written is gone afterwards."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass
