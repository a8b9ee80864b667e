"""What the templates of the reader site promise, seen in the pages that they make."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from pages import map
from pages.factories import (
    CountryFactFactory,
    CountryFactory,
    CountryPageFactory,
    EventPageFactory,
    FootnoteFactory,
    IndicatorFactory,
    ObservationFactory,
    SourceFactory,
)
from pages.models import HomePage
from repository.factories import PublicationPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(home: dict[str, HomePage]) -> None:
    """The home pages."""


def text_of(client: Client, address: str) -> str:
    """What ``address`` shows, without tags and with single spaces."""
    response = client.get(address, headers={"cookie": "sessionid=none"})
    assert response.status_code == 200
    shown = re.sub(
        r"<(script|style|svg).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S
    )
    return " ".join(shown.split())


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, headers={"cookie": "sessionid=none"}).status_code == 200
    return len(captured)


# Facts ------------------------------------------------------------------------------


@pytest.fixture
def haiti() -> Any:
    return CountryPageFactory(title="Haiti", slug="haiti", country=CountryFactory(code="HT"))


def test_missing_figure_is_said_and_never_zero(client: Client, haiti: Any) -> None:
    IndicatorFactory(code="refugees", name="Refugees", heading="migration_background")
    assert "Refugees persons No data in the sources" in text_of(client, "/en/countries/haiti/")


def test_published_zero_is_shown_as_zero(client: Client, haiti: Any) -> None:
    refugees = IndicatorFactory(code="refugees", name="Refugees", heading="migration_background")
    ObservationFactory(indicator=refugees, country=haiti.country, value=Decimal(0), period=2022)
    shown = text_of(client, "/en/countries/haiti/")
    assert "Refugees persons 0 2022" in shown


def test_figure_has_its_decimals_year_source_and_footnote(client: Client, haiti: Any) -> None:
    rate = IndicatorFactory(
        code="rate", name="Rate", heading="socioeconomics", decimals=2, unit="pct_gdp"
    )
    ObservationFactory(
        indicator=rate,
        country=haiti.country,
        value=Decimal("1234.5"),
        period=2019,
        source=SourceFactory(code="unsd", name="UN Statistics"),
        footnote=FootnoteFactory(code="break", name="Break in the series."),
    )
    shown = text_of(client, "/en/countries/haiti/")
    assert "Rate % of GDP 1,234.50 Note a 2019 Source 1" in shown
    assert "UN Statistics" in shown.partition("Sources")[2]
    assert "a Break in the series." in shown


def test_fact_in_words_has_its_year_and_source(client: Client) -> None:
    page = CountryPageFactory(
        slug="haiti",
        country=CountryFactory(code="HT"),
        facts=[
            CountryFactFactory.build(
                key="legal_system", text="Civil law", year=2026, source=SourceFactory(name="Atlas")
            )
        ],
    )
    shown = text_of(client, f"/en/countries/{page.slug}/")
    assert "Legal system Civil law 2026 Source 1" in shown


# Languages --------------------------------------------------------------------------


def test_title_in_another_language_is_marked_in_lists(client: Client) -> None:
    PublicationPageFactory(title="Remesas", slug="remesas", locale="es")
    page = client.get("/en/repository/", headers={"cookie": "sessionid=none"})
    if page.status_code == 404:  # the English section is planted by its first publication
        PublicationPageFactory()
        page = client.get("/en/repository/", headers={"cookie": "sessionid=none"})
    assert re.search(r'<a href="/en/repository/remesas/"\s+lang="es"', page.content.decode())


def test_page_without_translation_says_so(client: Client) -> None:
    EventPageFactory(title="Taller", slug="taller", locale="es")
    EventPageFactory(title="Workshop", slug="workshop", locale="en")
    shown = text_of(client, "/en/events/taller/")
    assert "This page is not available in English. Its text is shown in Spanish." in shown


# The map and the lists --------------------------------------------------------------


def test_every_country_of_the_vocabulary_is_drawn() -> None:
    region = map.region()
    assert len(region.shapes) == 33
    assert set(map.LABELS) <= set(region.shapes)


def test_coordinates_of_the_map_are_not_localised(client: Client) -> None:
    CountryPageFactory(country=CountryFactory(code="AG"), locale="fr")
    page = client.get("/fr/", headers={"cookie": "sessionid=none"}).content.decode()
    assert 'cx="725.2"' in page


@pytest.mark.parametrize(
    ("factory", "address"),
    [
        (PublicationPageFactory, "/en/repository/"),
        (EventPageFactory, "/en/events/"),
    ],
)
def test_queries_of_a_list_do_not_grow_with_it(client: Client, factory: Any, address: str) -> None:
    factory()
    queries(client, address)
    few = queries(client, address)
    factory.create_batch(8)
    assert queries(client, address) == few


def test_names_of_the_people() -> None:
    from repository.factories import ContributorFactory

    publication = PublicationPageFactory(
        title="Climate and movement",
        year=2021,
        publisher="IOM",
        doi="10.1000/182",
        contributors=[
            ContributorFactory.build(family_name=f"Name {n}", given_name="A.") for n in range(4)
        ],
    )
    template = Template("{% load publications %}{{ p|names }}")
    shown = template.render(Context({"p": publication, "request": RequestFactory().get("/")}))
    assert shown == "A. Name 0; A. Name 1; A. Name 2 …"
