"""The closed choices of the members office, in the words of treaty practice.

A *step* is what happened to a party on a day; a *status* is where it stands because of all of its steps. The two are told apart
everywhere: nobody enters a status, and nobody computes a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(TextChoices):
    """What sort of actor."""

    STATE = "state", _("state")
    UNION = "union", _("union of states")
    BLOC = "bloc", _("bloc")
    ORGANISATION = "organisation", _("international organisation")
    COMPANY = "company", _("company")
    INSTITUTE = "institute", _("institute")


TREATY_MAKERS = frozenset({PartyKind.STATE, PartyKind.UNION, PartyKind.ORGANISATION})
"""Who can sign a treaty and be bound by it; the others can be invited and can observe."""
GROUPS = frozenset({PartyKind.UNION, PartyKind.BLOC})
"""What others can be in."""


class Step(TextChoices):
    """What happened between a party and the agreement, in the order in which steps of one day are taken to have happened."""

    INVITED = "invited", _("invited")
    CONSIDERING = "considering", _("considering")
    DECLINED = "declined", _("declined")
    OBSERVER = "observer", _("observer")
    SIGNED = "signed", _("signed")
    SUCCEEDED = "succeeded", _("succeeded")
    RATIFIED = "ratified", _("ratified")
    ACCEPTED = "accepted", _("accepted")
    APPROVED = "approved", _("approved")
    ACCEDED = "acceded", _("acceded")
    PROVISIONAL = "provisional", _("provisional application")
    IN_FORCE = "in_force", _("notified as in force")
    SUSPENDED = "suspended", _("suspended")
    RESUMED = "resumed", _("suspension lifted")
    WITHDREW = "withdrew", _("withdrew")
    CEASED = "ceased", _("ceased to exist")


INSTRUMENTS = (Step.RATIFIED, Step.ACCEPTED, Step.APPROVED, Step.ACCEDED)
"""Steps that are the deposit of an instrument by which a party is bound. A notification of succession can be one as well."""
OPEN_TO_ALL = frozenset({Step.INVITED, Step.CONSIDERING, Step.DECLINED, Step.OBSERVER, Step.WITHDREW, Step.CEASED})
"""Steps of those, too, who cannot make treaties."""
MAY_TAKE_EFFECT_LATER = frozenset({Step.PROVISIONAL, Step.IN_FORCE, Step.SUSPENDED, Step.RESUMED, Step.WITHDREW})
"""Steps that can be notified on one day and take effect on a later one."""
IN_THE_REGISTER = (Step.SIGNED, Step.SUCCEEDED, *INSTRUMENTS, Step.PROVISIONAL, Step.IN_FORCE, Step.WITHDREW)
"""Steps that stand in the depositary's register."""


class TakesOver(TextChoices):
    """What a successor state takes over from its predecessor."""

    SIGNATURE = "signature", _("the signature")
    INSTRUMENT = "instrument", _("the instrument")


class Precision(TextChoices):
    """How well a date is known."""

    DAY = "day", _("the day is known")
    MONTH = "month", _("only the month is known")
    YEAR = "year", _("only the year is known")
    BY = "by", _("on this day or before it")
    UNKNOWN = "unknown", _("not known")


class Evidence(TextChoices):
    """How good the evidence for a fact is, best first."""

    OFFICIAL = "official", _("official document or statement")
    OFFICIAL_COUNT = "official_count", _("official count, names from a secondary list")
    MINISTRY_VIA_PRESS = "ministry_via_press", _("a ministry, as quoted by the press")
    SEVERAL_SECONDARY = "several_secondary", _("several secondary sources")
    SINGLE_SECONDARY = "single_secondary", _("a single secondary source")


class Reading(TextChoices):
    """What counts that hold contested facts are made of."""

    UNCONTESTED = "uncontested", _("contested facts are not counted")
    ALL = "all", _("contested facts are counted")


