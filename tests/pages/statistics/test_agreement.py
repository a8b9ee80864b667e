"""The same values everywhere: over all indicators that the platform ships with."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from pages.models import Indicator, Observation
from pages.statistics import series
from pages.statistics.tables import written

pytestmark = pytest.mark.django_db

CELL = re.compile(r'<a href="([^"]+)"><data value="([^"]+)">')
#: What is shown, and where the downloads beside it lie.
SHOWN = re.compile(r'href="([^"]+data\.csv)\?([^"]*)"\s+download>')
SEVERAL = "?country=JM&country=DO&country=TT&country=HT&show=all"

Figures = dict[str, str]


def key(row: dict[str, Any]) -> str:
    """The address of the figure of a row, as in a table."""
    age = "" if row["age"] == "_T" else row["age"]
    parts = [row["counterpart"] or "", row["sex"], age, row["source"]]
    return f"{row['country']}/{row['period']}/#{'-'.join(part for part in parts if part)}"


def of_csv(body: bytes) -> Figures:
    rows = csv.DictReader(io.StringIO(body.decode(), newline=""))
    return {key(row): row["value"] for row in rows}


def of_sdmx(body: bytes) -> Figures:
    found = {}
    for row in csv.DictReader(io.StringIO(body.decode(), newline="")):
        counterpart = row["COUNTERPART_AREA"].removeprefix("_Z")
        fields = {"country": row["REF_AREA"], "counterpart": counterpart, "sex": row["SEX"]}
        fields |= {"age": row["AGE"], "period": row["TIME_PERIOD"], "source": row["SOURCE"]}
        found[key(fields)] = row["OBS_VALUE"]
    return found


def of_json(body: bytes) -> Figures:
    rows = json.loads(body, parse_float=Decimal, parse_int=Decimal)["observations"]
    return {key(row): written(row["value"]) for row in rows}


def of_xlsx(body: bytes) -> Figures:
    head, *rows = load_workbook(io.BytesIO(body), read_only=True).worksheets[0].values
    named = [dict(zip(head, row, strict=True)) for row in rows]
    return {key(row): written(Decimal(str(row["value"]))) for row in named}


def of_chart(body: bytes, source: Figures) -> tuple[Figures, Figures]:
    """The figures of the chart, and those of ``source``, without the sources' names."""
    values = json.loads(body, parse_float=Decimal, parse_int=Decimal)["data"]["values"]
    drawn = [
        (key(row | {"source": "x"}).rpartition("-")[0], written(row["value"])) for row in values
    ]
    # Codes of sources hold hyphens themselves.
    without = {
        re.sub(r"(#(?:[A-Z]+-)?(?:_T|F|M))-.*", r"\1", name): source[name] for name in source
    }
    return dict(drawn), without


@pytest.fixture
def indicators(content: None) -> list[str]:
    codes = Indicator.objects.filter(locale__language_code="en").order_by("code")
    return list(codes.values_list("code", flat=True))


def test_table_chart_and_every_download_agree_value_by_value(
    read: Any, indicators: list[str]
) -> None:
    assert len(indicators) > 30
    for code in indicators:
        page = f"/en/statistics/indicators/{code}/"
        shown = read(page).body.decode()
        table = {unescape(address): value for address, value in CELL.findall(shown)}
        where, query = SHOWN.findall(shown)[0]
        choice = f"?{unescape(query)}"
        assert where == page + "data.csv"
        assert table, code
        assert of_csv(read(f"{page}data.csv{choice}").body) == table, code
        assert of_sdmx(read(f"{page}data.sdmx.csv{choice}").body) == table, code
        assert of_json(read(f"{page}data.json{choice}").body) == table, code
        assert of_xlsx(read(f"{page}data.xlsx{choice}").body) == table, code
        drawn, known = of_chart(read(page + "chart.json").body, table)
        assert drawn.items() <= known.items(), code
        assert len(drawn) == min(len(known), series.MAX_BARS), code


def test_figures_over_time_agree_value_by_value(read: Any, indicators: list[str]) -> None:
    for code in indicators[::3]:
        page = f"/en/statistics/indicators/{code}/"
        response = read(page + SEVERAL)
        table = {unescape(a): value for a, value in CELL.findall(response.body.decode())}
        if not table:  # too many, or none
            continue
        assert of_csv(read(f"{page}data.csv{SEVERAL}&sex=_T").body) == table, code
        drawn, known = of_chart(read(f"{page}chart.json{SEVERAL}").body, table)
        assert drawn.items() <= known.items(), code


def test_the_full_download_is_what_the_database_holds(read: Any, indicators: list[str]) -> None:
    body = read("/en/statistics/data.csv").body.decode()
    rows = csv.DictReader(io.StringIO(body, newline=""))
    downloaded = sorted((row["indicator"], key(row), row["value"]) for row in rows)
    kept = sorted(
        (
            row["indicator__code"],
            key(
                {
                    "country": row["country__code"],
                    "counterpart": row["counterpart__code"],
                    "source": row["source__code"],
                    **row,
                }
            ),
            written(row["value"]),
        )
        for row in Observation.objects.current().values(
            *("indicator__code", "country__code", "counterpart__code", "source__code"),
            *("period", "sex", "age", "value"),
        )
    )
    assert downloaded == kept
    zeros = Observation.objects.current().filter(value=0).count()
    assert sum(value == "0" for _code, _key, value in downloaded) == zeros
