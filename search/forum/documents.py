"""Posts of the forum as documents of their index: one query for many.

In the index is what all readers of its forum may read. Its ``readers`` are those of the forum,
whoever they are now: who joins or leaves a network is heeded by the next search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from networks.forum.access import Standing
from networks.forum.formatting import without_marks
from networks.forum.listing import EPOCH
from networks.forum.models import Forum, Post, PostQuerySet, Topic

from ..models import PostJob

JOBS, KEY = PostJob, "key"

#: Posts whose text is held at once, and goes into one request.
MOST_AT_ONCE = 500


def rows() -> PostQuerySet:
    """The posts that belong into the index."""
    return shown(Post.objects.all())


def shown(posts: PostQuerySet) -> PostQuerySet:
    """Those of ``posts`` that neither wait nor were removed, alone or with their topic."""
    return posts.filter(state=Post.State.VISIBLE, topic__state=Topic.State.OPEN)


def readers_of(forum: int) -> str:
    """The key of those who may enter the forum with this number."""
    return f"forum-{forum}"


def reader_keys(stands: Standing) -> list[str]:
    """The keys of a reader."""
    return [
        readers_of(pk) for pk in Forum.objects.filter(stands.forums()).values_list("pk", flat=True)
    ]


def readers(keys: Iterable[UUID]) -> dict[UUID, list[str]]:
    found = rows().filter(key__among=keys).order_by()
    return {key: [readers_of(forum)] for key, forum in found.values_list("key", "topic__forum")}


def parts(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    keys = list(keys)
    for start in range(0, len(keys), MOST_AT_ONCE):
        yield keys[start : start + MOST_AT_ONCE]


def documents(keys: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    found = rows().filter(key__among=keys).order_by()
    columns = ("pk", "key", "html", "language", "author", "posted_at", "created_at")
    of_topic = ("topic__forum", "topic__title", "topic__language")
    return {row["key"]: _document(row) for row in found.values(*columns, *of_topic)}


def _document(row: dict[str, Any]) -> dict[str, Any]:
    posted = row["posted_at"] or row["created_at"]
    return {
        "key": str(row["key"]),
        "readers": [readers_of(row["topic__forum"])],
        "title": {row["topic__language"]: row["topic__title"]},
        "body": {row["language"]: without_marks(row["html"])},
        "author": row["author"],
        "language": row["language"],
        "published": int(posted.timestamp() * 1000),
        "posted": (posted - EPOCH) // timedelta(microseconds=1),
        "id": row["pk"],
    }
