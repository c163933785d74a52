"""Acts on questions: put, amend, order, divide, withdraw, rule on, challenge, carry out. How questions are voted on is in `vote`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity import ledger
from comity.groundwork.actions import record_citation
from comity.groundwork.acts import ACTS, Actor, act, applies, check_may, record, unchanged
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.events import Cited
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded
from comity.groundwork.models import Person
from comity.groundwork.perform import perform
from comity.groundwork.refs import KINDS, Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original, clean_text
from comity.groundwork.translated import Text
from comity.ledger import LedgerError
from comity.office.charter.models import Body
from comity.office.charter.queries import charter_in_force, charter_version
from comity.office.decisions.actions.checks import (
    KEEPS,
    PRESIDES,
    SPEAKS,
    belongs,
    one_of,
    the_party,
    the_question,
)
from comity.office.decisions.events.question import (
    ConsequenceCarriedOut,
    PartChanged,
    PartTerms,
    QuestionDecided,
    QuestionPut,
    QuestionWithdrawn,
    RulingChallenged,
    RulingMade,
)
from comity.office.decisions.models import Question, QuestionPart, Ruling, Vote
from comity.office.decisions.models.consensus import ConsensusOutcome
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.office.meetings.vocabulary import AHEAD
from comity.rules import Kind, RulesError, Verdict
from comity.rules import Rule as CharterRule

MOST_PARTS, LONGEST_TITLE, LONGEST_PART = 500, 300, 50_000
CHALLENGE = "challenge"
"""The id that charters give to the rule for challenges to a ruling."""
TITLES = (gettext_noop("Challenge to a ruling: “%(title)s”"), gettext_noop("Separate vote: %(parts)s"))
FURTHEST_FIRST = "order of amendments"
"""The statement of a ruling on which amendment is furthest from the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAsked:
    """A part of what is put, as it is asked for. reference: where it stands, unique in the question; label: what it is called."""

    reference: str
    label: str = ""
    text: Text


@act("decisions.put", may=KEEPS, records=(QuestionPut, Cited))
def put_to_vote(
    *,
    by: Actor,
    body: str,
    title: Text,
    rule: str,
    parts: list[PartAsked] | None = None,
    mode: str = Mode.MEETING.value,
    meeting: str = "",
    moved_by: str = "",
    kind: str = QuestionKind.PROPOSAL.value,
    source: str = "",
    documents: list[str] | None = None,
    consequence: dict[str, Any] | None = None,
) -> Question:
    """Put a question to a body, under a rule of the charter in force.

    documents: ids of documents that it cites. consequence: {"act": name, "arguments": {...}}, done once it is adopted; among the
    arguments "{decision}" stands for the question and "{vote}" for the vote, its snapshot and record as `comity.rules.plain` has them.
    """
    wanted = one_of(QuestionKind, kind, "kind")
    if wanted not in {QuestionKind.PROPOSAL, QuestionKind.PROCEDURAL}:
        raise Refused(_("Amendments, parts and challenges belong to a question: put them there."), field="kind")
    where = _running_body(body)
    how = one_of(Mode, mode, "mode")
    audience = _ahead(meeting, where) if meeting else PUBLIC
    if moved_by:
        the_party(moved_by, "moved_by")
    version, held = _rule_in_force(by, rule)
    made = record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=meeting,
            readable_by=audience,
            kind=wanted.value,
            body=where.id,
            parent="",
            title=clean_original(title, most=LONGEST_TITLE, field="title"),
            charter=version,
            rule=held.id,
            mode=how.value,
            moved_by=moved_by,
            source=_source(source),
            consequence=_consequence(by, consequence),
            parts=_parts(by, parts or []),
        ),
    )
    for document in dict.fromkeys(documents or []):
        record_citation(by, made.ref, Ref("records.document", document), "puts", {}, PUBLIC)
    return made


