"""An organisation with something of every kind for every audience, and people in every role: what the attacks are tried on.

`plausible` has, for each act, arguments with which it is done by whoever may.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from tests.site.stage_decisions import (
    RULES,
    build_decisions,
)
from tests.site.stage_silence import (
    RULES_OF_SILENCE,
    build_silence,
)

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
from comity.office.charter.queries import electorate
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


def vote_on_charter() -> dict[str, Any]:
    """A vote by which a charter is adopted, as acts take it: every member says yes; of a register without members one says it."""
    registered = electorate().snapshot
    members = registered if registered.members else snapshot_of(["KEN"], registered.on)
    vote = Vote.on(members, votes(dict.fromkeys(members.names, "yes")))
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
            by=by, consultation=things["consultation"], ticket=ticket(stage), text=Text.of(f"Markets ({word}).")
        )
        things[word] = row.id


def _finish(current: Consultation) -> None:
    """Seven people answer, so that there is a result."""
    box = the_box()
    box.open_consultation(current.id, title=str(current.title))
    box.set_statements(current.id, [listed(row) for row in current.statements.order_by("number")])
    for number in range(7):
        box.cast(current.id, number + 1, [Answer(1, 1), Answer(2, 1 if number % 2 else -1)])


def ticket(stage: Stage) -> str:
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
