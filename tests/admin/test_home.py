"""The dashboard, signing in, people."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from cpmg.users.models import User
from pages.models import EventPage
from repository.models import PublicationPage, RepositoryPage

from .conftest import messages, values

HOME = "wagtailadmin_home"


def test_the_dashboard_shows_what_is_to_be_done(
    admin: Client, pages: dict[type[Page], Page]
) -> None:
    html = admin.get(reverse(HOME)).content.decode()
    for words in (
        "Latest changes by everybody",
        "Upcoming events",
        "Publications to complete",
        "Year, and author or editor",
        "Pages by language",
    ):
        assert words in html


def test_the_dashboard_needs_a_constant_number_of_queries(
    admin: Client,
    pages: dict[type[Page], Page],
    terms: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    repository = pages[RepositoryPage]
    for number in range(8):
        page = PublicationPage(
            title=f"Report {number}", document_type=pages[PublicationPage].document_type
        )
        Page.objects.get(pk=repository.pk).specific.add_child(instance=page)
        page.save_revision()
    admin.get(reverse(HOME))
    with django_assert_max_num_queries(45):
        admin.get(reverse(HOME))


def test_editors_and_moderators_see_the_dashboard(
    editor: Client, pages: dict[type[Page], Page]
) -> None:
    response = editor.get(reverse(HOME))
    assert response.status_code == 200
    assert pages[EventPage].title in response.content.decode()


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_the_admin_opens_in_the_language_of_the_editor(
    admin: Client, administrator: User, pages: Any, language: str
) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=administrator, preferred_language=language)
    assert f'lang="{language}"' in admin.get(reverse(HOME)).content.decode()


NEW = {
    "email": "new@example.org",
    "first_name": "New",
    "last_name": "Person",
    "password1": "a long enough phrase",
    "password2": "a long enough phrase",
}


def test_an_administrator_adds_and_edits_people(admin: Client) -> None:
    listing = reverse("wagtailusers_users:index")
    add = reverse("wagtailusers_users:add")
    assert admin.get(listing).status_code == 200
    assert admin.get(add).status_code == 200
    assert admin.post(add, NEW).status_code == 302
    person = User.objects.get(email="new@example.org")
    assert person.check_password("a long enough phrase")
    assert admin.get(listing + "?q=person").status_code == 200

    edit = reverse("wagtailusers_users:edit", args=[person.pk])
    data = values(admin.get(edit)) | {"first_name": "Renamed"}
    assert admin.post(edit, data).status_code == 302
    person.refresh_from_db()
    assert person.first_name == "Renamed"
    assert person.check_password("a long enough phrase")


@pytest.mark.parametrize(
    "change",
    [
        {"email": "ADA@example.org"},
        {"email": "ada@example.org"},
        {"email": "no address"},
        {"password2": "another"},
        {"password1": "12345678", "password2": "12345678"},
    ],
    ids=str,
)
def test_a_person_with_a_taken_or_wrong_address_or_password_is_refused(
    admin: Client, change: dict[str, str]
) -> None:
    response = admin.post(reverse("wagtailusers_users:add"), NEW | change)
    assert response.status_code == 200
    assert messages(response)
    assert "username" not in messages(response)
    assert User.objects.count() == 1


def test_people_change_their_own_name_and_language(admin: Client) -> None:
    address = reverse("wagtailadmin_account")
    data = values(admin.get(address)) | {
        "locale-preferred_language": "fr",
        "name_email-first_name": "Ada",
        "name_email-last_name": "L.",
    }
    response = admin.post(address, data)
    assert response.status_code == 302, messages(response)
