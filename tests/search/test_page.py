"""The search page of the reader site: its context, its addresses, its answers to odd input."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from pages.factories import CountryFactory
from pages.models.vocabularies import forget_labels
from repository.factories import PublicationPageFactory
from search import views
from search.histogram import spans

from .test_files import PAGES, attach

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(rf, monkeypatch):
    """The context of the search page for an address in English, or in another language."""

    def page(address: str = "", language: str = "en") -> dict:
        contexts = []

        def render(request, template, context):
            assert template == "search/search_page.html"
            contexts.append(context)
            return HttpResponse()

        monkeypatch.setattr(views, "render", render)
        request = rf.get(f"/{language}/search/{address}", headers={"host": "localhost"})
        request.user = AnonymousUser()
        with override(language):
            views.search_page(request)
        return contexts[0]

    return page


def test_everything_is_listed_without_words(page):
    report = PublicationPageFactory(title="Migration profile")
    context = page()
    assert [hit["page"].pk for hit in context["hits"]] == [report.pk]
    assert context["hits"][0]["address"].endswith("/repository/migration-profile/")
    assert (context["paging"].first, context["paging"].last, context["paging"].total) == (1, 1, 1)
    assert context["errors"] == {}


def test_facets_lead_to_one_choice_more_and_back(page):
    jamaica, haiti = CountryFactory(code="JM"), CountryFactory(code="HT")
    PublicationPageFactory(title="Profile A", countries=[jamaica], year=2019)
    PublicationPageFactory(title="Profile B", countries=[haiti], year=2020)
    context = page("?q=profile&country=JM&page=1")
    (countries,) = [facet for facet in context["facets"] if facet.name == "country"]
    links = {choice.code: choice for choice in countries.choices}
    assert QueryDict(links["HT"].address[1:]).getlist("country") == ["JM", "HT"]
    assert links["JM"].selected
    assert links["JM"].address == countries.clear == "?q=profile"
    (years,) = [facet for facet in context["facets"] if facet.name == "year"]
    assert years.clear == ""
    address = QueryDict(years.choices[0].address[1:])
    assert (address["year_from"], address["year_to"]) == ("2019", "2019")
    assert page(years.choices[0].address)["results"].total == 1


def test_what_the_words_name_is_a_choice_like_any_other(page):
    jamaica, haiti = CountryFactory(code="JM"), CountryFactory(code="HT")
    PublicationPageFactory(title="Profile A", countries=[jamaica], year=2019)
    PublicationPageFactory(title="Profile B", countries=[haiti], year=2019)
    context = page("?q=profile+country:jm+year:2015..2020+author:x&country=HT&year_from=1990")
    assert context["query"] == "profile country:jm year:2015..2020 author:x"
    chosen = [(one.parameter, one.code) for one in context["filter"].selected]
    assert chosen == [
        ("country", "HT"),
        ("country", "JM"),
        ("year_from", "2015"),
        ("year_to", "2020"),
    ]
    assert [(one.parameter, one.code) for one in context["held"]] == [
        ("country", "HT"),
        ("year_from", "1990"),
    ]
    assert page("?q=profile+year:2019..&year_to=1990")["results"].total == 2
    context = page("?q=profile+country:jm")
    assert context["results"].total == 1
    (countries,) = [facet for facet in context["facets"] if facet.name == "country"]
    links = {choice.code: choice for choice in countries.choices}
    assert links["JM"].address == context["filter"].selected[0].without == "?q=profile"
    assert page(links["HT"].address)["results"].total == 2
    assert "country=JM" in context["api_address"]
    assert page("?q=country:jm")["facets"][0].clear == "?"


def test_what_no_filter_knows_is_said(client):
    CountryFactory(code="JM")
    PublicationPageFactory(title="Profile")
    said = "Not understood, and searched for as words:"
    text = client.get("/en/search/?q=profile+country:z<+year:soon").content.decode()
    assert f"{said} country:z&lt;, year:soon" in text
    assert said not in client.get("/en/search/?q=country:jm+impact:high").content.decode()


def test_orders_are_links(page):
    PublicationPageFactory(title="Profile")

    def orders(address: str) -> list[tuple[str, str, bool]]:
        return [(str(o["label"]), o["address"], o["current"]) for o in page(address)["orders"]]

    assert orders("?order=title&page=1&q=profile") == [
        ("Relevance", "?q=profile", False),
        ("Newest first", "?order=newest&q=profile", False),
        ("Oldest first", "?order=oldest&q=profile", False),
        ("Title", "?order=title&q=profile", True),
    ]
    assert orders("") == [
        ("Newest first", "?", True),
        ("Oldest first", "?order=oldest", False),
        ("Title", "?order=title", False),
    ]


def test_a_passage_leads_to_its_page_in_the_file(client):
    document = attach(PublicationPageFactory(title="A report"), PAGES)
    text = client.get("/en/search/?q=remittances+diaspora").content.decode()
    assert f'href="{document.url}#page=2">Page 2</a>' in text


def test_pages_follow_each_other(page):
    for number in range(45):
        PublicationPageFactory(title="Report", slug=f"report-{number}")
    first, last = page("?q=report"), page("?q=report&page=3")
    assert first["paging"].previous == last["paging"].next == ""
    onward = QueryDict(first["paging"].next[1:])
    assert (onward["q"], onward["page"]) == ("report", "2")
    assert (last["paging"].first, last["paging"].last) == (41, 45)
    assert [link.number for link in last["paging"].links] == [1, 2, 3]
    beyond = page("?q=report&page=99")
    assert beyond["paging"].number == 3
    assert len(beyond["hits"]) == 5
    assert "page" in beyond["errors"]


def test_when_filters_hide_everything_the_way_out_is_shown(page):
    CountryFactory(code="JM"), CountryFactory(code="HT")
    PublicationPageFactory(title="Profile")
    context = page("?q=profile&country=JM")
    assert context["results"].total == 0
    assert context["without_filters"] == {"count": 1, "address": "?q=profile"}
    assert page("?q=nothing")["without_filters"] is None


def test_the_same_query_is_shown_as_a_call_of_the_api(page, client):
    CountryFactory(code="JM")
    PublicationPageFactory(title="Profil", countries=[CountryFactory(code="JM")], year=2020)
    context = page("?q=profil&country=jm&year_from=2019&order=title", "fr")
    answer = client.get(context["api_address"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == context["results"].total == 1
    assert answer.headers["Content-Language"] == "fr"


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("?page=x", "page"),
        ("?page=0", "page"),
        ("?page=-1", "page"),
        ("?page=2", "page"),
        ("?page=99999999999999999999", "page"),
        ("?page=%00", "page"),
        ("?page=²", "page"),
        ("?country=XX", "country"),
        ("?country=%00", "country"),
        ("?theme=%27%22%3Cb%3E", "theme"),
        ("?year_from=abc", "year_from"),
        ("?year_to=99999999999", "year_to"),
        ("?order=random", "order"),
        ("?q=" + "x" * 10_000 + "&order=", None),
        ("?q=%00&unknown=1", None),
        ("?q=%FF%FE", None),
        ("?q=a&q=b&country=&country=", None),
    ],
)
def test_a_malformed_address_is_explained_and_the_rest_applied(page, address, parameter):
    PublicationPageFactory(title="Profile")
    context = page(address)
    assert list(context["errors"]) == ([parameter] if parameter else [])
    assert len(context["query"]) <= 500


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_the_page_is_shown_in_every_language(client, language):
    PublicationPageFactory(title="Migration profile", summary="About <b>migration</b>.")
    with override(language):
        address = reverse("search")
    for query in ("", "?q=migration", "?q=nothing", "?q=migration&country=XX&page=9"):
        answer = client.get(address + query)
        assert answer.status_code == 200
    assert "<mark>Migration</mark>" in client.get(f"{address}?q=migration").content.decode()


def test_next_goes_on_where_the_reader_was(page):
    reports = [PublicationPageFactory(title=f"Report {n:02}", slug=f"r-{n}") for n in range(45)]
    first = page("?q=report&order=title")
    PublicationPageFactory(title="Report 00 bis", slug="bis")
    reports[1].unpublish()
    second = page(first["paging"].next)
    assert [hit["page"].title for hit in second["hits"]][:2] == ["Report 20", "Report 21"]
    assert (second["paging"].first, second["paging"].number) == (21, 2)
    assert "cursor" not in second["paging"].previous
    for cursor in ("x", "%00", first["paging"].next.partition("cursor=")[2]):
        assert page(f"?q=other&page=1&cursor={cursor}")["errors"] == {}


def test_an_identifier_leads_to_its_record(client):
    PublicationPageFactory(title="Migration profile", doi="10.1000/182")
    PublicationPageFactory(title="Profile of 10.1000/182", slug="other")
    answer = client.get("/en/search/?q=10.1000/182")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/en/repository/migration-profile/"
    assert client.get("/en/search/?q=10.1000/183").status_code == 200


def test_years_are_a_histogram_that_can_be_entered(page):
    for year in (1985, 1987, 1999, 2012, 2014, 2024):
        PublicationPageFactory(title="Report", slug=f"report-{year}", year=year)

    def years(address: str):
        (facet,) = [facet for facet in page(address)["facets"] if facet.name == "year"]
        return facet

    whole = years("?q=report")
    assert [(c.label, c.count) for c in whole.choices] == [
        *(("1985–1989", 2), ("1995–1999", 1), ("2010–2014", 2), ("2020–2024", 1)),
    ]
    assert whole.clear == ""
    inside = years(whole.choices[0].address)
    assert [(c.label, c.count, c.selected) for c in inside.choices] == [
        ("1985", 1, False),
        ("1987", 1, False),
    ]
    assert page(inside.choices[0].address)["results"].total == 1
    assert inside.clear == "?q=report"


@pytest.mark.parametrize(
    ("counts", "first", "last", "found"),
    [
        ({}, None, None, []),
        ({2020: 3}, None, None, ["2020"]),
        ({2020: 3}, 1990, 1995, ["2020"]),
        ({2010: 1, 2020: 3}, None, None, ["2010", "2020"]),
        ({2007: 1, 2008: 1, 2020: 3}, None, None, ["2007–2009", "2020"]),
        ({1500: 1, 2020: 3}, None, None, ["1500–1549", "2000–2020"]),
        ({2010: 1, 2015: 1, 2020: 3}, 2012, None, ["2015", "2020"]),
        ({2010: 1, 2015: 1, 2020: 3}, 2015, 2015, ["2010", "2015", "2020"]),
    ],
)
def test_spans_of_years(counts, first, last, found):
    assert [str(span) for span in spans(counts, first, last)] == found


def test_who_finds_nothing_is_led_on(page):
    haiti = CountryFactory(code="HT", name="Haiti")
    PublicationPageFactory(title="Remittances of the diaspora", countries=[haiti])
    ways = page('?q="diaspora of remittances"')["ways"]
    assert (ways.plain, ways.plain_count) == ("diaspora of remittances", 1)
    assert [(b.code, b.count) for b in ways.countries] == [("HT", 1)]
    context = page("?q=haitiann")
    assert [(near["text"], near["address"]) for near in context["near"]] == [
        ("Haiti", "/en/search/?country=HT")
    ]
    assert page("?q=remittances")["ways"] is None


def test_who_finds_nothing_may_browse(client):
    PublicationPageFactory(title="Remittances", countries=[CountryFactory(code="HT", name="Haiti")])
    text = client.get("/en/search/?q=haitiann").content.decode()
    assert "Browse by country" in text
    assert text.count('href="/en/search/?country=HT"') == 2


def test_what_is_alike_is_shown_on_the_page_of_a_publication(client):
    haiti = CountryFactory(code="HT", name="Haiti")
    pages = [
        PublicationPageFactory(title=f"Report {name}", countries=[haiti]) for name in ("A", "B")
    ]
    text = client.get(pages[0].get_url()).content.decode()
    assert "On the same subject" in text
    assert ">Report B</a>" in text
    pages[1].unpublish()
    assert "On the same subject" not in client.get(pages[0].get_url()).content.decode()


@pytest.mark.parametrize("query", ["?q=report", "?q=nothing", "?q=report&country=HT&page=2"])
def test_the_number_of_queries_is_constant(client, query):
    haiti = CountryFactory(code="HT", name="Haiti")

    def cost() -> int:
        forget_labels()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/en/search/{query}").status_code == 200
        return len(queries)

    for number in range(22):
        PublicationPageFactory(title=f"Report {number}", slug=f"a-{number}", countries=[haiti])
    cost()
    few = cost()
    for number in range(25):
        PublicationPageFactory(title=f"Report {number}", slug=f"b-{number}", countries=[haiti])
    assert cost() <= few + 1
