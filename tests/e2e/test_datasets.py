"""A dataset on the running product: a member uploads a bad table, sees what is wrong, corrects it,
sees what changes and submits it; an editor approves it; what readers see changes, and the old
version's address still gives the old number."""

from __future__ import annotations

import datetime
import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .test_accounts import check, sign_in

YEAR = datetime.datetime.now(datetime.UTC).year
HEADING = "INDICATOR;REF_AREA;TIME_PERIOD;SEX;OBS_VALUE"
TITLE = "Migrants living in Haiti, register of residence"


@pytest.fixture
def member(new_context: Any, site: str, people: dict[str, tuple[str, str]]) -> Page:
    return signed_in(new_context, site, people["member"])


@pytest.fixture
def editor(new_context: Any, site: str, people: dict[str, tuple[str, str]]) -> Page:
    return signed_in(new_context, site, people["editor"])


def signed_in(new_context: Any, site: str, who: tuple[str, str]) -> Page:
    page: Page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, site, *who)
    page.wait_for_url(lambda address: "/login/" not in address)
    return page


def upload(page: Page, *rows: str) -> None:
    content = "\n".join((HEADING, *rows)).encode()
    table = {"name": "residence.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("input[name=table]", table)
    page.get_by_role("button", name="Upload and check").click()


def submit(page: Page) -> str:
    """From the description on; gives the address of the submission."""
    page.get_by_role("button", name="Submit for review").click()
    expect(page.locator("main")).to_contain_text("In review")
    return page.url


def approve(page: Page, site: str, own: str) -> None:
    key = own.rstrip("/").rpartition("/")[2]
    page.goto(f"{site}/admin/desk/{key}/")
    page.locator("button[name=decision][value=approve]").click()
    page.wait_for_load_state()


def figures(site: str) -> list[int]:
    address = f"{site}/api/v3/observations/?country=HT&indicator=immigrant_stock&year_from={YEAR}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        return [item["value"] for item in json.load(answer)["items"]]


def test_a_figure_is_published_and_corrected(
    site: str, member: Page, editor: Page, new_context: Any
) -> None:
    member.goto(f"{site}/en/account/submissions/datasets/new/")
    member.locator("input[name=indicators][value=immigrant_stock]").check()
    check(member)
    member.get_by_role("button", name="Start").click()
    with member.expect_download() as download:
        member.locator("a[href$='template.xlsx']").click()
    assert download.value.suggested_filename == "immigrant_stock.xlsx"

    # A bad table: nothing is taken over, and each cell is named.
    upload(member, f"immigrant_stock;Haiti;{YEAR};_T;24017", f"immigrant_stock;HT;{YEAR};F;x")
    expect(member.locator("#faults")).to_contain_text("B2")
    expect(member.locator("#faults")).to_contain_text("Write the code: HT.")
    expect(member.locator("#faults")).to_contain_text("E3")
    check(member)

    upload(member, f"immigrant_stock;HT;{YEAR};_T;24017")
    expect(member.locator("main")).to_contain_text("residence.csv")
    member.get_by_role("link", name="Go on to the description").click()
    member.locator("input[name=title]").fill(TITLE)
    member.locator("input[name=creator]").fill("Office of Migration")
    member.locator("input[name=source_name]").fill("Register of residence")
    member.locator("select[name=licence]").select_option("CC-BY-4.0")
    check(member)
    member.get_by_role("button", name="Save and continue").click()
    expect(member.locator("main")).to_contain_text("24,017")
    check(member)
    own = submit(member)
    assert figures(site) == []
    approve(editor, site, own)

    reader: Page = new_context(locale="en", java_script_enabled=False).new_page()
    reader.goto(f"{site}/en/countries/haiti/")
    expect(reader.locator("main")).to_contain_text("24,017")
    member.goto(own)
    member.get_by_role("link", name="See the published page").click()
    old = member.url
    check(member)

    # A new version.
    member.goto(own)
    member.get_by_role("link", name="Propose a new version").click()
    member.get_by_role("button", name="Start").click()
    upload(member, f"immigrant_stock;HT;{YEAR};_T;24019", f"immigrant_stock;HT;{YEAR};F;12000")
    expect(member.locator("main")).to_contain_text("What this version changes")
    expect(member.locator("main")).to_contain_text("24,017")
    check(member)
    member.get_by_role("link", name="Go on to the description").click()
    member.locator("textarea[name=note]").fill("Late entries were added.")
    member.get_by_role("button", name="Save and continue").click()
    own = submit(member)
    assert figures(site) == [24017]
    approve(editor, site, own)

    assert sorted(figures(site)) == [12000, 24019]
    reader.goto(f"{site}/en/countries/haiti/")
    expect(reader.locator("main")).to_contain_text("24,019")
    expect(reader.locator("main")).not_to_contain_text("24,017")
    reader.goto(old)
    expect(reader.locator("main")).to_contain_text("24,017")
    expect(reader.locator("main")).to_contain_text("There is a newer version")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Table (CSV)").click()
    assert ",24017," in download.value.path().read_text("utf-8")
