"""``/search/``: the publications that answer a few words."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from pages.api import BadQuery, Coded, PageItem, Query, Text, answers, coded, page_fields, resource

from .contract import FACETS, Hit
from .engines import search
from .filters import SearchFilter
from .words import MAX_CHARACTERS

router = resource("search")


class SearchItem(PageItem):
    year: int | None
    type: Coded
    score: float = Field(description="How well it answers the words, higher is better.")
    partial: bool = Field(description="Whether it holds some of the words only.")
    title_html: str = Field(description="The title, with <mark> around what was found.")
    snippets: list[str] = Field(description="Passages in HTML, with <mark> around what was found.")


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
    took_ms: float = Field(description="Milliseconds inside the engine.")
    engine: str = Field(examples=["database"])


TEXTS = (
    Text("q", "Words; phrases in quotation marks.", MAX_CHARACTERS),
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
    results = search(
        asked.search_request(
            user=request.user,
            language=query.language,
            limit=query.limit,
            offset=query.offset,
            facets=_facets(query.texts["facets"]),
        )
    )
    query.gather([hit.page for hit in results.hits])
    return {
        "count": results.total,
        "items": [_item(hit, query) for hit in results.hits],
        "facets": results.facets,
        "relaxed": results.relaxed,
        "suggestion": results.suggestion,
        "took_ms": results.took_ms,
        "engine": results.engine,
    }


def _facets(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    unknown = [name[:40] for name in names if name not in FACETS]
    if unknown:
        message = _("%(value)s is not known here. Valid: %(valid)s.")
        values = {"value": ", ".join(unknown[:5]), "valid": ", ".join(FACETS)}
        raise BadQuery({"facets": message % values})
    return names


def _item(hit: Hit, query: Query) -> dict[str, Any]:
    return {
        **page_fields(hit.page, query),
        "year": hit.page.year,
        "type": coded(hit.page.document_type),
        "score": hit.score,
        "partial": hit.partial,
        "title_html": hit.title_html,
        "snippets": hit.snippets,
    }
