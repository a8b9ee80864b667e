"""Addresses of pages in the reader's language, held against Wagtail's own."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page

from pages.addresses import Addresses
from pages.factories import EventPageFactory
from pages.models import EventPage

pytestmark = pytest.mark.django_db


def pages() -> Any:
    return Page.objects.live().filter(depth__gt=1).select_related("locale")


def test_in_its_own_language_a_page_has_the_address_that_wagtail_gives_it(content: None) -> None:
    event = EventPage.objects.first()
    event.slug = "año-nuevo"
    event.save()
    for address in ("own", "of"):
        by_language = {code: Addresses(None, code) for code in ("en", "es", "fr", "nl")}
        for page in pages():
            known = by_language[page.locale.language_code]
            assert getattr(known, address)(page) == page.get_url()


def test_a_page_without_a_translation_is_met_in_the_readers_section(home: Any) -> None:
    event = EventPageFactory(slug="encuentro-año", locale="es")
    there = EventPageFactory.default_parent(home["fr"].locale)
    assert Addresses(None, "fr").of(event) == f"{there.get_url()}encuentro-a%C3%B1o/"
    assert Addresses(None, "fr").own(event) == event.get_url()


def test_one_query_finds_the_sections_and_no_other_page(
    home: Any, django_assert_num_queries: Any
) -> None:
    events = EventPageFactory.create_batch(10)
    known = Addresses(None, "en")
    with django_assert_num_queries(1):
        sections = known.sections
    assert {page.path for page in home.values()} <= set(sections)
    assert events[0].get_parent().path in sections
    assert not {event.path for event in events} & set(sections)
    assert known.of_type("homepage") == home["en"].get_url()
    assert known.of_type("nothing") == ""
