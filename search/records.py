"""All that a search finds as a file of records, written while it is read: the same choice as the
search page shows, for the same reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from pages.models.base import active_language
from repository.citations.formats import BY_SUFFIX
from repository.citations.record import Record, records, with_all
from repository.models import PublicationPage

from .alerts.saving import Asked
from .contract import SearchRequest
from .engines import search

#: Records that are in memory at a time.
AT_ONCE = 500


@require_safe
def records_of_search(request: HttpRequest, suffix: str) -> StreamingHttpResponse:
    """``GET ?q=&country=...``: the parameters of the search page."""
    if suffix not in BY_SUFFIX:
        raise Http404
    form = BY_SUFFIX[suffix]
    asked = Asked(request.GET).filter.search_request(
        user=request.user, language=active_language(), limit=AT_ONCE, highlight=False
    )
    pieces = form.several(found(asked, request))
    response = StreamingHttpResponse(
        (piece.encode() for piece in pieces), content_type=form.content_type
    )
    response["Content-Disposition"] = f'attachment; filename="publications.{form.suffix}"'
    response["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response


def found(asked: SearchRequest, request: HttpRequest | None = None) -> Iterator[Record]:
    """The records of all that ``asked`` finds, in its order."""
    while True:
        results = search(asked)
        if results.exact and not asked.cursor:
            yield from _records([results.exact.pk], request)
            return
        yield from _records([hit.page.pk for hit in results.hits], request)
        if not results.next_cursor:
            return
        asked = replace(asked, cursor=results.next_cursor)


def _records(ids: list[int], request: HttpRequest | None) -> Iterator[Record]:
    pages = with_all(PublicationPage._base_manager.filter(pk__in=ids)).in_bulk()
    yield from records([pages[pk] for pk in ids if pk in pages], request)
