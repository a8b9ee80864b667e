"""DOIs of publications, against a stub of DataCite: nothing here reaches DataCite itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from datacite import DataCiteRESTClient
from django.core.checks import run_checks
from django.urls import reverse
from django.utils import timezone

from repository import withdrawals
from repository.citations.record import record_of
from repository.factories import LibraryPageFactory, PublicationPageFactory
from repository.models import Doi, PublicationPage
from repository.record import data_of
from repository.registrars import RegistrarError, current, datacite, outgoing
from repository.review import Refused
from tests.access.conftest import text_of

from .stub_datacite import PASSWORD, PREFIX, REPOSITORY, StubDataCite

pytestmark = pytest.mark.django_db
State, Standing = Doi.State, Doi.Standing


@pytest.fixture
def stub(settings):
    server = StubDataCite()
    settings.DOI_REGISTRAR, settings.DOI_PREFIX = "datacite", PREFIX
    settings.DATACITE_URL = server.url
    settings.DATACITE_REPOSITORY, settings.DATACITE_PASSWORD = REPOSITORY, PASSWORD
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(shelves):
    return PublicationPageFactory(parent=shelves["public"]["en"], title="Remittances", slug="r")


@pytest.fixture
def minted(stub, page, people):
    row = outgoing.ask(page, people["editor"])
    outgoing.drain()
    stub.asked.clear()
    return Doi.objects.get(pk=row.pk)


def fresh(page):
    return PublicationPage.objects.get(pk=page.pk)


def asked(stub):
    return [(method, path, said.get("event")) for method, path, said in stub.asked]


def due():
    Doi.objects.update(available_at=timezone.now() - timedelta(seconds=1))


def test_without_a_registrar_nobody_is_offered_a_doi(page, signed_in, people):
    assert current() is None
    client = signed_in("editor")
    for address in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
        reverse("wagtailadmin_home"),
    ):
        html = text_of(client.get(address))
        assert reverse("desk_doi", args=[page.pk]) not in html
        assert reverse("dois:index") not in html
    assert client.get(reverse("desk_doi", args=[page.pk])).status_code == 404
    assert client.get(reverse("dois:index")).status_code == 302
    with pytest.raises(Refused):
        outgoing.ask(page, people["editor"])
    assert not outgoing.is_waiting()
    assert outgoing.drain().done == 0


def test_a_publication_gets_its_doi_when_the_registrar_confirms_it(stub, page, signed_in, client):
    edwin = signed_in("editor")
    ask = reverse("desk_doi", args=[page.pk])
    for address in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
    ):
        assert ask in text_of(edwin.get(address))
    assert edwin.get(ask).status_code == 200
    assert edwin.post(ask).status_code == 302
    row = Doi.objects.get()
    assert row.doi == outgoing.doi_for(page.translation_key, PREFIX)
    assert fresh(page).doi == ""
    assert "citation_doi" not in text_of(client.get(page.url))

    assert outgoing.drain().done == 1
    assert asked(stub) == [("POST", "/dois", None), ("PUT", f"/dois/{row.doi}", "publish")]
    said = stub.dois[row.doi]
    assert said["state"] == "findable"
    assert said["url"] == record_of(page).permalink
    assert said["titles"][0]["title"] == "Remittances"
    row.refresh_from_db()
    assert (row.state, row.standing, row.error) == (State.DONE, Standing.FINDABLE, "")
    assert fresh(page).doi == row.doi
    html = text_of(client.get(page.url))
    assert f'name="citation_doi" content="{row.doi}"' in html
    assert row.doi in client.get(f"/records/{page.translation_key}.bib").text
    assert client.get("/en/search/", {"q": row.doi})["Location"] == page.url
    # Nothing is left to be sent, and the buttons lead to what became of it.
    assert outgoing.drain().done == 0
    look = reverse("dois:edit", args=[row.pk])
    assert look in text_of(edwin.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert row.doi in text_of(edwin.get(look))
    assert row.doi in text_of(edwin.get(reverse("dois:index")))


def test_asked_twice_it_is_one(stub, page, people, minted):
    with pytest.raises(Refused):
        outgoing.ask(fresh(page), people["moderator"])
    Doi.objects.update(standing=Standing.NONE, state=State.WAITING)
    PublicationPage.objects.update(doi="")
    assert outgoing.ask(fresh(page), people["moderator"]).doi == minted.doi
    due()
    # The registrar knows it already: as ours, it is taken up again under the same name.
    assert outgoing.drain().done == 1
    assert [method for method, _path, _said in stub.asked] == ["POST", "GET", "PUT"]
    assert list(stub.dois) == [minted.doi]
    assert fresh(page).doi == minted.doi


def test_a_doi_of_somebody_else_is_left_alone(stub, page, people):
    row = outgoing.ask(page, people["editor"])
    stub.dois[row.doi], stub.owners[row.doi] = {"state": "findable", "url": "x"}, "other.one"
    assert outgoing.drain().failed == 1
    row.refresh_from_db()
    assert (row.state, row.status) == (State.FAILED, 422)
    assert stub.dois[row.doi]["url"] == "x"
    assert fresh(page).doi == ""


def test_an_answer_that_got_lost_makes_no_second_doi(stub, page, people):
    row = outgoing.ask(page, people["editor"])
    stub.answers[:] = ["lost", None, None, "lost"]
    assert outgoing.drain().failed == 1
    due()
    assert outgoing.drain().failed == 1
    assert fresh(page).doi == ""
    due()
    assert outgoing.drain().done == 1
    assert list(stub.dois) == [row.doi]
    assert fresh(page).doi == row.doi


@pytest.mark.parametrize(
    ("answer", "status", "state"),
    [
        (401, 401, State.FAILED),
        (403, 403, State.FAILED),
        (404, 404, State.FAILED),
        (422, 422, State.FAILED),
        (302, 302, State.FAILED),
        (429, 429, State.WAITING),
        (500, 500, State.WAITING),
        (503, 503, State.WAITING),
        ("slow", None, State.WAITING),
        ("html", 200, State.WAITING),
    ],
)
def test_what_the_registrar_does_not_confirm(
    stub, page, people, signed_in, monkeypatch, answer, status, state
):
    monkeypatch.setattr(datacite, "TIMEOUT", (2, 0.2))
    row = outgoing.ask(page, people["editor"])
    stub.answers[:] = [answer]
    assert outgoing.drain().failed == 1
    row.refresh_from_db()
    assert (row.state, row.status, row.attempts) == (state, status, 1)
    assert row.error
    assert row.lease is None
    assert fresh(page).doi == ""
    if state == State.WAITING:
        assert row.available_at > timezone.now() + timedelta(seconds=20)
    # The admin says why, and tries again.
    moderator, look = signed_in("moderator"), reverse("dois:edit", args=[row.pk])
    assert row.error.split(" (")[0] in text_of(moderator.get(look)).replace("&#x27;", "'")
    assert moderator.post(look, {"again": "1"}).status_code == 302
    assert outgoing.drain().done == 1
    assert fresh(page).doi == row.doi


def test_it_waits_as_long_as_the_registrar_asks_and_not_for_ever(stub, page, people):
    row = outgoing.ask(page, people["editor"])
    stub.answers[:] = [(429, [("Retry-After", "3600")])]
    outgoing.drain()
    row.refresh_from_db()
    assert row.available_at > timezone.now() + timedelta(minutes=59)
    Doi.objects.update(attempts=len(outgoing.WAITS))
    due()
    stub.answers[:] = [503]
    outgoing.drain()
    assert Doi.objects.get().state == State.FAILED
    # A change of the record is a new beginning.
    page.save()
    assert Doi.objects.get().state == State.WAITING
    assert outgoing.drain().done == 1


def test_wrong_passwords_and_prefixes_are_refused(stub, page, people, settings):
    settings.DATACITE_PASSWORD = "wrong"
    row = outgoing.ask(page, people["editor"])
    outgoing.drain()
    row.refresh_from_db()
    assert (row.state, row.status) == (State.FAILED, 401)
    assert "Bad credentials." in row.error
    settings.DATACITE_PASSWORD, settings.DATACITE_URL = PASSWORD, "http://127.0.0.1:9"
    assert outgoing.retry(row)
    assert "can’t be reached" in next(iter(outgoing.drain().errors))
    with pytest.raises(RegistrarError, match="403"):
        datacite.DataCite(stub.url, REPOSITORY, PASSWORD, "10.9999").draft("10.9999/x", {})


def test_changed_metadata_is_sent_and_an_unchanged_save_is_not(stub, page, minted):
    page = fresh(page)
    page.save()
    assert outgoing.drain().done == 1
    assert stub.asked == []
    page.title = "Remittances and health"
    page.save_revision().publish()
    outgoing.drain()
    assert asked(stub) == [("PUT", f"/dois/{minted.doi}", None)]
    assert stub.dois[minted.doi]["titles"][0]["title"] == "Remittances and health"
    assert stub.dois[minted.doi]["state"] == "findable"
    row = Doi.objects.get()
    assert (row.title, row.state) == ("Remittances and health", State.DONE)


def test_a_change_while_it_is_sent_is_sent_too(stub, page, minted):
    page = fresh(page)
    page.title = "Second"
    page.save()
    row = outgoing.take()
    outgoing.tell(current(), row)
    page.title = "Third"
    page.save()
    assert outgoing.take() is None
    outgoing.settle(row, None)
    assert Doi.objects.get().state == State.WAITING
    due()
    outgoing.drain()
    assert stub.dois[minted.doi]["titles"][0]["title"] == "Third"


def test_what_is_withdrawn_is_hidden_and_says_so_where_the_doi_leads(
    stub, page, people, minted, client
):
    page = fresh(page)
    withdrawals.withdraw_publication(page, people["moderator"], "A wrong table")
    outgoing.drain()
    assert asked(stub) == [("PUT", f"/dois/{minted.doi}", "hide")]
    assert stub.dois[minted.doi]["state"] == "registered"
    assert Doi.objects.get().standing == Standing.HIDDEN
    notice = client.get(reverse("record", args=[page.translation_key]))
    assert notice.status_code == 410
    assert "A wrong table" in text_of(notice)
    withdrawals.restore(fresh(page), people["moderator"])
    outgoing.drain()
    assert stub.dois[minted.doi]["state"] == "findable"
    assert Doi.objects.get().standing == Standing.FINDABLE
    assert client.get(reverse("record", args=[page.translation_key])).status_code == 302


def test_what_is_gone_or_no_longer_public_says_nothing_but_that(stub, page, minted, client):
    address = reverse("record", args=[page.translation_key])
    fresh(page).move(LibraryPageFactory(), pos="last-child")
    outgoing.drain()
    assert stub.dois[minted.doi]["state"] == "registered"
    gone = client.get(address)
    assert gone.status_code == 410
    assert minted.doi in text_of(gone)
    assert "Remittances" not in text_of(gone)
    fresh(page).delete()
    outgoing.drain()
    assert client.get(address).status_code == 410
    assert Doi.objects.get().state == State.DONE


def test_the_doi_stays_whatever_an_older_draft_says(stub, page, people):
    page.title = "Draft from before"
    before = page.save_revision()
    outgoing.ask(page, people["editor"])
    outgoing.drain()
    before.publish()
    published = fresh(page)
    assert published.title == "Draft from before"
    assert published.doi == Doi.objects.get().doi
    # A new version is another publication.
    assert data_of(published)["doi"] == ""


def test_only_what_everybody_may_read_gets_one(stub, shelves, people, signed_in):
    restricted = PublicationPageFactory(parent=shelves["members"]["en"])
    draft = PublicationPageFactory(parent=shelves["public"]["en"], live=False)
    theirs = PublicationPageFactory(parent=shelves["public"]["en"], doi="10.1000/182")
    for one in (restricted, draft, theirs):
        with pytest.raises(Refused):
            outgoing.ask(one, people["moderator"])
        assert signed_in("moderator").post(reverse("desk_doi", args=[one.pk])).status_code == 403
    public = PublicationPageFactory(parent=shelves["public"]["en"])
    for name in ("member", "focal"):
        with pytest.raises(Refused):
            outgoing.ask(public, people[name])
        answer = signed_in(name).post(reverse("desk_doi", args=[public.pk]))
        assert answer.status_code in (302, 404), name
        assert signed_in(name).get(reverse("dois:index")).status_code in (302, 403, 404)
    assert not Doi.objects.exists()


def test_one_that_is_withdrawn_before_its_turn_is_never_registered(stub, page, people):
    row = outgoing.ask(page, people["editor"])
    page.unpublish()
    outgoing.drain()
    row.refresh_from_db()
    assert (row.state, stub.dois) == (State.FAILED, {})
    page.save_revision().publish()
    outgoing.drain()
    assert fresh(page).doi == row.doi


def test_incomplete_settings_stop_the_start(settings):
    def found():
        return [one.id for one in run_checks() if one.id and one.id.startswith("repository.")]

    assert found() == []
    settings.DOI_REGISTRAR = "crossref"
    assert found() == ["repository.E001"]
    settings.DOI_REGISTRAR = "datacite"
    assert found() == ["repository.E002"] * 3
    assert current() is None
    settings.DOI_PREFIX, settings.DATACITE_URL = "5072", "http://example.org"
    settings.DATACITE_REPOSITORY, settings.DATACITE_PASSWORD = REPOSITORY, PASSWORD
    assert found() == ["repository.E003", "repository.E004"]


def test_the_stub_speaks_with_another_client_too(stub):
    """The client of the ``datacite`` package, which was written against DataCite itself."""
    client = DataCiteRESTClient(REPOSITORY, PASSWORD, PREFIX, url=stub.url)
    metadata = {
        "creators": [{"name": "Brown, Carol"}],
        "titles": [{"title": "Title"}],
        "publisher": {"name": "IOM"},
        "publicationYear": "2024",
        "types": {"resourceTypeGeneral": "Text"},
        "url": "https://example.org/",
    }
    assert client.draft_doi(metadata, "10.5072/a") == "10.5072/a"
    assert client.show_doi("10.5072/a")["state"] == "findable"
    assert client.hide_doi("10.5072/a")["state"] == "registered"
    assert client.get_metadata("10.5072/a")["titles"] == metadata["titles"]
    assert client.get_doi("10.5072/a") == "https://example.org/"
