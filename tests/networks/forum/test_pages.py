"""The forum on the reader site."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from networks.forum import discussing
from networks.forum.models import Draft, Post, Reading, Topic
from networks.membership import group_of
from pages.factories import CountryFactory, CountryPageFactory
from repository.models import ForumAttachment

pytestmark = pytest.mark.django_db


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def address(name: str, language: str = "en", **kwargs: Any) -> str:
    with translation.override(language):
        return reverse(name, kwargs=kwargs)


def said(**more: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "text": "Some **bold** words",
        "language": "en",
        "action": "post",
    } | more


def grow(topic: Topic, posts: int) -> None:
    """More posts, all at once."""
    author, now = topic.author, timezone.now()
    first = topic.last_number
    Post.objects.bulk_create(
        [
            Post(
                topic=topic,
                number=first + n,
                author=author,
                text=f"Post {first + n}",
                html=f"<p>Post {first + n}</p>",
                language="en",
                posted_at=now,
            )
            for n in range(1, posts + 1)
        ]
    )
    topic.last_number = topic.post_count = first + posts
    topic.last_post_at = now
    topic.save()


def queries(client: Client, at: str) -> int:
    client.get(at)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(at).status_code == 200
    return len(captured)


# Who comes in -------------------------------------------------------------------------


def test_strangers_are_led_to_sign_in_and_non_members_told(talk, client):
    topic = talk.topic()
    nothing = uuid.uuid4()
    for at in (
        address("forums"),
        address("forum", code="counter-trafficking"),
        address("forum_topic", key=topic.key),
        address("forum_topic", key=nothing),
        address("forum_search"),
    ):
        assert client.get(at)["Location"].startswith("/en/account/login/")
    talk.person("sid")
    for at in (address("forums"), address("forum_topic", key=topic.key)):
        assert talk.client("sid").get(at).status_code == 403


def test_a_hidden_and_a_missing_topic_answer_alike(talk):
    hidden = talk.topic()
    post = hidden.posts.get()
    for who in ("cleo", "mia", "flo"):
        client = talk.client(who)
        for name in ("forum_topic", "forum_reply", "forum_move", "forum_split", "forum_remove"):
            answers = [client.get(address(name, key=key)) for key in (hidden.key, uuid.uuid4())]
            assert [answer.status_code for answer in answers] == [404, 404]
        for name in ("forum_post", "forum_edit", "forum_history", "forum_delete", "forum_report"):
            assert client.get(address(name, key=post.key)).status_code == 404
        for name in ("forum_reply", "forum_follow_topic", "forum_mark"):
            assert client.post(address(name, key=hidden.key), said()).status_code == 404
        codes = ("counter-trafficking", "none")
        assert {client.get(address("forum", code=code)).status_code for code in codes} == {404}
    assert Post.objects.count() == 1


def test_removal_from_the_network_ends_access_in_the_next_request(talk):
    topic, client = talk.topic(), talk.client("ben")
    at = address("forum_topic", key=topic.key)
    assert client.get(at).status_code == 200
    talk.people["ben"].groups.remove(group_of(talk.network))
    assert client.get(at).status_code == 404
    assert client.get(address("forum_search") + "?q=returns").content.count(b"Counting") == 0


def test_nothing_of_the_forum_is_kept_by_a_cache(talk):
    topic = talk.topic()
    response = talk.client("ada").get(address("forum_topic", key=topic.key))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert soup(response).find("meta", {"name": "robots", "content": "noindex"})


# Reading ------------------------------------------------------------------------------


def test_a_topic_is_read_page_by_page_and_from_the_first_new_post(talk):
    topic = talk.topic()
    grow(topic, 49)
    client, at = talk.client("ben"), address("forum_topic", key=topic.key)
    page = soup(client.get(at))
    assert [one["id"] for one in page.select("article.post")] == [f"p{n}" for n in range(1, 21)]
    assert Reading.objects.get(person=talk.people["ben"]).number == 20
    page = soup(client.get(at))
    assert page.find("a", string="To the first new post")["href"] == "?from=21#p21"
    page = soup(client.get(at + "?from=21"))
    assert page.select_one("article.post")["id"] == "p21"
    assert len(page.select("article.unread")) == 20
    page = soup(client.get(at + "?last=1"))
    assert [one["id"] for one in page.select("article.post")] == [f"p{n}" for n in range(31, 51)]
    assert page.find("a", rel="prev")["href"] == "?before=31"
    assert not page.find("a", rel="next")
    assert len(soup(client.get(at + "?before=31")).select("article.post")) == 20
    for bad in ("?from=x", "?before=-1", "?from=99999999999999999999", "?from=%00"):
        assert client.get(at + bad).status_code == 200
    assert client.get(at + "?from=999").status_code == 404


def test_posts_say_their_language(talk):
    topic = talk.topic()
    talk.reply(topic, text="De acuerdo", language="es")
    english = soup(talk.client("ada").get(address("forum_topic", key=topic.key)))
    assert [said.get("lang") for said in english.select(".said")] == [None, "es"]
    spanish = soup(talk.client("ada").get(address("forum_topic", "es", key=topic.key)))
    assert [said.get("lang") for said in spanish.select(".said")] == ["en", None]
    assert spanish.select_one("h1 span")["lang"] == "en"


def test_topics_come_in_the_readers_language_first_pinned_before_all(talk):
    for title, language in (("One", "es"), ("Two", "en"), ("Three", "es"), ("Four", "en")):
        talk.topic("fay", title=title, language=language)
    discussing.pin(talk.people["fay"], Topic.objects.get(title="One"))
    client = talk.client("ada")

    def titles(at: str) -> list[str]:
        return [a.string for a in soup(client.get(at)).select(".topics > li > a")]

    at = address("forum", code="counter-trafficking")
    assert titles(at) == ["One", "Four", "Two", "Three"]
    assert titles(at + "?order=latest") == ["One", "Four", "Three", "Two"]
    assert titles(at + "?language=en") == ["Four", "Two"]
    spanish = address("forum", "es", code="counter-trafficking")
    assert titles(spanish) == ["One", "Three", "Four", "Two"]
    for bad in ("?after=x", "?after=1-1-99999999999999999999", "?language=xx", "?after=%00"):
        assert client.get(at + bad).status_code == 200


def test_lists_of_topics_neither_repeat_nor_leave_out(talk):
    now = timezone.now()
    Topic.objects.bulk_create(
        [
            Topic(
                forum=talk.forum,
                title=f"T{n}",
                language="en" if n % 3 else "fr",
                author=talk.people["ada"],
                last_post_at=now,  # all at one moment
                last_number=1,
            )
            for n in range(50)
        ]
    )
    client, at, seen = talk.client("ben"), address("forum", code="counter-trafficking"), []
    address_of_page = at
    for _page in range(5):
        page = soup(client.get(address_of_page))
        seen += [a.string for a in page.select(".topics > li > a")]
        following = page.find("a", rel="next")
        if following is None:
            break
        address_of_page = at + following["href"]
    assert sorted(seen) == sorted(f"T{n}" for n in range(50))
    talk.client("ben").post(address("forum_read_all", code="counter-trafficking"))
    assert not soup(client.get(at)).select(".unread")


def test_pages_take_the_same_number_of_queries_at_any_size(talk):
    topic = talk.topic()
    for _number in range(3):
        talk.reply(topic, text="@ada.example hello", answers=topic.posts.first())
    topic.refresh_from_db()
    grow(topic, 20)
    client = talk.client("fay")
    at = address("forum_topic", key=topic.key)
    addresses = [
        at,
        at + "?last=1",
        address("forum", code="counter-trafficking"),
        address("forums"),
        address("forum_search") + "?q=hello",
    ]
    few = [queries(client, one) for one in addresses]
    grow(topic, 5_000)
    for number in range(60):
        other = talk.topic("fay", title=f"Hello {number}") if number < 3 else None
        if other is None:
            Topic.objects.create(forum=talk.forum, title="x", language="fr", last_number=1)
    assert [queries(client, one) for one in addresses] == few
    assert max(few) <= 45


# Writing ------------------------------------------------------------------------------


def test_a_topic_is_previewed_posted_and_answered(talk):
    ada, ben = talk.client("ada"), talk.client("ben")
    at = address("forum_new", code="counter-trafficking")
    assert ada.get(at).status_code == 200
    form = said(title="Counting returns", action="preview")
    page = soup(ada.post(at, form))
    assert page.select_one(".preview strong").string == "bold"
    assert not Topic.objects.exists()
    for _twice in range(2):
        response = ada.post(at, form | {"action": "post"})
        assert response.status_code == 302
    topic = Topic.objects.get()
    assert Post.objects.count() == 1
    quote = ben.get(address("forum_reply", key=topic.key) + f"?quote={topic.posts.get().key}")
    text = soup(quote).find("textarea").string
    assert "> Some **bold** words" in text
    answer = said(text=text + "Yes", language="es", answers=str(topic.posts.get().key))
    response = ben.post(address("forum_reply", "es", key=topic.key), answer, follow=True)
    assert response.status_code == 200
    assert topic.posts.get(number=2).answers.number == 1
    assert "> **Ada Example**" in topic.posts.get(number=2).text


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"text": ""}, 400, "Write something."),
        ({"text": "x" * 20_001}, 400, "20,000"),
        ({"text": "y" * 1_000_000}, 400, "1,000,000"),
        ({"title": ""}, 400, "Give the topic a title."),
        ({"title": "z" * 300}, 400, "at most 200 characters"),
        ({"key": "none"}, 400, ""),
        ({"language": "xx"}, 400, ""),
        ({"about": "country:XX"}, 400, "does not exist here"),
        ({"about": "publication:1"}, 400, "does not exist here"),
    ],
)
def test_what_cannot_be_posted_comes_back_with_the_reason(talk, more, status, why):
    form = said(title="A title") | more
    response = talk.client("ada").post(address("forum_new", code="counter-trafficking"), form)
    assert response.status_code == status
    assert why in response.content.decode()
    assert not Topic.objects.exists()


def test_html_and_script_are_text_and_mailto_is_no_link(talk):
    text = (
        "<script>alert(1)</script> [a](javascript:alert(1)) [b](mailto:a@b.org)"
        " [c](https://iom.int)"
    )
    topic = talk.topic(text=text)
    page = soup(talk.client("ben").get(address("forum_topic", key=topic.key)))
    post = page.select_one(".said")
    assert post.find("script") is None
    assert [(a["href"], a["rel"]) for a in post.find_all("a")] == [
        ("https://iom.int", ["nofollow", "ugc", "noopener"])
    ]
    assert "<script>" in post.get_text()


def test_who_posts_too_fast_is_told_how_long_to_wait(talk):
    topic = talk.topic("ben")
    Post.objects.update(state=Post.State.WAITING)
    talk.topic("ada")
    for _number in range(4):
        talk.reply(topic)
        Post.objects.update(state=Post.State.WAITING)
    response = talk.client("ben").post(address("forum_reply", key=topic.key), said())
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_an_edit_shows_what_was_said_before(talk):
    topic = talk.topic(text="First words")
    post = topic.posts.get()
    ada = talk.client("ada")
    at = address("forum_edit", key=post.key)
    assert soup(ada.get(at)).find("textarea").string.strip() == "First words"
    form = said(version=1, text="Second words", title="New title")
    assert ada.post(at, form).status_code == 302
    assert ada.post(at, form | {"text": "Third"}).status_code == 409
    assert "First words" in talk.client("ben").get(address("forum_history", key=post.key)).text
    assert talk.client("ben").get(at).status_code == 404
    topic.refresh_from_db()
    assert topic.title == "New title"
    discussing.delete(talk.people["ada"], post)
    assert ada.get(at).status_code == 404
    assert ada.post(at, form | {"version": 2}).status_code == 404


def test_a_removed_post_leaves_a_trace_without_its_words(talk):
    topic = talk.topic()
    post = talk.reply(topic, text="Buy cheap watches")
    at = address("forum_delete", key=post.key)
    assert talk.client("ada").post(at).status_code == 404
    fay = talk.client("fay")
    assert fay.post(at, {"reason": ""}).status_code == 400
    assert fay.post(at, {"reason": "Advertising"}).status_code == 302
    for who in ("ben", "ada", "fay"):
        text = talk.client(who).get(address("forum_topic", key=topic.key)).text
        assert "watches" not in text
        assert "Removed by a moderator" in text
        assert "Advertising" in text
        assert talk.client(who).get(address("forum_history", key=post.key)).status_code == 404


def test_a_locked_topic_takes_no_reply(talk):
    topic = talk.topic()
    fay = talk.client("fay")
    assert fay.post(address("forum_mark", key=topic.key), {"do": "lock"}).status_code == 302
    response = talk.client("ben").post(address("forum_reply", key=topic.key), said())
    assert response.status_code == 409
    assert "locked" in response.text
    assert fay.post(address("forum_reply", key=topic.key), said()).status_code == 302


def test_a_draft_is_kept_on_the_server(talk):
    topic, ben = talk.topic(), talk.client("ben")
    at = address("forum_reply", key=topic.key)
    typed = ben.post(at, said(action="draft", text="Half a tho"), headers={"X-While-Typing": "1"})
    assert (typed.status_code, typed.text) == (200, "The draft is kept.")
    assert "Half a tho" in ben.get(address("forum_topic", key=topic.key)).text
    assert ben.post(at, said(action="draft", text="Half a thought")).status_code == 302
    assert "Half a thought" in ben.get(address("forum_drafts")).text
    talk.people["ben"].groups.remove(group_of(talk.network))
    assert "Half" not in ben.get(address("forum_drafts")).text
    assert Draft.objects.count() == 1


def test_reports_and_wishes_are_noted(talk):
    topic = talk.topic()
    post, ben = topic.posts.get(), talk.client("ben")
    at = address("forum_report", key=post.key)
    assert ben.get(at).status_code == 200
    assert ben.post(at, {"reason": "none"}).status_code == 400
    assert ben.post(at, {"reason": "other"}).status_code == 400
    assert ben.post(at, {"reason": "spam"}).status_code == 302
    for wish in ("mute", "follow", "", "none"):
        ben.post(address("forum_follow_topic", key=topic.key), {"wish": wish})
        known = wish if wish in ("mute", "follow") else ""
        assert discussing.wish_of(talk.people["ben"], topic) == known


def test_a_file_goes_with_its_post(talk):
    pdf = SimpleUploadedFile("notes.pdf", b"%PDF-1.4 notes")
    form = said(title="With a file", upload=pdf)
    at = address("forum_new", code="counter-trafficking")
    assert talk.client("ada").post(at, form).status_code == 302
    post = Post.objects.get()
    document = ForumAttachment.objects.get(post=post).document
    page = soup(talk.client("ben").get(address("forum_topic", key=post.topic.key)))
    assert page.select_one(".attached a")["href"] == document.url
    for who, status in (("ben", 200), ("cleo", 404), ("mia", 404)):
        assert talk.client(who).get(document.url).status_code == status
    assert Client().get(document.url).status_code == 404
    discussing.delete(talk.people["ada"], post)
    assert talk.client("ben").get(document.url).status_code == 404
    bad = SimpleUploadedFile("notes.pdf", b"MZ no pdf at all")
    response = talk.client("ada").post(at, said(title="Bad file", upload=bad))
    assert response.status_code == 400
    assert "notes.pdf" in response.text
    stolen = said(title="Stolen", document=str(document.pk))
    talk.client("ben").post(at, stolen)
    assert not ForumAttachment.objects.filter(post__author=talk.people["ben"]).exists()


# What it is about ---------------------------------------------------------------------


def test_a_topic_is_shown_on_what_it_is_about_to_those_who_may_read_it(talk, client):
    page = CountryPageFactory(country=CountryFactory(code="JM", name="Jamaica"), slug="jamaica")
    at = address("forum_new", code="counter-trafficking")
    ada = talk.client("ada")
    assert 'value="country:JM"' in ada.get(at + "?about=country:JM").text
    ada.post(at, said(title="Counting returns", about="country:JM"))
    topic = Topic.objects.get()
    assert "Jamaica" in ada.get(address("forum_topic", key=topic.key)).text
    shown = {
        name: "Counting returns" in talk.client(name).get(page.get_url()).text
        for name in ("ada", "ben", "cleo", "mia", "edna")
    }
    assert shown == {"ada": True, "ben": True, "cleo": False, "mia": False, "edna": True}
    anonymous = client.get(page.get_url())
    assert "In the forum" not in anonymous.text


# Searching ----------------------------------------------------------------------------


def test_words_are_found_among_what_one_may_read(talk):
    topic = talk.topic(text="Migración circular de trabajadores")
    talk.topic("cleo", forum=talk.other, title="Elsewhere", text="migracion secreta")
    at = address("forum_search")

    def found(who: str, query: str) -> list[str]:
        page = soup(talk.client(who).get(at, {"q": query}))
        return [a["href"] for a in page.select(".topics > li > a")]

    own = [address("forum_post", key=topic.posts.get().key)]
    assert found("ben", "migracion") == own
    assert found("ben", "MIGRACIÓN trabajador") == own
    assert found("ben", '"migración circular"') == own
    assert found("ben", "counting") == own
    assert found("ben", "migracion -circular") == []
    assert found("mia", "migracion") == []
    assert len(found("edna", "migracion")) == 2
    discussing.delete(talk.people["ada"], topic.posts.get())
    assert found("ben", "migracion") == []
    for odd in ('"', "((", "a OR", "\0", "-", "x" * 5000, "' OR 1=1"):
        assert talk.client("ben").get(at, {"q": odd}).status_code == 200
