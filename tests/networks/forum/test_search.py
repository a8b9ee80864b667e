"""The search in the forum: the same on both engines, and never more than one may read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from networks.forum import discussing
from networks.forum.access import standing_of
from networks.forum.discussing import Words
from networks.forum.models import Forum, Post
from networks.membership import group_of
from search import cursors, index, queue, upkeep
from search.engines import ENGINES
from search.engines.elasticsearch import breaker as publications
from search.forum import finding
from search.forum.finding import Finds, PostRequest
from search.index import POSTS
from search.models import PostJob
from search.state import state
from tests.faults.conftest import door
from tests.search.conftest import elasticsearch as of_publications
from tests.search.conftest import in_use

__all__ = ["door", "of_publications"]

Ask = Callable[..., Finds]


@pytest.fixture
def elasticsearch(of_publications):
    """With an index of posts beside that of publications."""
    finding.breaker.worked()
    name = index.create(of_publications, index.new_name(POSTS), POSTS)
    of_publications.indices.put_alias(index=name, name=POSTS.alias)
    yield of_publications
    finding.breaker.worked()


@pytest.fixture(params=sorted(ENGINES))
def ask(request, settings, talk) -> Ask:
    """Asks each engine in turn, as ben if nothing else is said. ``lagging``: what was changed
    since is not in the index yet."""
    es = request.getfixturevalue("elasticsearch") if ENGINES[request.param].indexed else None
    settings.SEARCH_ENGINE = request.param

    def ask(query: str, who: str = "ben", *, lagging: bool = False, **more) -> Finds:
        if es and not lagging:
            assert not queue.drain(es, refresh=True).failed
        user = talk.people[who]
        finds = finding.search(PostRequest(query, user, standing_of(user), **more))
        assert (finds.engine, finds.degraded) == (request.param, False)
        assert finds.total >= len(finds.rows)
        return finds

    return ask


def said(finds: Finds) -> list[str]:
    assert finds.total == len(finds.rows)
    return [found.post.text for found in finds.rows]


def test_words_are_found_in_posts_and_titles(talk, ask):
    topic = talk.topic(text="Migración circular de trabajadores", language="es")
    talk.reply(topic, text="The **seasonal** workers return <each> year", language="en")
    for query, number in (
        ("migracion", 1),
        ("MIGRACIÓN trabajador", 1),
        ('"migración circular"', 1),
        ('"circular migración"', 0),
        ("counting", 2),
        ("counting -circular", 1),
        ("counting OR nothing", 2),
        ("seasonal counting", 1),
        ("seasonal trabajadores", 0),
        ("worker", 1),
        ("nothing", 0),
        ("", 0),
        ("-circular", 0),
        ('"', 0),
    ):
        assert len(said(ask(query))) == number, query
    (found,) = ask("counting seasonal").rows
    assert found.title == "<mark>Counting</mark> returns"
    assert found.passages == ("The <mark>seasonal</mark> workers return &lt;each&gt; year",)


def test_only_what_one_may_read_is_found_and_counted(talk, ask):
    talk.topic(text="confidential here")
    talk.topic("cleo", "confidential there", forum=talk.other)
    talk.topic("mia", "confidential to all members", forum=talk.hall)
    shown = {who: set(said(ask("confidential", who))) for who in talk.people}
    here, there, hall = (f"confidential {where}" for where in ("here", "there", "to all members"))
    assert shown == {
        **{who: {here, hall} for who in ("ada", "ben", "fay")},
        **{who: {there, hall} for who in ("cleo", "flo")},
        "mia": {hall},
        "edna": {here, there, hall},
    }
    talk.person("sid")
    assert not said(ask("confidential", "sid"))


def test_who_leaves_or_joins_a_network_is_heeded_by_the_next_search(talk, ask):
    talk.topic(text="confidential here")
    assert said(ask("confidential"))
    talk.people["ben"].groups.remove(group_of(talk.network))
    assert not said(ask("confidential", lagging=True))
    talk.people["mia"].groups.add(group_of(talk.network))
    assert said(ask("confidential", "mia", lagging=True))
    talk.people["mia"].is_active = False
    talk.people["mia"].save()
    assert not said(ask("confidential", "mia", lagging=True))


def hidden_post(talk, topic):
    discussing.delete(talk.people["ada"], topic.posts.get())


def hidden_topic(talk, topic):
    discussing.hide(talk.people["fay"], topic, "Not here")


def moved_topic(talk, topic):
    discussing.move(talk.people["edna"], topic, talk.other)


def gone(talk, topic):
    topic.delete()


def waiting_again(talk, topic):
    discussing.set_approval(talk.people["fay"], talk.forum, Forum.Approval.EVERYBODY)
    post = topic.posts.get()
    words = Words("confidential again", "en")
    discussing.edit(talk.people["ada"], post, words, version=post.version)


@pytest.mark.parametrize(
    "what", [hidden_post, hidden_topic, moved_topic, gone, waiting_again], ids=lambda f: f.__name__
)
def test_what_is_taken_away_is_not_found_from_that_moment_on(talk, ask, what):
    topic = talk.topic(text="confidential here")
    assert said(ask("confidential"))
    what(talk, topic)
    for lagging in (True, False):
        assert not said(ask("confidential", lagging=lagging))
        assert not said(ask("confidential", lagging=lagging, order="relevance"))
    assert len(said(ask("confidential", "cleo"))) == (what is moved_topic)


def test_what_was_never_shown_is_not_found(talk, ask):
    discussing.set_approval(talk.people["fay"], talk.forum, Forum.Approval.EVERYBODY)
    topic = talk.topic(text="confidential here")
    for who in ("ada", "fay", "edna"):  # they find it at the moderation desk
        assert not said(ask("confidential", who))
    discussing.approve(talk.people["fay"], topic.posts.get())
    assert said(ask("confidential", "ada"))


def test_edited_retitled_split_and_restored_posts_are_found_as_they_are(talk, ask):
    topic = talk.topic(text="first words")
    second = talk.reply(topic, text="second words")
    ask("words")
    first = topic.posts.get(number=1)
    discussing.edit(
        talk.people["ada"], first, Words("other text", "en"), version=1, title="Another title"
    )
    assert not said(ask("first"))
    assert not said(ask("counting"))
    assert len(said(ask("another title"))) == 2
    discussing.split(talk.people["fay"], topic, [second], "Apart")
    assert said(ask("apart")) == ["second words"]
    assert said(ask("another")) == ["other text"]
    second.refresh_from_db()
    discussing.delete(talk.people["fay"], second, "Not so")
    assert not said(ask("second"))
    discussing.restore(talk.people["fay"], second)
    assert said(ask("second")) == ["second words"]


def test_choices_narrow_what_is_found(talk, ask):
    talk.topic(text="words in English")
    talk.topic("ben", text="words in Spanish", language="es")
    talk.topic("ben", text="words in the hall", forum=talk.hall)
    assert len(said(ask("words"))) == 3
    assert said(ask("words", written_in="es")) == ["words in Spanish"]
    assert said(ask("words", forum="members")) == ["words in the hall"]
    assert said(ask("words", author="@ada.example")) == ["words in English"]
    assert len(said(ask("words", author="ben.example"))) == 2
    assert not said(ask("words", author="ben.example", forum="members", written_in="es"))
    for nothing in ({"forum": "none"}, {"author": "nobody"}, {"forum": "data"}):
        assert not said(ask("words", **nothing))


@pytest.fixture
def no_limits(monkeypatch):
    monkeypatch.setattr(discussing, "RATES_OF_NEWCOMERS", ())
    monkeypatch.setattr(discussing, "RATES", ())


@pytest.mark.parametrize("order", finding.ORDERS)
def test_pages_go_on_where_the_one_before_ended(talk, ask, order, no_limits):
    topic = talk.topic(text="words 0")
    for number in range(1, 7):
        talk.reply(topic, text=f"words {number}" + " words" * (number == 3))
    first = ask("words", order=order, size=3)
    if order == "newest":  # what comes after the first page changes what others count
        talk.reply(topic, text="words at last and after many others")
    second = ask("words", order=order, size=3, cursor=first.after)
    third = ask("words", order=order, size=3, cursor=second.after)
    assert (first.total, second.total, third.total) == (7, 8, 8) if order == "newest" else (7, 7, 7)
    assert not third.after
    found = [one.post.text for page in (first, second, third) for one in page.rows]
    assert len(found) == len(set(found))
    assert {*found} >= {f"words {number}" for number in (0, 1, 2, 4, 5, 6)}
    if order == "newest":
        assert found == sorted(found, reverse=True)
    else:
        assert found[0] == "words 3 words"
    with pytest.raises(cursors.BadCursorError):
        ask("other", cursor=first.after)


def test_a_search_takes_the_same_number_of_queries(talk, ask):
    def queries() -> int:
        ask("counting")
        with CaptureQueriesContext(connection) as caught:
            ask("counting", lagging=True)
        return len(caught)

    topic = talk.topic()
    few = queries()
    more = [
        Post(
            topic=topic,
            number=n,
            author=talk.people["ada"],
            text="x",
            html="<p>x</p>",
            language="en",
            posted_at=topic.created_at,
        )
        for n in range(2, 120)
    ]
    for post in Post.objects.bulk_create(more):
        post.save()
    assert queries() == few


# The index ----------------------------------------------------------------------------


def agree(es) -> bool:
    es.indices.refresh(index=POSTS.alias)
    differences = upkeep.compare(es, POSTS.alias, of=POSTS)
    return not len(differences) and not differences.waiting


def test_a_change_is_noted_in_its_transaction(talk, elasticsearch):
    topic = talk.topic()
    queue.drain(elasticsearch)
    with transaction.atomic():
        talk.reply(topic)
        transaction.set_rollback(True)
    assert not queue.waiting(POSTS).exists()
    talk.reply(topic)
    assert queue.waiting(POSTS).count() == 1  # the others of the topic are as they were


def test_the_commands_keep_up_the_index_of_posts(talk, elasticsearch, capsys):
    elasticsearch.indices.delete(index=in_use(elasticsearch, POSTS))
    topic = talk.topic()
    talk.reply(topic)
    assert state()["forum"]["reason"] == "no index"
    call_command("search_rebuild")
    assert "with 2 posts after" in capsys.readouterr().out
    call_command("worker", "search", "--once")
    assert state()["forum"] == {"status": "ok", "documents": 2, "mapping": POSTS.version}
    call_command("search_status")
    call_command("search_reconcile")
    gone, left = topic.posts.order_by("number")
    Post.objects.filter(pk=gone.pk).update(state=Post.State.REMOVED)
    PostJob.objects.filter(key=left.key).update(version=9, done=9)
    with pytest.raises(SystemExit):
        call_command("search_reconcile", "posts")
    out = capsys.readouterr().out
    assert f"superfluous         1  {gone.key}" in out
    assert f"outdated            1  {left.key}" in out
    call_command("search_reconcile", "posts", "--fix")
    assert agree(elasticsearch)
    call_command("search_rebuild", "posts")
    assert "publications" not in capsys.readouterr().out
    assert agree(elasticsearch)


def test_a_moved_topic_is_for_other_readers_in_the_index_too(talk, elasticsearch):
    topic = talk.topic()
    queue.drain(elasticsearch)
    type(topic).objects.filter(pk=topic.pk).update(forum=talk.other)  # past everything
    elasticsearch.indices.refresh(index=POSTS.alias)
    assert upkeep.compare(elasticsearch, POSTS.alias, of=POSTS).readers == [topic.posts.get().key]
    discussing.hide(talk.people["edna"], topic, "So")
    queue.drain(elasticsearch)
    assert agree(elasticsearch)


def test_what_was_said_is_not_read_back_from_the_index(talk, elasticsearch):
    talk.topic(text="confidential here")
    queue.drain(elasticsearch, refresh=True)
    (row,) = elasticsearch.search(index=POSTS.alias)["hits"]["hits"]
    assert set(row["_source"]) == {"key", "version"}
    words = {"text": "confidentia", "term": {"field": "spelling.en"}}
    near = elasticsearch.search(index=index.alias(), suggest={"near": words})["suggest"]["near"]
    assert not near[0]["options"]


@pytest.mark.parametrize("fault", ["hang", "drop", 503])
def test_a_faulty_index_neither_holds_up_nor_loses_anything(
    talk, door, elasticsearch, fault, monkeypatch
):
    monkeypatch.setattr(queue, "WRITING", 1)
    topic = talk.topic(text="confidential here")
    queue.drain(elasticsearch, refresh=True)
    door.fault = fault
    discussing.delete(talk.people["ada"], topic.posts.get())
    talk.topic(text="confidential too")
    assert queue.drain().failed
    user = talk.people["ben"]
    started = time.monotonic()
    finds = finding.search(PostRequest("confidential", user, standing_of(user)))
    assert time.monotonic() - started < 5
    assert max(door.given) <= 0.8
    assert finds.degraded
    assert said(finds) == ["confidential too"]
    assert not publications.is_open  # that of publications is asked all the same
    door.fault = None
    PostJob.objects.update(leased_until=None, available_at="2020-01-01T00:00Z")
    assert not queue.drain().failed
    assert agree(elasticsearch)


def test_the_database_answers_while_elasticsearch_is_away(talk, settings, elasticsearch):
    talk.topic(text="confidential here")
    talk.topic("cleo", "confidential there", forum=talk.other)
    queue.drain(elasticsearch, refresh=True)
    user = talk.people["ben"]
    asked = PostRequest("confidential", user, standing_of(user), size=1)
    first = finding.search(asked)
    assert (first.engine, first.total) == ("elasticsearch", 1)
    talk.topic(text="confidential too")
    queue.drain(elasticsearch, refresh=True)
    page = finding.search(asked)
    address, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, "http://127.0.0.1:9"
    degraded = finding.search(replace(asked, cursor=page.after))
    assert (degraded.engine, degraded.degraded, degraded.total) == ("database", True, 2)
    assert [one.post.text for one in degraded.rows] == ["confidential here"]
    assert finding.breaker.is_open
    talk.topic(text="confidential as well")  # nobody waits for it
    settings.ELASTICSEARCH_URL = address
    PostJob.objects.update(leased_until=None, available_at="2020-01-01T00:00Z")
    queue.drain(elasticsearch, refresh=True)
    finding.breaker.worked()
    again = finding.search(asked)
    assert (again.degraded, again.total) == (False, 3)
    assert agree(elasticsearch)


# The page and the API -----------------------------------------------------------------


def test_the_page_and_the_api_narrow_and_go_on(talk, settings, no_limits):
    settings.SEARCH_ENGINE = "database"
    topic = talk.topic(text="words")
    for number in range(24):
        talk.reply(topic, "ada" if number == 7 else "ben", text=f"words {number}")
    talk.topic("cleo", "words elsewhere", forum=talk.other)
    client = talk.client("ben")
    with_page = client.get(reverse("forum_search"), {"q": "words", "order": "relevance"})
    text = with_page.content.decode()
    assert "25 posts found" in text
    assert "elsewhere" not in text
    following = with_page.context["following"]
    assert (
        client.get(f"{reverse('forum_search')}?{following}").content.count(b'class="snippet"') == 5
    )
    for bad in ("after=x", "after=%00", "order=x", "language=xx", "forum=%00", "author=%00"):
        assert client.get(f"{reverse('forum_search')}?q=words&{bad}").status_code == 200

    def found(**given):
        return client.get("/api/v3/forum/search/", given)

    answer = found(q="words").json()
    assert (answer["total"], len(answer["items"]), answer["degraded"]) == (25, 20, False)
    assert len(found(q="words", after=answer["next"]).json()["items"]) == 5
    assert found(q="words", author="ada.example").json()["total"] == 2
    assert answer["items"][0]["handle"] == "ben.example"
    assert found(q="words", language="es").json()["total"] == 0
    for name in ("after", "order", "language"):
        assert name in found(q="words", **{name: "x"}).content.decode()
        assert found(q="words", **{name: "x"}).status_code == 400
    assert found(q="words", after=answer["next"], order="relevance").status_code == 400
    for code in ("data", "none", str(uuid.uuid4())):
        assert found(q="words", forum=code).status_code == 404
