"""Milliseconds and queries of submitting, the moderator's desk and the view of a file, with few and
with many submissions waiting."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cpmg.users.models import MEMBERS, User
from repository import submissions
from repository.files.receiving import make_document
from repository.models import Submission
from tests.benchmarks.growth import grow_submissions

SMALL, LARGE = 100, 10_000
REPEATS = 9


def measure(act: Callable[[], object]) -> tuple[float, int]:
    """Median milliseconds and number of queries, once all that a process remembers is there."""
    act()
    times = []
    for _repeat in range(REPEATS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    with CaptureQueriesContext(connection) as queries:
        act()
    return statistics.median(times), len(queries)


def person(name: str, group: str) -> User:
    user = User.objects.create_user(f"{name}@example.org")
    user.groups.add(Group.objects.get(name=group))
    return user


def run() -> None:
    """Prints a row for each action. The content must be loaded."""
    member, crowd = person("member", MEMBERS), person("crowd", MEMBERS)
    moderator = Client()
    moderator.force_login(person("moderator", "Moderators"))
    numbers = count(1)

    def submit() -> Submission:
        number = next(numbers)
        text = ContentFile(f"Report {number} on migration.".encode(), "report.txt")
        submission = submissions.start(
            member,
            {
                "title": f"Benchmark number {number}",
                "record_language": "en",
                "document_type": "report",
                "publisher": "International Organization for Migration",
                "year": "2024",
                "languages": ["en"],
                "countries": ["JM", "HT"],
                "licence": "CC-BY-4.0",
                "shelf": "public",
            },
        )
        document = make_document(member, text, "report.txt")
        submissions.attach(submission, document, user=member, language="en")
        return submissions.submit(submission, member)

    def opens(address: str) -> Callable[[], object]:
        def get() -> None:
            response = moderator.get(address)
            if response.status_code != 200:
                raise SystemExit(f"{address} answers {response.status_code}")

        return get

    one = submit()
    file = one.files.get().document
    actions = {
        "Submit": submit,
        "Moderator's queue": opens(reverse("desk")),
        "Queue with a search": opens(reverse("desk") + "?q=migration"),
        "One submission": opens(reverse("desk_submission", kwargs={"key": one.key})),
        "File view": opens(file.url),
    }
    figures: dict[str, list[tuple[float, int]]] = {name: [] for name in actions}
    for size in (SMALL, LARGE):
        grow_submissions(size, crowd)
        for name, act in actions.items():
            figures[name].append(measure(act))
    print(f"\n{SMALL} and {LARGE} submissions waiting; {connection.vendor}\n")
    head = ("", f"ms at {SMALL}", f"ms at {LARGE}", "growth", "queries", "queries")
    print("{:<28}{:>12}{:>13}{:>9}{:>9}{:>9}".format(*head))
    for name, ((small_ms, small_queries), (large_ms, large_queries)) in figures.items():
        print(
            f"{name:<28}{small_ms:>12.1f}{large_ms:>13.1f}{large_ms / small_ms:>8.2f}x"
            f"{small_queries:>9}{large_queries:>9}"
        )
