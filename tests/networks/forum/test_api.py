"""The forum through the API: the same rules, with a token or with a session."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from wagtail.models import APIToken

from networks.forum import discussing
from networks.forum.models import Post, Restriction, Topic
from networks.membership import group_of

pytestmark = pytest.mark.django_db
API = "/api/v3/forum"


@pytest.fixture
def call(talk):
    """Calls an operation as somebody, with a token."""
    tokens: dict[str, str] = {}

    def send(who: str, method: str, path: str, body: Any = None) -> Any:
        if who not in tokens:
            tokens[who] = APIToken.create_token(user=talk.people[who], name="test")[1]
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        data = {}
        if method not in ("get", "head"):
            data = {"data": json.dumps(body or {}), "content_type": "application/json"}
        return getattr(Client(), method)(API + path, headers=headers, **data)

    return send


def test_a_discussion_through_the_api(talk, call):
    forums = call("ada", "get", "/forums/").json()["items"]
    assert [forum["code"] for forum in forums] == ["members", "counter-trafficking"]
    body = {"title": "Counting returns", "text": "Hello @ben.example", "key": str(uuid.uuid4())}
    made = call("ada", "post", "/forums/counter-trafficking/topics/", body)
    assert made.status_code == 201, made.content
    again = call("ada", "post", "/forums/counter-trafficking/topics/", body)
    assert again.json()["key"] == made.json()["key"]
    topic = f"/topics/{made.json()['key']}"
    first = call("ben", "get", f"{topic}/posts/").json()["items"][0]
    assert first["html"].count('class="mention"') == 1
    answer = {"text": "Hola", "language": "es", "answers": first["key"]}
    reply = call("ben", "post", f"{topic}/posts/", answer).json()
    assert (reply["number"], reply["language"], reply["answers"]) == (2, "es", first["key"])
    edited = call("ben", "put", f"/posts/{reply['key']}/", {"text": "Hola!", "version": 1})
    assert edited.json()["version"] == 2
    assert (
        call("ben", "put", f"/posts/{reply['key']}/", {"text": "x", "version": 1}).status_code
        == 409
    )
    editions = call("ada", "get", f"/posts/{reply['key']}/editions/").json()
    assert [edition["text"] for edition in editions["items"]] == ["Hola"]
    assert call("ada", "get", topic + "/").json()["first_unread"] == 2
    assert call("ada", "put", f"{topic}/reading/", {"number": 2}).status_code == 204
    assert call("ada", "get", topic + "/").json()["first_unread"] is None
    assert call("ben", "put", f"{topic}/following/", {"wish": "mute"}).status_code == 200
    assert call("ben", "get", topic + "/").json()["following"] == "mute"
    found = call("ben", "get", "/search/?q=hola").json()["items"]
    assert [one["number"] for one in found] == [2]
    people = call("ada", "get", "/forums/counter-trafficking/people/?q=be").json()["items"]
    assert [one["handle"] for one in people] == ["ben.example"]
    assert call("ben", "delete", f"/posts/{reply['key']}/").status_code == 204
    gone = call("ada", "get", f"{topic}/posts/").json()["items"][1]
    assert (gone["state"], gone["text"], gone["html"]) == ("removed", None, None)
    assert call("ada", "get", f"/posts/{reply['key']}/").status_code == 404
    page = call("ada", "get", "/forums/counter-trafficking/topics/").json()
    assert [one["title"] for one in page["items"]] == ["Counting returns"]
    assert call("ada", "get", topic + "/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"title": "T", "text": ""}, 400, "text"),
        ({"title": "T", "text": "x" * 1_000_000}, 400, "text"),
        ({"title": "", "text": "x"}, 400, "title"),
        ({"title": "T", "text": "x", "language": "xx"}, 400, "language"),
        ({"title": "T", "text": "x", "about": "country:XX"}, 400, "about"),
        ({"title": "T", "text": "x", "files": [1]}, 400, "files"),
        ({"title": "T", "text": " ".join(f"@a{n}" for n in range(500))}, 400, "text"),
        ({"title": "T"}, 400, "text"),
        ({"title": 5, "text": []}, 400, "text"),
    ],
)
def test_what_is_refused_names_its_field(call, body, status, field):
    answer = call("ada", "post", "/forums/counter-trafficking/topics/", body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert any(field in error["loc"] for error in answer.json()["errors"])
    assert not Topic.objects.exists()


def test_hidden_and_missing_are_alike(talk, call):
    topic = talk.topic()
    post = topic.posts.get()
    nothing = uuid.uuid4()
    for who in ("cleo", "mia", "flo"):
        for method, path, body in (
            ("get", "/topics/{}/", None),
            ("get", "/topics/{}/posts/", None),
            ("post", "/topics/{}/posts/", {"text": "x"}),
            ("patch", "/topics/{}/", {"is_pinned": True}),
            ("delete", "/topics/{}/?reason=x", None),
            ("put", "/topics/{}/following/", {"wish": "follow"}),
            ("get", "/posts/{}/", None),
            ("put", "/posts/{}/", {"text": "x", "version": 1}),
            ("delete", "/posts/{}/?reason=x", None),
            ("post", "/posts/{}/reports/", {"reason": "spam"}),
        ):
            there = topic.key if "/topics/" in path else post.key
            answers = [call(who, method, path.format(key), body) for key in (there, nothing)]
            assert [answer.status_code for answer in answers] == [404, 404], (who, method, path)
            assert answers[0].json() == answers[1].json()
    codes = [call("cleo", "get", f"/forums/{code}/") for code in ("counter-trafficking", "none")]
    assert codes[0].json() == codes[1].json()
    assert Post.objects.count() == 1


def test_a_session_needs_the_csrf_token_to_write(talk):
    topic = talk.topic()
    path = f"{API}/topics/{topic.key}/posts/"
    client = Client(enforce_csrf_checks=True)
    client.force_login(talk.people["ben"])
    assert client.get(path).status_code == 200
    body = {"data": json.dumps({"text": "Hi"}), "content_type": "application/json"}
    assert client.post(path, **body).status_code == 403
    client.get(f"/en/forum/topic/{topic.key}/")
    token = client.cookies["csrftoken"].value
    assert client.post(path, **body, headers={"X-CSRFToken": token}).status_code == 201
    assert Client().get(path).status_code == 401
    assert Client().post(path, **body).status_code == 401


def test_moderators_moderate_and_others_do_not(talk, call):
    topic = talk.topic()
    path, desk = f"/topics/{topic.key}", "/reports/"
    assert call("ben", "patch", path + "/", {"is_locked": True}).status_code == 403
    assert call("fay", "patch", path + "/", {"is_locked": True}).json()["is_locked"] is True
    assert call("ben", "post", path + "/posts/", {"text": "x"}).status_code == 409
    assert call("fay", "patch", path + "/", {"forum": "data"}).status_code == 404
    post = topic.posts.get()
    report = call("ben", "post", f"/posts/{post.key}/reports/", {"reason": "spam"}).json()
    assert call("ben", "get", desk).status_code == 404
    assert call("flo", "get", desk).json()["count"] == 0
    assert call("fay", "get", desk).json()["items"][0]["key"] == report["key"]
    decide = f"{desk}{report['key']}/decision/"
    assert call("flo", "post", decide, {"decision": "dismiss"}).status_code == 404
    assert call("fay", "post", decide, {"decision": "dismiss"}).json()["state"] == "dismissed"
    assert call("fay", "post", decide, {"decision": "dismiss"}).status_code == 409
    body = {"person": "ben@example.org", "forum": "counter-trafficking", "reason": "Shouting"}
    assert call("fay", "post", "/restrictions/", body | {"forum": None}).status_code == 400
    made = call("fay", "post", "/restrictions/", body)
    assert made.status_code == 201
    assert not call("ben", "get", "/forums/counter-trafficking/").json()["may_write"]
    assert call("ben", "get", "/restrictions/").status_code == 404
    lift = f"/restrictions/{made.json()['key']}/"
    assert call("flo", "delete", lift).status_code == 404
    assert call("fay", "delete", lift).status_code == 204
    assert not Restriction.objects.in_force().exists()
    assert call("fay", "delete", path + "/").status_code == 400
    assert call("fay", "delete", path + "/?reason=Old").status_code == 204
    assert call("ben", "get", path + "/").status_code == 404


def test_approval_drafts_and_preview(talk, call):
    forum = "/forums/counter-trafficking"
    assert call("ben", "put", forum + "/approval/", {"decision": "everybody"}).status_code == 403
    assert call("fay", "put", forum + "/approval/", {"decision": "everybody"}).status_code == 200
    made = call("ada", "post", forum + "/topics/", {"title": "T", "text": "x"}).json()
    assert made["state"] == "waiting"
    assert call("ben", "get", f"/topics/{made['key']}/").status_code == 404
    waiting = call("fay", "get", f"/topics/{made['key']}/posts/").json()["waiting"]
    decide = f"/posts/{waiting[0]['key']}/decision/"
    assert call("ada", "post", decide, {"decision": "approve"}).status_code == 403
    assert call("fay", "post", decide, {"decision": "approve"}).status_code == 204
    assert call("ben", "get", f"/topics/{made['key']}/").status_code == 200
    html = call("ada", "post", forum + "/preview/", {"text": "**x**"}).json()["html"]
    assert "<strong>x</strong>" in html
    kept = call("ada", "put", f"/topics/{made['key']}/draft/", {"text": "Beg"})
    assert kept.json()["topic"] == made["key"]
    assert call("ada", "get", "/drafts/").json()["count"] == 1
    assert call("ada", "put", f"/topics/{made['key']}/draft/", {}).status_code == 204


def test_leaving_ends_the_token_there_at_once(talk, call):
    topic = talk.topic()
    assert call("ben", "get", f"/topics/{topic.key}/").status_code == 200
    talk.people["ben"].groups.remove(group_of(talk.network))
    assert call("ben", "get", f"/topics/{topic.key}/").status_code == 404
    assert call("ben", "get", "/search/?q=counting").json()["items"] == []


@pytest.mark.parametrize(
    "path",
    ["/forums/?x=1", "/search/?after=x", "/forums/members/topics/?order=x", "/topics/x/"],
)
def test_bad_parameters_are_refused(call, path):
    assert call("ada", "get", path).status_code in (400, 404)


def test_posts_can_be_split_off(talk, call):
    topic = talk.topic()
    post = talk.reply(topic)
    body = {"title": "Another matter", "posts": [str(post.key)]}
    assert call("ben", "post", f"/topics/{topic.key}/split/", body).status_code == 403
    assert call("fay", "post", f"/topics/{topic.key}/split/", body).json()["post_count"] == 1
    assert discussing.begins(Post.objects.get(pk=post.pk))
