"""Event types on statements: seeded, proposed, and every act of moderation.

What a participant wrote is in the personal part: the moderators' and the public's pages show it while it stands, an export for the
public has it in the table of statements, and it can be erased. What a facilitator wrote is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from comity.groundwork.audiences import PUBLIC, SECRETARIAT
from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.consultations.models import CONSULTATION, STATEMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStatement(Fact):
    """What is about one statement. draft: the consultation was in preparation; then it is for the secretariat."""

    consultation: str
    statement: str
    draft: bool = False

    @property
    def audience(self) -> str:
        return SECRETARIAT if self.draft else PUBLIC

    def about(self) -> tuple[Ref, ...]:
        return (Ref(STATEMENT, self.statement), Ref(CONSULTATION, self.consultation))

    def said(self, sentence: str, name: Namer) -> str:
        """A sentence with the statement's and the consultation's names."""
        statement, consultation = self.about()[:2]
        return sentence % {"statement": name(statement), "consultation": name(consultation)}


_TEXT = frozenset({"text"})
_ERASURE = "The wording is in the personal part, which is erased with the statement."


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSeeded(OfStatement):
    """A statement that whoever asks puts first."""

    TYPE = "consultations.statement_seeded"
    number: int
    text: Text
    meta: bool

    def sentence(self, name: Namer) -> str:
        return self.said(_("%(statement)s was put to the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProposed(OfStatement):
    """A participant wrote a statement. Who, is nowhere in the record. shown: at once, before anybody moderated it."""

    TYPE = "consultations.statement_proposed"
    PERSONAL, SUBJECT, ERASURE = _TEXT, "subject", _ERASURE
    number: int
    text: Text | None
    subject: None = None
    shown: bool

    def sentence(self, name: Namer) -> str:
        return self.said(_("A participant proposed %(statement)s to the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAccepted(OfStatement):
    """A moderator accepted a statement. meta: it is about the person who answers."""

    TYPE = "consultations.statement_accepted"
    meta: bool
    reason: str

    def sentence(self, name: Namer) -> str:
        return self.said(_("%(statement)s was accepted in the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRejected(OfStatement):
    """A moderator rejected a statement, with the reason."""

    TYPE = "consultations.statement_rejected"
    reason: str

    def sentence(self, name: Namer) -> str:
        return self.said(_("%(statement)s was rejected in the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMerged(OfStatement):
    """A statement that says the same as another was merged into it. Answers stay with what people read."""

    TYPE = "consultations.statement_merged"
    into: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (*OfStatement.about(self), Ref(STATEMENT, self.into))

    def sentence(self, name: Namer) -> str:
        sentence = _("%(statement)s was merged into %(into)s in the consultation %(consultation)s.")
        statement, consultation, into = self.about()
        return sentence % {"statement": name(statement), "consultation": name(consultation), "into": name(into)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSplit(OfStatement):
    """A statement was taken out for one or several in its place. parts: their ids; each is entered by a `StatementReplaced`."""

    TYPE = "consultations.statement_split"
    parts: tuple[str, ...]
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (*OfStatement.about(self), *(Ref(STATEMENT, part) for part in self.parts))

    def sentence(self, name: Namer) -> str:
        if len(self.parts) == 1:
            return self.said(_("%(statement)s was replaced by another in the consultation %(consultation)s."), name)
        return self.said(_("%(statement)s was split into several in the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReplaced(OfStatement):
    """One statement of those that stand in the place of another, `of`."""

    TYPE = "consultations.statement_replaced"
    PERSONAL, SUBJECT, ERASURE = _TEXT, "subject", _ERASURE
    number: int
    text: Text | None
    subject: None = None
    of: str

    def sentence(self, name: Namer) -> str:
        return self.said(_("%(statement)s was put in the place of another in the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReworded(OfStatement):
    """A moderator reworded a statement that nobody had been asked yet; its author is told."""

    TYPE = "consultations.statement_reworded"
    PERSONAL, SUBJECT, ERASURE = _TEXT, "subject", _ERASURE
    text: Text | None
    subject: None = None
    reason: str

    def sentence(self, name: Namer) -> str:
        return self.said(_("%(statement)s was reworded in the consultation %(consultation)s."), name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementErased(OfStatement):
    """The text of a statement was erased from the tables and from every event; what was answered to it takes no part."""

    TYPE = "consultations.statement_erased"
    reason: str

    def sentence(self, name: Namer) -> str:
        return self.said(_("The text of %(statement)s in the consultation %(consultation)s was erased."), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedStatement:
    """A statement as an export of another system has it. proposed_at: None where it does not say."""

    id: str
    number: int
    text: Text
    decision: str
    meta: bool
    seed: bool
    proposed_at: datetime | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsImported(Fact):
    """The statements of a consultation that was held elsewhere."""

    TYPE = "consultations.statements_imported"
    consultation: str
    statements: tuple[ImportedStatement, ...]

    def about(self) -> tuple[Ref, ...]:
        return (Ref(CONSULTATION, self.consultation),)

    def sentence(self, name: Namer) -> str:
        return _("%(count)d statements were imported into the consultation %(consultation)s.") % {
            "count": len(self.statements),
            "consultation": name(self.about()[0]),
        }
