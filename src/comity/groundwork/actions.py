"""Acts of the groundwork: registering people, granting roles, citing, storing files, translating. The only file here that writes."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from comity import ledger
from comity.groundwork import files
from comity.groundwork.acts import Actor, act, applies, record, system_actor, unchanged
from comity.groundwork.audiences import is_audience
from comity.groundwork.events import (
    CitationWithdrawn,
    Cited,
    FileRemoved,
    FileStored,
    PersonChanged,
    PersonErased,
    PersonRegistered,
    RoleEnded,
    RoleGranted,
    TextTranslated,
    TokenMade,
    TokenRevoked,
)
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import PERSONAL, Recorded
from comity.groundwork.models import Citation, EventPart, Grant, Person, StoredFile, Token
from comity.groundwork.refs import KINDS, Ref
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.roles import ADMINISTRATOR, ANYBODY, PERSON, ROLES, SECRETARY, TRANSLATOR
from comity.groundwork.texts import clean_language, clean_line, clean_text
from comity.groundwork.translated import TRANSLATABLE, Made, Wording, digest, find_text
from comity.ledger import LedgerError

# --- people ---

LONGEST_ADDRESS = 254
"""Characters: no longer address can be written to (RFC 5321, erratum 1690)."""


@act("groundwork.register_person", may=(ADMINISTRATOR, SECRETARY, ANYBODY), records=(PersonRegistered,))
def register_person(
    *, by: Actor, name: str, email: str | None = None, language: str = "en", invented: bool = False
) -> Person:
    """Register somebody. Visitors register themselves, where the site lets them, through the sign-up page."""
    if by.person_id is not None and not (by.holds(ADMINISTRATOR) or by.holds(SECRETARY)):
        raise NotAllowed(_("You are registered already; others are registered by the secretariat."))
    return record_person(by, name, email, language, invented=invented)


def record_person(by: Actor, name: str, email: str | None, language: str, *, invented: bool = False) -> Person:
    """For acts of offices that register people: they name `PersonRegistered` among what they record. Raises Refused."""
    kept = clean_line(name, most=200, field="name")
    _check_language(language)
    address = _address(email)
    if address and Person.objects.filter(email=address).exists():
        raise Refused(_("Somebody with this e-mail address is registered already."), field="email")
    person = new_id(by.now)
    record(by, PersonRegistered(person=person, name=kept, email=address, language=language, invented=invented))
    return Person.objects.get(id=person)


@applies(PersonRegistered)
def _apply_person_registered(stated: PersonRegistered, recorded: Recorded) -> None:
    person = Person(
        id=stated.person,
        name=stated.name or "",
        email=stated.email,
        language=stated.language,
        invented=stated.invented,
        registered_at=recorded.time,
    )
    person.set_unusable_password()
    person.save(force_insert=True)


@act("groundwork.change_person", may=(ADMINISTRATOR, SECRETARY, PERSON), records=(PersonChanged,))
def change_person(
    *,
    by: Actor,
    person: str,
    name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    may_sign_in: bool | None = None,
) -> None:
    """Change somebody's name, address or language; None leaves a thing as it is. People change their own entry only."""
    entry = _person(person)
    if not (by.system or by.holds(ADMINISTRATOR) or by.holds(SECRETARY)):
        if by.person_id != person:
            raise NotAllowed(_("You can change your own entry only."))
        if may_sign_in is not None:
            raise NotAllowed(_("Who may sign in is decided by the secretariat."))
    if language is not None:
        _check_language(language)
    address = _address(email)
    if address and Person.objects.filter(email=address).exclude(id=person).exists():
        raise Refused(_("Somebody with this e-mail address is registered already."), field="email")
    kept = None if name is None else clean_line(name, most=200, field="name")
    wanted = {"name": kept, "email": address, "language": language, "is_active": may_sign_in}
    if any(value is not None and value != getattr(entry, key) for key, value in wanted.items()):
        record(by, PersonChanged(person=person, name=kept, email=address, language=language, may_sign_in=may_sign_in))


@applies(PersonChanged)
def _apply_person_changed(stated: PersonChanged, recorded: Recorded) -> None:
    changes: dict[str, Any] = {
        "name": stated.name,
        "email": stated.email,
        "language": stated.language,
        "is_active": stated.may_sign_in,
    }
    Person.objects.filter(id=stated.person).update(**{k: v for k, v in changes.items() if v is not None})


