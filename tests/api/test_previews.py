"""Drafts on a front end elsewhere: by a key for one version, for an hour, and kept by nobody."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing

from cpmg.users.models import User
from pages import factories as make
from pages import previewing
from pages.models import ContentPage
from repository.factories import PublicationPageFactory, RepositoryPageFactory

pytestmark = pytest.mark.django_db
FRONT_END = "https://front.example.org"


@pytest.fixture
def page():
    page = make.ContentPageFactory(title="Published", slug="page")
    page.title = "Draft"
    page.body = [("heading", "New words")]
    page.save_revision()
    return page


@pytest.fixture
def editor(client):
    person = User.objects.create_superuser("boss@example.org", "correct horse battery")
    client.force_login(person)
    return client


def preview(client, page):
    return client.get(f"/admin/pages/{page.pk}/view_draft/")


def test_without_a_front_end_the_reader_site_shows_drafts_and_pages(editor, page):
    answer = preview(editor, page)
    assert answer.status_code == 200
    assert "New words" in answer.content.decode()
    listing = editor.get(f"/admin/pages/{page.get_parent().pk}/").content.decode()
    assert 'href="/en/page/"' in listing


def test_the_preview_button_leads_to_the_draft_on_the_front_end(editor, page, settings, get):
    settings.FRONT_END_URL = FRONT_END
    answer = preview(editor, page)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{FRONT_END}/preview?key=")
    key = parse_qs(urlsplit(answer["Location"]).query)["key"][0]
    draft = get(f"/preview/?key={key}")
    assert draft.status_code == 200
    assert draft.json()["title"] == "Draft"
    assert draft.json()["body"][0]["value"] == "New words"
    assert draft.json()["revision"] == page.latest_revision_id
    assert draft.headers["Cache-Control"] == "private, no-store"
    assert draft.headers["X-Robots-Tag"] == "noindex"
    assert "ETag" not in draft.headers
    assert get(f"/content/{page.pk}/").json()["title"] == "Published"


def test_view_live_leads_to_the_front_end(editor, page, settings):
    settings.FRONT_END_URL = FRONT_END
    listing = editor.get(f"/admin/pages/{page.get_parent().pk}/").content.decode()
    assert f'href="{FRONT_END}/en/page/"' in listing
    assert editor.get("/en/page/").status_code == 200  # the reader site stays
    assert page.url == "/en/page/"


def test_a_key_is_for_one_version_of_one_page(page, get):
    key = previewing.key_for(page.pk, page.latest_revision_id)
    page = ContentPage.objects.get(pk=page.pk)
    page.title = "Newer"
    page.save_revision()
    assert get(f"/preview/?key={key}").json()["title"] == "Draft"
    other = make.ContentPageFactory(title="Other", slug="other")
    other.save_revision()
    mixed = previewing.key_for(other.pk, page.latest_revision_id)
    for bad in (
        mixed,
        "",
        "x",
        "a:b:c",
        key[:-1],
        key + "x",
        "%00",
        signing.dumps([page.pk, page.latest_revision_id], salt="other"),
        signing.dumps("x", salt=previewing.SALT),
    ):
        answer = get(f"/preview/?key={bad}")
        assert answer.status_code in (400, 404), bad
        assert "Draft" not in answer.content.decode()


def test_a_key_expires(page, get, monkeypatch):
    key = previewing.key_for(page.pk, page.latest_revision_id)
    monkeypatch.setattr(previewing, "LIFETIME", timedelta(seconds=-1))
    answer = get(f"/preview/?key={key}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_draft_of_a_publication_comes_as_its_resource_would(get):
    page = PublicationPageFactory(
        parent=RepositoryPageFactory(), title="Report", slug="report", live=False
    )
    page.publisher = "IOM"
    page.save_revision()
    answer = get(f"/preview/?key={previewing.key_for(page.pk, page.latest_revision_id)}").json()
    assert answer["data"]["publisher"] == "IOM"
    assert answer["is_live"] is False
