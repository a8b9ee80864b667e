"""The search page of the reader site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from wagtail.documents import get_document_model

from pages.addresses import Addresses
from pages.models.base import active_language
from repository.citations.formats import FORMATS

from . import suggestions, syntax
from .alerts.saving import Asked
from .contract import FACETS, Facet, Hit, Passage, Results, SearchRequest
from .cursors import BadCursorError
from .engines import listed, search, suggest
from .filters import SearchFilter
from .found_under import explained
from .histogram import Span, spans
from .ways_on import ways_on
from .words import MAX_CHARACTERS

PAGE_SIZE = 20
YEARS = ("year_from", "year_to")


@dataclass(frozen=True)
class FacetChoice:
    """A value of a facet as a link: ``address`` adds it, or takes it back when ``selected``.
    ``share`` is the count of a span of years in per cent of the largest, for a bar."""

    code: str
    label: str
    count: int
    selected: bool
    address: str
    share: int = 0


@dataclass(frozen=True)
class FacetLinks:
    """A facet as links. ``clear`` is the address without its choices, empty if there are none."""

    name: str
    label: str
    choices: tuple[FacetChoice, ...]
    clear: str


@dataclass(frozen=True)
class PageLink:
    """A page of the results. A gap between page numbers is a link without an address."""

    number: int
    address: str
    current: bool = False


@dataclass(frozen=True)
class Paging:
    """Where the reader is: results ``first`` to ``last`` of ``total``, and the ways on.
    ``previous`` and ``next`` are empty addresses at the ends."""

    number: int
    count: int
    first: int
    last: int
    total: int
    previous: str
    next: str
    links: tuple[PageLink, ...]


def search_page(request: HttpRequest) -> HttpResponse:
    """``GET ?q=&country=&theme=&network=&type=&language=&tag=&year_from=&year_to=&order=&page=``

    Template ``search/search_page.html`` with

    ``query``            the words as typed, at most 500 characters
    ``results``          ``search.contract.Results``: total, hits, relaxed, suggestion, engine,
                         capabilities, took_ms, unfiltered
    ``hits``             ``[{"hit": Hit, "page": PublicationPage, "address": str, "passages"}]``;
                         show ``hit.title_html`` and ``hit.snippets`` as they are, with
                         ``lang="{{ page.language }}"``. ``hit.partial`` marks those with some
                         of the words only; they come last. ``passages`` are pairs: a
                         ``Passage`` and the address of its place in the file;
                         ``hit.found_under`` are names, where nothing else shows what was found
    ``filter``           ``search.filters.SearchFilter``: fields (the form), selected (choices
                         with the address that takes each back). What the words name before
                         colons is a choice like any other
    ``held``             the choices of the address alone, which other words leave in force
    ``unknown``          what the words name before colons that no filter knows
    ``orders``           ``[{"label", "address", "current"}]``
    ``facets``           ``[FacetLinks]``: country, theme, network, type, language, tag, year;
                         those with nothing to choose are left out
    ``paging``           ``Paging``
    ``errors``           messages by parameter (also ``page``); the valid rest was applied
    ``api_address``      the same query as a call of the API, absolute
    ``suggestion``       ``{"query", "address"}`` or None: did you mean
    ``without_filters``  ``{"count", "address"}`` or None: only when nothing was found and the
                         words alone would find something
    ``ways``             ``search.ways_on.WaysOn`` when nothing was found, with its suggestions
                         as ``near``: ``[{"kind", "text", "address"}]``
    ``everything``       address of the search without words and filters
    ``feed``             the same query as an Atom feed
    ``record_files``     ``[{"name", "address"}]``: all that it finds, as records in a format
    ``save``             where a person keeps it and asks for letters about what is new in it
    """
    given = request.GET.copy()
    words = given.pop("q", [""])[-1].replace("\0", " ").strip()[:MAX_CHARACTERS]
    if words:
        given["q"] = words
    typed = chosen = SearchFilter(given)
    rest, named, unknown = syntax.as_filters(words)
    if named:
        given = _named(given, rest, named)
        chosen = SearchFilter(given)
    language = active_language()
    asked = chosen.search_request(
        user=request.user, language=language, limit=PAGE_SIZE, facets=FACETS
    )
    errors = dict(typed.errors)
    number = _page_number(given.get("page", "1"), errors)
    results = _results(replace(asked, offset=(number - 1) * PAGE_SIZE), given.get("cursor", ""))
    if results.exact and number == 1:
        addresses = Addresses.of_request(request, language)
        return redirect(addresses.of(results.exact))
    last = max(1, -(-results.total // PAGE_SIZE))
    if number > last:
        errors["page"] = _("There are %(count)s pages.") % {"count": last}
        number = last
        results = search(replace(asked, offset=(number - 1) * PAGE_SIZE))
    results = explained(results, language)
    addresses = Addresses.of_request(request, language)
    ways = None if results.total else ways_on(asked)
    kept = Asked(given).query
    kept = f"?{kept}" if kept else ""
    context = {
        "query": words,
        "results": results,
        "hits": [
            {"hit": hit, "page": page, "address": addresses.of(page), "passages": passages}
            for hit, page, passages in zip(
                results.hits, listed(results.hits), _places(results.hits), strict=True
            )
        ],
        "filter": chosen,
        "held": typed.selected,
        "unknown": unknown,
        "orders": _orders(chosen, given),
        "facets": [
            links
            for facet in results.facets
            if (links := _links(facet, given, asked)).choices or links.clear
        ],
        "paging": _paging(number, last, results, given),
        "errors": errors,
        "api_address": request.build_absolute_uri(_api_address(asked, language)),
        "suggestion": _suggestion(results, given),
        "without_filters": _without_filters(results, given),
        "ways": ways,
        "near": [suggestions.as_item(one, addresses) for one in ways.near] if ways else [],
        "everything": request.path,
        "feed": reverse("search_feed") + kept,
        "record_files": [
            {"name": form.label, "address": reverse("search_records", args=[form.suffix]) + kept}
            for form in FORMATS.values()
        ],
        "save": reverse("saved_search_new") + kept,
    }
    return render(request, "search/search_page.html", context)


#: Pages of the site that a browser or a program can search, by OpenSearch 1.1.
OPENSEARCH = "application/opensearchdescription+xml"


@cache_control(public=True, max_age=86400)
def description(request: HttpRequest) -> HttpResponse:
    """How to search this site in the reader's language."""
    context = {
        "search_at": request.build_absolute_uri(reverse("search")),
        "feed_at": request.build_absolute_uri(reverse("search_feed")),
        "self_at": request.build_absolute_uri(reverse("opensearch")),
        "icon": request.build_absolute_uri(static("cpmg/favicon.svg")),
        "language": active_language(),
    }
    return render(request, "search/opensearch.xml", context, content_type=OPENSEARCH)


