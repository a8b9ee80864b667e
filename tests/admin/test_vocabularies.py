"""Vocabularies and figures in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from pages.models import Country, Footnote, Indicator, Network, Observation, Source, Term, Theme
from pages.models.vocabularies import VOCABULARIES

from .conftest import add_term, messages, values

MODELS = [*VOCABULARIES, Indicator, Observation]


def url(model: Any, view: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"wagtailsnippets_{meta.app_label}_{meta.model_name}:{view}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_vocabulary_is_listed_added_to_and_edited(
    admin: Client, terms: Any, observation: Observation, model: Any
) -> None:
    row = model._default_manager.first()
    for address in (
        url(model, "list"),
        url(model, "list") + "?q=first",
        url(model, "add"),
        url(model, "edit", row.pk),
        url(model, "delete", row.pk),
        url(model, "usage", row.pk),
        url(model, "history", row.pk),
    ):
        assert admin.get(address).status_code == 200, address


def test_system_data_is_not_shown(admin: Client, terms: Any) -> None:
    html = admin.get(reverse("wagtailadmin_home")).content.decode()
    assert "loadedrecord" not in html.lower()


def test_a_term_is_listed_once_with_its_names_in_all_languages(admin: Client, terms: Any) -> None:
    response = admin.get(url(Country, "list"))
    soup = BeautifulSoup(response.content, "html.parser")
    rows = [" ".join(row.text.split()) for row in soup.select("table.listing tbody tr")]
    assert len(rows) == 2
    assert "Haïti" not in rows[0]
    assert "Haití" in rows[0]
    assert "Add" in rows[0]


def test_a_term_is_found_by_its_name_in_any_language(admin: Client, terms: Any) -> None:
    html = admin.get(url(Country, "list") + "?q=Haití").content.decode()
    assert "Haiti" in html
    assert "Jamaica" not in html


def test_the_list_of_terms_needs_a_constant_number_of_queries(
    admin: Client, terms: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        add_term(Theme, f"subject-{number}", {"en": f"Theme {number}"})
    admin.get(url(Theme, "list"))
    with django_assert_max_num_queries(20):
        assert admin.get(url(Theme, "list")).status_code == 200


def test_a_term_begins_in_english(admin: Client, terms: Any) -> None:
    data = {"name": "Movilidad laboral", "code": "labour"}
    assert admin.post(url(Theme, "add") + "?locale=es", data).status_code == 302
    assert Theme.objects.get(code="labour").locale.language_code == "en"


@pytest.mark.parametrize("code", ["theme-1", "Theme-1", "with space", "é", ""])
def test_a_code_that_is_taken_or_malformed_is_refused(admin: Client, terms: Any, code: str) -> None:
    response = admin.post(url(Theme, "add"), {"name": "Another", "code": code})
    assert response.status_code == 200
    assert messages(response)


def test_the_code_of_a_term_stays(admin: Client, terms: Any) -> None:
    theme = terms[Theme]
    admin.post(url(Theme, "edit", theme.pk), {"name": "New name", "code": "other"})
    theme.refresh_from_db()
    assert (theme.name, theme.code) == ("New name", "theme-1")


def test_facts_are_edited_in_english_and_copied_to_the_translations(
    admin: Client, terms: Any
) -> None:
    source = terms[Source]
    spanish = Source.objects.get(code=source.code, locale__language_code="es")
    form = admin.get(url(Source, "edit", spanish.pk)).content.decode()
    assert 'name="name"' in form
    assert 'name="url"' not in form

    data = values(admin.get(url(Source, "edit", source.pk))) | {"url": "https://example.org/"}
    assert admin.post(url(Source, "edit", source.pk), data).status_code == 302
    spanish.refresh_from_db()
    assert (spanish.url, spanish.name) == ("https://example.org/", "El primero")


def test_a_term_is_deleted_with_its_names_and_one_in_use_is_not(
    admin: Client, terms: Any, observation: Observation
) -> None:
    admin.post(url(Network, "delete", terms[Network].pk))
    assert not Network.objects.exists()
    response = admin.post(url(Country, "delete", terms[Country].pk), follow=True)
    assert response.status_code == 200
    assert Country.objects.filter(code="JM").count() == 2


def test_the_list_of_figures_is_filtered_with_a_constant_number_of_queries(
    admin: Client,
    terms: dict[type[Term], Term],
    observation: Observation,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = [
        Observation(
            indicator=terms[Indicator],
            country=terms[Country],
            period=1900 + number,
            value=number,
            source=terms[Source],
        )
        for number in range(100)
    ]
    Observation.objects.bulk_create(rows)
    address = url(Observation, "list")
    admin.get(address)
    with django_assert_max_num_queries(25):
        assert admin.get(address).status_code == 200
    query = "?indicator=population&country=JM&period=1950&sex=_T&source=source-1"
    soup = BeautifulSoup(admin.get(address + query).content, "html.parser")
    assert len(soup.select("table.listing tbody tr")) == 1
    soup = BeautifulSoup(admin.get(address + "?country=HT").content, "html.parser")
    assert not soup.select("table.listing tbody tr")
    for bad in ("?country=XX", "?period=abc", "?p=99999", "?ordering=nonsense", "?locale=xx"):
        assert admin.get(address + bad).status_code in {200, 302, 404}


def test_a_figure_that_is_recorded_already_is_refused(
    admin: Client, observation: Observation
) -> None:
    data = values(admin.get(url(Observation, "edit", observation.pk)))
    response = admin.post(url(Observation, "add"), data)
    assert response.status_code == 200
    assert "already recorded" in messages(response)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("period", "2999"),
        ("period", "abc"),
        ("value", "many"),
        ("value", "1" * 30),
        ("country", "999999"),
        ("sex", "X"),
    ],
)
def test_a_wrong_figure_is_refused_with_a_message(
    admin: Client, observation: Observation, field: str, value: str
) -> None:
    data = values(admin.get(url(Observation, "edit", observation.pk))) | {field: value}
    response = admin.post(url(Observation, "edit", observation.pk), data)
    assert response.status_code == 200
    assert messages(response)


def test_editors_keep_vocabularies_and_only_moderators_delete(editor: Client, terms: Any) -> None:
    footnote = terms[Footnote]
    assert editor.get(url(Footnote, "edit", footnote.pk)).status_code == 200
    assert editor.post(url(Footnote, "delete", footnote.pk)).status_code == 302
    assert Footnote.objects.filter(pk=footnote.pk).exists()
