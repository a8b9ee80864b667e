"""The search on Elasticsearch.

What is found, counted and ordered comes from the index; who may read it is asked of the policy
with every request, and what is shown is read from the database, as it is now. What waits in the
queue is held against the database, so that a publication made private is nowhere to be found
from that moment on, whether or not the index has heard of it. When Elasticsearch does not answer
well or soon, the database engine answers.
"""

from __future__ import annotations

import functools
import logging
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from math import ceil
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from elasticsearch import ApiError, Elasticsearch, TransportError

from pages import access
from pages.models.base import language_order
from repository.models import PublicationPage
from repository.words import words

from .. import cursors, files, index, queries, queue, suggestions
from ..breaker import Breaker
from ..contract import Capabilities, Facet, Hit, Results, SearchRequest, Suggestion
from ..documents import documents, plain
from ..facets import facet
from ..highlighting import Marker
from ..hits import pages_of
from ..identifiers import identifiers
from ..synonyms import others
from ..words import Term
from .database import DatabaseEngine

logger = logging.getLogger(__name__)

#: Seconds for both requests together. What takes longer counts as down, so that the database
#: engine has answered within a second and a half.
PATIENCE = 0.6
#: Characters that stand in no text.
FOUND_BETWEEN = ("\ue000", "\ue001")
#: Elasticsearch pages no deeper.
DEEPEST = index.SETTINGS["max_result_window"]

Clause = dict[str, Any]
T = TypeVar("T")

breaker = Breaker()


class UnavailableError(Exception):
    """Elasticsearch answers, and not as it should."""


@functools.lru_cache(maxsize=2)
def client_of(url: str) -> Elasticsearch:
    return index.client(PATIENCE)


@functools.lru_cache(maxsize=32)
def _within(es: Elasticsearch, seconds: float) -> Elasticsearch:
    """``es`` with so much time for a request."""
    return es.options(request_timeout=seconds)


class Conversation:
    """The requests for one search, in the time that there is."""

    def __init__(self, es: Elasticsearch, name: str, patience: float | None = None) -> None:
        self.es, self.name = es, name
        self.deadline = time.monotonic() + (PATIENCE if patience is None else patience)
        self.took_ms = 0.0

    def ask(self, **body: Any) -> dict[str, Any]:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("too slow")
        answer = _within(self.es, ceil(20 * left) / 20).search(index=self.name, **body)
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise UnavailableError("incomplete")
        self.took_ms += answer["took"]
        return answer.body


def or_else(breaker: Breaker, own: Callable[[], T], other: Callable[[], T]) -> T:
    """The answer of Elasticsearch, ``own``, if it gives one in time; the ``other`` if not."""
    if breaker.allows():
        try:
            answer = own()
        except (ApiError, TransportError, UnavailableError) as error:
            breaker.failed()
            logger.warning("Search falls back on the database: %s", _reason(error))
        else:
            breaker.worked()
            return answer
    return other()


def hidden(of: index.Index, readable: Callable[[], QuerySet]) -> list[str]:
    """The keys of what an index may still show, and what is not among the ``readable`` rows of
    this reader any more: some of what waits in its queue. For too much of it the database engine
    answers."""
    waiting = queue.waiting_keys(of)
    if waiting is None:
        raise UnavailableError("too much waits")
    if not waiting:
        return []
    key = of.source.KEY
    left = readable().filter(**{f"{key}__in": queue.waiting(of).values("key")}).order_by()
    return [str(key) for key in {*waiting} - {*left.values_list(key, flat=True)}]


