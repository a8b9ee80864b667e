"""What the tests of the search share: every engine, and short ways to ask."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from pages.factories import ThemeFactory
from repository.factories import PublicationPageFactory
from search.contract import Results, SearchRequest
from search.engines import ENGINES, search

Ask = Callable[..., Results]


@pytest.fixture(params=sorted(ENGINES))
def ask(request, settings, db) -> Ask:
    """Asks each engine in turn, as an anonymous reader of English if nothing else is said."""
    settings.SEARCH_ENGINE = request.param

    def ask(query: str = "", **fields) -> Results:
        return search(SearchRequest(query, **{"user": AnonymousUser(), **fields}))

    return ask


@pytest.fixture
def border_management(db):
    """A theme under its names in four languages; the English row is given."""
    names = {"es": "Gestión de fronteras", "fr": "Gestion des frontières", "nl": "Grensbeheer"}
    for language, name in names.items():
        ThemeFactory(code="border-management", locale=language, name=name)
    return ThemeFactory(code="border-management", name="Border management")


@pytest.fixture
def three_reports(db):
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
