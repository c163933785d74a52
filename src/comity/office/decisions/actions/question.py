"""Acts on questions: put, amend, divide, withdraw. Rulings are in `ruling`, what follows from a decision in `deciding`, votes in `vote`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity import ledger
from comity.groundwork.actions import record_citation
from comity.groundwork.acts import ACTS, Actor, act, applies, check_may, record
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.events import Cited
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refs import KINDS, Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.ledger import LedgerError
from comity.office.charter.models import Body
from comity.office.charter.queries import charter_in_force, charter_version
from comity.office.charter.who_votes import ADOPTS
from comity.office.decisions.actions.checks import (
    KEEPS,
    SPEAKS,
    belongs,
    one_of,
    the_party,
    the_question,
)
from comity.office.decisions.events.question import (
    PartTerms,
    QuestionPut,
    QuestionWithdrawn,
)
from comity.office.decisions.models import Question, QuestionPart
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage
from comity.office.decisions.words import engine_language, part_word, several
from comity.office.meetings.queries.meetings import meeting as meeting_by_id
from comity.office.meetings.vocabulary import AHEAD
from comity.rules import Kind, RulesError
from comity.rules import Rule as CharterRule
from comity.rules.organs import organs, votes_itself

MOST_PARTS, LONGEST_TITLE, LONGEST_PART = 500, 300, 50_000
SEPARATELY = gettext_noop("Separate vote: %(parts)s")


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
    where = running_body(body)
    how = one_of(Mode, mode, "mode")
    audience = meeting_ahead(meeting, where) if meeting else PUBLIC
    if moved_by:
        the_party(moved_by, "moved_by")
    version, held, joint = _rule_in_force(by, rule)
    if joint and consequence is not None and consequence.get("act") == ADOPTS:
        raise Refused(_("A charter is adopted by one vote of all members, not by several organs."), field="rule")
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
            _("Name the parts that it changes as the question does: %(parts)s.") % {"parts": several(sorted(known))},
            field="parts",
        )
    if party:
        the_party(party)
    held = rule_of(current, rule or current.rule)
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
        raise Refused(_("Name the parts as the question does: %(parts)s.") % {"parts": several(rows)}, field="parts")
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
            title=in_all_languages(SEPARATELY, parts=lambda: several(part_word(part.reference) for part in chosen)),
            charter=current.charter,
            rule=rule_of(current, rule or current.rule).id,
            mode=current.mode,
            moved_by=party,
            source="",
            consequence=None,
            parts=tuple(part_terms(new_id(by.now), part.reference, part.label, part.text) for part in chosen),
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


# --- what several of them need ---


def text_digest(text: Text) -> str:
    """SHA-256 of a text in all its languages: what was put, whoever translates it later."""
    return sha256(ledger.canonical({code: wording.text for code, wording in text.wordings.items()})).hexdigest()


def in_all_languages(template: str, **words: object) -> Text:
    """A sentence of the site as a text in each of its languages; `template` is marked for translators where it is written.

    words: what stands in it; what can be called is asked for its word in each language.
    """
    told = {}
    for code, _word in settings.LANGUAGES:
        with translation.override(code):
            told[code] = _(template) % {key: word() if callable(word) else word for key, word in words.items()}
    return Text.of(told.pop("en"), "en", **told)


def running_body(key: str) -> Body:
    """A body that was not dissolved. Raises Refused."""
    found = Body.objects.filter(id=key, dissolved_on__isnull=True).first() if is_id(key) else None
    if found is None:
        raise Refused(_("There is no such body."), field="body")
    return found


def meeting_ahead(key: str, body: Body) -> str:
    """For whom a meeting is that could take a question of this body. Raises Refused."""
    found = meeting_by_id(key)
    if found is None or found.body_id != body.id or found.stage not in AHEAD:
        raise Refused(_("Choose a meeting of this body that is not over."), field="meeting")
    return found.audience


def _rule_in_force(by: Actor, rule: str) -> tuple[str, CharterRule, bool]:
    """The version of the charter, its rule, and whether several organs decide by it. Raises Refused."""
    held = charter_in_force(by.now.date())
    if held is None:
        raise Refused(
            _("No charter is in force yet: adopt one first, so that there is a rule to decide by."), field="rule"
        )
    try:
        found = held.charter.rule(rule, by.now.date())
        joint = bool(organs(held.charter, found, by.now.date()))
    except RulesError as error:
        raise Refused(error.told(engine_language()), field="rule") from error
    _votable(found)
    return held.version, found, joint


def rule_of(question: Question, rule: str, missing: str = "") -> CharterRule:
    """A rule of the charter by which a question was put."""
    held = charter_version(question.charter)
    if held is None:
        raise NotFound(_("There is no such version of the charter."))
    try:
        found = held.charter.rule(rule)
        joint = bool(organs(held.charter, found))
    except RulesError as error:
        raise Refused(missing or error.told(engine_language()), field="rule") from error
    _votable(found)
    if joint:
        raise Refused(_("By this rule several organs decide: it is for what is put by itself."), field="rule")
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
    if organs_decide(current):
        raise Refused(_("Several organs decide on this text: it is amended before it is put to them."))
    return current


def organs_decide(question: Question) -> bool:
    """Whether only votes of several organs decide a question, each in its own body."""
    held = charter_version(question.charter)
    if held is None:
        return False
    rule = held.charter.rule(question.rule)
    return bool(organs(held.charter, rule)) and not votes_itself(held.charter, rule)


def _parts(by: Actor, asked: Sequence[PartAsked], *, may_be_empty: bool = False) -> tuple[PartTerms, ...]:
    if len(asked) > MOST_PARTS:
        raise Refused(_("At most %(most)d parts are possible.") % {"most": MOST_PARTS}, field="parts")
    made = []
    for part in asked:
        reference = clean_line(part.reference, most=100, field="parts")
        label = clean_line(part.label, most=200, field="parts", empty=True)
        text = clean_original(part.text, most=LONGEST_PART, field="parts", empty=may_be_empty)
        made.append(part_terms(new_id(by.now), reference, label, text))
    if len({part.reference for part in made}) < len(made):
        raise Refused(_("Two parts have the same reference."), field="parts")
    return tuple(made)


def part_terms(key: str, reference: str, label: str, text: Text) -> PartTerms:
    """A part as it is put, with the hash of its text."""
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
