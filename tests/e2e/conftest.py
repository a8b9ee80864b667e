"""A browser, and the site as it runs for readers: the product's own server, compressed files,
the shipped content."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .mailbox import Mailbox

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a site with a folder and a database of its own."""
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cpmg.settings.embedded",
        "CPMG_VAR": str(folder),
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "EMAIL_URL": f"filemail://{folder}/mail",
        "CORS_ORIGINS": f"http://localhost:{_free_port()}",
    }
    environment.pop("DATABASE_URL", None)
    if connection.vendor != "postgresql":
        yield environment
        return
    given = connection.settings_dict
    name = f"site_{secrets.token_hex(4)}"
    where = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"]}
    where = {key: str(value) for key, value in where.items() if value}
    with psycopg.connect(
        dbname="postgres", password=given["PASSWORD"] or None, autocommit=True, **where
    ) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield environment | {"DATABASE_URL": _database_url(name)}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def site(installation: dict[str, str]) -> Iterator[str]:
    """The address of a running site."""
    log = Path(installation["CPMG_VAR"]) / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=settings.ROOT,
            env=installation,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://localhost:{installation['PORT']}"
            _wait_for(f"{address}/health/", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def people(site: str, installation: dict[str, str]) -> dict[str, tuple[str, str]]:
    """E-mail address and password of a person for each role, on the running site."""
    made = subprocess.run(
        [sys.executable, "manage.py", "demo_people"],
        cwd=settings.ROOT,
        env=installation,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in made.stdout.splitlines() if "@" in line]
    return {role: (email, password) for role, email, password in rows}


@pytest.fixture
def mailbox(site: str, installation: dict[str, str]) -> Mailbox:
    return Mailbox(Path(installation["EMAIL_URL"].removeprefix("filemail://")))


def _database_url(name: str) -> str:
    given = connection.settings_dict
    who = ":".join(quote(str(given[key]), safe="") for key in ("USER", "PASSWORD") if given[key])
    host = given["HOST"] or "localhost"
    where = quote(host, safe="") if host.startswith("/") else host
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"postgres://{who}@{where}{port}/{name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"The server ended:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    given = os.environ.get("CHROMIUM")
    executable = given or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        # The driver runs an event loop in this thread, which Django mistakes for async code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield chromium
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        chromium.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Any]:
    """Makes browser contexts that end with the test."""
    contexts: list[BrowserContext] = []

    def make(**how: Any) -> BrowserContext:
        contexts.append(browser.new_context(**how))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def phone_without_javascript(new_context: Any) -> Page:
    page: Page = new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False
    ).new_page()
    return page


@pytest.fixture(scope="session")
def addresses(browser: Browser, site: str) -> dict[str, dict[str, str]]:
    """For each kind of page the address of one of them in each language, found as a reader
    finds it: from its section, and through the language switcher."""
    page = browser.new_page()
    found: dict[str, dict[str, str]] = {}
    for name, (section, selector) in PAGES.items():
        page.goto(site + section)
        if selector:
            page.goto(str(page.locator(selector).first.evaluate("link => link.href")))
        links = page.locator(".languages a")
        found[name] = dict(
            links.evaluate_all("links => links.map(link => [link.hreflang, link.href])")
        )
        assert set(found[name]) == set(LANGUAGES), (
            f"{page.url}: {page.locator('body').inner_text()}"
        )
    page.close()
    return found


#: Kinds of page: where to begin in English, and the link to follow there.
PAGES = {
    "home": ("/en/", ""),
    "content": ("/en/", ".site-footer nav:last-of-type a"),
    "countries": ("/en/countries/", ""),
    "country": ("/en/countries/", '.country-list [data-code="HT"]'),
    "networks": ("/en/networks/", ""),
    "comparison": ("/en/networks/?network=diaspora&network=border-management", ""),
    "consultations": ("/en/networks/", ".feature a"),
    "network": ("/en/networks/", ".card a"),
    "events": ("/en/events/", ""),
    "month": ("/en/events/?month=2019-06", ""),
    "event": ("/en/events/", ".events a"),
    "repository": ("/en/repository/", ""),
    "publication": ("/en/repository/", ".publications a"),
    "statistics": ("/en/statistics/", ""),
    "theme": ("/en/statistics/", ".card a"),
    "indicator": ("/en/statistics/indicators/immigrant_stock/", ""),
    "countries compared": ("/en/statistics/indicators/population/?country=HT&country=JM", ""),
    "figure": ("/en/statistics/indicators/population/JM/2020/", ""),
    "datasets": ("/en/statistics/datasets/", ""),
    "dataset": ("/en/statistics/datasets/", ".publications a"),
    "assessments": ("/en/assessments/", ""),
    "compared": ("/en/assessments/?country=JM&country=BB", ""),
    "assessment": ("/en/assessments/", ".matrix tbody a"),
    "search": ("/en/search/?q=migration", ""),
}
LANGUAGES = ("en", "es", "fr", "nl")
