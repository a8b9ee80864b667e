"""What the index should hold, and what it was last told."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IndexJob(models.Model):
    """One publication on its way into the index.

    ``version`` grows with every change of the publication, in the transaction of the change;
    ``done`` is the version that the index holds or refused as old. Where they differ, there is
    work. The row stays, also when the publication is gone: its version is the external version
    of the document, which must never begin anew, or an old job could undo a newer one.
    """

    key = models.UUIDField(_("publication"), primary_key=True)
    version = models.PositiveBigIntegerField(_("version"), default=1)
    done = models.PositiveBigIntegerField(_("version in the index"), default=0)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    available_at = models.DateTimeField(_("to be done from"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=200, blank=True)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    leased_version = models.PositiveBigIntegerField(_("leased version"), default=0)

    class Meta:
        verbose_name = _("change to be indexed")
        verbose_name_plural = _("changes to be indexed")
        indexes = [
            models.Index(
                fields=["available_at"], name="search_waiting", condition=Q(version__gt=F("done"))
            )
        ]

    def __str__(self) -> str:
        return str(self.key)
