"""Signing in and out: one page for everybody, which tells strangers nothing."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cpmg.users.models import User

from .conftest import PASSWORD, link_in, make, sign_in


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_a_member_signs_in_by_email_whatever_its_case(client, member):
    response = sign_in(client, "MAYA@Example.org")
    assert response["Location"] == "/en/account/"
    assert is_signed_in(client)


def test_an_editor_is_led_to_the_admin(client, moderator):
    assert sign_in(client, moderator.email)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("en", "/en/account/login/"),
        ("es", "/es/cuenta/iniciar-sesion/"),
        ("fr", "/fr/compte/connexion/"),
        ("nl", "/nl/account/inloggen/"),
    ],
)
def test_the_page_has_an_address_in_each_language(client, db, language, address):
    with translation.override(language):
        assert reverse("account_login") == address
    assert client.get(address).status_code == 200


def test_the_admin_has_no_page_of_its_own_for_signing_in(client, db):
    response = client.get("/admin/pages/", follow=True)
    assert response.redirect_chain[-1][0] == "/en/account/login/?next=%2Fadmin%2Fpages%2F"
    assert response.status_code == 200


def test_signing_in_for_the_admin_leads_back_there(client, moderator):
    response = sign_in(client, moderator.email, next="/admin/pages/")
    assert response["Location"] == "/admin/pages/"


def test_a_member_is_not_sent_in_circles_by_the_admin(client, member):
    client.force_login(member)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http:evil.example",
        "https://testserver.evil.example/",
    ],
)
def test_signing_in_leads_to_no_other_site(client, member, target):
    assert sign_in(client, member.email, next=target)["Location"] == "/en/account/"


def test_another_host_that_the_server_answers_to_is_another_site(client, member, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    response = sign_in(client, member.email, next="http://other.example/")
    assert response["Location"] == "/en/account/"


def test_signing_in_begins_a_new_session(client, member):
    client.get("/en/account/password/1-abc/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, member.email)
    assert client.session.session_key != before


def test_signing_out_needs_a_deliberate_step(client, member):
    client.force_login(member)
    assert client.get("/en/account/logout/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/en/account/logout/")["Location"] == "/en/"
    assert not is_signed_in(client)


def test_the_session_ends_with_the_browser_unless_asked_otherwise(client, member):
    sign_in(client, member.email)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, member.email, remember="on")
    assert not client.session.get_expire_at_browser_close()


# Strangers ----------------------------------------------------------------------------


def shown(response):
    """What a page says, without the token of its form and what was typed."""
    soup = response.content.decode()
    return [line for line in soup.splitlines() if "csrfmiddlewaretoken" not in line]


def test_a_wrong_password_and_a_wrong_address_get_the_same_answer(client, member):
    wrong = shown(sign_in(client, member.email, "wrong"))
    nobody = shown(sign_in(client, "none@example.org", "wrong"))
    assert wrong == [line.replace("none@example.org", member.email) for line in nobody]


def test_asking_for_a_new_password_tells_nothing(client, member):
    answers = [
        client.post("/en/account/password/new/", {"email": email})
        for email in (member.email, "none@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [message.to for message in mail.outbox] == [[member.email], ["none@example.org"]]
    assert "/password/" in link_in(mail.outbox[0])
    assert link_in(mail.outbox[1]) == "/en/account/membership/"


def test_guessing_is_limited_for_each_account(client, member, limits):
    for _attempt in range(5):
        sign_in(client, member.email, "wrong")
    response = sign_in(client, member.email)
    assert not is_signed_in(client)
    assert "Too many attempts" in response.content.decode()


def test_asking_for_passwords_is_limited(client, member, limits):
    for _attempt in range(5):
        client.post("/en/account/password/new/", {"email": member.email})
    response = client.post("/en/account/password/new/", {"email": member.email})
    assert response.status_code == 429
    assert len(mail.outbox) == 5
    assert "Too many attempts" in response.content.decode()


def test_nobody_makes_an_account_for_themselves(client, db):
    client.post(
        "/en/account/membership/",
        {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.exists()


# Addresses and passwords --------------------------------------------------------------


def test_an_address_is_verified_before_the_first_sign_in(client, db):
    User.objects.create_user("new@example.org", PASSWORD)
    response = sign_in(client, "new@example.org")
    assert response["Location"] == "/en/account/email/sent/"
    assert not is_signed_in(client)
    link = link_in(mail.outbox[0])
    assert client.get(link).status_code == 200
    client.post(link)
    sign_in(client, "new@example.org")
    assert is_signed_in(client)


def test_a_new_password_is_chosen_by_a_link_that_works_once(client, member):
    client.post("/en/account/password/new/", {"email": member.email})
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True)
    target = form.request["PATH_INFO"]
    client.post(target, {"password1": "another good one", "password2": "another good one"})
    member.refresh_from_db()
    assert member.check_password("another good one")
    assert "does not work" in client.get(link, follow=True).content.decode()


def test_a_new_password_ends_all_other_sessions(client, member):
    other = Client()
    other.force_login(member)
    client.force_login(member)
    sign_in(client, member.email)
    client.post(
        "/en/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another", "password2": "quite another"},
    )
    member.refresh_from_db()
    assert member.check_password("quite another")
    assert client.get("/en/account/").status_code == 200
    assert other.get("/en/account/").status_code == 302


def test_a_changed_address_holds_when_its_owner_confirms_it(client, member):
    sign_in(client, member.email)
    asked = client.post("/en/account/email/", {"action_add": "", "email": "maya@new.example"})
    assert asked["Location"].startswith("/en/account/confirm/")
    client.post(asked["Location"], {"password": PASSWORD, "next": "/en/account/email/"})
    member.refresh_from_db()
    assert member.email == "maya@example.org"
    assert "maya@new.example" in client.get("/en/account/email/").content.decode()
    client.post(link_in(mail.outbox[-1]))
    member.refresh_from_db()
    assert member.email == "maya@new.example"
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["maya@new.example"]


def test_the_address_that_an_administrator_replaced_no_longer_signs_in(client, member):
    member.email = "maya@new.example"
    member.save()
    sign_in(client, "maya@example.org")
    assert not is_signed_in(client)


def test_a_disabled_person_is_out_at_the_next_request(client, member):
    client.force_login(member)
    assert client.get("/en/account/").status_code == 200
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/en/account/").status_code == 302
    response = sign_in(client, member.email)
    assert response["Location"] == "/en/account/disabled/"
    assert client.get(response["Location"]).status_code == 200


def test_passwords_that_everybody_knows_are_refused(client, member):
    sign_in(client, member.email)
    response = client.post(
        "/en/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "password1", "password2": "password1"},
    )
    assert response.status_code == 200
    assert "too common" in response.content.decode()


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_mail_is_in_the_language_of_its_reader_as_text_and_html(client, db, language):
    """Whatever language the page is in that caused it."""
    person = make("reader@example.org", language=language)
    client.post("/en/account/password/new/", {"email": person.email})
    (message,) = mail.outbox
    with translation.override(language):
        assert message.subject == translation.gettext("Choose a new password")
        assert reverse("account_login").split("/")[2] in {"account", "cuenta", "compte"}
    assert link_in(message).startswith(f"/{language}/")
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert f'<html lang="{language}">' in html
    assert link_in(message) in html
