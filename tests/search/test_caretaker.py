"""The indexes look after themselves where the worker runs."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cpmg import work
from pages.factories import ThemeFactory
from repository.factories import PublicationPageFactory
from search import caretaker, index, queue, synonyms, upkeep
from search.index import INDEXES, PUBLICATIONS
from search.models import IndexJob, SynonymSet, Upkeep

from .conftest import in_use


@pytest.fixture
def reports(elasticsearch):
    """Three reports in an index that is kept up, beside the one of the posts."""
    pages = PublicationPageFactory.create_batch(3)
    queue.drain(elasticsearch)
    look()
    return pages


def look(**later) -> work.Drained:
    """What is done when the next look is due, or ``later``: then the last comparison is so
    long ago."""
    Upkeep.objects.update(available_at=timezone.now())
    if later:
        Upkeep.objects.update(compared_at=timezone.now() - timedelta(**later))
    return caretaker.drain()


def agree(es) -> bool:
    es.indices.refresh(index=index.alias())
    return not len(upkeep.compare(es, index.alias())) and synonyms.agree(es)


def test_the_worker_makes_the_indexes_of_a_new_installation(elasticsearch, capsys):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    PublicationPageFactory.create_batch(3)
    call_command("worker", caretaker.NAME, "--once")
    assert "upkeep: 3 done" in capsys.readouterr().out
    assert all(elasticsearch.indices.exists_alias(name=of.alias) for of in INDEXES)
    assert agree(elasticsearch)
    call_command("search_status")


def test_an_index_that_was_deleted_is_made_anew(reports, elasticsearch):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    queue.changed_key(reports[0].translation_key)
    assert queue.drain(elasticsearch).failed == 1
    assert look().done == 3
    assert queue.drain(elasticsearch).done == 1, "what was put off is due"
    assert agree(elasticsearch)


def test_an_index_that_somebody_else_made_under_its_name_gives_way(reports, elasticsearch):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    elasticsearch.index(index=index.alias(), document={"made": "by somebody else"})
    assert look().done == 3
    assert agree(elasticsearch)


@pytest.mark.parametrize(("step", "is_new"), [(1, True), (-1, False)])
def test_an_older_mapping_is_replaced_and_a_newer_one_left(
    reports, elasticsearch, monkeypatch, step, is_new
):
    """The newer belongs to a release that is being rolled out."""
    before = in_use(elasticsearch)
    monkeypatch.setattr(PUBLICATIONS, "version", index.VERSION + step)
    assert not look().failed
    assert (in_use(elasticsearch) != before) is is_new
    assert len(elasticsearch.indices.get(index=f"{index.alias()}-v*").body) == 1


def test_what_is_wrong_in_the_index_is_mended_within_the_hour(reports, elasticsearch):
    assert not look().done, "compared, and in order"
    lost, stale = reports[:2]
    elasticsearch.delete(index=index.alias(), id=str(lost.translation_key))
    IndexJob.objects.filter(key=stale.translation_key).update(version=9, done=9)
    assert not look(minutes=59).done
    assert not agree(elasticsearch)
    assert look(minutes=61).done == 2
    assert agree(elasticsearch)
    assert caretaker.compared_at() > timezone.now() - timedelta(minutes=1)


def test_another_index_in_its_place_is_compared_at_once(reports, elasticsearch):
    look()
    old = in_use(elasticsearch)
    new = index.create(elasticsearch, index.new_name())
    elasticsearch.indices.put_alias(index=new, name=index.alias())
    elasticsearch.indices.delete(index=old)
    assert look().done == 3
    assert agree(elasticsearch)


def test_synonyms_that_elasticsearch_lost_are_told_again(reports, elasticsearch):
    assert synonyms.prepare(elasticsearch)
    SynonymSet.objects.create(terms="labour migration\narbeidsmigratie")
    upkeep.rebuild(elasticsearch)
    queue.drain(elasticsearch)
    look()
    elasticsearch.synonyms.put_synonym(id=synonyms.name(), synonyms_set=[])
    assert not synonyms.agree(elasticsearch)
    look(minutes=61)
    assert synonyms.agree(elasticsearch)


def test_it_is_looked_after_by_one_at_a_time(reports, elasticsearch, capsys, monkeypatch):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    with upkeep.hold(PUBLICATIONS):
        assert look() == work.Drained()
        with pytest.raises(upkeep.BusyError):
            upkeep.rebuild(elasticsearch)
        gone = timezone.now() - timedelta(seconds=1)
        let_go = lambda seconds: Upkeep.objects.update(leased_until=gone)  # noqa: E731
        monkeypatch.setattr("search.management.commands.search_rebuild.time.sleep", let_go)
        call_command("search_rebuild", "publications")
        assert capsys.readouterr().out.startswith("Another process")
    assert agree(elasticsearch)


def test_who_was_held_up_gives_way_to_who_took_over(reports, elasticsearch, monkeypatch):
    monkeypatch.setattr(upkeep, "RENEWAL", 0)
    before = in_use(elasticsearch)

    def taken_over(done: int) -> None:
        Upkeep.objects.update(lease=upkeep.Hold(PUBLICATIONS).lease)

    monkeypatch.setattr(upkeep, "BATCH", 2)
    with pytest.raises(upkeep.BusyError):
        upkeep.rebuild(elasticsearch, taken_over)
    assert in_use(elasticsearch) == before
    Upkeep.objects.update(leased_until=timezone.now())
    left = upkeep.unfinished(elasticsearch)
    elasticsearch.indices.delete(index=before)
    look()
    assert in_use(elasticsearch) == left, "what was begun is gone on with"
    assert agree(elasticsearch)


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_another(
    reports, elasticsearch, monkeypatch
):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    monkeypatch.setattr(upkeep, "BATCH", 2)
    monkeypatch.setattr(work, "ending", ending := threading.Event())
    ending.set()
    assert look() == work.Drained()
    left = upkeep.unfinished(elasticsearch)
    assert left
    ending.clear()
    assert caretaker.drain().done == 3, "at once"
    assert in_use(elasticsearch) == left
    assert agree(elasticsearch)


def test_without_elasticsearch_the_next_look_comes_soon(reports, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    drained = look()
    assert (drained.done, drained.failed) == (0, len(INDEXES))
    assert all("127.0.0.1" not in error for error in drained.errors)
    assert caretaker.drain() == work.Drained(), "not at once"
    soon = timezone.now() + timedelta(seconds=caretaker.LOOK + 1)
    assert Upkeep.objects.filter(available_at__lt=soon, leased_until__lt=soon).count() == 2


def test_documents_that_are_refused_keep_the_index_in_use_and_are_told(
    reports, elasticsearch, monkeypatch
):
    before = in_use(elasticsearch)
    monkeypatch.setattr(PUBLICATIONS, "version", index.VERSION + 1)
    monkeypatch.setitem(PUBLICATIONS.mapping["properties"], "year", {"type": "ip"})
    drained = look()
    assert drained.failed == 3
    assert in_use(elasticsearch) == before
    later = timezone.now() + timedelta(seconds=caretaker.LOOK + 60)
    assert Upkeep.objects.get(pk=PUBLICATIONS.name).available_at > later


def test_the_database_engine_has_nothing_to_look_after(db, settings, django_assert_num_queries):
    settings.SEARCH_ENGINE = "database"
    ThemeFactory()
    with django_assert_num_queries(0):
        assert caretaker.drain() == work.Drained()
        assert not work.queues()[caretaker.NAME].waiting()


def test_a_look_at_what_is_not_due_costs_one_query(reports, django_assert_num_queries):
    look()
    with django_assert_num_queries(1):
        caretaker.drain()
