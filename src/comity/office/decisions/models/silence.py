"""Silence procedures: what is adopted unless somebody objects by a deadline that is fair to every capital."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import Person, id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.charter.models import Body
from comity.office.decisions.vocabulary_silence import Naming, SilenceStage, Then
from comity.office.members.models import Party

SILENCE = "decisions.silence"


class Silence(models.Model):
    """A silence procedure on a text in parts. charter: id of the version by which it runs; rule: of that charter.

    audience: who may read the text, public or members. period: as the rule or the extension says it, in words of the rules engine.
    fair_deadline: the latest of all capitals' clocks; deadline: the one that holds, which is earlier only with a faster clock.
    day_seconds: how many seconds a day lasts with it, None: as days last. snapshot, parties: the electorate as it was frozen; members
    go by their keys in charters, parties gives their ids. reckonings: one for each member, as `events.silence.Reckoned` has it.
    sources: of the calendars.
    """

    id = id_field(primary_key=True)
    title = TranslatedField()
    background = TranslatedField()
    body = models.ForeignKey(Body, models.PROTECT, related_name="silences")
    audience = models.CharField(max_length=20, default=PUBLIC)
    charter = id_field()
    rule = models.CharField(max_length=100)
    period = models.CharField(max_length=400)
    naming = models.CharField(max_length=20, choices=Naming.choices)
    then = models.CharField(max_length=20, choices=Then.choices)
    then_rule = models.CharField(max_length=100, blank=True)
    stage = models.CharField(max_length=20, choices=SilenceStage.choices, default=SilenceStage.RUNNING)
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    fair_deadline = models.DateTimeField()
    day_seconds = models.PositiveIntegerField(null=True, blank=True)
    seat = models.CharField(max_length=3, blank=True)
    sources = models.CharField(max_length=200)
    snapshot = models.JSONField()
    parties = models.JSONField()
    reckonings = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["stage", "deadline"])]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(SILENCE, self.id)


class SilencePart(models.Model):
    """A part of the text on which silence can be broken. outcome: canonical JSON of the rules engine, empty while it runs and where
    it would name who is never to be named. against: how many members had broken silence on it at the end.
    """

    id = id_field(primary_key=True)
    silence = models.ForeignKey(Silence, models.PROTECT, related_name="parts")
    rank = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=100)
    label = models.CharField(max_length=200, blank=True)
    text = TranslatedField()
    sha256 = models.CharField(max_length=64)
    stage = models.CharField(max_length=20, choices=SilenceStage.choices, default=SilenceStage.RUNNING)
    outcome = models.TextField(blank=True)
    against = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["silence", "rank"], name="one_part_of_a_rank")]


class SilenceBreak(models.Model):
    """A member breaks silence on a part, or on the whole (None). withdrawn_at: it no longer counts."""

    id = id_field(primary_key=True)
    silence = models.ForeignKey(Silence, models.PROTECT, related_name="breaks")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    part = models.ForeignKey(SilencePart, models.PROTECT, null=True, blank=True, related_name="breaks")
    reason = TranslatedField()
    wording = TranslatedField()
    broken_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["silence", "party", "part"],
                condition=Q(withdrawn_at__isnull=True),
                name="broken_once_by_a_member_on_a_part",
            )
        ]


class SilenceReceipt(models.Model):
    """A delegation confirmed that it has the text before it."""

    silence = models.ForeignKey(Silence, models.PROTECT, related_name="receipts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["silence", "party"], name="one_receipt_of_a_party")]
