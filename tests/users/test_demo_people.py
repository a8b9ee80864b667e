"""People to try things with: only where the settings allow them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cpmg.users.models import User

from .conftest import sign_in

pytestmark = pytest.mark.django_db


def run():
    out = StringIO()
    call_command("demo_people", stdout=out)
    rows = [line.split() for line in out.getvalue().splitlines()[1:]]
    return {role: (email, password) for role, email, password in rows}


def test_there_is_one_person_for_each_role(client):
    people = run()
    groups = {
        role: set(User.objects.get(email=email).groups.values_list("name", flat=True))
        for role, (email, _password) in people.items()
    }
    assert groups == {
        "member": {"Members"},
        "editor": {"Members", "Editors"},
        "moderator": {"Members", "Moderators"},
    }
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("role", ["member", "editor", "moderator"])
def test_each_signs_in_with_the_password_that_was_printed(client, role):
    email, password = run()[role]
    target = "/en/account/" if role == "member" else "/admin/"
    assert sign_in(client, email, password)["Location"] == target
    assert client.get(target).status_code == 200


def test_running_it_again_makes_new_passwords(client):
    first, second = run(), run()
    assert User.objects.count() == 3
    assert first["member"][1] != second["member"][1]
    sign_in(client, *first["member"])
    assert "_auth_user_id" not in client.session


def test_it_refuses_where_the_settings_do_not_allow_it(settings):
    settings.DEMO_PEOPLE_ALLOWED = False
    with pytest.raises(CommandError, match="DEMO_PEOPLE_ALLOWED"):
        run()
    assert not User.objects.exists()
