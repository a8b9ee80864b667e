"""The engines of the search, and the one way to use them."""

from django.conf import settings

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
    return engine().search(request)
