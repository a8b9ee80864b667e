"""What is said, who has read it, who follows it, and what moderators did about it.

A post has a ``number`` in its topic, which only grows: pages of a topic begin at a number, and what
a reader has seen is one number for each topic. A post that waits for approval has none yet.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from anyascii import anyascii
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from pages.models import Network
from pages.models.vocabularies import TermKey

if TYPE_CHECKING:
    from .access import Standing

#: The longest post and the longest title, in characters.
LONGEST_POST, LONGEST_TITLE = 20_000, 200


def _person(name: Any, **more: Any) -> models.ForeignKey:
    """Who it was; what they said stays when their account goes."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=name,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        **{"related_name": "+", **more},
    )


class ForumQuerySet(models.QuerySet["Forum"]):
    def readable_by(self, user: Any) -> ForumQuerySet:
        """The forums that ``user`` may enter; none when there is no user."""
        from .access import standing_of

        return self.filter(standing_of(user).forums())

    def moderated_by(self, user: Any) -> ForumQuerySet:
        from .access import standing_of

        return self.filter(standing_of(user).moderated_forums())


class Forum(models.Model):
    """Where the members of a network talk; the one without a network is that of all members."""

    class Approval(models.TextChoices):
        NOBODY = "nobody", _("Nobody's posts")
        NEWCOMERS = "newcomers", _("The first posts of new members")
        EVERYBODY = "everybody", _("Everybody's posts")

    #: The code of the forum of all members in addresses.
    MEMBERS = "members"

    network = TermKey(
        Network,
        verbose_name=_("thematic network"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    approval = models.CharField(
        _("posts that wait for approval"),
        max_length=10,
        choices=Approval,
        default=Approval.NOBODY,
        help_text=_("They are shown once a focal point or moderator has approved them."),
    )

    objects = models.Manager.from_queryset(ForumQuerySet)()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("forum")
        verbose_name_plural = _("forums")
        constraints = [
            models.UniqueConstraint(fields=["network"], name="one_forum_for_a_network"),
            models.UniqueConstraint(
                models.Value(1), condition=Q(network=None), name="one_forum_for_all_members"
            ),
        ]

    def __str__(self) -> str:
        return self.network.label if self.network else gettext("All members")

    @property
    def code(self) -> str:
        return self.network.code if self.network else self.MEMBERS


class TopicQuerySet(models.QuerySet["Topic"]):
    def readable_by(self, user: Any, standing: Standing | None = None) -> TopicQuerySet:
        """What ``user`` may read: of what waits for approval only their own, and what they
        moderate."""
        from .access import standing_of

        return self.filter((standing or standing_of(user)).topics())

    def about(self, kind: str, code: str) -> TopicQuerySet:
        return self.filter(about_kind=kind, about_code=code)

    def latest_first(self) -> TopicQuerySet:
        return self.order_by("-last_post_at", "-pk")


class Topic(models.Model):
    """A question or a theme, with the posts about it."""

    class State(models.TextChoices):
        OPEN = "open", _("Visible")
        WAITING = "waiting", _("Waiting for approval")
        REMOVED = "removed", _("Removed")

    class About(models.TextChoices):
        PUBLICATION = "publication", _("Publication")
        EVENT = "event", _("Event")
        COUNTRY = "country", _("Country")
        INDICATOR = "indicator", _("Indicator")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    forum = models.ForeignKey(
        Forum, verbose_name=_("forum"), on_delete=models.PROTECT, related_name="topics"
    )
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    author = _person(_("author"), related_name="forum_topics")
    created_at = models.DateTimeField(_("started on"), default=timezone.now)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_locked = models.BooleanField(_("locked"), default=False)
    #: What the topic is about: the code of a country or indicator, the translation key of a page.
    about_kind = models.CharField(_("about"), max_length=12, choices=About, blank=True)
    about_code = models.CharField(max_length=100, blank=True)

    #: The number of the last post that everybody sees, and how many there are.
    last_number = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(_("posts"), default=0)
    last_post_at = models.DateTimeField(_("last post"), default=timezone.now)
    last_author = _person(_("last author"))

    objects = models.Manager.from_queryset(TopicQuerySet)()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        indexes = [
            models.Index(
                F("forum"), F("is_pinned"), F("last_post_at").desc(), F("id").desc(),
                name="forum_topics_latest",
            ),
            models.Index(fields=["about_kind", "about_code"], name="forum_topics_about"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class PostQuerySet(models.QuerySet["Post"]):
    def readable_by(self, user: Any, standing: Standing | None = None) -> PostQuerySet:
        """The posts whose words ``user`` may read. Nobody reads removed ones here."""
        from .access import standing_of

        return self.filter((standing or standing_of(user)).posts())

    def in_order(self) -> PostQuerySet:
        return self.order_by("number", "pk")


class Post(index.Indexed, models.Model):
    """What somebody said in a topic, as Markdown and as the HTML made of it. Its words are in the
    index of the search; who finds it is asked of the rows."""

    class State(models.TextChoices):
        VISIBLE = "visible", _("Visible")
        WAITING = "waiting", _("Waiting for approval")
        REMOVED = "removed", _("Removed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.ForeignKey(
        Topic, verbose_name=_("topic"), on_delete=models.CASCADE, related_name="posts"
    )
    #: Its place in the topic; none while it waits for approval.
    number = models.PositiveIntegerField(null=True)
    author = _person(_("author"), related_name="forum_posts")
    text = models.TextField(_("text"), max_length=LONGEST_POST)
    html = models.TextField(blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    answers = models.ForeignKey(
        "self",
        verbose_name=_("answers"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.VISIBLE)
    created_at = models.DateTimeField(_("written on"), default=timezone.now)
    #: When everybody could see it.
    posted_at = models.DateTimeField(_("posted on"), null=True)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(_("edited on"), null=True)
    removed_at = models.DateTimeField(_("removed on"), null=True)
    removed_by = _person(_("removed by"))
    removal_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = models.Manager.from_queryset(PostQuerySet)()

    search_fields = [index.SearchField("words")]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="one_post_for_a_number")
        ]
        indexes = [
            models.Index(fields=["author", "-created_at"], name="forum_posts_of_author"),
            models.Index(fields=["-posted_at", "-id"], name="forum_posts_latest"),
            models.Index(
                fields=["created_at"], name="forum_posts_waiting", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic.title} #{self.number or '–'}"

    def words(self) -> str:
        """For the index: the text and the title of the topic, with and without accents."""
        said = f"{self.topic.title} {self.text}"
        return f"{said} {anyascii(said)}"

    @property
    def is_removed(self) -> bool:
        return self.state == self.State.REMOVED

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def removed_by_author(self) -> bool:
        return self.removed_by_id is not None and self.removed_by_id == self.author_id


class PostEdition(models.Model):
    """What a post said before it was edited, and from when."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="editions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=5)
    written_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("former text of a post")
        verbose_name_plural = _("former texts of posts")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="one_edition_for_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.post_id}, {self.version}"


class Mention(models.Model):
    """A person whom a post names by their handle."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="forum_mentions"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="one_mention_in_a_post")
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.person_id}"


class Handle(models.Model):
    """The short name by which a person is mentioned: ASCII, and nobody else's."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="forum_handle",
    )
    name = models.CharField(max_length=40, unique=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("short name")
        verbose_name_plural = _("short names")

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """How far a person has read a topic: the number of the last post that they saw."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(fields=["person", "topic"], name="one_reading_of_a_topic")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.topic_id}, {self.number}"


class AllRead(models.Model):
    """When a person said that they have read all of a forum."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("forum read")
        verbose_name_plural = _("forums read")
        constraints = [
            models.UniqueConstraint(fields=["person", "forum"], name="one_all_read_of_a_forum")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.forum_id}"


class Following(models.Model):
    """That a person follows a topic or a whole forum, or wants to hear nothing of it."""

    class Wish(models.TextChoices):
        FOLLOW = "follow", _("Follow")
        MUTE = "mute", _("Mute")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="forum_followings"
    )
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="followings")
    #: None: the whole forum.
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="followings")
    wish = models.CharField(max_length=6, choices=Wish, default=Wish.FOLLOW)
    since = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("wish to follow")
        verbose_name_plural = _("wishes to follow")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "topic"],
                condition=Q(topic__isnull=False),
                name="one_following_of_a_topic",
            ),
            models.UniqueConstraint(
                fields=["person", "forum"],
                condition=Q(topic=None),
                name="one_following_of_a_forum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.wish}"


class Report(models.Model):
    """Somebody asks the moderators to look at a post."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("Advertising or spam")
        OFFENSIVE = "offensive", _("Offensive or discriminating")
        CONFIDENTIAL = "confidential", _("Confidential or personal information")
        OFF_TOPIC = "off-topic", _("Not about the topic")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Something was done")
        DISMISSED = "dismissed", _("Nothing to do")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    reporter = _person(_("reported by"), related_name="forum_reports")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    at = models.DateTimeField(_("reported on"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    resolved_by = _person(_("resolved by"))
    resolved_at = models.DateTimeField(_("resolved on"), null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("report of a post")
        verbose_name_plural = _("reports of posts")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "reporter"],
                condition=Q(state="open"),
                name="one_open_report_of_a_person",
            )
        ]
        indexes = [
            models.Index(fields=["at"], name="forum_reports_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.post}: {self.get_reason_display()}"


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, now: datetime | None = None) -> RestrictionQuerySet:
        now = now or timezone.now()
        return self.filter(Q(until=None) | Q(until__gt=now), lifted_at=None)


class Restriction(models.Model):
    """Somebody may read and not write, in one forum or in all of them, for a while."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="forum_restrictions",
    )
    #: None: all forums.
    forum = models.ForeignKey(
        Forum,
        verbose_name=_("forum"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="restrictions",
    )
    #: None: until somebody lifts it.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField(_("since"), default=timezone.now)
    by = _person(_("decided by"))
    lifted_at = models.DateTimeField(_("lifted on"), null=True)
    lifted_by = _person(_("lifted by"))

    objects = models.Manager.from_queryset(RestrictionQuerySet)()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("restriction of a member")
        verbose_name_plural = _("restrictions of members")
        indexes = [
            models.Index(
                fields=["person"], name="forum_restrictions_open", condition=Q(lifted_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class Draft(models.Model):
    """What somebody has begun to write: one for each topic, and one new topic for each forum."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="forum_drafts"
    )
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="+")
    #: None: a new topic.
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    text = models.TextField(max_length=LONGEST_POST, blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    changed_at = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("draft of a post")
        verbose_name_plural = _("drafts of posts")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "topic"],
                condition=Q(topic__isnull=False),
                name="one_draft_for_a_topic",
            ),
            models.UniqueConstraint(
                fields=["person", "forum"], condition=Q(topic=None), name="one_draft_of_a_topic"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60]
