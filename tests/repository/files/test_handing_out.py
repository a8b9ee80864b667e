"""Who gets a file, its first page and word of what is wrong with it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cpmg.users.models import User
from repository import submissions
from repository.factories import PublicationFileFactory, PublicationPageFactory
from repository.files import blocked, queue
from repository.models import FileDetails

from . import make

State = FileDetails.State


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor(db):
    user = User.objects.create_user("editor@example.org", "correct horse battery")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def document(upload):
    document = upload(make.pdf("Text"), "report.pdf")
    queue.drain()
    document.refresh_from_db()
    return document


@pytest.fixture
def published(document, home):
    return PublicationPageFactory(files=[PublicationFileFactory.build(document=document)])


def thumbnail(document):
    return reverse("document_thumbnail", args=[document.pk])


def set_state(document, state):
    FileDetails.objects.filter(pk=document.pk).update(state=state)


def test_the_first_page_of_a_public_file_is_public(published, document):
    answer = Client().get(thumbnail(document))
    assert answer.status_code == 200
    assert b"".join(answer)[8:12] == b"WEBP"
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert f'src="{thumbnail(document)}"' in Client().get(published.url).content.decode()


def test_the_first_page_of_a_hidden_file_is_hidden(document, member, other, editor):
    for reader in (Client(), signed_in(other)):
        assert reader.get(thumbnail(document)).status_code == 404
    answer = signed_in(editor).get(thumbnail(document))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_a_file_without_a_first_page_has_none(upload, editor):
    document = upload(b"text", "notes.txt")
    queue.drain()
    assert signed_in(editor).get(thumbnail(document)).status_code == 404
    assert signed_in(editor).get("/documents/99999999999999999999999/thumbnail/").status_code == 404


def test_a_file_of_a_submission_is_for_its_submitter_and_for_editors(
    document, member, other, editor, home
):
    submission = submissions.start(member, {"title": "A report"})
    submissions.attach(submission, document, user=member)
    for address in (document.url, thumbnail(document)):
        assert signed_in(member).get(address).status_code == 200
        assert signed_in(editor).get(address).status_code == 200
        assert signed_in(other).get(address).status_code == 404
        assert Client().get(address).status_code == 404
    member.is_active = False
    member.save()
    assert signed_in(member).get(document.url).status_code == 404


@pytest.mark.parametrize("state", [State.HELD, State.INFECTED, State.WAITING])
def test_what_is_held_back_nobody_gets(published, document, member, other, editor, state, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    set_state(document, state)
    document.refresh_from_db()
    for reader in (Client(), signed_in(other), signed_in(editor), signed_in(member)):
        assert reader.get(thumbnail(document)).status_code == 404
        for method in (reader.get, reader.head):
            answer = method(document.url, headers={"Range": "bytes=0-3"})
            assert answer.status_code in (404, 409)
            assert b"%PDF" not in answer.content
    assert Client().get(document.url).status_code == 404
    assert signed_in(other).get(document.url).status_code == 404
    for concerned in (member, editor):
        answer = signed_in(concerned).get(document.url)
        assert answer.status_code == 409
        assert blocked(document) in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    shown = Client().get(published.url).content.decode()
    assert document.url not in shown
    assert "being checked" in shown


def test_a_page_says_how_many_pages_a_file_has(home, upload):
    first, second = upload(make.pdf("One"), "a.pdf"), upload(make.pdf("One", "Two"), "b.pdf")
    queue.drain()
    files = [PublicationFileFactory.build(document=document) for document in (first, second)]
    shown = Client().get(PublicationPageFactory(files=files).url).content.decode()
    assert "1 page\n" in shown
    assert "2 pages\n" in shown


def test_a_page_takes_as_many_queries_however_many_files_it_has(home, upload):
    def queries(count):
        documents = [upload(make.pdf("One"), f"{count}-{n}.pdf") for n in range(count)]
        files = [PublicationFileFactory.build(document=document) for document in documents]
        page = PublicationPageFactory(files=files)
        Client().get(page.url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert Client().get(page.url).status_code == 200
        with CaptureQueriesContext(connection) as of_api:
            assert Client().get(f"/api/v3/publications/{page.pk}/").status_code == 200
        return len(captured), len(of_api)

    queries(2)  # so that each has another publication to lead to
    assert queries(1) == queries(6)


def test_the_api_tells_what_is_known_of_a_file(published, document):
    (file,) = Client().get(f"/api/v3/publications/{published.pk}/").json()["files"]
    assert file["pages"] == 1
    assert file["media_type"] == "application/pdf"
    assert file["sha256"] == document.details.sha256
    assert len(file["sha256"]) == 64
    set_state(document, State.INFECTED)
    assert Client().get(f"/api/v3/publications/{published.pk}/").json()["files"] == []


def test_editors_see_what_is_wrong_with_files_and_can_delete_them(
    document, upload, editor, member, settings
):
    bad = upload(make.encrypted_pdf(), "locked.pdf")
    queue.drain()
    set_state(document, State.INFECTED)
    FileDetails.objects.filter(pk=document.pk).update(virus="Eicar-Test-Signature")
    client = signed_in(editor)
    shown = client.get(reverse("files_report")).content.decode()
    assert "Eicar-Test-Signature" in shown
    assert "It is locked with a password." in shown
    assert reverse("wagtaildocs:delete", args=[bad.pk]) in shown
    client.post(reverse("wagtaildocs:delete", args=[document.pk]))
    assert not FileDetails.objects.filter(pk=document.pk).exists()
    assert "Eicar" not in client.get(reverse("files_report_results")).content.decode()
    assert client.get(reverse("files_report"), {"export": "csv"}).status_code == 200
    assert signed_in(member).get(reverse("files_report")).status_code in (302, 404)


def test_the_report_takes_as_many_queries_however_many_files_there_are(upload, editor):
    def queries(count):
        for n in range(count):
            upload(make.encrypted_pdf(), f"{n}.pdf")
        FileDetails.objects.update(state=State.UNREADABLE)
        client = signed_in(editor)
        client.get(reverse("files_report"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("files_report"))
        return len(captured)

    assert queries(2) == queries(8)
