"""Elections: seats by region, who stands and who endorses them, the rounds, and lots that were drawn."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from comity.groundwork.models import id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.charter.models import Body
from comity.office.decisions.models.secret import SecretBallot
from comity.office.members.models import Party

ELECTION, CANDIDATURE = "decisions.election", "decisions.candidature"


class Election(models.Model):
    """An election by a rule of the charter. audience, meeting: as of secret ballots. charter: id of the version by which it is held."""

    id = id_field(primary_key=True)
    title = TranslatedField()
    body = models.ForeignKey(Body, models.PROTECT, related_name="elections")
    audience = models.CharField(max_length=20)
    meeting = id_field(blank=True)
    charter = id_field()
    rule = models.CharField(max_length=100)
    on = models.DateField()
    called_at = models.DateTimeField()

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(ELECTION, self.id)


class Contest(models.Model):
    """Seats that are filled together: all of an election, or those of one region. elected: ids of candidatures, in their order.

    seats_left: how many are not filled. field: ids that may be voted for in the next round, None: anybody who stands. tied: who wait
    for a lot or a further round.
    """

    id = id_field(primary_key=True)
    election = models.ForeignKey(Election, models.PROTECT, related_name="contests")
    rank = models.PositiveSmallIntegerField()
    region = TranslatedField()
    seats = models.PositiveSmallIntegerField()
    elected = models.JSONField(default=list)
    seats_left = models.PositiveSmallIntegerField()
    field = models.JSONField(null=True)
    tied = models.JSONField(default=list)


class Candidature(models.Model):
    """Somebody stands for a seat: a party, or a person by name. endorsed_by: the party that put them forward. name: empty once erased."""

    id = id_field(primary_key=True)
    contest = models.ForeignKey(Contest, models.PROTECT, related_name="candidatures")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    endorsed_by = models.ForeignKey(Party, models.PROTECT, related_name="+")
    statement = TranslatedField()
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref(CANDIDATURE, self.id)


class Round(models.Model):
    """One round of a contest. ballot: its papers, counted together. elected, tied: what came of it."""

    id = id_field(primary_key=True)
    contest = models.ForeignKey(Contest, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    ballot = models.OneToOneField(SecretBallot, models.PROTECT, related_name="round")
    closed = models.BooleanField(default=False)
    elected = models.JSONField(default=list)
    tied = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contest", "number"], name="one_round_of_a_number")]


class Lot(models.Model):
    """A lot that was drawn. seed: the words from which the order follows; source: where they came from, for all to check."""

    id = id_field(primary_key=True)
    contest = models.ForeignKey(Contest, models.PROTECT, related_name="lots")
    round = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=500)
    source = models.CharField(max_length=500)
    order = models.JSONField()
    drawn_at = models.DateTimeField()
