"""The engines of the search, and the one way to use them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import prefetch_related_objects

from pages import access
from repository.models.publications import LISTED
from repository.words import words

from .. import syntax
from ..contract import Engine, Hit, Results, SearchRequest, Suggestion
from ..identifiers import identified
from .database import DatabaseEngine
from .elasticsearch import ElasticsearchEngine

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User
    from repository.models import PublicationPage

#: Nothing is suggested for fewer letters.
SHORTEST = 2

ENGINES: dict[str, type[Engine]] = {
    DatabaseEngine.name: DatabaseEngine,
    ElasticsearchEngine.name: ElasticsearchEngine,
}


def engine() -> Engine:
    """The engine that ``settings.SEARCH_ENGINE`` names."""
    return ENGINES[settings.SEARCH_ENGINE]()


def search(request: SearchRequest) -> Results:
    """Answers ``request`` with the engine in use."""
    request, prefixed = syntax.applied(request)
    results = engine().search(request)
    if results.suggestion and prefixed:
        results = replace(results, suggestion=f"{results.suggestion} {prefixed}")
    if not (prefixed or request.cursor or request.offset or any(request.filters.values())):
        results = replace(results, exact=identified(request))
    return results


def listed(hits: Iterable[Hit]) -> list[PublicationPage]:
    """The pages of ``hits`` with all that a list shows of them, in a constant number of
    queries."""
    pages = [hit.page for hit in hits]
    prefetch_related_objects(pages, *LISTED)
    return pages


def suggest(request: SearchRequest) -> tuple[Suggestion, ...]:
    """What the words of ``request`` may become while they are typed."""
    if request.user is None or len("".join(words(request.query))) < SHORTEST:
        return ()
    return engine().suggest(request)


def more_like_this(
    page: PublicationPage,
    user: User | AnonymousUser | None,
    language: str,
    limit: int = 5,
) -> tuple[Hit, ...]:
    """Publications on what ``page`` is about; none to a reader who may not read ``page``."""
    if not access.may_read(user, page):
        return ()
    request = SearchRequest(user=user, language=language, limit=limit, highlight=False)
    return engine().more_like_this(page, request)
