"""Who works on no page finds in the admin the rooms that are theirs, and nothing else."""

import pytest
from django.test import Client

from cpmg.users.models import User
from pages.translating.people import translators_of

CLOSED = ["/admin/pages/", "/admin/choose-page/", "/admin/reports/", "/admin/documents/"]


def test_focal_points_find_the_desk(shelves, people):
    client = Client()
    client.force_login(people["focal point"])
    assert client.get("/admin/")["Location"] == "/admin/desk/"
    assert client.get("/admin/desk/").status_code == 200
    assert client.get("/admin/account/").status_code == 200
    assert {client.get(address).status_code for address in CLOSED} == {404}
    assert client.get("/admin/translations/").status_code in (302, 403, 404)


@pytest.mark.django_db
def test_translators_find_the_board():
    user = User.objects.create_user("translator@example.org", "correct horse battery")
    user.groups.add(translators_of("es"))
    client = Client()
    client.force_login(user)
    assert client.get("/admin/")["Location"] == "/admin/translations/"
    assert client.get("/admin/translations/").status_code == 200
    assert {client.get(address).status_code for address in CLOSED} == {404}
    assert client.get("/admin/desk/").status_code in (302, 403, 404)


def test_editors_find_all(shelves, people):
    client = Client()
    client.force_login(people["editor"])
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/choose-page/").status_code == 200
