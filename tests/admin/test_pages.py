"""Page types in the editor: every one opens, is saved as a draft, and is published."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, get_page_models

from cpmg.users.models import User
from networks.models import NetworkPage
from pages.models import (
    AssessmentPage,
    BasePage,
    ContentPage,
    Country,
    CountryPage,
    EventPage,
    EventType,
    Heading,
    HomePage,
    Source,
    StatisticsThemePage,
    Theme,
)
from repository.models import PublicationPage

from .conftest import messages, values

PAGE_TYPES = [model for model in get_page_models() if issubclass(model, BasePage)]
JSON = {"HTTP_ACCEPT": "application/json"}

EMPTY_FORMSETS = {"body-count": "0"} | {
    f"{name}-{field}": number
    for name in (
        *("organisations", "facts", "areas", "contributors", "files", "comments"),
        *("sessions", "documents", "photos", "recommendations"),
    )
    for field, number in (
        ("TOTAL_FORMS", "0"),
        ("INITIAL_FORMS", "0"),
        ("MIN_NUM_FORMS", "0"),
        ("MAX_NUM_FORMS", "1000"),
    )
}


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def add_url(model: type[Page], parent: Page) -> str:
    meta = model._meta
    return reverse("wagtailadmin_pages:add", args=[meta.app_label, meta.model_name, parent.pk])


def parent_of(model: type[Page], pages: dict[type[Page], Page]) -> Page:
    return pages[model].get_parent()


@pytest.mark.parametrize("model", PAGE_TYPES, ids=lambda m: m.__name__)
def test_every_page_type_can_be_edited(
    admin: Client, pages: dict[type[Page], Page], model: type[Page]
) -> None:
    assert admin.get(edit_url(pages[model])).status_code == 200


@pytest.mark.parametrize("model", PAGE_TYPES, ids=lambda m: m.__name__)
def test_every_page_type_is_saved_and_published_as_the_form_gives_it(
    admin: Client, pages: dict[type[Page], Page], terms: Any, model: type[Page]
) -> None:
    from pages.models import Language

    page = pages[model]
    data = values(admin.get(edit_url(page))) | {"title": "Changed"}
    if model is PublicationPage:
        data["languages"] = [terms[Language].pk]

    draft = admin.post(edit_url(page), data)
    assert draft.status_code == 302, messages(draft)
    page.refresh_from_db()
    assert page.title != "Changed"
    assert page.get_latest_revision_as_object().title == "Changed"

    published = admin.post(edit_url(page), data | {"action-publish": "1"})
    assert published.status_code == 302, messages(published)
    page.refresh_from_db()
    assert (page.title, page.live) == ("Changed", True)


CREATABLE = [
    ContentPage,
    CountryPage,
    EventPage,
    NetworkPage,
    PublicationPage,
    StatisticsThemePage,
    AssessmentPage,
]


@pytest.mark.parametrize("model", CREATABLE, ids=lambda m: m.__name__)
def test_an_empty_new_page_is_a_message_not_an_error(
    admin: Client, pages: dict[type[Page], Page], model: type[Page]
) -> None:
    """Autosave sends whatever there is, at any moment."""
    address = add_url(model, parent_of(model, pages))
    assert admin.get(address).status_code == 200
    for data in (
        {"title": "", "slug": ""},
        {"title": "Only a title", "slug": "only-a-title"},
    ):
        for headers in ({}, JSON):
            response = admin.post(address, EMPTY_FORMSETS | data, **headers)
            assert response.status_code in {200, 302, 400}


def test_a_draft_with_an_unfinished_fact_can_be_saved_and_later_completed(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    page = pages[CountryPage]
    data = values(admin.get(edit_url(page))) | {
        "facts-TOTAL_FORMS": "2",
        "facts-0-id": "",
        "facts-0-key": "legal_system",
        "facts-0-text": "Common law",
        "facts-0-date": "",
        "facts-0-year": "",
        "facts-0-source": terms[Source].pk,
        "facts-0-source_date": "2026",
        "facts-0-footnote": "",
        "facts-0-ORDER": "1",
        "facts-0-DELETE": "",
        "facts-1-id": "",
        "facts-1-key": "",
        "facts-1-text": "No kind and no source yet",
        "facts-1-ORDER": "2",
        "facts-1-DELETE": "",
    }
    incomplete = admin.post(edit_url(page), data)
    assert incomplete.status_code == 200
    assert "required" in messages(incomplete).lower()
    assert "No kind and no source yet" in incomplete.content.decode()

    data |= {"facts-1-key": "dispute", "facts-1-source": str(terms[Source].pk)}
    for _again in range(3):
        saved = admin.post(edit_url(page), data)
        assert saved.status_code == 302, messages(saved)
        data = values(admin.get(edit_url(page)))
    assert admin.post(edit_url(page), data | {"action-publish": "1"}).status_code == 302
    assert list(CountryPage.objects.get().facts.values_list("key", flat=True)) == [
        "legal_system",
        "dispute",
    ]


def test_autosave_of_a_new_event_makes_one_page_and_keeps_its_children(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    data = EMPTY_FORMSETS | {
        "title": "A workshop",
        "slug": "a-workshop",
        "event_type": terms[EventType].pk,
        "state": "planned",
        "attendance": "on-site",
        "date_precision": "day",
        "start_date": "2030-03-04",
        "body": "null",
        "themes": [terms[Theme].pk],
        "organisations-TOTAL_FORMS": "1",
        "organisations-0-id": "",
        "organisations-0-role": "organiser",
        "organisations-0-other_name": "A ministry",
        "organisations-0-ORDER": "1",
        "organisations-0-DELETE": "",
    }
    made = admin.post(add_url(EventPage, parent_of(EventPage, pages)), data, **JSON)
    assert made.status_code == 200, made.content
    page = EventPage.objects.get(slug="a-workshop")
    assert page.end_date == page.start_date
    assert not page.live
    updates = made.json()["field_updates"]

    for words in ("A ministry of labour", "The Ministry of Labour"):
        data |= updates | {"organisations-0-other_name": words}
        saved = admin.post(edit_url(page), data, **JSON)
        assert saved.status_code == 200, saved.content
        updates = saved.json().get("field_updates", {})

    form = values(admin.get(edit_url(page)))
    assert form["themes"] == [str(terms[Theme].pk)]
    assert admin.post(edit_url(page), form | {"action-publish": "1"}).status_code == 302
    page.refresh_from_db()
    assert page.live
    assert [o.other_name for o in page.organisations.all()] == ["The Ministry of Labour"]
    assert [theme.code for theme in page.themes.all()] == [terms[Theme].code]


@pytest.mark.parametrize("headers", [{}, JSON], ids=["button", "autosave"])
def test_an_event_that_ends_before_it_begins_is_refused_with_a_message(
    admin: Client, pages: dict[type[Page], Page], headers: dict[str, str]
) -> None:
    page = pages[EventPage]
    data = values(admin.get(edit_url(page))) | {
        "title": "Kept",
        "start_date": "2031-05-06",
        "end_date": "2031-05-01",
    }
    for extra in ({}, {"action-publish": "1"}):
        response = admin.post(edit_url(page), data | extra, **headers)
        if response["Content-Type"] == "application/json":
            assert response.status_code == 400
            assert response.json()["success"] is False
        else:
            assert response.status_code == 200
            assert "The last day lies before the first day" in messages(response)
            assert "Kept" in response.content.decode()
    page.refresh_from_db()
    assert page.end_date.isoformat() == "2031-05-08"


def test_a_new_event_that_ends_before_it_begins_is_refused(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    data = EMPTY_FORMSETS | {
        "title": "Backwards",
        "slug": "backwards",
        "event_type": terms[EventType].pk,
        "state": "planned",
        "attendance": "on-site",
        "date_precision": "day",
        "start_date": "2030-03-04",
        "end_date": "2030-03-01",
        "body": "null",
    }
    address = add_url(EventPage, parent_of(EventPage, pages))
    assert "before the first day" in messages(admin.post(address, data))
    assert admin.post(address, data, **JSON).status_code == 400
    assert not EventPage.objects.filter(slug="backwards").exists()


def test_a_title_of_300_characters_is_refused_and_kept_in_the_form(
    admin: Client, pages: dict[type[Page], Page]
) -> None:
    page = pages[ContentPage]
    data = values(admin.get(edit_url(page))) | {"title": "x" * 300}
    response = admin.post(edit_url(page), data)
    assert response.status_code == 200
    assert "255" in messages(response)
    assert "x" * 300 in response.content.decode()


@pytest.mark.parametrize("value", ["999999", "XX", "-1", ""])
def test_an_unknown_country_is_refused(
    admin: Client, pages: dict[type[Page], Page], value: str
) -> None:
    page = pages[CountryPage]
    data = values(admin.get(edit_url(page))) | {"country": value}
    for extra in ({}, {"action-publish": "1"}):
        response = admin.post(edit_url(page), data | extra)
        assert response.status_code == 200
        assert messages(response)


def test_a_translation_of_a_term_cannot_be_referred_to(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    spanish = Theme.objects.get(code=terms[Theme].code, locale__language_code="es")
    page = pages[EventPage]
    data = values(admin.get(edit_url(page))) | {"themes": [spanish.pk]}
    response = admin.post(edit_url(page), data)
    assert response.status_code == 200
    assert messages(response)


def test_a_second_page_of_a_country_is_refused(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    data = EMPTY_FORMSETS | {
        "title": "Jamaica again",
        "slug": "again",
        "country": terms[Country].pk,
        **dict.fromkeys(["overview", *Heading.values], "null"),
    }
    response = admin.post(add_url(CountryPage, parent_of(CountryPage, pages)), data)
    assert "already a page of this country" in messages(response)


def test_a_country_page_can_be_copied_with_its_facts(
    admin: Client, pages: dict[type[Page], Page], terms: Any
) -> None:
    from pages.models import CountryFact

    page = pages[CountryPage]
    CountryFact.objects.create(
        page=page, key="dispute", text="One", source=terms[Source], locale=page.locale
    )
    copy = page.copy(update_attrs={"slug": "copy", "title": "Copy"}, keep_live=False)
    assert copy.facts.count() == 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_choices_are_shown_once_and_sorted_in_the_language_of_the_editor(
    admin: Client,
    administrator: User,
    pages: dict[type[Page], Page],
    language: str,
) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(
        user=administrator, defaults={"preferred_language": language}
    )
    response = admin.get(edit_url(pages[PublicationPage]))
    soup = BeautifulSoup(response.content, "html.parser")
    labels = [" ".join(label.text.split()) for label in soup.select("#id_countries label")]
    assert labels == {"en": ["Haiti", "Jamaica"], "es": ["Haití", "Jamaica"]}[language]


@pytest.mark.parametrize("model", PAGE_TYPES, ids=lambda m: m.__name__)
def test_every_page_type_has_a_preview(
    admin: Client, pages: dict[type[Page], Page], model: type[Page]
) -> None:
    page = pages[model]
    data = values(admin.get(edit_url(page)))
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    sent = admin.post(address, data)
    assert sent.json()["is_valid"], sent.content
    shown = admin.get(address, {"mode": ""})
    assert shown.status_code == 200


def test_an_editor_submits_and_a_moderator_publishes(
    editor: Client, pages: dict[type[Page], Page]
) -> None:
    page = pages[ContentPage]
    html = editor.get(edit_url(page)).content.decode()
    assert 'name="action-submit"' in html
    assert 'name="action-publish"' not in html


def test_a_moderator_publishes(moderator: Client, pages: dict[type[Page], Page]) -> None:
    page = pages[EventPage]
    assert 'name="action-publish"' in moderator.get(edit_url(page)).content.decode()


def test_an_editor_adds_no_second_home_page(editor: Client, pages: Any) -> None:
    root = Page.objects.get(depth=1)
    assert editor.get(add_url(HomePage, root)).status_code == 302
    assert HomePage.objects.count() == 4


@pytest.mark.parametrize("model", CREATABLE, ids=lambda m: m.__name__)
def test_the_title_of_a_new_page_makes_its_address(
    admin: Client, pages: dict[type[Page], Page], model: type[Page]
) -> None:
    """Without it autosave waits for an address that nobody thinks of."""
    response = admin.get(add_url(model, parent_of(model, pages)))
    title = BeautifulSoup(response.content, "html.parser").select_one("#id_title")
    assert title is not None
    assert "w-sync" in title["data-controller"]
