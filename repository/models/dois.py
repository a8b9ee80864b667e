"""DOIs that were asked for here: one row for each publication, which outlives it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Doi(models.Model):
    """The DOI of a publication, and what is still to be told to the registrar.

    waiting ──> sending ──> done
       ^           ├──────> waiting    put off: no answer, or one that asks to come again
       │           └──────> failed     refused, or put off for too long
       ├── the record changed ──┤
       └── in the admin ────────┘
    """

    class Standing(models.TextChoices):
        """What the registrar has confirmed."""

        NONE = "none", _("Not registered yet")
        DRAFT = "draft", _("Draft")
        FINDABLE = "findable", _("Findable")
        HIDDEN = "hidden", _("Registered, and withdrawn")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        DONE = "done", _("Up to date")
        FAILED = "failed", _("Failed")

    #: Shared by the translations of the publication.
    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    doi = models.CharField("DOI", max_length=255, unique=True)
    #: Of the publication, when it was last looked at.
    title = models.CharField(_("title"), max_length=255)
    standing = models.CharField(
        _("at the registrar"), max_length=10, choices=Standing, default=Standing.NONE
    )
    #: Of the metadata that the registrar has, so that a save that changes nothing is not sent.
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    #: Grows with each change of the record, so that one that comes while another is sent is not
    #: lost.
    version = models.PositiveBigIntegerField(default=1, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("asked for on"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    available_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    wagtail_reference_index_ignore = True

    #: Standings from which there is no way back: the DOI stays this publication's.
    MINTED = (Standing.FINDABLE, Standing.HIDDEN)

    class Meta:
        verbose_name = "DOI"
        verbose_name_plural = _("DOIs")
        ordering = ["-requested_at", "doi"]
        indexes = [
            models.Index(
                fields=["available_at"], name="dois_due", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return self.doi