def record_put(by: Actor, stated: QuestionPut) -> Question:
    """For acts that put questions of their own: they name `QuestionPut` among what they record."""
    record(by, stated)
    return Question.objects.get(id=stated.question)


@applies(QuestionPut)
def _apply_question_put(stated: QuestionPut, recorded: Recorded) -> None:
    row = Question.objects.create(
        id=stated.question,
        kind=stated.kind,
        body_id=stated.body,
        parent_id=stated.parent or None,
        title=stated.title,
        charter=stated.charter,
        rule=stated.rule,
        mode=stated.mode,
        meeting=stated.meeting,
        audience=stated.readable_by,
        moved_by=stated.moved_by,
        source=stated.source,
        consequence=stated.consequence,
        put_at=recorded.time,
    )
    QuestionPart.objects.bulk_create(
        QuestionPart(
            id=part.id,
            question=row,
            rank=rank,
            reference=part.reference,
            label=part.label,
            text=part.text,
            sha256=part.sha256,
        )
        for rank, part in enumerate(stated.parts)
    )


# --- amendments, division, withdrawal ---


@act("decisions.amend", may=(*KEEPS, *SPEAKS), records=(QuestionPut,))
def amend(
    *,
    by: Actor,
    question: str,
    title: Text,
    parts: list[PartAsked],
    party: str = "",
    rule: str = "",
    body: str = "",
    meeting: str = "",
) -> Question:
    """Move an amendment: new texts for parts of a question, by their references. An empty text: the part is left out."""
    current = _amendable(question, body, meeting)
    known = {part.reference for part in current.parts.all()}
    if not parts or not {part.reference for part in parts} <= known:
        raise Refused(
            _("Name the parts that it changes as the question does: %(parts)s.") % {"parts": ", ".join(sorted(known))},
            field="parts",
        )
    if party:
        the_party(party)
    held = _rule_of(current, rule or current.rule)
    return record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=current.meeting,
            readable_by=current.audience,
            kind=QuestionKind.AMENDMENT.value,
            body=current.body_id,
            parent=current.id,
            title=clean_original(title, most=LONGEST_TITLE, field="title"),
            charter=current.charter,
            rule=held.id,
            mode=current.mode,
            moved_by=party,
            source="",
            consequence=None,
            parts=_parts(by, parts, may_be_empty=True),
        ),
    )


@act("decisions.order_amendments", may=PRESIDES, records=(RulingMade,))
def order_amendments(
    *,
    by: Actor,
    question: str,
    order: list[str],
    reason: str = "",
    person: str = "",
    body: str = "",
    meeting: str = "",
) -> Ruling:
    """Find in which order amendments are taken, the one furthest from the original first. person: who found it, if another wrote it down.

    This is a ruling: it can be challenged.
    """
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    waiting = {row.id for row in amendments_waiting(current)}
    if len(order) != len(set(order)) or set(order) != waiting or not order:
        raise Refused(_("Name each amendment that is not decided yet, once."), field="order")
    return _record_ruling(by, current, FURTHEST_FIRST, holds=True, reason=reason, person=person, order=tuple(order))


