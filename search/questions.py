"""``POST /search/``: what an address can't hold, as a document of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import Schema
from ninja.decorators import decorate_view
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from pages.api import BadQuery, Query
from pages.api.reading import LANGUAGES, asked_language, problem
from pages.filters import Choice, Year

from . import filtering
from .api import SearchAnswer, SearchItem, as_item, router
from .contract import Results, SearchRequest
from .cursors import BadCursorError
from .engines import search
from .filtering import MOST_DEEP, MOST_PARTS, Codes, Node, Part, kind_of
from .filters import SearchFilter
from .found_under import explained
from .words import MAX_CHARACTERS

#: More of a question is not read.
MOST_BYTES = 100_000
MOST_ITEMS = 100
#: Where the OpenAPI document has the schema of the body.
PLACE = "#/paths/~1api~1v3~1search~1/post/requestBody/content/application~1json/schema"

FieldName = Literal[
    "id",
    "title",
    "locale",
    "translations",
    "url",
    "summary",
    "year",
    "type",
    "score",
    "partial",
    "title_html",
    "snippets",
    "passages",
    "found_under",
    "texts",
]
FacetName = Literal["country", "theme", "network", "type", "language", "format", "tag", "year"]
FIELDS_NAMED: tuple[str, ...] = get_args(FieldName)
FACETS_NAMED: tuple[str, ...] = get_args(FacetName)
Several = list[filtering.Code]


class Filters(Part):
    """Choices in facets, as in the address: of each field one of the codes, both years included.
    A choice does not narrow its own facet."""

    country: Several = Field([], examples=[["JM", "HT"]])
    theme: Several = []
    network: Several = []
    type: Several = Field([], examples=[["report"]])
    language: Several = []
    format: Several = []
    tag: Several = []
    year_from: int | None = Field(None, ge=1000, le=9999, examples=[2015])
    year_to: int | None = Field(None, ge=1000, le=9999)


class Question(BaseModel):
    """What is asked. Everything may be left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "query": '"free movement" skills -tourism',
                "locale": "en",
                "filters": {"country": ["JM", "HT"], "year_from": 2015},
                "where": {
                    "or": [
                        {"field": "type", "in": ["report"]},
                        {"not": {"field": "language", "in": ["nl"]}},
                    ]
                },
                "facets": ["theme", "year"],
                "fields": ["id", "title", "url", "snippets"],
                "sort": "relevance",
                "limit": 20,
                "highlight": True,
            }
        },
    )

    query: str = Field("", max_length=MAX_CHARACTERS, description="As `q` in the address.")
    locale: Literal["en", "es", "fr", "nl"] | None = Field(
        None, description="The language of the answer; without it Accept-Language decides."
    )
    filters: Filters = Field(default_factory=lambda: Filters.model_validate({}))
    where: Node | None = Field(None, description="A nested filter, part of the question.")
    facets: list[FacetName] = []
    fields: list[FieldName] | None = Field(
        None, min_length=1, description="The fields of each item; without it all of them."
    )
    sort: Literal["relevance", "newest", "oldest", "title"] = "relevance"
    limit: int = Field(20, ge=1, le=MOST_ITEMS)
    cursor: str = Field("", max_length=2000, description="`next_cursor` of the answer before.")
    highlight: bool = Field(True, description="Whether to mark words and cut passages.")


#: As ``SearchItem``, each field of which may be left out.
_optional: dict[str, Any] = {
    name: (field.annotation | None, Field(None, description=field.description))  # type: ignore[operator]
    for name, field in SearchItem.model_fields.items()
}
SearchItemPart: Any = create_model("SearchItemPart", __base__=Schema, **_optional)


class QuestionAnswer(SearchAnswer):
    items: list[SearchItemPart]


class BadQuestion(BadQuery):
    """As ``BadQuery``, of the body."""

    place = "body"


# Reading ------------------------------------------------------------------------------------


def read(body: bytes) -> Question:
    """The question in ``body``; ``BadQuestion`` says all that is wrong with it."""
    if len(body) > MOST_BYTES:
        raise BadQuestion({"body": _("Give at most %(count)s characters.") % {"count": MOST_BYTES}})
    try:
        given = json.loads(body or b"{}")
        json.dumps(given).encode()  # no halves of characters
    except (ValueError, RecursionError):
        raise BadQuestion({"body": _("The body is not JSON.")}) from None
    if not isinstance(given, dict):
        raise BadQuestion({"body": _("The body is not a JSON object.")})
    if "\\u0000" in json.dumps(given):
        raise BadQuestion({"body": _("The body holds a character that is not allowed.")})
    errors = dict(_of_tree(given["where"], "where")) if given.get("where") is not None else {}
    try:
        question = Question.model_validate({**given, "where": None} if errors else given)
    except ValidationError as error:
        errors |= dict(map(_explained, error.errors()))
        raise BadQuestion(errors) from None
    errors |= dict(_unknown_codes(question))
    if errors:
        raise BadQuestion(errors)
    return question


