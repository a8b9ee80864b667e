"""What a reader does: with the keyboard, without JavaScript, on a small screen, on paper."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import LANGUAGES, PAGES

Addresses = dict[str, dict[str, str]]
PHONE = {"width": 320, "height": 640}


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


# Without JavaScript -----------------------------------------------------------------


def test_list_is_filtered_without_javascript(phone_without_javascript: Page, site: str) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/repository/")
    page.locator("summary", has_text="Filters").click()
    page.locator("summary", has_text="Country").click()
    page.get_by_label("Haiti", exact=True).check()
    page.get_by_role("button", name="Show").click()
    assert query(page)["country"] == ["HT"]
    page.get_by_role("link", name="Remove the filter Country: Haiti").click()
    assert "country" not in query(page)


def test_next_page_keeps_the_filters(phone_without_javascript: Page, site: str) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/repository/?language=en&order=title")
    page.get_by_role("link", name="Next").click()
    assert query(page) == {"language": ["en"], "order": ["title"], "page": ["2"]}


def test_wrong_year_is_explained_and_the_rest_applied(
    phone_without_javascript: Page, site: str
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/events/?year_from=soon&time=past")
    expect(page.locator(".error")).to_contain_text("soon is not a year")
    expect(page.locator(".chips")).to_contain_text("Past")


def test_upcoming_and_past_keep_the_other_filters(
    phone_without_javascript: Page, site: str
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/events/?theme=migration-data")
    page.get_by_role("navigation", name="Time").get_by_text("Past").click()
    page.wait_for_url(re.compile("time=past"))
    assert query(page) == {"theme": ["migration-data"], "time": ["past"]}


def test_search_works_from_every_page_without_javascript(
    phone_without_javascript: Page, site: str
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/countries/haiti/")
    page.get_by_role("button", name="Menu").click()
    page.locator("header input[type=search]").fill("displacement")
    page.locator("header input[type=search]").press("Enter")
    page.wait_for_url("**/en/search/?*")
    expect(page.locator(".publications mark").first).to_be_visible()


def test_facet_narrows_the_search_without_javascript(
    phone_without_javascript: Page, site: str
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/search/?q=haiti")
    page.locator("summary", has_text="Filters").click()
    choice = page.locator(".facet a").first
    count = int(choice.locator(".share").inner_text())
    choice.click()
    expect(page.locator(".chips a").nth(1)).to_be_visible()
    assert query(page)["q"] == ["haiti"]
    expect(page.locator(".publications > li")).to_have_count(min(count, 20))


def test_menu_opens_without_javascript(phone_without_javascript: Page, site: str) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Sections").get_by_text("Events").click()
    page.wait_for_url("**/en/events/")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_shown_that_needs_javascript(
    name: str, phone_without_javascript: Page, addresses: Addresses
) -> None:
    page = phone_without_javascript
    page.goto(addresses[name]["en"])
    expect(
        page.locator("button[type=button]:not([popovertarget])").filter(visible=True)
    ).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_language_switcher_leads_to_the_same_page(
    name: str, addresses: Addresses, phone_without_javascript: Page
) -> None:
    """Round all languages and back, by its links alone."""
    page = phone_without_javascript
    page.goto(addresses[name]["en"])
    for language in [*LANGUAGES[1:], "en"]:
        page.locator(f'.languages a[hreflang="{language}"]').click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.url == addresses[name][language]


# Keyboard ---------------------------------------------------------------------------


def test_first_tab_skips_to_the_content(new_context: Any, site: str) -> None:
    page = new_context().new_page()
    page.goto(f"{site}/en/events/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_menu_is_worked_with_the_keyboard(new_context: Any, site: str) -> None:
    page = new_context(viewport=PHONE).new_page()
    page.goto(f"{site}/en/")
    menu = page.locator("#site-menu")
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("header input[type=search]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


def test_wide_tables_scroll_in_a_named_region_of_their_own(new_context: Any, site: str) -> None:
    page = new_context(viewport=PHONE).new_page()
    page.goto(f"{site}/en/assessments/")
    region = page.get_by_role("region", name="Assessments by country and area")
    region.focus()
    expect(region).to_be_focused()
    assert region.evaluate("region => region.scrollWidth > region.clientWidth")


# Languages --------------------------------------------------------------------------


def test_page_without_translation_is_marked_as_foreign(new_context: Any, site: str) -> None:
    page = new_context().new_page()
    page.goto(f"{site}/nl/publicaties/?language=en")
    page.locator(".publications a[lang=en]").first.click()
    page.wait_for_url(re.compile("/nl/publicaties/[^?]"))
    expect(page.locator("h1")).to_have_attribute("lang", "en")
    expect(page.locator(".notice")).to_be_visible()
    canonical = page.locator("link[rel=canonical]").get_attribute("href") or ""
    assert urlsplit(canonical).path.startswith("/en/repository/")
    alternates = page.locator("link[rel=alternate][hreflang]")
    languages = alternates.evaluate_all("links => links.map(link => link.hreflang)")
    assert "nl" not in languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_follow_the_language(language: str, new_context: Any, addresses: Addresses) -> None:
    page = new_context().new_page()
    page.goto(addresses["country"][language])
    separators = {"en": ",", "es": "\N{NO-BREAK SPACE}", "fr": "\N{NO-BREAK SPACE}", "nl": "."}
    population = page.locator(".facts .number").first.inner_text()
    assert separators[language] in population


# The map ----------------------------------------------------------------------------


def test_map_and_list_lead_to_the_same_pages(new_context: Any, site: str) -> None:
    page = new_context().new_page()
    page.goto(f"{site}/fr/pays/")

    def links(where: str) -> set[str]:
        found = page.locator(f"{where} a").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        return set(found)

    assert len(links(".map")) == 33
    assert links(".map") == links(".country-list")


def test_shape_on_the_map_leads_to_its_country(new_context: Any, site: str) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{site}/en/")
    page.locator('.map a[data-code="GY"] path').click()
    expect(page.locator("h1")).to_have_text("Guyana")


# Errors and paper -------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_page_shows_ways_on(language: str, new_context: Any, site: str) -> None:
    page = new_context().new_page()
    response = page.goto(f"{site}/{language}/no-such-page/")
    assert response.status == 404
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.locator("main .links a").count() >= 7


@pytest.mark.parametrize("name", ["country", "publication"])
def test_print_shows_the_content_alone(name: str, new_context: Any, addresses: Addresses) -> None:
    page = new_context().new_page()
    page.goto(addresses[name]["en"])
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    for furniture in (".site-header .menu", ".languages", ".site-header .search"):
        expect(page.locator(furniture)).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")
