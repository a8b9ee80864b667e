"""Files are uploaded from the form of a submission, over a connection that is cut, and without a
script; the running site takes them in pieces."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Locator, Page, Route, expect

from tests.repository.files import make

REPORT = {
    "name": "Políticas migratorias.pdf",
    "mimeType": "application/pdf",
    # More than two pieces.
    "buffer": make.one_page(b"% " + b"x" * (5 * 1024 * 1024)),
}
#: What is said of a file that has come.
WORDS = {
    "en": "Uploaded.",
    "es": "Cargado.",
}


@pytest.fixture
def form(new_context: Any, site: str, people: dict[str, tuple[str, str]]) -> Any:
    """The first step of a new submission, for a member who reads a language."""

    def make_one(language: str = "en", **how: Any) -> Page:
        page: Page = new_context(**how).new_page()
        email, password = people["member"]
        with override(language):
            sign_in, new = reverse("account_login"), reverse("submission_new")
        page.goto(f"{site}{sign_in}?next={new}")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"**{new}")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_selector("#id_upload")
        return page

    return make_one


def titles(page: Page) -> Locator:
    return page.locator(".own-files > li b")


@pytest.mark.parametrize("language", WORDS)
def test_a_file_goes_up_at_once_and_belongs_to_the_submission(form: Any, language: str) -> None:
    page = form(language)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_input_files("#id_upload", REPORT)
    done = WORDS[language]
    expect(page.locator(".uploads")).to_contain_text(done)
    expect(page.locator("[data-uploads] [aria-live=polite]")).to_have_text(
        f"{REPORT['name']}: {done}"
    )
    expect(page.locator("input[type=hidden][name=document]")).to_have_count(1)
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    page.locator("section[aria-labelledby=own-files] > button").click()
    expect(titles(page)).to_have_text(["Políticas migratorias"])
    assert errors == []


def test_an_upload_goes_on_after_the_connection_was_cut(form: Any) -> None:
    page = form()
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.method)
        if route.request.method == "PATCH" and sent.count("PATCH") in (2, 3):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/**", cut)
    page.set_input_files("#id_upload", REPORT)
    expect(page.locator(".uploads")).to_contain_text("Uploaded.", timeout=20_000)
    assert sent.count("POST") == 1
    assert "HEAD" in sent


def test_a_file_that_is_chosen_again_goes_on_where_a_closed_window_left_it(form: Any) -> None:
    page = form()
    passed: list[str] = []

    def first_piece_only(route: Route) -> None:
        if route.request.method == "PATCH":
            passed.append("PATCH")
            if len(passed) > 1:
                return  # it hangs until the window is closed
        route.continue_()

    page.route("**/uploads/**", first_piece_only)
    page.set_input_files("#id_upload", REPORT)
    expect(page.locator(".uploads")).to_contain_text("Uploading:")
    page.wait_for_function("document.querySelector('.uploads progress').value > 2000000")
    remembered = page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('upload:'))")
    assert len(remembered) == 1
    page.unroute_all()
    address = page.evaluate(f"localStorage.getItem({remembered[0]!r})")
    answer = page.request.head(
        page.url.split("/en/")[0] + address, headers={"Tus-Resumable": "1.0.0"}
    )
    assert int(answer.headers["upload-offset"]) >= 2 * 1024 * 1024


def test_a_form_that_is_sent_early_waits_for_its_files(form: Any) -> None:
    page = form()

    def slowly(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/uploads/**", slowly)
    page.set_input_files("#id_upload", REPORT)
    page.locator("section[aria-labelledby=own-files] > button").click()
    expect(titles(page)).to_have_text(["Políticas migratorias"], timeout=20_000)


def test_a_file_that_is_none_of_ours_is_refused_in_words(form: Any) -> None:
    page = form("es")
    page.set_input_files(
        "#id_upload", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"}
    )
    expect(page.locator(".uploads .error")).to_contain_text("PDF")
    page.set_input_files(
        "#id_upload", {"name": "a.exe", "mimeType": "application/x", "buffer": b"MZ"}
    )
    expect(page.locator(".uploads .error").nth(1)).to_contain_text("DOCX")
    assert page.locator("input[name=document]").count() == 0


def test_an_upload_can_be_cancelled(form: Any) -> None:
    page = form()
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method))

    def hang(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()

    page.route("**/uploads/*/", hang)
    page.set_input_files("#id_upload", REPORT)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".uploads li")).to_have_count(0)
    expect(page.locator("#id_upload")).to_be_focused()
    page.wait_for_timeout(300)
    assert "DELETE" in methods


def test_without_a_script_the_form_sends_its_files(form: Any) -> None:
    page = form(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page.set_input_files("#id_upload", REPORT)
    page.locator("section[aria-labelledby=own-files] > button").click()
    page.wait_for_selector(".own-files > li")
    expect(titles(page)).to_have_text(["Políticas migratorias"])
