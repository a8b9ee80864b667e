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
import re
import time
import zlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from elasticsearch import ApiError, Elasticsearch, TransportError

from pages import access
from repository.identifiers import normalise_doi, normalise_isbn
from repository.models import PublicationPage
from repository.words import words

from .. import index, queries, queue
from ..breaker import Breaker
from ..contract import Capabilities, Facet, Hit, Results, SearchRequest
from ..documents import plain
from ..facets import facet
from ..highlighting import WORD, Marker
from ..synonyms import others
from ..words import Term
from .database import DatabaseEngine

logger = logging.getLogger(__name__)

#: Seconds for both requests together. What takes longer counts as down, so that the database
#: engine has answered within a second and a half.
PATIENCE = 0.8
#: More publications in the queue than a query may name: the database engine answers.
MOST_WAITING = 20_000
#: Elasticsearch pages no deeper.
DEEPEST = index.SETTINGS["max_result_window"]

Clause = dict[str, Any]

breaker = Breaker()


class UnavailableError(Exception):
    """Elasticsearch answers, and not as it should."""


@functools.lru_cache(maxsize=2)
def _client(url: str) -> Elasticsearch:
    return index.client(PATIENCE)


class Conversation:
    """The requests for one search, in the time that there is."""

    def __init__(self, es: Elasticsearch, name: str, patience: float = PATIENCE) -> None:
        self.es, self.name = es, name
        self.deadline = time.monotonic() + patience
        self.took_ms = 0.0

    def ask(self, **body: Any) -> dict[str, Any]:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("too slow")
        answer = self.es.options(request_timeout=max(left, 0.05)).search(index=self.name, **body)
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise UnavailableError("incomplete")
        self.took_ms += answer["took"]
        return answer.body


def find(
    conversation: Conversation,
    request: SearchRequest,
    readers: list[str],
    hidden: Iterable[str] = (),
) -> tuple[queries.Asked, dict[str, Any]]:
    """The words as they were understood, and the answer of the index: the first request puts
    typing errors right and counts what holds every word, the second finds."""
    known = identifiers(request.query)
    asked = queries.Asked.of(request.query, request.language, known, request.authors)
    enough = True
    if asked.terms:
        first = conversation.ask(**asked.first(readers, hidden))
        enough = first["hits"]["total"]["value"] >= queries.ENOUGH
        asked = asked.corrected(first)
    answer = _second(conversation, request, asked, readers, hidden, strict=enough)
    if not enough and answer["aggregations"]["all"]["every"]["doc_count"] >= queries.ENOUGH:
        # Enough hold all the words once the errors are put right.
        answer = _second(conversation, request, asked, readers, hidden, strict=True)
    return asked, answer


def _second(
    conversation: Conversation,
    request: SearchRequest,
    asked: queries.Asked,
    readers: list[str],
    hidden: Iterable[str],
    *,
    strict: bool,
) -> dict[str, Any]:
    """Facets are counted before the selections apply to the hits, each with the selections of
    all the others."""
    chosen = selections(request)
    counted: dict[str, Clause] = {"every": {"filter": asked.every()}}
    for name in request.facets:
        others = [clause for other, clause in chosen.items() if other != name]
        counted[name] = {
            "filter": {"bool": {"filter": others}},
            "aggs": {"codes": {"terms": {"field": name, "size": 10_000}}},
        }
    size = max(0, min(request.limit, DEEPEST - request.offset))
    scored = request.order == "relevance"
    return conversation.ask(
        query=queries.body(asked, readers, hidden, strict=strict, scored=scored),
        post_filter={"bool": {"filter": list(chosen.values())}},
        aggs={"all": {"filter": {"match_all": {}}, "aggs": counted}},
        sort=order(request),
        from_=request.offset if size else 0,
        size=size,
        source=False,
        track_total_hits=True,
        preference=f"q{zlib.crc32(request.query.encode())}",
    )


