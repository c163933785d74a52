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


class Setting(models.Model):
    """A setting of the organisation that is not as it comes: `settings.SETTINGS` has the list and the defaults."""

    key = models.CharField(max_length=50, primary_key=True)
    value = models.JSONField()
