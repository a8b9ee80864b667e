"""Files are handed out only to those who may read something that shows them."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection

from pages import factories as make
from repository.factories import DocumentFactory, PublicationFileFactory, PublicationPageFactory

from .conftest import MARKERS, SEES, text_of


def body(response):
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("reader", SEES)
def test_files_go_to_the_readers_of_their_publications(shelves, clients, reader):
    staff = reader in ("editor", "moderator")
    for state, document in shelves.documents.items():
        response = clients[reader].get(document.url)
        allowed = state in SEES[reader] or staff
        assert response.status_code == (200 if allowed else 404), (reader, state)
        assert (f"{MARKERS[state]} text".encode() in body(response)) == allowed


@pytest.mark.parametrize("reader", ["anonymous", "member", "disabled"])
def test_a_hidden_file_looks_like_a_missing_one(shelves, clients, reader):
    hidden = shelves.documents["network"]
    for method in ("get", "head"):
        answers = []
        for pk in (hidden.pk, 99999):
            response = getattr(clients[reader], method)(f"/documents/{pk}/{hidden.filename}")
            text = text_of(response).replace(f"/{pk}/", "/")
            headers = dict(response.items())
            headers.pop("ETag", None)
            headers.pop("Content-Length", None)
            headers.pop("Expires", None)
            answers.append((response.status_code, headers, text))
        assert answers[0] == answers[1]


def test_headers_of_public_and_of_hidden_files(shelves, clients):
    for reader, state, cache in (
        ("anonymous", "public", "public, max-age=0, must-revalidate"),
        ("member", "public", "public, max-age=0, must-revalidate"),
        ("member", "members", "private, no-store"),
        ("of the network", "network", "private, no-store"),
        ("editor", "draft", "private, no-store"),
    ):
        document = shelves.documents[state]
        for method in ("get", "head"):
            response = getattr(clients[reader], method)(document.url)
            assert response.status_code == 200
            assert response.headers["Cache-Control"] == cache
            assert response.headers["Content-Disposition"].startswith("attachment; filename=")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Type"] == "application/pdf"
            assert response.headers["Accept-Ranges"] == "bytes"
            assert int(response.headers["Content-Length"]) == document.file.size
            assert "sandbox" in response.headers["Content-Security-Policy"]
            assert len(body(response)) == (document.file.size if method == "get" else 0)


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-3", 206, 0, 4),
        ("bytes=5-", 206, 5, None),
        ("bytes=-4", 206, -4, None),
        ("bytes=2-9999", 206, 2, None),
        ("bytes=9999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=5-2", 200, None, None),
        ("bytes=0-1,4-5", 200, None, None),
        ("bytes=-", 200, None, None),
        ("bytes=x-y", 200, None, None),
        ("lines=1-2", 200, None, None),
        ("bytes=" + "9" * 40 + "-", 200, None, None),
    ],
)
def test_ranges(shelves, clients, asked, status, start, end):
    document = shelves.documents["public"]
    whole = document.file.open("rb").read()
    response = clients["anonymous"].get(
        document.url, headers={"Range": asked, "Accept-Encoding": "gzip"}
    )
    assert response.status_code == status
    assert body(response) == whole[start:end]
    if status == 206:
        first = len(whole) + start if start < 0 else start
        last = first + len(whole[start:end]) - 1
        assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    if status == 416:
        assert response.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_range_of_another_version_is_answered_with_the_whole_file(shelves, clients):
    document = shelves.documents["public"]
    etag = clients["anonymous"].head(document.url).headers["ETag"]
    for condition, status in ((etag, 206), ('"other"', 200)):
        response = clients["anonymous"].get(
            document.url, headers={"Range": "bytes=0-3", "If-Range": condition}
        )
        assert response.status_code == status
    assert (
        clients["anonymous"].get(document.url, headers={"If-None-Match": etag}).status_code == 304
    )


def test_ranges_of_hidden_files_are_refused(shelves, clients):
    response = clients["member"].get(
        shelves.documents["network"].url, headers={"Range": "bytes=0-3"}
    )
    assert response.status_code == 404


def test_media_addresses_lead_nowhere(shelves, clients):
    for reader in ("anonymous", "moderator"):
        for state in ("public", "network"):
            document = shelves.documents[state]
            assert clients[reader].get(f"/media/{document.file.name}").status_code == 403
            assert clients[reader].get(f"/media/images/../{document.file.name}").status_code == 403


def test_a_file_that_nothing_shows_is_for_editors(shelves, clients):
    document = DocumentFactory(file=ContentFile(b"%PDF-1.4", "alone.pdf"))
    assert clients["anonymous"].get(document.url).status_code == 404
    assert clients["of the network"].get(document.url).status_code == 404
    assert clients["editor"].get(document.url).status_code == 200


def test_a_file_on_two_shelves_is_as_open_as_the_more_open_one(shelves, clients):
    document = shelves.documents["network"]
    page = PublicationPageFactory(
        parent=shelves.repository["en"],
        files=[PublicationFileFactory.build(document=document)],
    )
    assert clients["anonymous"].get(document.url).status_code == 200
    page.unpublish()
    assert clients["anonymous"].get(document.url).status_code == 404


def test_a_file_linked_from_another_page_goes_to_the_readers_of_that_page(shelves, clients):
    document = DocumentFactory(file=ContentFile(b"%PDF-1.4", "linked.pdf"))
    page = make.ContentPageFactory(
        title="About", slug="about", body=[("document", {"document": document, "text": "Read"})]
    )
    assert clients["anonymous"].get(document.url).status_code == 200
    page.unpublish()
    assert clients["anonymous"].get(document.url).status_code == 404


def test_nothing_but_reading(shelves):
    document = shelves.documents["public"]
    client = Client()
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(document.url).status_code == 405


def test_a_file_takes_as_many_queries_whatever_there_is(shelves, clients):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert clients["of the network"].get(document.url).status_code == 200
        return len(queries)

    document = shelves.documents["network"]
    count()
    few = count()
    for _ in range(5):
        PublicationPageFactory(
            parent=shelves.network_library["en"],
            files=[PublicationFileFactory.build(document=document)],
        )
    assert count() <= few <= 16


# Collections --------------------------------------------------------------------------


def readers(document):
    document.refresh_from_db()
    return {
        group.name
        for restriction in document.collection.get_view_restrictions()
        for group in restriction.groups.all()
    }


def test_files_lie_in_the_collection_of_their_shelf(shelves):
    staff = {"Editors", "Moderators"}
    assert readers(shelves.documents["public"]) == set()
    assert readers(shelves.documents["members"]) == {"Members", *staff}
    assert readers(shelves.documents["network"]) == {
        *("Network: counter-trafficking", "Focal points: counter-trafficking"),
        *staff,
    }
    for state in ("draft", "drafted"):
        assert readers(shelves.documents[state]) == staff
    parents = {d.collection.get_parent().name for d in shelves.documents.values()}
    assert parents == {"Publications"}


def test_files_follow_their_publication(shelves):
    document, page = shelves.documents["public"], shelves.publications["public"]
    page.move(shelves.library["en"], pos="last-child")
    assert "Members" in readers(document)
    page.refresh_from_db()
    page.unpublish()
    assert readers(document) == {"Editors", "Moderators"}
    page.save_revision().publish()
    assert "Members" in readers(document)
    page.refresh_from_db()
    page.delete()
    assert readers(document) == {"Editors", "Moderators"}


def test_the_translations_of_a_shelf_share_its_collection(shelves):
    PublicationPageFactory(
        parent=shelves.library["nl"],
        locale="nl",
        files=[PublicationFileFactory.build(document=DocumentFactory(title="Nederlands"))],
    )
    for page in shelves.library.values():
        page.refresh_from_db()
    assert len({page.collection_id for page in shelves.library.values()}) == 1


def test_a_restriction_on_the_repository_closes_its_collection(shelves):
    from wagtail.models import PageViewRestriction

    restriction = PageViewRestriction.objects.create(
        page=shelves.repository["en"], restriction_type=PageViewRestriction.LOGIN
    )
    document = shelves.documents["public"]
    document.refresh_from_db()
    own = document.collection.get_view_restrictions()
    assert [one.restriction_type for one in own] == ["login"]
    restriction.delete()
    assert not document.collection.get_view_restrictions().exists()
    assert Collection.objects.filter(name="Publications").count() == 1
