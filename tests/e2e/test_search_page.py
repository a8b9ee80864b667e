"""The search page in four languages: with the keyboard, without JavaScript, narrow and wide; and a
member who saves a search."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import LANGUAGES
from .test_accounts import check

SEARCH = {
    "en": "/en/search/",
    "es": "/es/buscar/",
    "fr": "/fr/recherche/",
    "nl": "/nl/zoeken/",
}
#: A word of each language that publications hold.
WORD = {"en": "migration", "es": "migración", "fr": "migrations", "nl": "migratie"}


@pytest.fixture
def page(new_context: Any) -> Page:
    opened: Page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    return opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_are_accessible_in_every_language(page: Page, site: str, language: str) -> None:
    page.goto(f"{site}{SEARCH[language]}?q={WORD[language]}")
    expect(page.locator("mark").first).to_be_visible()
    for summary in page.locator(".keep summary").all():
        summary.click()
    expect(page.locator(".keep code")).to_contain_text("/api/v3/search/?q=")
    check(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_finds_nothing_is_led_on_in_every_language(
    page: Page, site: str, language: str
) -> None:
    page.goto(f"{site}{SEARCH[language]}?q=haitixx")
    panel = page.locator(".nothing")
    expect(panel.locator("h3")).to_have_count(3)
    check(page)
    panel.locator(".tags a").last.click()
    page.wait_for_url(re.compile(r"\?country=[A-Z]{2}$"))
    expect(page.locator(".publications > li").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_works_without_javascript(
    phone_without_javascript: Page, site: str, language: str
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}{SEARCH[language]}")
    page.locator("#query").fill(WORD[language])
    page.locator("#query").press("Enter")
    page.wait_for_url(re.compile(r"\?q="))
    page.locator(".filter-panel > details > summary").click()
    years = page.locator(".histogram a")
    years.last.click()
    page.wait_for_url(re.compile("year_from="))
    expect(page.locator(".chips a")).not_to_have_count(0)
    page.goto(f"{site}{SEARCH[language]}?q=migration")
    titles = page.locator(".publications > li > a").all_inner_texts()
    page.locator('.paging [rel="next"]').click()
    page.wait_for_url(re.compile("cursor="))
    assert not {*titles} & {*page.locator(".publications > li > a").all_inner_texts()}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_leads_through_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}/en/search/?q=migration")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _step in range(90):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => e.id || e.closest('section, nav, ul[class], form, details')?.className"
                " || '')"
                "(document.activeElement)"
            )
        )
        if "keep" in reached[-1] or "actions" in reached[-1]:
            break
    assert {"query", "filter-year_from"} <= {*reached}
    assert any("order" in place for place in reached)
    assert any("publications" in place for place in reached)
    assert any("paging" in place for place in reached)
    assert "actions" in reached[-1]


def test_a_record_is_reached_by_its_identifier(page: Page, site: str) -> None:
    page.goto(f"{site}/en/search/?q=migration")
    with_doi = page.request.get(f"{site}/api/v3/publications/?limit=100").json()["items"]
    doi = next(item["doi"] for item in with_doi if item["doi"])
    page.locator("#query").fill(f"https://doi.org/{doi}")
    page.locator("#query").press("Enter")
    page.wait_for_url("**/repository/**")
    expect(page.locator("main")).to_contain_text(doi)


def test_a_member_saves_a_search_and_deletes_it(
    page: Page, site: str, people: dict[str, tuple[str, str]]
) -> None:
    page.goto(f"{site}/en/search/?q=remittances")
    page.get_by_role("link", name="Save this search").click()
    email, password = people["member"]
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("name")).to_have_value("remittances")
    check(page)
    page.get_by_label("messages about new publications").select_option("daily")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/account/searches/")
    expect(page.get_by_role("link", name="remittances")).to_be_visible()
    page.locator(".saved summary").click()
    check(page)
    page.get_by_role("button", name="Delete this search").click()
    expect(page.get_by_role("link", name="remittances")).to_have_count(0)
