"""The example of a front end in ``docs/examples``, on an origin of its own."""

from __future__ import annotations

import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import expect

FOLDER = settings.ROOT / "docs" / "examples"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def front_end(installation, site):
    origin = installation["CORS_ORIGINS"]
    handler = functools.partial(Quiet, directory=str(FOLDER))
    server = ThreadingHTTPServer(("localhost", urlsplit(origin).port), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    yield f"{origin}/?api={site}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(new_context):
    return new_context().new_page()


def test_the_example_lists_searches_and_shows_publications(page, front_end):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(front_end)
    items = page.locator("#list > li")
    expect(items).to_have_count(10)
    page.get_by_role("button", name="More").click()
    expect(items).to_have_count(20)
    status = page.get_by_role("status")
    everything = status.inner_text()
    page.get_by_role("searchbox").fill("diaspora")
    page.get_by_role("button", name="Search").click()
    expect(status).to_have_text(re.compile(r"^\d+ publications$"))
    expect(status).not_to_have_text(everything)
    title = items.first.get_by_role("link").inner_text()
    items.first.get_by_role("link").click()
    expect(page.locator("#one h2")).to_have_text(title)
    assert page.locator("#one a").count() >= 1
    with page.expect_response(re.compile(r"/search/\?.*locale=fr")) as listed:
        page.get_by_role("combobox").select_option("fr")
    assert listed.value.ok
    expect(status).to_have_text(f"{listed.value.json()['count']} publications")
    assert errors == []
    assert len((FOLDER / "index.html").read_text().splitlines()) < 150


def test_a_page_of_an_origin_that_is_not_named_reads_nothing(page, site):
    page.goto("data:text/html,<title>Elsewhere</title>")
    script = f"fetch('{site}/api/v3/site/').then(() => 'read', () => 'refused')"
    assert page.evaluate(script) == "refused"
