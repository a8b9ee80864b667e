"""Accounts in a browser, on the running product: the editor of the first start, an authenticator
app, and every page of accounts accessible."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .test_every_page import RULES, SMALL_TARGETS


@pytest.fixture
def page(new_context: Any) -> Page:
    opened: Page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    return opened


def sign_in(page: Page, site: str, email: str, password: str, after: str = "") -> None:
    page.goto(f"{site}/en/account/login/{after}")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="Sign in").click()


def check(page: Page) -> None:
    """Accessible, in light and dark, and narrow."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(page, options=RULES).response["violations"]
        assert [
            f"{found['id']}: {node['html']}" for found in violations for node in found["nodes"]
        ] == []
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(SMALL_TARGETS) == []
    if size:
        page.set_viewport_size(size)


@pytest.mark.parametrize(
    "address",
    [
        "/en/account/login/",
        "/es/cuenta/membresia/",
        "/fr/compte/mot-de-passe/nouveau/",
        "/nl/account/wachtwoord/nieuw/verstuurd/",
        "/en/account/membership/received/",
        "/es/cuenta/desactivada/",
    ],
)
def test_pages_for_everybody_are_accessible(page: Page, site: str, address: str) -> None:
    page.goto(site + address)
    check(page)


def test_errors_of_a_form_are_accessible_and_keep_what_was_typed(page: Page, site: str) -> None:
    page.goto(f"{site}/en/account/membership/")
    page.get_by_label("Given name").fill("Ana")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_label("Given name")).to_have_value("Ana")
    expect(page.locator("[aria-invalid]").nth(3)).to_be_visible()
    check(page)


def test_pages_for_members_are_accessible(
    page: Page, site: str, people: dict[str, tuple[str, str]]
) -> None:
    sign_in(page, site, *people["member"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    for address in (
        "/en/account/",
        "/fr/compte/",
        "/es/cuenta/correo/",
        "/nl/account/wachtwoord/wijzigen/",
        "/en/account/2fa/",
        "/fr/compte/supprimer/",
        "/es/cuenta/cerrar-sesion/",
        "/nl/account/bevestigen/",
    ):
        page.goto(site + address)
        check(page)
    page.goto(f"{site}/en/")
    page.locator("details.person summary").click()
    check(page)


def test_a_member_comes_back_to_the_page_and_signs_out_without_javascript(
    phone_without_javascript: Page, site: str, people: dict[str, tuple[str, str]]
) -> None:
    page = phone_without_javascript
    page.goto(f"{site}/en/countries/haiti/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(people["member"][0])
    page.get_by_label("Password", exact=True).fill(people["member"][1])
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="Sign in").click()
    assert urlsplit(page.url).path == "/en/countries/haiti/"
    page.locator("details.person summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_moderator_sets_up_an_app_and_signs_in_with_it(
    page: Page, new_context: Any, site: str, people: dict[str, tuple[str, str]]
) -> None:
    email, password = people["moderator"]
    sign_in(page, site, email, password)
    page.goto(f"{site}/en/account/2fa/")
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password", exact=True).fill(password)
    check(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name="The key as a QR code")).to_be_visible()
    check(page)
    secret = page.locator(".key code").inner_text()
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    check(page)
    other: Page = new_context().new_page()
    sign_in(other, site, email, password)
    check(other)
    # A code works once: wait for the next.
    used = code(secret)
    while code(secret) == used:
        time.sleep(1)
    other.get_by_label("Code").fill(code(secret))
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/admin/")
    # And switches it off again.
    page.goto(f"{site}/en/account/2fa/app/off/")
    check(page)
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()


def code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
