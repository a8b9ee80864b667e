"""The provider of OAI-PMH, each answer validated by the official schemas (see conftest)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from datacite import schema45
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from sickle import Sickle
from sickle.oaiexceptions import NoRecordsMatch
from wagtail.models import Page, PageViewRestriction

from pages import factories as make
from repository.factories import (
    DocumentTypeFactory,
    LibraryPageFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)
from repository.harvesting import ledger, oai, tokens
from repository.models import HarvestChange, Harvested, PublicationPage
from tests.benchmarks.growth import grow_publications
from tests.shared import shared

from .conftest import OAI, error, headers, token

pytestmark = pytest.mark.django_db


@shared
def records(home):
    """Three publications: two on Jamaica, one of them a thesis."""
    jamaica = make.CountryFactory(code="JM", name="Jamaica")
    thesis = DocumentTypeFactory(code="thesis", name="Thesis", csl_type="thesis")
    report = DocumentTypeFactory(code="report", name="Report")
    return [
        PublicationPageFactory(title="One", document_type=report, countries=[jamaica]),
        PublicationPageFactory(title="Two", document_type=thesis, countries=[jamaica]),
        PublicationPageFactory(title="Three", document_type=report),
    ]


def key(page):
    return str(page.translation_key)


def everything(ask, **how):
    """All headers of a list, by its tokens."""
    how = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"} | how
    root = ask(**how)
    found = headers(root)
    while onward := token(root):
        root = ask(verb=how["verb"], resumptionToken=onward)
        found |= headers(root)
    return found


# The verbs --------------------------------------------------------------------------------


def test_identify(ask, records):
    about = ask(verb="Identify").find(f"{OAI}Identify")
    assert about.findtext(f"{OAI}protocolVersion") == "2.0"
    assert about.findtext(f"{OAI}deletedRecord") == "persistent"
    assert about.findtext(f"{OAI}granularity") == "YYYY-MM-DDThh:mm:ssZ"
    assert about.findtext(f"{OAI}baseURL") == "http://testserver/oai/"


def test_formats_and_sets(ask, records):
    prefixes = ask(verb="ListMetadataFormats").iter(f"{OAI}metadataPrefix")
    assert [one.text for one in prefixes] == ["oai_dc", "oai_datacite"]
    sets = {
        one.findtext(f"{OAI}setSpec"): one.findtext(f"{OAI}setName")
        for one in ask(verb="ListSets").iter(f"{OAI}set")
    }
    assert sets["country"] == "By country"
    assert sets["country:JM"] == "Jamaica"
    assert sets["type:thesis"] == "Thesis"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_record_in_both_formats(ask, records, method):
    identifier = f"oai:localhost:{key(records[1])}"
    root = ask(method, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    assert [one.text for one in root.iter(f"{OAI}setSpec")] == ["country:JM", "type:thesis"]
    assert root.findtext(".//{http://purl.org/dc/elements/1.1/}title") == "Two"
    root = ask(method, verb="GetRecord", metadataPrefix="oai_datacite", identifier=identifier)
    resource = root.find(".//{http://datacite.org/schema/kernel-4}resource")
    assert resource.findtext("{*}titles/{*}title") == "Two"
    assert ask(verb="ListMetadataFormats", identifier=identifier).find(f"{OAI}error") is None


def test_sets_are_hierarchical(ask, records):
    one, two, three = map(key, records)
    assert everything(ask, set="country").keys() == {one, two}
    assert everything(ask, set="country:JM").keys() == {one, two}
    assert everything(ask, set="type:report").keys() == {one, three}
    assert error(ask(verb="ListRecords", metadataPrefix="oai_dc", set="theme:none")) == (
        "noRecordsMatch"
    )


def test_dates_in_both_granularities(ask, at, home):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    first = PublicationPageFactory(title="First")
    at(noon)
    second = PublicationPageFactory(title="Second")
    at(noon + timedelta(days=1))
    earliest = ask(verb="Identify").findtext(f".//{OAI}earliestDatestamp")
    assert earliest == "2026-03-01T12:00:00Z"
    for wanted, found in (
        ({"from_": "2026-03-02"}, {key(second)}),
        ({"until": "2026-03-01"}, {key(first)}),
        ({"from_": "2026-03-01", "until": "2026-03-02"}, {key(first), key(second)}),
        ({"from_": "2026-03-01T12:00:01Z"}, {key(second)}),
        ({"until": "2026-03-01T12:00:00Z"}, {key(first)}),
        ({"until": "9999-12-31"}, {key(first), key(second)}),
    ):
        assert everything(ask, **wanted).keys() == found, wanted


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "Harvest"}, "badVerb"),
        ({"verb": ["Identify", "ListSets"]}, "badVerb"),
        ({"verb": "Identify", "set": "country"}, "badArgument"),
        ({"verb": "GetRecord", "identifier": "oai:localhost:x"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": ""}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai dc"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a::b"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-30"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc", "from": "yesterday"}, "badArgument"),
        (
            {
                "verb": "ListRecords",
                "metadataPrefix": "oai_dc",
                "from": "2026-01-01",
                "until": "2026-01-02T00:00:00Z",
            },
            "badArgument",
        ),
        (
            {
                "verb": "ListRecords",
                "metadataPrefix": "oai_dc",
                "from": "2026-01-02",
                "until": "2026-01-01",
            },
            "badArgument",
        ),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "0001-01-01"},
            "noRecordsMatch",
        ),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
        (
            {"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"},
            "badArgument",
        ),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:other:1"},
            "idDoesNotExist",
        ),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "é <\"&> ' %"},
            "badArgument",
        ),
        ({"verb": "ListMetadataFormats", "identifier": "oai:localhost:1"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "a\x00b"}, "badArgument"),
        ({"verb": "Identify", "x\x01<y": "1"}, "badArgument"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_protocol(ask, records, arguments, code):
    root = ask(**arguments)
    assert error(root) == code
    asked = root.find(f"{OAI}request").attrib
    assert bool(asked) == (code not in ("badVerb", "badArgument"))


def test_what_has_no_format_left_is_said(ask, records):
    identifier = f"oai:localhost:{key(records[0])}"
    root = ask(verb="GetRecord", metadataPrefix="marc21", identifier=identifier)
    assert error(root) == "cannotDisseminateFormat"


# Deletions --------------------------------------------------------------------------------


def _unpublish(page):
    page.unpublish()


def _delete(page):
    page.delete()


def _move(page):
    page.move(LibraryPageFactory(locale="en"), pos="last-child")


def _restrict(page):
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")


def _delete_shelf(page):
    Page.objects.get(pk=page.get_parent().pk).delete()


@pytest.mark.parametrize("go", [_unpublish, _delete, _move, _restrict, _delete_shelf])
def test_whatever_road_a_record_goes_it_stays_as_deleted(ask, at, home, go):
    page = PublicationPageFactory(title="Gone soon", countries=[make.CountryFactory(code="JM")])
    name = key(page)
    at(datetime(2026, 3, 1, tzinfo=UTC))
    go(PublicationPage.objects.get(pk=page.pk))
    at(datetime(2026, 3, 2, tzinfo=UTC))
    assert everything(ask) == {name: True}
    assert everything(ask, set="country:JM", from_="2026-03-02") == {name: True}
    identifier = f"oai:localhost:{name}"
    root = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    assert headers(root) == {name: True}
    assert root.find(f".//{OAI}metadata") is None
    assert "Gone soon" not in "".join(root.itertext())
    ledger.note_all()
    at(datetime(2026, 3, 3, tzinfo=UTC))
    assert everything(ask) == {name: True}
    assert everything(ask, until="2026-03-02") == {name: True}  # its date stands


def test_what_comes_back_is_no_more_deleted(ask, at, home):
    page = PublicationPageFactory(title="Back again")
    at(datetime(2026, 3, 1, tzinfo=UTC))
    page.unpublish()
    at(datetime(2026, 3, 2, tzinfo=UTC))
    page.refresh_from_db()
    page.get_latest_revision_as_object().save_revision().publish()
    at(datetime(2026, 3, 3, tzinfo=UTC))
    assert everything(ask, from_="2026-03-03") == {key(page): False}


def test_what_was_never_public_leaves_no_trace(ask, home):
    PublicationPageFactory(title="Draft", live=False)
    PublicationPageFactory(title="For members", parent=LibraryPageFactory(locale="en"))
    root = ask(verb="ListRecords", metadataPrefix="oai_dc")
    assert error(root) == "noRecordsMatch"
    assert not Harvested.objects.exists()


# Changes ----------------------------------------------------------------------------------


def test_a_datestamp_grows_with_the_record_and_with_nothing_else(ask, at, records):
    one, two, _three = records
    at(datetime(2026, 3, 1, tzinfo=UTC))
    one.title = "One, revised"
    one.save()
    two.save()  # nothing is different
    two.save_revision()
    at(datetime(2026, 3, 2, tzinfo=UTC))
    assert everything(ask, from_="2026-03-02") == {key(one): False}
    country = one.countries.get()
    country.name = "Jamaica, W.I."
    country.save()
    at(datetime(2026, 3, 3, tzinfo=UTC))
    assert everything(ask, from_="2026-03-03").keys() == {key(one), key(two)}


def test_a_change_that_waits_is_entered_before_the_answer(ask, records):
    assert ledger.waiting()
    assert len(everything(ask)) == 3
    assert not ledger.waiting()


def test_a_list_is_whole_while_records_change(ask, at, home, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 3)
    pages = [PublicationPageFactory(title=f"Number {number}") for number in range(10)]
    pages.sort(key=lambda page: page.translation_key)  # as the list gives what is equally old
    at(datetime(2026, 3, 1, tzinfo=UTC))
    root = ask(verb="ListRecords", metadataPrefix="oai_dc")
    first = root.find(f".//{OAI}resumptionToken")
    assert first.get("completeListSize") == "10"
    assert first.get("cursor") == "0"
    expires = datetime.fromisoformat(first.get("expirationDate"))
    assert timedelta(hours=23) < expires - timezone.now() <= timedelta(days=1)
    found = headers(root)
    pages[0].title = "Changed while the list is read"  # it was given, and comes again
    pages[0].save()
    pages[5].unpublish()  # it would have come later
    PublicationPageFactory(title="New while the list is read")
    cursors = []
    while onward := token(root):
        root = ask(verb="ListRecords", resumptionToken=onward)
        again = ask(verb="ListRecords", resumptionToken=onward)  # a harvester that lost one
        assert headers(root) == headers(again)
        cursors.append(root.find(f".//{OAI}resumptionToken").get("cursor"))
        found |= headers(root)
    assert cursors == ["3", "6", "9"]
    assert len(found) == 11
    assert found[key(pages[5])] is True
    assert found[key(pages[0])] is False


def test_a_token_is_good_for_a_day_and_for_its_own_list(ask, at, home, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 1)
    for title in ("One", "Two"):
        PublicationPageFactory(title=title)
    onward = token(ask(verb="ListRecords", metadataPrefix="oai_dc"))
    assert error(ask(verb="ListIdentifiers", resumptionToken=onward)) == "badResumptionToken"
    changed = onward[:-1] + ("A" if onward[-1] != "A" else "B")
    assert error(ask(verb="ListRecords", resumptionToken=changed)) == "badResumptionToken"
    now = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: now() + tokens.LIFETIME.total_seconds() + 5)
    assert error(ask(verb="ListRecords", resumptionToken=onward)) == "badResumptionToken"


def test_a_datestamp_is_never_older_than_one_before(at, records):
    late, early = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    at(late)
    records[0].unpublish()
    at(early)  # another process, whose clock is slow
    assert Harvested.objects.get(key=records[0].translation_key).datestamp == late


# All of it --------------------------------------------------------------------------------


@pytest.mark.once
def test_a_page_of_a_list_costs_the_same_however_many_there_are(client, content, monkeypatch):
    def enter_all():
        """As if each had been entered; entering has a test of its own."""
        HarvestChange.objects.all().delete()
        now = timezone.now().replace(microsecond=0)
        keys = PublicationPage.objects.values_list("translation_key", flat=True).distinct()
        Harvested.objects.bulk_create(
            [Harvested(key=key, datestamp=now, created=now) for key in keys], ignore_conflicts=True
        )

    def queries():
        enter_all()
        counted = []
        for prefix in ("oai_dc", "oai_datacite"):
            address = f"/oai/?verb=ListRecords&metadataPrefix={prefix}"
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                text = client.get(address).content.decode()
            onward = re.search(r"<resumptionToken[^>]*>([^<]+)<", text)[1]
            with CaptureQueriesContext(connection) as resumed:
                client.get("/oai/", {"verb": "ListRecords", "resumptionToken": onward})
            counted += [len(captured), len(resumed)]
        return counted

    monkeypatch.setattr(oai, "PAGE", 10)
    few = queries()
    grow_publications(1000)
    assert queries() == few


def test_no_other_method_and_no_cache(client, home):
    assert client.put("/oai/").status_code == 405
    response = client.get("/oai/?verb=Identify")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_an_independent_harvester_reads_everything(live_server, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 4)
    make.HomePageFactory(locale="en")
    RepositoryPageFactory(locale="en")
    pages = [PublicationPageFactory(title=f"Number {number}") for number in range(11)]
    pages[3].unpublish()
    ledger.drain()
    gone = PublicationPage.objects.get(pk=pages[4].pk)
    gone.delete()
    for method in ("GET", "POST"):
        harvester = Sickle(f"{live_server.url}/oai/", http_method=method)
        assert harvester.Identify().deletedRecord == "persistent"
        assert [one.metadataPrefix for one in harvester.ListMetadataFormats()] == list(oai.FORMATS)
        assert len(list(harvester.ListSets())) > 4
        found = list(harvester.ListRecords(metadataPrefix="oai_dc"))
        assert len({record.header.identifier for record in found}) == len(found) == 10
        assert [one.deleted for one in found].count(True) == 1
        titles = {record.metadata["title"][0] for record in found if not record.deleted}
        assert titles == {f"Number {number}" for number in range(11) if number not in (3, 4)}
        kept = list(harvester.ListRecords(metadataPrefix="oai_datacite", ignore_deleted=True))
        assert len(kept) == 9
        identifiers = harvester.ListIdentifiers(metadataPrefix="oai_dc", set="type")
        assert len(list(identifiers)) == 10
        one = harvester.GetRecord(metadataPrefix="oai_dc", identifier=kept[0].header.identifier)
        assert one.metadata["language"]
        with pytest.raises(NoRecordsMatch):
            harvester.ListRecords(metadataPrefix="oai_dc", until="1999-01-01")


def test_datacite_in_the_ledger_is_valid(content):
    from repository.citations import datacite

    keys = PublicationPage.objects.values_list("translation_key", flat=True)
    found = ledger.public_records(list(keys))
    assert len(found) > 100
    for record in found:
        schema45.validator.validate(datacite.as_dict(record))
