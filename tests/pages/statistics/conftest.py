"""A statistics centre in four languages with two indicators.

stock    persons   JM 2010 100.5 | 2020 23629 (women 11621)   HT 2020 0   BB 2015 -7
flows    persons   JM to HT 2019 30, to BB 2019 20
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pages import factories as make
from tests.shared import shared

LANGUAGES = ("en", "es", "fr", "nl")


@dataclass
class Centre:
    pages: dict[str, Any]
    stock: Any
    flows: Any
    source: Any

    def add(self, indicator: Any, country: str, period: int, value: Any, **fields: Any) -> Any:
        return make.ObservationFactory(
            indicator=indicator,
            country=make.CountryFactory(code=country),
            period=period,
            value=Decimal(str(value)),
            source=fields.pop("source", self.source),
            **fields,
        )


@shared
def centre(home: Any) -> Centre:
    pages = {language: make.StatisticsCentrePageFactory(locale=language) for language in LANGUAGES}
    source = make.SourceFactory(
        code="census", name="Census", licence="CC BY 4.0", publisher="Statistical office"
    )
    made = Centre(
        pages=pages,
        stock=make.IndicatorFactory(
            code="stock",
            name="Migrants",
            definition="People born abroad.",
            decimals=1,
            by_sex=True,
            heading="migration_background",
        ),
        flows=make.IndicatorFactory(code="flows", name="Moves", by_counterpart=True, heading=""),
        source=source,
    )
    make.IndicatorFactory(code="stock", locale="fr", name="Personnes migrantes")
    made.add(made.stock, "JM", 2010, "100.5", status="E")
    made.add(
        made.stock, "JM", 2020, 23629, footnote=make.FootnoteFactory(code="odd", name="=A remark")
    )
    made.add(made.stock, "JM", 2020, 11621, sex="F")
    made.add(made.stock, "HT", 2020, 0)
    made.add(made.stock, "BB", 2015, -7)
    for code, value in (("HT", 30), ("BB", 20)):
        made.add(made.flows, "JM", 2019, value, counterpart=make.PlaceFactory(code=code))
    return made


@pytest.fixture
def read(client: Client) -> Callable[..., Any]:
    """What an address of the site answers, and its bytes as ``body``."""

    def ask(address: str, **headers: str) -> Any:
        response: Any = client.get(address, headers=headers)
        response.body = (
            b"".join(response.streaming_content) if response.streaming else (response.content)
        )
        return response

    return ask


@pytest.fixture
def count_queries(read: Any) -> Callable[[str], int]:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert read(address).status_code == 200, address
        return len(captured)

    return count