def find(
    conversation: Conversation,
    request: SearchRequest,
    readers: list[str],
    hidden: Iterable[str] = (),
    cursor: cursors.Cursor | None = None,
) -> tuple[queries.Asked, dict[str, Any]]:
    """The words as they were understood, and the answer of the index. Where enough holds every
    word as it was typed, one request does; else errors are put right, and if that is not enough
    what holds some of the words follows: of many words, it is looked for at once. What goes on
    with a ``cursor`` is understood as it was."""
    known = identifiers(request.query)
    asked = queries.Asked.of(request.query, request.language, known, request.authors)
    asked = replace(asked, strict=len(asked.terms) < queries.MANY)

    def answered(asked: queries.Asked, **more: Any) -> dict[str, Any]:
        return _answer(conversation, request, asked, readers, hidden, **more)

    if cursor:
        corrections = {word: tuple(map(tuple, near)) for word, near in cursor.more["near"].items()}
        asked = replace(asked, corrections=corrections, strict=cursor.more["strict"])
        return asked, answered(asked, cursor=cursor)
    answer = answered(asked)
    if near := asked.unknown(answer):
        corrected = asked.corrected(near)
        other = answered(corrected, held=asked.held(near, readers, hidden))
        held = other["aggregations"]["held"]["readable"]["words"]["buckets"]
        wrong = {word: near[word] for word in near if not held[word]["doc_count"]}
        if len(wrong) == len(near):
            asked, answer = corrected, other
        elif wrong:
            asked = asked.corrected(wrong)
            answer = answered(asked)
    strict = len(asked.terms) < 2 or _complete(asked, answer) >= queries.ENOUGH
    if asked.strict is not strict:
        asked = replace(asked, strict=strict)
        answer = answered(asked)
    return asked, answer


def _complete(asked: queries.Asked, answer: dict[str, Any]) -> int:
    """How many publications hold every word."""
    found = answer["aggregations"]["all"]
    return (found if asked.is_sure else found["every"])["doc_count"]


def _answer(
    conversation: Conversation,
    request: SearchRequest,
    asked: queries.Asked,
    readers: list[str],
    hidden: Iterable[str],
    cursor: cursors.Cursor | None = None,
    held: Clause | None = None,
) -> dict[str, Any]:
    """Facets are counted before the selections apply to the hits, each with the selections of
    all the others. ``held`` is another aggregation."""
    chosen = selections(request)
    counted: dict[str, Clause] = {} if asked.is_sure else {"every": {"filter": asked.every}}
    for name in request.facets:
        others = [clause for other, clause in chosen.items() if other != name]
        counted[name] = {
            "filter": {"bool": {"filter": others}},
            "aggs": {"codes": {"terms": {"field": name, "size": 10_000}}},
        }
    place: Clause = {"size": request.limit}
    if cursor:
        place["search_after"] = cursor.after
    else:
        place["size"] = max(0, min(request.limit, DEEPEST - request.offset))
        place["from_"] = request.offset if place["size"] else 0
    scored = request.order == "relevance"
    return conversation.ask(
        query=queries.body(asked, readers, hidden, scored=scored),
        suggest=None if cursor or asked.corrections else asked.near or None,
        post_filter={"bool": {"filter": list(chosen.values())}},
        aggs={
            "all": {"filter": {"match_all": {}}, "aggs": counted},
            **({"held": held} if held else {}),
        },
        sort=order(request),
        **place,
        source=False,
        docvalue_fields=["format"],
        track_total_hits=True,
        preference=f"q{zlib.crc32(request.query.encode())}",
    )


def inflected(
    conversation: Conversation, asked: queries.Asked, keys: Collection[UUID]
) -> tuple[dict[UUID, list[str]], float]:
    """By publication the words of its title and abstract that were found by their stem, and how
    many milliseconds that took; nothing where Elasticsearch does not say in time. What is shown is
    the text that the database has."""
    fields: dict[str, Clause] = {f"title.{code}": {} for code in index.LANGUAGES}
    fields |= {f"abstract.{code}": {} for code in index.LANGUAGES}
    begin, end = FOUND_BETWEEN
    before = conversation.took_ms
    try:
        rows = conversation.ask(
            query={"ids": {"values": [str(key) for key in keys]}},
            highlight={
                "fields": fields,
                "highlight_query": asked.score(),
                "number_of_fragments": 0,
                "pre_tags": [begin],
                "post_tags": [end],
            },
            size=len(keys),
            source=False,
        )["hits"]["hits"]
    except (ApiError, TransportError, UnavailableError) as error:
        logger.warning("What was found is not marked: %s", _reason(error))
        return {}, 0.0
    forms = {
        UUID(row["_id"]): [
            word
            for texts in row.get("highlight", {}).values()
            for text in texts
            for found in text.split(begin)[1:]
            for word in words(found.split(end)[0])
        ]
        for row in rows
    }
    return forms, conversation.took_ms - before


def selections(request: SearchRequest) -> dict[str, Clause]:
    """By facet: the filter that its selection is."""
    found: dict[str, Clause] = {
        name: {"terms": {name: list(codes)}} for name, codes in request.filters.items() if codes
    }
    years: Clause = {}
    if request.year_from is not None:
        years["gte"] = request.year_from
    if request.year_to is not None:
        years["lte"] = request.year_to
    if years:
        found["year"] = {"range": {"year": years}}
    return found


