"""The header says who is signed in, to that person only."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_cache(limits):
    """The cache of pages, at work."""
    yield
    cache.clear()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Sign in"), ("es", "Iniciar sesión"), ("fr", "Se connecter"), ("nl", "Inloggen")],
)
def test_readers_are_offered_to_sign_in_and_come_back(client, language, words):
    page = client.get(f"/{language}/").content.decode()
    assert words in page
    assert f"?next=/{language}/" in page


def test_a_member_sees_their_name_and_no_admin(client, member):
    client.force_login(member)
    page = client.get("/en/").content.decode()
    assert "Maya Charles" in page
    assert 'action="/en/account/logout/"' in page
    assert ">Admin<" not in page


def test_an_editor_sees_the_way_to_the_admin(client, moderator):
    client.force_login(moderator)
    assert ">Admin<" in client.get("/en/").content.decode()


def test_no_name_enters_the_cache_of_pages(client, member, page_cache):
    client.force_login(member)
    mine = client.get("/en/")
    assert "Maya Charles" in mine.content.decode()
    assert "private" in mine["Cache-Control"]
    stranger = Client()
    for _visit in range(2):
        answer = stranger.get("/en/")
        assert "Maya" not in answer.content.decode()
        assert "Sign in" in answer.content.decode()
    assert "Maya Charles" in client.get("/en/").content.decode()


@pytest.mark.parametrize("address", ["login/", "membership/", "password/new/"])
def test_forms_stay_out_of_the_cache(client, page_cache, address):
    """Each form holds a token of its reader, also when the reader's cookie was there before."""
    client.get(f"/en/account/{address}")
    again = client.get(f"/en/account/{address}")
    assert "no-store" in again["Cache-Control"]
    first, second = (
        Client().get(f"/en/account/{address}").context["csrf_token"] for _reader in range(2)
    )
    assert str(first) != str(second)


def test_after_signing_out_pages_come_from_the_cache_again(client, member, page_cache):
    client.force_login(member)
    client.post("/en/account/logout/")
    assert not client.cookies.pop("sessionid").value
    assert "public" in client.get("/en/")["Cache-Control"]


def test_readers_cost_no_query_for_the_header(client):

    client.get("/en/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/")
    assert not [q for q in queries.captured_queries if "users_user" in q["sql"]]
    assert not [q for q in queries.captured_queries if "django_session" in q["sql"]]
