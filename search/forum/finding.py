"""Words in the forum, found among what the reader may read.

Who may read what is asked with every search: Elasticsearch is asked for the posts of the forums
that this reader may enter now, without those that are not for them any more and still wait in the
queue, and what is shown is read from the database through the policy. Where there is no
Elasticsearch, or it does not answer, the index of words in the database does, as for publications.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.utils.safestring import SafeString

from networks.forum import forums
from networks.forum.access import Standing
from networks.forum.formatting import without_marks
from networks.forum.listing import EPOCH
from networks.forum.models import Handle, Post, PostQuerySet

from .. import cursors, queries, queue
from ..breaker import Breaker
from ..engines import database, elasticsearch, lookup
from ..highlighting import Marker
from ..index import POSTS
from ..synonyms import others
from ..words import MAX_CHARACTERS, Parsed, Term, parse
from .documents import reader_keys, readers_of, shown

Order = Literal["newest", "relevance"]
ORDERS: tuple[Order, ...] = ("newest", "relevance")
ON_A_PAGE = 20

breaker = Breaker()


@dataclass(frozen=True)
class PostRequest:
    """A question to the search of the forum. ``stands`` is what ``user`` is to the forums;
    ``language`` is the reader's. ``forum`` is the code of one, ``author`` somebody's handle,
    ``written_in`` a language. ``cursor`` is ``after`` of the page before."""

    query: str
    user: Any
    stands: Standing
    language: str = "en"
    forum: str = ""
    author: str = ""
    written_in: str = ""
    order: Order = "newest"
    cursor: str = ""
    size: int = ON_A_PAGE

    @property
    def question(self) -> list[Any]:
        narrowed = [self.forum, self.author, self.written_in]
        return ["forum", self.query, self.language, *narrowed, self.order]

    @property
    def parsed(self) -> Parsed:
        return parse(self.query[:MAX_CHARACTERS])


@dataclass(frozen=True)
class Found:
    """A post that holds the words, with what stands around them."""

    post: Post
    title: SafeString
    passages: tuple[SafeString, ...]


@dataclass(frozen=True)
class Finds:
    """A page of what was found. ``after`` is where the next one begins; ``degraded``: the index
    in use could not answer, and the database did in its place."""

    rows: tuple[Found, ...] = ()
    total: int = 0
    after: str = ""
    engine: str = database.DatabaseEngine.name
    degraded: bool = False


def search(request: PostRequest) -> Finds:
    """The posts that hold all words of the query: a constant number of queries. Refuses a cursor
    of another question (``BadCursorError``)."""
    cursors.read(request)
    if not request.parsed.terms:
        return Finds(engine=settings.SEARCH_ENGINE)
    among = Among.of(request)
    if not queue.in_use():
        return _on_database(request, among)
    return elasticsearch.or_else(
        breaker,
        lambda: _on_elasticsearch(request, among),
        lambda: replace(_on_database(request, among), degraded=True),
    )


@dataclass(frozen=True)
class Among:
    """What is searched: the posts that the reader may read, of the forum, the author and the
    language that were chosen; and these choices for the index."""

    posts: PostQuerySet
    chosen: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, request: PostRequest) -> Among:
        posts = shown(Post.objects.readable_by(request.user, request.stands))
        chosen: list[Mapping[str, Any]] = []
        if request.forum:
            forum = forums.of_code(request.forum)
            pk = forum.pk if forum else 0
            posts = posts.filter(topic__forum=pk)
            chosen.append({"term": {"readers": readers_of(pk)}})
        if request.author:
            handles = Handle.objects.filter(name=request.author.removeprefix("@").lower())
            person = handles.values_list("person", flat=True).first() or 0
            posts = posts.filter(author=person)
            chosen.append({"term": {"author": person}})
        if request.written_in:
            posts = posts.filter(language=request.written_in)
            chosen.append({"term": {"language": request.written_in}})
        return cls(posts, tuple(chosen))


def _shown(posts: list[Post], terms: tuple[Term, ...]) -> tuple[Found, ...]:
    marker = Marker(terms)
    return tuple(
        Found(post, marker.mark(post.topic.title), marker.passages(without_marks(post.html)))
        for post in posts
    )


def _in_full(posts: PostQuerySet) -> PostQuerySet:
    return posts.select_related("author__forum_handle", "topic__forum__network")


# On Elasticsearch ---------------------------------------------------------------------


def _on_elasticsearch(request: PostRequest, among: Among) -> Finds:
    name = elasticsearch.ElasticsearchEngine.name
    asked = queries.Asked.of(request.query, request.written_in or request.language)
    readers = reader_keys(request.stands)
    hidden = elasticsearch.hidden(POSTS, lambda: among.posts)
    cursor = cursors.read(request)
    seen = cursor.seen if cursor else 0
    place: dict[str, Any] = {"from_": seen}
    if cursor and cursor.engine == name:
        place = {"search_after": cursor.after}
    elif seen + request.size > elasticsearch.DEEPEST:
        raise elasticsearch.UnavailableError("too deep")
    by_score = request.order == "relevance"
    latest = [{"posted": "desc"}, {"id": "desc"}]
    found = queries.body(asked, readers, hidden, scored=by_score)
    conversation = elasticsearch.Conversation(
        elasticsearch.client_of(settings.ELASTICSEARCH_URL), POSTS.alias
    )
    hits = conversation.ask(
        query={"bool": {"must": [found], "filter": list(among.chosen)}},
        sort=[{"_score": "desc"}, *latest] if by_score else latest,
        size=request.size,
        **place,
        source=False,
        track_total_hits=True,
        preference=f"q{zlib.crc32(request.query.encode())}",
    )["hits"]
    rows, total = hits["hits"], hits["total"]["value"]
    posts = _in_full(among.posts).filter(key__in=[row["_id"] for row in rows])
    by_key = {str(post.key): post for post in posts}
    seen += len(rows)
    after = ""
    if len(rows) == request.size and seen < total:
        after = cursors.written(request, cursors.Cursor(name, rows[-1]["sort"], seen, {}))
    terms = (*asked.terms, *others(asked.expansions))
    listed = [by_key[row["_id"]] for row in rows if row["_id"] in by_key]
    return Finds(_shown(listed, terms), total, after, name)


# On the database ----------------------------------------------------------------------


def _on_database(request: PostRequest, among: Among) -> Finds:
    name = database.DatabaseEngine.name
    cursor, parsed = cursors.read(request), request.parsed
    asked = lookup.Asked.of(parsed)
    entries = lookup.Entries.of(Post)
    scores = lookup.matches(asked, entries, every=True)
    if parsed.excluded:
        without = lookup.holding(lookup.Asked(parsed.excluded), entries, every=False)
        scores = {pk: score for pk, score in scores.items() if pk not in without}
    if not scores:
        return Finds()
    posts = among.posts.filter(pk__among=scores).order_by()
    if request.order == "newest":  # nothing to compare but the time
        scores = dict.fromkeys(scores, 0.0)
    places = [
        (scores[pk], _micros(posted_at or created_at), pk)
        for pk, posted_at, created_at in posts.values_list("pk", "posted_at", "created_at")
    ]
    places.sort(reverse=True)
    start = 0
    if cursor and cursor.engine == name:
        start = sum(place >= tuple(cursor.after) for place in places)
    elif cursor:
        start = cursor.seen
    page = places[start : start + request.size]
    in_full = _in_full(Post.objects.all()).in_bulk([pk for _score, _at, pk in page])
    listed = [in_full[pk] for _score, _at, pk in page if pk in in_full]
    end = start + len(page)
    after = ""
    if end < len(places) and page:
        after = cursors.written(request, cursors.Cursor(name, list(page[-1]), end, {}))
    terms = (*asked.terms, *others(asked.expansions))
    return Finds(_shown(listed, terms), len(places), after, name)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
