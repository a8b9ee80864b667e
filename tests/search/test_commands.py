"""The commands of the index: what they do, and how they leave."""

import json

import pytest
from django.core.management import CommandError, call_command

from repository.factories import PublicationPageFactory
from search import index, queue
from search.checks import engine_is_there

from .conftest import in_use


def test_a_first_rebuild_makes_the_index(elasticsearch, capsys):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    PublicationPageFactory.create_batch(3)
    PublicationPageFactory(live=False)
    call_command("search_rebuild")
    assert "3 publications" in capsys.readouterr().out
    assert elasticsearch.count(index=index.alias())["count"] == 3
    call_command("worker", "search", "--once")
    call_command("search_reconcile")
    call_command("search_status")


def test_a_rebuild_leaves_one_index_of_each(elasticsearch):
    for _time in range(2):
        call_command("search_rebuild")
    names = elasticsearch.indices.get(index=f"{index.alias()}-*").body
    assert {in_use(elasticsearch, of) for of in index.INDEXES} == {*names}


def test_an_index_that_was_never_made_is_asked_for(elasticsearch, capsys):
    with pytest.raises(SystemExit) as left:
        call_command("search_reconcile")
    assert left.value.code == 1
    assert "search_rebuild" in capsys.readouterr().err


def test_the_worker_writes_what_waits(elasticsearch, capsys):
    PublicationPageFactory()
    call_command("worker", "search", "--once")
    assert "search: 1 done" in capsys.readouterr().out
    assert not queue.waiting().exists()


def test_the_worker_says_when_something_failed(elasticsearch, capsys):
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    PublicationPageFactory()
    with pytest.raises(SystemExit) as left:
        call_command("worker", "search", "--once")
    assert left.value.code == 1
    assert "1 failed" in capsys.readouterr().out


def test_the_status_is_for_monitoring_too(elasticsearch, capsys):
    call_command("search_rebuild", "posts")
    capsys.readouterr()
    PublicationPageFactory()
    call_command("search_status", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["search"]["status"], found["queue"]["waiting"]) == ("ok", 1)
    elasticsearch.indices.delete(index=in_use(elasticsearch))
    with pytest.raises(SystemExit) as left:
        call_command("search_status")
    assert left.value.code == 1


def test_an_index_with_another_mapping_asks_for_a_rebuild(elasticsearch, monkeypatch, capsys):
    monkeypatch.setattr(index.PUBLICATIONS, "version", index.VERSION + 1)
    with pytest.raises(SystemExit):
        call_command("search_status")
    assert "rebuild needed" in capsys.readouterr().out


def test_the_mapping_is_strict(elasticsearch):
    answer = elasticsearch.options(ignore_status=400).index(
        index=index.alias(), document={"unheard_of": 1}
    )
    assert answer.meta.status == 400


@pytest.mark.parametrize("command", ["search_rebuild", "search_reconcile"])
def test_without_elasticsearch_they_say_so(settings, db, command, capsys):
    settings.ELASTICSEARCH_URL = ""
    with pytest.raises(CommandError) as refused:
        call_command(command)
    assert refused.value.returncode == 2
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    with pytest.raises(SystemExit) as left:
        call_command(command)
    assert left.value.code == 2
    assert "127.0.0.1" not in capsys.readouterr().err


def test_the_database_engine_needs_no_worker(settings, db, capsys):
    settings.SEARCH_ENGINE = "database"
    PublicationPageFactory()
    assert not queue.is_waiting()
    call_command("worker", "search", "--once")
    call_command("search_status")
    assert "search: 0 done" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("engine", "url", "ids"),
    [
        ("database", "", []),
        ("elasticsearch", "http://127.0.0.1:9200", []),
        ("elasticsearch", "", ["search.E002"]),
        ("sphinx", "", ["search.E001"]),
    ],
)
def test_a_search_that_could_never_answer_stops_the_start(settings, engine, url, ids):
    settings.SEARCH_ENGINE, settings.ELASTICSEARCH_URL = engine, url
    assert [message.id for message in engine_is_there(None)] == ids
