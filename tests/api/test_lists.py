"""Every list: its shape, languages, filters, paging and order."""

from __future__ import annotations

from typing import Any

import pytest

LISTS = [
    "/countries/",
    "/networks/",
    "/events/",
    "/publications/",
    "/assessments/",
    "/indicators/",
    "/observations/",
    "/vocabularies/",
    "/vocabularies/theme/",
    "/vocabularies/sex/",
    "/locales/",
    "/search/",
]
PAGES = ["/countries/", "/networks/", "/events/", "/publications/", "/assessments/"]
LANGUAGES = ["en", "es", "fr", "nl"]


def titles(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["items"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_counts_and_shows_its_items(get, world, language):
    for address in LISTS:
        response = get(f"{address}?locale={language}&limit=100")
        answer = response.json()
        assert response.status_code == 200, answer
        assert answer["count"] == len(answer["items"]) > 0, address
        assert response.headers["Content-Language"] == language


def test_an_item_says_what_it_is_and_where_it_is_read(get, world):
    for address in PAGES:
        for language in LANGUAGES:
            for item in get(f"{address}?locale={language}").json()["items"]:
                assert {"id", "title", "locale", "translations", "url", "summary"} <= item.keys()
                assert item["locale"] not in {other["locale"] for other in item["translations"]}
                assert item["url"].startswith(f"http://testserver/{language}/"), item


def test_a_text_comes_in_the_language_asked_for_or_in_the_next_best(get, world):
    event = get("/events/?locale=es&order=soonest").json()["items"][0]
    assert event["title"] == "Taller sobre el retorno"
    assert event["locale"] == "es"
    assert event["type"] == {"code": "workshop", "name": "Taller"}
    assert event["url"] == "http://testserver/es/eventos/taller-sobre-el-retorno/"
    assert event["translations"] == [
        {"locale": "en", "url": "http://testserver/en/events/workshop-on-return/"}
    ]

    event = get("/events/?locale=nl&order=soonest").json()["items"][0]
    assert event["locale"] == "en"
    assert event["url"] == "http://testserver/nl/evenementen/workshop-on-return/"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es", "es"),
        ("fr-CA,fr;q=0.9,en;q=0.1", "fr"),
        ("de,nl;q=0.5", "nl"),
        ("de", "en"),
        ("", "en"),
        ("*;q=x,\0", "en"),
    ],
)
def test_the_reader_s_browser_chooses_when_the_address_does_not(get, db, header, language):
    assert get("/events/", **{"Accept-Language": header}).headers["Content-Language"] == language
    response = get("/events/?locale=en", **{"Accept-Language": header})
    assert response.headers["Content-Language"] == "en"


FILTERED = [
    ("/countries/?member=caricom", ["Jamaica"]),
    ("/countries/?member=oecs", []),
    ("/countries/?status=independent", ["Jamaica"]),
    ("/countries/?status=territory", []),
    ("/networks/?country=JM", ["Migration data"]),
    ("/events/?country=jm", ["Workshop on return"]),
    ("/events/?theme=return-migration", ["Workshop on return"]),
    ("/events/?time=upcoming", []),
    ("/events/?year_from=2020", ["Webinar"]),
    ("/events/?year_to=2019", ["Workshop on return"]),
    ("/events/?type=workshop&year_from=2020", ["Webinar"]),
    ("/events/?state=held&state=planned", ["Webinar", "Workshop on return"]),
    ("/publications/?country=JM", ["Report on return"]),
    ("/publications/?language=nl", ["Rapport over Suriname"]),
    ("/publications/?tag=diaspora", ["Report on return"]),
    ("/publications/?year_from=2019", ["Rapport over Suriname"]),
    ("/publications/?year_to=2018&type=report", ["Report on return"]),
    ("/assessments/?country=JM", ["Assessment of Jamaica"]),
]
ORDERED = [
    ("/events/", ["Webinar", "Workshop on return"]),
    ("/events/?order=soonest", ["Workshop on return", "Webinar"]),
    ("/publications/", ["Rapport over Suriname", "Report on return"]),
    ("/publications/?order=oldest", ["Report on return", "Rapport over Suriname"]),
    ("/publications/?order=title", ["Rapport over Suriname", "Report on return"]),
]


def test_filters_narrow(get, world):
    for address, expected in FILTERED:
        assert titles(get(address)) == expected, address


def test_orders_order(get, world):
    for address, expected in ORDERED:
        assert titles(get(address)) == expected, address


def test_paging_shows_each_item_once(get, world):
    pages = [get(f"/events/?limit=1&offset={offset}").json() for offset in range(3)]
    assert [page["count"] for page in pages] == [2, 2, 2]
    assert [[item["title"] for item in page["items"]] for page in pages] == [
        ["Webinar"],
        ["Workshop on return"],
        [],
    ]


def test_observations_are_found_by_what_where_when_and_for_whom(get, world):
    def years(query: str) -> list[int]:
        return [item["year"] for item in get(f"/observations/?{query}").json()["items"]]

    assert years("country=JM&indicator=migrant-stock") == [2020, 2015]
    assert years("order=oldest") == [2015, 2020]
    assert years("year_from=2016") == [2020]
    assert years("year_to=2016&sex=_T") == [2015]
    assert years("sex=F") == []
    item = get("/observations/?year_from=2016").json()["items"][0]
    assert item["value"] == 23629.5
    assert item["footnote"] == "Break in the series."
    assert item["source"]["licence"] == "CC BY 3.0 IGO"


def test_a_vocabulary_has_names_in_all_languages_in_the_reader_s_order(get, world):
    answer = get("/vocabularies/theme/?locale=es").json()
    assert answer["items"] == [
        {
            "code": "return-migration",
            "name": "Migración de retorno",
            "names": {
                "en": "Return migration",
                "es": "Migración de retorno",
                "fr": "Return migration",
                "nl": "Return migration",
            },
            "ror": "",
        }
    ]


def test_every_vocabulary_that_is_listed_answers(get, world):
    for item in get("/vocabularies/?limit=100").json()["items"]:
        assert get(f"/vocabularies/{item['name']}/").status_code == 200
        assert item["url"].endswith(f"/api/v3/vocabularies/{item['name']}/")