@act("decisions.divide", may=(*KEEPS, *SPEAKS), records=(QuestionPut,))
def divide(
    *, by: Actor, question: str, parts: list[str], party: str = "", rule: str = "", body: str = "", meeting: str = ""
) -> Question:
    """Have parts of a question voted on separately, before the whole. parts: their references. What is not adopted is left out."""
    current = _amendable(question, body, meeting)
    if waiting := amendments_waiting(current):
        raise Refused(_("Amendments are decided first: “%(title)s” is not decided yet.") % {"title": waiting[0].title})
    rows = {part.reference: part for part in current.parts.filter(left_out=False).order_by("rank")}
    if not parts or not set(parts) <= rows.keys():
        raise Refused(_("Name the parts as the question does: %(parts)s.") % {"parts": ", ".join(rows)}, field="parts")
    already = QuestionPart.objects.filter(question__parent=current, question__kind=QuestionKind.PART)
    taken = already.exclude(question__stage=QuestionStage.WITHDRAWN).values_list("reference", flat=True)
    if twice := sorted(set(taken) & set(parts)):
        raise Refused(_("A separate vote on %(part)s was asked for already.") % {"part": twice[0]}, field="parts")
    if party:
        the_party(party)
    chosen = [part for reference, part in rows.items() if reference in set(parts)]
    return record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=current.meeting,
            readable_by=current.audience,
            kind=QuestionKind.PART.value,
            body=current.body_id,
            parent=current.id,
            title=in_all_languages(TITLES[1], parts=", ".join(part.reference for part in chosen)),
            charter=current.charter,
            rule=_rule_of(current, rule or current.rule).id,
            mode=current.mode,
            moved_by=party,
            source="",
            consequence=None,
            parts=tuple(_part_terms(new_id(by.now), part.reference, part.label, part.text) for part in chosen),
        ),
    )


