"""Saved searches; what arrived; what was found for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cpmg.users.models import plain_line


class SavedSearch(models.Model):
    """A search that a person keeps, and how often they want a letter about what is new in it."""

    class Frequency(models.TextChoices):
        NEVER = "never", _("Never")
        AT_ONCE = "at-once", _("At once")
        DAILY = "daily", _("At most once a day")
        WEEKLY = "weekly", _("At most once a week")

    INTERVALS = {
        Frequency.AT_ONCE: timedelta(),
        Frequency.DAILY: timedelta(days=1),
        Frequency.WEEKLY: timedelta(weeks=1),
    }
    #: So many may one person keep.
    MOST = 100

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="saved_searches",
    )
    name = models.CharField(_("name"), max_length=120, validators=[plain_line])
    #: The parameters of the search page's address, in the order in which the page writes them.
    query = models.TextField(_("query"), blank=True)
    #: The same as it was understood: see ``alerts.matching.Sought``.
    sought = models.JSONField(_("what is sought"), default=dict)
    frequency = models.CharField(
        _("messages about new publications"),
        max_length=10,
        choices=Frequency,
        default=Frequency.NEVER,
    )
    created_at = models.DateTimeField(_("saved on"), default=timezone.now)
    #: No letter before.
    due_at = models.DateTimeField(_("next message from"), default=timezone.now)
    told_at = models.DateTimeField(_("last message on"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def set_frequency(self, frequency: str) -> None:
        """Saves another frequency. What was found and not yet told is forgotten with "never"."""
        self.frequency = frequency
        since = self.told_at or self.created_at
        self.due_at = since + self.INTERVALS.get(self.Frequency(frequency), timedelta())
        self.save(update_fields=["frequency", "due_at"])
        if frequency == self.Frequency.NEVER:
            self.matches.filter(told_at=None).delete()


class Arrival(models.Model):
    """A publication became readable for the readers of a key (``pages.access.key_of``): it was
    published, or moved to where more people may read it. One row for both, for good: what is
    edited later does not arrive again."""

    key = models.UUIDField(_("publication"))
    readers = models.CharField(_("readers"), max_length=80)
    at = models.DateTimeField(_("arrived on"), default=timezone.now)
    matched = models.BooleanField(_("compared with the saved searches"), default=False)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = [
            models.UniqueConstraint(fields=["key", "readers"], name="one_arrival_for_readers")
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(matched=False), name="search_arrivals_waiting")
        ]

    def __str__(self) -> str:
        return str(self.key)


class Match(models.Model):
    """A publication that a saved search finds. ``told_at`` is set in the transaction that queues
    the letter, so that nobody is told of a publication twice for one search."""

    search = models.ForeignKey(
        SavedSearch,
        verbose_name=_("saved search"),
        on_delete=models.CASCADE,
        related_name="matches",
    )
    key = models.UUIDField(_("publication"))
    told_at = models.DateTimeField(_("told on"), null=True, blank=True)

    class Meta:
        verbose_name = _("new publication of a saved search")
        verbose_name_plural = _("new publications of saved searches")
        constraints = [
            models.UniqueConstraint(fields=["search", "key"], name="one_match_for_a_search")
        ]
        indexes = [
            models.Index(
                fields=["search"], condition=Q(told_at=None), name="search_matches_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.search_id}: {self.key}"


def waiting_matches(**narrowed: Any) -> models.QuerySet[Match]:
    return Match.objects.filter(told_at=None, **narrowed)
