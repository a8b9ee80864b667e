"""Translator, reviewer and editor in a browser: from the source to the published Spanish page, and
to the mark at what has changed since."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from cpmg.users.models import User
from pages import factories as make
from pages.models import GlossaryTerm
from pages.translating.people import translators_of

from .test_every_page import RULES

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def enter(browser: Browser, live_server: Any, settings: Any) -> Any:
    """Opens a browser for a person of a group."""
    settings.MFA_REQUIRED = False
    opened = []

    def open_for(group: Group) -> Page:
        email = f"{len(opened)}@example.org"
        user = User.objects.create_user(email, "correct horse battery", first_name="Ana")
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(base_url=live_server.url, viewport=SCREEN)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        opened.append(context)
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()


SCREEN: Any = {"width": 1280, "height": 900}


def check(page: Page) -> None:
    """What is ours in the admin is accessible."""
    violations = Axe().run(page, context=".nice-padding", options=RULES).response["violations"]
    assert [f"{v['id']}: {node['html']}" for v in violations for node in v["nodes"]] == []


def test_from_the_source_to_the_published_page_and_on(enter: Any) -> None:
    for language in dict(settings.LANGUAGES):
        make.CountryIndexPageFactory(locale=language)
    source = make.CountryPageFactory(
        title="Jamaica", slug="jamaica", summary="An island of migrant workers."
    )
    GlossaryTerm.objects.create(code="worker", en="migrant worker", es="trabajador migrante")

    translator = enter(translators_of("es"))
    translator.goto("/admin/translations/")
    check(translator)
    translator.get_by_role("link", name=re.compile("Missing.*Jamaica, Spanish")).click()
    translator.get_by_role("button", name="Begin the translation").click()
    expect(translator.get_by_text("trabajador migrante")).to_be_visible()
    check(translator)
    translator.get_by_role("textbox", name="Summary").fill("Una isla de obreros.")
    translator.get_by_role("button", name="Save as a draft").click()
    expect(translator.get_by_text("not found in the translation")).to_be_attached()
    translator.get_by_role("textbox", name="Summary").fill("Una isla de trabajadores migrantes.")
    translator.get_by_label("The same in this language").check()
    translator.get_by_role("button", name="Save and submit for review").click()
    expect(translator.get_by_text("The translation was submitted.")).to_be_visible()
    translator.goto("/es/paises/jamaica/")
    expect(translator.locator("html")).to_have_attribute("lang", "es")
    expect(translator.get_by_text("An island of migrant workers.").first).to_be_visible()

    reviewer = enter(Group.objects.get(name="Moderators"))
    reviewer.goto(f"/admin/translations/{source.pk}/es/")
    reviewer.get_by_role("link", name="Review and publish").click()
    reviewer.get_by_role("button", name="More actions").last.click()
    reviewer.get_by_role("button", name="Approve and Publish").first.click()
    expect(reviewer.get_by_text("has been updated").first).to_be_visible()
    translator.goto("/es/paises/jamaica/")
    expect(translator.get_by_text("Una isla de trabajadores migrantes.").first).to_be_visible()

    editor = enter(Group.objects.get(name="Moderators"))  # who may publish what she changes
    editor.goto(f"/admin/pages/{source.pk}/edit/")
    editor.get_by_role("textbox", name="Summary").fill("An island of migrant workers and students.")
    editor.get_by_role("button", name="More actions").last.click()
    editor.get_by_role("button", name="Publish").first.click()
    expect(
        editor.get_by_text("has been updated").or_(editor.get_by_text("published")).first
    ).to_be_visible()
    translator.goto("/admin/translations/")
    translator.get_by_role("link", name=re.compile("Outdated.*Jamaica, Spanish")).click()
    expect(translator.locator("ins")).to_have_text("workers and students.")
    check(translator)
