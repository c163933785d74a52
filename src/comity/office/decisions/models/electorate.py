"""What is stated of members for votes, beside what the register says: seats, standings, weights, mandates."""

from __future__ import annotations

from django.db import models

from comity.groundwork.models import id_field
from comity.office.charter.models import Body
from comity.office.decisions.vocabulary import QualificationKind
from comity.office.members.models import Party


class Qualification(models.Model):
    """One statement about a party, from a day (included) to another (included; None: until it is ended), with its reason.

    seat: in `body`; a body with seats has no other members. standing: `name` is a group of the charter. weight: `name` is a weight of
    the charter and `value` an exact number ("7", "2/3", "12.5"). mandate: the party casts the vote of `other`. body: None, in all.
    """

    id = id_field(primary_key=True)
    kind = models.CharField(max_length=20, choices=QualificationKind.choices)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=80, blank=True)
    other = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    source = models.CharField(max_length=500, blank=True)
    stated_at = models.DateTimeField()
    ended_reason = models.CharField(max_length=500, blank=True)
