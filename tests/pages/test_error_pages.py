"""The pages that are shown when something is wrong."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.views.defaults import permission_denied

from pages.models import HomePage
from pages.views import server_error


def test_server_error_needs_no_database_and_speaks_all_languages() -> None:
    """No database: this test has none, so a query would fail it."""
    response = server_error(RequestFactory().get("/fr/"))
    assert response.status_code == 500
    page = response.content.decode()
    spoken = set(re.findall(r'lang="(\w+)"', page))
    assert spoken == set(dict(settings.LANGUAGES))
    assert "/static/" not in page


@pytest.mark.django_db
def test_missing_page_speaks_the_language_of_its_address(
    client: Client, home: dict[str, HomePage]
) -> None:
    response = client.get("/es/no-such-page/")
    assert response.status_code == 404
    assert '<html lang="es">' in response.content.decode()


@pytest.mark.django_db
def test_refusal_is_a_page_of_the_site(home: dict[str, HomePage]) -> None:
    assert get_template("403.html")
    response = permission_denied(RequestFactory().get("/en/"), PermissionError())
    assert response.status_code == 403
    assert "site-header" in response.content.decode()
