"""The search in the forum as an operation of its API."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from networks.forum.api import operation, the_forum
from networks.forum.views.entering import standing
from pages.api import BadQuery, Query, Text
from pages.api.reading import LANGUAGES
from pages.models.base import active_language

from ..cursors import BadCursorError
from ..words import MAX_CHARACTERS
from .finding import ORDERS, Order, PostRequest, search


class FoundItem(Schema):
    """A post that holds the words."""

    key: uuid.UUID
    topic: uuid.UUID
    forum: str
    title: str
    number: int
    author: str | None
    handle: str = Field(description="The author's, for `author`; empty when the account is closed.")
    language: str
    posted_at: datetime
    snippets: list[str] = Field(description="HTML, with the words marked.")
    url: str


class FoundPage(Schema):
    items: list[FoundItem]
    total: int = Field(description="How many posts were found, on all pages.")
    next: str = Field(description="For `after`; empty on the last page.")
    degraded: bool = Field(description="A simpler engine answered; look again later.")


@operation(
    "GET",
    "/search/",
    FoundPage,
    id="forum_search",
    summary="Posts by words",
    texts=(
        Text("q", "Words, “phrases”, -words.", MAX_CHARACTERS),
        Text("forum", "Only in the forum with this code."),
        Text("author", "Only by the person with this handle.", 41),
        Text("language", "Only posts in this language.", 5),
        Text("order", "`newest`, which is so when nothing is said, or `relevance`.", 10),
        Text("after", "`next` of the page before.", 2_000),
    ),
)
def find_posts(request: HttpRequest, query: Query) -> Any:
    given = query.texts
    errors = {
        name: _("Valid: %(valid)s.") % {"valid": ", ".join(valid)}
        for name, valid in (("language", LANGUAGES), ("order", ORDERS))
        if given[name] and given[name] not in valid
    }
    if errors:
        raise BadQuery(errors)
    if given["forum"]:
        the_forum(request, given["forum"])
    asked = PostRequest(
        query=given["q"],
        user=request.user,
        stands=standing(request),
        language=active_language(),
        forum=given["forum"],
        author=given["author"],
        written_in=given["language"],
        order=cast(Order, given["order"] or "newest"),
        cursor=given["after"],
    )
    try:
        finds = search(asked)
    except BadCursorError:
        raise BadQuery({"after": _("This is not from a page before.")}) from None
    return {
        "items": [_item(request, found) for found in finds.rows],
        "total": finds.total,
        "next": finds.after,
        "degraded": finds.degraded,
    }


def _item(request: HttpRequest, found: Any) -> dict[str, Any]:
    post = found.post
    handle = getattr(post.author, "forum_handle", None)
    return {
        "key": post.key,
        "topic": post.topic.key,
        "forum": post.topic.forum.code,
        "title": post.topic.title,
        "number": post.number,
        "author": str(post.author) if post.author else None,
        "handle": handle.name if handle else "",
        "language": post.language,
        "posted_at": post.posted_at,
        "snippets": [str(passage) for passage in found.passages],
        "url": request.build_absolute_uri(reverse("forum_post", kwargs={"key": post.key})),
    }
