"""Who belongs to which network, in what role, since when and until when."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pages.models import Network
from pages.models.vocabularies import TermKey


class MembershipQuerySet(models.QuerySet["Membership"]):
    def open(self) -> MembershipQuerySet:
        """What is asked for, offered, or in force as far as the record says."""
        return self.exclude(state=Membership.State.ENDED)

    def current(self) -> MembershipQuerySet:
        """What is in force today: the term of office has not run out, the account is enabled."""
        return self.filter(in_term(), state=Membership.State.ACTIVE, person__is_active=True)

    def lapsed(self) -> MembershipQuerySet:
        """Active by the record, but the term has run out."""
        return self.filter(state=Membership.State.ACTIVE, until__lt=today())


def today() -> datetime.date:
    return timezone.localdate()


def in_term(prefix: str = "") -> Q:
    """That the term has not run out: ``until`` is its last day."""
    return Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": today()})


class Membership(models.Model):
    """A person's place in a network: asked for or offered, then in force, then ended.

    requested ──> active ──> ended
        │            ^         ^
        ├────────────┼─────────┤  declined, withdrawn
    invited ─────────┘─────────┘

    This is the truth about who belongs; the groups follow it (``membership.groups``). A term that
    has run out counts for nothing from the next day on, whatever ``state`` still says.
    """

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        FOCAL_POINT = "focal-point", _("Focal point")
        MODERATOR = "moderator", _("Forum moderator")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        INVITED = "invited", _("Invited")
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    class Ending(models.TextChoices):
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LEFT = "left", _("Left")
        REMOVED = "removed", _("Removed")
        TERM = "term", _("End of the term of office")

    network = TermKey(
        Network,
        on_delete=models.CASCADE,
        verbose_name=_("thematic network"),
        related_name="memberships",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="network_memberships",
    )
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("To which the invitation went.")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REQUESTED)
    ending = models.CharField(_("how it ended"), max_length=10, choices=Ending, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    answer = models.TextField(_("answer to the person"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked on"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    since = models.DateField(_("member since"), null=True, blank=True)
    until = models.DateField(
        _("term of office until"), null=True, blank=True, help_text=_("The last day.")
    )
    is_named = models.BooleanField(
        _("Name me in public as a focal point of this network"),
        default=False,
        help_text=_("Your name and organisation are on the network's page, for everybody."),
    )
    is_listed = models.BooleanField(
        _("List me in the directory"),
        default=False,
        help_text=_(
            "Other members of the network see your name, organisation, country and role; never"
            " your e-mail address."
        ),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership of a network")
        verbose_name_plural = _("memberships of networks")
        default_permissions = ()
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "person"],
                condition=~Q(state="ended"),
                name="one_open_membership_of_a_network",
            ),
            models.UniqueConstraint(
                "network",
                Lower("email"),
                condition=Q(state="invited"),
                name="one_open_invitation_to_a_network",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(email=""),
                name="a_membership_is_of_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "state"], name="memberships_of_a_network"),
            models.Index(
                fields=["until"], condition=Q(state="active"), name="memberships_that_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.network.label}"

    @property
    def name(self) -> str:
        return str(self.person) if self.person else self.email

    @property
    def is_current(self) -> bool:
        return self.state == self.State.ACTIVE and not self.has_lapsed

    @property
    def has_lapsed(self) -> bool:
        return bool(self.state == self.State.ACTIVE and self.until and self.until < today())

    @property
    def state_in_words(self) -> Any:
        """The state as it is today, and how it ended."""
        if self.has_lapsed:
            return self.Ending.TERM.label
        if self.state == self.State.ENDED and self.ending:
            return self.Ending(self.ending).label
        return self.State(self.state).label
