"""Every page of accounts opens in every language, in that language."""

import pytest
from django.urls import reverse, translate_url
from django.utils import translation

pytestmark = pytest.mark.django_db

FOR_EVERYBODY = [
    "account_login",
    "account_signup",
    "membership_received",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
]
FOR_MEMBERS = [
    "account",
    "account_logout",
    "account_delete",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
]


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
@pytest.mark.parametrize("name", FOR_EVERYBODY + FOR_MEMBERS)
def test_page_opens_in_its_language(client, member, language, name):
    if name in FOR_MEMBERS:
        client.force_login(member)
    with translation.override(language):
        address = reverse(name)
    response = client.get(address)
    assert response.status_code == (401 if name == "socialaccount_login_error" else 200)
    page = response.content.decode()
    assert f'<html lang="{language}">' in page
    assert 'name="robots" content="noindex"' in page
    assert "no-store" in response["Cache-Control"]
    if language != "en":
        english = client.get(translate(address))
        assert heading(page) != heading(english.content.decode())


def translate(address):
    with translation.override(address[1:3]):
        return translate_url(address, "en")


def heading(page):
    return page.split("<h1")[1].split("</h1>")[0]


@pytest.mark.parametrize("language", ["es", "fr", "nl"])
def test_too_many_attempts_are_told_in_the_language_of_the_page(client, limits, language):
    with translation.override(language):
        address = reverse("account_reset_password")
        words = translation.gettext("Too many attempts")
    for _attempt in range(6):
        response = client.post(address, {"email": "a@example.org"})
    assert response.status_code == 429
    assert words in response.content.decode()
