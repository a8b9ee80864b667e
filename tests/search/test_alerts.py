"""Saved searches and the letters about what is new in them."""

import re
from itertools import count

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from cpmg.mail import categories, outgoing
from cpmg.mail.models import OutgoingMail
from cpmg.users.models import MEMBERS
from pages.factories import CountryFactory
from repository.factories import LibraryPageFactory, PublicationPageFactory
from search.alerts import arrivals, matching, sending
from search.alerts.matching import Newcomers, Sought
from search.alerts.models import Arrival, Match, SavedSearch
from search.alerts.saving import Asked
from search.contract import SearchRequest
from search.engines import search
from search.models import SynonymSet
from tests.users.conftest import make

pytestmark = pytest.mark.django_db
Frequency = SavedSearch.Frequency


def save(person, query: str, frequency: str = "at-once", name: str = "Mine") -> SavedSearch:
    asked = Asked(QueryDict(query))
    return SavedSearch.objects.create(
        person=person,
        name=name,
        query=asked.query,
        sought=asked.sought.as_json(),
        frequency=frequency,
    )


@pytest.fixture
def reader(db):
    return make("reader@example.org", language="fr")


@pytest.fixture
def member(db):
    return make("member@example.org", MEMBERS)


@pytest.fixture
def library(db):
    """A shelf for members."""
    page = LibraryPageFactory(title="Members' library")
    if not page.view_restrictions.exists():
        restriction = PageViewRestriction.objects.create(page=page, restriction_type="groups")
        restriction.groups.set(Group.objects.filter(name=MEMBERS))
    return page


def told(search: SavedSearch) -> int:
    return search.matches.exclude(told_at=None).count()


# Matching -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        *("remittances", "remittance", "REMITTANCES diaspora", "migracion", "curacao"),
        *('"of the diaspora"', '"diaspora the of"', "remittances -diaspora", "nothing"),
        *("health OR remittances", '"health of" OR curaçao', "-health", "author:joseph"),
        *("author:joseph health", 'author:"ann joseph"', "year:2019..2021", "year:2018 remittance"),
        *("country:jm", "country:jamaica remittances", "country:HT", "", "*", "health migrants"),
        *("health remittances", "joseph", "jamaica"),
    ],
)
def test_an_alert_finds_what_the_search_on_the_database_finds_with_all_words(query):
    jamaica, haiti = CountryFactory(code="JM", name="Jamaica"), CountryFactory(code="HT")
    pages = [
        PublicationPageFactory(
            title="Remittances of the diaspora", year=2018, countries=[jamaica], contributors=[]
        ),
        PublicationPageFactory(title="Health of migrants", year=2021, countries=[haiti]),
        PublicationPageFactory(title="Migración laboral en Curaçao", year=2020, locale="es"),
    ]
    pages[1].contributors.create(family_name="Joseph", given_name="Ann", sort_order=1)
    pages[1].save()
    given = QueryDict(mutable=True)
    given["q"] = query
    newcomers = Newcomers([page.translation_key for page in pages])
    bits = newcomers.found_by(Asked(given).sought)
    found = {key for n, key in enumerate(newcomers.keys) if bits >> n & 1}
    results = search(SearchRequest(query, user=AnonymousUser(), limit=10))
    assert found == {hit.page.translation_key for hit in results.hits if not hit.partial}


def test_an_alert_knows_the_synonyms_of_the_editors():
    SynonymSet.objects.create(terms="smuggling of migrants\npeople smuggling\ntrafico ilicito")
    PublicationPageFactory(title="Tráfico ilícito en la región", locale="es")
    newcomers = Newcomers(Arrival.objects.values_list("key", flat=True))
    for query, found in (("people smuggling", 1), ("smuggling", 0), ("people smuggling region", 1)):
        assert newcomers.found_by(Sought(query)) == found
        results = search(SearchRequest(query, user=AnonymousUser()))
        assert sum(not hit.partial for hit in results.hits) == found


