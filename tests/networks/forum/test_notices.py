"""Notices of the forum: on the site, by mail, as feeds; and never for those who are out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cpmg.mail import categories, outgoing
from cpmg.mail.models import OutgoingMail
from cpmg.users.models import User
from networks.forum import discussing
from networks.forum.models import Following
from networks.membership import joining
from networks.models import Membership
from networks.notices import feeds, sending
from networks.notices.models import FeedKey, Frequency, Notice, NoticeWishes

pytestmark = pytest.mark.django_db
Kind = Notice.Kind


def kinds(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def wish(
    person: User, personal: str = Frequency.AT_ONCE, followed: str = Frequency.AT_ONCE
) -> None:
    NoticeWishes.objects.update_or_create(
        person=person, defaults={"personal": personal, "followed": followed}
    )


def letters() -> list[Any]:
    """What leaves now."""
    mail.outbox.clear()
    sending.drain()
    outgoing.drain()
    return list(mail.outbox)


def remove(talk: Any, name: str) -> None:
    found = Membership.objects.get(person=talk.people[name], network=talk.network)
    joining.remove(found.pk, talk.people["edna"], "Against the rules")


def test_people_hear_of_mentions_answers_and_what_they_follow(talk):
    discussing.follow(talk.people["fay"], talk.forum)
    topic = talk.topic("ada")
    assert kinds(talk.people["fay"]) == [Kind.TOPIC]
    assert kinds(talk.people["ada"]) == []  # nobody hears of their own words
    first = topic.posts.get()
    answer = talk.reply(topic, "ben", "I agree", answers=first)
    assert kinds(talk.people["ada"]) == [Kind.REPLY]
    talk.reply(topic, "fay", "And you, @ben.example?", answers=answer)
    assert kinds(talk.people["ben"]) == [Kind.MENTION]  # the weightiest reason
    assert kinds(talk.people["ada"]) == [Kind.REPLY, Kind.POST]
    assert kinds(talk.people["cleo"]) == []


def test_nobody_hears_of_what_they_have_muted(talk):
    topic = talk.topic("ada")
    discussing.follow(talk.people["ben"], topic, Following.Wish.MUTE)
    talk.reply(topic, "fay", "What says @ben.example?")
    assert kinds(talk.people["ben"]) == []
    wish(talk.people["ada"])
    talk.reply(topic, "fay", "And @ada.example?")
    discussing.follow(talk.people["ada"], topic, Following.Wish.MUTE)
    assert letters() == []


def test_letters_of_a_topic_find_each_other(talk):
    for person in talk.people.values():
        wish(person)
    discussing.follow(talk.people["ben"], talk.forum)
    topic = talk.topic("ada", "Texto en español", language="es")
    [first] = letters()
    assert first.to == ["ben@example.org"]
    assert "Texto en español" in first.body
    number = first.extra_headers["Message-ID"]
    assert number == f"<forum-post-{topic.posts.get().key}@{outgoing.domain()}>"
    assert first.extra_headers["List-Id"].startswith("<counter-trafficking.forum.")
    assert "In-Reply-To" not in first.extra_headers
    assert "One-Click" in first.extra_headers["List-Unsubscribe-Post"]
    post = talk.reply(topic, "fay", "Yes", answers=topic.posts.get())
    found = {letter.to[0]: letter for letter in letters()}
    assert set(found) == {"ada@example.org", "ben@example.org"}
    headers = found["ada@example.org"].extra_headers
    assert headers["In-Reply-To"] == headers["References"] == number
    assert str(post.key) in headers["Message-ID"]
    assert found["ada@example.org"].subject == f"Re: {first.subject}"
    again = talk.reply(topic, "ben", "No", answers=post)
    last = next(letter for letter in letters() if letter.to == ["fay@example.org"])
    assert last.extra_headers["References"].split() == [number, headers["Message-ID"]]
    assert str(again.key) in last.body
    assert letters() == []  # exactly once


def test_a_mention_by_editing_is_told_once_as_if_posted_now(talk):
    ada, ben, fay = (talk.people[name] for name in ("ada", "ben", "fay"))
    for person in (ben, fay):
        wish(person, Frequency.AT_ONCE, Frequency.NEVER)
    discussing.follow(fay, talk.forum)
    topic = talk.topic("ada", "Nobody yet")
    post = topic.posts.get()
    discussing.read(ben, topic, 1)  # before there was anything to tell
    discussing.read(fay, topic, 1)
    assert letters() == []

    def edit(text: str) -> None:
        words = discussing.Words(text, "en")
        discussing.edit(ada, post, words, version=post.version)

    edit("For @ben.example, @fay.example, @cleo.example and @ada.example")
    assert (kinds(ben), kinds(fay), kinds(ada)) == ([Kind.MENTION], [Kind.MENTION], [])
    assert not Notice.objects.filter(person=talk.people["cleo"]).exists()  # may not read it
    assert {letter.to[0] for letter in letters()} == {"ben@example.org", "fay@example.org"}
    assert Notice.objects.unread().filter(person=ben).count() == 1
    edit("For @ben.example and @fay.example, again")
    edit("For nobody")
    edit("For @ben.example after all")
    assert kinds(ben) == [Kind.MENTION]
    assert letters() == []
    at = reverse("forum_topic", kwargs={"key": topic.key})
    assert talk.client("ben").get(at).status_code == 200
    assert not Notice.objects.unread().filter(person=ben).exists()


def test_a_mention_by_editing_waits_for_approval(talk):
    topic = talk.topic("ada", "Nobody yet")
    post = topic.posts.get()
    discussing.set_approval(talk.people["fay"], talk.forum, "everybody")
    words = discussing.Words("For @ben.example", "en")
    discussing.edit(talk.people["ada"], post, words, version=1)
    assert not Notice.objects.filter(person=talk.people["ben"]).exists()
    discussing.approve(talk.people["fay"], post)
    assert kinds(talk.people["ben"]) == [Kind.MENTION]


def test_a_digest_comes_together_and_once_in_its_time(talk):
    ada = talk.people["ada"]
    wish(ada, Frequency.DAILY, Frequency.WEEKLY)
    topic = talk.topic("ada")
    for text in ("One", "Two"):
        talk.reply(topic, "ben", text)
    [digest] = letters()
    assert digest.to == ["ada@example.org"]
    assert "One" in digest.body
    assert "Two" in digest.body
    talk.reply(topic, "ben", "Three")
    assert letters() == []
    told = timezone.now() - timedelta(days=8)
    NoticeWishes.objects.filter(person=ada).update(told_at=told)
    assert len(letters()) == 1
    talk.reply(topic, "ben", "Four")
    NoticeWishes.objects.filter(person=ada).update(told_at=told)
    discussing.read(ada, topic, 5)  # was there meanwhile
    assert letters() == []


def test_who_wants_no_letters_gets_none_and_may_say_so_in_the_letter(talk):
    ada = talk.people["ada"]
    wish(ada)
    topic = talk.topic("ada")
    talk.reply(topic, "ben", "One")
    [letter] = letters()
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    path = re.sub(r"^https?://[^/]+", "", address)
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not categories.wants(ada, sending.CATEGORY)
    talk.reply(topic, "ben", "Two")
    assert letters() == []
    assert kinds(ada) == [Kind.POST, Kind.POST]  # on the site all the same


def test_removal_from_a_network_ends_everything_in_the_next_request(talk):
    ben = talk.people["ben"]
    wish(ben, Frequency.AT_ONCE, Frequency.DAILY)
    topic = talk.topic("ada")
    talk.reply(topic, "ben", "Mine")
    key = feeds.make(ben, talk.forum)
    of_topic = feeds.make(ben, talk.forum, topic)
    client = talk.client("ben")
    talk.reply(topic, "ada", "A secret for @ben.example")
    sending.drain()  # the letter waits in the queue of mail
    talk.reply(topic, "ada", "Another secret")  # and this one for its digest
    pages = [
        *("/en/forum/counter-trafficking/", f"/en/forum/topic/{topic.key}/"),
        *(f"/forum/feeds/{key}.atom", f"/forum/feeds/{of_topic}.atom"),
        f"/en/account/notices/{Notice.objects.filter(person=ben).latest('pk').pk}/",
    ]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 200, 302]
    assert "Counting returns" in client.get("/en/account/notices/").content.decode()

    remove(talk, "ben")

    assert [client.get(page).status_code for page in pages] == [404] * 5
    unknown = feeds.digest_of("never made")[:43]
    answers = [Client().get(f"/forum/feeds/{one}.atom") for one in (key, unknown)]
    names = ("Content-Type", "Content-Length", "Cache-Control", "Content-Language")
    assert len({tuple(answer.headers.get(name) for name in names) for answer in answers}) == 1
    assert len({answer.content.replace(key.encode(), unknown.encode()) for answer in answers}) == 1
    text = client.get("/en/account/notices/").content.decode()
    assert "Counting returns" not in text
    assert "unread notices" not in text
    waiting = OutgoingMail.objects.filter(recipient=ben, state="waiting")
    assert [letter.event.partition(":")[0] for letter in waiting] == [
        "forum-post",
        "network-membership",
    ]
    sending.drain()
    told = [letter.body for letter in mail.outbox if letter.to == ["ben@example.org"]]
    assert len(told) == 1  # that he was removed
    assert not any("secret" in body for body in told)
    assert OutgoingMail.objects.get(recipient=ben, event__startswith="forum").text == ""


def test_a_term_that_ends_silences_letters_too(talk):
    wish(talk.people["ben"])
    topic = talk.topic("ada")
    talk.reply(topic, "ada", "Only for members, @ben.example")
    found = Membership.objects.filter(person=talk.people["ben"])
    found.update(until=timezone.localdate() - timedelta(days=1))
    assert not any("Only for members" in letter.body for letter in letters())


def test_what_was_removed_is_not_told(talk):
    wish(talk.people["ada"])
    topic = talk.topic("ada")
    post = talk.reply(topic, "ben", "Advertising")
    sending.drain()
    discussing.delete(talk.people["fay"], post, "Spam")
    assert letters() == []
    assert kinds(talk.people["ada"]) == []


def test_a_digest_loses_what_its_person_may_not_read_any_more(talk):
    ada = talk.people["ada"]
    wish(ada, followed=Frequency.DAILY)
    topic = talk.topic("ada")
    posts = [talk.reply(topic, "ben", text) for text in ("Stays", "Goes")]
    sending.drain()
    discussing.delete(talk.people["fay"], posts[1], "Spam")
    outgoing.drain()  # drops the first digest
    [letter] = letters()
    assert "Stays" in letter.body
    assert "Goes" not in letter.body


# Feeds --------------------------------------------------------------------------------


def test_a_feed_is_atom_and_its_key_is_kept_by_nobody(talk):
    topic = talk.topic("ada", "Text <script>alert(1)</script> **bold**")
    talk.reply(topic, "ben", "Respuesta", language="es")
    client = talk.client("ben")
    forum = {"forum": str(talk.forum.pk)}
    page = client.post("/en/account/feeds/new/", forum).content.decode()
    key = re.search(r"/forum/feeds/([\w-]+)\.atom", page)[1]
    assert FeedKey.objects.get().digest == feeds.digest_of(key) != key
    answer = Client().get(f"/forum/feeds/{key}.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert [entry.title for entry in read.entries] == ["Re: Counting returns", "Counting returns"]
    assert read.entries[0].author == "Ben Example"
    assert b'xml:lang="es"' in answer.content
    assert "<script" not in read.entries[1].content[0].value
    assert "<strong>bold</strong>" in read.entries[1].content[0].value

    answer = client.post("/en/account/feeds/new/", {"forum": str(talk.other.pk)})
    assert answer.status_code == 404
    assert client.post("/en/account/feeds/new/", {"topic": "x"}).status_code == 404
    pk = FeedKey.objects.get().pk
    assert talk.client("ada").post(f"/en/account/feeds/{pk}/revoke/").status_code == 404
    client.post(f"/en/account/feeds/{pk}/revoke/")
    assert Client().get(f"/forum/feeds/{key}.atom").status_code == 404


def test_a_notice_is_read_by_looking(talk):
    topic = talk.topic("ada")
    post = talk.reply(topic, "ben", "I agree")
    client = talk.client("ada")
    assert "1<span" in client.get("/en/account/").content.decode()
    notice = Notice.objects.get(person=talk.people["ada"])
    assert talk.client("mia").get(f"/en/account/notices/{notice.pk}/").status_code == 404
    answer = client.get(f"/en/account/notices/{notice.pk}/")
    assert str(post.key) in answer["Location"]
    assert "unread notices" not in client.get("/en/account/").content.decode()
    talk.reply(topic, "ben", "And more")
    client.post("/en/account/notices/read/")
    assert not Notice.objects.filter(read_at=None).exists()
    bad = client.post("/en/account/notices/", {"personal": "hourly", "followed": "never"})
    assert bad.status_code == 400


def test_pages_take_the_same_queries_however_many_notices_there_are(
    talk, django_assert_max_num_queries
):
    ada, topic = talk.people["ada"], talk.topic("ada")
    key = feeds.make(ada, talk.forum)
    client = talk.client("ada")

    def queries() -> list[int]:
        found = []
        for page in ("/en/account/notices/", f"/forum/feeds/{key}.atom"):
            with django_assert_max_num_queries(100) as counted:
                assert client.get(page).status_code == 200
            found.append(len(counted))
        return found

    def more(number: int) -> None:
        from networks.forum.models import Post

        last = topic.posts.count()
        now = timezone.now()
        made = Post.objects.bulk_create(
            Post(topic=topic, number=last + n + 1, text="x", html="<p>x</p>", author=ada,
                 language="en", posted_at=now)
            for n in range(number)
        )  # fmt: skip
        Notice.objects.bulk_create(
            Notice(person=ada, post=post, number=post.number, kind=Kind.POST) for post in made
        )

    more(10)
    queries()
    before = queries()
    more(990)
    assert queries() == before


# The API ------------------------------------------------------------------------------


def test_wishes_are_read_and_said_through_the_api(talk):
    client, at = talk.client("ada"), "/api/v3/notices/wishes/"
    usual = {"personal": "at-once", "followed": "daily", "is_wanted": True}
    assert client.get(at).json() == usual
    assert not NoticeWishes.objects.exists()
    given = {"personal": "weekly", "followed": "never"}
    token = client.get("/en/account/notices/").cookies["csrftoken"].value
    said = {"content_type": "application/json", "headers": {"X-CSRFToken": token}}
    assert client.put(at, given, **said).json() == given | {"is_wanted": True}
    assert client.get(at).json()["followed"] == "never"
    for wrong in ({"personal": "hourly"}, {"followed": ""}, {"personal": None}):
        assert client.put(at, given | wrong, **said).status_code == 400
    assert Client().get(at).status_code == 401


def test_feeds_are_made_listed_and_revoked_through_the_api(talk, monkeypatch):
    topic = talk.topic("ada")
    client, at = talk.client("ben"), "/api/v3/notices/feeds/"
    token = client.get("/en/account/notices/").cookies["csrftoken"].value
    said = {"content_type": "application/json", "headers": {"X-CSRFToken": token}}
    made = client.post(at, {"forum": "counter-trafficking"}, **said)
    assert made.status_code == 201, made.content
    address = re.sub(r"^https?://[^/]+", "", made.json()["address"])
    assert Client().get(address).status_code == 200
    of_topic = client.post(at, {"topic": str(topic.key)}, **said).json()
    assert (of_topic["title"], of_topic["forum"]) == ("Counting returns", "counter-trafficking")
    listed = client.get(at).json()["items"]
    assert [item["id"] for item in listed] == [of_topic["id"], made.json()["id"]]
    assert "address" not in listed[0]
    hidden = talk.topic("cleo", forum=talk.other)
    for body, status in (
        ({"forum": "data"}, 404),
        ({"forum": "a\0b"}, 404),
        ({"topic": str(hidden.key)}, 404),
        ({"topic": "x"}, 400),
        ({}, 400),
    ):
        assert client.post(at, body, **said).status_code == status, body
    others = talk.client("ada")
    others.get("/en/account/notices/")
    other = {"headers": {"X-CSRFToken": others.cookies["csrftoken"].value}}
    assert others.delete(f"{at}{of_topic['id']}/", **other).status_code == 404
    monkeypatch.setattr(feeds, "MOST", 2)
    assert client.post(at, {"forum": "members"}, **said).status_code == 403
    assert client.delete(f"{at}{made.json()['id']}/", **said).status_code == 204
    assert Client().get(address).status_code == 404
    remove(talk, "ben")
    assert [item["title"] for item in client.get(at).json()["items"]] == [""]
    assert "No longer open to you" in client.get("/en/account/feeds/").content.decode()
