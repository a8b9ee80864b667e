"""``POST /api/v3/search/``."""

import json

import pytest

from pages.factories import CountryFactory, LanguageFactory
from repository.factories import DocumentTypeFactory, PublicationPageFactory
from search import queue
from search.engines import ENGINES
from search.questions import FACETS_NAMED, FIELDS_NAMED
from tests.shared import shared

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v3/search/"


@pytest.fixture
def post(client):
    def post(status: int = 200, raw: bytes | None = None, **question):
        body = json.dumps(question) if raw is None else raw
        answer = client.post(ADDRESS, body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer

    return post


@shared
def records():
    jamaica, haiti = CountryFactory(code="JM", name="Jamaica"), CountryFactory(code="HT")
    thesis = DocumentTypeFactory(code="thesis", name="Thesis")
    LanguageFactory(code="nl", name="Dutch")
    for title, year, countries, kind in (
        ("Report A", 2015, [jamaica], None),
        ("Report B", 2019, [jamaica, haiti], thesis),
        ("Report C", 2021, [haiti], None),
        ("Report D", None, [], thesis),
    ):
        more = {"document_type": kind} if kind else {}
        PublicationPageFactory(title=title, year=year, countries=countries, **more)


COUNTRY = {"field": "country", "in": ["JM"]}
THESIS = {"field": "type", "in": ["thesis"]}


@pytest.fixture(params=sorted(ENGINES))
def found(request, settings, post):
    """The last letters of the titles that a question finds, with each engine."""
    es = request.getfixturevalue("elasticsearch") if ENGINES[request.param].indexed else None
    settings.SEARCH_ENGINE = request.param
    request.getfixturevalue("records")  # noted for the index of this engine
    if es:
        assert not queue.drain(es, refresh=True).failed

    def found(**question) -> str:
        answer = post(**{"query": "report", "sort": "title", **question}).json()
        assert answer["engine"] == request.param
        assert not answer["degraded"]
        assert answer["count"] == len(answer["items"])
        return "".join(item["title"][-1] for item in answer["items"])

    return found


@pytest.mark.parametrize(
    ("where", "titles"),
    [
        (COUNTRY, "AB"),
        ({"not": COUNTRY}, "CD"),
        ({"and": [COUNTRY, THESIS]}, "B"),
        ({"or": [COUNTRY, THESIS]}, "ABD"),
        ({"and": [{"not": COUNTRY}, {"not": THESIS}]}, "C"),
        ({"not": {"or": [COUNTRY, {"field": "year", "from": 2021}]}}, "D"),
        ({"field": "year", "to": 2019}, "AB"),
        ({"not": {"field": "year", "from": 2000}}, "D"),
        ({"or": [{"and": [COUNTRY, {"field": "country", "in": ["HT"]}]}, {"not": THESIS}]}, "ABC"),
    ],
)
def test_filters_may_be_nested(found, where, titles):
    assert found(where=where) == titles
    assert found(where=where, query="") == titles


def test_choices_and_a_nested_filter_work_together(found):
    assert found(where={"not": THESIS}, filters={"country": ["HT"]}) == "C"
    assert found(filters={"country": ["JM", "HT"], "year_from": 2016}) == "BC"


def test_facets_count_what_the_nested_filter_leaves(post, records):
    answer = post(where={"not": THESIS}, filters={"country": ["JM"]}, facets=["country"]).json()
    (facet,) = answer["facets"]
    assert {b["code"]: (b["count"], b["selected"]) for b in facet["buckets"]} == {
        "JM": (1, True),
        "HT": (1, False),
    }


def test_the_answer_has_the_fields_that_were_asked_for(post, records):
    answer = post(query="report", fields=["id", "title", "year"], limit=1).json()
    assert {*answer["items"][0]} == {"id", "title", "year"}
    assert answer["took_ms"] >= 0
    whole = post(query="report", limit=1).json()["items"][0]
    assert {*whole} == {*FIELDS_NAMED}


def test_a_cursor_leads_through_all_results(post, records):
    seen, cursor = [], ""
    question = {"query": "report", "sort": "title", "where": {"not": COUNTRY}, "limit": 1}
    while True:
        answer = post(**question, cursor=cursor).json()
        seen += [item["title"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert seen == ["Report C", "Report D"]
    first = post(**question).json()["next_cursor"]
    post(400, **{**question, "where": THESIS}, cursor=first)
    post(400, **{**question, "where": None}, cursor=first)


def test_the_answer_is_in_the_language_of_the_question(post, records):
    answer = post(query="report", locale="fr", facets=["country"])
    assert answer.headers["Content-Language"] == "fr"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json()["facets"][0]["label"] == "Pays"
    wrong = post(400, locale="fr", sort="x").json()
    assert "relevance" in wrong["detail"]


def test_highlighting_may_be_switched_off(post, records):
    assert "<mark>" in post(query="report").json()["items"][0]["title_html"]
    plain = post(query="report", highlight=False).json()["items"][0]
    assert "<mark>" not in plain["title_html"]
    assert plain["snippets"] == []


@pytest.mark.parametrize(
    ("question", "place", "valid"),
    [
        ({"querry": "x"}, "querry", "query, locale, filters"),
        ({"sort": "random"}, "sort", "newest"),
        ({"locale": "de"}, "locale", "nl"),
        ({"limit": 0}, "limit", "1"),
        ({"limit": 101}, "limit", "100"),
        ({"limit": "many"}, "limit", "integer"),
        ({"facets": ["colour"]}, "facets.0", "network"),
        ({"fields": ["secret"]}, "fields.0", "snippets"),
        ({"fields": []}, "fields", "1"),
        ({"filters": {"colour": ["x"]}}, "filters.colour", "year_from"),
        ({"filters": {"country": ["XX"]}}, "filters.country", "JM"),
        ({"filters": {"country": "JM"}}, "filters.country", "list"),
        ({"filters": {"year_from": 12}}, "filters.year_from", "1000"),
        ({"query": "x" * 501}, "query", "500"),
        ({"cursor": "abc"}, "cursor", "cursor"),
        ({"where": []}, "where", "and, or, not"),
        ({"where": {}}, "where", "and, or, not"),
        ({"where": {"and": []}}, "where.and", "1"),
        ({"where": {"and": "x"}}, "where.0", "and, or, not"),
        ({"where": {"or": [{"nor": []}]}}, "where.0", "and, or, not"),
        ({"where": {"field": "colour", "in": ["x"]}}, "where.field", "country"),
        ({"where": {"field": "country", "in": ["XX"]}}, "where: country", "JM"),
        ({"where": {"field": "year", "from": "x"}}, "where.from", "integer"),
        ({"where": {"and": [COUNTRY], "or": [COUNTRY]}}, "where.or", "where.or"),
    ],
)
def test_what_is_wrong_is_explained(post, records, question, place, valid):
    answer = post(400, **question)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    errors = {error["loc"][1]: error["msg"] for error in answer.json()["errors"]}
    assert valid in errors[place], errors
    assert all(error["loc"][0] == "body" for error in answer.json()["errors"])


@pytest.mark.parametrize(
    "raw",
    [
        *(b"{", b"[]", b'"x"', b"null", b'{"query": "\\u0000"}', b'{"query": "\\ud800"}'),
        *(b"\xff", b'{"a":' * 5000, b"[" * 50_000, b" " * 200_000),
        b'{"where": ' + b'{"not": ' * 40 + b"{}" + b"}" * 41,
    ],
)
def test_a_malformed_body_is_refused(post, raw):
    post(400, raw=raw)


def test_an_empty_question_lists_everything(post, records):
    assert post(raw=b"").json()["count"] == 4
    assert post().json()["count"] == 4


def test_the_operation_is_documented(client):
    document = client.get("/api/v3/openapi.json").json()
    operation = document["paths"]["/api/v3/search/"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert {"query", "filters", "where", "fields", "cursor", "sort"} <= {*schema["properties"]}
    example = schema["example"]
    assert {*example} <= {*schema["properties"]}

    def references(part):
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            for each in part.values():
                yield from references(each)
        elif isinstance(part, list):
            for each in part:
                yield from references(each)

    for reference in references(operation):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]


def test_facets_and_fields_are_all_named():
    from search.api import SearchItem
    from search.contract import FACETS

    assert {*FACETS} == {*FACETS_NAMED}
    assert {*SearchItem.model_fields} == {*FIELDS_NAMED}
