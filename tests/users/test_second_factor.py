"""The admin opens with two factors where the settings ask for it."""

from __future__ import annotations

import pytest
from django.core import mail

from cpmg.users.access import has_second_factor
from cpmg.users.models import User

from .conftest import PASSWORD, code_of, set_up_second_factor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings):
    settings.MFA_REQUIRED = True


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_the_admin_stays_closed_until_an_app_is_set_up(client, moderator):
    sign_in(client, moderator.email)
    for address in ("/admin/", "/admin/pages/", "/admin/account/"):
        assert client.get(address)["Location"].startswith("/en/account/2fa/app/?next=")
    assert client.post("/admin/account/")["Location"].startswith("/en/account/2fa/app/")


def test_an_app_is_set_up_and_the_admin_opens(
    client, moderator, django_capture_on_commit_callbacks
):
    sign_in(client, moderator.email)
    address = client.get("/admin/")["Location"]
    confirm = client.get(address)["Location"]
    assert confirm.startswith("/en/account/confirm/")
    page = client.post(confirm, {"password": PASSWORD, "next": address}, follow=True)
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(address, {"code": code_of(secret)})
    assert done["Location"] == "/en/account/2fa/codes/"
    codes = client.get(done["Location"])
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200
    assert "app was switched on" in " ".join(message.body for message in mail.outbox)


def test_a_wrong_code_sets_up_nothing(client, moderator):
    sign_in(client, moderator.email)
    confirm = client.get("/en/account/2fa/app/")["Location"]
    client.post(confirm, {"password": PASSWORD, "next": "/en/account/2fa/app/"})
    response = client.post("/en/account/2fa/app/", {"code": "000000"})
    assert "not right" in response.content.decode()
    assert not has_second_factor(moderator)


def test_password_alone_no_longer_signs_in(client, moderator):
    secret = set_up_second_factor(moderator)
    response = sign_in(client, moderator.email)
    assert response["Location"] == "/en/account/2fa/login/"
    assert not is_signed_in(client)
    assert client.get("/admin/").status_code == 302
    client.post("/en/account/2fa/login/", {"code": code_of(secret)})
    assert is_signed_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_signs_in_once(client, member):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    set_up_second_factor(member)
    code = RecoveryCodes.activate(member).get_unused_codes()[0]
    sign_in(client, member.email)
    client.post("/en/account/2fa/login/", {"code": code})
    assert is_signed_in(client)
    client.post("/en/account/logout/")
    sign_in(client, member.email)
    assert "not right" in client.post("/en/account/2fa/login/", {"code": code}).content.decode()
    assert not is_signed_in(client)


def test_guessing_codes_is_limited(client, member, limits):
    secret = set_up_second_factor(member)
    sign_in(client, member.email)
    for _attempt in range(10):
        client.post("/en/account/2fa/login/", {"code": "000000"})
    client.post("/en/account/2fa/login/", {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_a_new_password_does_not_go_around_the_app(client, moderator):
    set_up_second_factor(moderator)
    moderator.set_password("a new good one")
    moderator.save()
    assert sign_in(client, moderator.email, "a new good one")["Location"].endswith("/2fa/login/")


def test_who_needs_the_app_cannot_switch_it_off(client, moderator):
    secret = set_up_second_factor(moderator)
    sign_in(client, moderator.email)
    client.post("/en/account/2fa/login/", {"code": code_of(secret)})
    again = client.get("/en/account/2fa/app/off/")["Location"]
    client.post(again, {"password": PASSWORD, "next": "/en/account/2fa/app/off/"})
    response = client.post("/en/account/2fa/app/off/")
    assert "Your role needs" in response.content.decode()
    assert has_second_factor(moderator)


def test_members_decide_for_themselves(client, member):
    sign_in(client, member.email)
    assert client.get("/en/account/").status_code == 200
    set_up_second_factor(member)
    again = client.get("/en/account/2fa/app/off/")["Location"]
    client.post(again, {"password": PASSWORD, "next": "/en/account/2fa/app/off/"})
    client.post("/en/account/2fa/app/off/")
    assert not has_second_factor(member)


def test_one_may_leave_a_closed_admin(client, moderator):
    sign_in(client, moderator.email)
    client.post("/admin/logout/")
    assert not is_signed_in(client)


def test_without_the_requirement_the_first_editor_enters(client, settings):
    settings.MFA_REQUIRED = False
    User.objects.create_superuser("editor@example.org", PASSWORD)
    sign_in(client, "editor@example.org")
    assert client.get("/admin/").status_code == 200