@act("groundwork.erase_person", may=(ADMINISTRATOR, SECRETARY, PERSON), records=(PersonErased, RoleEnded))
def erase_person(*, by: Actor, person: str, reason: str) -> None:
    """Erase somebody's personal data from the tables and from every event. Cannot be undone; the log still verifies."""
    entry = _person(person)
    if by.person_id != person and not (by.system or by.holds(ADMINISTRATOR) or by.holds(SECRETARY)):
        raise NotAllowed(_("You can erase your own entry only."))
    why = clean_line(reason, most=500, field="reason")
    for grant in Grant.objects.filter(person=entry, until__isnull=True):
        record(by, RoleEnded(grant=grant.id, person=person, role=grant.role, at=grant.at, reason=why))
    parts = EventPart.objects.filter(subject=entry, name=PERSONAL, payload__isnull=False)
    erases = list(parts.order_by("event_id").values_list("event__id", "name"))
    record(by, PersonErased(person=person, reason=why), erases)


@applies(PersonErased)
def _apply_person_erased(stated: PersonErased, recorded: Recorded) -> None:
    person = Person.objects.get(id=stated.person)
    person.name, person.email, person.is_active, person.erased_at = "", None, False, recorded.time
    person.set_unusable_password()
    person.save()
    Token.objects.filter(person=person).delete()
    # The salt goes too: with it, a guess of a short text could be tried against the commitment.
    EventPart.objects.filter(subject=person, name=PERSONAL).update(payload=None, salt=None)


# --- roles ---


@act("groundwork.grant_role", may=(ADMINISTRATOR, SECRETARY), records=(RoleGranted,))
def grant_role(
    *, by: Actor, person: str, role: str, at: str = "", term_ends: date | None = None, reason: str = ""
) -> Grant:
    """Give somebody a role, across the organisation or at one thing. Only administrators make administrators."""
    entry = _person(person)
    declared = ROLES.get(role)
    if declared is None:
        raise Refused(_("There is no role “%(role)s”.") % {"role": role}, field="role")
    if role == ADMINISTRATOR.name and not (by.system or by.holds(ADMINISTRATOR)):
        raise NotAllowed(_("Only an administrator can appoint another."))
    place = _place(at)
    if (declared.held_at or "") != (place.kind if place else ""):
        raise Refused(
            _("The role “%(role)s” is not held there: name the thing at which it is held, or none.")
            % {"role": declared.word},
            field="at",
        )
    if Grant.objects.filter(person=entry, role=role, at=at, until__isnull=True).exists():
        raise Refused(_("They hold this role already."), field="role")
    if term_ends is not None and term_ends < by.now.date():
        raise Refused(_("The term would have ended already."), field="term_ends")
    grant = new_id(by.now)
    why = clean_line(reason, most=500, field="reason", empty=True)
    record(by, RoleGranted(grant=grant, person=person, role=role, at=at, term_ends=term_ends, reason=why))
    return Grant.objects.get(id=grant)


@applies(RoleGranted)
def _apply_role_granted(stated: RoleGranted, recorded: Recorded) -> None:
    Grant.objects.create(
        id=stated.grant,
        person_id=stated.person,
        role=stated.role,
        at=stated.at,
        since=recorded.time,
        term_ends=stated.term_ends,
        reason=stated.reason,
    )


@act("groundwork.end_role", may=(ADMINISTRATOR, SECRETARY), records=(RoleEnded,))
def end_role(*, by: Actor, grant: str, reason: str = "") -> None:
    """End a role that somebody holds."""
    held = Grant.objects.filter(id=grant, until__isnull=True).first()
    if held is None:
        raise Refused(_("Nobody holds this role any more."))
    if held.role == ADMINISTRATOR.name and not (by.system or by.holds(ADMINISTRATOR)):
        raise NotAllowed(_("Only an administrator can end this role."))
    why = clean_line(reason, most=500, field="reason", empty=True)
    record(by, RoleEnded(grant=grant, person=held.person_id, role=held.role, at=held.at, reason=why))


@recurring("groundwork.end_terms", timedelta(minutes=10))
def end_terms(now: datetime) -> None:
    """End the roles whose term is over."""
    for grant in Grant.objects.filter(until__isnull=True, term_ends__lt=now.date()).order_by("id"):
        end_role(by=system_actor(now), grant=grant.id, reason="end of term")


@applies(RoleEnded)
def _apply_role_ended(stated: RoleEnded, recorded: Recorded) -> None:
    Grant.objects.filter(id=stated.grant).update(until=recorded.time)


# --- keys for programs: the record says that they were made; the keys themselves are secrets of this installation ---

LONGEST_TOKEN = timedelta(days=366)


@act("groundwork.make_token", may=(PERSON,), records=(TokenMade,))
def make_token(*, by: Actor, name: str, days: int = 90, may_write: bool = False) -> str:
    """Make a key with which programs act in your name. Returned once, stored as a hash only."""
    if not 1 <= days <= LONGEST_TOKEN.days:
        raise Refused(_("A key works for 1 to %(most)d days.") % {"most": LONGEST_TOKEN.days}, field="days")
    owner = _person(by.person_id or "")
    kept = clean_line(name, most=100, field="name")
    token, secret = new_id(by.now), secrets.token_urlsafe(32)
    expires = by.now + timedelta(days=days)
    record(by, TokenMade(person=owner.id, token=token, name=kept, may_write=may_write, expires_at=expires))
    Token.objects.create(
        id=token,
        person=owner,
        name=kept,
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        made_at=by.now,
        expires_at=expires,
        may_write=may_write,
    )
    return f"comity_{secret}"


