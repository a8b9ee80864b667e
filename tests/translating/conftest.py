"""A page in English, its sections in all languages, and people who translate and review."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Locale, Page

from cpmg.users.models import User
from pages import factories as make
from pages.translating.people import translators_of
from tests.shared import shared


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk).specific


def locale(language: str) -> Locale:
    return Locale.objects.get(language_code=language)


def publish(page: Any, **texts: Any) -> Any:
    page = fresh(page)
    for name, text in texts.items():
        setattr(page, name, text)
    page.save_revision().publish()
    return fresh(page)


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


@shared
def page() -> Any:
    """A live English page with text of several kinds."""
    for language in ("en", "es", "fr", "nl"):
        make.CountryIndexPageFactory(locale=language)
    return fresh(
        make.CountryPageFactory(
            title="Jamaica",
            slug="jamaica",
            summary="An island of migrant workers.",
            overview='<p>One.</p><p>Two with <a href="https://example.org">a link</a>.</p>',
            facts=[make.CountryFactFactory.build(text="Common law", locale=Locale.get_default())],
        )
    )


def person(email: str, *groups: Group) -> User:
    user = User.objects.create_user(email, "correct horse battery", first_name="Ana")
    user.groups.add(*groups)
    return user


@pytest.fixture
def translator(db: None) -> User:
    return person("es@example.org", translators_of("es"))


@pytest.fixture
def editor(db: None) -> User:
    return person("editor@example.org", Group.objects.get(name="Editors"))


@pytest.fixture
def moderator(db: None) -> User:
    return person("moderator@example.org", Group.objects.get(name="Moderators"))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


SPANISH = {
    "title#0": "Jamaica",
    "summary#0": "Una isla de trabajadores migrantes.",
    "overview#0": "Uno.",
    "overview#1": 'Dos con <a id="a1">un enlace</a>.',
}


def filled(page: Any, **more: str) -> dict[str, str]:
    """The passages of ``page`` in Spanish."""
    fact = page.facts.get()
    return {**SPANISH, f"facts.{fact.translation_key}.text#0": "Derecho común", **more}


def posted(client: Client, page: Any, texts: dict[str, str], action: str, **more: Any) -> Any:
    """Sends the desk's form as a browser does."""
    from pages.translating.work import translation_of

    there: Any = translation_of(page, locale("es"))
    data = {f"text:{key}": text for key, text in texts.items()}
    data |= {"action": action, "revision": there.latest_revision_id or 0} | more
    return client.post(f"/admin/translations/{page.pk}/es/", data)
