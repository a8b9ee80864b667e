"""The search on Elasticsearch, measured: ``python -m tests.benchmarks.search [SIZE ...]``.

Needs ``ELASTICSEARCH_URL``. *bare* is Elasticsearch alone: the request that finds, with the same
body, and ``parallel_bulk`` with the same documents. Times are medians in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIZES = (1_000, 10_000, 100_000)
QUERIES = (
    *("labour migration haiti", "remittances of the diaspora", "health migrants jamaica 2015"),
    *("remitances", "arbeidsmigratie", "free movement of persons", "author:joseph survey"),
)
TYPED = ("lab", "labour mi", "remit", "jam", "jose", "free mo", "re")
REPEATS = 15
#: Rebuilds and bare writings, in turn, so that neither has the colder server; the better counts.
TURNS = 2
#: Publications that change in a second, and for how many seconds, while a worker works it off.
RATE, SECONDS = 50, 10


class Peak:
    """The most memory that this process takes inside, in MB beyond what it took before."""

    def __enter__(self) -> Peak:
        self.ended, self.before = threading.Event(), self._held()
        self.most = self.before
        self.watch = threading.Thread(target=self._look)
        self.watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.watch.join()
        self.grown = (self.most - self.before) / 1e6

    def _look(self) -> None:
        while not self.ended.wait(0.02):
            self.most = max(self.most, self._held())

    @staticmethod
    def _held() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def lag(es: Any) -> tuple[float, float]:
    """Milliseconds from the commit of a change until the index has it, when ``RATE`` publications
    change in a second: the median, and the slowest."""
    from django.db import connection, transaction

    from repository.models import PublicationPage
    from search import queue

    keys = list(PublicationPage.objects.values_list("translation_key", flat=True).distinct())
    keys = keys[: RATE * SECONDS]
    changed: dict[uuid.UUID, float] = {}
    written: dict[uuid.UUID, float] = {}
    over = threading.Event()

    def work_off() -> None:
        try:
            while len(written) < len(keys) and not over.is_set():
                known = set(changed) - set(written)
                queue.drain(es)
                left = set(queue.waiting().values_list("key", flat=True))
                written.update(dict.fromkeys(known - left, time.perf_counter()))
                time.sleep(0.01)
        finally:
            connection.close()

    worker = threading.Thread(target=work_off)
    worker.start()
    begun = time.perf_counter()
    for number, key in enumerate(keys):
        time.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        with transaction.atomic():
            queue.changed_key(key)
        changed[key] = time.perf_counter()
    worker.join(60)
    over.set()
    waits = [1000 * (written[key] - changed[key]) for key in keys if key in written]
    if len(waits) < len(keys):
        raise SystemExit(f"The index has {len(waits)} of {len(keys)} changes.")
    return statistics.median(waits), max(waits)


def medians(over: tuple[str, ...], *calls: Callable[[str], Any]) -> list[float]:
    """Milliseconds of each of ``calls``, made in turn, once they have been made as often before:
    a server that has just started is slower."""
    times: list[list[float]] = [[] for _call in calls]
    for _repeat in range(2 * REPEATS):
        for one in over:
            for call, own in zip(calls, times, strict=True):
                started = time.perf_counter()
                call(one)
                own.append((time.perf_counter() - started) * 1000)
    return [statistics.median(own[len(own) // 2 :]) for own in times]


def while_it_hangs(call: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the first ``call`` after Elasticsearch stopped answering, and of the next."""
    from django.conf import settings
    from django.test import override_settings

    from search.engines.elasticsearch import breaker
    from tests.faults.conftest import Door

    door = Door(settings.ELASTICSEARCH_URL)
    times = []
    with override_settings(ELASTICSEARCH_URL=door.url):
        call()
        door.fault = "hang"
        for _time in range(2):
            started = time.perf_counter()
            call()
            times.append((time.perf_counter() - started) * 1000)
    breaker.worked()
    door.released.set()
    door.shutdown()
    return times[0], times[1]


def written(es: Any, made: dict[uuid.UUID, dict[str, Any]]) -> float:
    """Documents a second that ``parallel_bulk`` writes into an index of their own."""
    from elasticsearch.helpers import parallel_bulk

    from search import index

    name = index.create(es, f"{index.alias()}-bare-{uuid.uuid4().hex[:8]}", refresh_interval="-1")
    started = time.perf_counter()
    actions = ({"_index": name, "_id": str(key), **document} for key, document in made.items())
    for _done in parallel_bulk(es, actions, chunk_size=500):
        pass
    es.indices.refresh(index=name)
    rate = len(made) / (time.perf_counter() - started)
    es.indices.delete(index=name)
    return rate


