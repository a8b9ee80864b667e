"""People switch kinds of letters off, from the letter or in their profile; nobody else does."""

from __future__ import annotations

import re

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from cpmg import mail
from cpmg.mail import categories, outgoing
from cpmg.mail.models import OutgoingMail
from tests.users.conftest import make

from .conftest import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(ana) -> str:
    """Where the header of a letter to Ana leads."""
    mail.queue(letter(), ana, category="submissions")
    headers = outgoing.compose(OutgoingMail.objects.get()).extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/mail/unsubscribe/[^>]+/)>", headers["List-Unsubscribe"])
    return found[1]


def one_click(address: str) -> int:
    """As a mail program sends it: no cookie, no token, no page before."""
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address, {"List-Unsubscribe": "One-Click"})
    return answer.status_code


def test_one_click_switches_the_category_off(ana, address):
    assert one_click(address) == 200
    assert not categories.wants(ana, "submissions")
    assert categories.wants(ana, "tasks")
    assert one_click(address) == 200, "a second time changes nothing"
    mail.queue(letter(), ana, category="submissions")
    mail.queue(letter(), ana, category="tasks")
    mail.queue(letter(), ana)
    assert len(django_mail.outbox) == 2


def test_looking_at_the_link_changes_nothing(ana, address):
    for send in (Client().get, Client().head, Client().options, Client().put):
        send(address)
    assert categories.wants(ana, "submissions")


def test_the_page_has_a_button_that_works_without_scripts(ana, address, client):
    page = client.get(address)
    html = page.content.decode()
    form = re.search(r'<form class="form" method="post">.*?</form>', html, re.DOTALL)
    assert 'type="submit"' in form[0]
    assert "<script" not in form[0]
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in html
    for private in (ana.email, "Ana"):
        assert private not in html


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_the_page_is_in_the_language_of_the_person(client, language):
    person = make("p@example.org", language=language)
    url = categories.unsubscribe_url(person, "submissions")
    page = client.get(url, headers={"Accept-Language": "de, fr;q=0.5"})
    html = page.content.decode()
    with translation.override(language):
        assert gettext("Get no more messages of this kind") in html
        assert gettext("The progress of my submissions") in html
    assert f'<html lang="{language}">' in html
    assert page.headers["Content-Language"] == language
    assert f'href="/{language}/' in html


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "none",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "A" + token,
        lambda token: token.split(":")[0],
        lambda token: "\x00",
        lambda token: "x" * 5000,
    ],
)
def test_an_address_that_is_not_ours_does_nothing(ana, address, change, client):
    token = address.split("/")[-2]
    forged = f"/mail/unsubscribe/{change(token)}/"
    assert client.get(forged).status_code == 404
    assert client.post(forged).status_code == 404
    assert categories.wants(ana, "submissions")


def test_an_address_of_a_person_who_is_gone_or_disabled_does_nothing(ana, address, client):
    ana.is_active = False
    ana.save()
    assert client.post(address).status_code == 404
    ana.delete()
    assert client.post(address).status_code == 404


def test_a_category_that_is_gone_is_not_found(ana, client):
    assert client.get(categories.unsubscribe_url(ana, "nonsense")).status_code == 404


# In the profile -----------------------------------------------------------------------------


def profile(person, **more):
    return {
        **{name: getattr(person, name) for name in ("first_name", "last_name", "organisation")},
        "country": "",
        "language": person.language,
        **more,
    }


def test_the_profile_shows_what_is_switched_off_and_switches_it_on(ana, client):
    categories.switch_off(ana, "submissions")
    client.force_login(ana)
    page = client.get("/en/account/").content.decode()
    box = re.search(r'<input[^>]*name="messages"[^>]*>', page)[0]
    assert 'value="submissions"' in box
    assert "checked" not in box
    client.post("/en/account/", profile(ana, messages=["submissions"]))
    assert categories.wants(ana, "submissions")
    assert "checked" in client.get("/en/account/").content.decode()
    client.post("/en/account/", profile(ana))
    assert not categories.wants(ana, "submissions")


def test_only_who_decides_is_asked_about_decisions(ana, moderator, client):
    client.force_login(ana)
    assert 'value="tasks"' not in client.get("/en/account/").content.decode()
    bad = client.post("/en/account/", profile(ana, messages=["tasks"]))
    assert bad.context["form"].errors.keys() == {"messages"}
    client.force_login(moderator)
    assert 'value="tasks"' in client.get("/en/account/").content.decode()
    client.post("/en/account/", profile(moderator, messages=["tasks"]))
    assert categories.wanted_by(moderator) == ["tasks"]


def test_what_is_not_offered_is_left_alone(ana, moderator, client):
    """Who is no longer a moderator keeps what was chosen as one."""
    categories.switch_off(ana, "tasks")
    client.force_login(ana)
    client.post("/en/account/", profile(ana, messages=["submissions"]))
    assert not categories.wants(ana, "tasks")
