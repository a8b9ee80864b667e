"""What Wagtail's own operations give, and what they do not give here."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from repository.factories import DocumentFactory


@pytest.mark.parametrize(
    "address", ["/documents/", "/images/", "/documents/1/", "/images/1/", "/redirects/"]
)
def test_documents_and_images_are_not_listed_to_everybody(get, world, address):
    DocumentFactory(title="File of a draft")
    response = get(address)
    assert response.status_code == 401
    assert "File of a draft" not in response.content.decode()


def test_documents_are_not_listed_to_members(get, world, token_of):
    assert get("/documents/", token=token_of(world.members)).status_code == 403


def test_documents_are_listed_to_editors(get, world, token_of):
    editor = token_of(Group.objects.get(name="Editors"))
    assert get("/documents/", token=editor).json()["count"] == 1
    assert get("/images/", token=editor).status_code == 200


def test_an_old_address_tells_nothing_of_a_hidden_page(get, world, token_of):
    hidden = Redirect.objects.create(old_path="/en/old", redirect_page=world.secret)
    open_one = Redirect.objects.create(old_path="/en/older", redirect_page=world.report)
    assert get(f"/redirects/{open_one.pk}/").json()["old_path"] == "/en/older"
    assert get(f"/redirects/{hidden.pk}/").status_code == 404
    assert get(f"/redirects/{hidden.pk}/", token=token_of(world.members)).status_code == 200


def test_an_id_that_is_no_number_is_named(client, world, token_of):
    headers = {"authorization": f"Bearer {token_of(Group.objects.get(name='Editors'))}"}
    for number, status in (("x", 400), ("-4.5e-94", 400), ("--1", 400), ("-1", 404), (9**99, 404)):
        answer = client.patch(
            f"/api/v3/pages/{number}/", {}, content_type="application/json", headers=headers
        )
        assert (number, answer.status_code) == (number, status)


ACTIONS = {
    **{key: {} for key in ("publish", "unpublish", "copy", "create_alias", "convert_alias")},
    "revert": {"revision_id": 1},
    "copy_for_translation": {"locale": "es"},
    "move": {"destination_id": 1},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_acts_on_the_root(client, world, token_of, action):
    headers = {"authorization": f"Bearer {token_of(Group.objects.get(name='Editors'))}"}
    where = f"/api/v3/pages/1/actions/{action}/"
    sent = {"content_type": "application/json", "headers": headers}
    assert client.post(where, ACTIONS[action], **sent).status_code == 404


@pytest.mark.parametrize("position", [None, "first-child", "left", "right", "first-sibling"])
def test_no_page_is_moved_to_where_none_can_be(client, world, token_of, position):
    headers = {"authorization": f"Bearer {token_of(Group.objects.get(name='Editors'))}"}
    where = f"/api/v3/pages/{world.report.pk}/actions/move/"
    for destination in (1, world.report.pk, world.country.pk, 10**6):
        sent = {"destination_id": destination, "position": position}
        answer = client.post(where, sent, content_type="application/json", headers=headers)
        assert (destination, answer.status_code in (400, 403, 404)) == (destination, True)
    assert Page.objects.get(pk=world.report.pk).path == world.report.path


def test_a_page_is_found_by_its_path_in_any_language(get, world):
    for path, page in (
        ("/en/events/workshop-on-return/", "event"),
        ("/es/eventos/taller-sobre-el-retorno/", "taller"),
        ("es/eventos/taller-sobre-el-retorno", "taller"),
        ("/nl/evenementen/workshop-on-return/", "event"),
        ("/events/workshop-on-return/", "event"),
        ("/nl/publicaties/rapport-over-suriname/", "rapport"),
    ):
        response = get(f"/pages/find/?html_path={path}")
        assert response.status_code == 302, path
        assert response.headers["Location"] == f"/api/v3/pages/{getattr(world, page).pk}/?"


def test_what_is_hidden_is_not_found_by_its_path(get, world):
    missing = get("/pages/find/?html_path=/en/no/")
    for path in (
        *("/es/nada/", "/en/library/secret/", "/en/repository/unfinished/"),
        *("/xx/", "/es/%00/", "%00"),
    ):
        response = get(f"/pages/find/?html_path={path}")
        assert response.status_code == 404, path
        assert response.content == missing.content, path


def test_hidden_pages_are_not_among_wagtail_s_pages(get, world):
    text = get("/pages/?limit=100").content.decode()
    assert "Report on return" in text
    assert "Secret" not in text
    assert "Unfinished" not in text