def test_choices_in_the_address_narrow_an_alert():
    CountryFactory(code="JM"), CountryFactory(code="HT")
    here = PublicationPageFactory(title="A", countries=[CountryFactory(code="JM")], year=2020)
    PublicationPageFactory(title="B", countries=[CountryFactory(code="HT")], year=2020)
    newcomers = Newcomers(Arrival.objects.values_list("key", flat=True))
    for query in ("country=JM", "country=jm&year_from=2020", "country=JM&year_to=2020&language=en"):
        bits = newcomers.found_by(Asked(QueryDict(query)).sought)
        assert [k for n, k in enumerate(newcomers.keys) if bits >> n & 1] == [here.translation_key]
    assert not newcomers.found_by(Asked(QueryDict("country=JM&year_from=2021")).sought)
    assert not newcomers.found_by(Sought(filters={"theme": ["none"]}))


# Letters --------------------------------------------------------------------------------


def test_a_new_publication_is_told_at_once_in_the_language_of_the_person(reader):
    kept = save(reader, "q=remittances", name="Argent")
    report = PublicationPageFactory(title="Remittances report", year=2024)
    assert sending.is_waiting()
    assert sending.drain().done == 1
    (message,) = mail.outbox
    assert message.to == [reader.email]
    assert message.subject == "Nouveau dans « Argent » : 1 publication"
    assert "Remittances report (2024)\n" in message.body
    assert f"/{report.slug}/" in message.body
    assert "List-Unsubscribe" in message.extra_headers
    assert "/fr/" in message.body
    assert not sending.is_waiting()
    assert told(kept) == 1


def test_nobody_is_told_twice(reader):
    kept = save(reader, "q=remittances")
    report = PublicationPageFactory(title="Remittances report")
    sending.drain()
    report.title = "Remittances report, second edition"
    report.save()
    report.live = False
    report.save()
    report.live = True
    report.save()
    Arrival.objects.update(matched=False)  # a process that was killed before it noted that
    sending.drain()
    assert len(mail.outbox) == 1
    assert told(kept) == 1


def test_what_was_there_before_is_no_news(reader):
    PublicationPageFactory(title="Remittances report")
    sending.drain()
    save(reader, "q=remittances")
    sending.drain()
    assert mail.outbox == []


def test_a_draft_is_no_news_until_it_is_published(reader):
    save(reader, "q=remittances")
    draft = PublicationPageFactory(title="Remittances report", live=False)
    sending.drain()
    assert OutgoingMail.objects.count() == 0
    draft.save_revision().publish()
    sending.drain()
    assert len(mail.outbox) == 1


def test_only_what_the_person_may_read_is_told(reader, member, library):
    save(reader, "q=remittances")
    save(member, "q=remittances")
    hidden = PublicationPageFactory(title="Remittances of members", parent=library)
    sending.drain()
    assert [message.to for message in mail.outbox] == [[member.email]]
    assert Match.objects.count() == 1
    # Everybody may read it now: news for the reader, none for the member.
    public = PublicationPageFactory(title="Other").get_parent()
    hidden.move(public, "last-child")
    sending.drain()
    assert [message.to for message in mail.outbox] == [[member.email], [reader.email]]


def test_who_is_let_in_later_is_told_of_what_comes_then(reader, library):
    save(reader, "q=remittances")
    PublicationPageFactory(title="Remittances of members", parent=library)
    sending.drain()
    reader.groups.add(Group.objects.get(name=MEMBERS))
    PublicationPageFactory(title="New remittances of members", parent=library)
    sending.drain()
    (message,) = mail.outbox
    assert "New remittances of members" in message.body


def test_what_becomes_less_public_does_not_arrive_again(member, library):
    report = PublicationPageFactory(title="Remittances report")
    sending.drain()
    save(member, "q=remittances")
    report.move(library, "last-child")
    sending.drain()
    assert mail.outbox == []


def test_a_letter_on_its_way_leaves_without_what_became_private(reader, library):
    kept = save(reader, "q=remittances")
    secret = PublicationPageFactory(title="Remittances, first")
    PublicationPageFactory(title="Remittances, second")
    sending.drain()
    secret.move(library, "last-child")
    outgoing.drain()  # the letter with both is dropped
    sending.drain()
    (message,) = mail.outbox
    assert "second" in message.body
    assert "first" not in message.body
    assert told(kept) == 1


