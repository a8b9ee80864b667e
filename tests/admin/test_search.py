"""What editors keep for the search."""

import pytest
from bs4 import BeautifulSoup

from search.models import SynonymSet

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
