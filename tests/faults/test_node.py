"""A node of Elasticsearch is killed: a server of the test's own, which may die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import timezone
from elasticsearch import Elasticsearch, TransportError

from pages.factories import CountryFactory, LanguageFactory, NetworkFactory, ThemeFactory
from repository.factories import DocumentTypeFactory, RepositoryPageFactory
from repository.models import PublicationPage
from search import index, queue, synonyms, upkeep
from search.engines.elasticsearch import breaker
from search.models import IndexJob
from tests.benchmarks.growth import grow_publications
from tests.search.conftest import in_use, server

SERVICES = configured.ROOT / "bin" / "services"


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


class Node:
    """Elasticsearch as ``bin/services`` starts it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.start()

    def start(self) -> None:
        self._services("start")
        self.url = self.state["url"]

    @property
    def state(self) -> dict[str, str]:
        found = json.loads((self.folder / "services/state.json").read_text())
        return found.get("elasticsearch", {})

    @property
    def pid(self) -> int:
        return int(self.state["pid"])

    @property
    def processes(self) -> set[str]:
        """The states of its processes, the starter and the server: ``T`` is held."""
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.pid and state != "Z":
                    found.add(state)
        return found

    def die(self) -> None:
        """Ends while it has a request: it is held, so that it can't answer first, then killed."""
        group = self.pid
        os.killpg(group, signal.SIGSTOP)
        wait_for(lambda: self.processes == {"T"})
        threading.Timer(0.5, os.killpg, (group, signal.SIGKILL)).start()

    def died(self) -> None:
        wait_for(lambda: not self.processes)

    def stop(self) -> None:
        self._services("stop")

    def _services(self, what: str) -> None:
        given = ("DATABASE_URL", "ELASTICSEARCH_URL")
        environment = {k: v for k, v in os.environ.items() if k not in given}
        subprocess.run(
            [sys.executable, str(SERVICES), what],
            env={**environment, "CPMG_VAR": str(self.folder)},
            capture_output=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    server()
    with tempfile.TemporaryDirectory(prefix="cpmg-node-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        node = Node(Path(name))
        try:
            if node.state.get("way") != "local":
                pytest.skip("Only a server that runs on this machine itself can be killed.")
            yield node
        finally:
            node.stop()


@pytest.fixture
def es(node: Node, settings, db) -> Elasticsearch:
    settings.SEARCH_ENGINE = "elasticsearch"
    settings.SEARCH_INDEX = f"test-{uuid.uuid4().hex[:12]}"
    if not node.processes:
        node.start()
    settings.ELASTICSEARCH_URL = node.url
    breaker.worked()
    for factory in (NetworkFactory, ThemeFactory, CountryFactory):
        factory.create_batch(4)
    DocumentTypeFactory(), LanguageFactory(), RepositoryPageFactory()
    grow_publications(300)
    queue.changed(PublicationPage.objects.all())
    return index.client(20)


def back_again(node: Node, settings) -> Elasticsearch:
    node.start()
    settings.ELASTICSEARCH_URL = node.url
    IndexJob.objects.update(available_at=timezone.now(), leased_until=None)
    es = index.client(60)
    es.cluster.health(wait_for_status="yellow", timeout="60s")
    return es


def agree(es: Elasticsearch) -> bool:
    es.indices.refresh(index=index.alias())
    return not len(upkeep.compare(es, index.alias())) and synonyms.agree(es)


def killing(node: Node, monkeypatch, after: int) -> None:
    """Kills the node while it has the bulk request that follows ``after`` others."""
    bulk = Elasticsearch.bulk
    sent: list[int] = []

    def send(self, **body):
        sent.append(1)
        if len(sent) != after + 1:
            return bulk(self, **body)
        node.die()
        try:
            return bulk(self, **body)
        finally:
            node.died()

    monkeypatch.setattr(Elasticsearch, "bulk", send)


def test_a_node_killed_during_a_bulk_request_loses_nothing(es, node, settings, monkeypatch):
    name = index.create(es, index.new_name())
    es.indices.put_alias(index=name, name=index.alias())
    with monkeypatch.context() as patched:
        killing(node, patched, after=1)
        drained = queue.drain(es)
    assert (drained.done, drained.failed) == (queue.BATCH, 300 - queue.BATCH)
    assert queue.waiting().count() == drained.failed
    es = back_again(node, settings)
    queue.drain(es)
    assert not queue.waiting().exists()
    assert agree(es)


def test_a_node_killed_during_a_rebuild_leaves_the_index_and_it_goes_on(
    es, node, settings, monkeypatch
):
    before = upkeep.rebuild(es).name
    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "BATCH", 60)
        killing(node, patched, after=2)
        with pytest.raises(TransportError):
            upkeep.rebuild(es)
    PublicationPage.objects.first().unpublish()
    es = back_again(node, settings)
    assert in_use(es) == before
    unfinished = upkeep.unfinished(es)
    rebuilt = upkeep.rebuild(es, resume=True)
    assert (rebuilt.name, rebuilt.failed, rebuilt.documents) == (unfinished, {}, 299)
    queue.drain(es)
    assert agree(es)


def test_a_thousand_edits_and_deletes_during_a_rebuild(es, monkeypatch):
    grow_publications(1200)
    monkeypatch.setattr(upkeep, "BATCH", 200)
    pages = list(PublicationPage.objects.order_by("pk").values_list("pk", flat=True))
    steps = iter(range(5))

    def disturb(done: int) -> None:
        """Two hundred at a time: edits in bulk, and some that go."""
        step = next(steps, None)
        if step is None:
            return
        mine = pages[step * 200 : (step + 1) * 200]
        edited = PublicationPage.objects.filter(pk__in=mine)
        edited.update(title=f"Edited {step}", publisher="Another")
        queue.changed(edited)
        for page in PublicationPage.objects.filter(pk__in=mine[:10]):
            page.delete()
        queue.drain(es)  # into the old index, if there is one

    rebuilt = upkeep.rebuild(es, disturb)
    assert (rebuilt.failed, rebuilt.documents) == ({}, 1150)
    queue.drain(es)
    assert agree(es)
    edited = es.count(index=index.alias(), query={"match": {"titles": "edited"}})["count"]
    assert edited == 950