@pytest.mark.parametrize("frequency", ["daily", "weekly"])
def test_letters_come_no_oftener_than_asked_for(reader, frequency):
    kept = save(reader, "q=remittances")
    kept.set_frequency(frequency)
    for number in range(3):
        PublicationPageFactory(title=f"Remittances {number}")
        sending.drain()
    assert OutgoingMail.objects.count() == 0
    assert sending.is_waiting()
    SavedSearch.objects.update(due_at=kept.created_at)
    sending.drain()
    (message,) = mail.outbox
    assert len(re.findall(r"Remittances \d", message.body)) == 3
    kept.refresh_from_db()
    assert kept.due_at - kept.told_at == SavedSearch.INTERVALS[frequency]


def test_never_means_never(reader):
    kept = save(reader, "q=remittances", "daily")
    kept.set_frequency("daily")
    PublicationPageFactory(title="Remittances report")
    sending.drain()
    kept.set_frequency("never")
    kept.set_frequency("at-once")
    sending.drain()
    assert mail.outbox == []


def test_who_switched_alerts_off_gets_none(reader):
    save(reader, "q=remittances")
    categories.switch_off(reader, sending.CATEGORY)
    PublicationPageFactory(title="Remittances report")
    sending.drain()
    assert mail.outbox == []


def test_a_disabled_person_gets_nothing_and_holds_up_nobody(reader, member):
    save(reader, "q=remittances")
    save(member, "q=remittances")
    reader.is_active = False
    reader.save()
    PublicationPageFactory(title="Remittances report")
    sending.drain()
    assert [message.to for message in mail.outbox] == [[member.email]]
    assert not sending.is_waiting()


def test_what_fails_for_one_search_holds_up_no_other(reader, member, monkeypatch):
    broken = save(reader, "q=remittances")
    save(member, "q=remittances")
    tell = sending.tell

    def fail(pk, places):
        if pk == broken.pk:
            raise ValueError
        return tell(pk, places)

    monkeypatch.setattr(sending, "tell", fail)
    PublicationPageFactory(title="Remittances report")
    drained = sending.drain()
    assert (drained.done, drained.failed) == (1, 1)
    monkeypatch.undo()
    SavedSearch.objects.update(due_at=broken.created_at)
    assert sending.drain().done == 1


def test_many_new_publications_make_one_letter(reader):
    save(reader, "q=remittances")
    for number in range(25):
        PublicationPageFactory(title=f"Remittances {number}", slug=f"r-{number}")
    sending.drain()
    (message,) = mail.outbox
    assert message.body.count("* Remittances") == 20
    assert "5 publications de plus" in message.body


# Cost -----------------------------------------------------------------------------------


def test_matching_costs_the_same_number_of_queries_however_many_searches(reader):
    def cost() -> int:
        Arrival.objects.update(matched=False)
        with CaptureQueriesContext(connection) as queries:
            assert matching.match()
        return len(queries)

    save(reader, "q=nothing")
    PublicationPageFactory(title="Remittances report")
    few = cost()
    for number in range(50):
        save(reader, f"q=word{number}&country=JM")
    assert cost() == few


def test_a_letter_costs_the_same_number_of_queries_whatever_it_tells(reader):
    def cost(number: int) -> int:
        for _each in range(number):
            PublicationPageFactory(title="Remittances", slug=f"r-{next(numbers)}")
        matching.match()
        (pk,) = sending.due()
        with CaptureQueriesContext(connection) as queries:
            assert sending.tell(pk, {}) == 1
        return len(queries)

    numbers = count()
    save(reader, "q=remittances")
    cost(1)
    assert cost(1) == cost(8)


# On the reader site ----------------------------------------------------------------------


