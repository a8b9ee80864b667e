"""``/notices/``: one's own notices of the forum."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from ..membership.api import READ, WRITE, operation
from .models import Notice

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
