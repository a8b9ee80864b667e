"""What somebody is to be told of, how they want to be told, and the keys of their feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..forum.models import Forum, Post, Reading, Topic


class NoticeQuerySet(models.QuerySet["Notice"]):
    def readable_by(self, person: Any) -> NoticeQuerySet:
        """Those about posts that the person may read now; all others are not there."""
        from ..forum.access import standing_of

        return self.filter(standing_of(person).posts("post__"), person=person)

    def unread(self) -> NoticeQuerySet:
        """Neither looked at here nor read in the topic."""
        seen = Reading.objects.filter(
            person=OuterRef("person"), topic=OuterRef("post__topic"), number__gte=OuterRef("number")
        )
        return self.filter(~Exists(seen), read_at=None)


class Notice(models.Model):
    """That a person is to hear of a post; one for each, for the weightiest reason."""

    class Kind(models.TextChoices):
        MENTION = "mention", _("Mentions you")
        REPLY = "reply", _("Answers you")
        TOPIC = "topic", _("New topic")
        POST = "post", _("New post in a topic that you follow")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="notices")
    #: The number of the post in its topic; none when the person may have read the topic that far
    #: before there was anything to tell.
    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    #: When a letter about it was queued, or it was settled that none is wanted.
    told_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "post"], name="one_notice_of_a_post")
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_of_a_person"),
            models.Index(
                fields=["person"], condition=Q(read_at=None), name="notices_not_looked_at"
            ),
            models.Index(fields=["person"], condition=Q(told_at=None), name="notices_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.post_id}"


class Frequency(models.TextChoices):
    NEVER = "never", _("Never")
    AT_ONCE = "at-once", _("At once")
    DAILY = "daily", _("At most once a day")
    WEEKLY = "weekly", _("At most once a week")


INTERVALS = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(weeks=1)}


class NoticeWishes(models.Model):
    """How often a person wants letters about the forum."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notice_wishes",
    )
    personal = models.CharField(
        _("Messages about answers to me and mentions of me"),
        max_length=8,
        choices=Frequency,
        default=Frequency.AT_ONCE,
    )
    followed = models.CharField(
        _("Messages about what I follow"),
        max_length=8,
        choices=Frequency,
        default=Frequency.DAILY,
    )
    #: When the last digest left; the next one waits for its interval.
    told_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("wishes for messages")
        verbose_name_plural = _("wishes for messages")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.person_id)


class FeedKey(models.Model):
    """The key in the address of somebody's feed; only a digest of it is kept."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_keys"
    )
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="+")
    #: None: all of the forum.
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    #: The day on which a program asked for it last.
    used_on = models.DateField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("key of a feed")
        verbose_name_plural = _("keys of feeds")
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.topic or self.forum)
