"""Nobody gets a file that was not scanned where there is a scanner; an infected one is put away.

The scanner of these tests is a stub, see ``stub_clamd``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db.models import F
from django.test import Client
from django.utils import timezone

from repository.factories import DocumentFactory
from repository.files import blocked, queue, scanning
from repository.models import FileDetails

from . import make
from .stub_clamd import EICAR, clamd, closed_port

State = FileDetails.State


@pytest.fixture
def scanner(settings):
    with clamd() as stub:
        settings.CLAMD_URL = stub.url
        yield stub


@pytest.fixture
def editor_client(admin_client):
    return admin_client


def now_due():
    """As if the time until the next attempt had passed."""
    FileDetails.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def status(client, document):
    return client.get(document.url).status_code


def test_a_clean_file_waits_for_the_scanner_and_is_handed_out_then(scanner, upload, member):
    document = upload(make.pdf("Clean"), "clean.pdf")
    client = Client()
    client.force_login(member)
    assert blocked(document)
    queue.drain()
    document.refresh_from_db()
    assert document.details.state == State.CLEAN
    assert document.details.scanned_at
    assert blocked(document) is None
    assert scanner.seen == [make.pdf("Clean")]


@pytest.mark.parametrize("name", ["test.txt", "test.zip"])
def test_an_infected_file_is_put_away_and_nobody_gets_it(
    scanner, upload, member, admin_client, name
):
    content = EICAR if name.endswith("txt") else make.zipped({"a.txt": "x"}) + EICAR
    document = upload(content, name)
    former = document.file.name
    queue.drain()
    document.refresh_from_db()
    assert document.details.state == State.INFECTED
    assert document.details.virus == "Eicar-Test-Signature"
    assert document.details.due_at is None
    assert not default_storage.exists(former)
    assert document.file.name.startswith("quarantine/")
    assert default_storage.exists(document.file.name)
    assert "virus" in blocked(document).lower()
    own = Client()
    own.force_login(member)
    assert status(own, document) == 404  # nothing of this person's shows it
    assert status(Client(), document) == 404
    answer = admin_client.get(document.url)
    assert answer.status_code == 409
    assert EICAR not in answer.content
    assert Client().get(f"/media/{document.file.name}").status_code == 403


@pytest.mark.parametrize("where", ["before the file was moved", "before the row was settled"])
def test_putting_away_goes_on_where_a_killed_process_stopped(scanner, upload, where, monkeypatch):
    document = upload(EICAR, "test.txt")

    def killed(*arguments, **named):
        raise KeyboardInterrupt

    if where == "before the file was moved":
        monkeypatch.setattr("repository.files.checking.isolate", killed)
    else:
        monkeypatch.setattr("repository.files.queue.content_changed", killed)
    with pytest.raises(KeyboardInterrupt):
        queue.drain()
    monkeypatch.undo()
    assert blocked(type(document).objects.get(pk=document.pk))
    FileDetails.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    queue.drain()
    document.refresh_from_db()
    assert document.file.name.startswith("quarantine/")
    assert default_storage.exists(document.file.name)
    assert document.details.due_at is None


@pytest.mark.parametrize("trouble", ["hangs", "hangs up", "raves", "refuses", "is small"])
def test_a_file_is_held_while_the_scanner_gives_no_answer(
    scanner, upload, settings, monkeypatch, trouble
):
    monkeypatch.setattr(scanning, "PATIENCE", 0.3)
    address = settings.CLAMD_URL
    if trouble == "refuses":
        settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"
    elif trouble == "is small":
        scanner.takes(100)
    else:
        scanner.is_in_the_mood(trouble)
    document = upload(make.pdf("Clean"), "clean.pdf")
    drained = queue.drain()
    assert (drained.done, drained.failed) == (0, 1)
    assert not any("127.0.0.1" in error for error in drained.errors)
    details = FileDetails.objects.get()
    assert details.state == State.HELD
    assert details.error
    assert details.due_at > timezone.now()
    document.refresh_from_db()
    assert "could not be checked" in blocked(document)
    assert queue.drain().failed == 0  # put off
    # And when the scanner is back:
    settings.CLAMD_URL = address
    scanner.is_in_the_mood("")
    scanner.takes(10**6)
    now_due()
    assert queue.drain().done == 1
    document.refresh_from_db()
    assert document.details.state == State.CLEAN
    assert document.details.error == ""
    assert blocked(document) is None


def test_a_held_file_is_tried_for_ever_and_less_often(scanner, upload, settings):
    settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"
    upload(make.pdf("Clean"), "clean.pdf")
    waits = []
    for _ in range(queue.ATTEMPTS + 6):
        now_due()
        assert queue.drain().failed == 1
        waits.append((FileDetails.objects.get().due_at - timezone.now()).total_seconds())
    assert waits == sorted(waits) or max(waits) <= queue.LONGEST_WAIT
    assert waits[0] < 5
    assert FileDetails.objects.get().state == State.HELD


def test_the_socket_of_a_machine_is_spoken_to_as_well(tmp_path, settings, upload):
    with clamd(str(tmp_path / "clamd.ctl")) as stub:
        settings.CLAMD_URL = stub.url
        upload(make.pdf("Clean"), "clean.pdf")
        queue.drain()
    assert FileDetails.objects.get().state == State.CLEAN


@pytest.mark.parametrize("url", ["http://host", "tcp://", "unix://", "/run/clamd", "clamd:3310"])
def test_an_address_that_leads_to_no_scanner_is_an_error(url, settings):
    settings.CLAMD_URL = url
    (error,) = scanning.the_address_leads_to_a_scanner()
    assert error.id == "repository.E001"
    with pytest.raises(ValueError, match="CLAMD_URL"):
        scanning.client(url)


def test_without_a_scanner_a_file_is_there_at_once(upload):
    document = upload(make.pdf("Clean"), "clean.pdf")
    assert blocked(document) is None


def test_what_was_there_before_the_details_were_is_held_where_there_is_a_scanner(scanner, db):
    document = DocumentFactory()
    FileDetails.objects.all().delete()
    document = type(document).objects.get(pk=document.pk)
    assert blocked(document)


def test_a_large_file_costs_little_memory(scanner, upload, monkeypatch):
    import tracemalloc

    document = upload(b"a line of text\n" * 1_000_000, "long.txt")
    monkeypatch.setattr("repository.files.extraction.read", lambda *a: make_reading())
    scanner.takes(1)
    tracemalloc.start()
    queue.drain()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
    assert FileDetails.objects.filter(document=document, attempts=F("attempts")).exists()


def make_reading():
    from repository.files.extraction import Reading

    return Reading()
