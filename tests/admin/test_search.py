"""What editors keep for the search."""

import uuid

import pytest
from bs4 import BeautifulSoup

from search.models import IndexJob, SynonymSet

ADD = "/admin/search/synonyms/new/"


@pytest.mark.parametrize("who", ["editor", "moderator"])
def test_editors_keep_the_synonyms(request, who):
    client = request.getfixturevalue(who)
    given = {"terms": "labour migration\narbeidsmigratie", "language": "", "kind": "equivalent"}
    assert client.post(ADD, given).status_code == 302
    made = SynonymSet.objects.get()
    listed = client.get("/admin/search/synonyms/").content.decode()
    assert "arbeidsmigratie" in listed
    edit = f"/admin/search/synonyms/edit/{made.pk}/"
    client.post(edit, {**given, "terms": "remittances\nremesas", "kind": "one-way"})
    made.refresh_from_db()
    assert (made.lines, made.kind) == (["remittances", "remesas"], "one-way")
    client.post(f"/admin/search/synonyms/delete/{made.pk}/")
    assert not SynonymSet.objects.exists()


@pytest.mark.parametrize("terms", ["alone", "the same\nThe Sáme", "one\n??", ""])
def test_what_is_no_set_is_explained(editor, terms):
    response = editor.post(ADD, {"terms": terms, "language": "en", "kind": "equivalent"})
    assert response.status_code == 200
    assert BeautifulSoup(response.content, "html.parser").select(".error-message")
    assert not SynonymSet.objects.exists()


def test_the_menu_leads_there(editor):
    assert "/admin/search/synonyms/" in editor.get("/admin/").content.decode()


@pytest.mark.parametrize("engine", ["database", "elasticsearch"])
def test_the_state_of_the_search_is_shown(editor, settings, engine):
    settings.SEARCH_ENGINE = engine
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    if engine == "elasticsearch":
        IndexJob.objects.create(key=uuid.uuid4(), attempts=3, error="503 unavailable")
    page = editor.get("/admin/search/state/")
    text = BeautifulSoup(page.content, "html.parser").select_one("#main").get_text(" ")
    assert engine in text
    assert "127.0.0.1" not in text
    assert ("503 unavailable" in text) == (engine == "elasticsearch")


def test_the_state_of_the_search_is_for_those_who_write(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("member@example.org"))
    assert client.get("/admin/search/state/").status_code in (302, 403)