class Status(TextChoices):
    """Where a party stands on a day."""

    NONE = "none", _("no relation on record")
    INVITED = "invited", _("invited")
    CONSIDERING = "considering", _("considering")
    DECLINED = "declined", _("declined")
    OBSERVER = "observer", _("observer")
    SIGNED = "signed", _("signatory")
    PROVISIONAL = "provisional", _("applies provisionally")
    RATIFIED = "ratified", _("ratified, not in force")
    ACCEPTED = "accepted", _("accepted, not in force")
    APPROVED = "approved", _("approved, not in force")
    ACCEDED = "acceded", _("acceded, not in force")
    SUCCEEDED = "succeeded", _("succeeded, not in force")
    UNDATED = "undated", _("in force, date not known")
    IN_FORCE = "in_force", _("party, in force")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CEASED = "ceased", _("ceased to exist")


SIGNS: Mapping[Status, str] = MappingProxyType(
    {
        Status.NONE: "·",
        Status.INVITED: "✉",
        Status.CONSIDERING: "…",
        Status.DECLINED: "✕",
        Status.OBSERVER: "○",
        Status.SIGNED: "✎",
        Status.PROVISIONAL: "◑",
        **dict.fromkeys((Status.RATIFIED, Status.ACCEPTED, Status.APPROVED, Status.ACCEDED, Status.SUCCEEDED), "◐"),
        Status.UNDATED: "◉",
        Status.IN_FORCE: "●",
        Status.SUSPENDED: "‖",
        Status.WITHDRAWN: "−",
        Status.CEASED: "†",
    }
)
"""The sign of each status on the map, which tells it apart without colour."""


class Force(TextChoices):
    """Whether the agreement is in force, for all or for one party."""

    NOT_YET = "not_yet", _("not in force")
    WAITING = "waiting", _("enters into force")
    DATE_NOT_KNOWN = "date_not_known", _("in force, date not known")
    IN_FORCE = "in_force", _("in force")


class Membership(TextChoices):
    """Whether a party is party to the agreement: it deposited an instrument, and the agreement is in force for it."""

    NO = "no", _("not a party")
    DATE_NOT_KNOWN = "date_not_known", _("party; the date of entry into force is not known")
    YES = "yes", _("party")


class DeclarationKind(TextChoices):
    """What a party says about its being bound."""

    RESERVATION = "reservation", _("reservation")
    DECLARATION = "declaration", _("declaration")
    UNDERSTANDING = "understanding", _("interpretative declaration")


class CredentialKind(TextChoices):
    """Why somebody may act for a party. The first three need no paper (Vienna Convention on the Law of Treaties, article 7)."""

    HEAD_OF_STATE = "head_of_state", _("head of state")
    HEAD_OF_GOVERNMENT = "head_of_government", _("head of government")
    FOREIGN_MINISTER = "foreign_minister", _("minister for foreign affairs")
    FULL_POWERS = "full_powers", _("full powers")
    CREDENTIALS = "credentials", _("credentials for a session")


BY_OFFICE = frozenset(
    {CredentialKind.HEAD_OF_STATE, CredentialKind.HEAD_OF_GOVERNMENT, CredentialKind.FOREIGN_MINISTER}
)
"""Those who speak for a state by their office alone."""


class Examination(TextChoices):
    """What became of credentials."""

    RECEIVED = "received", pgettext_lazy("credentials", "received, not examined")
    ACCEPTED = "accepted", pgettext_lazy("credentials", "accepted")
    PROVISIONAL = "provisional", pgettext_lazy("credentials", "accepted provisionally, the original is awaited")
    REJECTED = "rejected", pgettext_lazy("credentials", "rejected")
    REVOKED = "revoked", pgettext_lazy("credentials", "revoked by the party")


class Right(TextChoices):
    """Classes of rights."""

    SPEAK = "speak", _("speak")
    PROPOSE = "propose", _("propose")
    VOTE = "vote", _("vote")
    BE_ELECTED = "be_elected", _("be elected")
