"""Where a page lives decides who can read it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from cpmg.users.models import MEMBERS
from networks.membership import group_of
from pages import access

from .conftest import LANGUAGES, MARKERS, SEES, marked, text_of


def groups_of(page):
    restriction = PageViewRestriction.objects.get(page=page)
    assert restriction.restriction_type == PageViewRestriction.GROUPS
    return {group.name for group in restriction.groups.all()}


def test_a_library_is_made_with_its_restriction_in_all_languages(shelves):
    for language in LANGUAGES:
        assert groups_of(shelves.library[language]) == {MEMBERS, "Editors", "Moderators"}
        assert groups_of(shelves.network_library[language]) == {
            *("Network: counter-trafficking", "Focal points: counter-trafficking"),
            *("Editors", "Moderators"),
        }


@pytest.mark.parametrize("reader", SEES)
def test_readers_list_what_their_shelves_hold(shelves, clients, reader):
    text = clients[reader].get("/en/repository/").content.decode()
    shown = {state for state, marker in MARKERS.items() if marker in text}
    assert shown == SEES[reader] & set(shelves.publications)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_library_lists_its_own_publications_in_each_language(shelves, clients, language):
    marked_in_spanish = marked("members", shelves.library["es"], locale="es", slug="en-espanol")
    address = shelves.library[language].url
    text = clients["member"].get(address).content.decode()
    assert "/xqmembersx-report-on-migration/" in text
    assert f"/{marked_in_spanish.slug}/" in text
    assert f"{MARKERS['public']} report" not in text
    assert f'lang="{language}"' in text


def test_a_network_library_lists_its_own_publications(shelves, clients):
    text = clients["of the network"].get(shelves.network_library["en"].url).content.decode()
    assert MARKERS["network"] in text
    assert MARKERS["members"] not in text
    assert MARKERS["drafted"] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_readers_outside_are_led_to_sign_in_or_refused(shelves, clients, language):
    for shelf, reader in (
        (shelves.library, "anonymous"),
        (shelves.network_library, "anonymous"),
        (shelves.network_library, "disabled"),
    ):
        response = clients[reader].get(shelf[language].url)
        assert response.status_code == 302
        assert response.headers["Location"].endswith(f"?next={shelf[language].url}")
        assert "no-store" in response.headers["Cache-Control"]
    for reader in ("member", "of another network"):
        assert clients[reader].get(shelves.network_library[language].url).status_code == 403
    response = clients["of the network"].get(shelves.network_library[language].url)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_from_outside_a_shelf_what_is_there_looks_like_what_is_not(shelves, clients):
    door = shelves.network_library["en"].url
    for reader in ("anonymous", "member"):
        answers = {}
        for slug in (
            *("xqnetworkx-report-on-migration", "xqdraftedx-report-on-migration"),
            "xqnothingx-report-on-migration",
        ):
            response = clients[reader].get(f"{door}{slug}/")
            body = text_of(response).replace(slug, "")
            headers = {k: v.replace(slug, "") for k, v in response.items()}
            headers.pop("ETag", None)  # made of the body, which repeats the address
            headers.pop("Expires", None)  # the second of the answer
            answers[slug] = (response.status_code, body, headers)
        there, drafted, missing = answers.values()
        assert there == drafted == missing, reader


def test_a_publication_is_read_below_each_language_s_library(shelves, clients):
    for language in LANGUAGES:
        address = shelves.network_library[language].url + "xqnetworkx-report-on-migration/"
        assert clients["of the network"].get(address).status_code == 200, address
        assert clients["anonymous"].get(address).status_code == 302, address


def test_the_menu_names_only_what_the_reader_may_enter(shelves, clients):
    for page in shelves.library.values():
        page.title = "Members' shelf"
        page.show_in_menus = True
        page.save()
    for reader, sees in SEES.items():
        text = clients[reader].get("/en/").content.decode()
        assert ("Members&#x27; shelf" in text) == ("members" in sees), reader


def test_leaving_takes_effect_on_the_next_request(shelves, clients, people):
    address = shelves.network_library["en"].url
    assert clients["of the network"].get(address).status_code == 200
    people["of the network"].groups.remove(group_of(shelves.network["en"].network))
    assert clients["of the network"].get(address).status_code == 403
    people["of the network"].groups.remove(Group.objects.get(name=MEMBERS))
    assert clients["of the network"].get(shelves.library["en"].url).status_code == 403
    people["of the network"].is_active = False
    people["of the network"].save()
    assert clients["of the network"].get(address).status_code == 302


def test_a_library_takes_as_many_queries_for_fifty_publications_as_for_ten(shelves, clients):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert clients["of the network"].get(address).status_code == 200
        return len(queries)

    address = shelves.network_library["en"].url
    for number in range(10):
        marked("network", shelves.network_library["en"], slug=f"n{number}")
    count()
    few = count()
    for number in range(10, 50):
        marked("network", shelves.network_library["en"], slug=f"n{number}")
    assert count() <= few


def test_without_a_user_or_a_page_the_policy_denies(shelves, people):
    page = shelves.publications["public"]
    assert access.may_read(people["anonymous"], page)
    assert not access.may_read(None, page)
    assert not access.may_read(people["anonymous"], None)
    assert not access.readable_by(Page.objects.all(), None).exists()


def test_a_disagreement_is_named(shelves, people, monkeypatch):
    monkeypatch.setattr(access.Reach, "holds", lambda reach, page: True)
    found = list(access.disagreements(people["member"]))
    assert any("readable_by and may_read differ" in one for one in found)
    assert any("readers' keys differ" in one for one in found)
    monkeypatch.undo()
