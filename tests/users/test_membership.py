"""Membership is asked for and decided; each step tells the person and nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import translation
from wagtail.models import ModelLogEntry

from cpmg.users import membership
from cpmg.users.models import MEMBERS, MembershipRequest, User

from .conftest import link_in, make, sign_in

pytestmark = pytest.mark.django_db

ASKED = {
    "first_name": "Ana",
    "last_name": "Núñez",
    "email": "ana@example.org",
    "organisation": "Ministerio",
    "country": "DO",
    "reason": "I work on labour migration.",
    "language": "es",
    "website": "",
}


def ask(client, **other):
    return client.post("/en/account/membership/", ASKED | other)


@pytest.fixture
def waiting() -> MembershipRequest:
    fields = {name: value for name, value in ASKED.items() if name != "website"}
    return MembershipRequest.objects.create(**fields)


def decide(client, request, **answer):
    return client.post(f"/admin/membership_requests/edit/{request.pk}/", answer, follow=True)


# Asking -------------------------------------------------------------------------------


def test_a_request_is_kept_and_makes_no_account(client):
    response = ask(client)
    assert response["Location"] == "/en/account/membership/received/"
    request = MembershipRequest.objects.get()
    assert (request.name, request.country, request.state) == ("Ana Núñez", "DO", "pending")
    assert not User.objects.exists()
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]


def test_networks_are_offered_and_kept_by_code(client, content):
    page = client.get("/es/cuenta/membresia/").content.decode()
    assert 'value="labour-migration"' in page
    ask(client, interests=["labour-migration"])
    assert MembershipRequest.objects.get().interests == ["labour-migration"]


def test_asking_twice_keeps_one_request_and_says_the_same(client):
    first, second = ask(client), ask(client, email="ANA@example.org")
    assert first["Location"] == second["Location"]
    assert MembershipRequest.objects.count() == 1


def test_who_is_a_member_already_learns_it_by_mail_only(client, member):
    known, unknown = ask(client, email=member.email), ask(client)
    assert known["Location"] == unknown["Location"]
    assert MembershipRequest.objects.get().email == "ana@example.org"
    assert link_in(mail.outbox[0]) == "/en/account/password/new/"


def test_a_program_that_fills_in_every_field_is_thanked_and_ignored(client):
    response = ask(client, website="https://spam.example/")
    assert response["Location"] == "/en/account/membership/received/"
    assert not MembershipRequest.objects.exists()
    assert not mail.outbox


def test_requests_are_limited(client, limits):
    answers = [ask(client, email=f"ana{n}@example.org").status_code for n in range(11)]
    assert answers == [302] * 10 + [429]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "Ana\u202egnp.exe"),
        ("first_name", "Ana\x00"),
        ("organisation", "One\nTwo"),
        ("organisation", "x" * 201),
        ("reason", "x" * 2001),
        ("reason", "\x00"),
        ("country", "XX"),
        ("country", "jm"),
        ("email", "ana"),
        ("email", "ana@example.org\nBcc: all@example.org"),
        ("interests", "no-such-network"),
        ("language", "de"),
        ("last_name", ""),
    ],
)
def test_bad_input_is_explained_and_nothing_kept(client, field, value):
    response = ask(client, **{field: value})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {field}
    assert not MembershipRequest.objects.exists()


def test_markup_in_a_request_stays_text(client, moderator):
    ask(client, first_name="<script>alert(1)</script>", reason="<img src=x onerror=alert(1)>")
    client.force_login(moderator)
    request = MembershipRequest.objects.get()
    for address in (
        "/admin/membership_requests/",
        f"/admin/membership_requests/edit/{request.pk}/",
    ):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


# Deciding -----------------------------------------------------------------------------


def test_an_approved_person_chooses_a_password_by_a_link_and_signs_in(client, moderator, waiting):
    client.force_login(moderator)
    decide(client, waiting, decision="approve")
    person = User.objects.get(email="ana@example.org")
    assert list(person.groups.values_list("name", flat=True)) == [MEMBERS]
    assert (person.organisation, person.country, person.language) == ("Ministerio", "DO", "es")
    assert not person.has_usable_password()
    client.logout()
    (message,) = mail.outbox
    assert message.to == ["ana@example.org"]
    form = client.get(link_in(message), follow=True)
    assert form.request["PATH_INFO"].startswith("/es/")
    chosen = {"password1": "una buena clave", "password2": "una buena clave"}
    client.post(form.request["PATH_INFO"], chosen)
    assert client.get(link_in(message)).context["token_fail"]
    sign_in(client, "ana@example.org", "una buena clave")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_rejection_needs_a_reason_and_is_told(client, moderator, waiting):
    client.force_login(moderator)
    response = decide(client, waiting, decision="reject", reason="")
    assert "the person reads it" in response.content.decode()
    decide(client, waiting, decision="reject", reason="Please use your work address.")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("rejected", moderator)
    assert not User.objects.filter(email=waiting.email).exists()
    assert "Please use your work address." in mail.outbox[0].body


def test_after_a_rejection_one_may_ask_again(client, moderator, waiting):
    membership.reject(waiting.pk, moderator, "Not yet.")
    ask(client)
    assert MembershipRequest.objects.filter(state="pending").count() == 1


def test_a_request_is_decided_once(client, moderator, waiting):
    membership.approve(waiting.pk, moderator)
    with pytest.raises(membership.AlreadyDecided):
        membership.reject(waiting.pk, moderator, "Too late.")
    client.force_login(moderator)
    response = decide(client, waiting, decision="reject", reason="Too late.")
    assert "decided this request meanwhile" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "approved"
    assert len(mail.outbox) == 1


def test_decisions_are_in_the_log(moderator, waiting):
    membership.approve(waiting.pk, moderator)
    entry = ModelLogEntry.objects.get(action="users.approve_membership")
    assert (entry.user, entry.object_id) == (moderator, str(waiting.pk))


def test_a_mail_server_that_is_away_keeps_nobody_from_deciding(
    client, moderator, waiting, monkeypatch
):
    def fail(*args):
        raise ConnectionRefusedError

    client.force_login(moderator)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
        decide(client, waiting, decision="approve")
        assert not mail.outbox
    waiting.refresh_from_db()
    assert waiting.state == "approved"
    decide(client, waiting, invite="1")
    assert mail.outbox[0].to == ["ana@example.org"]


def test_somebody_with_an_account_keeps_it_and_becomes_a_member(moderator, waiting):
    person = make("Ana@example.org", first_name="Ana María")
    membership.approve(waiting.pk, moderator)
    assert User.objects.filter(email__iexact="ana@example.org").get() == person
    assert person.first_name == "Ana María"
    assert person.groups.get().name == MEMBERS


@pytest.mark.parametrize("action", ["", "new/", "delete/{pk}/", "edit/{pk}/"])
def test_members_reach_no_request(client, member, waiting, action):
    client.force_login(member)
    address = "/admin/membership_requests/" + action.format(pk=waiting.pk)
    assert client.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("action", ["new/", "delete/{pk}/"])
def test_nobody_makes_or_removes_requests_in_the_admin(client, waiting, action):
    User.objects.create_superuser("ada@example.org", "x")
    client.force_login(User.objects.get(email="ada@example.org"))
    address = "/admin/membership_requests/" + action.format(pk=waiting.pk)
    assert client.get(address)["Location"] == "/admin/"
    client.post(address)
    assert MembershipRequest.objects.get() == waiting


def test_editors_and_moderators_decide(client, waiting):
    editor = make("eddie@example.org", "Editors")
    client.force_login(editor)
    page = client.get("/admin/membership_requests/").content.decode()
    assert "Ana Núñez" in page
    assert "Dominican Republic" in page
    page = client.get(f"/admin/membership_requests/edit/{waiting.pk}/").content.decode()
    assert "I work on labour migration." in page


def test_members_have_no_permission_of_their_own():
    assert not Group.objects.get(name=MEMBERS).permissions.exists()


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_letters_are_in_the_language_that_the_person_chose(moderator, waiting, language):
    waiting.language = language
    waiting.save()
    membership.approve(waiting.pk, moderator)
    (message,) = mail.outbox
    with translation.override(language):
        assert message.subject == translation.gettext("Welcome to the platform")
    assert link_in(message).startswith(f"/{language}/")
    assert f'lang="{language}"' in message.alternatives[0][0]
