"""The number of queries does not grow with the number of objects."""

from __future__ import annotations

from typing import Any

import pytest

from networks.factories import NetworkPageFactory
from pages import factories as make
from pages.models import Observation
from repository.factories import ContributorFactory, PublicationPageFactory
from tests.benchmarks.growth import copy_page

FEW, MANY = 10, 60


def add_publications(number: int, world) -> None:
    for n in range(number):
        page: Any = PublicationPageFactory(
            countries=[world.country.country],
            contributors=ContributorFactory.build_batch(2),
            tags=[f"tag{n}"],
        )
        if n % 3 == 0:
            PublicationPageFactory(locale="es", translation_key=page.translation_key)


def add_events(number: int, world) -> None:
    for n in range(number):
        page: Any = make.EventPageFactory(country=make.PlaceFactory())
        if n % 3 == 0:
            make.EventPageFactory(locale="es", translation_key=page.translation_key)


@pytest.mark.parametrize(
    ("address", "add"),
    [("/publications/", add_publications), ("/events/", add_events)],
)
def test_lists_of_pages_take_as_many_queries_for_sixty_as_for_ten(
    get, world, count_queries, address, add
):
    add(FEW, world)
    few = count_queries(f"{address}?locale=es&limit=100")
    add(MANY - FEW, world)
    many = count_queries(f"{address}?locale=es&limit=100")
    assert len(get(f"{address}?limit=100").json()["items"]) > MANY
    assert many == few <= 20


def test_events_take_as_many_queries_for_a_thousand_as_for_ten(get, world, count_queries):
    add_events(FEW, world)
    few = count_queries("/events/?limit=10")
    copy_page(world.event, 1_000)
    assert len(get("/events/?limit=100").json()["items"]) == 100
    assert count_queries("/events/?limit=10") == few


def test_observations_take_as_many_queries_for_a_thousand_as_for_ten(world, count_queries):
    first: Any = Observation.objects.first()
    make.ObservationFactory(
        indicator=first.indicator, country=first.country, counterpart=make.PlaceFactory()
    )
    few = count_queries("/observations/?limit=10")
    places: list[Any] = [make.PlaceFactory(code=f"p{n}") for n in range(10)]
    Observation.objects.bulk_create(
        Observation(
            indicator=first.indicator,
            country=first.country,
            source=first.source,
            counterpart=places[n // 100],
            period=1900 + n % 100,
            value=n,
        )
        for n in range(1000)
    )
    assert count_queries("/observations/?limit=100") == few <= 8


@pytest.mark.parametrize("address", ["/countries/", "/networks/", "/assessments/", "/indicators/"])
def test_short_lists_take_as_many_queries_for_thirty_as_for_one(world, count_queries, address):
    make.IndicatorFactory(themes=[make.ThemeFactory()])
    few = count_queries(address)
    for n in range(30):
        country = make.CountryFactory(code=f"X{n}", name=f"Country {n}")
        make.CountryPageFactory(country=country, title=f"Country {n}")
        make.AssessmentPageFactory(country=country, areas=make.AssessedAreaFactory.build_batch(3))
        make.IndicatorFactory(themes=[make.ThemeFactory()])
        NetworkPageFactory(countries=[country])
    assert count_queries(f"{address}?limit=100") == few <= 20


def test_details_take_few_queries(world, count_queries):
    assert count_queries("/countries/JM/") <= 30
    assert count_queries("/networks/data/") <= 20
    assert count_queries(f"/events/{world.event.pk}/") <= 25
    assert count_queries(f"/publications/{world.report.pk}/") <= 36  # and its record
