"""Files come in pieces, survive cuts, and belong to the person who sends them."""

from __future__ import annotations

import base64
import io
import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.documents import get_document_model

from repository.factories import PublicationFileFactory, PublicationPageFactory
from repository.files import receiving
from repository.models import FileDetails, Upload

from . import make

Document = get_document_model()
TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = make.pdf("A report that comes in pieces", *["More"] * 30)


@pytest.fixture
def client(member):
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def stranger(other):
    client = Client()
    client.force_login(other)
    return client


def begin(client, name="Señas del Caribe.pdf", length=None, **headers):
    length = len(CONTENT) if length is None else length
    encoded = base64.b64encode(name.encode()).decode()
    return client.post(
        reverse("uploads"),
        headers={
            **TUS,
            "Upload-Length": str(length),
            "Upload-Metadata": f"filename {encoded},filetype eA==",
            **headers,
        },
    )


def send(client, address, content, offset, **headers):
    return client.patch(
        address,
        content,
        headers={
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            **headers,
        },
    )


def where(client, address):
    return client.head(address, headers=TUS)


def stored(folder="uploads"):
    try:
        return [
            f"{folder}/{key}/{name}"
            for key in default_storage.listdir(folder)[0]
            for name in default_storage.listdir(f"{folder}/{key}")[1]
        ]
    except FileNotFoundError:
        return []


@pytest.fixture(autouse=True)
def nothing_stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# The protocol -------------------------------------------------------------------------


def test_the_server_says_what_it_can_do(db):
    answer = Client().options(reverse("uploads"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination,expiration"
    assert answer["Tus-Max-Size"] == str(50 * 1024 * 1024)


def test_a_file_in_three_pieces_becomes_a_document(client, member):
    begun = begin(client)
    assert begun.status_code == 201
    address = begun["Location"]
    assert begun["Upload-Expires"].endswith("GMT")
    half = len(CONTENT) // 2
    for first, end in ((0, 10), (10, half)):
        answer = send(client, address, CONTENT[first:end], first)
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(end))
        assert "Upload-Document" not in answer
    state = where(client, address)
    assert (state["Upload-Offset"], state["Upload-Length"]) == (str(half), str(len(CONTENT)))
    assert "no-store" in state["Cache-Control"]
    answer = send(client, address, CONTENT[half:], half)
    document = Document.objects.get(pk=answer["Upload-Document"])
    assert document.file.open().read() == CONTENT
    assert document.title == "Señas del Caribe"
    assert document.uploaded_by_user == member
    assert document.collection.name == "Not published"
    assert FileDetails.objects.get(document=document).state == "waiting"
    assert stored() == []
    assert where(client, address)["Upload-Document"] == str(document.pk)


def test_a_wrong_place_is_a_conflict_that_says_the_right_one(client):
    address = begin(client)["Location"]
    send(client, address, CONTENT[:50], 0)
    for offset in (0, 49, 51):
        answer = send(client, address, CONTENT[50:60], offset)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "50")
    assert send(client, address, CONTENT[50:], 50).status_code == 204


def test_after_a_cut_it_goes_on_where_the_connection_ended(client, member):
    address = begin(client)["Location"]
    upload = Upload.objects.get()
    pieces = iter([CONTENT[:70], CONTENT[70:100]])

    def read(size):
        piece = next(pieces, None)
        if piece is None:
            raise OSError("gone")
        return piece

    receiving.receive(upload, 0, read, len(CONTENT))
    assert where(client, address)["Upload-Offset"] == "100"
    answer = send(client, address, CONTENT[100:], 100)
    assert Document.objects.get(pk=answer["Upload-Document"]).file.open().read() == CONTENT


