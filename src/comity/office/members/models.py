"""Tables of the members office: parties, their status facts and contests, declarations, credentials, delegations, blocs, dues."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from comity.groundwork.models import Person, id_field
from comity.groundwork.refs import Ref
from comity.groundwork.translated import TranslatedField
from comity.office.members.dates import date_text
from comity.office.members.treaty import Happened
from comity.office.members.vocabulary import (
    CredentialKind,
    DeclarationKind,
    Evidence,
    Examination,
    PartyKind,
    Precision,
    Step,
    TakesOver,
)


def _choice(choices: type[models.TextChoices], **options: Any) -> models.CharField[str, str]:
    return models.CharField(max_length=20, choices=choices.choices, **options)


def _source() -> models.CharField[str, str]:
    return models.CharField(max_length=500)


class Party(models.Model):
    """Whoever stands in a relation to the organisation. name may be empty where a country code tells it.

    merged_into: this entry proved a duplicate; it stays, and what points to it finds the kept one.
    """

    id = id_field(primary_key=True)
    kind = _choice(PartyKind)
    name = TranslatedField()
    iso3 = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=3, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="duplicates")
    registered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["iso3"], condition=Q(merged_into__isnull=True) & ~Q(iso3=""), name="one_party_of_a_country"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="not_merged_into_itself"),
        ]

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("members.party", self.id)


def _party(related: str = "+", **options: Any) -> Any:
    return models.ForeignKey(Party, models.PROTECT, related_name=related, **options)


class Struck(models.Model):
    """What entries of the smaller registers share: one that was made in error is struck, never deleted."""

    recorded_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class Credential(Struck):
    """Why somebody may act for a party: full powers, credentials for a session, or an office that needs neither."""

    id = id_field(primary_key=True)
    party = _party("credentials")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = _choice(CredentialKind)
    purpose = models.CharField(max_length=300, blank=True)
    issued_by = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    received_on = models.DateField()
    outcome = _choice(Examination, default=Examination.RECEIVED)
    outcome_on = models.DateField(null=True, blank=True)
    outcome_reason = models.CharField(max_length=500, blank=True)


class StatusFact(models.Model):
    """A dated step of a party, as one version of it has it; the latest version of a line stands unless it was retracted.

    line: id of the first version. seen_on: the day by which somebody knew of it. order: place of the first version in the log.
    superseded_by: empty once retracted. number: the depositary's. office: in what office somebody signed or deposited; who it was
    is in the credential.
    """

    id = id_field(primary_key=True)
    line = id_field(db_index=True)
    party = _party("facts")
    step = _choice(Step)
    happened_on = models.DateField(null=True, blank=True)
    precision = _choice(Precision)
    effective_on = models.DateField(null=True, blank=True)
    source = _source()
    evidence = _choice(Evidence)
    note = models.CharField(max_length=1000, blank=True)
    number = models.CharField(max_length=40, blank=True)
    office = models.CharField(max_length=200, blank=True)
    credential = models.ForeignKey(Credential, models.PROTECT, null=True, blank=True, related_name="+")
    predecessor = _party("successions", null=True, blank=True)
    takes_over = _choice(TakesOver, blank=True)
    seen_on = models.DateField()
    order = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = id_field(blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(superseded_at__isnull=True), name="one_version_of_a_fact_stands"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(superseded_at__isnull=True) & ~Q(number=""), name="one_fact_of_a_number"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["party", "superseded_at"])]

    @property
    def when(self) -> str:
        """When it happened, for people, with how well that is known."""
        return date_text(self.happened_on, self.precision)

    def happened(self, *, contested: bool = False) -> Happened:
        """The step as the treaty's state machine sees it."""
        return Happened(
            id=self.id,
            step=Step(self.step),
            on=self.happened_on,
            seen_on=self.seen_on,
            order=self.order,
            precision=Precision(self.precision),
            effective_on=self.effective_on,
            contested=contested,
            takes_over=self.takes_over,
            evidence=self.evidence,
        )


class Contest(models.Model):
    """Somebody says that a fact is not so. It belongs to the line, so that a correction does not end it."""

    id = id_field(primary_key=True)
    line = id_field(db_index=True)
    party = _party()
    contested_by = models.CharField(max_length=200)
    why = models.CharField(max_length=1000)
    source = _source()
    on_behalf_of = _party(null=True, blank=True)
    contested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settlement = models.CharField(max_length=500, blank=True)
    settlement_source = models.CharField(max_length=500, blank=True)


class Declaration(Struck):
    """A reservation or declaration of a party, in its words."""

    id = id_field(primary_key=True)
    party = _party("declarations")
    kind = _choice(DeclarationKind)
    provision = models.CharField(max_length=200, blank=True)
    text = TranslatedField()
    made_on = models.DateField()
    source = _source()
    withdrawn_on = models.DateField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("members.declaration", self.id)


class Objection(Struck):
    """Another party objects to a reservation or declaration. bars_force: so that the agreement is not in force between the two."""

    id = id_field(primary_key=True)
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="objections")
    party = _party("objections")
    text = TranslatedField()
    made_on = models.DateField()
    bars_force = models.BooleanField(default=False)
    source = _source()
    withdrawn_on = models.DateField(null=True, blank=True)

    @property
    def ref(self) -> Ref:
        """How events name it."""
        return Ref("members.objection", self.id)


class Term(models.Model):
    """Somebody's time in a party's delegation. grant: the role, held while the term runs; given and ended by the clock."""

    id = id_field(primary_key=True)
    party = _party("terms")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=50)
    position = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    grant = id_field()
    recalled_on = models.DateField(null=True, blank=True)
    recalled_reason = models.CharField(max_length=500, blank=True)


class BlocMembership(Struck):
    """A party is in a bloc or union, from a day (None: not known) until another."""

    id = id_field(primary_key=True)
    bloc = _party("members")
    party = _party("blocs")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    source = _source()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(bloc=F("party")), name="not_in_itself")]


class OptOut(Struck):
    """In a matter, a party is not spoken for by a bloc that it is in."""

    id = id_field(primary_key=True)
    membership = models.ForeignKey(BlocMembership, models.PROTECT, related_name="opt_outs")
    matter = models.CharField(max_length=300)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)


class Assessment(models.Model):
    """What a party is to pay for a year. A later one for the same year and party supersedes it."""

    id = id_field(primary_key=True)
    party = _party("assessments")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    due_on = models.DateField()
    source = _source()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "year"], condition=Q(superseded_at__isnull=True), name="one_assessment_of_a_year"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="assessed_amounts_are_not_negative"),
        ]


class Payment(Struck):
    """Money received for a year, in the currency of that year's assessment."""

    id = id_field(primary_key=True)
    party = _party("payments")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    reference = models.CharField(max_length=200, blank=True)
