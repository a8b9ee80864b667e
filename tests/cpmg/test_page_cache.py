"""The cache of pages: quick for readers without a session, and never out of date."""

import pytest
from django.core.cache import cache
from wagtail.models import Page, PageViewRestriction

from cpmg.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_in_memory(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def home():
    return Page.objects.get(url_path="/home/").specific


def test_a_second_request_renders_nothing(client, home, django_assert_max_num_queries):
    client.get("/en/")
    with django_assert_max_num_queries(1):
        assert client.get("/en/").status_code == 200


def test_a_change_shows_at_once(client, home, django_capture_on_commit_callbacks):
    client.get("/en/")
    with django_capture_on_commit_callbacks(execute=True):
        home.summary = "A new lead for everybody."
        home.save()
    assert b"A new lead for everybody." in client.get("/en/").content


def test_a_page_made_private_is_hidden_at_once(client, home, django_capture_on_commit_callbacks):
    assert client.get("/en/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        PageViewRestriction.objects.create(page=home, restriction_type="login")
    assert client.get("/en/").status_code == 302


def test_a_person_signed_in_is_never_served_from_the_cache(client, home):
    client.get("/en/")
    client.force_login(User.objects.create_user("reader@example.org", "x"))
    response = client.get("/en/")
    assert "public" not in response.get("Cache-Control", "")


def test_what_has_not_changed_is_not_sent_again(client, home):
    etag = client.get("/en/")["ETag"]
    assert client.get("/en/", headers={"if-none-match": etag}).status_code == 304
