"""Figures as files: what they hold, in which form, and what they say to bad addresses."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from openpyxl import load_workbook
from wagtail.models import PageViewRestriction

from pages.statistics import exports
from pages.statistics.tables import COLUMNS, safe

pytestmark = pytest.mark.django_db

STOCK = "/en/statistics/indicators/stock/"


def lines(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_csv_has_every_figure_in_a_stable_order(read: Any, centre: Any) -> None:
    response = read(STOCK + "data.csv")
    assert response["Content-Type"].startswith("text/csv; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="cpmg-stock-en.csv"'
    assert response.body.startswith(b"indicator,")
    assert b"\r\n" in response.body
    rows = lines(response.body)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["country"], row["period"], row["sex"], row["value"]) for row in rows] == [
        ("BB", "2015", "_T", "-7"),
        ("HT", "2020", "_T", "0"),
        ("JM", "2020", "F", "11621"),
        ("JM", "2010", "_T", "100.5"),
        ("JM", "2020", "_T", "23629"),
    ]
    assert (rows[3]["status"], rows[3]["note"]) == ("E", "")
    assert read(STOCK + "data.csv").body == response.body


def test_a_byte_order_mark_comes_on_request(read: Any, centre: Any) -> None:
    assert not read(STOCK + "data.csv").body.startswith(b"\xef\xbb\xbf")
    assert read(STOCK + "data.csv?bom=1").body.startswith(b"\xef\xbb\xbfindicator,")


def test_texts_are_no_formulas_and_numbers_are_numbers(read: Any, centre: Any) -> None:
    rows = lines(read(STOCK + "data.csv").body)
    assert rows[4]["note"] == "'=A remark"
    assert rows[0]["value"] == "-7"
    sheet = load_workbook(io.BytesIO(read(STOCK + "data.xlsx").body))["Figures"]
    cells = list(sheet.values)
    assert cells[1][COLUMNS.index("value")] == -7
    assert cells[5][COLUMNS.index("note")] == "'=A remark"
    assert cells[1][COLUMNS.index("note")] is None
    assert [safe(text) for text in ("+1", "@x", "\tx", "a=b", "")] == [
        *("'+1", "'@x", "'\tx", "a=b", ""),
    ]


def test_sdmx_csv_has_the_columns_of_its_standard(read: Any, centre: Any) -> None:
    response = read("/en/statistics/indicators/flows/data.sdmx.csv")
    assert response["Content-Type"] == (
        "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
    )
    row = lines(response.body)[0]
    assert list(row)[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    assert (row["STRUCTURE"], row["ACTION"], row["FREQ"]) == ("dataflow", "I", "A")
    assert (row["REF_AREA"], row["COUNTERPART_AREA"], row["OBS_VALUE"]) == ("JM", "BB", "20")
    stock = lines(read(STOCK + "data.sdmx.csv").body)
    assert {line["COUNTERPART_AREA"] for line in stock} == {"_Z"}


def test_json_keeps_digits_and_says_null_for_nothing(read: Any, centre: Any) -> None:
    centre.add(centre.stock, "TT", 2020, "12345678901.5678")
    body = read("/fr/statistiques/indicateurs/stock/data.json").body
    answer = json.loads(body, parse_float=Decimal)
    assert answer["language"] == "fr"
    assert answer["indicators"][0]["name"] == "Personnes migrantes"
    assert answer["sources"][0]["licence"] == "CC BY 4.0"
    last = answer["observations"][-1]
    assert last["value"] == Decimal("12345678901.5678")
    assert (last["counterpart"], last["note"]) == (None, None)


def test_the_zip_explains_itself(read: Any, centre: Any) -> None:
    response = read(STOCK + "data.zip?country=JM")
    with zipfile.ZipFile(io.BytesIO(response.body)) as archive:
        assert archive.namelist() == ["README.txt", "metadata.json", "data.csv", "data.sdmx.csv"]
        readme = archive.read("README.txt").decode()
        assert archive.read("data.csv") == read(STOCK + "data.csv?country=JM").body
        assert archive.read("data.sdmx.csv") == read(STOCK + "data.sdmx.csv?country=JM").body
        about = json.loads(archive.read("metadata.json"))
    for words in ("Migrants", "People born abroad.", "Census", "CC BY 4.0", "Jamaica", "empty"):
        assert words in readme
    assert about["selection"] == [{"name": "Country", "value": "Jamaica"}]
    assert read(STOCK + "data.zip?country=JM").body == response.body


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("country=JM&sex=_T", ["100.5", "23629"]),
        ("country=jm&country=HT&year_from=2020&sex=_T", ["0", "23629"]),
        ("sex=_T&show=newest", ["-7", "0", "23629"]),
        ("year_to=2010", ["100.5"]),
        ("source=census&sex=F", ["11621"]),
        ("year_from=2021", []),
    ],
)
def test_the_address_chooses(read: Any, centre: Any, query: str, values: list[str]) -> None:
    rows = lines(read(f"{STOCK}data.csv?{query}").body)
    assert [row["value"] for row in rows] == values


def test_all_figures_of_all_indicators_are_one_file(read: Any, centre: Any) -> None:
    rows = lines(read("/nl/statistieken/data.csv").body)
    assert [row["indicator"] for row in rows] == ["flows"] * 2 + ["stock"] * 5
    chosen = lines(read("/nl/statistieken/data.csv?indicator=flows").body)
    assert [row["value"] for row in chosen] == ["20", "30"]


def test_the_api_gives_the_same_files(read: Any, centre: Any) -> None:
    for form, file in (("csv", "csv"), ("sdmx", "sdmx.csv"), ("json", "json")):
        here = read(f"/es/estadisticas/data.{file}?indicator=stock&country=JM")
        there = read(f"/api/v3/observations/files/{form}/?indicator=stock&country=JM&locale=es")
        assert there.body == here.body
        assert there["Content-Type"] == here["Content-Type"]


def test_what_has_not_changed_is_not_sent_again(
    read: Any, centre: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first = read(STOCK + "data.csv")
    assert first["Cache-Control"] == "max-age=0, must-revalidate, public"
    assert first["Last-Modified"]
    again = read(STOCK + "data.csv", **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.body) == (304, b"")
    assert (
        read(STOCK + "data.csv", **{"if-modified-since": first["Last-Modified"]}).status_code == 304
    )
    other = read(STOCK + "data.csv?country=JM")
    assert other["ETag"] != first["ETag"] != read("/fr/statistiques/data.csv")["ETag"]
    connection.run_on_commit.clear()  # what the fixtures did counts once
    with django_capture_on_commit_callbacks(execute=True):
        centre.add(centre.stock, "TT", 2021, 5)
    changed = read(STOCK + "data.csv", **{"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert b"TT" in changed.body


def test_a_head_request_reads_no_figure(client: Any, centre: Any) -> None:
    response = client.head(STOCK + "data.csv")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("country=XX", "XX is not known here. Valid: BB, HT, JM."),
        ("year_from=20x0", "20x0 is not a year."),
        ("year_from=2020&year_to=2010", "The last year, 2010, is before the first, 2020."),
        ("contry=JM", "contry is not a parameter here. Valid: country"),
        ("show=some", "some is not known here. Valid: all, newest."),
        ("bom=yes", "bom is 0 or 1."),
        ("sex=%00", "is not known here"),
    ],
)
def test_a_bad_address_is_answered_with_what_is_valid(
    read: Any, centre: Any, query: str, said: str
) -> None:
    for file in ("csv", "xlsx", "json"):
        response = read(f"{STOCK}data.{file}?{query}")
        assert response.status_code == 400
        assert said in response.body.decode()
        assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    [
        *("/en/statistics/data.ods", "/en/statistics/data.csv/", "/en/countries/data.csv"),
        *("/en/statistics/indicators/none/data.csv", "/en/statistics/indicators/stock/figures.csv"),
        *("/en/statistics/indicators/", "/en/statistics/indicators/none/"),
        *("/en/statistics/indicators/stock/JM/", "/en/statistics/indicators/stock/JM/2011/"),
        *("/en/statistics/indicators/stock/XX/2020/", "/en/statistics/indicators/stock/JM/20200/"),
        *("/en/statistics/indicators/stock/JM/²020/", "/en/statistics/chart.svg"),
    ],
)
def test_nothing_else_is_there(read: Any, centre: Any, address: str) -> None:
    assert read(address).status_code == 404


def test_a_sheet_that_would_overflow_says_so(
    read: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MAX_SHEET", 4)
    response = read(STOCK + "data.xlsx")
    assert response.status_code == 400
    assert response.body.decode() == ("A sheet holds 4 rows. Choose fewer figures, or take CSV.\n")


def test_nothing_below_a_restricted_centre_is_handed_out(read: Any, centre: Any) -> None:
    PageViewRestriction.objects.create(page=centre.pages["en"], restriction_type="login")
    for below in ("data.csv", "indicators/stock/", "indicators/stock/chart.json", "indicators/x/"):
        response = read(f"/en/statistics/{below}")
        assert response.status_code == 302
        assert "/account/login/" in response["Location"]


def test_files_take_as_many_queries_for_a_thousand_figures_as_for_ten(
    centre: Any, count_queries: Any
) -> None:
    addresses = [STOCK + f"data.{form.file}" for form in exports.FORMATS.values()]
    few = {address: count_queries(address) for address in addresses}
    grow(centre, 1_000)
    assert {address: count_queries(address) for address in addresses} == few
    assert max(few.values()) <= 32


def grow(centre: Any, number: int) -> None:
    from pages.models import Observation

    template: Any = Observation.objects.filter(indicator=centre.stock).first()
    Observation.objects.bulk_create(
        Observation(
            indicator=template.indicator,
            country=template.country,
            source=template.source,
            period=1900 + n % 100,
            age=f"Y{n // 100}",
            value=n,
        )
        for n in range(number)
    )
