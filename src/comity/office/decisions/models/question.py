"""Questions: what is put to a body, by which rule, with its parts; and what people ruled about it."""

from __future__ import annotations

from django.db import models

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.models import id_field, ref_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.charter.models import Body
from comity.office.decisions.vocabulary import Mode, QuestionKind, QuestionStage

QUESTION, RULING = "decisions.question", "decisions.ruling"


class Question(models.Model):
    """Something that a body decides. charter: id of the version that was in force when it was put; rule: of that charter.

    parent: what an amendment changes, of what a part is a part, about what a ruling is challenged. meeting: id of the meeting that takes
    it, empty: none. audience: public or members, as the meeting's. moved_by: id of the party, empty: the chair or the secretariat.
    source: what it comes from (a silence that was broken), `kind:id`. rank: its turn among amendments. consequence: the act of another
    office that is done once it is adopted, {"act": name, "arguments": {...}}, None: none. carried_out: id of what that act made, or its
    name. verdict: of the vote that decided it.
    """

    id = id_field(primary_key=True)
    kind = models.CharField(max_length=20, choices=QuestionKind.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="questions")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="under")
    title = TranslatedField()
    charter = id_field()
    rule = models.CharField(max_length=100)
    mode = models.CharField(max_length=20, choices=Mode.choices)
    meeting = id_field(blank=True)
    audience = models.CharField(max_length=20, default=PUBLIC)
    moved_by = id_field(blank=True)
    source = ref_field(blank=True)
    consequence = models.JSONField(null=True, blank=True)
    carried_out = models.CharField(max_length=100, blank=True)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    stage = models.CharField(max_length=20, choices=QuestionStage.choices, default=QuestionStage.PUT)
    verdict = models.CharField(max_length=20, blank=True)
    put_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["body", "stage"]),)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(QUESTION, self.id)


class QuestionPart(models.Model):
    """A part of what is put: a paragraph, an article. reference: where it stands ("para 3"). sha256: of the text in all languages.

    changed_by: the amendment that gave it this text. left_out: the body voted on it separately and did not adopt it.
    """

    id = id_field(primary_key=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="parts")
    rank = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=100)
    label = models.CharField(max_length=200, blank=True)
    text = TranslatedField()
    sha256 = models.CharField(max_length=64)
    changed_by = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="+")
    left_out = models.BooleanField(default=False)


class Ruling(models.Model):
    """What a person found about a question: an important question, the order of amendments. Never computed.

    statement: as the charter's rules ask for it, or in words of its own. named: the person, by id. by_role: in which role. order: of
    amendments, ids of questions, furthest first; empty: the ruling is about something else. overturned: a challenge succeeded.
    """

    id = id_field(primary_key=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="rulings")
    statement = models.CharField(max_length=300)
    holds = models.BooleanField(default=True)
    by_role = models.CharField(max_length=50)
    named = id_field()
    reason = models.CharField(max_length=1000, blank=True)
    order = models.JSONField(default=list)
    challenge = models.OneToOneField(Question, models.PROTECT, null=True, blank=True, related_name="challenges")
    overturned = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(RULING, self.id)
