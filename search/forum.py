"""Words in the forum: found by the index of the database, among what the reader may read.

The forum is searched where it lies, whatever engine searches the publications: no copy of what is
said in confidence is anywhere else, and who has left a network finds nothing of it any more.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import Schema
from pydantic import Field

from networks.forum.access import Standing
from networks.forum.api import AFTER, operation
from networks.forum.formatting import plain
from networks.forum.models import Post
from networks.forum.views.entering import for_members, standing
from pages.api import BadQuery, Query, Text

from .engines.database import Asked, among, matches
from .highlighting import Marker
from .words import MAX_CHARACTERS, parse

ON_A_PAGE = 20
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,17})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """A post that holds the words, with what stands around them."""

    post: Post
    title: SafeString
    passages: tuple[SafeString, ...]


@dataclass(frozen=True)
class Finds:
    """A page of what was found, the latest first. ``after`` is where the next one begins."""

    rows: list[Found]
    after: str = ""


def search(
    user: Any,
    stands: Standing,
    query: str,
    *,
    after: str = "",
    forum: str = "",
    size: int = ON_A_PAGE,
) -> Finds:
    """The posts that hold all words of ``query``: a constant number of queries."""
    parsed = parse(query[:MAX_CHARACTERS])
    if not parsed.terms:
        return Finds([])
    holding = matches(Asked(parsed.terms), True, Post)
    if parsed.excluded:
        without = matches(Asked(parsed.excluded), False, Post)
        holding = {pk: score for pk, score in holding.items() if pk not in without}
    if not holding:
        return Finds([])
    posts = Post.objects.readable_by(user, stands).filter(
        state=Post.State.VISIBLE, pk__in=among(holding)
    )
    if forum:
        posts = posts.filter(topic__forum__network__code=forum)
    if place := _PLACE.fullmatch(after):
        at = _EPOCH + timedelta(microseconds=int(place[1]))
        posts = posts.filter(posted_at__lte=at).exclude(posted_at=at, pk__gte=int(place[2]))
    rows = posts.select_related("author", "topic__forum__network").order_by("-posted_at", "-pk")
    found = list(rows[: size + 1])
    marker = Marker(parsed.terms)
    shown = [
        Found(post, marker.mark(post.topic.title), marker.passages(plain(post.text, 20_000)))
        for post in found[:size]
    ]
    more = ""
    if len(found) > size:
        last = found[size - 1]
        micros = ((last.posted_at or last.created_at) - _EPOCH) // timedelta(microseconds=1)
        more = f"{micros}-{last.pk}"
    return Finds(shown, more)


@for_members
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "")[:MAX_CHARACTERS].strip()
    finds = search(request.user, standing(request), query, after=request.GET.get("after", ""))
    context = {"query": query, "finds": finds}
    return render(request, "networks/forum/search.html", context)


# The API ------------------------------------------------------------------------------


class FoundItem(Schema):
    """A post that holds the words."""

    key: uuid.UUID
    topic: uuid.UUID
    forum: str
    title: str
    number: int
    author: str | None
    language: str
    posted_at: datetime
    snippets: list[str] = Field(description="HTML, with the words marked.")
    url: str


class FoundPage(Schema):
    items: list[FoundItem]
    next: str = Field(description="For `after`; empty on the last page.")


@operation(
    "GET",
    "/search/",
    FoundPage,
    id="forum_search",
    summary="Posts by words, the latest first",
    texts=(Text("q", "Words, “phrases”, -words.", MAX_CHARACTERS), AFTER),
)
def find_posts(request: HttpRequest, query: Query) -> Any:
    if query.texts["after"] and not _PLACE.fullmatch(query.texts["after"]):
        raise BadQuery({"after": _("This is not from a page before.")})
    finds = search(request.user, standing(request), query.texts["q"], after=query.texts["after"])
    items = [
        {
            "key": found.post.key,
            "topic": found.post.topic.key,
            "forum": found.post.topic.forum.code,
            "title": found.post.topic.title,
            "number": found.post.number,
            "author": str(found.post.author) if found.post.author else None,
            "language": found.post.language,
            "posted_at": found.post.posted_at,
            "snippets": [str(passage) for passage in found.passages],
            "url": request.build_absolute_uri(
                reverse("forum_post", kwargs={"key": found.post.key})
            ),
        }
        for found in finds.rows
    ]
    return {"items": items, "next": finds.after}