def identifiers(query: str) -> list[str]:
    """The DOI or ISBN that ``query`` is, if it is one."""
    found = []
    for normalise in (normalise_doi, normalise_isbn):
        try:
            identifier = normalise(query.strip())
        except ValidationError:
            continue
        if re.search(r"\d", identifier) and not re.search(r"\s", identifier):
            found += [identifier.lower(), identifier.replace("-", "").lower()]
    return list(dict.fromkeys(found))


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
    capabilities = Capabilities(typo_tolerance=True, did_you_mean=True)
    indexed = True

    def search(self, request: SearchRequest) -> Results:
        if request.user is None:
            return self._nothing()
        if breaker.allows():
            try:
                results = self._search(request)
            except (ApiError, TransportError, UnavailableError) as error:
                breaker.failed()
                logger.warning("Search falls back on the database: %s", _reason(error))
            else:
                breaker.worked()
                return results
        return self._fallback(request)

    @staticmethod
    def _fallback(request: SearchRequest) -> Results:
        results = DatabaseEngine().search(request)
        return Results(**{**vars(results), "degraded": True})

    def _nothing(self) -> Results:
        return Results(0, (), (), 0.0, self.name, self.capabilities)

    def _search(self, request: SearchRequest) -> Results:
        readers = access.reader_keys(request.user)
        hidden = self._hidden(request)
        conversation = Conversation(_client(settings.ELASTICSEARCH_URL), index.alias())
        asked, answer = find(conversation, request, readers, hidden)
        if asked.is_empty and request.query.strip():
            return self._nothing()  # something was typed, and no word is in it
        return self._results(request, asked, answer, conversation.took_ms)

    @staticmethod
    def _hidden(request: SearchRequest) -> list[str]:
        """The publications that the index may still show, and that are not for this reader
        any more."""
        waiting = list(queue.waiting().values_list("key", flat=True)[: MOST_WAITING + 1])
        if not waiting:
            return []
        if len(waiting) > MOST_WAITING:
            raise UnavailableError("too much waits")
        readable = PublicationPage.objects.readable_by(request.user)
        left = readable.filter(translation_key__in=queue.waiting().values("key")).order_by()
        return [str(key) for key in {*waiting} - {*left.values_list("translation_key", flat=True)}]

    def _results(
        self, request: SearchRequest, asked: queries.Asked, answer: dict[str, Any], took_ms: float
    ) -> Results:
        counted = answer["aggregations"]["all"]
        rows = answer["hits"]["hits"]
        pages = self._pages(request, [UUID(row["_id"]) for row in rows])
        terms = [
            *asked.terms,
            *(Term((w,)) for near in asked.corrections.values() for w, _ in near),
            *others(asked.expansions),
        ]
        marker = Marker(terms if request.highlight else ())
        hits = []
        for row in rows:
            page = pages.get(UUID(row["_id"]))
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
                    partial=bool(asked.terms) and not flags,
                )
            )
        complete = counted["every"]["doc_count"]
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
            suggestion=_suggestion(request.query, asked, hits) if complete else None,
        )

    @staticmethod
    def _pages(request: SearchRequest, keys: Iterable[UUID]) -> dict[UUID, PublicationPage]:
        """The page of each publication that this reader is shown, as it is now."""
        pages = (
            PublicationPage.objects.readable_by(request.user)
            .in_language(request.language)
            .filter(translation_key__in=list(keys))
            .with_list_relations()
        )
        return {page.translation_key: page for page in pages}

    @staticmethod
    def _facet(name: str, counted: dict[str, Any], request: SearchRequest) -> Facet:
        buckets = counted[name]["codes"]["buckets"]
        return facet(name, {str(b["key"]): b["doc_count"] for b in buckets}, request)

    def state(self) -> dict[str, dict[str, Any]]:
        from ..state import of_index, of_queue

        return {"search": {**of_index(), "engine": self.name}, "queue": of_queue()}


def _suggestion(query: str, asked: queries.Asked, hits: list[Hit]) -> str | None:
    """``query`` with its errors put right, in the spelling of what was found."""
    meant = asked.suggestion
    if not meant:
        return None
    spelling: dict[str, str] = {}
    for hit in hits:
        for text in (hit.page.title, plain(hit.page.summary, hit.page.abstract)):
            for match in WORD.finditer(text):
                spelling.setdefault(" ".join(words(match[0])), match[0].lower())

    def put_right(match: re.Match[str]) -> str:
        right = meant.get(" ".join(words(match[0])))
        return spelling.get(right, right) if right else match[0]

    return WORD.sub(put_right, query)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, UnavailableError) else queue.reason(error)
