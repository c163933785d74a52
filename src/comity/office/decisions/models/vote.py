"""Votes on a question: the electorate as it was frozen, what was cast, the outcome as it was computed, and what was said about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comity.groundwork.models import id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.decisions.models.question import Question
from comity.office.decisions.vocabulary import Channel, Disclosure, VoteKind, VoteStage, When

VOTE = "decisions.vote"


class Vote(models.Model):
    """One vote on a question. Members are named by their keys in charters: ISO 3166 alpha-3, else the party's id.

    on: the day whose membership and rules it is held by. snapshot, record: as `comity.rules.plain` writes them; the record is empty until
    the close. parties: id of the party by key. present: keys, None: presence was not registered. objections: reason by key.
    called: keys in the order of a roll call. hands: what was counted without names, by choice. closes_at: of a vote in writing.
    outcome: canonical JSON, empty until the close; verdict and digests stand beside it for whoever compares.
    """

    id = id_field(primary_key=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="votes")
    attempt = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=VoteKind.choices)
    disclosure = models.CharField(max_length=20, choices=Disclosure.choices)
    stage = models.CharField(max_length=20, choices=VoteStage.choices, default=VoteStage.OPEN)
    on = models.DateField()
    snapshot = models.JSONField()
    snapshot_digest = models.CharField(max_length=64)
    parties = models.JSONField()
    objections = models.JSONField(default=dict)
    present = models.JSONField(null=True)
    called = models.JSONField(default=list)
    hands = models.JSONField(default=dict)
    record = models.JSONField(null=True)
    outcome = models.TextField(blank=True)
    outcome_digest = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question"], condition=Q(stage="open"), name="one_open_vote_of_a_question")
        ]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(VOTE, self.id)


class Cast(models.Model):
    """How a member votes, as it stands. holder: key of who cast it by proxy. number: how often it was given, changes included.

    press: what the device called its press of the button, so that the same press counts once however often it is sent.
    """

    vote = models.ForeignKey(Vote, models.PROTECT, related_name="casts")
    member = models.CharField(max_length=26)
    choice = models.CharField(max_length=30)
    reason = models.CharField(max_length=1000, blank=True)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    holder = models.CharField(max_length=26, blank=True)
    number = models.PositiveIntegerField(default=1)
    press = models.CharField(max_length=40, blank=True)
    cast_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["vote", "member"], name="one_vote_of_a_member"),
        ]


class Proxy(models.Model):
    """A member's vote may be cast by another in one vote. note: the paper on which that rests."""

    id = id_field(primary_key=True)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="proxies")
    principal = models.CharField(max_length=26)
    holder = models.CharField(max_length=26)
    note = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["vote", "principal"], condition=Q(withdrawn_at__isnull=True), name="one_proxy_of_a_member"
            )
        ]


class Explanation(models.Model):
    """Why a delegation votes or voted as it does, in its words."""

    id = id_field(primary_key=True)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="explanations")
    member = models.CharField(max_length=26)
    when = models.CharField(max_length=10, choices=When.choices)
    text = TranslatedField()
    said_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How translations name it."""
        return Ref("decisions.explanation", self.id)


class Correction(models.Model):
    """A delegation says after the close that it had meant to vote otherwise. The result does not change."""

    id = id_field(primary_key=True)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="corrections")
    member = models.CharField(max_length=26)
    intended = models.CharField(max_length=30)
    note = models.CharField(max_length=500, blank=True)
    noted_at = models.DateTimeField()


class Announcement(models.Model):
    """What the chair announced, in the chair's own words. agrees: whether the verdict is the computed one."""

    id = id_field(primary_key=True)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="announcements")
    verdict = models.CharField(max_length=20)
    words = TranslatedField()
    agrees = models.BooleanField()
    announced_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How translations name it."""
        return Ref("decisions.announcement", self.id)
