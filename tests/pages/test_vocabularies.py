"""Names of terms, in the reader's language and order."""

import pytest
from django.utils import translation

from pages.factories import CountryFactory, ThemeFactory
from pages.models import Country, Theme


@pytest.fixture
def health(db):
    ThemeFactory(code="health", locale="es", name="Salud")
    return ThemeFactory(code="health", name="Health")


def test_label_is_in_the_active_language(health):
    with translation.override("es"):
        assert health.label == "Salud"
    with translation.override("nl"):
        assert health.label == "Health"


def test_labels_sort_as_readers_expect(db):
    for code, name in (("IT", "Italie"), ("JM", "Îles"), ("HT", "Haïti"), ("CU", "cuba")):
        CountryFactory(code=code, name=name)
    assert list(Country.labels("en").values()) == ["cuba", "Haïti", "Îles", "Italie"]


def test_labels_take_one_query_and_then_none(health, django_assert_num_queries):
    with django_assert_num_queries(1):
        Theme.labels("es")
        Theme.labels("es")


def test_changed_name_shows_at_once(health):
    assert Theme.labels("en") == {"health": "Health"}
    health.name = "Public health"
    health.save()
    assert Theme.labels("en") == {"health": "Public health"}


def test_term_in_use_cannot_be_deleted(db):
    from django.db.models import ProtectedError

    from pages.factories import StatisticsThemePageFactory

    page = StatisticsThemePageFactory()
    with pytest.raises(ProtectedError):
        page.theme.delete()
