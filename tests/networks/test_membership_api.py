"""Memberships in the API: the same rules as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from wagtail.models import APIToken

from networks.membership import joining
from networks.models import Membership

Role, State = Membership.Role, Membership.State
BASE = "/api/v3/memberships/"
BAD: list[Any] = [
    ("post", "", {"network": "none", "reason": "x"}, 404),
    ("post", "", {"network": "diaspora", "reason": "  "}, 400),
    ("post", "", {"network": "diaspora", "reason": "x" * 2001}, 400),
    ("post", "", {"network": "diaspora", "reason": "a\0b"}, 400),
    ("post", "", {"reason": "x"}, 400),
    ("delete", "999999/", None, 404),
    ("post", "999999/decision/", {"decision": "approve"}, 404),
    ("post", "1/decision/", {"decision": "promote"}, 400),
    ("get", "directory/none/", None, 404),
    ("get", "directory/n%00/", None, 404),
    ("get", "directory/data/", None, 404),
]


@pytest.fixture
def call(people: dict[str, Any]) -> Any:
    def send(name: str, method: str, path: str = "", body: Any = None, **more: Any) -> Any:
        headers = {}
        if name:
            token = APIToken.create_token(user=people[name], name="test")[1]
            headers = {"Authorization": f"Bearer {token}"}
        data = {} if body is None else {"data": json.dumps(body)}
        if method != "get":
            data["content_type"] = "application/json"
        return getattr(Client(), method)(f"{BASE}{path}", headers=headers, **data, **more)

    return send


def test_a_request_goes_its_way_through_the_api(call, people, network):
    body = {"network": "diaspora", "reason": " I work on it ", "is_listed": True}
    answer = call("maya", "post", body=body)
    assert answer.status_code == 201, answer.content
    assert answer["Cache-Control"] == "private, no-store"
    made = answer.json()
    assert (made["state"], made["reason"]) == ("requested", "I work on it")
    again = call("maya", "post", body=body)
    assert again.status_code == 409
    assert "waits for a decision" in again.json()["detail"]

    assert call("otto", "get", "waiting/").json()["count"] == 0
    waiting = call("fiona", "get", "waiting/").json()
    assert [item["email"] for item in waiting["items"]] == ["maya@example.org"]
    decision = f"{made['id']}/decision/"
    for name in ("otto", "felix", "maya"):
        assert call(name, "post", decision, {"decision": "approve"}).status_code == 404
    given = {"decision": "approve", "role": "focal-point"}
    assert call("fiona", "post", decision, given).status_code == 403
    approved = call("fiona", "post", decision, {"decision": "approve", "until": "2099-12-31"})
    assert approved.status_code == 200, approved.content
    assert call("fiona", "post", decision, {"decision": "approve"}).status_code == 409

    own = call("maya", "get").json()["items"]
    assert [(item["state"], item["until"]) for item in own] == [("active", "2099-12-31")]
    listed = call("maya", "get", "directory/diaspora/").json()
    assert {person["name"] for person in listed["items"]} >= {"Maya Of the test"}
    assert "@" not in json.dumps(listed)
    away = call("maya", "put", f"{made['id']}/consent/", {"is_listed": False})
    assert away.json()["is_listed"] is False
    assert call("maya", "delete", f"{made['id']}/").status_code == 204
    assert call("maya", "get", "directory/diaspora/").status_code == 404


def test_removal_needs_a_reason_and_ends_access_at_once(call, people):
    otto = Membership.objects.get(person=people["otto"])
    assert call("otto", "get", "directory/diaspora/").status_code == 200
    decision = f"{otto.pk}/decision/"
    assert call("fiona", "post", decision, {"decision": "remove"}).status_code == 403
    gone = call("fiona", "post", decision, {"decision": "remove", "answer": "Against the rules"})
    assert gone.status_code == 200
    assert call("otto", "get", "directory/diaspora/").status_code == 404


def test_lists_go_on_where_the_cursor_says(call, people):
    Membership.objects.current().update(is_listed=True)
    whole = call("otto", "get", "directory/diaspora/").json()
    assert whole["count"] == len(whole["items"]) > 1
    assert whole["next_cursor"] == ""
    found, cursor = [], ""
    for _page in whole["items"]:
        more = f"&cursor={cursor}" if cursor else ""
        page = call("otto", "get", f"directory/diaspora/?limit=1{more}").json()
        found, cursor = found + page["items"], page["next_cursor"]
    assert (found, cursor) == (whole["items"], "")
    assert call("otto", "get", "directory/diaspora/?limit=0").status_code == 400


def test_an_invitation_is_accepted_by_its_person_alone(call, people, network):
    invited = joining.invite(network, "maya@example.org", people["fiona"], role=Role.MEMBER)
    assert call("otto", "post", f"{invited.pk}/accept/").status_code == 404
    assert call("maya", "post", f"{invited.pk}/accept/").json()["state"] == "active"


def test_bad_input_is_refused_clearly(call):
    for method, path, body, status in BAD:
        answer = call("maya", method, path, body)
        assert answer.status_code == status, (path, body, answer.content)
        assert answer["Content-Type"].startswith("application/problem+json")


def test_strangers_are_asked_who_they_are(call, clients):
    assert call("", "get").status_code == 401
    assert clients["maya"].get(BASE).status_code == 200


def test_focal_points_invite_through_the_api(call, people, network, mailoutbox):
    body = {"network": "diaspora", "email": "maya@example.org", "message": "Join us"}
    for name in ("otto", "felix"):
        assert call(name, "post", "invitations/", body).status_code == 403
        assert call(name, "get", "invitations/").json()["count"] == 0
    made = call("fiona", "post", "invitations/", body)
    assert made.status_code == 201, made.content
    nobody = call("fiona", "post", "invitations/", body | {"email": "new@example.org"})
    assert made.json().keys() == nobody.json().keys()  # says nothing of accounts
    assert {made.json()["email"], nobody.json()["email"]} == {"maya@example.org", "new@example.org"}
    assert call("fiona", "get", "invitations/").json()["count"] == 2
    pk = made.json()["id"]
    assert call("otto", "delete", f"invitations/{pk}/").status_code == 404
    again = call("fiona", "post", "invitations/", body | {"email": "otto@example.org"})
    assert again.status_code == 409
    for wrong in (
        {"email": "no address"},
        {"email": ""},
        {"language": "xx"},
        {"role": "chief"},
        {"message": "a\0b"},
        {"message": "x" * 2001},
    ):
        assert call("fiona", "post", "invitations/", body | wrong).status_code == 400, wrong
    named = body | {"role": "focal-point", "email": "b@example.org"}
    assert call("fiona", "post", "invitations/", named).status_code == 403
    assert call("fiona", "post", "invitations/", body | {"network": "none"}).status_code == 404
    assert call("fiona", "delete", f"invitations/{pk}/").status_code == 204
    assert call("maya", "post", f"{pk}/accept/").status_code == 409


def test_the_key_of_a_letter_is_for_its_person(call, people, network):
    invited = joining.invite(network, "maya@example.org", people["fiona"], role=Role.MEMBER)
    key = joining.invitation_path(invited).rstrip("/").rsplit("/", 1)[1]
    for name, given in (("otto", key), ("maya", "x"), ("maya", key[:-1])):
        assert call(name, "post", "invitations/accept/", {"key": given}).status_code == 404
    answer = call("maya", "post", "invitations/accept/", {"key": key, "is_listed": True})
    assert (answer.json()["state"], answer.json()["is_listed"]) == ("active", True)
    assert call("maya", "post", "invitations/accept/", {"key": key}).status_code == 404


def test_an_invitation_that_is_one_s_own_is_declined(call, people, network):
    invited = joining.invite(network, "maya@example.org", people["fiona"], role=Role.MEMBER)
    assert call("maya", "delete", f"{invited.pk}/").status_code == 204
    invited.refresh_from_db()
    assert invited.ending == Membership.Ending.WITHDRAWN
