"""People to try things with: only where the settings allow them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cpmg.users.models import User

from ..users.conftest import sign_in

pytestmark = pytest.mark.django_db


def run():
    out = StringIO()
    call_command("demo_people", stdout=out)
    rows = [line.split() for line in out.getvalue().splitlines() if "@" in line]
    return {role: (email, password) for role, email, password in rows}


ROLES = ["member", "editor", "moderator", "network-member", "focal-point"]


def test_there_is_one_person_for_each_role(shelves):
    people = run()
    groups = {
        role: set(User.objects.get(email=email).groups.values_list("name", flat=True))
        for role, (email, _password) in people.items()
    }
    assert groups == {
        "member": {"Members"},
        "editor": {"Members", "Editors"},
        "moderator": {"Members", "Moderators"},
        "network-member": {"Members", "Network: diaspora"},
        "focal-point": {"Members", "Network: diaspora", "Focal points: diaspora"},
    }
    assert not User.objects.filter(is_superuser=True).exists()


def test_without_a_network_nobody_speaks_for_one(db):
    assert list(run()) == ["member", "editor", "moderator"]


@pytest.mark.parametrize("role", ROLES)
def test_each_signs_in_with_the_password_that_was_printed(shelves, client, role):
    email, password = run()[role]
    target = "/en/account/" if "member" in role else "/admin/"
    assert sign_in(client, email, password)["Location"] == target
    assert client.get(target, follow=True).status_code == 200


def test_the_focal_point_sits_at_the_desk_of_the_network(shelves, client):
    email, password = run()["focal-point"]
    sign_in(client, email, password)
    assert client.get("/admin/desk/").status_code == 200


def test_running_it_again_makes_new_passwords(shelves, client):
    first, second = run(), run()
    assert User.objects.count() == len(ROLES)
    assert first["member"][1] != second["member"][1]
    sign_in(client, *first["member"])
    assert "_auth_user_id" not in client.session


def test_it_refuses_where_the_settings_do_not_allow_it(settings):
    settings.DEMO_PEOPLE_ALLOWED = False
    with pytest.raises(CommandError, match="DEMO_PEOPLE_ALLOWED"):
        run()
    assert not User.objects.exists()
