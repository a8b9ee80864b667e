"""Every kind of page in every language: it opens, is accessible, fits, and is light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from .conftest import LANGUAGES, PAGES

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
MAX_BYTES = 60_000
MAX_REQUESTS = 10


@dataclass
class Visit:
    """What one visit with an empty cache showed."""

    name: str
    language: str
    status: int
    document_language: str
    heading: str
    bytes_moved: int
    requests: int
    errors: list[str]
    violations: list[str]
    width_at_320: int
    targets_too_small: list[str]


@pytest.fixture(
    scope="module",
    params=list(product(PAGES, LANGUAGES)),
    ids=lambda name_and_language: "-".join(name_and_language),
)
def visit(
    request: pytest.FixtureRequest, browser: Browser, addresses: dict[str, dict[str, str]]
) -> Iterator[Visit]:
    """One visit serves all tests of a page. Each page is seen light in two languages and dark
    in the other two: colours do not depend on the language."""
    name, language = request.param
    scheme: Any = "dark" if language in {"es", "nl"} else "light"
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    moved: list[int] = []
    errors: list[str] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: moved.append(event["encodedDataLength"]))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    response = page.goto(addresses[name][language])
    page.wait_for_load_state("networkidle")
    assert response is not None
    found = Axe().run(page, options=RULES).response["violations"]
    page.set_viewport_size({"width": 320, "height": 640})
    yield Visit(
        name=name,
        language=language,
        status=response.status,
        document_language=page.locator("html").get_attribute("lang") or "",
        heading=page.locator("h1").inner_text(),
        bytes_moved=int(sum(moved)),
        requests=len(moved),
        errors=errors,
        violations=[
            f"{violation['id']}: {node['html']}"
            for violation in found
            for node in violation["nodes"]
        ],
        width_at_320=page.evaluate("document.documentElement.scrollWidth"),
        targets_too_small=page.evaluate(SMALL_TARGETS),
    )
    context.close()


#: Links and controls under 24 by 24 pixels that do not stand inside a sentence (WCAG 2.5.8).
#: The map repeats the list of countries, which is its equivalent.
SMALL_TARGETS = """
() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .filter(target => !target.closest(".map, .vh, .skip, p, .prose, td, .sources, dd"))
  .filter(target => target.checkVisibility())
  .map(target => [target, (target.closest("label") ?? target).getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
  .map(([target, box]) => `${target.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`)
"""


def test_page_opens_in_its_language(visit: Visit) -> None:
    assert visit.status == 200
    assert visit.document_language == visit.language
    assert visit.heading
    assert not visit.errors


def test_axe_finds_nothing(visit: Visit) -> None:
    assert visit.violations == []


def test_page_fits_320_pixels(visit: Visit) -> None:
    """Also what 400 % zoom on a screen of 1280 pixels shows (WCAG 1.4.10)."""
    assert visit.width_at_320 <= 320


def test_targets_are_large_enough(visit: Visit) -> None:
    assert visit.targets_too_small == []


def test_page_is_light_over_the_wire(visit: Visit) -> None:
    assert visit.bytes_moved <= MAX_BYTES
    assert visit.requests <= MAX_REQUESTS
