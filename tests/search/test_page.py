"""The search page of the reader site: its context, its addresses, its answers to odd input."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import override

from pages.factories import CountryFactory
from repository.factories import PublicationPageFactory
from search import views

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


def test_pages_follow_each_other(page):
    for number in range(45):
        PublicationPageFactory(title="Report", slug=f"report-{number}")
    first, last = page("?q=report"), page("?q=report&page=3")
    assert first["paging"].previous == last["paging"].next == ""
    assert first["paging"].next == "?q=report&page=2"
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
