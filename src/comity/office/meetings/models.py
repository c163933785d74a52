"""Tables of the meetings office: meetings, seats, presence, agenda, points of order, challenges to the quorum."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import Person, id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.charter.models import Body
from comity.office.meetings.vocabulary import Form, ItemState, Ruling, SaidBy, Stage
from comity.office.members.models import Party

MEETING, ITEM, POINT = "meetings.meeting", "meetings.item", "meetings.point"


def _choice(choices: type[models.TextChoices], **options: Any) -> models.CharField[str, str]:
    return models.CharField(max_length=12, choices=choices.choices, **options)


def _person() -> Any:
    return models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")


class Meeting(models.Model):
    """A meeting of a body. starts_at, ends_at: as planned. zone: IANA name of the time zone of its place.

    rule: id of the charter's rule whose quorum holds here; empty: the charter's first. presiding: who is in the chair.
    item: what is taken up now. audience: who may read of it.
    """

    id = id_field(primary_key=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    title = TranslatedField()
    form = _choice(Form)
    place = TranslatedField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=60)
    audience = models.CharField(max_length=100, default=PUBLIC)
    rule = models.CharField(max_length=100, blank=True)
    stage = _choice(Stage, default=Stage.PLANNED)
    presiding = _person()
    item = models.ForeignKey("Item", models.PROTECT, null=True, blank=True, related_name="+")
    convened_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="ends_later")
        ]
        indexes: ClassVar = [models.Index(fields=["stage", "starts_at"])]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(MEETING, self.id)

    @property
    def clock(self) -> ZoneInfo:
        """The clock of its place."""
        return ZoneInfo(self.zone)


def _meeting(related: str) -> Any:
    return models.ForeignKey(Meeting, models.PROTECT, related_name=related)


def _party(related: str = "+", **options: Any) -> Any:
    return models.ForeignKey(Party, models.PROTECT, related_name=related, **options)


class Seat(models.Model):
    """A party takes part in a meeting. votes: with a right to vote; without, it may speak."""

    meeting = _meeting("seats")
    party = _party()
    votes = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "party"], name="one_seat_of_a_party")]


class Presence(models.Model):
    """A party was there from a moment until another (None: it still is)."""

    meeting = _meeting("presences")
    party = _party()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    said_by = _choice(SaidBy)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "party"], condition=Q(until__isnull=True), name="a_party_is_there_once"
            )
        ]


class Item(models.Model):
    """An item of the agenda. Its number follows from the ranks and is stored nowhere; its documents are citations."""

    id = id_field(primary_key=True)
    meeting = _meeting("items")
    title = TranslatedField()
    rank = models.PositiveSmallIntegerField()
    state = _choice(ItemState, default=ItemState.WAITING)
    taken_up_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(ITEM, self.id)


class PointOfOrder(models.Model):
    """A party's point of order, the ruling of the chair, and what became of a challenge to it.

    overruled: what the vote on the challenge came to (None: not settled). decision: the vote, as a reference, if it stands here.
    """

    id = id_field(primary_key=True)
    meeting = _meeting("points")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+")
    party = _party()
    person = _person()
    words = models.CharField(max_length=1000)
    raised_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ruling = _choice(Ruling, blank=True, default=Ruling.NONE)
    ruling_words = models.CharField(max_length=1000, blank=True)
    ruled_by = _person()
    ruled_at = models.DateTimeField(null=True, blank=True)
    challenged_by = _party(null=True, blank=True)
    challenged_at = models.DateTimeField(null=True, blank=True)
    overruled = models.BooleanField(null=True, blank=True)
    decision = models.CharField(max_length=100, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(POINT, self.id)


class QuorumCall(models.Model):
    """A party doubted that there is a quorum; what was found then. needed, met: None where the rule leaves it open."""

    id = id_field(primary_key=True)
    meeting = _meeting("quorum_calls")
    party = _party()
    raised_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    present = models.PositiveSmallIntegerField(null=True, blank=True)
    entitled = models.PositiveSmallIntegerField(null=True, blank=True)
    needed = models.PositiveSmallIntegerField(null=True, blank=True)
    met = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(answered_at__isnull=True), name="one_open_call_for_the_quorum"
            )
        ]
