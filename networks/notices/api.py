"""``/notices/``: one's own notices of the forum, how often one wants letters about it, and the
keys of one's feeds."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from cpmg.mail import categories
from cpmg.users.adapters import absolute
from pages.api.reading import BadQuery, missing

from ..forum import forums
from ..forum.models import Forum, Topic
from ..membership.api import READ, WRITE, operation
from ..membership.joining import Refused
from . import feeds
from .models import FeedKey, Frequency, Notice, NoticeWishes
from .sending import CATEGORY

router = Router(tags=["notices"])
MOST = 100


class NoticeItem(Schema):
    id: int
    kind: str = Field(description="`mention`, `reply`, `topic` or `post`.")
    topic: str
    forum: str
    author: str
    locale: str = Field(description="The language of the post.")
    created_at: datetime.datetime
    is_unread: bool
    url: str = Field(description="Of the post, on the reader site.")


class NoticeList(Schema):
    items: list[NoticeItem]
    unread: int
    before: int | None = Field(description="For the next page: `?before=`; none on the last one.")


@operation("GET", "/", READ, "notices_list", "One's own notices", NoticeList, of=router)
def own(request: HttpRequest, before: int | None = None, limit: int = 30) -> Any:
    """The latest first."""
    readable = Notice.objects.readable_by(request.user)
    rows = readable.filter(pk__lt=before) if before is not None and before < 2**62 else readable
    length = max(1, min(limit, MOST))
    related = rows.select_related("post__author", "post__topic__forum__network")
    found = list(related.order_by("-pk")[: length + 1])
    fresh = set(
        readable.unread().filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True)
    )
    return {
        "items": [present(row, row.pk in fresh, request) for row in found[:length]],
        "unread": readable.unread().count(),
        "before": found[length - 1].pk if len(found) > length else None,
    }


def present(notice: Notice, is_unread: bool, request: HttpRequest) -> dict[str, Any]:
    post = notice.post
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "topic": post.topic.title,
        "forum": post.topic.forum.code,
        "author": str(post.author or ""),
        "locale": post.language,
        "created_at": notice.created_at,
        "is_unread": is_unread,
        "url": request.build_absolute_uri(reverse("forum_post", args=[post.key])),
    }


@operation("POST", "/read/", WRITE, "notices_read", "Mark all as read", {204: None}, of=router)
def read_all(request: HttpRequest) -> Any:
    unread = Notice.objects.filter(person_id=request.user.pk, read_at=None)
    unread.update(read_at=timezone.now())
    return Status(204, None)


# Wishes -------------------------------------------------------------------------------

FREQUENCIES = f"^({'|'.join(Frequency.values)})$"


class WishesBody(Schema):
    personal: str = Field(
        pattern=FREQUENCIES,
        examples=["at-once"],
        description="About answers and mentions: `never`, `at-once`, `daily` or `weekly`.",
    )
    followed: str = Field(
        pattern=FREQUENCIES, examples=["daily"], description="About what one follows."
    )


class Wishes(WishesBody):
    is_wanted: bool = Field(
        description="Whether one wants letters about discussions at all: see the account's letters."
    )


def present_wishes(wishes: NoticeWishes) -> dict[str, Any]:
    return {
        "personal": wishes.personal,
        "followed": wishes.followed,
        "is_wanted": categories.wants(wishes.person, CATEGORY),
    }


@operation("GET", "/wishes/", READ, "notices_wishes", "How often letters come", Wishes, of=router)
def wishes(request: HttpRequest) -> Any:
    person: Any = request.user
    found = NoticeWishes.objects.filter(person=person).first() or NoticeWishes(person=person)
    return present_wishes(found)


@operation(
    "PUT", "/wishes/", WRITE, "notices_wish", "Say how often letters come", Wishes, of=router
)
def wish(request: HttpRequest, body: WishesBody) -> Any:
    person: Any = request.user
    kept, _made = NoticeWishes.objects.update_or_create(person=person, defaults=body.dict())
    return present_wishes(kept)


# Feeds --------------------------------------------------------------------------------


class FeedBody(Schema):
    """A forum, or a topic."""

    forum: str = Field("", max_length=100, examples=["counter-trafficking"])
    topic: uuid.UUID | None = None


class FeedItem(Schema):
    id: int
    forum: str
    topic: uuid.UUID | None
    title: str = Field(description="Empty when one may not read it any more.")
    created_at: datetime.datetime
    used_on: datetime.date | None = Field(description="When a program asked for it last.")


class NewFeed(FeedItem):
    address: str = Field(description="Holds the key: said this once, and kept nowhere.")


class FeedList(Schema):
    items: list[FeedItem]


def present_feed(key: Any) -> dict[str, Any]:
    return {
        "id": key.pk,
        "forum": key.forum.code,
        "topic": key.topic.key if key.topic else None,
        "title": key.title,
        "created_at": key.created_at,
        "used_on": key.used_on,
    }


@operation("GET", "/feeds/", READ, "feeds_list", "One's feeds of the forum", FeedList, of=router)
def own_feeds(request: HttpRequest) -> Any:
    """At most fifty, the latest first; without their keys, which nothing keeps."""
    person: Any = request.user
    return {"items": [present_feed(key) for key in feeds.own(person)]}


@operation("POST", "/feeds/", WRITE, "feeds_make", "Make a feed", {201: NewFeed}, of=router)
def make_feed(request: HttpRequest, body: FeedBody) -> Any:
    person: Any = request.user
    topic = None
    if body.topic:
        readable = Topic.objects.readable_by(person).select_related("forum__network")
        topic = readable.filter(key=body.topic).first()
        forum = topic.forum if topic else None
    elif body.forum:
        found = None if "\0" in body.forum else forums.of_code(body.forum)
        forum = Forum.objects.readable_by(person).filter(pk=found.pk).first() if found else None
    else:
        raise BadQuery({"forum": _("Name a forum or a topic.")})
    if forum is None:
        raise missing()
    try:
        made = feeds.make(person, forum, topic)
    except feeds.TooManyKeys:
        raise Refused(_("You have too many feeds. Revoke one to make another.")) from None
    digest = feeds.digest_of(made)
    key = next(key for key in feeds.own(person) if key.digest == digest)
    address = absolute(reverse("forum_feed", args=[made]))
    return Status(201, present_feed(key) | {"address": address})


@operation(
    "DELETE", "/feeds/{int:id}/", WRITE, "feeds_revoke", "Revoke a feed", {204: None}, of=router
)
def revoke_feed(request: HttpRequest, id: int) -> Any:
    """Its address leads nowhere from then on."""
    gone, _of_each = FeedKey.objects.filter(person_id=request.user.pk, pk=id).delete()
    if not gone:
        raise missing()
    return Status(204, None)