@applies(TokenMade)
def _apply_token_made(stated: TokenMade, recorded: Recorded) -> None:
    """The key cannot come out of the record, so a replay makes none."""


@act("groundwork.revoke_token", may=(PERSON,), records=(TokenRevoked,))
def revoke_token(*, by: Actor, token: str) -> None:
    """Let a key for programs no longer work. People revoke their own; administrators anybody's."""
    held = Token.objects.filter(id=token).first()
    if held is None or (held.person_id != by.person_id and not by.holds(ADMINISTRATOR)):
        raise NotFound(_("There is no such key."))
    record(by, TokenRevoked(person=held.person_id, token=token))


@applies(TokenRevoked)
def _apply_token_revoked(stated: TokenRevoked, recorded: Recorded) -> None:
    Token.objects.filter(id=stated.token).delete()


LONGEST_SNAPSHOT = 20_000

# --- citations: used by offices inside acts of their own, and by the secretariat ---


@act("groundwork.cite", may=(SECRETARY,), records=(Cited,))
def cite(
    *,
    by: Actor,
    source: Ref,
    target: Ref,
    relation: str,
    snapshot: dict[str, Any] | None = None,
    audience: str = "public",
) -> str:
    """Let one thing cite another, with what it looks like now. Returns the citation's id."""
    return record_citation(by, source, target, relation, snapshot or {}, audience)


def record_citation(by: Actor, source: Ref, target: Ref, relation: str, snapshot: dict[str, Any], audience: str) -> str:
    """For acts of offices that cite: they name `Cited` among what they record."""
    if source == target:
        raise Refused(_("A thing cannot cite itself."))
    for end in (source, target):
        _known(end)
    _check_snapshot(snapshot)
    citation = new_id(by.now)
    record(
        by,
        Cited(
            citation=citation,
            source=str(source),
            target=str(target),
            relation=clean_line(relation, most=50, field="relation"),
            snapshot=snapshot,
            readable_by=_audience(audience),
        ),
    )
    return citation


def _check_snapshot(snapshot: dict[str, Any]) -> None:
    """Refuse what the record cannot hold. Raises Refused."""
    try:
        length = len(ledger.canonical(snapshot))
    except LedgerError as error:
        raise Refused(str(error), field="snapshot") from error
    if length > LONGEST_SNAPSHOT:
        raise Refused(
            _("This is %(length)d characters long; at most %(most)d are possible.")
            % {"length": length, "most": LONGEST_SNAPSHOT},
            field="snapshot",
        )


@applies(Cited)
def _apply_cited(stated: Cited, recorded: Recorded) -> None:
    Citation.objects.create(
        id=stated.citation,
        source=stated.source,
        target=stated.target,
        relation=stated.relation,
        snapshot=stated.snapshot,
        made_at=recorded.time,
    )


@act("groundwork.withdraw_citation", may=(SECRETARY,), records=(CitationWithdrawn,))
def withdraw_citation(*, by: Actor, citation: str, reason: str, audience: str = "public") -> None:
    """Mark a citation as no longer holding."""
    made = Citation.objects.filter(id=citation, withdrawn_at__isnull=True).first()
    if made is None:
        raise Refused(_("There is no such citation, or it was withdrawn already."))
    why = clean_line(reason, most=500, field="reason")
    record(
        by,
        CitationWithdrawn(
            citation=citation, source=made.source, target=made.target, reason=why, readable_by=_audience(audience)
        ),
    )


@applies(CitationWithdrawn)
def _apply_citation_withdrawn(stated: CitationWithdrawn, recorded: Recorded) -> None:
    Citation.objects.filter(id=stated.citation).update(withdrawn_at=recorded.time)


# --- files ---


@act("groundwork.attach_file", may=(SECRETARY,), records=(FileStored,))
def attach_file(*, by: Actor, to: Ref, name: str, content: bytes, audience: str = "public") -> StoredFile:
    """Attach a file to a thing. Its type is found from its content."""
    return store_file(by, to, name, content, audience)


def store_file(by: Actor, to: Ref, name: str, content: bytes, audience: str) -> StoredFile:
    """For acts of offices that take files: they name `FileStored` among what they record. Raises Refused."""
    _known(to)
    media_type = files.media_type_of(content, name)
    kept_name = files.name_of(name, media_type)
    sha256 = files.keep(content)
    key = new_id(by.now)
    record(
        by,
        FileStored(
            file=key,
            sha256=sha256,
            size=len(content),
            name=kept_name,
            media_type=media_type,
            attached_to=str(to),
            readable_by=_audience(audience),
        ),
    )
    return StoredFile.objects.get(id=key)


