"""Every document is looked at, once, whoever made it and whatever happens meanwhile."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cpmg import work
from repository.factories import DocumentFactory
from repository.files import checking, problem_of, queue
from repository.models import FileDetails

from . import make

State = FileDetails.State


def test_what_is_found_is_kept(looked_at):
    content = make.pdf(make.SPANISH, "Two")
    details = looked_at(content, "informe.pdf")
    assert details.state == State.CLEAN
    assert details.sha256 == hashlib.sha256(content).hexdigest()
    assert (details.size, details.kind, details.page_count) == (len(content), "pdf", 2)
    assert details.language == "es"
    assert len(details.text) == 2
    assert default_storage.exists(details.thumbnail.name)
    assert (details.due_at, details.lease, details.error) == (None, None, "")


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (make.encrypted_pdf(), "locked.pdf", "encrypted"),
        (make.truncated_pdf(), "cut.pdf", "broken"),
        (make.docx_laughs(), "laughs.docx", "broken"),
    ],
)
def test_a_file_that_can_not_be_read_is_unreadable_and_its_owner_is_told(
    looked_at, content, name, problem
):
    details = looked_at(content, name)
    assert (details.state, details.problem) == (State.UNREADABLE, problem)
    assert problem_of(details.document)
    assert details.sha256


def test_documents_of_editors_and_of_the_loader_are_entered_too(db):
    document = DocumentFactory(file=ContentFile(make.pdf("Text"), "a.pdf"))
    assert document.details.state == State.WAITING
    assert queue.drain().done == 1
    document.refresh_from_db()
    assert document.details.text == ["Text"]


def test_a_document_that_is_no_more_than_renamed_is_not_looked_at_again(looked_at):
    document = looked_at(make.pdf("Text"), "a.pdf").document
    document.title = "Renamed"
    document.save()
    assert not queue.waiting().exists()


def test_a_file_that_replaces_another_is_looked_at_anew(
    looked_at, django_capture_on_commit_callbacks
):
    details = looked_at(make.pdf("Text"), "a.pdf")
    former = details.thumbnail.name
    document = details.document
    document.file = ContentFile(make.pdf("Other"), "a.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        document.save()
    details.refresh_from_db()
    assert (details.state, details.text, details.sha256) == (State.WAITING, [], "")
    assert not default_storage.exists(former)
    queue.drain()
    details.refresh_from_db()
    assert details.text == ["Other"]


def test_a_document_that_goes_takes_its_thumbnail_along(
    looked_at, django_capture_on_commit_callbacks
):
    details = looked_at(make.pdf("Text"), "a.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        details.document.delete()
    assert not default_storage.exists(details.thumbnail.name)
    assert not FileDetails.objects.exists()


def test_a_document_whose_file_is_gone_says_so(upload):
    document = upload(make.pdf("Text"), "a.pdf")
    default_storage.delete(document.file.name)
    queue.drain()
    assert FileDetails.objects.get().problem == "missing"


def test_the_place_in_the_queue_commits_with_the_document(db):
    class Undone(Exception):
        pass

    def undone():
        with transaction.atomic():
            DocumentFactory()
            raise Undone

    with pytest.raises(Undone):
        undone()
    assert not FileDetails.objects.exists()


def test_one_file_is_looked_at_by_one(upload):
    upload(make.pdf("Text"), "a.pdf")
    taken = queue.take()
    assert taken is not None
    assert queue.take() is None


def test_what_a_killed_process_had_taken_comes_back(upload):
    upload(make.pdf("Text"), "a.pdf")
    queue.take()
    FileDetails.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert queue.drain().done == 1


def test_who_lost_the_lease_writes_nothing(upload, monkeypatch):
    upload(make.pdf("Text"), "a.pdf")

    def slowly(pk):
        FileDetails.objects.update(lease=None)
        return {"language": "xx"}

    monkeypatch.setattr(checking, "look", slowly)
    queue.drain()
    assert FileDetails.objects.get().language == ""


def test_an_error_puts_one_file_off_and_no_other(upload, monkeypatch):
    bad, good = upload(make.pdf("Text"), "a.pdf"), upload(make.pdf("Text"), "b.pdf")
    look = checking.look

    def failing(pk):
        if pk == bad.pk:
            raise RuntimeError
        return look(pk)

    monkeypatch.setattr(checking, "look", failing)
    drained = queue.drain()
    assert (drained.done, drained.failed, drained.errors) == (1, 1, {"RuntimeError"})
    assert FileDetails.objects.get(pk=good.pk).due_at is None
    assert FileDetails.objects.get(pk=bad.pk).due_at > timezone.now()


def test_a_file_that_kills_every_process_is_given_up(upload):
    upload(make.pdf("Text"), "a.pdf")
    for _ in range(queue.ATTEMPTS):
        assert queue.take()
        FileDetails.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert queue.take() is None
    details = FileDetails.objects.get()
    assert (details.state, details.due_at) == (State.UNREADABLE, None)


def test_the_worker_knows_the_queue(upload):
    assert not work.queues()["files"].waiting()
    upload(make.pdf("Text"), "a.pdf")
    assert work.queues()["files"].waiting()


def test_looking_costs_no_transaction_while_it_lasts(upload, monkeypatch):
    from django.db import connection

    upload(make.pdf("Text"), "a.pdf")
    depth = len(connection.savepoint_ids)
    seen = []

    def look(pk):
        seen.append(len(connection.savepoint_ids))
        return {}

    monkeypatch.setattr(checking, "look", look)
    queue.drain()
    assert seen == [depth]
