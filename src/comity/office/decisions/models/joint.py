"""Decisions of several organs: which body gives which ballot, and what came out of all of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import id_field
from comity.office.decisions.models.question import Question


class OrganBallot(models.Model):
    """A ballot in a decision of several organs. organ: as the rule calls it; rule: by which it votes; ballot: what its body votes on."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="organs")
    organ = models.CharField(max_length=100)
    rule = models.CharField(max_length=100)
    ballot = models.OneToOneField(Question, models.PROTECT, related_name="gives")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "organ"], name="one_ballot_of_an_organ"),
        ]


class JointOutcome(models.Model):
    """What came out of all ballots. snapshot: of the body itself where it voted as well, else of nobody; record: with the
    votes of all organs; others as of votes.

    audience: of the most confidential ballot. parties: id of the party by key, over all organs.
    """

    id = id_field(primary_key=True)
    question = models.OneToOneField(Question, models.PROTECT, related_name="joint")
    audience = models.CharField(max_length=20, default=PUBLIC)
    snapshot = models.JSONField()
    parties = models.JSONField()
    record = models.JSONField()
    outcome = models.TextField()
    outcome_digest = models.CharField(max_length=64)
    verdict = models.CharField(max_length=20)
    joined_at = models.DateTimeField()
