"""Any search as an Atom feed."""

from datetime import UTC, datetime

import feedparser
import pytest
from django.utils.dateparse import parse_datetime

from cpmg.users.models import MEMBERS
from pages.factories import CountryFactory
from pages.models.versions import ContentVersion
from repository.factories import ContributorFactory, LibraryPageFactory, PublicationPageFactory
from tests.users.conftest import make

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def published(title: str, day: int, **fields):
    at = datetime(2024, 5, day, 12, tzinfo=UTC)
    return PublicationPageFactory(
        title=title, first_published_at=at, last_published_at=at, **fields
    )


@pytest.fixture
def read(client):
    def read(address: str, **headers):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, answer.content
        feed = feedparser.parse(answer.content)
        assert not feed.bozo, feed.get("bozo_exception")
        assert feed.version == "atom10"
        return feed

    return read


def test_a_feed_holds_what_the_search_finds_the_last_changed_first(read):
    CountryFactory(code="JM", name="Jamaica")
    published(
        "Remittances report",
        1,
        summary="What is <sent> & by whom.",
        countries=[CountryFactory(code="JM")],
        contributors=[
            ContributorFactory.build(family_name="Joseph", given_name="Ann"),
            ContributorFactory.build(family_name="Pérez", given_name=""),
        ],
    )
    published("Otro informe sobre remesas: remittances", 3, locale="es")
    published("Health report", 4)
    feed = read("/en/search/feed.atom?q=remittances")
    assert [e.title for e in feed.entries] == [
        "Otro informe sobre remesas: remittances",
        "Remittances report",
    ]
    assert feed.feed.updated == "2024-05-03T12:00:00+00:00"
    assert feed.feed.language == "en"
    entry = feed.entries[1]
    assert entry.id.startswith("urn:uuid:")
    assert entry.link == "http://testserver/en/repository/remittances-report/"
    assert entry.summary == "What is &lt;sent&gt; &amp; by whom."  # HTML
    assert [author["name"] for author in entry.authors] == ["Ann Joseph", "Pérez"]
    assert entry.published == entry.updated == "2024-05-01T12:00:00+00:00"
    assert entry.title_detail.language == "en"
    assert feed.entries[0].title_detail.language == "es"
    assert [e.title for e in read("/en/search/feed.atom?country=jm").entries] == [entry.title]


def test_a_feed_is_atom_by_the_rules_of_rfc_4287(client):
    from xml.etree import ElementTree

    published("Remittances report", 1)
    published("No summary & no author", 2, contributors=[])
    text = client.get("/fr/recherche/feed.atom?q=report").content
    feed = ElementTree.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    names = [child.tag.removeprefix(ATOM) for child in feed]
    for once in ("id", "title", "updated", "author"):
        assert names.count(once) == 1, once
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/fr/recherche/feed.atom?q=report"
    assert links["alternate"] == "http://testserver/fr/recherche/?q=report"
    for entry in feed.findall(f"{ATOM}entry"):
        names = [child.tag.removeprefix(ATOM) for child in entry]
        for once in ("id", "title", "updated", "published"):
            assert names.count(once) == 1, once
        assert names.count("summary") <= 1
        assert parse_datetime(entry.findtext(f"{ATOM}updated")).tzinfo
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"


def test_a_feed_is_the_same_for_everybody(client, read):
    library = LibraryPageFactory(title="Library")
    published("Remittances of members", 1, parent=library)
    published("Remittances of all", 2)
    member = make("member@example.org", MEMBERS)
    anonymous = client.get("/en/search/feed.atom?q=remittances")
    client.force_login(member)
    signed_in = client.get("/en/search/feed.atom?q=remittances")
    assert signed_in.content == anonymous.content
    assert b"of members" not in anonymous.content
    assert "public" in signed_in.headers["Cache-Control"]


def test_who_has_the_feed_is_told_so(client, django_assert_max_num_queries):
    published("Remittances of all", 2)
    first = client.get("/en/search/feed.atom?q=remittances")
    known = {"If-None-Match": first.headers["ETag"]}
    with django_assert_max_num_queries(2):
        assert client.get("/en/search/feed.atom?q=remittances", headers=known).status_code == 304
    assert client.get("/en/search/feed.atom?q=other", headers=known).status_code == 200
    ContentVersion.objects.filter(pk=1).update(number=10_000)
    assert client.get("/en/search/feed.atom?q=remittances", headers=known).status_code == 200


@pytest.mark.parametrize("query", ["", "?q=%00", "?q=nothing", "?country=XX&page=x&order=9"])
def test_odd_addresses_give_a_feed(read, query):
    published("Remittances", 2)
    assert read(f"/nl/zoeken/feed.atom{query}").feed.title


def test_the_search_page_names_its_feed(client):
    page = client.get("/es/buscar/?q=remesas&page=1").content.decode()
    assert 'href="/es/buscar/feed.atom?q=remesas"' in page


def test_a_feed_costs_the_same_number_of_queries_whatever_it_holds(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/en/search/feed.atom?q=remittances")
        return len(queries)

    published("Remittances", 1)
    cost()
    few = cost()
    for number in range(8):
        published(f"Remittances {number}", 2)
    assert cost() == few