#: Suggestions of each kind.
SUGGESTED = 5


@cache_control(private=True, max_age=60)
def suggest_words(request: HttpRequest) -> JsonResponse:
    """``GET ?q=``: what the words being typed may become, as ``{"suggestions": [{"kind", "text",
    "address", "lang"}]}``; ``lang`` is that of a title."""
    asked = SearchRequest(
        request.GET.get("q", "").replace("\0", " ").strip()[:MAX_CHARACTERS],
        language=active_language(),
        user=request.user,
        limit=SUGGESTED,
    )
    addresses = Addresses.of_request(request, asked.language)
    found = [suggestions.as_item(one, addresses) for one in suggest(asked)]
    return JsonResponse({"suggestions": found})


def _results(asked: SearchRequest, cursor: str) -> Results:
    """Goes on at ``cursor``, which "Next" carries: what is published or withdrawn meanwhile
    neither repeats nor hides anything. One that does not belong here is overlooked: the number of
    the page says where to be."""
    try:
        return search(replace(asked, cursor=cursor))
    except BadCursorError:
        return search(asked)


def _page_number(given: str, errors: dict[str, str]) -> int:
    if given.isascii() and given.isdigit() and int(given[:9]) > 0:
        return int(given[:9])
    errors["page"] = _("%(value)s is not the number of a page.") % {"value": given[:40]}
    return 1


def _places(hits: Iterable[Hit]) -> Iterator[list[tuple[Passage, str]]]:
    """For each hit its passages, with their addresses: viewers of PDF files open at the page."""
    numbers = {passage.document for hit in hits for passage in hit.passages}
    files = get_document_model().objects.in_bulk(numbers) if numbers else {}
    for hit in hits:
        yield [
            (
                passage,
                files[passage.document].url + (f"#page={passage.page}" if passage.page else ""),
            )
            for passage in hit.passages
            if passage.document in files
        ]


def _named(given: QueryDict, rest: str, named: dict[str, list[str]]) -> QueryDict:
    """``given`` with the ``rest`` of its words, and what they ``named`` as parameters. Years
    that are named take the place of those chosen; other choices are added."""
    given = given.copy()
    for name in ("q", *(YEARS if named.keys() & {*YEARS} else ())):
        given.pop(name, None)
    if rest:
        given["q"] = rest
    for name, values in named.items():
        given.setlist(name, [*given.getlist(name), *values])
    return given


