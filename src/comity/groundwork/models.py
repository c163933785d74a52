"""Tables of the groundwork: people, grants, the log with its erasable parts, citations, files, translations, jobs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comity.groundwork.ids import LENGTH
from comity.groundwork.refs import Ref


def id_field(**options: Any) -> models.CharField[str, str]:
    """An id of `ids.new_id`, given by the act that recorded the thing."""
    return models.CharField(max_length=LENGTH, **options)


def ref_field(**options: Any) -> models.CharField[str, str]:
    """A reference `kind:id`; empty: none."""
    return models.CharField(max_length=100, **options)


class PersonManager(BaseUserManager["Person"]):
    """Finds people by what they sign in with. Making them is an act."""


class Person(AbstractBaseUser):
    """Somebody: the only place where a person's name and address stand. Erasure empties them and keeps the id.

    Password and last sign-in are secrets of this installation, not part of the record.
    """

    id = id_field(primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    is_active = models.BooleanField(_("may sign in"), default=True)
    invented = models.BooleanField(_("invented for a demonstration"), default=False)
    registered_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    # The site has no Django admin; these are asked by library code that would let a superuser pass.
    is_staff = False
    is_superuser = False

    def __str__(self) -> str:
        return self.name or self.id

    @property
    def ref(self) -> Ref:
        """How events name this person."""
        return Ref("groundwork.person", self.id)


class Grant(models.Model):
    """A role held by a person, at something or across the organisation, from a moment until another.

    term_ends: last day of the term, after which the clock ends it; None: until somebody ends it.
    """

    id = id_field(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=50)
    at = ref_field(blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    term_ends = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "role", "at"], condition=Q(until__isnull=True), name="one_running_grant"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["at", "role"])]


class Event(models.Model):
    """One entry of the log, in its order. The leaf is what the tree commits to; parts are what the leaf only commits to.

    opens_at: until then it is under embargo, and the secretariat alone reads it.
    """

    seq = models.BigIntegerField(primary_key=True)
    id = id_field(unique=True)
    time = models.DateTimeField(db_index=True)
    type = models.CharField(max_length=100, db_index=True)
    actor = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="events")
    capacity = models.CharField(max_length=50)
    audience = models.CharField(max_length=100)
    opens_at = models.DateTimeField(null=True)
    leaf = models.BinaryField()

    class Meta:
        # What may lead a timeline has the events in their order (`timelines`).
        indexes: ClassVar = [models.Index(fields=[lead, "-seq"]) for lead in ("audience", "type", "actor")]


class EventPart(models.Model):
    """What an event says, apart from the leaf, which holds only a salted commitment to it.

    payload: canonical JSON; None, like the salt, once erased. subject: the person whom a personal part is about.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)
    salt = models.BinaryField(null=True)
    payload = models.BinaryField(null=True)
    subject = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "name"], name="one_part_of_a_name")]


class EventAbout(models.Model):
    """A thing that an event is about: the index behind every timeline."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="about")
    ref = ref_field()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ref", "event"], name="about_a_thing_once")]


class LogHead(models.Model):
    """The single row whose lock gives the log its order, whichever process writes: its size and the tree's right edge."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    edge = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_head")]


class TreeHash(models.Model):
    """Hash of a complete subtree of the log: level 0 are leaves, level k covers 2^k of them."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["level", "index"], name="one_hash_of_a_subtree")]


class Citation(models.Model):
    """One thing cites another, with what it looked like then. Readable from both ends."""

    id = id_field(primary_key=True)
    source = ref_field(db_index=True)
    target = ref_field(db_index=True)
    relation = models.CharField(max_length=50)
    snapshot = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class StoredFile(models.Model):
    """A file by its content. The bytes lie in the data folder under their SHA-256; rows that share content share bytes."""

    id = id_field(primary_key=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    audience = models.CharField(max_length=100)
    attached_to = ref_field(db_index=True)
    stored_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)


class Job(models.Model):
    """Work to be done outside a request, written in the transaction that wants it. Not part of the record."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    due_at = models.DateTimeField(db_index=True)
    attempts = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)


class Token(models.Model):
    """A key for programs: acts in the name of a person. Only its hash is stored. Not part of the record."""

    id = id_field(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    may_write = models.BooleanField(default=False)
