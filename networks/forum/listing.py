"""Forums, topics and posts in the order of their reader, page by page.

Every list takes the same number of queries, however long it is: pages begin after the last thing
that was shown, and what is unread is one number for each topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from . import attachments
from .access import Standing
from .models import AllRead, Forum, Post, Reading, Topic

ON_A_PAGE, MOST_PINNED, MOST_WAITING = 20, 50, 50
#: What is older counts as read.
UNREAD_FOR = timedelta(days=90)
_PLACE = re.compile(r"([01])-([0-9]{1,17})-([0-9]{1,17})", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Forums -------------------------------------------------------------------------------


def forums(user: Any, standing: Standing) -> list[Any]:
    """The forums that the reader may enter, with ``last_topic_at`` and whether anything in them
    is unread; that of all members first."""
    since = AllRead.objects.filter(person=user, forum=OuterRef("forum")).values("at")[:1]
    unread = (
        Topic.objects.filter(
            forum=OuterRef("pk"),
            state=Topic.State.OPEN,
            last_post_at__gt=timezone.now() - UNREAD_FOR,
        )
        .exclude(last_post_at__lte=Coalesce(Subquery(since), Value(EPOCH)))
        .annotate(seen=_seen(user))
        .filter(Q(seen=None) | Q(seen__lt=F("last_number")))
    )
    latest = (
        Topic.objects.filter(forum=OuterRef("pk"), state=Topic.State.OPEN)
        .order_by("-last_post_at")
        .values("last_post_at")[:1]
    )
    found = Forum.objects.filter(standing.forums()).select_related("network")
    found = found.annotate(
        last_topic_at=Subquery(latest), has_unread=Exists(unread, output_field=BooleanField())
    )
    from pages.models.vocabularies import collation_key

    return sorted(
        found, key=lambda forum: (forum.network_id is not None, collation_key(str(forum)))
    )


def _seen(user: Any) -> Subquery:
    readings = Reading.objects.filter(person=user, topic=OuterRef("pk"))
    return Subquery(readings.values("number")[:1])


# Topics -------------------------------------------------------------------------------


@dataclass
class Topics:
    """A page of topics. ``after`` is where the next one begins."""

    pinned: list[Any]
    rows: list[Any]
    after: str = ""
    is_first: bool = True

    @property
    def all(self) -> list[Any]:
        return [*self.pinned, *self.rows]


def is_place(after: str) -> bool:
    """Whether ``after`` can be from a page before."""
    return _PLACE.fullmatch(after) is not None


def topics(
    rows: Any,
    user: Any,
    *,
    first_language: str = "",
    after: str = "",
    size: int = ON_A_PAGE,
) -> Topics:
    """A page of ``rows``, the latest first; those in ``first_language`` before the others.
    ``after`` is from the page before; what is none begins at the beginning."""
    rows = rows.select_related("author", "last_author", "forum__network")
    rows = rows.annotate(seen=_seen(user))
    place = _PLACE.fullmatch(after)
    pinned: list[Topic] = []
    if place is None:
        pinned = list(rows.filter(is_pinned=True).latest_first()[:MOST_PINNED])
    rows = rows.filter(is_pinned=False)
    parts = [rows]
    if first_language:
        parts = [rows.filter(language=first_language), rows.exclude(language=first_language)]
    part = min(int(place[1]), len(parts) - 1) if place else 0
    found: list[tuple[int, Any]] = []
    while part < len(parts) and len(found) <= size:
        of_part = parts[part]
        if place is not None:
            at, pk = EPOCH + timedelta(microseconds=int(place[2])), int(place[3])
            of_part = of_part.filter(last_post_at__lte=at).exclude(last_post_at=at, pk__gte=pk)
            place = None
        found += [(part, row) for row in of_part.latest_first()[: size + 1 - len(found)]]
        part += 1
    more = len(found) > size
    found = found[:size]
    page = Topics(pinned, [row for _part, row in found], is_first=not after)
    if more:
        last_part, last = found[-1]
        micros = (last.last_post_at - EPOCH) // timedelta(microseconds=1)
        page.after = f"{last_part}-{micros}-{last.pk}"
    mark_unread(page.all, user)
    return page


def mark_unread(rows: Sequence[Any], user: Any) -> None:
    """Says of each topic, which knows how far it was ``seen``, whether there is more."""
    old = timezone.now() - UNREAD_FOR
    read = dict(
        AllRead.objects.filter(person=user, forum__in={row.forum_id for row in rows}).values_list(
            "forum", "at"
        )
    )
    for row in rows:
        since = max(old, read.get(row.forum_id, old))
        row.is_unread = row.last_post_at > since and (row.seen or 0) < row.last_number


# Posts --------------------------------------------------------------------------------


@dataclass
class Posts:
    """A page of a topic: posts from a number on, traces of removed ones among them."""

    rows: list[Any]
    #: Those that wait for approval, which only their authors and the moderators see.
    waiting: list[Any] = field(default_factory=list)
    #: The number at which the next page begins, and at which the page before ends.
    next: int | None = None
    before: int | None = None

    @property
    def last_number(self) -> int:
        return max((row.number or 0 for row in self.rows), default=0)


def posts(
    topic: Topic,
    standing: Standing,
    *,
    first: int | None = None,
    before: int | None = None,
    size: int = ON_A_PAGE,
) -> Posts:
    """A page of ``topic`` that begins at the number ``first``, or ends before another one."""
    shown = _described(Post.objects.filter(topic=topic))
    mine = Q() if standing.may_moderate(topic.forum) else Q(author=standing.pk)
    rows = shown.exclude(number=None).filter(~Q(state=Post.State.WAITING) | mine)
    if before is not None:
        found = list(rows.filter(number__lt=before).order_by("-number")[: size + 1])
        page = Posts(found[:size][::-1], before=None)
        page.before = page.rows[0].number if len(found) > size else None
        page.next = before if rows.filter(number__gte=before).exists() else None
    else:
        found = list(rows.filter(number__gte=first or 0).order_by("number")[: size + 1])
        page = Posts(found[:size])
        page.next = found[size].number if len(found) > size else None
        if first and rows.filter(number__lt=first).exists():
            page.before = first
    if page.next is None:
        waiting = shown.filter(number=None, state=Post.State.WAITING).filter(mine)
        page.waiting = list(waiting.order_by("created_at", "pk")[:MOST_WAITING])
    describe([*page.rows, *page.waiting], topic)
    return page


def _described(rows: QuerySet[Post]) -> QuerySet[Post]:
    return rows.select_related("author__forum_handle", "removed_by", "answers__author").defer(
        "answers__text", "answers__html"
    )


def describe(rows: Sequence[Any], topic: Topic | None = None) -> None:
    """Notes the files of posts, and the topic that all are in; one query."""
    files = attachments.of([row for row in rows if not row.is_removed])
    for row in rows:
        row.files = files.get(row.key, [])
        if topic is not None:
            row.topic = topic


def first_unread(user: Any, topic: Topic) -> int | None:
    """The number of the first post that the reader has not seen; none when they saw all."""
    seen = Reading.objects.filter(person=user, topic=topic).values_list("number", flat=True)
    number = next(iter(seen), None)
    rows = topic.posts.filter(state=Post.State.VISIBLE)
    since = timezone.now() - UNREAD_FOR
    read = AllRead.objects.filter(person=user, forum_id=topic.forum_id).values_list("at", flat=True)
    since = max([since, *read])
    found = rows.filter(number__gt=number or 0, posted_at__gt=since).order_by("number")
    return found.values_list("number", flat=True).first()


def one_post(posts: QuerySet[Post], key: Any) -> Any:
    """The post with this key, with what its page says; none when there is none."""
    post = _described(posts.filter(key=key)).select_related("topic__forum__network").first()
    if post is not None:
        describe([post])
    return post
