"""Alerts at 10,000 saved searches: what one new publication costs, and a hundred, and a letter.

The reference is what one would do otherwise: a time-stamped query for each saved search, timed for
some and counted up.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

SEARCHES, SAMPLE, LETTERS = 10_000, 50, 50


def measured(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def save_searches(number: int) -> None:
    """Saved searches as people type them: one to three words, some with a choice."""
    from cpmg.users.models import User
    from pages.models import Country
    from search.alerts.models import SavedSearch
    from search.alerts.saving import Asked
    from tests.benchmarks.growth import FAMILIES
    from tests.benchmarks.wording import SUBJECTS

    chance = random.Random(2)
    people = [
        User(email=f"reader-{n}-{uuid.uuid4().hex[:6]}@example.org", language="en")
        for n in range(number // 10)
    ]
    User.objects.bulk_create(people, batch_size=500)
    words = [word for subject in SUBJECTS["en"] for word in subject.split() if len(word) > 3]
    codes = list(Country.labels("en"))
    searches = []
    for n in range(number):
        typed = " ".join(chance.sample(words, chance.randint(1, 3)))
        given = QueryDict(mutable=True)
        given["q"] = f"{typed} {chance.choice(FAMILIES)} {n % 97}" if n % 3 else typed
        if n % 4 == 0:
            given["country"] = chance.choice(codes)
        asked = Asked(given)
        searches.append(
            SavedSearch(
                person=people[n % len(people)],
                name=f"Search {n}",
                query=asked.query,
                sought=asked.sought.as_json(),
                frequency=SavedSearch.Frequency.DAILY,
            )
        )
    SavedSearch.objects.bulk_create(searches, batch_size=500)


def run() -> None:
    from repository.models import PublicationPage
    from search.alerts import matching, sending
    from search.alerts.models import Arrival, Match, SavedSearch
    from search.contract import SearchRequest
    from search.engines import search
    from tests.benchmarks.growth import grow_publications

    save_searches(SEARCHES)
    grow_publications(PublicationPage.objects.count() + 100)
    keys = list(
        PublicationPage.objects.filter(live=True)
        .order_by("-pk")
        .values_list("translation_key", flat=True)[:100]
    )
    Arrival.objects.bulk_create(
        [Arrival(key=key, readers="public", matched=True) for key in keys], ignore_conflicts=True
    )

    def compared(number: int) -> float:
        Match.objects.all().delete()
        Arrival.objects.update(matched=True)
        Arrival.objects.filter(key__in=keys[:number]).update(matched=False)
        return measured(matching.match)

    compared(1)  # the words of the searches are remembered from the first time on
    one, hundred = compared(1), compared(100)
    asked = list(SavedSearch.objects.values_list("sought", flat=True)[:SAMPLE])

    def query_each() -> None:
        for sought in asked:
            request = SearchRequest(sought.get("query", ""), user=AnonymousUser(), highlight=False)
            search(request)

    each = measured(query_each) / SAMPLE
    SavedSearch.objects.update(due_at="2020-01-01T00:00Z")
    due = sending.due()[:LETTERS]
    letters = measured(lambda: [sending.tell(pk, {}) for pk in due]) / max(1, len(due))
    found = Match.objects.count()
    print(
        f"\nAlerts: {SEARCHES:,} saved searches, {PublicationPage.objects.count():,} publications\n"
    )
    print(f"{'1 new publication compared with all':<44}{one:>10.2f} s")
    print(f"{'100 new publications compared with all':<44}{hundred:>10.2f} s  ({found:,} found)")
    print(f"{'a query for each search instead':<44}{each * SEARCHES:>10.0f} s")
    print(f"{'a letter, queued':<44}{letters * 1000:>10.1f} ms")


if __name__ == "__main__":
    from django.core.management import call_command

    from tests.benchmarks.__main__ import prepared

    with prepared():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_content")
        run()
