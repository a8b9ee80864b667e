"""``/datasets/``: versions, and the figures of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages import factories as make
from pages.datasets.figures import Figure
from pages.models import DatasetPage

pytestmark = pytest.mark.django_db


def figures(*values: int) -> list[Figure]:
    return [
        Figure("stock", "JM", 2000 + number, Decimal(value)) for number, value in enumerate(values)
    ]


@pytest.fixture
def versions() -> tuple[Any, Any]:
    indicator = make.IndicatorFactory(code="stock", name="Migrants")
    make.CountryFactory(code="JM")
    source = make.SourceFactory(code="census")
    first = make.DatasetPageFactory(
        title="Census", source=source, indicators=[indicator], figures=figures(1, 2)
    )
    second = make.DatasetPageFactory(
        title="Census",
        slug="census-2",
        series=first.series,
        version=2,
        replaces=first,
        source=source,
        indicators=[indicator],
        figures=figures(1, 3, 4),
        note="Put right.",
    )
    make.DatasetPageFactory(title="Draft", figures=figures(9), live=False)
    return first, second


def get(client: Any, address: str) -> Any:
    response = client.get(f"/api/v3/datasets/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def test_the_list_holds_the_newest_version_of_each(client: Any, versions: Any) -> None:
    listed = get(client, "?indicator=stock&locale=es")
    assert listed["count"] == 1
    item = listed["items"][0]
    assert (item["id"], item["version"], item["count"]) == (versions[1].pk, 2, 3)
    assert item["licence"] == {"code": "CC-BY-4.0", "name": "CC BY 4.0"}
    assert item["indicators"] == [{"code": "stock", "name": "Migrants"}]
    assert item["table_url"].endswith("/census-2/?format=csv")
    assert "version 2" in item["citation"]


def test_each_version_keeps_its_figures(client: Any, versions: Any) -> None:
    first, second = versions
    detail = get(client, f"{first.pk}/")
    assert [(one["version"], one["current"]) for one in detail["versions"]] == [
        (2, True),
        (1, False),
    ]
    old = get(client, f"{first.pk}/observations/?order=oldest")
    new = get(client, f"{second.pk}/observations/?order=oldest&year_from=2001")
    assert [item["value"] for item in old["items"]] == [1, 2]
    assert [item["value"] for item in new["items"]] == [3, 4]
    current = client.get("/api/v3/observations/?indicator=stock&order=oldest").json()
    assert [item["value"] for item in current["items"]] == [1, 3, 4]


def test_a_draft_is_not_there(client: Any, versions: Any) -> None:
    draft = DatasetPage.objects.get(title="Draft")
    for address in (f"{draft.pk}/", f"{draft.pk}/observations/", "0/", "x/"):
        assert client.get(f"/api/v3/datasets/{address}").status_code == 404


def test_unknown_parameters_are_refused(client: Any, versions: Any) -> None:
    response = client.get(f"/api/v3/datasets/{versions[0].pk}/observations/?colour=red")
    assert response.status_code == 400
    assert "colour" in response.json()["detail"]


def test_figures_take_the_same_queries_however_many(client: Any, versions: Any) -> None:
    counts = []
    for number in (10, 1000):
        rows = [
            Figure("stock", "JM", 1900 + n % 100, Decimal(n), age=f"Y{n // 100}")
            for n in range(number)
        ]
        page = make.DatasetPageFactory(title=f"Of {number}", figures=rows)
        get(client, f"{page.pk}/observations/?limit=100")
        with CaptureQueriesContext(connection) as queries:
            get(client, f"{page.pk}/observations/?limit=100")
        counts.append(len(queries))
    assert counts[0] == counts[1]