@applies(FileStored)
def _apply_file_stored(stated: FileStored, recorded: Recorded) -> None:
    StoredFile.objects.create(
        id=stated.file,
        sha256=stated.sha256,
        size=stated.size,
        name=stated.name,
        media_type=stated.media_type,
        audience=stated.readable_by,
        attached_to=stated.attached_to,
        stored_at=recorded.time,
    )


@act("groundwork.remove_file", may=(SECRETARY,), records=(FileRemoved,))
def remove_file(*, by: Actor, file: str, reason: str) -> None:
    """Remove a file's content for good. That it existed, and its hash, stay in the record."""
    stored = StoredFile.objects.filter(id=file, removed_at__isnull=True).first()
    if stored is None:
        raise Refused(_("There is no such file, or it was removed already."))
    why = clean_line(reason, most=500, field="reason")
    record(
        by,
        FileRemoved(
            file=file, name=stored.name, attached_to=stored.attached_to, reason=why, readable_by=stored.audience
        ),
    )


@applies(FileRemoved)
def _apply_file_removed(stated: FileRemoved, recorded: Recorded) -> None:
    stored = StoredFile.objects.get(id=stated.file)
    stored.removed_at = recorded.time
    stored.save(update_fields=["removed_at"])
    if not StoredFile.objects.filter(sha256=stored.sha256, removed_at__isnull=True).exists():
        files.forget_after_commit(stored.sha256)


# --- translations ---


@act("groundwork.translate", may=(TRANSLATOR, SECRETARY), records=(TextTranslated,))
def translate(
    *,
    by: Actor,
    thing: Ref,
    field: str,
    language: str,
    text: str,
    made: Made = Made.PERSON,
    reviewed: bool = False,
    seen: int | None = None,
) -> None:
    """Give a text a wording in another language, or say that one was reviewed."""
    clean_language(language, field="language")
    found = find_text(thing, field)
    if found is None or not by.reader.may_read(audience_of_text(thing, field)):
        raise Refused(_("There is no such text to translate."))
    _row, current = found
    unchanged(thing, seen)
    if language == current.original_language:
        raise Refused(_("This is the language of the original: change it where it was written."), field="language")
    kept = clean_text(text, most=20_000, field="text")
    if made is Made.ORIGINAL:
        raise Refused(_("A translation is made by a person or by a machine."), field="made")
    wording = Wording(kept, made, digest(current.original), reviewed)
    entry_audience = audience_of_text(thing, field)
    record(
        by,
        TextTranslated(thing=str(thing), field=field, language=language, wording=wording, readable_by=entry_audience),
    )


@applies(TextTranslated)
def _apply_text_translated(stated: TextTranslated, recorded: Recorded) -> None:
    found = find_text(Ref.parse(stated.thing), stated.field)
    if found is not None:
        row, current = found
        setattr(row, stated.field, current.translated(stated.language, stated.wording))
        row.save(update_fields=[stated.field])


def audience_of_text(thing: Ref, field: str) -> str:
    """Who may read a translatable text: a translation is for no wider audience."""
    found = find_text(thing, field)
    return TRANSLATABLE[thing.kind, field].audience(found[0]) if found else "secretariat"


# --- checks ---


def _person(key: str) -> Person:
    found = Person.objects.filter(id=key, erased_at__isnull=True).first()
    if found is None:
        raise Refused(_("There is no such person here."), field="person")
    return found


def _check_language(code: str) -> None:
    if code not in dict(settings.LANGUAGES):
        raise Refused(_("This is none of the site's languages."), field="language")


def _address(email: str | None) -> str | None:
    if email is None:
        return None
    address = unicodedata.normalize("NFC", email.strip()).lower()
    try:
        validate_email(address)
        if len(address) > LONGEST_ADDRESS:
            raise ValidationError("too long")
    except ValidationError as error:
        raise Refused(_("This is not an e-mail address."), field="email") from error
    return address


def _place(at: str) -> Ref | None:
    if not at:
        return None
    try:
        place = Ref.parse(at)
    except ValueError as error:
        raise Refused(str(error), field="at") from error
    _known(place)
    return place


def _known(ref: Ref) -> None:
    kind = KINDS.get(ref.kind)
    if kind is None or not kind.names([ref.id]):
        raise Refused(_("There is no such thing: %(thing)s.") % {"thing": ref})


def _audience(audience: str) -> str:
    if not is_audience(audience):
        raise Refused(_("“%(audience)s” is not an audience.") % {"audience": audience}, field="audience")
    return audience
