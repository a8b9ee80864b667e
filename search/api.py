"""``/search/``: the publications that answer a few words."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from pages.api import (
    BadQuery,
    Coded,
    PageId,
    PageItem,
    Query,
    Text,
    answers,
    coded,
    page_fields,
    resource,
)
from pages.api.content import relates
from repository.models import PublicationPage

from . import suggestions
from .contract import FACETS, Hit, SearchRequest
from .cursors import BadCursorError
from .engines import more_like_this, search, suggest
from .filters import SearchFilter
from .found_under import explained
from .words import MAX_CHARACTERS

router = resource("search")
relates(
    "repository.PublicationPage",
    lambda page, query: [
        hit.page for hit in more_like_this(page, query.request.user, query.language)
    ],
)


class SearchPassage(Schema):
    html: str = Field(description="Words from a file in HTML, with <mark> around what was found.")
    page: int | None = Field(description="The page of the file that they stand on.")
    language: str = Field(examples=["en"])
    document: int = Field(description="The number of the file's document.")


class SearchItem(PageItem):
    year: int | None
    type: Coded
    score: float = Field(description="How well it answers the words, higher is better.")
    partial: bool = Field(description="Whether it holds some of the words only.")
    title_html: str = Field(description="The title, with <mark> around what was found.")
    snippets: list[str] = Field(description="Passages in HTML, with <mark> around what was found.")
    passages: list[SearchPassage] = Field(description="Passages from the files.")
    found_under: list[str] = Field(
        description="Names of people, subjects, tags, publisher and series in HTML, with <mark>"
        " around what was found, where title, snippets and passages show nothing of it."
    )


class SearchBucket(Schema):
    code: str = Field(examples=["JM"])
    label: str = Field(examples=["Jamaica"])
    count: int = Field(description="How many publications choosing it would list.")
    selected: bool


class SearchFacet(Schema):
    name: str = Field(description="The parameter that chooses from it.", examples=["country"])
    label: str = Field(examples=["Country"])
    buckets: list[SearchBucket]


class SearchAnswer(Schema):
    count: int
    items: list[SearchItem]
    facets: list[SearchFacet]
    relaxed: bool = Field(description="Few hold all the words: those with some of them follow.")
    suggestion: str | None = Field(description="The words that were perhaps meant.")
    next_cursor: str = Field(description="`cursor` of what follows; empty at the end.")
    exact: int | None = Field(description="The record of the DOI, ISBN or ISSN that `q` is.")
    degraded: bool = Field(description="A simpler engine answered in place of the usual one.")
    took_ms: float = Field(description="Milliseconds inside the engine.")
    engine: str = Field(examples=["database"])


#: Suggestions of each kind.
SUGGESTED = 5

TEXTS = (
    Text("q", "Words; phrases in quotation marks.", MAX_CHARACTERS),
    Text("cursor", "`next_cursor` of the answer before, in place of `offset`.", 2000),
    Text("facets", f"Names of facets, separated by commas: {', '.join(FACETS)}."),
)


@answers(
    router,
    "/",
    SearchAnswer,
    id="search",
    summary="Search the publications",
    filters=SearchFilter,
    texts=TEXTS,
)
def search_publications(request: HttpRequest, query: Query) -> dict[str, Any]:
    asked = cast(SearchFilter, query.filter)
    try:
        found = search(
            asked.search_request(
                user=request.user,
                language=query.language,
                limit=query.limit,
                offset=query.offset,
                cursor=query.texts["cursor"],
                facets=_facets(query.texts["facets"]),
            )
        )
    except BadCursorError:
        raise BadQuery({"cursor": _("This is not the cursor of this question.")}) from None
    results = explained(found, query.language)
    query.gather([hit.page for hit in results.hits])
    request.etag_of = _fingerprint  # type: ignore[attr-defined]
    return {
        "count": results.total,
        "items": [as_item(hit, query) for hit in results.hits],
        "facets": results.facets,
        "relaxed": results.relaxed,
        "suggestion": results.suggestion,
        "next_cursor": results.next_cursor,
        "exact": results.exact and results.exact.pk,
        "degraded": results.degraded,
        "took_ms": results.took_ms,
        "engine": results.engine,
    }


def _fingerprint(content: bytes) -> str:
    """The same for answers that differ only in how long they took."""
    answer = json.loads(content)
    answer.pop("took_ms", None)
    text = json.dumps(answer, sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _facets(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    unknown = [name[:40] for name in names if name not in FACETS]
    if unknown:
        message = _("%(value)s is not known here. Valid: %(valid)s.")
        values = {"value": ", ".join(unknown[:5]), "valid": ", ".join(FACETS)}
        raise BadQuery({"facets": message % values})
    return names


def as_item(hit: Hit, query: Query) -> dict[str, Any]:
    return {
        **page_fields(hit.page, query),
        "year": hit.page.year,
        "type": coded(hit.page.document_type),
        "score": hit.score,
        "partial": hit.partial,
        "title_html": hit.title_html,
        "snippets": hit.snippets,
        "passages": hit.passages,
        "found_under": hit.found_under,
    }


class SuggestionItem(Schema):
    kind: Literal["title", "subject", "person"]
    text: str = Field(examples=["Border management"])
    address: str = Field(description="Where the reader site leads: a record, or a list.")
    lang: str = Field(description="The language of a title.", examples=["en"])


class Suggestions(Schema):
    items: list[SuggestionItem]


@answers(
    router,
    "/suggest/",
    Suggestions,
    id="search_suggest",
    summary="Suggest titles, subjects and people while words are typed",
    texts=(Text("q", "The beginning of words.", MAX_CHARACTERS),),
    paged=False,
)
def suggest_words(request: HttpRequest, query: Query) -> dict[str, Any]:
    asked = SearchRequest(
        query.texts["q"], language=query.language, user=request.user, limit=SUGGESTED
    )
    return {"items": [suggestions.as_item(one, query.addresses) for one in suggest(asked)]}


@answers(
    router,
    "/similar/{id}/",
    list[SearchItem],
    id="search_similar",
    summary="Publications on what one publication is about",
    paged=False,
)
def similar_publications(request: HttpRequest, query: Query, id: PageId) -> list[dict[str, Any]]:
    page = query.version(PublicationPage.objects.all(), id)
    hits = more_like_this(page, request.user, query.language)
    query.gather([hit.page for hit in hits])
    return [as_item(hit, query) for hit in hits]
