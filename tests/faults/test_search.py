"""Elasticsearch fails in every way we know: readers get a notice, and nothing is lost."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone
from elasticsearch import TransportError

from pages.factories import ThemeFactory
from repository.factories import PublicationPageFactory
from repository.models import PublicationPage
from search import index, queue, synonyms, upkeep
from search.contract import Results, SearchRequest
from search.engines import search
from search.engines.elasticsearch import breaker
from search.models import IndexJob, SynonymSet, SynonymsJob
from search.state import state
from tests.search.conftest import in_use

#: Seconds for Elasticsearch, of the second and a half in which a search is answered.
PATIENCE = 0.6


def ask(query: str = "report") -> Results:
    return search(SearchRequest(query, user=AnonymousUser()))


def due() -> None:
    """What was put off is due, and what was taken by somebody who is gone is free."""
    IndexJob.objects.update(available_at=timezone.now(), leased_until=timezone.now())


def agree(es) -> bool:
    """What ``search_reconcile`` says."""
    es.indices.refresh(index=index.alias())
    differences = upkeep.compare(es, index.alias())
    return not len(differences) and not differences.waiting


@pytest.fixture
def reports(elasticsearch):
    pages = [PublicationPageFactory(title=f"Report {letter}") for letter in "ABCDEF"]
    queue.drain(elasticsearch, refresh=True)
    assert agree(elasticsearch)
    return pages


def break_door(door, fault) -> None:
    door.fault = fault
    if fault == "refused":
        door.shutdown()
        door.server_close()


@pytest.mark.parametrize("fault", ["refused", "hang", "drop", 429, 500, 503])
def test_the_database_answers_with_a_notice(door, reports, fault, monkeypatch):
    """How soon it does, ``make bench`` measures."""
    monkeypatch.setattr(breaker, "seconds", 60)
    assert not ask().degraded
    break_door(door, fault)
    PublicationPageFactory(title="Report G")
    started = time.monotonic()
    results = ask()
    assert time.monotonic() - started < 5, "held up by what hangs"
    assert max(door.given) <= PATIENCE
    assert (results.degraded, results.engine, results.total) == (True, "database", 7)
    assert breaker.is_open
    asked = door.asked
    assert ask().degraded
    assert door.asked == asked, "nobody asks it again at once"


@pytest.mark.parametrize("fault", ["hang", "drop", 429, 503, "reject some"])
def test_what_could_not_be_written_is_written_later(
    door, reports, elasticsearch, fault, monkeypatch
):
    monkeypatch.setattr(queue, "WRITING", 1)
    for page in reports[:4]:
        page.title += " revised"
        page.save_revision().publish()
    reports[4].unpublish()
    reports[5].delete()
    break_door(door, fault)
    drained = queue.drain()
    assert drained.failed
    assert all("127.0.0.1" not in error for error in drained.errors)
    assert not queue.take()[1], "a failure is not tried again at once"
    assert queue.waiting().count() == drained.failed
    door.fault = None
    due()
    assert not queue.drain().failed
    assert agree(elasticsearch)
    assert ask("revised").total == 4


def test_saving_needs_no_elasticsearch(door, reports, elasticsearch):
    break_door(door, "hang")
    started = time.monotonic()
    reports[0].title = "Report on saving"
    reports[0].save_revision().publish()
    assert time.monotonic() - started < 5
    door.fault = None
    queue.drain()
    assert agree(elasticsearch)


def test_a_read_only_index_is_reported_and_caught_up_with(reports, elasticsearch):
    elasticsearch.indices.put_settings(
        index=index.alias(), settings={"index.blocks.read_only_allow_delete": True}
    )
    reports[0].title = "Report changed"
    reports[0].save_revision().publish()
    assert queue.drain().failed == 1
    assert state()["search"] == {
        **state()["search"],
        "status": "degraded",
        "reason": "read-only",
    }
    assert ask("changed").total == 0, "found as it was, which is the lag"
    elasticsearch.indices.put_settings(
        index=index.alias(), settings={"index.blocks.read_only_allow_delete": None}
    )
    due()
    queue.drain(refresh=True)
    assert ask("changed").total == 1
    assert agree(elasticsearch)


def test_a_deleted_index_is_reported_not_made_anew_by_a_write_and_rebuilt(reports, elasticsearch):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    results = ask()
    assert (results.degraded, results.total) == (True, 6)
    queue.changed_key(reports[0].translation_key)
    assert queue.drain().failed == 1
    assert state()["search"]["status"] == "degraded"
    assert not elasticsearch.indices.exists(index=index.alias())
    upkeep.rebuild(elasticsearch)
    due()
    queue.drain()
    assert agree(elasticsearch)
    breaker.worked()
    assert not ask().degraded


def test_deletions_alone_make_no_index_either_and_one_in_the_way_gives_way(reports, elasticsearch):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    reports[0].delete()
    assert queue.drain().failed == 1
    assert not elasticsearch.indices.exists(index=index.alias())
    elasticsearch.index(index=index.alias(), document={"made": "by somebody else"})
    upkeep.rebuild(elasticsearch)
    due()
    queue.drain()
    assert agree(elasticsearch)


def test_an_old_job_that_arrives_late_undoes_nothing(reports, elasticsearch):
    key = reports[0].translation_key
    old = IndexJob.objects.get(key=key).version
    reports[0].title = "Report newer"
    reports[0].save_revision().publish()
    queue.drain()
    stale = {"_id": str(key), "version": old, "version_type": "external_gte"}
    answer = elasticsearch.bulk(
        index=index.alias(), operations=[{"delete": stale}], require_alias=True
    )
    assert answer["items"][0]["delete"]["status"] == 409
    assert queue.write(elasticsearch, index.alias(), {key: old}) == {}, "no error: it is too late"
    assert agree(elasticsearch)


def test_what_a_killed_worker_held_comes_back(reports, elasticsearch):
    reports[0].title = "Report held"
    reports[0].save_revision().publish()
    _lease, held = queue.take()
    assert held
    assert not queue.drain().done
    due()  # the lease runs out
    assert queue.drain().done == 1
    assert agree(elasticsearch)


def test_changes_during_a_rebuild_are_in_the_new_index(elasticsearch, monkeypatch):
    """Edits, deletions and new publications after their place was read, drained into the old
    index meanwhile."""
    monkeypatch.setattr(upkeep, "BATCH", 5)
    monkeypatch.setattr(upkeep, "FEW", 0)
    pages = [PublicationPageFactory(title=f"Report {number}") for number in range(30)]
    queue.drain()
    seen = []

    def disturb(done: int) -> None:
        seen.append(done)
        if len(seen) != 4:
            return
        for page in pages[:10]:
            page.title += " edited"
            page.save_revision().publish()
        for page in pages[10:20]:
            page.delete()
        PublicationPageFactory(title="Report new")
        queue.drain()

    rebuilt = upkeep.rebuild(elasticsearch, disturb)
    assert rebuilt.documents == 21
    assert in_use(elasticsearch) == rebuilt.name
    assert agree(elasticsearch)
    assert ask("edited").total == 10
    assert len(elasticsearch.indices.get(index=f"{index.alias()}-*").body) == 1


def test_a_rebuild_that_breaks_off_leaves_the_index_and_goes_on(
    door, reports, elasticsearch, monkeypatch
):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    before = in_use(elasticsearch)
    broken = index.client(2)
    door.fault, door.spare = "hang", 7
    with pytest.raises(TransportError):
        upkeep.rebuild(broken)
    door.fault = None
    assert in_use(elasticsearch) == before
    assert not ask().degraded
    left = upkeep.unfinished(elasticsearch)
    assert left
    assert upkeep.rebuild(elasticsearch, resume=True).name == left
    assert agree(elasticsearch)


def test_reconcile_names_what_differs_and_mends_it(reports, elasticsearch, capsys):
    missing, outdated, gone = reports[:3]
    name = index.alias()
    elasticsearch.delete(index=name, id=str(missing.translation_key))
    PublicationPage.objects.filter(pk=gone.pk).update(live=False)
    IndexJob.objects.filter(key=outdated.translation_key).update(version=99, done=99)
    for more, code in (([], 1), (["--fix"], None), ([], None)):
        arguments = ["publications", *more]
        if code:
            with pytest.raises(SystemExit) as left:
                call_command("search_reconcile", *arguments)
            assert left.value.code == code
            lines = capsys.readouterr().out
            for kind, page in (("missing", missing), ("outdated", outdated), ("superfluous", gone)):
                assert f"{kind:<12} {1:>8}  {page.translation_key}" in lines
        else:
            call_command("search_reconcile", *arguments)
    assert agree(elasticsearch)


def test_an_index_ahead_of_a_restored_database_is_caught_up_with(reports, elasticsearch):
    key = reports[0].translation_key
    for _time in range(3):
        queue.changed_key(key)
    queue.drain()
    IndexJob.objects.filter(key=key).update(version=1, done=1)
    PublicationPage.objects.filter(translation_key=key).update(title="Report restored")
    assert not agree(elasticsearch)
    call_command("search_reconcile", "publications", "--fix")
    assert agree(elasticsearch)
    assert ask("restored").total == 1


def test_health_says_how_search_and_queue_are(client, door, reports, settings):
    assert state()["search"]["status"] == state()["queue"]["status"] == "ok"
    break_door(door, 503)
    ThemeFactory(code="health")
    PublicationPageFactory()
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["search"]["status"] == "down"
    assert answer.json()["queue"]["waiting"] == 1
    assert b"127.0.0.1" not in answer.content
    with pytest.raises(SystemExit) as left:
        call_command("search_status")
    assert left.value.code == 2


def test_the_page_says_so(client, door, reports):
    assert "simple search" not in client.get("/en/search/?q=report").content.decode()
    break_door(door, 503)
    assert "simple search" in client.get("/en/search/?q=report").content.decode()


@pytest.mark.parametrize("fault", ["drop", 429, 503])
def test_synonyms_that_could_not_be_told_count_at_once_and_are_told_later(
    door, elasticsearch, fault, monkeypatch
):
    monkeypatch.setattr(queue, "WRITING", 1)
    assert synonyms.prepare(elasticsearch)
    PublicationPageFactory(title="Arbeidsmigratie", locale="nl")
    assert not queue.drain(elasticsearch, refresh=True).failed
    SynonymSet.objects.create(terms="labour migration\narbeidsmigratie")
    break_door(door, fault)
    assert queue.drain().failed == 1
    assert queue.is_waiting()
    door.fault = None
    results = ask("labour migration")
    assert (results.total, results.degraded) == (1, False)
    SynonymsJob.objects.update(available_at=timezone.now())
    assert not queue.drain().failed
    assert synonyms.current()[1]
    assert synonyms.agree(elasticsearch)
