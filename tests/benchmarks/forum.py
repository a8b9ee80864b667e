"""Milliseconds and queries of the forum, with 100 posts and with 100,000: a topic of 5,000 and
1,900 topics of 50. The search on the database, and on Elasticsearch where there is one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.search.backends import get_search_backend

from cpmg.users.models import MEMBERS, User
from networks.forum import discussing, forums
from networks.forum.discussing import Words
from networks.forum.models import Forum, Post, Topic
from search import upkeep
from search.index import POSTS
from tests.benchmarks.moderation import measure
from tests.benchmarks.search import on_elasticsearch

#: By size: posts of the long topic, and how many others of how many posts.
SIZES = {100: (50, 5, 10), 100_000: (5_000, 1_900, 50)}
#: By what is looked for the question.
SEARCHES = {
    "a rare word": "?q=%2249+about%22",
    "every tenth post": "?q=remittances",
    "every tenth, by relevance": "?q=remittances&order=relevance",
}
WORDS = [
    "labour",
    "migration",
    "return",
    "remittances",
    "registration",
    "consular",
    "border",
    "skills",
    "data",
]


def grow(forum: Forum, author: User, size: int) -> Topic:
    """Fills ``forum`` up, the posts in the index of the search as well; gives its long topic."""
    long, others, posts = SIZES[size]
    now = timezone.now()
    Topic.objects.filter(forum=forum).delete()
    topics = [
        Topic(
            forum=forum,
            title=f"Topic {n} on {WORDS[n % len(WORDS)]}",
            language=("en", "es", "fr", "nl")[n % 4],
            author=author,
            last_author=author,
            last_number=long if n == 0 else posts,
            post_count=long if n == 0 else posts,
            last_post_at=now - timedelta(minutes=n),
        )
        for n in range(others + 1)
    ]
    Topic.objects.bulk_create(topics)
    rows = [
        Post(
            topic=topic,
            number=number,
            author=author,
            text=f"Post {number} about {WORDS[number % len(WORDS)]}",
            html=f"<p>Post {number} about {WORDS[number % len(WORDS)]}</p>",
            language=topic.language,
            posted_at=topic.last_post_at,
        )
        for topic in topics
        for number in range(1, topic.last_number + 1)
    ]
    Post.objects.bulk_create(rows, batch_size=2_000)
    backend = get_search_backend()
    for start in range(0, len(rows), 5_000):
        backend.add_bulk(Post, rows[start : start + 5_000])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself, later
    return topics[0]


def run() -> None:
    """Prints a row for each action. Needs no content."""
    author = User.objects.create_user("forum-author@example.org")
    author.groups.add(Group.objects.get(name=MEMBERS))
    forum = forums.of_members()
    numbers = count(1)
    discussing.RATES = ()  # type: ignore[assignment]
    figures: dict[str, list[tuple[float, int]]] = {}
    rebuilt = 0.0
    for size in SIZES:
        topic = grow(forum, author, size)
        reader = Client()
        member = User.objects.create_user(f"forum-reader-{size}@example.org")
        member.groups.add(Group.objects.get(name=MEMBERS))
        reader.force_login(member)

        def opens(address: str, client: Client = reader) -> Callable[[], object]:
            def get() -> None:
                response = client.get(address)
                if response.status_code != 200:
                    raise SystemExit(f"{address} answers {response.status_code}")

            return get

        def reply(to: Topic = topic) -> Post:
            return discussing.reply(author, to, Words(f"Reply {next(numbers)}", "en", uuid.uuid4()))

        at = reverse("forum_topic", kwargs={"key": topic.key})
        actions: dict[str, Callable[[], object]] = {
            "Forums": opens(reverse("forums")),
            "Topics of a forum": opens(reverse("forum", kwargs={"code": forum.code})),
            "Topic, first page": opens(at),
            "Topic, in the middle": opens(f"{at}?from={topic.last_number // 2}"),
            "Topic, last page": opens(f"{at}?last=1"),
            "Post a reply": reply,
        }
        searches = {
            f"Search, {what}": opens(reverse("forum_search") + asked)
            for what, asked in SEARCHES.items()
        }
        for name, act in {**actions, **searches}.items():
            figures.setdefault(name, []).append(measure(act))
        if settings.ELASTICSEARCH_URL:
            with on_elasticsearch() as es:
                started = time.perf_counter()
                upkeep.rebuild(es, of=POSTS)
                rebuilt = time.perf_counter() - started
                for name, act in searches.items():
                    figures.setdefault(f"{name}; index", []).append(measure(act))
    few, many = SIZES
    print(f"\nForum with {few} and {many} posts; {connection.vendor}\n")
    if rebuilt:
        print(f"Rebuild of the index with {many} posts: {rebuilt:.1f} s\n")
    head = ("", f"ms at {few}", f"ms at {many}", "growth", "queries", "queries")
    print("{:<36}{:>12}{:>13}{:>9}{:>9}{:>9}".format(*head))
    for name, ((small_ms, small_queries), (large_ms, large_queries)) in figures.items():
        print(
            f"{name:<36}{small_ms:>12.1f}{large_ms:>13.1f}{large_ms / small_ms:>8.2f}x"
            f"{small_queries:>9}{large_queries:>9}"
        )
