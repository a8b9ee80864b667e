"""People make, name and end tokens. A token is known by its digest."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import APIToken, ModelLogEntry

from cpmg.users import tokens
from cpmg.users.models import TokenTerms, User
from tests.users.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/en/account/tokens/"


def ask(client, key, address="/api/v3/whoami/"):
    return client.get(address, headers={"authorization": f"Bearer {key}"})


def prove(client, person):
    """Signs in and says the password once more."""
    client.logout()
    sign_in(client, person.email)
    client.post("/en/account/confirm/", {"password": PASSWORD})


def new_token(person, *scopes):
    return tokens.create(person, "Script", list(scopes), 30)


def test_a_token_acts_as_its_owner_and_ends_with_the_account(client, moderator, member):
    key = APIToken.create_token(user=moderator, name="Script")[1]
    assert ask(client, key, "/api/v3/documents/").status_code == 200
    assert ask(client, new_token(member), "/api/v3/documents/").status_code == 403
    User.objects.filter(pk=moderator.pk).update(is_active=False)
    assert ask(client, key).status_code == 401
    moderator.delete()
    assert ask(client, key).status_code == 401


def test_a_session_alone_reads_no_list_of_editors(client, moderator):
    client.force_login(moderator)
    assert client.get("/api/v3/documents/").status_code == 401


def test_the_key_is_shown_once_and_only_its_digest_is_kept(client, member):
    prove(client, member)
    page = client.post(PAGE, {"name": "Annual report", "scopes": ["submit"], "days": "30"})
    assert page.status_code == 200
    key = page.context["key"]
    assert key in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert key not in client.get(PAGE).content.decode()
    token = APIToken.objects.get(user=member)
    assert key not in (token.key_hash, token.prefix)
    assert token.terms.scopes == ["read", "submit"]
    assert token.terms.expires_at - timezone.now() > timedelta(days=29)
    assert ModelLogEntry.objects.filter(action="wagtail.apitoken.create").count() == 1
    assert "Annual report" in mail.outbox[-1].body
    assert ask(client, key).json()["user"]["email"] == member.email
    token.refresh_from_db()
    assert token.last_used_at


def test_a_token_is_made_by_who_has_just_proved_who_they_are(client, member):
    client.force_login(member)
    asked = client.post(PAGE, {"name": "Script", "days": "30"})
    assert asked.status_code == 302
    assert "/account/confirm/" in asked["Location"]
    assert not APIToken.objects.exists()


def test_only_who_works_in_the_admin_is_offered_to_edit(client, member, moderator):
    for person, offered in ((member, False), (moderator, True)):
        client.force_login(person)
        assert ("edit content" in client.get(PAGE).content.decode()) is offered
    prove(client, member)
    page = client.post(PAGE, {"name": "Script", "scopes": ["edit"], "days": "30"})
    assert page.context["form"].errors["scopes"]
    assert client.post(PAGE, {"name": "Script", "days": "4000"}).context["form"].errors["days"]


def test_a_person_revokes_their_own_tokens_and_nobody_else_s(client, member, moderator):
    key, other = new_token(member), new_token(moderator)
    client.force_login(member)
    mine, theirs = APIToken.objects.get(user=member), APIToken.objects.get(user=moderator)
    assert client.get(f"{PAGE}{mine.pk}/revoke/").status_code == 405
    assert client.post(f"{PAGE}{theirs.pk}/revoke/").status_code == 404
    assert client.post(f"{PAGE}{mine.pk}/revoke/").status_code == 302
    assert ask(client, key).status_code == 401
    assert ask(client, other).status_code == 200
    assert ModelLogEntry.objects.filter(action="wagtail.apitoken.revoke").count() == 1


def test_a_new_password_ends_all_tokens_and_signing_in_none(client, member):
    key = new_token(member)
    sign_in(client, member.email)
    assert ask(client, key).status_code == 200
    member.set_password("another horse battery")
    member.save()
    assert ask(client, key).status_code == 401


def test_a_disabled_account_has_no_tokens_when_it_is_opened_again(client, member):
    key = new_token(member)
    for is_active in (False, True):
        member.is_active = is_active
        member.save()
        assert ask(client, key).status_code == 401


def test_a_token_that_expired_is_nobody_s(client, member):
    key = new_token(member)
    TokenTerms.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = ask(client, key)
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token has expired.")


def test_one_person_has_a_bounded_number_of_tokens(client, member, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 2)
    for _number in range(2):
        new_token(member)
    prove(client, member)
    page = client.post(PAGE, {"name": "One more", "days": "30"})
    assert "You have 2 tokens" in page.content.decode()
    tokens.revoke(APIToken.objects.first(), member)
    assert client.post(PAGE, {"name": "One more", "days": "30"}).context["key"]


def test_the_page_takes_as_many_queries_for_fifty_tokens_as_for_one(
    client, member, django_assert_max_num_queries
):
    client.force_login(member)
    for _number in range(40):
        new_token(member)
    client.get(PAGE)
    with django_assert_max_num_queries(15):
        client.get(PAGE)