def test_a_process_killed_before_the_document_was_made_leaves_an_upload_to_finish(
    client, monkeypatch
):
    def killed(upload):
        raise KeyboardInterrupt

    address = begin(client)["Location"]
    monkeypatch.setattr(receiving, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        send(client, address, CONTENT, 0)
    monkeypatch.undo()
    assert where(client, address)["Upload-Offset"] == str(len(CONTENT))
    answer = send(client, address, b"", len(CONTENT))
    assert answer.status_code == 204
    assert Document.objects.get().pk == int(answer["Upload-Document"])


def test_finishing_twice_makes_one_document(client, member):
    address = begin(client)["Location"]
    send(client, address, CONTENT, 0)
    again = send(client, address, b"", len(CONTENT))
    assert again["Upload-Document"] == str(Document.objects.get().pk)
    upload = Upload.objects.get()
    upload.document = None  # as a request saw it that was slower
    for pieces in (["uploads/gone"], [default_storage.save("uploads/x", ContentFile(CONTENT))]):
        upload.pieces = pieces
        with pytest.raises(receiving.Moved):
            receiving.finish(upload)
    assert Document.objects.count() == 1
    assert len(default_storage.listdir("documents")[1]) == 1


def test_a_cancelled_upload_is_gone_with_its_pieces(client):
    address = begin(client)["Location"]
    send(client, address, CONTENT[:50], 0)
    assert len(stored()) == 1
    assert client.delete(address, headers=TUS).status_code == 204
    assert stored() == []
    assert where(client, address).status_code == 404
    assert send(client, address, CONTENT[50:], 50).status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_client_that_knows_post_only_can_name_the_method(client, method):
    address = begin(client)["Location"]
    answer = client.post(
        address,
        CONTENT,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": method},
    )
    assert answer.status_code == 204
    assert Document.objects.exists() == (method == "PATCH")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "x"}, 400),
        ({"Upload-Length": "9" * 30}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": str(50 * 1024 * 1024 + 1)}, 413),
        ({"Upload-Metadata": ""}, 422),
        ({"Upload-Metadata": "filename !!!"}, 422),
        ({"Upload-Metadata": "filename " + base64.b64encode(b"a.exe").decode()}, 422),
        ({"Upload-Metadata": "filename " + base64.b64encode(b"\xff.pdf").decode()}, 422),
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Tus-Resumable": ""}, 412),
    ],
)
def test_what_can_not_begin(client, headers, status):
    assert begin(client, **headers).status_code == status
    assert not Upload.objects.exists()


def test_more_than_was_announced_is_refused(client):
    address = begin(client, length=10)["Location"]
    assert send(client, address, b"x" * 11, 0).status_code == 413
    assert send(client, address, b"x" * 5, 0, **{"Content-Type": "text/plain"}).status_code == 415
    assert send(client, address, b"x" * 5, "x").status_code == 400
    assert client.get(address, headers=TUS).status_code == 405
    assert client.get(reverse("uploads"), headers=TUS).status_code == 405


def test_a_file_that_is_not_what_its_name_says_is_refused_in_words_and_removed(client):
    address = begin(client, length=8)["Location"]
    answer = send(client, address, b"no pdf!!", 0, **{"Accept-Language": "es"})
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/plain")
    assert "PDF" in answer.content.decode()
    assert not Upload.objects.exists()
    assert stored() == []


@pytest.mark.parametrize(
    "name", ["rep\u202efdp.pdf", "a\x00b.pdf", "../../x.pdf", "x" * 500 + ".pdf", "<script>.pdf"]
)
def test_names_are_cleaned(client, name):
    address = begin(client, name)["Location"]
    send(client, address, CONTENT, 0)
    document = Document.objects.get()
    assert not set(document.title + document.filename) & set("\u202e\x00/<>")
    assert document.file.name.startswith("documents/")


# Whose it is --------------------------------------------------------------------------


def test_an_upload_is_there_for_its_owner_only(client, stranger, member, admin_client):
    address = begin(client)["Location"]
    for somebody in (stranger, Client(), admin_client):
        assert where(somebody, address).status_code == 404
        assert send(somebody, address, CONTENT, 0).status_code == 404
        assert somebody.delete(address, headers=TUS).status_code == 404
    member.is_active = False
    member.save()
    assert where(client, address).status_code == 404
    assert Upload.objects.get().offset == 0


