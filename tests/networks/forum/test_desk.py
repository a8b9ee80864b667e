"""The moderation desk in the admin."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from networks.forum import discussing
from networks.forum.desk import LISTS
from networks.forum.models import Forum, Post, Report, Restriction

pytestmark = pytest.mark.django_db


def act(client, what, key, do, **data):
    kwargs = {"what": what, "key": key, "do": do}
    return client.post(reverse("forum_desk_act", kwargs=kwargs), data)


def test_the_desk_is_for_moderators(talk):
    for who, status in (("fay", 200), ("edna", 200)):
        client = talk.client(who)
        assert {client.get(reverse(name)).status_code for name in LISTS} == {status}
    for who in ("ada", "mia"):
        client = talk.client(who)
        for name in LISTS:
            assert client.get(reverse(name)).status_code in (302, 403, 404)


def test_focal_points_see_their_networks_only(talk):
    post = talk.topic(title="Secret matter", text="Secret words").posts.get()
    discussing.report(talk.people["ben"], post, "spam", "Secret reason")
    discussing.restrict(talk.people["fay"], talk.people["ben"], talk.forum, reason="Secret case")
    waiting = discussing.set_approval(talk.people["fay"], talk.forum, "everybody")
    talk.topic(title="Secret later", text="Secret text")
    removed = talk.topic("fay", title="Secret gone", text="Secret past").posts.get()
    discussing.delete(talk.people["fay"], removed)
    flo, fay = talk.client("flo"), talk.client("fay")
    assert waiting
    for name in LISTS:
        assert "Secret" not in flo.get(reverse(name)).text
        assert "Secret" in fay.get(reverse(name)).text or name == "forum_desk_forums"
    for what, key, do in (
        ("post", post.key, "remove"),
        ("report", Report.objects.get().key, "dismiss"),
        ("restriction", Restriction.objects.get().key, "lift"),
        ("post", uuid.uuid4(), "remove"),
        ("none", post.key, "remove"),
        ("post", post.key, "none"),
    ):
        assert act(flo, what, key, do, reason="No").status_code == 404
    approval = reverse("forum_desk_approval", kwargs={"pk": talk.forum.pk})
    assert flo.post(approval, {"approval": "nobody"}).status_code == 404
    assert Report.objects.get().state == Report.State.OPEN


def test_a_report_ends_with_the_removal_of_its_post(talk):
    topic = talk.topic()
    post = talk.reply(topic)
    for who in ("ada", "fay"):
        report = discussing.report(talk.people[who], post, "spam")
    fay = talk.client("fay")
    assert act(fay, "report", report.key, "remove", reason="").status_code == 302
    assert Report.objects.filter(state=Report.State.OPEN).count() == 2
    act(fay, "report", report.key, "remove", reason="Advertising")
    post.refresh_from_db()
    assert post.is_removed
    assert not Report.objects.filter(state=Report.State.OPEN).exists()
    act(fay, "post", post.key, "restore")
    post.refresh_from_db()
    assert post.state == Post.State.VISIBLE


def test_what_waits_is_decided(talk):
    fay = talk.client("fay")
    approval = reverse("forum_desk_approval", kwargs={"pk": talk.forum.pk})
    fay.post(approval, {"approval": "everybody"})
    assert Forum.objects.get(pk=talk.forum.pk).approval == "everybody"
    post = talk.topic().posts.get()
    menu = fay.get(reverse("forum_desk_waiting")).text
    assert "What do you think?" in menu
    act(fay, "post", post.key, "approve", list="forum_desk_waiting")
    post.refresh_from_db()
    assert post.number == 1


def test_members_are_restricted_and_let_go(talk):
    fay = talk.client("fay")
    at = reverse("forum_desk_restrict")
    assert fay.get(at).status_code == 200
    form = {"person": "ben@example.org", "forum": talk.forum.pk, "days": 7, "reason": "Shouting"}
    for bad in ({"person": "cleo@example.org"}, {"forum": ""}, {"forum": talk.other.pk}):
        assert fay.post(at, form | bad).status_code == 400
    assert fay.post(at, form).status_code == 302
    restriction = Restriction.objects.get()
    assert restriction.until
    assert "Shouting" in talk.client("ben").get("/en/forum/counter-trafficking/").text
    act(fay, "restriction", restriction.key, "lift")
    assert discussing.why_silent(talk.people["ben"], talk.forum) == ""
