"""Event types of the charter office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.charter.settings import SETTINGS
from comity.office.charter.telling import several

ORGANISATION, TENET, BODY, VERSION = "charter.organisation", "charter.tenet", "charter.body", "charter.version"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOrganisation(Fact):
    organisation: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ORGANISATION, self.organisation),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFounded(_OfOrganisation):
    """The organisation was set up on this site."""

    TYPE = "charter.organisation_founded"
    name: Text
    short_name: str
    seat: Text
    purpose: Text
    demonstration: bool

    def sentence(self, name: Namer) -> str:
        return _("The record of %(organisation)s was opened.") % {"organisation": self.name.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChanged(_OfOrganisation):
    """Names, seat or purpose changed; None: as it was."""

    TYPE = "charter.organisation_changed"
    name: Text | None
    short_name: str | None
    seat: Text | None
    purpose: Text | None

    def sentence(self, name: Namer) -> str:
        changed = [
            word
            for value, word in (
                (self.name, _("name")),
                (self.short_name, _("short name")),
                (self.seat, _("seat")),
                (self.purpose, _("purpose")),
            )
            if value is not None
        ]
        return _("The organisation's entry was changed: %(what)s.") % {"what": several(changed)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TenetAdopted(Fact):
    """A founding text was entered."""

    TYPE = "charter.tenet_adopted"
    tenet: str
    kind: str
    number: int
    title: Text
    text: Text
    certainty: str
    source: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(TENET, self.tenet),)

    def sentence(self, name: Namer) -> str:
        return _("“%(title)s” was entered among the founding texts.") % {"title": self.title.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TenetChanged(Fact):
    """A founding text was corrected; None: as it was."""

    TYPE = "charter.tenet_changed"
    tenet: str
    title: Text | None
    text: Text | None
    certainty: str | None
    source: str | None

    def about(self) -> tuple[Ref, ...]:
        return (Ref(TENET, self.tenet),)

    def sentence(self, name: Namer) -> str:
        return _("The founding text “%(title)s” was corrected.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TenetWithdrawn(Fact):
    """A founding text no longer stands; the record keeps it."""

    TYPE = "charter.tenet_withdrawn"
    tenet: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(TENET, self.tenet),)

    def sentence(self, name: Namer) -> str:
        return _("The founding text “%(title)s” was withdrawn.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEstablished(Fact):
    """A body of the organisation exists from a date on."""

    TYPE = "charter.body_established"
    body: str
    parent: str | None
    name: Text
    abbreviation: str
    mandate: Text
    rank: int
    established_on: date

    def about(self) -> tuple[Ref, ...]:
        body = Ref(BODY, self.body)
        return (body, Ref(BODY, self.parent)) if self.parent else (body,)

    def sentence(self, name: Namer) -> str:
        return _("The body “%(body)s” was established.") % {"body": self.name.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyChanged(Fact):
    """A body's name, place or mandate changed; None: as it was. parent "": it stands at the top."""

    TYPE = "charter.body_changed"
    body: str
    parent: str | None
    name: Text | None
    abbreviation: str | None
    mandate: Text | None
    rank: int | None

    def about(self) -> tuple[Ref, ...]:
        return (Ref(BODY, self.body),)

    def sentence(self, name: Namer) -> str:
        return _("The entry of the body “%(body)s” was changed.") % {"body": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDissolved(Fact):
    """A body ends on a date."""

    TYPE = "charter.body_dissolved"
    body: str
    dissolved_on: date
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(BODY, self.body),)

    def sentence(self, name: Namer) -> str:
        return _("The body “%(body)s” was dissolved.") % {"body": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChanged(_OfOrganisation):
    """A setting of the organisation changed."""

    TYPE = "charter.setting_changed"
    key: str
    value: dict[str, Any]
    reason: str

    def sentence(self, name: Namer) -> str:
        word = SETTINGS[self.key].word if self.key in SETTINGS else self.key
        return _("The setting “%(setting)s” was changed.") % {"setting": word}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfVersion(Fact):
    version: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(VERSION, self.version),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TextOfVersion(_OfVersion):
    text: str
    title: dict[str, str]
    example: bool
    note: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CharterDrafted(_TextOfVersion):
    """A charter was proposed: TOML of the rules engine, with the title that the text gives it by language."""

    TYPE = "charter.charter_drafted"

    def sentence(self, name: Namer) -> str:
        return _("The charter “%(title)s” was proposed.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CharterDraftChanged(_TextOfVersion):
    """The text of a proposed charter changed."""

    TYPE = "charter.draft_changed"

    def sentence(self, name: Namer) -> str:
        return _("The proposed charter “%(title)s” was changed.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CharterDraftWithdrawn(_OfVersion):
    """A proposed charter is not pursued; the record keeps it."""

    TYPE = "charter.draft_withdrawn"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The proposed charter “%(title)s” was withdrawn.") % {"title": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CharterAdopted(_OfVersion):
    """A proposed charter was adopted, by the vote given here and the outcome that the charter in force made of it.

    vote: `{"snapshot": ..., "record": ...}` as `comity.rules.plain` writes them; outcome: as `comity.rules.Outcome.to_dict` does. Both are
    None for a founding charter. decision: what the vote was taken in, `kind:id`, or empty.
    """

    TYPE = "charter.charter_adopted"
    number: int
    digest: str
    adopted_on: date
    in_force_from: date
    vote: dict[str, Any] | None
    outcome: dict[str, Any] | None
    decision: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        version = Ref(VERSION, self.version)
        return (version, Ref.parse(self.decision)) if self.decision else (version,)

    def sentence(self, name: Namer) -> str:
        words = {"title": name(self.about()[0]), "number": self.number}
        if self.outcome is None:
            return _("The charter “%(title)s” was laid down as the founding one.") % words
        return _("The charter “%(title)s” was adopted as number %(number)d.") % words