def test_who_is_no_member_begins_nothing(client, member):
    assert begin(Client()).status_code == 404
    member.groups.clear()
    assert begin(client).status_code == 404


def test_a_request_that_another_site_forged_is_refused(member):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(member)
    assert begin(careful).status_code == 403


def test_one_person_has_only_so_much_on_the_way(client, stranger, monkeypatch):
    monkeypatch.setattr(receiving, "OPEN_UPLOADS", 2)
    assert begin(client).status_code == 201
    assert begin(client).status_code == 201
    refused = begin(client)
    assert refused.status_code == 429
    assert "uploads" in refused.content.decode()
    assert begin(stranger).status_code == 201
    monkeypatch.setattr(receiving, "OPEN_BYTES", len(CONTENT))
    assert begin(stranger).status_code == 429


# What is left over --------------------------------------------------------------------


def later(days):
    return timezone.now() + timedelta(days=days)


def test_an_upload_that_rests_too_long_is_removed(client):
    address = begin(client)["Location"]
    send(client, address, CONTENT[:50], 0)
    assert receiving.tidy(later(1.9)) == 0
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert where(client, address).status_code == 404
    assert receiving.tidy(timezone.now()) == 1
    assert not Upload.objects.exists()
    assert stored() == []


def test_a_document_that_nothing_holds_is_removed_and_one_that_is_held_stays(upload, home):
    held, _loose = upload(CONTENT, "held.pdf"), upload(CONTENT, "loose.pdf")
    PublicationPageFactory(files=[PublicationFileFactory.build(document=held)])
    receiving.tidy(later(3))
    assert list(Document.objects.all()) == [held]
    assert not Upload.objects.exists()


def test_what_a_killed_process_left_in_the_storage_is_removed_after_some_days(client, upload):
    document = upload(CONTENT, "kept.pdf")
    address = begin(client)["Location"]
    send(client, address, CONTENT[:50], 0)
    kept = {document.file.name, *stored()}
    for name in ("documents/orphan.pdf", f"uploads/{document.pk:032}/0-x", "uploads/other/0-x"):
        default_storage.save(name, ContentFile(b"orphan"))
    assert receiving.sweep(later(1.9)) == 0
    assert receiving.sweep(later(2.1)) == 3
    assert {
        *stored(),
        *(f"documents/{name}" for name in default_storage.listdir("documents")[1]),
    } == kept


def test_a_document_whose_row_was_not_written_leaves_no_file(member, monkeypatch):
    def failing(self, *arguments, **named):
        raise RuntimeError

    monkeypatch.setattr(Document, "save", failing)
    with pytest.raises(RuntimeError):
        receiving.make_document(member, ContentFile(CONTENT, "a.pdf"), "a.pdf")
    assert default_storage.listdir("documents")[1] == []


def test_pieces_are_small_however_much_comes_at_once(client, monkeypatch):
    monkeypatch.setattr(receiving, "PIECE", 100)
    begin(client)
    upload = Upload.objects.get()
    receiving.receive(upload, 0, io.BytesIO(CONTENT).read, len(CONTENT))
    assert len(upload.pieces) == -(-len(CONTENT) // 100)
    assert receiving.finish(upload).file.open().read() == CONTENT


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_piece_at_once_add_it_once(member):
    upload = receiving.begin(member, "a.pdf", len(CONTENT))
    ready, outcomes = threading.Barrier(2), []

    def go():
        from django.db import connection

        mine = Upload.objects.get(pk=upload.pk)
        ready.wait(10)
        try:
            receiving.receive(mine, 0, io.BytesIO(CONTENT[:100]).read, 100)
            outcomes.append("kept")
        except receiving.Moved:
            outcomes.append("moved")
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["kept", "moved"]
    upload.refresh_from_db()
    assert (upload.offset, len(upload.pieces), len(stored())) == (100, 1, 1)
