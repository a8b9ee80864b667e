"""What machines find at the addresses: in pages, in headers, in files, for each reader."""

import json

import pytest
from bs4 import BeautifulSoup
from lxml import etree

from repository.citations.formats import FORMATS
from repository.models import PublicationPage

from .conftest import MARKUP, make_publication

pytestmark = pytest.mark.django_db


def at(publication, suffix):
    return f"/records/{publication.translation_key}.{suffix}"


def test_a_page_tells_scholar_and_search_engines(client, publication):
    response = client.get(publication.get_url())
    soup = BeautifulSoup(response.content, "html.parser")

    def tags(name):
        return [one["content"] for one in soup.find_all("meta", {"name": f"citation_{name}"})]

    assert tags("title") == [publication.title]
    assert tags("author") == ["de la Cruz, María José", "Ministry of Labour and Social Security"]
    assert tags("publication_date") == ["2023/05"]
    assert len(tags("pdf_url")) == 1
    found = json.loads(soup.find("script", type="application/ld+json").string)
    assert found["@type"] == "Report"
    assert found["name"] == publication.title
    assert found["author"][0]["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert found["encoding"][0]["encodingFormat"] == "application/pdf"


def test_a_title_does_not_end_the_script(client, home):
    publication = make_publication(title=MARKUP)
    soup = BeautifulSoup(client.get(publication.get_url()).content, "html.parser")
    assert json.loads(soup.find("script", type="application/ld+json").string)["name"] == MARKUP


def test_links_lead_machines_from_page_to_parts_and_back(client, publication):
    page = client.get(publication.get_url())
    header = page["Link"]
    for relation in ("cite-as", "type", "author", "license", "item", "describedby", "linkset"):
        assert f'rel="{relation}"' in header, relation
    linkset = client.get(at(publication, "linkset.json"))
    assert linkset["Content-Type"] == "application/linkset+json"
    contexts = {one["anchor"]: one for one in linkset.json()["linkset"]}
    own = contexts[f"http://testserver{publication.get_url()}"]
    assert own["cite-as"] == [{"href": f"https://doi.org/{publication.doi}"}]
    assert len(own["describedby"]) == len(FORMATS)
    file = own["item"][0]["href"]
    assert "collection" in contexts[file]
    text = client.get(at(publication, "linkset.txt"))
    assert text["Content-Type"] == "application/linkset"
    assert text.content.decode().count('rel="describedby"') == len(FORMATS)
    answer = client.get(publication.files.get().document.url)
    assert 'rel="collection"' in answer["Link"]


def test_a_record_in_each_format_at_its_lasting_address(client, publication):
    for form in FORMATS.values():
        response = client.get(at(publication, form.suffix))
        assert response.status_code == 200
        assert response["Content-Type"].startswith(form.media_type)
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        again = client.get(
            at(publication, form.suffix), headers={"If-None-Match": response["ETag"]}
        )
        assert again.status_code == 304
    assert client.get(at(publication, "docx")).status_code == 404
    assert client.get("/records/00000000-0000-4000-8000-000000000000.bib").status_code == 404
    lasting = client.get(
        f"/records/{publication.translation_key}/", headers={"Accept-Language": "fr"}
    )
    assert lasting.status_code == 302


def test_a_hidden_record_is_one_that_is_not_there(client, publication):
    publication.unpublish()
    for suffix in ("bib", "linkset.json"):
        hidden = client.get(at(publication, suffix))
        missing = client.get(f"/records/00000000-0000-4000-8000-000000000000.{suffix}")
        assert hidden.status_code == missing.status_code == 404
    assert client.get(f"/records/{publication.translation_key}/").status_code == 404


def test_the_api_gives_records_by_name_and_by_accept(client, publication):
    address = f"/api/v3/publications/{publication.pk}/record/"
    assert client.get(address, {"format": "ris"}).content.startswith(b"TY  - RPRT")
    wanted = {"Accept": "application/x-bibtex"}
    response = client.get(address, headers=wanted)
    assert response.content.startswith(b"@techreport")
    assert "Accept" in response["Vary"]
    assert client.get(address).json()["title"] == publication.title
    wrong = client.get(address, {"format": "docx"})
    assert wrong.status_code == 400
    assert "bibtex" in wrong.json()["detail"]
    detail = client.get(f"/api/v3/publications/{publication.pk}/").json()
    assert [one["style"] for one in detail["references"]] == ["apa", "chicago"]
    assert detail["contributors"][1]["ror"] == "https://ror.org/03yrm5c26"
    assert len(detail["records"]) == len(FORMATS)


def streamed(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_a_search_is_handed_out_whole_as_its_page_shows_it(client, content, monkeypatch):
    from search import records

    monkeypatch.setattr(records, "AT_ONCE", 7)
    page = client.get("/en/search/?q=migration&order=title")
    total = page.context["results"].total
    assert total > 20
    text = streamed(client.get("/en/search/records.csl.json?q=migration&order=title"))
    found = json.loads(text)
    assert len(found) == len({one["id"] for one in found}) == total
    shown = [hit["page"].title for hit in page.context["hits"]]
    assert [one["title"] for one in found[: len(shown)]] == shown
    only = json.loads(streamed(client.get("/fr/recherche/records.csl.json?country=JM")))
    assert len(only) == client.get("/fr/recherche/?country=JM").context["results"].total
    root = etree.fromstring(
        streamed(client.get("/en/search/records.marc.xml?q=migration")).encode()
    )
    assert len(root) == total
    assert client.get("/en/search/records.xyz").status_code == 404


def test_a_search_for_an_identifier_is_that_one_record(client, publication):
    text = streamed(client.get("/en/search/records.ris", {"q": publication.doi}))
    assert text.count("TY  - ") == 1


def test_opensearch_in_each_language(client, home):
    response = client.get("/es/buscar/opensearch.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    root = etree.fromstring(response.content)
    assert root.findtext("{*}Language") == "es"
    assert (
        root.find("{*}Url")
        .get("template")
        .endswith("/es/buscar/?q={searchTerms}&page={startPage?}")
    )
    assert b"/es/buscar/opensearch.xml" in client.get("/es/").content


def test_the_sitemap_lists_files_that_everybody_may_have(client, publication):
    address = publication.files.get().document.url
    assert address in client.get("/sitemap-en.xml").content.decode()
    assert address not in client.get("/sitemap-nl.xml").content.decode()
    PublicationPage.objects.update(live=False)
    assert address not in client.get("/sitemap-en.xml").content.decode()
