"""What the tests of the search share: every engine, and short ways to ask."""

import os
import uuid
from collections.abc import Callable

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from elasticsearch import Elasticsearch

from pages.factories import ThemeFactory
from repository.factories import PublicationPageFactory
from repository.models import PublicationPage
from search import index, queue, synonyms
from search.contract import Results, SearchRequest
from search.engines import ENGINES, search
from search.engines import elasticsearch as engine
from search.engines.elasticsearch import breaker
from tests.shared import shared

Ask = Callable[..., Results]


def in_use(es: Elasticsearch, of: index.Index = index.PUBLICATIONS) -> str:
    """The index behind the alias."""
    (name,) = es.indices.get_alias(name=of.alias).body
    return name


def server() -> str:
    """The address of Elasticsearch. Without one its tests are left out on SQLite, where the
    test run starts no services; beside PostgreSQL its absence is a failure."""
    if not configured.ELASTICSEARCH_URL:
        if os.environ.get("CI") and "DATABASE_URL" in os.environ:
            pytest.fail("There is no Elasticsearch: ELASTICSEARCH_URL is not set.")
        pytest.skip("ELASTICSEARCH_URL is not set.")
    return configured.ELASTICSEARCH_URL


#: Seconds for Elasticsearch in the product, and where no fault is looked at: a busy machine is
#: none.
PATIENCE, UNHURRIED = engine.PATIENCE, 20


@pytest.fixture
def elasticsearch(settings, db, monkeypatch):
    """Searches on Elasticsearch, with an empty index of this test's own; gives the client."""
    server()
    monkeypatch.setattr(engine, "PATIENCE", UNHURRIED)
    settings.SEARCH_ENGINE = "elasticsearch"
    settings.SEARCH_INDEX = f"test-{uuid.uuid4().hex[:12]}"
    breaker.worked()
    es = index.client(20)
    name = index.create(es, index.new_name())
    es.indices.put_alias(index=name, name=index.alias())
    queue.changed(PublicationPage.objects.all())  # those that tests share were there before
    yield es
    for name in es.indices.get(index=f"{settings.SEARCH_INDEX}-*").body:
        es.indices.delete(index=name)
    es.options(ignore_status=404).synonyms.delete_synonym(id=synonyms.name())
    breaker.worked()


@pytest.fixture(params=sorted(ENGINES))
def ask(request, settings, db) -> Ask:
    """Asks each engine in turn, as an anonymous reader of English if nothing else is said."""
    if ENGINES[request.param].indexed:
        es = request.getfixturevalue("elasticsearch")
    settings.SEARCH_ENGINE = request.param

    def ask(query: str = "", **fields) -> Results:
        if ENGINES[request.param].indexed:
            assert not queue.drain(es, refresh=True).failed
        results = search(SearchRequest(query, **{"user": AnonymousUser(), **fields}))
        assert not results.degraded
        return results

    return ask


@shared
def border_management():
    """A theme under its names in four languages; the English row is given."""
    names = {"es": "Gestión de fronteras", "fr": "Gestion des frontières", "nl": "Grensbeheer"}
    for language, name in names.items():
        ThemeFactory(code="border-management", locale=language, name=name)
    return ThemeFactory(code="border-management", name="Border management")


@shared
def three_reports():
    """Three reports of different years, the second without accents in its words."""
    return [
        PublicationPageFactory(title="Remittances of the diaspora", year=2018),
        PublicationPageFactory(title="Health of migrants", year=2021),
        PublicationPageFactory(title="Migración laboral en Curaçao", year=2020, locale="es"),
    ]


def titles(results: Results) -> list[str]:
    return [hit.page.title for hit in results.hits]


def counts(results: Results, name: str) -> dict[str, int]:
    """Counts by code of one facet."""
    (facet,) = [facet for facet in results.facets if facet.name == name]
    return {bucket.code: bucket.count for bucket in facet.buckets}