def measure(size: int) -> dict[str, float]:
    from django.contrib.auth.models import AnonymousUser
    from django.test import Client

    from repository.models import PublicationPage
    from search import documents, index, upkeep
    from search.contract import FACETS, SearchRequest
    from search.engines import search, suggest
    from search.engines.database import DatabaseEngine
    from search.engines.elasticsearch import Conversation
    from tests.benchmarks.growth import grow_publications

    grow_publications(size)
    es = index.client(120)
    keys = PublicationPage.objects.values_list("translation_key", flat=True)
    made = documents.documents(list(keys))
    bare_rate, rate = 0.0, 0.0
    for _turn in range(TURNS):
        bare_rate = max(bare_rate, written(es, made))
        started = time.perf_counter()
        with Peak() as rebuilding:
            rebuilt = upkeep.rebuild(es)
        rate = max(rate, rebuilt.documents / (time.perf_counter() - started))

    asked: dict[str, dict[str, Any]] = {}
    ask = Conversation.ask

    def request(query: str, facets: tuple[str, ...] = ()) -> SearchRequest:
        return SearchRequest(query, user=AnonymousUser(), facets=facets)

    for query in QUERIES:

        def note(self: Any, _query: str = query, **body: Any) -> dict[str, Any]:
            asked[_query] = body
            return ask(self, **body)

        Conversation.ask = note  # type: ignore[method-assign]
        assert not search(request(query)).degraded
    Conversation.ask = ask  # type: ignore[method-assign]
    reader = Client()
    bare, whole, with_facets, over_http = medians(
        QUERIES,
        lambda query: es.search(index=index.alias(), **asked[query]),
        lambda query: search(request(query)),
        lambda query: search(request(query, FACETS)),
        lambda query: reader.get("/api/v3/search/", {"q": query}).json()["items"],
    )
    suggested, on_database = medians(
        TYPED,
        lambda typed: suggest(request(typed)),
        lambda typed: DatabaseEngine().suggest(request(typed)),
    )
    usual, slowest = lag(es)
    hung, next_one = while_it_hangs(lambda: search(request(QUERIES[0])))
    return {
        "search, ms": whole,
        "bare request, ms": bare,
        "search without 8 ms, of bare": max(0.0, whole - 8) / bare,
        "with all facets, ms": with_facets,
        "as a request of the API, ms": over_http,
        "suggest, ms": suggested,
        "suggest on the database, ms": on_database,
        "rebuild, documents a second": rate,
        "parallel_bulk, documents a second": bare_rate,
        "rebuild, of parallel_bulk": rate / bare_rate,
        "rebuild, MB at its peak": rebuilding.grown,
        f"lag at {RATE} changes a second, ms": usual,
        "the slowest of them, ms": slowest,
        "when Elasticsearch hangs, ms": hung,
        "the next search, ms": next_one,
    }


@contextmanager
def on_elasticsearch() -> Iterator[Any]:
    """Gives a client; all indexes that are made inside are deleted in the end."""
    from django.test import override_settings

    from search import index, synonyms

    own = {"SEARCH_ENGINE": "elasticsearch", "SEARCH_INDEX": f"bench-{uuid.uuid4().hex[:8]}"}
    with override_settings(**own):
        es = index.client(60)
        try:
            yield es
        finally:
            for name in es.indices.get(index=f"{index.alias()}-*").body:
                es.indices.delete(index=name)
            es.options(ignore_status=404).synonyms.delete_synonym(id=synonyms.name())


def run(sizes: tuple[int, ...] = SIZES) -> None:
    """Measures on the database as it is; its content must be loaded."""
    from django.conf import settings

    if not settings.ELASTICSEARCH_URL:
        print("\nThe search on Elasticsearch: ELASTICSEARCH_URL is not set.")
        return
    with on_elasticsearch():
        figures = {size: measure(size) for size in sizes}
    print(f"\nSearch on Elasticsearch\n\n{'':<36}" + "".join(f"{size:>12,}" for size in sizes))
    for row in figures[sizes[0]]:
        print(f"{row:<36}" + "".join(f"{figures[size][row]:>12,.2f}" for size in sizes))


if __name__ == "__main__":
    from tests.benchmarks.__main__ import prepared

    with prepared():
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_content")
        run(tuple(int(size) for size in sys.argv[1:]) or SIZES)