@act("decisions.withdraw", may=(*KEEPS, *SPEAKS), records=(QuestionWithdrawn,))
def withdraw(*, by: Actor, question: str, reason: str = "", party: str = "", body: str = "", meeting: str = "") -> None:
    """Withdraw a question before it is voted on. A delegation withdraws what it moved itself."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    if party and party != current.moved_by:
        raise Refused(_("Only whoever moved it can withdraw it."), field="party")
    if Question.objects.filter(parent=current, stage=QuestionStage.VOTING).exists():
        raise Refused(_("What belongs to it is being voted on: wait for that."))
    why = clean_line(reason, most=500, field="reason", empty=True)
    record(
        by,
        QuestionWithdrawn(question=current.id, meeting=current.meeting, readable_by=current.audience, reason=why),
    )


@applies(QuestionWithdrawn)
def _apply_question_withdrawn(stated: QuestionWithdrawn, recorded: Recorded) -> None:
    Question.objects.filter(id=stated.question).update(stage=QuestionStage.WITHDRAWN, decided_at=recorded.time)


def amendments_waiting(question: Question) -> list[Question]:
    """Amendments to a question that are not decided yet, in the order in which they are taken: furthest first, if that was found."""
    rows = Question.objects.filter(
        parent=question, kind=QuestionKind.AMENDMENT, stage__in=(QuestionStage.PUT, QuestionStage.VOTING)
    )
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.id))


# --- rulings ---


@act("decisions.rule_on", may=PRESIDES, records=(RulingMade,))
def rule_on(
    *,
    by: Actor,
    question: str,
    statement: str,
    holds: bool = True,
    reason: str = "",
    person: str = "",
    body: str = "",
    meeting: str = "",
) -> Ruling:
    """Rule on a question: that it is an important one, that all efforts at consensus are exhausted. Never computed; can be challenged."""
    current = the_question(question, QuestionStage.PUT)
    belongs(current, body, meeting)
    said = clean_line(statement, most=300, field="statement")
    if said == FURTHEST_FIRST:
        raise Refused(_("The order of amendments has an act of its own."), field="statement")
    return _record_ruling(by, current, said, holds=holds, reason=reason, person=person)


def _record_ruling(
    by: Actor,
    question: Question,
    statement: str,
    *,
    holds: bool,
    reason: str,
    person: str,
    order: tuple[str, ...] = (),
) -> Ruling:
    named = person or by.person_id or ""
    if not is_id(named) or not Person.objects.filter(id=named).exists():
        raise Refused(_("Say who found it: a finding has a name."), field="person")
    ruling = new_id(by.now)
    record(
        by,
        RulingMade(
            question=question.id,
            meeting=question.meeting,
            readable_by=question.audience,
            ruling=ruling,
            statement=statement,
            holds=holds,
            by_role="chair",
            named=named,
            reason=clean_text(reason, most=1000, field="reason", empty=True),
            order=order,
        ),
    )
    return Ruling.objects.get(id=ruling)


@applies(RulingMade)
def _apply_ruling_made(stated: RulingMade, recorded: Recorded) -> None:
    Ruling.objects.create(
        id=stated.ruling,
        question_id=stated.question,
        statement=stated.statement,
        holds=stated.holds,
        by_role=stated.by_role,
        named=stated.named,
        reason=stated.reason,
        order=list(stated.order),
        made_at=recorded.time,
    )
    for rank, key in enumerate(stated.order, start=1):
        Question.objects.filter(id=key).update(rank=rank)


@act("decisions.challenge", may=(*KEEPS, *SPEAKS), records=(QuestionPut, RulingChallenged))
def challenge(*, by: Actor, ruling: str, party: str, reason: str = "", body: str = "", meeting: str = "") -> Question:
    """Challenge a ruling. It is put to the vote at once, by the rule that the charter has for that; yes overrules."""
    made = Ruling.objects.select_related("question").filter(id=ruling).first() if is_id(ruling) else None
    if made is None:
        raise NotFound(_("There is no such ruling."))
    current = the_question(made.question_id, QuestionStage.PUT)
    belongs(current, body, meeting)
    if made.challenge_id is not None:
        raise Refused(_("This ruling was challenged already."))
    the_party(party)
    held = _rule_of(current, CHALLENGE, missing=_("The charter has no rule for a challenge to a ruling."))
    question = record_put(
        by,
        QuestionPut(
            question=new_id(by.now),
            meeting=current.meeting,
            readable_by=current.audience,
            kind=QuestionKind.CHALLENGE.value,
            body=current.body_id,
            parent=current.id,
            title=in_all_languages(TITLES[0], title=made.statement),
            charter=current.charter,
            rule=held.id,
            mode=current.mode,
            moved_by=party,
            source="",
            consequence=None,
            parts=(),
        ),
    )
    why = clean_text(reason, most=1000, field="reason", empty=True)
    record(
        by,
        RulingChallenged(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            ruling=made.id,
            challenge=question.id,
            party=party,
            reason=why,
        ),
    )
    return question


@applies(RulingChallenged)
def _apply_ruling_challenged(stated: RulingChallenged, recorded: Recorded) -> None:
    Ruling.objects.filter(id=stated.ruling).update(challenge_id=stated.challenge)


# --- decided ---


def record_decided(by: Actor, vote: Vote | SecretBallot | ConsensusOutcome, verdict: Verdict) -> None:
    """For acts that close votes: they name `QuestionDecided` among what they record. Says what follows for what the question belongs to."""
    question = vote.question
    if question is None:
        raise ValueError(f"{vote.id} is a ballot on no question")
    adopted = verdict is Verdict.ADOPTED
    changed: tuple[PartChanged, ...] = ()
    overturns = ""
    if question.kind == QuestionKind.AMENDMENT and adopted:
        changed = tuple(_amended(question))
    elif question.kind == QuestionKind.PART and not adopted:
        changed = tuple(_left_out(question))
    elif question.kind == QuestionKind.CHALLENGE and adopted:
        overturns = question.challenges.id
    record(
        by,
        QuestionDecided(
            question=question.id,
            meeting=question.meeting,
            readable_by=question.audience,
            vote=vote.id,
            verdict=verdict.value,
            parent=question.parent_id or "",
            changed=changed,
            overturns=overturns,
        ),
    )
    parent = question.parent
    if changed and parent is not None and not parent.parts.filter(left_out=False).exists():
        # All of its parts were rejected, so it is rejected as a whole (General Assembly, rule 89).
        record(
            by,
            QuestionDecided(
                question=parent.id,
                meeting=parent.meeting,
                readable_by=parent.audience,
                vote=vote.id,
                verdict=Verdict.NOT_ADOPTED.value,
                parent="",
                changed=(),
                overturns="",
            ),
        )


@applies(QuestionDecided)
def _apply_question_decided(stated: QuestionDecided, recorded: Recorded) -> None:
    Question.objects.filter(id=stated.question).update(
        stage=QuestionStage.DECIDED, verdict=stated.verdict, decided_at=recorded.time
    )
    for part in stated.changed:
        changed_by = None if part.left_out else stated.question
        QuestionPart.objects.filter(id=part.id).update(
            text=part.text, sha256=part.sha256, left_out=part.left_out, changed_by=changed_by
        )
    if stated.overturns:
        ruling = Ruling.objects.get(id=stated.overturns)
        Question.objects.filter(id__in=ruling.order).update(rank=None)
        Ruling.objects.filter(id=ruling.id).update(overturned=True)


def _amended(amendment: Question) -> Iterable[PartChanged]:
    targets = {part.reference: part for part in amendment.parent.parts.all()} if amendment.parent else {}
    for part in amendment.parts.order_by("rank"):
        target = targets[part.reference]
        gone = not part.text
        text = target.text if gone else part.text
        yield PartChanged(id=target.id, text=text, sha256=text_digest(text), left_out=gone)


def _left_out(part_vote: Question) -> Iterable[PartChanged]:
    references = set(part_vote.parts.values_list("reference", flat=True))
    rows = part_vote.parent.parts.order_by("rank") if part_vote.parent else ()
    for part in rows:
        if part.reference in references:
            yield PartChanged(id=part.id, text=part.text, sha256=part.sha256, left_out=True)


@act("decisions.carry_out", may=(SECRETARY,), records=(ConsequenceCarriedOut,))
def carry_out(*, by: Actor, question: str, seen: int | None = None) -> None:
    """Do the act of another office that an adopted question calls for, such as putting a charter in force."""
    current = the_question(question, QuestionStage.DECIDED)
    unchanged(current.ref, seen)
    asked = current.consequence
    if current.verdict != Verdict.ADOPTED or asked is None:
        raise Refused(_("Nothing follows from this question by itself."))
    if current.carried_out:
        raise Refused(_("This was carried out already."))
    vote = Vote.objects.select_related("question").filter(question=current, verdict=Verdict.ADOPTED).latest("id")
    given = _filled(asked["arguments"], vote)
    made = perform(asked["act"], by, given)
    record(
        by,
        ConsequenceCarriedOut(
            question=current.id,
            meeting=current.meeting,
            readable_by=current.audience,
            act=asked["act"],
            made=(made or {}).get("id") or "",
        ),
    )


@applies(ConsequenceCarriedOut)
def _apply_consequence_carried_out(stated: ConsequenceCarriedOut, recorded: Recorded) -> None:
    Question.objects.filter(id=stated.question).update(carried_out=stated.made or stated.act)


# --- what several of them need ---


def text_digest(text: Text) -> str:
    """SHA-256 of a text in all its languages: what was put, whoever translates it later."""
    return sha256(ledger.canonical({code: wording.text for code, wording in text.wordings.items()})).hexdigest()


def in_all_languages(template: str, **words: object) -> Text:
    """A sentence of the site as a text in each of its languages; `template` is marked for translators where it is written."""
    told = {}
    for code, _word in settings.LANGUAGES:
        with translation.override(code):
            told[code] = _(template) % words
    return Text.of(told.pop("en"), "en", **told)


def _running_body(key: str) -> Body:
    found = Body.objects.filter(id=key, dissolved_on__isnull=True).first() if is_id(key) else None
    if found is None:
        raise Refused(_("There is no such body."), field="body")
    return found


def _ahead(key: str, body: Body) -> str:
    found = meeting_by_id(key)
    if found is None or found.body_id != body.id or found.stage not in AHEAD:
        raise Refused(_("Choose a meeting of this body that is not over."), field="meeting")
    return found.audience


def _rule_in_force(by: Actor, rule: str) -> tuple[str, CharterRule]:
    held = charter_in_force(by.now.date())
    if held is None:
        raise Refused(
            _("No charter is in force yet: adopt one first, so that there is a rule to decide by."), field="rule"
        )
    try:
        found = held.charter.rule(rule, by.now.date())
    except RulesError as error:
        raise Refused(str(error), field="rule") from error
    _votable(found)
    return held.version, found


def _rule_of(question: Question, rule: str, missing: str = "") -> CharterRule:
    """A rule of the charter by which a question was put."""
    held = charter_version(question.charter)
    if held is None:
        raise NotFound(_("There is no such version of the charter."))
    try:
        found = held.charter.rule(rule)
    except RulesError as error:
        raise Refused(missing or str(error), field="rule") from error
    _votable(found)
    return found


def _votable(rule: CharterRule) -> None:
    if rule.kind is not Kind.VOTE:
        raise Refused(
            _("This rule is not for votes: silence, elections and entry into force have ways of their own."),
            field="rule",
        )


def _amendable(key: str, body: str, meeting: str) -> Question:
    current = the_question(key, QuestionStage.PUT)
    belongs(current, body, meeting)
    if current.kind != QuestionKind.PROPOSAL or not current.parts.exists():
        raise Refused(_("Only a proposal with parts can be amended or divided."))
    return current


def _parts(by: Actor, asked: Sequence[PartAsked], *, may_be_empty: bool = False) -> tuple[PartTerms, ...]:
    if len(asked) > MOST_PARTS:
        raise Refused(_("At most %(most)d parts are possible.") % {"most": MOST_PARTS}, field="parts")
    made = []
    for part in asked:
        reference = clean_line(part.reference, most=100, field="parts")
        label = clean_line(part.label, most=200, field="parts", empty=True)
        text = clean_original(part.text, most=LONGEST_PART, field="parts", empty=may_be_empty)
        made.append(_part_terms(new_id(by.now), reference, label, text))
    if len({part.reference for part in made}) < len(made):
        raise Refused(_("Two parts have the same reference."), field="parts")
    return tuple(made)


def _part_terms(key: str, reference: str, label: str, text: Text) -> PartTerms:
    return PartTerms(id=key, reference=reference, label=label, text=text, sha256=text_digest(text))


def _source(source: str) -> str:
    if not source:
        return ""
    try:
        ref = Ref.parse(source)
    except ValueError as error:
        raise Refused(str(error), field="source") from error
    kind = KINDS.get(ref.kind)
    if len(source) > 100 or kind is None or not kind.names([ref.id]):
        raise Refused(_("What it comes from is not here."), field="source")
    return source


def _consequence(by: Actor, asked: dict[str, Any] | None) -> dict[str, Any] | None:
    """What follows from adoption, refused where it could not be done. Whoever puts it may do it themselves. Raises Refused."""
    if asked is None:
        return None
    if set(asked) != {"act", "arguments"} or not isinstance(asked["arguments"], dict) or asked["act"] not in ACTS:
        raise Refused(_("Say which act follows, and with which arguments."), field="consequence")
    try:
        length = len(ledger.canonical(asked))
    except LedgerError as error:
        raise Refused(str(error), field="consequence") from error
    if length > LONGEST_PART:
        raise Refused(_("This is too long."), field="consequence")
    check_may(by, asked["act"])
    return asked


def _filled(given: Any, vote: Vote) -> Any:
    """Arguments with the question in the place of "{decision}", and the vote that decided it in that of "{vote}"."""
    if given == "{decision}":
        return str(vote.question.ref)
    if given == "{vote}":
        return {"snapshot": vote.snapshot, "record": vote.record}
    if isinstance(given, dict):
        return {key: _filled(value, vote) for key, value in given.items()}
    return [_filled(value, vote) for value in given] if isinstance(given, list) else given
