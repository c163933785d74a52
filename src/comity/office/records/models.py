"""Tables of the records office: documents with their versions, and, beside the record, checkpoints of the log and who cosigned them.

Checkpoints are statements about the log, so they cannot stand in it: each would ask for the next. They are kept here, published, and
remembered by witnesses elsewhere; which witnesses the organisation asks is part of the record.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comity.groundwork.models import StoredFile, id_field, ref_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField, language_word


class Status(models.TextChoices):
    """Where a document stands."""

    DRAFT = "draft", _("draft")
    ISSUED = "issued", _("issued")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Relation(models.TextChoices):
    """How a document follows upon another."""

    REVISION = "revision", _("revision")
    ADDENDUM = "addendum", _("addendum")
    CORRIGENDUM = "corrigendum", _("corrigendum")


class Document(models.Model):
    """A document. It gets its symbol when it is issued, and is not changed after that: a correction is a document of its own.

    audience: who may read it once it is issued; before, the secretariat alone does. base: what it follows upon, if relation says so;
    root: the document with which that began. concerns: the thing that it is for, such as a body.
    """

    id = id_field(primary_key=True)
    title = TranslatedField()
    series = models.CharField(max_length=50)
    for_debate = models.BooleanField(default=False)
    audience = models.CharField(max_length=100)
    concerns = ref_field(blank=True)
    relation = models.CharField(max_length=20, choices=Relation.choices, blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="following")
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="family")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    stem = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    symbol = models.CharField(max_length=130, unique=True, null=True, blank=True)
    entered_at = models.DateTimeField()
    issued_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stem", "number"], name="a_number_is_given_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, symbol__isnull=True, issued_on__isnull=True)
                | Q(number__isnull=False, symbol__isnull=False, issued_on__isnull=False),
                name="a_symbol_comes_with_issue",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued") | Q(symbol__isnull=False), name="what_is_issued_has_a_symbol"
            ),
            models.CheckConstraint(
                condition=Q(relation="", base=None) | ~Q(relation="") & Q(base__isnull=False),
                name="a_relation_has_a_base",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-issued_on", "-id"]), models.Index(fields=["concerns"])]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("records.document", self.id)


class DocumentVersion(models.Model):
    """A document in one language, as one file. language: empty if the file has no language (data, pictures)."""

    id = id_field(primary_key=True)
    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    language = models.CharField(max_length=12, blank=True)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    @property
    def language_word(self) -> str:
        """The language in the reader's words."""
        return language_word(self.language)


class Witness(models.Model):
    """Somebody with a key of their own who remembers the log's heads and cosigns them. url: where to ask; empty: by hand."""

    id = id_field(primary_key=True)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=300, unique=True)
    url = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("records.witness", self.id)


# --- beside the record ---


class Checkpoint(models.Model):
    """A head of the log as it was signed: number of events, root of the tree, and the note with the log's own signature."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.BinaryField()
    made_at = models.DateTimeField()


class Cosignature(models.Model):
    """A witness's cosignature on a checkpoint. line: as it stands in a note; time: what the witness's clock said."""

    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, related_name="cosignatures")
    witness = models.ForeignKey(Witness, models.CASCADE, related_name="cosignatures")
    line = models.TextField()
    time = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="a_witness_cosigns_once")
        ]


class WitnessAnswer(models.Model):
    """How a witness answered when it was last asked: failures in a row (0: it cosigned), what it said, whether it contradicts the log."""

    witness = models.OneToOneField(Witness, models.CASCADE, primary_key=True, related_name="answer")
    asked_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    contradicts = models.BooleanField(default=False)
