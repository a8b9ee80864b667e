"""What a list does not understand it refuses with 400, and says what it understands."""

from __future__ import annotations

import pytest

from tests.api.test_lists import LISTS


def problem(response):
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.json()


@pytest.mark.parametrize("address", [*LISTS, "/countries/JM/", "/events/1/"])
def test_an_unknown_parameter_is_named_with_all_that_are_known(get, db, address):
    detail = problem(get(f"{address}?colour=blue"))["detail"]
    assert detail.startswith("colour is not a parameter here. Valid: ")
    assert detail.endswith("locale.")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=ten",
        "limit=1.5",
        "limit=1e1",
        "limit=%2B5",
        "limit=",
        "limit=%D9%A3",
        f"limit={'9' * 5000}",
        "offset=-1",
        f"offset={'9' * 30}",
        "offset=1000001",
        "offset=1&offset=2",
        "locale=de",
        "locale=EN",
        "locale=en&locale=es",
        "locale=",
        "locale=%00",
        "%00=1",
        "limit=1%00",
    ],
)
def test_malformed_values_are_refused(get, db, query):
    for address in LISTS:
        assert problem(get(f"{address}?{query}"))["errors"]


@pytest.mark.parametrize(
    "address",
    [
        "/countries/?status=free",
        "/countries/?status=independent&status=territory",
        "/countries/?member=",
        "/countries/?order=size",
        "/events/?country=XX",
        "/events/?year_from=20",
        "/events/?year_from=99999",
        "/events/?year_from=2000&year_from=2001",
        "/events/?time=soon",
        "/events/?theme=return-migration%00",
        "/events/?page=2",
        "/publications/?tag=none",
        "/publications/?order=-year",
        "/publications/?language=en&language=xx",
        "/observations/?sex=X",
        "/observations/?indicator=none",
        "/indicators/?theme=none",
        "/assessments/?country=XX",
        "/networks/?country=XX",
    ],
)
def test_values_that_a_filter_does_not_know_are_refused(get, db, address):
    [error] = problem(get(address))["errors"]
    assert error["msg"]
    assert error["loc"][0] == "query"


def test_reasons_come_in_the_reader_s_language(get, db):
    english = problem(get("/events/?year_from=20"))["detail"]
    french = problem(get("/events/?year_from=20&locale=fr"))["detail"]
    assert english == "20 is not a year. Give a year of four digits, such as 2019."
    assert french != english


def test_all_mistakes_are_said_at_once(get, db):
    answer = problem(get("/events/?colour=blue&limit=0&offset=x&locale=de"))
    assert [error["loc"] for error in answer["errors"]] == [
        ["query", "colour"],
        ["query", "locale"],
        ["query", "limit"],
        ["query", "offset"],
    ]


def test_a_long_name_is_cut(get, db):
    assert len(problem(get(f"/events/?{'x' * 4000}=1"))["detail"]) < 400


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_lists_are_for_reading(client, db, method):
    assert getattr(client, method)("/api/v3/events/").status_code == 405
