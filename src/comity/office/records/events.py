"""Event types of the records office: documents, their versions, and the witnesses of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.audiences import SECRETARIAT
from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import FILE_KIND, Ref
from comity.groundwork.translated import Text, language_word

DOCUMENT, WITNESS = "records.document", "records.witness"


@dataclass(frozen=True, slots=True)
class Version:
    """A document in one language, as one file, by the ids of both."""

    version: str
    language: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfDraft(Fact):
    """Drafts are for the secretariat: what is issued says everything anew, to whom it is issued."""

    AUDIENCE = SECRETARIAT
    document: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(DOCUMENT, self.document),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntered(_OfDraft):
    """A document was begun."""

    TYPE = "records.document_entered"
    title: Text
    series: str
    for_debate: bool
    issued_to: str
    concerns: str
    relation: str
    base: str | None

    def sentence(self, name: Namer) -> str:
        return _("The document “%(title)s” was begun.") % {"title": self.title.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChanged(_OfDraft):
    """A draft changed; None: as it was."""

    TYPE = "records.document_changed"
    title: Text | None
    series: str | None
    for_debate: bool | None
    issued_to: str | None

    def sentence(self, name: Namer) -> str:
        return _("The draft “%(title)s” was changed.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAdded(Fact):
    """A document got a file in a language. replaces: the version of the draft in whose place it comes."""

    TYPE = "records.version_added"
    document: str
    version: Version
    replaces: str | None
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref(DOCUMENT, self.document), Ref(FILE_KIND, self.version.file))

    def sentence(self, name: Namer) -> str:
        words = {"document": name(self.about()[0]), "language": language_word(self.version.language)}
        if not self.version.language:
            return _("A file was added to %(document)s.") % words
        return _("%(document)s was added in a language (%(language)s).") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRemoved(_OfDraft):
    """A file was taken out of a draft."""

    TYPE = "records.version_removed"
    version: str

    def sentence(self, name: Namer) -> str:
        return _("A file was taken out of the draft “%(title)s”.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIssued(Fact):
    """A document got its symbol and went to its readers. It says all that they may know of it."""

    TYPE = "records.document_issued"
    document: str
    title: Text
    series: str
    for_debate: bool
    stem: str
    number: int
    issued_on: date
    concerns: str
    relation: str
    base: str | None
    versions: tuple[Version, ...]
    readable_by: str

    @property
    def symbol(self) -> str:
        """What it is called."""
        return f"{self.stem}{self.number}"

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        base = (Ref(DOCUMENT, self.base),) if self.base else ()
        concerns = (Ref.parse(self.concerns),) if self.concerns else ()
        return (Ref(DOCUMENT, self.document), *base, *concerns)

    def sentence(self, name: Namer) -> str:
        words = {"symbol": name(self.about()[0]), "title": self.title.shown()}
        return _("%(symbol)s was issued: “%(title)s”.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWithdrawn(Fact):
    """A document no longer stands. Its symbol is not given again."""

    TYPE = "records.document_withdrawn"
    document: str
    reason: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref(DOCUMENT, self.document),)

    def sentence(self, name: Namer) -> str:
        return _("%(document)s was withdrawn.") % {"document": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRegistered(Fact):
    """The organisation asks somebody to remember the heads of its log."""

    TYPE = "records.witness_registered"
    witness: str
    name: str
    key: str
    url: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(WITNESS, self.witness),)

    def sentence(self, name: Namer) -> str:
        return _("%(witness)s is asked to witness the record.") % {"witness": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRetired(Fact):
    """The organisation no longer asks a witness. What it cosigned stands."""

    TYPE = "records.witness_retired"
    witness: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(WITNESS, self.witness),)

    def sentence(self, name: Namer) -> str:
        return _("%(witness)s is no longer asked to witness the record.") % {"witness": name(self.about()[0])}
