"""Profile, data to take along, and leaving."""

from __future__ import annotations

import json

import pytest
from django.core import mail
from django.test import Client
from wagtail.log_actions import log
from wagtail.models import APIToken, Page

from cpmg.mail import categories
from cpmg.users.models import MembershipRequest, User

from .conftest import PASSWORD, make

pytestmark = pytest.mark.django_db

PROFILE = {
    "first_name": "Maya",
    "last_name": "Charles-Brown",
    "organisation": "Ministry of Labour",
    "country": "TT",
    "language": "fr",
    "messages": [],
}


@pytest.fixture
def signed_in(client, member) -> Client:
    client.force_login(member)
    return client


def test_a_member_changes_the_profile(signed_in, member):
    assert signed_in.post("/en/account/", PROFILE)["Location"] == "/en/account/"
    member.refresh_from_db()
    assert (member.last_name, member.country, member.language) == ("Charles-Brown", "TT", "fr")
    assert categories.wanted_by(member) == []
    signed_in.post("/en/account/", PROFILE | {"messages": ["submissions"]})
    assert categories.wanted_by(member) == ["submissions"]
    page = signed_in.get("/en/account/").content.decode()
    assert "Your profile was saved." in page
    assert "Ministry of Labour" in page


def test_a_profile_changes_no_role_and_no_address(signed_in, member):
    signed_in.post(
        "/en/account/",
        PROFILE | {"email": "x@example.org", "is_superuser": "on", "is_staff": "on", "groups": "1"},
    )
    member.refresh_from_db()
    assert member.email == "maya@example.org"
    assert not member.is_superuser
    assert not member.is_staff
    assert member.groups.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "Ma\u202eya"),
        ("last_name", "\x00"),
        ("organisation", "a\nb"),
        ("country", "ZZ"),
        ("language", "de"),
        ("interests", "nothing"),
    ],
)
def test_a_bad_profile_is_explained_and_not_kept(signed_in, member, field, value):
    response = signed_in.post("/en/account/", PROFILE | {field: value})
    assert response.context["form"].errors.keys() == {field}
    member.refresh_from_db()
    assert member.last_name == "Charles"


def test_markup_in_a_name_stays_text(signed_in, member):
    User.objects.filter(pk=member.pk).update(first_name="<script>alert(1)</script>")
    page = signed_in.get("/en/account/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_own_data_hold_everything_about_oneself_and_nothing_about_others(signed_in, member):
    other = make("marker@example.org", first_name="Marker")
    home = Page.objects.get(url_path="/home/")
    Page.objects.filter(pk=home.pk).update(owner=member)
    log(home, "wagtail.edit", user=member)
    log(home, "wagtail.publish", user=other)
    APIToken.objects.create(user=member, name="My script", key_hash="secret-hash", prefix="abc")
    response = signed_in.post("/en/account/my-data/")
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    data = json.loads(response.content)
    assert data["profile"]["email"] == "maya@example.org"
    assert data["roles"] == ["Members"]
    assert data["pages"][0]["url_path"] == "/home/"
    assert [action["action"] for action in data["actions"]] == ["wagtail.edit"]
    assert data["sign_in"]["api_tokens"][0]["name"] == "My script"
    text = response.content.decode()
    for secret in ("marker", "Marker", "secret-hash", member.password, "wagtail.publish"):
        assert secret not in text


@pytest.mark.parametrize(
    "address", ["", "my-data/", "delete/", "email/", "password/change/", "2fa/"]
)
def test_strangers_are_asked_to_sign_in(client, address):
    for send in (client.get, client.post):
        response = send(f"/en/account/{address}")
        assert response.status_code in (302, 405)
        if response.status_code == 302:
            assert response["Location"].startswith("/en/account/login/?next=")


def test_data_are_not_fetched_by_a_link(signed_in):
    assert signed_in.get("/en/account/my-data/").status_code == 405


# Leaving ------------------------------------------------------------------------------


def test_deleting_the_account_asks_for_the_password(signed_in, member):
    response = signed_in.post("/en/account/delete/", {"password": "wrong"})
    assert "not your password" in response.content.decode()
    assert User.objects.filter(pk=member.pk).exists()


def test_guessing_the_password_there_is_limited(signed_in, limits):
    answers = [
        signed_in.post("/en/account/delete/", {"password": "wrong"}).status_code
        for _attempt in range(11)
    ]
    assert answers == [200] * 10 + [429]


def test_a_deleted_account_leaves_its_pages_and_log_without_a_name(signed_in, member):
    home = Page.objects.get(url_path="/home/").specific
    Page.objects.filter(pk=home.pk).update(owner=member)
    home.save_revision(user=member)
    log(home, "wagtail.edit", user=member)
    MembershipRequest.objects.create(
        person=member, first_name="Maya", last_name="Charles", email=member.email,
        organisation="O", country="TT", reason="r", language="en", state="approved",
    )  # fmt: skip
    decided = MembershipRequest.objects.create(
        decided_by=member, first_name="A", last_name="B", email="a@example.org",
        organisation="O", country="TT", reason="r", language="en", state="approved",
    )  # fmt: skip
    other = Client()
    other.force_login(member)
    assert signed_in.post("/en/account/delete/", {"password": PASSWORD})["Location"] == "/en/"
    assert not User.objects.exists()
    home.refresh_from_db()
    assert home.owner is None
    assert home.get_latest_revision().user is None
    decided.refresh_from_db()
    assert decided.decided_by is None
    assert list(MembershipRequest.objects.all()) == [decided]
    assert other.get("/en/account/").status_code == 302
    assert mail.outbox[-1].to == ["maya@example.org"]
    assert "were deleted" in mail.outbox[-1].body
    # The history in the admin still opens.
    client = Client()
    client.force_login(User.objects.create_superuser("ada@example.org", "x"))
    assert client.get(f"/admin/pages/{home.pk}/history/").status_code == 200
    assert client.get("/admin/reports/site-history/").status_code == 200


def test_the_last_administrator_stays(client):
    ada = User.objects.create_superuser("ada@example.org", PASSWORD)
    client.force_login(ada)
    assert "only administrator" in client.get("/en/account/delete/").content.decode()
    client.post("/en/account/delete/", {"password": PASSWORD})
    assert User.objects.filter(pk=ada.pk).exists()


def test_who_has_no_password_types_the_address(client):
    person = make("oidc@example.org")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    client.post("/en/account/delete/", {"email": "other@example.org"})
    assert User.objects.filter(pk=person.pk).exists()
    client.post("/en/account/delete/", {"email": "OIDC@example.org"})
    assert not User.objects.filter(pk=person.pk).exists()
