"""Suggestions while typing, with keyboard and pointer."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect


@pytest.fixture
def page(new_context: Any) -> Page:
    opened: Page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    return opened


@pytest.fixture
def field(page: Page, site: str) -> Locator:
    page.goto(f"{site}/en/search/")
    return page.get_by_role("combobox", name="Words, names, identifiers")


def test_suggestions_are_walked_with_the_keyboard(field: Locator, page: Page) -> None:
    field.press_sequentially("hait", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Haiti")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "query-suggestions-0")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("hait")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/en/search/?country=HT")


def test_enter_without_a_choice_searches(field: Locator, page: Page) -> None:
    field.press_sequentially("remitt", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("Enter")
    page.wait_for_url("**/en/search/?q=remitt")


def test_a_suggestion_is_chosen_with_the_pointer(field: Locator, page: Page) -> None:
    field.press_sequentially("remitt", delay=20)
    option = page.get_by_role("option").filter(has_text="Publication").first
    option.click()
    page.wait_for_url("**/en/repository/**")
