"""What readers get: sitemaps, redirects, languages of pages; and what the API says of texts."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages import factories as make
from pages.translating import work
from repository.factories import (
    LibraryPageFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)

from .conftest import filled, fresh, locale, publish


@pytest.fixture
def spanish(page, translator):
    copy = work.begin(page, locale("es"), translator)
    work.write(page, copy, filled(page), user=translator, confirmed={"title#0"})
    fresh(copy).get_latest_revision().publish()
    return fresh(copy)


# Sitemaps -------------------------------------------------------------------------------


def entries(client, language):
    text = client.get(f"/sitemap-{language}.xml").content.decode()
    found = {}
    for part in re.findall(r"<url>(.*?)</url>", text):
        location = re.search(r"<loc>(.*?)</loc>", part)[1]
        found[location] = dict(re.findall(r'hreflang="(.*?)" href="(.*?)"', part))
    return found


def test_the_index_names_a_map_for_each_language(page, client):
    text = client.get("/sitemap.xml").content.decode()
    assert re.findall(r"<loc>(.*?)</loc>", text) == [
        f"http://testserver/sitemap-{code}.xml" for code in ("en", "es", "fr", "nl")
    ]
    assert client.get("/sitemap-xx.xml").status_code == 404
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_languages_are_complete_and_reciprocal(page, spanish, client):
    english, other = entries(client, "en"), entries(client, "es")
    here = "http://testserver/en/countries/jamaica/"
    there = "http://testserver/es/paises/jamaica/"
    assert english[here] == {"en": here, "es": there, "x-default": here}
    assert other[there] == english[here]
    assert not any("jamaica" in url for url in entries(client, "fr")), "not in French"
    assert client.get("/es/paises/jamaica/").status_code == 200
    for language in ("en", "es"):
        for url in entries(client, language):
            assert client.get(url.removeprefix("http://testserver")).status_code == 200


def test_the_maps_hold_what_everybody_may_read(page, client):
    library = LibraryPageFactory(locale="en")
    PublicationPageFactory(parent=library, title="Members only")
    make.ContentPageFactory(title="A draft", live=False)
    text = client.get("/sitemap-en.xml").content.decode()
    assert "members-only" not in text
    assert "a-draft" not in text
    assert "library" not in text


def test_a_map_costs_the_same_whatever_it_holds(page, client):
    def cost():
        client.get("/sitemap-en.xml")
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap-en.xml")
        return len(queries)

    few = cost()
    for number in range(20):
        make.ContentPageFactory(title=f"Page {number}")
    assert cost() == few <= 6


# Addresses ------------------------------------------------------------------------------


def test_an_old_address_leads_to_the_new_one_in_each_language(
    page, spanish, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        publish(spanish, slug="la-jamaica")
    response = client.get("/es/paises/jamaica/")
    assert (response.status_code, response.url) == (301, "/es/paises/la-jamaica/")
    with django_capture_on_commit_callbacks(execute=True):
        publish(page, slug="jamaica-island")
    response = client.get("/en/countries/jamaica/")
    assert (response.status_code, response.url) == (301, "/en/countries/jamaica-island/")


def test_a_page_says_its_languages(page, spanish, client):
    for address, language in (("/en/countries/jamaica/", "en"), ("/es/paises/jamaica/", "es")):
        response = client.get(address)
        html = response.content.decode()
        assert response["Content-Language"] == language
        assert f'<html lang="{language}">' in html
        links = dict(re.findall(r'<link rel="alternate" hreflang="(.*?)" href="(.*?)"', html))
        assert set(links) == {"en", "es", "x-default"}
        assert links["x-default"] == links["en"]
    html = client.get("/fr/pays/jamaica/").content.decode()
    assert 'rel="canonical" href="http://testserver/en/countries/jamaica/"' in html
    assert 'lang="en"' in html


def test_only_the_front_door_looks_at_the_browser(page, spanish, client):
    spanish_browser = {"Accept-Language": "es-MX,es;q=0.9"}
    assert client.get("/", headers=spanish_browser).url == "/es/"
    assert client.get("/", headers={"Accept-Language": "de"}).url == "/en/"
    response = client.get("/en/countries/jamaica/", headers=spanish_browser)
    assert response.status_code == 200
    assert '<html lang="en">' in response.content.decode()


# API ------------------------------------------------------------------------------------


def test_the_api_says_what_each_text_is(page, spanish, client):
    code = page.country.code
    address = f"/api/v3/countries/{code}/"
    english = client.get(address).json()
    assert (english["locale"], set(english["texts"].values())) == ("en", {"original"})
    there = client.get(f"{address}?locale=es").json()
    assert there["locale"] == "es"
    assert there["texts"]["summary"] == "human"
    assert {t["locale"] for t in there["translations"]} == {"en"}
    french = client.get(f"{address}?locale=fr").json()
    assert (french["locale"], set(french["texts"].values())) == ("en", {"fallback"})
    publish(page, summary="Something else.")
    there = client.get(f"{address}?locale=es").json()
    assert there["texts"]["summary"] == "outdated"
    assert there["texts"]["overview"] == "human"


def test_the_api_says_what_a_machine_made(page, spanish, client):
    from pages.models import TranslationRecord

    record = TranslationRecord.objects.get(page=spanish)
    record.working["summary"]["by"] = ["checked"]
    record.save()
    publish(spanish, title="Jamaica, la isla")
    there = client.get(f"/api/v3/countries/{page.country.code}/?locale=es").json()
    assert there["texts"]["summary"] == "machine"


def test_the_api_names_languages_and_what_stands_in_for_them(page, client):
    found = {item["code"]: item for item in client.get("/api/v3/locales/").json()["items"]}
    assert found["es"]["fallbacks"] == ["en", "fr", "nl"]
    response = client.get("/api/v3/countries/", headers={"Accept-Language": "nl"})
    assert response["Content-Language"] == "nl"


def test_the_api_finds_translated_addresses(page, spanish, client):
    response = client.get("/api/v3/pages/find/?html_path=/es/paises/jamaica/", follow=True)
    assert response.status_code == 200
    assert response.json()["id"] == spanish.pk


def switcher(html):
    """The addresses of the language switcher by language."""
    links = BeautifulSoup(html, "html.parser").select("nav.languages a")
    return {link["lang"]: link["href"] for link in links}


def test_the_switcher_leads_to_the_nearest_page_that_is_translated(page, spanish, client):
    html = client.get("/en/countries/jamaica/?year=2020").content.decode()
    there = switcher(html)
    assert there["es"] == "/es/paises/jamaica/?year=2020"
    assert there["fr"] == f"/fr/pays/?untranslated={page.pk}"
    response = client.get(there["fr"])
    assert response["Content-Language"] == "fr"
    notice = BeautifulSoup(response.content, "html.parser").select_one("p.notice")
    assert "n’est pas disponible en français" in notice.text
    assert notice.a["href"] == "/en/countries/jamaica/"
    assert (notice.a["lang"], notice.a.text) == ("en", "Jamaica")
    assert 'rel="canonical" href="http://testserver/fr/pays/"' in response.content.decode()
    assert switcher(response.content)["nl"] == "/nl/landen/"


@pytest.mark.parametrize("number", ["0", "x", "٣", "99999999999999", "hidden", "elsewhere", "here"])
def test_the_notice_names_only_what_belongs_there(page, spanish, client, number):
    library = LibraryPageFactory(locale="en")
    numbers = {
        "hidden": PublicationPageFactory(parent=library, title="Members only").pk,
        "elsewhere": make.ContentPageFactory(title="About").pk,
        "here": page.pk,
    }
    address = "/es/paises/" if number == "here" else "/fr/pays/"
    response = client.get(f"{address}?untranslated={numbers.get(number, number)}")
    assert response.status_code == 200
    assert not BeautifulSoup(response.content, "html.parser").select("p.notice")


def test_a_publication_stays_the_same_under_each_language(page, client):
    for language in ("en", "nl"):
        RepositoryPageFactory(locale=language)
    PublicationPageFactory(title="A report", slug="report")
    there = switcher(client.get("/en/repository/report/").content)
    assert there["nl"] == "/nl/publicaties/report/"
    response = client.get(there["nl"])
    assert response["Content-Language"] == "nl, en"
    html = response.content.decode()
    assert 'rel="canonical" href="http://testserver/en/repository/report/"' in html
    assert "hreflang" not in html.partition("</head>")[0], "its own address names its languages"


def test_an_old_address_under_another_language_leads_to_the_new_one(
    page, client, django_capture_on_commit_callbacks
):
    for language in ("en", "nl"):
        RepositoryPageFactory(locale=language)
    record = PublicationPageFactory(title="A report", slug="report")
    library = LibraryPageFactory(locale="en")
    LibraryPageFactory(locale="nl")
    hidden = PublicationPageFactory(parent=library, title="Hidden", slug="hidden")
    with django_capture_on_commit_callbacks(execute=True):
        publish(record, slug="report-of-2020")
        publish(hidden, slug="still-hidden")
    response = client.get("/nl/publicaties/report/?a=b")
    assert (response.status_code, response.url) == (301, "/nl/publicaties/report-of-2020/")
    assert client.get(response.url).status_code == 200
    assert client.get("/nl/publicaties/none/").status_code == 404
    assert "still-hidden" not in client.get("/nl/bibliotheek/hidden/").headers.get("Location", "")
    fresh(record).unpublish()
    assert client.get("/nl/publicaties/report/").status_code == 404
