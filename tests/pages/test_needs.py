"""The needs assessments: matrix, one area, comparison, files, API."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages import factories as make
from pages.models import GovernanceArea
from repository.factories import LibraryPageFactory, PublicationPageFactory

LANGUAGES = ("en", "es", "fr", "nl")
SECTIONS = {
    "en": "/en/assessments/",
    "es": "/es/evaluaciones/",
    "fr": "/fr/evaluations/",
    "nl": "/nl/evaluaties/",
}


@pytest.fixture
def assessed(db: None) -> dict[str, Any]:
    for language in LANGUAGES:
        make.AssessmentIndexPageFactory(locale=language)
    areas = {
        code: make.GovernanceAreaFactory(code=code, name=code.replace("-", " ").capitalize())
        for code in ("labour-migration", "border-management")
    }
    report = PublicationPageFactory(title="Country report")
    secret = PublicationPageFactory(title="xqsecretx", parent=LibraryPageFactory(locale="en"))
    jamaica, barbados = make.CountryFactory(code="JM"), make.CountryFactory(code="BB")
    make.CountryFactory(code="HT")
    make.AssessmentPageFactory(
        country=jamaica,
        areas=[
            make.AssessedAreaFactory.build(
                area=areas["labour-migration"],
                status="emerging",
                findings="<p>=A policy; since 2017</p><p>Second, line</p>",
                document=secret,
            )
        ],
        recommendations=[
            make.AssessmentRecommendationFactory.build(
                area=areas["labour-migration"],
                text="Adopt a policy, soon.",
                state="under-way",
                responsible="Ministry of Labour",
                document=report,
            )
        ],
    )
    make.AssessmentPageFactory(country=barbados)
    make.AssessmentPageFactory(country=None, title="Region")
    return {"areas": areas}


def text(client: Any, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    (main,) = BeautifulSoup(response.content, "html.parser").select("main")
    return " ".join(main.get_text(" ").split())


def table(client: Any, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def test_the_matrix_shows_all_areas_in_order_and_what_is_not_assessed(client, assessed):
    soup = BeautifulSoup(client.get(SECTIONS["en"]).content, "html.parser")
    heads = [th.get_text(strip=True) for th in soup.select(".matrix thead th")]
    assert heads == ["Assessment", "Year", "Border management", "Labour migration"]
    rows = {
        row.th.get_text(strip=True): [td.get_text(strip=True) for td in row.find_all("td")]
        for row in soup.select(".matrix tbody tr")
    }
    assert rows == {
        "Region": ["2018", "Not yet assessed", "Not yet assessed"],
        "Barbados": ["2018", "Not yet assessed", "Not yet assessed"],
        "Jamaica": ["2018", "Not yet assessed", "Emerging"],
    }


def test_one_area_is_read_across_countries(client, assessed):
    shown = text(client, f"{SECTIONS['en']}?area=labour-migration")
    assert "Adopt a policy, soon." in shown
    assert "Under way" in shown
    assert "Ministry of Labour" in shown
    assert "Country report" in shown
    assert "xqsecretx" not in shown
    for section in SECTIONS.values():
        assert "Adopt a policy" in text(client, f"{section}?area=labour-migration")


def test_countries_stand_side_by_side_and_one_without_assessment_says_so(client, assessed):
    soup = BeautifulSoup(
        client.get(f"{SECTIONS['en']}?country=JM&country=HT").content, "html.parser"
    )
    heads = [th.get_text(" ", strip=True) for th in soup.select(".compared thead th")]
    assert heads == ["Area", "Jamaica 2018", "Haiti"]
    cells = [td.get_text(" ", strip=True) for td in soup.select(".compared tbody td")]
    assert cells[1] == "Not yet assessed"
    assert cells[3] == "Not yet assessed"
    assert "ZZ is not known here" in text(client, f"{SECTIONS['en']}?country=ZZ")


def test_the_table_leaves_empty_what_is_not_known(client, assessed):
    for section in SECTIONS.values():
        rows = table(client, f"{section}assessments.csv")
        assert len(rows) == 3 * GovernanceArea.objects.filter(locale__language_code="en").count()
        by_key = {(row["country"], row["area"]): row for row in rows}
        known = by_key["JM", "labour-migration"]
        assert known["status"] == "emerging"
        assert known["findings"] == "'=A policy; since 2017\nSecond, line"
        assert known["document"] == ""
        assert known["recommendations_followed"] == "1"
        unknown = by_key["BB", "border-management"]
        assert unknown["status"] == "not-assessed"
        empty = ("findings", "gaps", "recommendations", "recommendations_followed", "source")
        assert {unknown[name] for name in empty} == {""}
        assert ("", "labour-migration") in by_key
    narrow = table(client, f"{SECTIONS['en']}assessments.csv?area=labour-migration&country=JM")
    assert [(row["country"], row["area"]) for row in narrow] == [("JM", "labour-migration")]
    assert client.get(f"{SECTIONS['en']}assessments.csv?status=bad").status_code == 400
    for name in ("assessments", "recommendations"):
        address = f"{SECTIONS['en']}{name}.csv"
        plain = client.get(address).content
        assert plain.startswith(b"country,")
        assert client.get(f"{address}?bom=1").content == b"\xef\xbb\xbf" + plain
        assert client.get(f"{address}?bom=0").content == plain
        assert client.get(f"{address}?bom=yes").status_code == 400
    (row,) = table(client, f"{SECTIONS['en']}recommendations.csv")
    assert row["state"] == "under-way"
    assert row["document"].endswith("/country-report/")


def test_the_api_says_the_same(client, assessed):
    answer = client.get("/api/v3/assessments/?country=JM&area=labour-migration").json()
    (item,) = answer["items"]
    assert [area["status"]["code"] for area in item["areas"]] == ["emerging"]
    detail = client.get(f"/api/v3/assessments/{item['id']}/").json()
    labour = next(a for a in detail["areas"] if a["area"]["code"] == "labour-migration")
    assert labour["follow_up"][0]["state"]["code"] == "under-way"
    assert labour["document"] is None
    assert "xqsecretx" not in json.dumps(detail)
    assert client.get("/api/v3/assessments/?status=emerging").json()["count"] == 1
    assert client.get("/api/v3/assessments/?status=nothing").status_code == 400


def test_the_page_of_an_assessment_has_all_areas(client, assessed):
    shown = text(client, f"{SECTIONS['fr']}needs-assessment-of-jamaica/")
    assert "Labour migration" in shown
    assert "Border management" in shown
    assert "Adopt a policy, soon." in shown


def test_more_assessments_take_no_more_queries(client, assessed):
    addresses = [SECTIONS["en"], f"{SECTIONS['en']}?area=labour-migration"]
    addresses += [f"{SECTIONS['en']}assessments.csv"]

    def count(mark: str) -> list[int]:
        counts = []
        for address in addresses:
            sign = "&" if "?" in address else "?"
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"{address}{sign}x={mark}").status_code == 200
            counts.append(len(captured))
        return counts

    count("warm")
    few = count("few")
    for number in range(20):
        make.AssessmentPageFactory(
            country=make.CountryFactory(code=f"X{number}", name=f"Country {number}"),
            areas=make.AssessedAreaFactory.build_batch(
                1, area=assessed["areas"]["labour-migration"]
            ),
            recommendations=[
                make.AssessmentRecommendationFactory.build(
                    area=assessed["areas"]["labour-migration"]
                )
            ],
        )
    assert count("many") == few