def _orders(chosen: SearchFilter, query: QueryDict) -> list[dict[str, Any]]:
    """The orders as links. Without words, relevance is the newest first."""
    default = next(iter(SearchFilter.orders))
    orders = {code: label for code, (label, _method) in SearchFilter.orders.items()}
    current = chosen.order
    if not query.get("q"):
        del orders[default]
        default = next(iter(orders))
        current = default if current not in orders else current
    return [
        {
            "label": label,
            "address": _address(query, order=[code] if code != default else []),
            "current": code == current,
        }
        for code, label in orders.items()
    ]


def _address(query: QueryDict, **changes: list[str]) -> str:
    """``query`` with other values for some parameters, from the first page on."""
    query = query.copy()
    for name, values in {"page": [], "cursor": [], **changes}.items():
        if values:
            query.setlist(name, values)
        else:
            query.pop(name, None)
    return "?" + query.urlencode()


def _links(facet: Facet, query: QueryDict, asked: SearchRequest) -> FacetLinks:
    if facet.name == "year":
        return _years(facet, query, asked)
    selected = [bucket.code for bucket in facet.buckets if bucket.selected]

    def address(code: str, remove: bool) -> str:
        codes = [c for c in selected if c != code] if remove else [*selected, code]
        return _address(query, **{facet.name: codes})

    return FacetLinks(
        name=facet.name,
        label=facet.label,
        choices=tuple(
            FacetChoice(
                code=bucket.code,
                label=bucket.label,
                count=bucket.count,
                selected=bucket.selected,
                address=address(bucket.code, bucket.selected),
            )
            for bucket in facet.buckets
        ),
        clear=_address(query, **{facet.name: []}) if query.get(facet.name) else "",
    )


def _years(facet: Facet, query: QueryDict, asked: SearchRequest) -> FacetLinks:
    """A histogram: the spans of what is chosen, or of all years."""
    counts = {int(bucket.code): bucket.count for bucket in facet.buckets if bucket.count}
    first, last = asked.year_from, asked.year_to
    found = spans(counts, first, last)
    largest = max((span.count for span in found), default=0) or 1
    nothing: dict[str, list[str]] = {name: [] for name in YEARS}

    def choice(span: Span) -> FacetChoice:
        chosen = (first, last) == (span.first, span.last)
        between = {"year_from": [str(span.first)], "year_to": [str(span.last)]}
        share = max(2, round(100 * span.count / largest))
        return FacetChoice(
            str(span),
            str(span),
            span.count,
            chosen,
            _address(query, **(nothing if chosen else between)),
            share,
        )

    clear = _address(query, **nothing) if any(query.get(name) for name in YEARS) else ""
    return FacetLinks("year", facet.label, tuple(map(choice, found)), clear)


def _paging(number: int, last: int, results: Results, given: QueryDict) -> Paging:
    first = (number - 1) * PAGE_SIZE
    onward = {"cursor": [results.next_cursor]} if results.next_cursor else {}
    return Paging(
        number=number,
        count=last,
        first=first + 1 if results.total else 0,
        last=first + len(results.hits),
        total=results.total,
        previous=_address(given, page=[str(number - 1)]) if number > 1 else "",
        next=_address(given, page=[str(number + 1)], **onward) if number < last else "",
        links=tuple(_page_links(number, last, given)),
    )


def _page_links(number: int, last: int, given: QueryDict) -> Iterator[PageLink]:
    """The first page, those around the present one, and the last."""
    shown = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    before = 0
    for page in shown:
        if page > before + 1:
            yield PageLink(page - 1, "")
        yield PageLink(page, _address(given, page=[str(page)]), page == number)
        before = page


def _api_address(asked: SearchRequest, language: str) -> str:
    query = QueryDict(mutable=True)
    if asked.query:
        query["q"] = asked.query
    for name, codes in asked.filters.items():
        query.setlist(name, list(codes))
    for name in YEARS:
        if (year := getattr(asked, name)) is not None:
            query[name] = str(year)
    if asked.order != "relevance":
        query["order"] = asked.order
    query["locale"] = language
    return f"{reverse('wagtailapi_v3:search')}?{query.urlencode()}"


def _suggestion(results: Results, query: QueryDict) -> dict[str, str] | None:
    if results.suggestion is None:
        return None
    return {"query": results.suggestion, "address": _address(query, q=[results.suggestion])}


def _without_filters(results: Results, query: QueryDict) -> dict[str, Any] | None:
    if results.total or not results.unfiltered:
        return None
    words = QueryDict(mutable=True)
    words["q"] = query.get("q", "")
    return {"count": results.unfiltered, "address": _address(words)}
