"""Consensus: formal objections to a question, its adoption without a vote, and statements of dissociation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comity.groundwork.models import id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.decisions.models.question import Question, QuestionPart
from comity.office.members.models import Party

DISSOCIATION = "decisions.dissociation"


class FormalObjection(models.Model):
    """A member objects formally to a question, or to a part of it. withdrawn_at: it stands no longer."""

    id = id_field(primary_key=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="formal_objections")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    part = models.ForeignKey(QuestionPart, models.PROTECT, null=True, blank=True, related_name="+")
    reason = TranslatedField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question", "party"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_objection_of_a_party",
            )
        ]


class ConsensusOutcome(models.Model):
    """A question was adopted without a vote. named: who presided, by id. snapshot, record, outcome: as of votes."""

    id = id_field(primary_key=True)
    question = models.OneToOneField(Question, models.PROTECT, related_name="consensus")
    named = id_field()
    snapshot = models.JSONField()
    parties = models.JSONField()
    record = models.JSONField()
    outcome = models.TextField()
    verdict = models.CharField(max_length=20)
    found_at = models.DateTimeField()


class Dissociation(models.Model):
    """A member stands apart from a decision, or from parts of it (their references), in its words; the decision stays as it is."""

    id = id_field(primary_key=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="dissociations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    parts = models.JSONField(default=list)
    text = TranslatedField()
    made_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How translations name it."""
        return Ref(DISSOCIATION, self.id)
