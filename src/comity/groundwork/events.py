"""Event types of the groundwork: people, their roles, citations, files, translations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.audiences import SECRETARIAT
from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import FILE_KIND, PERSON_KIND, Ref
from comity.groundwork.roles import ROLES
from comity.groundwork.translated import Wording, language_word


def _role(name: str) -> str:
    return str(ROLES[name].word) if name in ROLES else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPerson(Fact):
    AUDIENCE = SECRETARIAT
    SUBJECT = "person"
    person: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(PERSON_KIND, self.person),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(_OfPerson):
    """Somebody got an account."""

    TYPE = "groundwork.person_registered"
    PERSONAL = frozenset({"name", "email"})
    ERASURE = "Name and e-mail address are in the personal part, which is erased with the person."
    name: str | None
    email: str | None
    language: str
    invented: bool

    def sentence(self, name: Namer) -> str:
        return _("%(person)s was registered.") % {"person": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(_OfPerson):
    """Somebody's name, address or language changed; None: as it was."""

    TYPE = "groundwork.person_changed"
    PERSONAL = frozenset({"name", "email"})
    ERASURE = "Name and e-mail address are in the personal part, which is erased with the person."
    name: str | None
    email: str | None
    language: str | None
    may_sign_in: bool | None

    def sentence(self, name: Namer) -> str:
        return _("The entry of %(person)s was changed.") % {"person": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(_OfPerson):
    """Somebody's personal data was erased from the tables and from every event."""

    TYPE = "groundwork.person_erased"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The personal data of %(person)s was erased.") % {"person": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade(_OfPerson):
    """Somebody made a key with which programs act in their name. The key itself is nowhere in the record."""

    TYPE = "groundwork.token_made"
    ERASURE = "Names the person by id only."
    token: str
    name: str
    may_write: bool
    expires_at: datetime

    def sentence(self, name: Namer) -> str:
        return _("%(person)s made a key for programs.") % {"person": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(_OfPerson):
    """A key for programs no longer works."""

    TYPE = "groundwork.token_revoked"
    ERASURE = "Names the person by id only."
    token: str

    def sentence(self, name: Namer) -> str:
        return _("A key for programs of %(person)s was revoked.") % {"person": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Fact):
    """Somebody holds a role from now on, to the last day of a term if there is one."""

    TYPE = "groundwork.role_granted"
    ERASURE = "Names the person by id only."
    grant: str
    person: str
    role: str
    at: str
    term_ends: date | None
    reason: str

    def about(self) -> tuple[Ref, ...]:
        person = Ref(PERSON_KIND, self.person)
        return (person, Ref.parse(self.at)) if self.at else (person,)

    def sentence(self, name: Namer) -> str:
        words = {"person": name(Ref(PERSON_KIND, self.person)), "role": _role(self.role)}
        if self.at:
            return _("%(person)s became %(role)s of %(thing)s.") % {**words, "thing": name(Ref.parse(self.at))}
        return _("%(person)s became %(role)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(Fact):
    """Somebody no longer holds a role."""

    TYPE = "groundwork.role_ended"
    ERASURE = "Names the person by id only."
    grant: str
    person: str
    role: str
    at: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        person = Ref(PERSON_KIND, self.person)
        return (person, Ref.parse(self.at)) if self.at else (person,)

    def sentence(self, name: Namer) -> str:
        words = {"person": name(Ref(PERSON_KIND, self.person)), "role": _role(self.role)}
        if self.at:
            return _("%(person)s is no longer %(role)s of %(thing)s.") % {**words, "thing": name(Ref.parse(self.at))}
        return _("%(person)s is no longer %(role)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Cited(Fact):
    """One thing cites another, with what it looked like then."""

    TYPE = "groundwork.cited"
    citation: str
    source: str
    target: str
    relation: str
    snapshot: dict[str, Any]
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref.parse(self.source), Ref.parse(self.target))

    def sentence(self, name: Namer) -> str:
        source, target = map(name, self.about())
        return _("%(source)s cites %(target)s.") % {"source": source, "target": target}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CitationWithdrawn(Fact):
    """A citation no longer holds; it stays in the record."""

    TYPE = "groundwork.citation_withdrawn"
    citation: str
    source: str
    target: str
    reason: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref.parse(self.source), Ref.parse(self.target))

    def sentence(self, name: Namer) -> str:
        source, target = map(name, self.about())
        return _("%(source)s no longer cites %(target)s.") % {"source": source, "target": target}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class FileStored(Fact):
    """A file was attached to something; the hash binds its content to the record."""

    TYPE = "groundwork.file_stored"
    ERASURE = "The content lies outside the log; removing the file deletes it."
    file: str
    sha256: str
    size: int
    name: str
    media_type: str
    attached_to: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref.parse(self.attached_to), Ref(FILE_KIND, self.file))

    def sentence(self, name: Namer) -> str:
        return _("The file “%(file)s” was attached to %(thing)s.") % {
            "file": self.name,
            "thing": name(Ref.parse(self.attached_to)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class FileRemoved(Fact):
    """A file's content was removed; that it existed, and its hash, stay in the record."""

    TYPE = "groundwork.file_removed"
    file: str
    name: str
    attached_to: str
    reason: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref.parse(self.attached_to), Ref(FILE_KIND, self.file))

    def sentence(self, name: Namer) -> str:
        return _("The file “%(file)s” was removed from %(thing)s.") % {
            "file": self.name,
            "thing": name(Ref.parse(self.attached_to)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TextTranslated(Fact):
    """A wording of a text was made, or reviewed, in one language."""

    TYPE = "groundwork.text_translated"
    thing: str
    field: str
    language: str
    wording: Wording
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref.parse(self.thing),)

    def sentence(self, name: Namer) -> str:
        return _("%(thing)s: a text was translated (%(language)s).") % {
            "thing": name(self.about()[0]),
            "language": language_word(self.language),
        }
