"""Membership of networks: how it begins and ends, who decides, and what it opens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cpmg.mail import outgoing
from cpmg.mail.models import OutgoingMail
from cpmg.users.models import User
from networks import membership
from networks.membership import joining, networks_in_focus_of, networks_of
from networks.models import Membership
from pages import access

Role, State, Ending = Membership.Role, Membership.State, Membership.Ending
OWN = "/en/account/networks/diaspora/"
ROOM = "/admin/network-members/"
LIBRARY = "/en/networks/diaspora/library/"


def today() -> Any:
    return timezone.localdate()


def groups_of(person: User) -> set[str]:
    return {name for name in person.groups.values_list("name", flat=True) if ": " in name}


def actions_on(found: Membership) -> list[str]:
    entries = ModelLogEntry.objects.filter(
        object_id=str(found.pk), content_type__model="membership"
    )
    return [e.action.removeprefix("networks.membership_") for e in entries.order_by("pk")]


# Requests -----------------------------------------------------------------------------


def test_a_request_is_sent_decided_and_opens_the_network_at_once(people, clients, network):
    answer = clients["maya"].post(OWN, {"reason": "I work on it", "is_listed": "on"}, follow=True)
    assert "Your request was sent" in answer.content.decode()
    request = Membership.objects.get(person=people["maya"])
    assert (request.state, request.role, request.is_listed) == (State.REQUESTED, Role.MEMBER, True)
    assert networks_of(people["maya"]) == []
    assert groups_of(people["maya"]) == set()
    assert clients["maya"].get("/en/workspace/diaspora/").status_code == 403

    letter = mail.outbox[0]  # to the focal point, in her language
    assert letter.to == ["fiona@example.org"]
    assert "Maya" in letter.subject
    assert f"/admin/network-members/{request.pk}/" in letter.body

    where = f"{ROOM}{request.pk}/"
    assert "I work on it" in clients["fiona"].get(where).content.decode()
    end = today() + timedelta(days=400)
    clients["fiona"].post(where, {"decision": "approve", "role": "member", "until": str(end)})
    request.refresh_from_db()
    assert (request.state, request.since, request.until) == (State.ACTIVE, today(), end)
    assert request.decided_by == people["fiona"]
    assert networks_of(people["maya"]) == ["diaspora"]
    assert groups_of(people["maya"]) == {"Network: diaspora"}
    assert clients["maya"].get("/en/workspace/diaspora/").status_code == 200
    assert clients["maya"].get(LIBRARY).status_code == 200
    assert mail.outbox[1].to == ["maya@example.org"]
    assert actions_on(request) == ["asked", "approved"]


def test_only_a_focal_point_of_the_network_and_the_editorial_team_decide(people, clients, network):
    request = joining.ask(people["maya"], network, "Please")
    for name in ("otto", "felix", "maya"):
        answer = clients[name].post(f"{ROOM}{request.pk}/", {"decision": "approve"})
        assert answer.status_code in (302, 404), name
        with pytest.raises(joining.Refused):
            joining.approve(request.pk, people[name])
    assert clients["felix"].get(ROOM).status_code == 200
    assert "Maya" not in clients["felix"].get(ROOM).content.decode()
    joining.approve(request.pk, people["edwin"])
    with pytest.raises(joining.Changed):
        joining.decline(request.pk, people["fiona"], "Too late")


def test_a_declined_request_says_why_and_may_be_made_again(people, clients, network):
    request = joining.ask(people["maya"], network, "Please")
    where = f"{ROOM}{request.pk}/"
    answer = clients["fiona"].post(where, {"decision": "decline", "answer": ""})
    assert answer.status_code == 400
    clients["fiona"].post(where, {"decision": "decline", "answer": "Not your field"})
    assert "Not your field" in clients["maya"].get(OWN).content.decode()
    assert any("Not your field" in letter.body for letter in mail.outbox)
    assert clients["maya"].post(OWN, {"reason": "But it is"}).status_code == 302
    assert Membership.objects.filter(person=people["maya"]).count() == 2


def test_there_are_never_two_open_requests(people, network):
    joining.ask(people["maya"], network, "Please")
    with pytest.raises(joining.Changed, match="waits for a decision"):
        joining.ask(people["maya"], network, "Please")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(person=people["maya"], network=network)
    with pytest.raises(joining.Changed, match="member of this network already"):
        joining.ask(people["otto"], network, "Again")


def test_asking_again_and_again_is_limited(people, network):
    for _time in range(joining.MOST_REQUESTS):
        joining.withdraw(joining.ask(people["maya"], network, "Please"), people["maya"])
    with pytest.raises(joining.Refused, match="several times"):
        joining.ask(people["maya"], network, "Please")


def test_a_request_without_sense_is_refused(people, clients):
    for reason in ("", "  ", "x" * 2001, "a\0b"):
        answer = clients["maya"].post(OWN, {"reason": reason})
        assert answer.status_code == 400
        assert 'class="error"' in answer.content.decode()
    assert not Membership.objects.filter(person=people["maya"]).exists()


def test_unknown_networks_and_strangers_find_nothing(people, clients):
    assert clients["maya"].get("/en/account/networks/none/").status_code == 404
    assert clients["maya"].get("/en/workspace/none/").status_code == 404
    answer = Client().get(OWN)
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


# Invitations --------------------------------------------------------------------------


def link_in(letter: Any) -> str:
    return re.search(r"http://[^/]+(/\S{80,})", letter.body)[1]


def test_an_invitation_is_accepted_once_by_the_person_it_was_sent_to(people, clients, network):
    clients["fiona"].post(
        f"{ROOM}invite/",
        {"network": "diaspora", "email": "maya@example.org", "role": "moderator", "language": "nl"},
    )
    invitation = Membership.objects.get(person=people["maya"])
    assert invitation.state == State.INVITED
    assert networks_of(people["maya"]) == []
    key = link_in(mail.outbox[0])
    assert clients["otto"].get(key).status_code == 403
    assert clients["otto"].post(key).status_code == 403
    assert "Sign in" in Client().get(key).content.decode()
    assert clients["maya"].get(key).status_code == 200
    assert networks_of(people["maya"]) == []  # looking changes nothing
    answer = clients["maya"].post(key)
    assert answer["Location"] == "/en/workspace/diaspora/"
    assert groups_of(people["maya"]) == {"Network: diaspora", "Forum moderators: diaspora"}
    assert clients["maya"].post(key).status_code == 404
    assert actions_on(invitation) == ["invited", "accepted"]


def test_an_invitation_waits_for_an_account_and_runs_out(people, network):
    invitation = joining.invite(network, "New@example.org", people["fiona"], role="member")
    assert invitation.person is None
    path = joining.invitation_path(invitation)
    assert "request membership of the platform first" in Client().get(path).content.decode()
    new = User.objects.create_user("new@example.org", "correct horse battery")
    client = Client()
    client.force_login(new)
    assert client.post(path).status_code == 302
    assert networks_of(new) == ["diaspora"]

    other = joining.invite(network, "late@example.org", people["fiona"], role="member")
    first = joining.invitation_path(other)
    other = joining.invite(network, "late@example.org", people["fiona"], role="member")
    assert Client().get(first).status_code == 404  # the second letter's key counts
    path = joining.invitation_path(other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joining, "INVITATION_LASTS", timedelta(seconds=-1))
        assert Client().get(path).status_code == 404
    joining.withdraw(other, people["fiona"])
    assert Client().get(path).status_code == 404
    assert Client().get("/en/account/networks/invitation/made-up/").status_code == 404


# Roles --------------------------------------------------------------------------------


def test_only_the_editorial_team_names_focal_points(people, clients, network):
    otto = Membership.objects.get(person=people["otto"])
    answer = clients["fiona"].post(
        f"{ROOM}{otto.pk}/", {"decision": "change", "role": "focal-point"}
    )
    assert answer.status_code == 400
    with pytest.raises(joining.Refused):
        joining.change(otto.pk, people["fiona"], role=Role.FOCAL_POINT, until=None)
    joining.change(otto.pk, people["edwin"], role=Role.FOCAL_POINT, until=None)
    assert groups_of(people["otto"]) == {"Network: diaspora", "Focal points: diaspora"}
    with pytest.raises(joining.Refused):  # and decides about them
        joining.remove(otto.pk, people["fiona"], "No")
    with pytest.raises(joining.Refused):  # nobody about themselves
        joining.remove(Membership.objects.get(person=people["fiona"]).pk, people["fiona"], "No")
    with pytest.raises(joining.Refused, match="today or later"):
        joining.change(
            otto.pk, people["edwin"], role=Role.MEMBER, until=today() - timedelta(days=1)
        )


def test_a_term_of_office_ends_by_date_without_anything_being_done(people, clients, network):
    Membership.objects.filter(person=people["fiona"]).update(until=today())
    assert clients["fiona"].get(ROOM).status_code == 200  # the last day counts
    Membership.objects.update(until=today() - timedelta(days=1))
    for name in ("otto", "fiona"):
        person = User.objects.get(pk=people[name].pk)
        assert networks_of(person) == networks_in_focus_of(person) == []
        assert clients[name].get(LIBRARY).status_code == 403
        assert clients[name].get("/en/workspace/diaspora/").status_code == 403
        assert access.Reach(person).keys == ["public", *members_key()]
    assert clients["fiona"].get(ROOM).status_code == 404
    assert not letters_reach(people["otto"])

    assert joining.end_lapsed() == 3
    ended = Membership.objects.get(person=people["otto"])
    assert (ended.state, ended.ending) == (State.ENDED, Ending.TERM)
    assert groups_of(people["otto"]) == set()
    assert actions_on(ended) == ["ran_out"]
    assert joining.end_lapsed() == 0
    joining.ask(people["otto"], network, "Another term")


def members_key() -> list[str]:
    return []


def letters_reach(person: User) -> bool:
    """Whether a letter for members that was queued before still leaves."""
    from cpmg.mail import conditions

    return conditions.holds("networks.is_member", person, "diaspora")


# Endings ------------------------------------------------------------------------------


def test_leaving_and_removal_take_effect_in_the_very_next_request(people, clients, network):
    assert clients["otto"].get(LIBRARY).status_code == 200
    clients["otto"].post(f"{OWN}leave/")
    assert clients["otto"].get(LIBRARY).status_code == 403
    found = Membership.objects.get(person=people["otto"])
    assert (found.ending, found.is_listed, groups_of(people["otto"])) == (Ending.LEFT, False, set())

    request = joining.ask(people["maya"], network, "Please")
    joining.approve(request.pk, people["fiona"])
    assert clients["maya"].get(LIBRARY).status_code == 200
    answer = clients["fiona"].post(
        f"{ROOM}{request.pk}/", {"decision": "remove", "answer": "Against the rules"}
    )
    assert answer.status_code == 302
    assert clients["maya"].get(LIBRARY).status_code == 403
    assert clients["maya"].get("/en/workspace/diaspora/members/").status_code == 403
    assert actions_on(request) == ["asked", "approved", "removed"]
    outgoing.drain()
    dropped = OutgoingMail.objects.filter(recipient=people["maya"], state="dropped")
    assert [letter.event.rpartition(":")[2] for letter in dropped] == ["approved"]
    assert any("Against the rules" in letter.body for letter in mail.outbox)


# Groups -------------------------------------------------------------------------------


def test_groups_given_in_the_admin_are_memberships(people, network):
    maya, group = people["maya"], membership.group_of(network)
    maya.groups.add(group)
    found = Membership.objects.get(person=maya)
    assert (found.state, found.role, found.since) == (State.ACTIVE, Role.MEMBER, today())
    maya.groups.add(membership.focal_points_of(network))
    found.refresh_from_db()
    assert found.role == Role.FOCAL_POINT
    assert networks_in_focus_of(maya) == ["diaspora"]
    group.user_set.remove(maya)
    found.refresh_from_db()
    assert found.role == Role.FOCAL_POINT  # still a focal point
    maya.groups.clear()
    found.refresh_from_db()
    assert (found.state, found.ending) == (State.ENDED, Ending.REMOVED)
    assert actions_on(found) == ["group_given", "group_given", "group_left"]


def test_a_group_given_by_hand_answers_a_request(people, network):
    request = joining.ask(people["maya"], network, "Please")
    people["maya"].groups.set([membership.group_of(network)])
    request.refresh_from_db()
    assert request.state == State.ACTIVE


def test_a_membership_that_is_deleted_takes_its_groups_along(people, network):
    Membership.objects.get(person=people["otto"]).delete()
    assert groups_of(people["otto"]) == set()
    people["fiona"].delete()
    assert not Membership.objects.filter(role=Role.FOCAL_POINT, network=network).exists()
    assert Group.objects.filter(name="Focal points: diaspora").exists()


# The directory and the workspace ------------------------------------------------------


def test_the_directory_shows_who_agreed_and_no_address(people, clients, person, network):
    person("hidden", Role.MEMBER, network)
    Membership.objects.filter(person__email="hidden@example.org").update(is_listed=False)
    text = clients["fiona"].get("/en/workspace/diaspora/members/").content.decode()
    assert "Otto" in text
    assert "PIOJ" in text
    assert "Jamaica" in text
    assert "Hidden" not in text
    assert "otto@example.org" not in text
    clients["otto"].post(f"{OWN}consent/", {})
    text = clients["fiona"].get("/en/workspace/diaspora/members/").content.decode()
    assert "Otto" not in text
    assert clients["maya"].get("/en/workspace/diaspora/members/").status_code == 403


def test_a_member_is_no_named_focal_point(people, clients, network):
    clients["otto"].post(f"{OWN}consent/", {"is_named": "on", "is_listed": "on"})
    clients["fiona"].post(f"{OWN}consent/", {"is_named": "on"})
    named = Membership.objects.filter(is_named=True)
    assert [found.person for found in named] == [people["fiona"]]


def test_the_workspace_gives_focal_points_their_tasks(people, clients, network):
    joining.ask(people["maya"], network, "Please")
    answer = clients["fiona"].get("/en/workspace/diaspora/")
    assert "1 request to join" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert "request to join" not in clients["otto"].get("/en/workspace/diaspora/").content.decode()
    assert clients["fiona"].get("/en/workspace/")["Location"] == "/en/workspace/diaspora/"


def test_lists_take_the_same_queries_however_many_members_there_are(
    people, clients, network, django_assert_max_num_queries
):
    def queries() -> list[int]:
        found = []
        for path, client in (
            ("/en/workspace/diaspora/members/", "fiona"),
            ("/en/workspace/diaspora/", "fiona"),
            ("/en/account/networks/", "fiona"),
            (f"{ROOM}?network=diaspora", "fiona"),
            ("/en/networks/diaspora/", "fiona"),
        ):
            with django_assert_max_num_queries(200) as counted:
                assert clients[client].get(path).status_code == 200
            found.append(len(counted))
        return found

    more(network, 10)
    queries()
    before = queries()
    more(network, 990)
    assert queries() == before


def more(network: Any, number: int) -> None:
    have = User.objects.count()
    made = User.objects.bulk_create(
        User(email=f"p{have + n}@example.org", first_name="P", last_name=str(n), password="!")
        for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(person=user, network=network, state=State.ACTIVE, is_listed=True, since=today())
        for user in made
    )
