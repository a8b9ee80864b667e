"""The number by which cached pages know whether they are still true."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ContentVersion(models.Model):
    """One row, whose number grows with every change of content. See ``pages.caching``."""

    number = models.PositiveBigIntegerField(_("number"), default=1)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content versions")

    def __str__(self) -> str:
        return str(self.number)


class CalendarRecord(models.Model):
    """What calendars need to know of an event beyond its pages, one row for all its languages.

    ``sequence`` grows, and ``changed_at`` moves, when what readers see of the event in any
    language has changed. See ``pages.calendars.changes``.
    """

    translation_key = models.UUIDField(_("translation key"), unique=True)
    sequence = models.PositiveIntegerField(_("number of changes"), default=0)
    changed_at = models.DateTimeField(_("changed at"))
    #: By language: a digest of what readers see.
    digests = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("calendar record")
        verbose_name_plural = _("calendar records")

    def __str__(self) -> str:
        return f"{self.translation_key} ({self.sequence})"
