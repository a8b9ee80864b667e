"""The sitemaps: an index, and one map for each language.

A map lists what everybody may read in that language, files too, each with the day on which it last
changed, and pages with their other languages: complete and reciprocal, x-default being the source.
A page without a translation is listed once, in its own language. Each map takes a constant number
of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.models import Page, Site

from .access import readable_by
from .models import Indicator
from .statistics.addresses import Place

#: What other apps list beside pages, by language: addresses without a host, and when they changed.
more: list[Callable[[str], Iterable[tuple[str, datetime | None]]]] = []
#: How many addresses one file may hold by the protocol.
LIMIT = 50_000


def _public() -> Any:
    return readable_by(Page.objects.filter(depth__gt=1), AnonymousUser())


def index(request: HttpRequest) -> HttpResponse:
    """The maps of all languages, with the moment of the last change in each."""
    counted = (
        _public()
        .order_by()
        .values_list("locale__language_code")
        .annotate(changed=Max("last_published_at"))
    )
    changed = dict(counted)
    maps = [
        {
            "url": request.build_absolute_uri(reverse("sitemap_of_language", args=[code])),
            "changed": changed[code],
        }
        for code in dict(settings.LANGUAGES)
        if code in changed
    ]
    return _answer(request, "sitemaps/index.xml", {"maps": maps})


def of_language(request: HttpRequest, language: str) -> HttpResponse:
    """The pages in one language."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    pages = Paginator(list(_entries(request, language)), LIMIT)
    number = request.GET.get("p", "1")
    if not (number.isascii() and number.isdigit() and int(number[:6]) <= pages.num_pages):
        raise Http404
    return _answer(request, "sitemaps/language.xml", {"entries": pages.page(int(number[:6]) or 1)})


def _entries(request: HttpRequest, language: str) -> Iterator[dict[str, Any]]:
    # Translations of one page, the source first.
    groups: dict[Any, list[tuple[str, str, Any]]] = {}
    roots = Site.get_site_root_paths()
    rows = (
        _public()
        .order_by("pk")
        .values_list(
            *("translation_key", "locale__language_code", "url_path", "last_published_at"),
            "content_type__model",
        )
    )
    centres: list[tuple[str, str]] = []
    for key, code, path, changed, kind in rows:
        if url := _url(request, path, code, roots):
            groups.setdefault(key, []).append((code, url, changed))
            if kind == "statisticscentrepage":
                centres.append((code, url))
    for versions in [*groups.values(), *_indicators(centres)]:
        for code, url, changed in versions:
            if code == language:
                yield {
                    "url": url,
                    "changed": changed,
                    "versions": versions if len(versions) > 1 else [],
                    "default": versions[0][1],
                }
    for source in more:
        for address, changed in source(language):
            yield {"url": request.build_absolute_uri(address), "changed": changed}


def _indicators(centres: list[tuple[str, str]]) -> Iterator[list[tuple[str, str, Any]]]:
    """The pages of the indicators below the public statistics centres."""
    codes = Indicator.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    for indicator in codes.order_by("code").values_list("code", flat=True) if centres else ():
        place = Place(indicator=indicator)
        yield [(code, url + place.path(code), None) for code, url in centres]


def _url(request: HttpRequest, path: str, code: str, roots: list[Any]) -> str:
    """The address of a page by its place in the tree, without a query for each."""
    for root in roots:
        if root.language_code == code and path.startswith(root.root_path):
            return request.build_absolute_uri(f"/{code}/{path[len(root.root_path) :]}")
    return ""


def _answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context, content_type="application/xml")
    response["Cache-Control"] = "public, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def robots(request: HttpRequest) -> HttpResponse:
    """Leads search engines to the sitemaps, and keeps them out of the admin."""
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    text = f"User-agent: *\nDisallow: /admin/\nSitemap: {sitemap}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
