"""The engines of the search, and the one way to use them."""

from dataclasses import replace

from django.conf import settings

from .. import syntax
from ..contract import Engine, Results, SearchRequest
from .database import DatabaseEngine
from .elasticsearch import ElasticsearchEngine

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
        return replace(results, suggestion=f"{results.suggestion} {prefixed}")
    return results