def test_a_search_is_saved_changed_and_deleted_without_scripts(client, reader):
    CountryFactory(code="JM", name="Jamaica")
    new = "/fr/compte/recherches/nouvelle/?q=remittances&country=JM&page=3&junk=1"
    assert client.get(new).status_code == 302
    client.force_login(reader)
    page = client.get(new).content.decode()
    assert "remittances · Jamaica" in page
    answer = client.post(new, {"name": "Argent", "frequency": "daily"})
    assert answer.headers["Location"] == "/fr/compte/recherches/"
    (kept,) = SavedSearch.objects.all()
    assert (kept.person, kept.query) == (reader, "q=remittances&country=JM")
    assert kept.sought == {"query": "remittances", "filters": {"country": ["JM"]}}
    assert kept.due_at > kept.created_at
    page = client.get("/fr/compte/recherches/").content.decode()
    assert '<a href="/fr/recherche/?q=remittances&amp;country=JM">Argent</a>' in page
    client.post(f"/fr/compte/recherches/{kept.pk}/", {"name": "Envois", "frequency": "never"})
    kept.refresh_from_db()
    assert (kept.name, kept.frequency) == ("Envois", "never")
    client.post(f"/fr/compte/recherches/{kept.pk}/supprimer/")
    assert not SavedSearch.objects.exists()


def test_the_same_search_is_saved_once(client, reader):
    client.force_login(reader)
    for query in ("?q=remittances&country=XX", "?order=relevance&q=remittances"):
        client.post(f"/en/account/searches/new/{query}", {"name": "A", "frequency": "never"})
    assert SavedSearch.objects.count() == 1


def test_a_name_in_disguise_is_refused(client, reader):
    client.force_login(reader)
    kept = save(reader, "q=a")
    for name in ("", "a\u202eb", "x" * 121):
        answer = client.post(
            f"/en/account/searches/{kept.pk}/", {"name": name, "frequency": "never"}
        )
        assert answer.status_code == 400
        answer = client.post("/en/account/searches/new/?q=b", {"name": name, "frequency": "daily"})
        assert answer.status_code == 200
    kept.refresh_from_db()
    assert kept.name == "Mine"
    assert SavedSearch.objects.count() == 1


def test_other_peoples_searches_do_not_exist(client, reader, member):
    kept = save(member, "q=remittances", name="Hers")
    client.force_login(reader)
    assert "Hers" not in client.get("/en/account/searches/").content.decode()
    change = {"name": "Mine now", "frequency": "never"}
    assert client.post(f"/en/account/searches/{kept.pk}/", change).status_code == 404
    assert client.post(f"/en/account/searches/{kept.pk}/delete/").status_code == 404
    kept.refresh_from_db()
    assert kept.name == "Hers"


def test_one_person_keeps_so_many_searches(client, reader, monkeypatch):
    monkeypatch.setattr(SavedSearch, "MOST", 1)
    client.force_login(reader)
    for word in ("a", "b"):
        client.post(f"/en/account/searches/new/?q={word}", {"name": "A", "frequency": "never"})
    assert SavedSearch.objects.count() == 1


def test_the_link_in_a_letter_stops_one_alert_after_a_question(client, reader):
    kept = save(reader, "q=remittances")
    PublicationPageFactory(title="Remittances report")
    sending.drain()
    path = re.search(r"http://[^/]+(/search/stop/\S+)", mail.outbox[0].body)[1]
    answer = client.get(path)
    assert answer.headers["Content-Language"] == "fr"
    kept.refresh_from_db()
    assert kept.frequency == "at-once"
    assert client.post(path).status_code == 200
    kept.refresh_from_db()
    assert kept.frequency == "never"
    assert client.get(path[:-2] + "x/").status_code == 404


def test_saved_searches_are_part_of_ones_own_data_and_go_with_the_account(reader):
    from cpmg.users import leaving

    save(reader, "q=remittances")
    assert leaving.own_data(reader)["saved_searches"][0]["query"] == "q=remittances"
    leaving.delete(reader)
    assert not SavedSearch.objects.exists()


def test_the_worker_knows_the_queue():
    from cpmg import work

    assert arrivals.NAME in work.queues()
