"""The search page of the reader site."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True)
class FacetChoice:
    """A value of a facet as a link: ``address`` adds it, or takes it back when ``selected``.
    ``share`` is its count in per cent of the facet's largest, for a bar."""

    code: str
    label: str
    count: int
    selected: bool
    address: str
    share: int


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
    ``hits``             ``[{"hit": Hit, "page": PublicationPage, "address": str}]``; show
                         ``hit.title_html`` and ``hit.snippets`` as they are, with
                         ``lang="{{ page.language }}"``. ``hit.partial`` marks those with some
                         of the words only; they come last
    ``filter``           ``search.filters.SearchFilter``: fields (the form), order_options,
                         selected (choices with the address that takes each back)
    ``facets``           ``[FacetLinks]``: country, theme, network, type, language, tag, year
    ``paging``           ``Paging``
    ``errors``           messages by parameter (also ``page``); the valid rest was applied
    ``api_address``      the same query as a call of the API
    ``suggestion``       ``{"query", "address"}`` or None: did you mean
    ``without_filters``  ``{"count", "address"}`` or None: only when nothing was found and the
                         words alone would find something
    ``everything``       address of the search without words and filters
    """
    return render(request, "search/search_page.html", {})
