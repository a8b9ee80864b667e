"""The API knows people by Wagtail's tokens."""

import pytest
from wagtail.models import APIToken

from cpmg.users.models import User

pytestmark = pytest.mark.django_db


def ask(client, key):
    return client.get("/api/v3/documents/", headers={"authorization": f"Bearer {key}"})


def new_token(person):
    _token, key = APIToken.create_token(user=person, name="Script")
    return key


def test_a_token_acts_as_its_owner_and_ends_with_the_account(client, moderator, member):
    key = new_token(moderator)
    assert ask(client, key).status_code == 200
    assert ask(client, new_token(member)).status_code == 403
    User.objects.filter(pk=moderator.pk).update(is_active=False)
    assert ask(client, key).status_code in (401, 403)
    moderator.delete()
    assert ask(client, key).status_code in (401, 403)


def test_a_session_alone_reads_no_list_of_editors(client, moderator):
    client.force_login(moderator)
    assert client.get("/api/v3/documents/").status_code in (401, 403)
