"""Tables of the charter office: the organisation, its founding texts, bodies, settings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comity.groundwork.models import id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField


class Organisation(models.Model):
    """The organisation that this site serves; one row."""

    id = id_field(primary_key=True)
    only = models.BooleanField(default=True, unique=True, editable=False)
    name = TranslatedField()
    short_name = models.CharField(max_length=40)
    seat = TranslatedField()
    purpose = TranslatedField()
    demonstration = models.BooleanField(default=False)
    founded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(only=True), name="one_organisation")]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("charter.organisation", self.id)


class TenetKind(models.TextChoices):
    """What sort of founding text."""

    PRINCIPLE = "principle", _("principle")
    WORK_AREA = "work_area", _("work area")
    PLAN_POINT = "plan_point", _("point of the plan")


class Certainty(models.TextChoices):
    """How well the wording is known."""

    VERIFIED = "verified", _("wording verified")
    OWN_WORDS = "own_words", _("in our words")
    NOT_VERIFIED = "not_verified", _("wording not verified")


class Tenet(models.Model):
    """A founding text: a principle, a work area, a point of the plan. Numbers are given by the text, ids by us."""

    id = id_field(primary_key=True)
    kind = models.CharField(max_length=20, choices=TenetKind.choices)
    number = models.PositiveSmallIntegerField()
    title = TranslatedField()
    text = TranslatedField()
    certainty = models.CharField(max_length=20, choices=Certainty.choices)
    source = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "number"], condition=Q(withdrawn_at__isnull=True), name="one_tenet_of_a_number"
            )
        ]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("charter.tenet", self.id)


class Body(models.Model):
    """A body of the organisation: assembly, council, committee, secretariat. Bodies form a tree."""

    id = id_field(primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    name = TranslatedField()
    abbreviation = models.CharField(max_length=20, blank=True)
    mandate = TranslatedField()
    rank = models.PositiveSmallIntegerField(default=0)
    established_on = models.DateField()
    dissolved_on = models.DateField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("charter.body", self.id)


class CharterVersion(models.Model):
    """A charter of the organisation as TOML of the rules engine: a draft until it is adopted, then for ever as it was adopted.

    digest: SHA-256 of the text. title: in the languages in which the text gives it. number: 1, 2 ... in the order of adoption. It holds
    from `in_force_from` until that day of the next version. vote: who could vote and what was voted, as `voting.Vote`, and outcome: what
    the rules engine made of it; both None for the founding charter.
    """

    id = id_field(primary_key=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    title = models.JSONField()
    example = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    drafted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True, unique=True)
    adopted_on = models.DateField(null=True, blank=True)
    in_force_from = models.DateField(null=True, blank=True)
    vote = models.JSONField(null=True, blank=True)
    outcome = models.JSONField(null=True, blank=True)
    decision = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(number__isnull=True, adopted_on__isnull=True, in_force_from__isnull=True)
                | Q(
                    number__isnull=False,
                    adopted_on__isnull=False,
                    in_force_from__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="adopted_wholly_or_not_at_all",
            )
        ]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("charter.version", self.id)

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed, adopted or withdrawn."""
        return self.number is None and self.withdrawn_at is None


class Setting(models.Model):
    """A setting of the organisation that is not as it comes: `settings.SETTINGS` has the list and the defaults."""

    key = models.CharField(max_length=50, primary_key=True)
    value = models.JSONField()
