"""ResourceSync: what is here, and what changed, in the form of sitemaps. Source: ANSI/NISO
Z39.99-2017, "ResourceSync Framework Specification" 1.1.

The resources are the records in Dublin Core at their lasting addresses; each names the page that
it describes and the files of the publication, with size and hash. Both lists are read from the
ledger of harvesting, and written while they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from lxml import etree

from ..citations.record import Record, permalink
from ..citations.xml import DECLARATION, Element
from ..models import Harvested
from . import ledger
from .oai import stamp

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SYNC = "http://www.openarchives.org/rs/terms/"
#: So many addresses a sitemap may hold; more are told in parts, behind an index.
LIMIT = 50_000
#: Records that are in memory at a time.
AT_ONCE = 200
CAPABILITIES = ("resourcelist", "changelist")


# The ways in --------------------------------------------------------------------------------


@require_safe
def source_description(request: HttpRequest) -> HttpResponse:
    """``/.well-known/resourcesync``"""
    root = _root("urlset", "description")
    _link(root, "describedby", request.build_absolute_uri("/"), type="text/html")
    _entry(root, _address(request, "capabilitylist"), capability="capabilitylist")
    return _answer(root.text())


@require_safe
def capability_list(request: HttpRequest) -> HttpResponse:
    root = _root("urlset", "capabilitylist")
    _link(root, "up", request.build_absolute_uri(reverse("resourcesync")))
    for capability in CAPABILITIES:
        _entry(root, _address(request, capability), capability=capability)
    return _answer(root.text())


@require_safe
def a_list(request: HttpRequest, capability: str, part: int = 0) -> Any:
    """The resource list or the change list; whole, or an index of its parts."""
    moment = timezone.now()
    ledger.settle()
    rows = Harvested.objects.order_by("datestamp", "key")
    if capability == "resourcelist":
        rows = rows.filter(deleted=False)
    parts = max(1, -(-rows.count() // LIMIT))
    if part > parts:
        raise Http404
    if capability == "resourcelist":
        about = {"at": stamp(moment)}
    else:
        about = {"from": stamp(ledger.earliest())}
    if parts > 1 and not part:
        return _answer(_index(request, capability, parts, about))
    first = (max(part, 1) - 1) * LIMIT
    pieces = _written(request, capability, rows[first : first + LIMIT], about)
    response = StreamingHttpResponse(
        (piece.encode() for piece in pieces), content_type="application/xml; charset=utf-8"
    )
    return _with_headers(response)


@require_safe
def part_of_list(request: HttpRequest, capability: str, part: str) -> Any:
    return a_list(request, capability, int(part))


def _index(request: HttpRequest, capability: str, parts: int, about: dict[str, str]) -> str:
    root = _root("sitemapindex", capability, **about)
    _link(root, "up", _address(request, "capabilitylist"))
    for number in range(1, parts + 1):
        address = reverse("resourcesync_part", args=[capability, number])
        _entry(root, request.build_absolute_uri(address), name="sitemap")
    return root.text()


def _written(
    request: HttpRequest, capability: str, rows: QuerySet[Harvested], about: dict[str, str]
) -> Iterator[str]:
    root = _root("urlset", capability, **about)
    _link(root, "up", _address(request, "capabilitylist"))
    whole = root.text().rstrip()
    yield DECLARATION + whole.removesuffix("</urlset>") + "\n"
    batch: list[Harvested] = []
    for row in rows.iterator(AT_ONCE):
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield from _urls(request, capability, batch)
            batch = []
    yield from _urls(request, capability, batch)
    yield "</urlset>\n"


def _urls(request: HttpRequest, capability: str, rows: list[Harvested]) -> Iterator[str]:
    keys = [row.key for row in rows if not row.deleted]
    found = {record.key: record for record in ledger.public_records(keys, request)}
    for row in rows:
        record = found.get(row.key)
        if record or capability == "changelist":
            yield _url(request, capability, row, record)


def _url(request: HttpRequest, capability: str, row: Harvested, record: Record | None) -> str:
    address = permalink(row.key, request).rstrip("/") + ".dc.xml"
    about: dict[str, str] = {"type": "application/xml"}
    if capability == "changelist":
        change = "created" if row.datestamp == row.created else "updated"
        about = {"change": change if record else "deleted", "datetime": stamp(row.datestamp)}
    root = _root("urlset")
    url = _entry(root, address, row.datestamp, **about)
    if record:
        _link(url, "describes", record.url, type="text/html")
        for file in record.files:
            more = {"length": str(file.size)} if file.size else {}
            more |= {"hash": f"sha-256:{file.sha256}"} if file.sha256 else {}
            _link(url, "item", file.url, type=file.media_type, **more)
    text: str = etree.tostring(url.element, encoding="unicode")
    return text.replace(f' xmlns="{SITEMAP}"', "").replace(f' xmlns:rs="{SYNC}"', "") + "\n"


# Elements -----------------------------------------------------------------------------------


def _root(name: str, capability: str = "", **about: str) -> Element:
    root = Element.root(name, {None: SITEMAP, "rs": SYNC})
    if capability:
        _md(root, capability=capability, **about)
    return root


def _md(parent: Element, **attributes: str) -> None:
    Element(parent.element, SYNC).add("md", **attributes)


def _link(parent: Element, relation: str, address: str, **attributes: str) -> None:
    Element(parent.element, SYNC).add("ln", rel=relation, href=address, **attributes)


def _entry(
    root: Element, address: str, changed: datetime | None = None, name: str = "url", **about: str
) -> Element:
    url = root.add(name)
    url.add("loc", address)
    if changed:
        url.add("lastmod", stamp(changed))
    if about:
        _md(url, **about)
    return url


def _address(request: HttpRequest, capability: str) -> str:
    name = "resourcesync_capabilities" if capability == "capabilitylist" else "resourcesync_list"
    arguments = [] if capability == "capabilitylist" else [capability]
    return request.build_absolute_uri(reverse(name, args=arguments))


def _answer(text: str) -> HttpResponse:
    response = HttpResponse(DECLARATION + text, content_type="application/xml; charset=utf-8")
    return _with_headers(response)


def _with_headers(response: Any) -> Any:
    response["Cache-Control"] = "public, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