def _of_tree(given: Any, place: str, deep: int = 1) -> Iterator[tuple[str, str]]:
    """What is wrong with a tree, each part read as what its names say it is meant to be: a union
    would complain that it is none of five."""
    if deep > MOST_DEEP or (deep == 1 and json.dumps(given).count("{") > MOST_PARTS):
        message = _("A filter is at most %(deep)s levels deep and has at most %(parts)s parts.")
        yield place, message % {"deep": MOST_DEEP, "parts": MOST_PARTS}
        return
    kind = kind_of(given)
    if kind is None:
        yield (
            place,
            _("%(name)s is an object with one of: %(valid)s.")
            % {"name": place, "valid": 'and, or, not, field + in, "field": "year" + from, to'},
        )
        return
    inner = given.get("and", given.get("or", given.get("not")))
    parts = inner if isinstance(inner, list) else [inner]
    if kind in (filtering.Codes, filtering.Years):
        parts = []
    found = False
    for number, part in enumerate(parts[: MOST_PARTS + 1]):
        for error in _of_tree(part, f"{place}.{number}", deep + 1):
            found = True
            yield error
    if not found:
        try:
            kind.model_validate(given)
        except ValidationError as error:
            for each in error.errors():
                yield _explained({**each, "loc": (place, *each["loc"])})


def _explained(error: Any) -> tuple[str, str]:
    """Where an error is, and what would be valid there."""
    place = ".".join(str(step) for step in error["loc"]) or "body"
    value, context = str(error.get("input"))[:40], error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        parent = error["loc"][:-1]
        valid = Filters if parent == ("filters",) else Question
        names = [] if parent and valid is Question else list(valid.model_fields)
        if not names:
            return place, _("%(name)s is not known here.") % {"name": place}
        return place, _("%(name)s is not a parameter here. Valid: %(valid)s.") % {
            "name": place[:80],
            "valid": ", ".join(names),
        }
    if error["type"] == "literal_error":
        return place, _("%(value)s is not known here. Valid: %(valid)s.") % {
            "value": value,
            "valid": str(context["expected"]).replace("'", "").replace(" or ", ", "),
        }
    return place, f"{place}: {error['msg']}."


def _unknown_codes(question: Question) -> Iterator[tuple[str, str]]:
    options = {p.name: p.options for p in SearchFilter.parameters if isinstance(p, Choice)}
    asked = [(f"filters.{name}", name, getattr(question.filters, name)) for name in options]
    asked += [(f"where: {part.field}", part.field, part.among) for part in _codes(question.where)]
    for place, name, codes in asked:
        unknown = [code for code in codes if code not in options[name]()] if codes else []
        if unknown:
            yield (
                place,
                _("%(value)s is not known here. Valid: %(valid)s.")
                % {"value": ", ".join(unknown[:5]), "valid": ", ".join(options[name]())},
            )


def _codes(node: Any) -> Iterator[Codes]:
    if isinstance(node, Codes):
        yield node
    for part in getattr(node, "parts", ()):
        yield from _codes(part)
    if isinstance(node, filtering.Without):
        yield from _codes(node.part)


# Answering ----------------------------------------------------------------------------------


def in_language_of_body(run: Any) -> Any:
    """Runs the operation, errors included, in the language that its body asks for."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = asked_language(request)
        try:
            wanted = json.loads(request.body[:MOST_BYTES] or b"{}").get("locale")
        except (ValueError, AttributeError, RecursionError):
            wanted = None
        language = wanted if wanted in LANGUAGES else language
        with override(language):
            response = run(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return answer


@router.post(
    "/",
    response=QuestionAnswer,
    operation_id="search_question",
    url_name="search_question",
    summary="Search the publications with a nested question",
    exclude_unset=True,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": Question.model_json_schema(ref_template=PLACE + "/$defs/{model}")
                }
            },
        },
        "responses": {
            400: problem("Something in the body is unknown or malformed."),
            401: problem("The token is not valid."),
        },
        "security": [{}],
    },
)
@decorate_view(in_language_of_body)
def ask(request: HttpRequest) -> Any:
    """Filters as in the address, a nested one besides, chosen fields, a cursor for what follows.
    The answer says how long the engine took."""
    question = read(request.body)
    query = Query(request)
    asked = SearchRequest(
        query=question.query,
        language=query.language,
        user=request.user,
        filters={
            p.name: tuple(getattr(question.filters, p.name))
            for p in SearchFilter.parameters
            if not isinstance(p, Year) and getattr(question.filters, p.name)
        },
        year_from=question.filters.year_from,
        year_to=question.filters.year_to,
        order=question.sort,
        limit=question.limit,
        cursor=question.cursor,
        facets=tuple(dict.fromkeys(question.facets)),
        highlight=question.highlight,
    )
    try:
        results = filtering.search(asked, question.where) if question.where else search(asked)
    except BadCursorError:
        raise BadQuestion({"cursor": _("This is not the cursor of this question.")}) from None
    return _answer(results, query, question.fields or FIELDS_NAMED)


def _answer(found: Results, query: Query, fields: Any) -> dict[str, Any]:
    shown = {"title_html", "snippets", "found_under"}.intersection(fields)
    results = explained(found, query.language) if shown else found
    query.gather([hit.page for hit in results.hits])
    items = [as_item(hit, query) for hit in results.hits]
    return {
        "count": results.total,
        "items": [{name: item[name] for name in fields} for item in items],
        "facets": results.facets,
        "relaxed": results.relaxed,
        "suggestion": results.suggestion,
        "next_cursor": results.next_cursor,
        "exact": results.exact and results.exact.pk,
        "degraded": results.degraded,
        "took_ms": results.took_ms,
        "engine": results.engine,
    }
