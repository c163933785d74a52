"""Secret ballots: who may put a paper in, who did, and what was counted. No table holds a paper."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import id_field
from comity.groundwork.refs import Ref
from comity.groundwork.replay import unrecorded
from comity.groundwork.translated import TranslatedField
from comity.office.charter.models import Body
from comity.office.decisions.models.question import Question
from comity.office.decisions.vocabulary_secret import SecretStage

SECRET = "decisions.secret"


class SecretBallot(models.Model):
    """A secret ballot on a question, or in a round of an election (question None).

    audience: public or members, as the question's. meeting: that takes it, empty: none. marks: what can be marked, choices of the charter
    or ids of candidatures; most: how many of them on one paper; ranked: in the order of preference. electors: keys of those who may put a
    paper in; parties: their ids by key. attempt: 2 and more after papers were lost. papers, totals: what was counted, totals by mark, where
    papers rank by pair of marks as well (`counting_papers`), with `blank` and `invalid`; totals None: too few papers for numbers to be
    published, so they are kept nowhere. on_paper: how many of them were real papers. voted: keys of who put one in.
    """

    id = id_field(primary_key=True)
    title = TranslatedField()
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="secret_ballots")
    audience = models.CharField(max_length=20, default=PUBLIC)
    meeting = id_field(blank=True)
    charter = id_field()
    rule = models.CharField(max_length=100)
    on = models.DateField()
    marks = models.JSONField()
    most = models.PositiveSmallIntegerField(default=1)
    ranked = models.BooleanField(default=False)
    snapshot = models.JSONField()
    parties = models.JSONField()
    electors = models.JSONField()
    stage = models.CharField(max_length=20, choices=SecretStage.choices, default=SecretStage.OPEN)
    attempt = models.PositiveSmallIntegerField(default=1)
    papers = models.PositiveIntegerField(null=True)
    on_paper = models.PositiveIntegerField(default=0)
    totals = models.JSONField(null=True)
    voted = models.JSONField(default=list)
    verdict = models.CharField(max_length=20, blank=True)
    outcome = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(stage="open"), name="one_open_secret_ballot_of_a_question"
            )
        ]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(SECRET, self.id)


class UrnPlace(models.Model):
    """Which server holds the urn of a ballot that runs, and until when it was seen at work. Says nothing of papers."""

    ballot = models.OneToOneField(SecretBallot, models.CASCADE, related_name="place")
    attempt = models.PositiveSmallIntegerField()
    holder = models.CharField(max_length=16)
    alive_at = models.DateTimeField()


unrecorded("decisions.urnplace", "in which process an urn stands; the urn itself is nowhere but in its memory")
