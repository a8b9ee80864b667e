"""``/api/v3/search/``."""

import pytest
from django.core.cache import cache

from pages.factories import CountryFactory
from repository.factories import PublicationPageFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v3/search/"


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def test_an_answer_has_all_that_a_front_end_shows(client):
    page = PublicationPageFactory(
        title="Migración laboral", locale="es", summary="Sobre la migración.", year=2019
    )
    answer = client.get(ADDRESS, {"q": "migracion", "locale": "en", "facets": "year,type"}).json()
    assert answer["count"] == 1
    assert answer["engine"] == "database"
    assert answer["took_ms"] >= 0
    (item,) = answer["items"]
    assert (item["id"], item["title"], item["locale"]) == (page.pk, "Migración laboral", "es")
    assert (item["year"], item["type"]["code"]) == (2019, "report")
    assert item["url"].startswith("http://")
    assert item["score"] > 0
    assert item["title_html"] == "<mark>Migración</mark> laboral"
    assert item["snippets"] == ["Sobre la <mark>migración</mark>."]
    assert [facet["name"] for facet in answer["facets"]] == ["year", "type"]
    bucket = {"code": "2019", "label": "2019", "count": 1, "selected": False}
    assert answer["facets"][0]["buckets"] == [bucket]


def test_filters_and_paging(client):
    jamaica, haiti = CountryFactory(code="JM"), CountryFactory(code="HT")
    for number in range(5):
        PublicationPageFactory(title=f"Report {number}", countries=[jamaica])
    PublicationPageFactory(title="Report 9", countries=[haiti])
    chosen = {"q": "report", "country": "JM", "order": "title", "limit": 2, "offset": 2}
    answer = client.get(ADDRESS, chosen).json()
    assert answer["count"] == 5
    assert [item["title"] for item in answer["items"]] == ["Report 2", "Report 3"]
    assert client.get(ADDRESS, {"country": ["JM", "HT"]}).json()["count"] == 6


@pytest.mark.parametrize(
    ("query", "valid"),
    [
        ("querry=x", "facets"),
        ("country=XX", "JM"),
        ("order=random", "relevance"),
        ("facets=colour", "network"),
        ("facets=type,colour", "network"),
        ("locale=de", "nl"),
        ("limit=0", "100"),
        ("limit=1000", "100"),
        ("limit=ten", "100"),
        ("offset=-1", "0"),
        ("year_from=recent", "2019"),
        ("q=" + "x" * 501, "500"),
        ("q=%00", "q"),
    ],
)
def test_what_is_unknown_or_malformed_is_refused_with_what_is_valid(client, query, valid):
    CountryFactory(code="JM")
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert valid in answer.json()["detail"]


@pytest.mark.parametrize("query", ["*", '"', "AND (", "🌴", "'; --", "title:", "%", "\\"])
def test_any_words_are_answered(client, query):
    answer = client.get(ADDRESS, {"q": query})
    assert answer.status_code == 200
    assert answer.json()["count"] == 0


def test_the_operation_is_documented(client):
    document = client.get("/api/v3/openapi.json").json()
    operation = document["paths"]["/api/v3/search/"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names >= {
        *("q", "locale", "limit", "offset", "country", "theme", "network", "type"),
        *("language", "tag", "year_from", "year_to", "order", "facets"),
    }


def test_state_of_search_and_queue_is_reported(client):
    state = client.get("/health/").json()
    assert state["search"] == {"status": "ok", "engine": "database"}
    assert state["queue"] == {"status": "ok", "waiting": 0}