def order(request: SearchRequest) -> list[Any]:
    """Publications without a year come last. The key makes every order a full one."""
    title: list[Clause] = [{f"sort_title.{request.language}": "asc"}, {"key": "asc"}]
    newest: list[Clause] = [{"year": {"order": "desc", "missing": "_last"}}]
    newest.append({"month": {"order": "desc", "missing": "_last"}})
    oldest: list[Clause] = [{"year": {"order": "asc", "missing": "_last"}}]
    oldest.append({"month": {"order": "asc", "missing": "_last"}})
    orders: dict[str, list[Clause]] = {
        "relevance": [*newest, *title],
        "newest": [*newest, *title],
        "oldest": [*oldest, *title],
        "title": title,
    }
    return [{"_score": "desc"}, *orders[request.order]]


class ElasticsearchEngine:
    """Falls back on the database engine, which needs nothing else."""

    name = "elasticsearch"
    capabilities = Capabilities(typo_tolerance=True, suggestions=True, did_you_mean=True)
    indexed = True

    def search(self, request: SearchRequest) -> Results:
        if request.user is None:
            return self._nothing()
        return or_else(breaker, lambda: self._search(request), lambda: self._fallback(request))

    @staticmethod
    def _fallback(request: SearchRequest) -> Results:
        return replace(DatabaseEngine().search(request), degraded=True)

    def suggest(self, request: SearchRequest) -> tuple[Suggestion, ...]:
        return or_else(
            breaker, lambda: self._suggest(request), lambda: DatabaseEngine().suggest(request)
        )

    def more_like_this(self, page: PublicationPage, request: SearchRequest) -> tuple[Hit, ...]:
        return or_else(
            breaker,
            lambda: self._more_like_this(page, request),
            lambda: DatabaseEngine().more_like_this(page, request),
        )

    def _suggest(self, request: SearchRequest) -> tuple[Suggestion, ...]:
        """Three requests in one: titles, names, and the subjects that have something to show."""
        reach = access.Reach(request.user)
        may_be_read = queries.readable(reach.keys, self._hidden(reach))
        subjects = suggestions.subjects(request)
        es = client_of(settings.ELASTICSEARCH_URL)
        answers = es.msearch(
            index=index.alias(),
            searches=queries.suggesting(request, may_be_read, subjects),
        )["responses"]
        if any("error" in a or a["timed_out"] or a["_shards"]["failed"] for a in answers):
            raise UnavailableError("incomplete")
        titles, people, *counted = answers
        keys = [UUID(row["_id"]) for row in titles["hits"]["hits"]]
        by_key = self._pages(request, reach, keys)
        names = [b["key"] for b in people["aggregations"]["names"]["buckets"]]
        held = counted[0]["aggregations"]["held"]["buckets"] if counted else {}
        return suggestions.listed(
            request,
            [by_key[key] for key in keys if key in by_key],
            [subject for subject in subjects if held[subject.name]["doc_count"]],
            names,
        )

    def _more_like_this(self, page: PublicationPage, request: SearchRequest) -> tuple[Hit, ...]:
        key = page.translation_key
        document = documents([key]).get(key)
        if document is None:
            return ()
        reach = access.Reach(request.user)
        may_be_read = queries.readable(reach.keys, [str(key), *self._hidden(reach)])
        rows = self._conversation().ask(
            query=queries.like(document, may_be_read),
            sort=order(request),
            size=request.limit,
            source=False,
            track_total_hits=False,
        )["hits"]["hits"]
        pages = self._pages(request, reach, [UUID(row["_id"]) for row in rows])
        marker = Marker(())
        return tuple(
            Hit(pages[key], round(row["sort"][0], 4), marker.mark(pages[key].title))
            for row in rows
            if (key := UUID(row["_id"])) in pages
        )

    def _nothing(self) -> Results:
        return Results(0, (), (), 0.0, self.name, self.capabilities)

    def _search(self, request: SearchRequest) -> Results:
        reach = access.Reach(request.user)
        readers, hidden = reach.keys, self._hidden(reach)
        cursor = cursors.read(request)
        if cursor and cursor.engine != self.name:
            request, cursor = replace(request, offset=cursor.seen), None
        conversation = self._conversation()
        asked, answer = find(conversation, request, readers, hidden, cursor)
        if asked.is_empty and request.query.strip():
            return self._nothing()  # something was typed, and no word is in it
        results = self._results(request, reach, asked, answer, conversation.took_ms, cursor)
        return replace(results, inflected=functools.partial(inflected, conversation, asked))

    def _conversation(self) -> Conversation:
        return Conversation(client_of(settings.ELASTICSEARCH_URL), index.alias())

    @staticmethod
    def _hidden(reach: access.Reach) -> list[str]:
        pages = PublicationPage.objects.all()
        return hidden(index.PUBLICATIONS, lambda: reach.narrow(pages))

    def _results(
        self,
        request: SearchRequest,
        reach: access.Reach,
        asked: queries.Asked,
        answer: dict[str, Any],
        took_ms: float,
        cursor: cursors.Cursor | None,
    ) -> Results:
        counted = answer["aggregations"]["all"]
        rows = {UUID(row["_id"]): row for row in answer["hits"]["hits"]}
        pages = self._pages(request, reach, rows)
        terms = [
            *asked.terms,
            *(Term((w,)) for near in asked.corrections.values() for w, _ in near),
            *others(asked.expansions),
        ]
        marker = Marker(terms if request.highlight else ())
        look_in = [pages[key].pk for key in pages if "format" in rows[key].get("fields", ())]
        texts = files.texts(look_in if request.highlight and asked.terms else ())
        hits = []
        for key, row in rows.items():
            page = pages.get(key)
            if page is None:  # changed a moment ago
                continue
            flags = row.get("matched_queries", ())
            score = row["sort"][0] or 0.0
            score -= queries.EVERY * ("every" in flags) + queries.IDENTIFIER * (
                "identifier" in flags
            )
            hits.append(
                Hit(
                    page=page,
                    score=round(max(score, 0.0), 4) if asked.terms else 0.0,
                    title_html=marker.mark(page.title),
                    snippets=marker.passages(plain(page.summary, page.abstract))
                    if request.highlight
                    else (),
                    partial=not (asked.is_sure or flags) and bool(asked.terms),
                    passages=files.passages(marker, texts.get(page.pk, ())),
                )
            )
        complete = _complete(asked, answer)
        seen = (cursor.seen if cursor else request.offset) + len(rows)
        following = ""
        if rows and len(rows) == request.limit and seen < answer["hits"]["total"]["value"]:
            more = {"strict": asked.strict, "near": dict(asked.corrections)}
            last = next(reversed(rows.values()))
            place = cursors.Cursor(self.name, last["sort"], seen, more)
            following = cursors.written(request, place)
        return Results(
            total=answer["hits"]["total"]["value"],
            hits=tuple(hits),
            facets=tuple(self._facet(name, counted, request) for name in request.facets),
            took_ms=round(took_ms, 1),
            engine=self.name,
            capabilities=self.capabilities,
            unfiltered=counted["doc_count"],
            relaxed=bool(asked.terms) and counted["doc_count"] > complete,
            # Only what this reader may read tells what was meant.
            suggestion=suggestions.meant(request.query, asked.meant, hits) if complete else None,
            next_cursor=following,
            marker=marker,
        )

    @staticmethod
    def _pages(
        request: SearchRequest, reach: access.Reach, keys: Iterable[UUID]
    ) -> dict[UUID, PublicationPage]:
        """The page of each publication that this reader is shown, as it is now. For a page of hits
        it takes half the time to choose among all their pages here as in the database."""
        places = {code: place for place, code in enumerate(language_order(request.language))}
        by_key: dict[UUID, dict[int, PublicationPage]] = defaultdict(dict)
        for page in pages_of(list(keys)):
            if reach.holds(page):
                place = places.get(page.locale.language_code, len(places))
                by_key[page.translation_key][place] = page
        return {key: versions[min(versions)] for key, versions in by_key.items()}

    @staticmethod
    def _facet(name: str, counted: dict[str, Any], request: SearchRequest) -> Facet:
        buckets = counted[name]["codes"]["buckets"]
        return facet(name, {str(b["key"]): b["doc_count"] for b in buckets}, request)

    def state(self) -> dict[str, dict[str, Any]]:
        from ..state import of_index, of_queue

        return {
            "search": {**of_index(), "engine": self.name},
            "forum": of_index(of=index.POSTS),
            "queue": of_queue(),
        }


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, UnavailableError) else queue.reason(error)
