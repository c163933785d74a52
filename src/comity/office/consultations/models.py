"""Tables of the consultations office: consultations, what they ask, statements, findings that are kept.

Answers are not here: they lie in the ballot box. Who wrote a statement, who was invited and who looks at what in the queue are no part
of the record either; those tables say so beside them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from comity.groundwork.models import Person, id_field
from comity.groundwork.refs import Ref
from comity.groundwork.replay import unrecorded
from comity.groundwork.translated import TranslatedField
from comity.office.consultations.vocabulary import OUT, Decision, Entry, FindingKind, Moderating, Showing, Stage

CONSULTATION, STATEMENT, FINDING = "consultations.consultation", "consultations.statement", "consultations.finding"


def participant_field() -> models.BigIntegerField[int, int]:
    """A participant's number within one consultation, as the ballot box has it; never a person's id."""
    return models.BigIntegerField()


class Consultation(models.Model):
    """Something that people are asked. Dates are the first day, the last day for writing statements, and the last day.

    blocked: words that send a statement to the queue whatever the policy. embed_in: origins of sites that may show it in a frame.
    next_number: of the next statement.
    published: SHA-256 of the final result, empty before it is there. sealed: the last head of its log of answers that is in the record.
    simulated: nobody was asked.
    """

    id = id_field(primary_key=True)
    title = TranslatedField()
    background = TranslatedField()
    policy = TranslatedField()
    languages = models.JSONField(default=list)
    entry = models.CharField(max_length=20, choices=Entry.choices)
    moderating = models.CharField(max_length=20, choices=Moderating.choices)
    showing = models.CharField(max_length=20, choices=Showing.choices)
    votes_published = models.BooleanField(default=False)
    proposals = models.BooleanField(default=True)
    opens_on = models.DateField(null=True, blank=True)
    proposals_until = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    blocked = models.JSONField(default=list)
    embed_in = models.JSONField(default=list)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.DRAFT)
    simulated = models.BooleanField(default=False)
    source = models.CharField(max_length=500, blank=True)
    attribution = models.CharField(max_length=500, blank=True)
    next_number = models.PositiveIntegerField(default=1)
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")
    published = models.CharField(max_length=64, blank=True)
    sealed_entries = models.BigIntegerField(default=0)
    sealed_head = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(CONSULTATION, self.id)


class Segment(models.Model):
    """A question about the participant, with answers to choose from; nobody has to answer it.

    target_source: from where the shares of the population are that its answers have, empty: they have none.
    """

    id = id_field(primary_key=True)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="segments")
    rank = models.PositiveSmallIntegerField()
    question = TranslatedField()
    target_source = models.CharField(max_length=300, blank=True)


class SegmentLabel(models.Model):
    """One answer to such a question. target: its share of the population in thousandths, None: not stated."""

    id = id_field(primary_key=True)
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="labels")
    rank = models.PositiveSmallIntegerField()
    word = TranslatedField()
    target = models.PositiveSmallIntegerField(null=True, blank=True)


class Statement(models.Model):
    """Something to agree or disagree with. number: its id in votes and results, never given twice in a consultation.

    meta: about the person who answers; takes no part in findings. shown: people were asked it, or are. reason: of the last decision on
    it. erased_at: its text is gone.
    """

    id = id_field(primary_key=True)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField()
    text = TranslatedField()
    decision = models.CharField(max_length=20, choices=Decision.choices)
    reason = models.CharField(max_length=500, blank=True)
    seed = models.BooleanField(default=False)
    meta = models.BooleanField(default=False)
    shown = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="split_into")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    reworded_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultation", "number"], name="one_statement_of_a_number")
        ]
        indexes: ClassVar = [models.Index(fields=["consultation", "decision", "number"])]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(STATEMENT, self.id)

    @property
    def out(self) -> bool:
        """Whether it is asked no more."""
        return self.decision in OUT or self.erased_at is not None

    @property
    def asked(self) -> bool:
        """Whether people are asked it."""
        return self.shown and not self.out


class Removal(models.Model):
    """A participant who was removed, by their number in the consultation: they take part no more, and their answers were taken out."""

    id = id_field(primary_key=True)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="removals")
    participant = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500)
    removed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultation", "participant"], name="removed_from_a_consultation_once")
        ]


class Finding(models.Model):
    """What a consultation found, kept so that later work can cite it. published: SHA-256 of the result from which it is."""

    id = id_field(primary_key=True)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=20, choices=FindingKind.choices)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="findings")
    published = models.CharField(max_length=64)
    snapshot = models.JSONField()
    kept_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How events and citations name it."""
        return Ref(FINDING, self.id)


# --- no part of the record ---


class Authorship(models.Model):
    """Which participant wrote a statement: so that they see what became of it, and for nobody else."""

    statement = models.OneToOneField(Statement, models.CASCADE, related_name="authorship")
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="+")
    participant = participant_field()
    address = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["consultation", "participant", "at"])]


class Claim(models.Model):
    """Which moderator looks at a statement now, so that no two do."""

    statement = models.OneToOneField(Statement, models.CASCADE, related_name="claim")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    until = models.DateTimeField()


class Invitation(models.Model):
    """A code that lets one person take part. Only its hash is stored: of the code that was sent until somebody came with it
    (`used_at`), from then on of one that only they know. said: what whoever invites stated about them, question -> answer.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="invitations")
    sha256 = models.CharField(max_length=64, unique=True)
    participant = participant_field()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    said = models.JSONField(default=dict)


unrecorded("consultations.authorship", "who wrote a statement is for nobody to read; deleting one's answers deletes it")
unrecorded("consultations.claim", "who looks at what in the queue now; it is gone within the hour")
unrecorded("consultations.invitation", "codes are secrets of one installation")
