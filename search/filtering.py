"""Filters that are nested: all of several, one of several, not one.

    {"and": [{"field": "country", "in": ["JM", "HT"]},
             {"not": {"or": [{"field": "type", "in": ["thesis"]}, {"field": "year", "to": 2009}]}}]}

Such a tree narrows what is found, and the counts of its facets with it: unlike a choice in a facet
it is part of the question. Each engine has it in its own language, ``as_q`` and ``as_clause``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import Q
from pydantic import BaseModel, ConfigDict, Field

from pages.filters import Choice
from repository.models import PublicationPage

from . import cursors, index, syntax
from .contract import Results, SearchRequest
from .engines import elasticsearch as es
from .engines.database import DatabaseEngine, Question
from .filters import SearchFilter

#: Fields that hold codes, with the lookup of each.
LOOKUPS = {p.name: p.lookup for p in SearchFilter.parameters if isinstance(p, Choice)}
#: So deep may a tree be, and so many parts may it have.
MOST_DEEP, MOST_PARTS = 6, 50

Clause = dict[str, Any]
Code = Annotated[str, Field(min_length=1, max_length=80)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Codes(Part):
    """Has one of these codes."""

    field: Literal["country", "theme", "network", "type", "language", "format", "tag"]
    among: list[Code] = Field(alias="in", min_length=1, max_length=100, examples=[["JM", "HT"]])

    def as_q(self) -> Q:
        holding = PublicationPage._base_manager.filter(**{f"{LOOKUPS[self.field]}__in": self.among})
        return Q(pk__in=holding.order_by().values("pk"))

    def as_clause(self) -> Clause:
        return {"terms": {self.field: self.among}}


class Years(Part):
    """Appeared in these years, both included; one of them may be left out."""

    field: Literal["year"]
    first: int | None = Field(None, alias="from", ge=1000, le=9999, examples=[2015])
    last: int | None = Field(None, alias="to", ge=1000, le=9999, examples=[2020])

    def as_q(self) -> Q:
        return Q(year__gte=self.first or 1000, year__lte=self.last or 9999)

    def as_clause(self) -> Clause:
        return {"range": {"year": {"gte": self.first or 1000, "lte": self.last or 9999}}}


class All(Part):
    """All of several."""

    parts: list[Node] = Field(alias="and", min_length=1, max_length=MOST_PARTS)

    def as_q(self) -> Q:
        return Q(*(part.as_q() for part in self.parts))

    def as_clause(self) -> Clause:
        return {"bool": {"filter": [part.as_clause() for part in self.parts]}}


class One(Part):
    """At least one of several."""

    parts: list[Node] = Field(alias="or", min_length=1, max_length=MOST_PARTS)

    def as_q(self) -> Q:
        return Q(*(part.as_q() for part in self.parts), _connector=Q.OR)

    def as_clause(self) -> Clause:
        return {"bool": {"should": [part.as_clause() for part in self.parts]}}


class Without(Part):
    """Not that."""

    part: Node = Field(alias="not")

    def as_q(self) -> Q:
        return ~self.part.as_q()

    def as_clause(self) -> Clause:
        return {"bool": {"must_not": [self.part.as_clause()]}}


Node = Codes | Years | All | One | Without
for _part in (All, One, Without):
    _part.model_rebuild()


def kind_of(given: Any) -> type[Part] | None:
    """The part that ``given`` is meant to be, by its names; None if it can't be told."""
    if not isinstance(given, dict):
        return None
    names: dict[str, type[Part]] = {"and": All, "or": One, "not": Without}
    for name, kind in names.items():
        if name in given:
            return kind
    if given.get("field") == "year":
        return Years
    return Codes if "field" in given else None


# With an engine -----------------------------------------------------------------------------


class FilteredQuestion(Question):
    """Asks only among the pages that ``where`` leaves."""

    def __init__(self, request: SearchRequest, where: Node) -> None:
        super().__init__(request)
        self.readable = self.readable.filter(where.as_q())


class FilteredDatabase(DatabaseEngine):
    def __init__(self, where: Node) -> None:
        self.where = where

    def question(self, request: SearchRequest) -> Question:
        return FilteredQuestion(request, self.where)


class FilteredConversation(es.Conversation):
    """Adds ``where`` to whatever is asked of the index."""

    where: Node

    def ask(self, **body: Any) -> dict[str, Any]:
        asked = {"bool": {"must": [body["query"]], "filter": [self.where.as_clause()]}}
        return super().ask(**{**body, "query": asked})


class FilteredElasticsearch(es.ElasticsearchEngine):
    def __init__(self, where: Node) -> None:
        self.where = where

    def _conversation(self) -> FilteredConversation:
        conversation = FilteredConversation(es.client_of(settings.ELASTICSEARCH_URL), index.alias())
        conversation.where = self.where
        return conversation

    def _fallback(self, request: SearchRequest) -> Results:  # type: ignore[override]
        return replace(FilteredDatabase(self.where).search(request), degraded=True)


ENGINES: dict[str, Any] = {
    DatabaseEngine.name: FilteredDatabase,
    es.ElasticsearchEngine.name: FilteredElasticsearch,
}


def search(request: SearchRequest, where: Node) -> Results:
    """As ``search.engines.search``, among what ``where`` leaves. A cursor belongs to its tree."""
    mark = hashlib.sha256(json.dumps(where.as_clause()).encode()).hexdigest()[:12]
    if request.cursor:
        given, _dot, rest = request.cursor.partition(".")
        if given != mark:
            raise cursors.BadCursorError
        request = replace(request, cursor=rest)
    request, _prefixed = syntax.applied(request)
    results = ENGINES[settings.SEARCH_ENGINE](where).search(request)
    if results.next_cursor:
        results = replace(results, next_cursor=f"{mark}.{results.next_cursor}")
    return results
