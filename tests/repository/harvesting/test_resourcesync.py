"""The lists of ResourceSync, by the rules of sitemaps and of the framework."""

import pytest
from lxml import etree

from repository.factories import PublicationPageFactory
from repository.harvesting import resourcesync
from tests.repository.citations.conftest import make_publication

pytestmark = pytest.mark.django_db

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RS = "{http://www.openarchives.org/rs/terms/}"


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200
    whole = b"".join(response.streaming_content) if response.streaming else response.content
    return etree.fromstring(whole)


def capability(root):
    return root.find(f"{RS}md").get("capability")


def test_from_the_source_to_the_lists(client, home):
    page = make_publication()
    source = read(client, "/.well-known/resourcesync")
    assert capability(source) == "description"
    address = source.findtext(f"{SITEMAP}url/{SITEMAP}loc")
    capabilities = read(client, address)
    assert capability(capabilities) == "capabilitylist"
    lists = {
        url.find(f"{RS}md").get("capability"): url.findtext(f"{SITEMAP}loc")
        for url in capabilities.iter(f"{SITEMAP}url")
    }
    assert lists.keys() == {"resourcelist", "changelist"}
    resources = read(client, lists["resourcelist"])
    assert capability(resources) == "resourcelist"
    assert resources.find(f"{RS}md").get("at")
    (url,) = resources.iter(f"{SITEMAP}url")
    record = client.get(url.findtext(f"{SITEMAP}loc"))
    assert record["Content-Type"].startswith(url.find(f"{RS}md").get("type"))
    links = {one.get("rel"): one for one in url.iter(f"{RS}ln")}
    assert links["describes"].get("href").endswith(page.get_url())
    assert links["item"].get("hash") == f"sha-256:{'ab' * 32}"
    assert links["item"].get("length") == "13"


def test_changes_are_told_one_after_the_other(client, home, at):
    from datetime import UTC, datetime

    kept, changed, gone = (PublicationPageFactory(title=title) for title in "ABC")
    at(datetime(2026, 3, 1, tzinfo=UTC))
    changed.title = "Another title"
    changed.save()
    gone.unpublish()
    at(datetime(2026, 3, 2, tzinfo=UTC))
    root = read(client, "/resourcesync/changelist.xml")
    assert root.find(f"{RS}md").get("from") == "2026-03-01T00:00:00Z"
    told = {
        url.findtext(f"{SITEMAP}loc").rpartition("/")[2].partition(".")[0]: url.find(f"{RS}md").get(
            "change"
        )
        for url in root.iter(f"{SITEMAP}url")
    }
    assert told == {
        str(kept.translation_key): "created",
        str(changed.translation_key): "updated",
        str(gone.translation_key): "deleted",
    }
    assert len(list(read(client, "/resourcesync/resourcelist.xml").iter(f"{SITEMAP}url"))) == 2


def test_a_long_list_comes_in_parts(client, home, monkeypatch):
    monkeypatch.setattr(resourcesync, "LIMIT", 2)
    for title in "ABC":
        PublicationPageFactory(title=title)
    index = read(client, "/resourcesync/resourcelist.xml")
    assert index.tag == f"{SITEMAP}sitemapindex"
    parts = [one.text for one in index.iter(f"{SITEMAP}loc")]
    assert [len(list(read(client, part).iter(f"{SITEMAP}url"))) for part in parts] == [2, 1]
    assert client.get("/resourcesync/resourcelist-3.xml").status_code == 404
    assert client.get("/resourcesync/other.xml", follow=True).status_code == 404
