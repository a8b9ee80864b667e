"""Files are handed out here and nowhere else, after asking the policy.

Whoever may read something that shows a document may have it: a publication that holds it, or
another page that links to it. A document that nothing live shows is for those who work with
documents in the admin, and for those who may look at a submission or read a post that it belongs
to. To everybody else a hidden document and one that does not exist are the same: nothing is here
(404).

What was not scanned yet where there is a scanner, and what is infected, nobody gets. Those who
brought it, or work with documents, are told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from wagtail.documents import get_document_model
from wagtail.documents.models import document_served
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from pages.access import readable_by
from pages.models.base import active_language

from .citations import signposting
from .citations.record import absolute, permalink
from .files import blocked
from .forum_files import belongs_to_post
from .models import PublicationFile, PublicationPage, Submission
from .usage import counting

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


# Who may have it ----------------------------------------------------------------------


def may_have(user: Any, document: Any) -> bool:
    """Whether the policy lets ``user`` have the file of ``document``; a few queries."""
    if user is None or document is None:
        return False
    if readable_by(pages_with(document), user).exists():
        return True
    return (
        works_with(user, document)
        or belongs_to_submission(user, document)
        or belongs_to_post(user, document)
    )


def works_with(user: Any, document: Any) -> bool:
    """Whether ``user`` has a task in the admin that needs this document."""
    policy = policy_registry.get_by_type(type(document))
    return bool(user.is_active) and policy.user_has_any_permission_for_instance(
        user, ["add", "change", "choose"], document
    )


def belongs_to_submission(user: Any, document: Any) -> bool:
    """Whether a submission that ``user`` may look at has this document."""
    return Submission.objects.visible_to(user).filter(files__document=document).exists()


def pages_with(document: Any) -> Any:
    """The pages that show ``document``: publications by their files, others by Wagtail's index
    of references."""
    publications = PublicationFile.objects.filter(document=document).values("page")
    others = [
        int(pk)
        for pk in ReferenceIndex.get_references_to(document)
        .filter(base_content_type=ContentType.objects.get_for_model(Page))
        .exclude(model_path__startswith="files.")
        .values_list("object_id", flat=True)
    ]
    return Page.objects.filter(Q(pk__in=publications) | Q(pk__in=others))


def files_of(page: Any) -> list[PublicationFile]:
    """The files of a publication that can be had, with what is known of them; four queries at
    most, however many there are."""
    files = list(page.files.all())
    documents = get_document_model().objects.select_related("details").defer("details__text")
    prefetch_related_objects(files, "language", Prefetch("document", documents))
    return [file for file in files if not blocked(file.document)]


def in_sitemap(language: str) -> Iterator[tuple[str, Any]]:
    """The addresses of the files in ``language`` that everybody may have; two queries."""
    pages = PublicationPage.objects.readable_by(AnonymousUser())
    files = PublicationFile.objects.filter(page__in=pages.values("pk"), language__code=language)
    documents = get_document_model().objects.select_related("details").defer("details__text")
    rows = files.select_related("page").prefetch_related(Prefetch("document", documents))
    for file in rows.order_by("pk"):
        if not blocked(file.document):
            yield file.document.url, file.page.last_published_at


def refuse(request: HttpRequest) -> HttpResponse:
    """Files have no addresses in the storage, whether or not there is one."""
    raise PermissionDenied


# How it is handed out -----------------------------------------------------------------


@require_safe
def serve(
    request: HttpRequest, document_id: str, filename: str
) -> HttpResponse | StreamingHttpResponse:
    """In the place of Wagtail's view, which leads to sign in for what is hidden, knows no ranges
    and says nothing to caches."""
    document, everybody = _asked_for(request, document_id)
    if document.filename != filename:
        raise Http404
    if reason := blocked(document):
        return _held(request, document, reason)
    return hand_out(request, document, everybody)


def hand_out(
    request: HttpRequest, document: Any, everybody: bool
) -> HttpResponse | StreamingHttpResponse:
    """The file of ``document``, to somebody who may have it; ``everybody`` says whether all may."""
    try:
        file = document.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    document_served.send(sender=type(document), instance=document, request=request)
    response = _answer(request, document, file, everybody)
    if page := publication_of(document, request.user):
        address = absolute(page.get_url(request) or "/", request)
        key = page.translation_key
        response["Link"] = signposting.file_header(permalink(key, request), address)
        counting.mark(response, "download", key)
    return response


def publication_of(document: Any, user: Any) -> PublicationPage | None:
    """The publication that ``document`` is a file of, among those that ``user`` may read."""
    pages = PublicationPage.objects.readable_by(user).filter(files__document=document)
    return pages.select_related("locale").order_by("pk").first()


@require_safe
def thumbnail(request: HttpRequest, document_id: str) -> HttpResponse | StreamingHttpResponse:
    """The first page of a document, small, to those who may have the document."""
    document, everybody = _asked_for(request, document_id)
    details = getattr(document, "details", None)
    if details is None or not details.thumbnail or blocked(document):
        raise Http404
    try:
        response = FileResponse(details.thumbnail.open("rb"), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    return _guarded(response, everybody)


def _asked_for(request: HttpRequest, document_id: str) -> tuple[Any, bool]:
    """The document with this number, which the reader may have, and whether everybody may."""
    documents = get_document_model().objects.filter(pk=int(document_id[:18]))
    documents = documents.select_related("collection", "details").defer("details__text")
    document = documents.first()
    if document is None:
        raise Http404
    everybody = may_have(AnonymousUser(), document)
    if not everybody and not may_have(request.user, document):
        raise Http404
    return document, everybody


def _held(request: HttpRequest, document: Any, reason: str) -> HttpResponse:
    """Says why there is no file now to those whom it concerns; to others there is none."""
    user: Any = request.user
    if not user.is_authenticated or not (
        document.uploaded_by_user_id == user.pk
        or works_with(user, document)
        or belongs_to_submission(user, document)
        or belongs_to_post(user, document)
    ):
        raise Http404
    context = {"reason": reason, "title": document.title, "language": active_language()}
    response = render(request, "repository/file_held.html", context, status=409)
    add_never_cache_headers(response)
    return response


def _answer(
    request: HttpRequest, document: Any, file: BinaryIO, everybody: bool
) -> HttpResponse | StreamingHttpResponse:
    size = document.file.size
    etag = f'"{document.get_file_hash()}"'
    wanted = _wanted(request, size, etag)
    response: HttpResponse | StreamingHttpResponse
    if wanted is None:
        file.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
    elif request.method == "HEAD":
        file.close()
        response = HttpResponse()
    elif wanted == (0, size):
        response = FileResponse(file)
    else:
        response = StreamingHttpResponse(_part(file, *wanted), status=206)
    if wanted is not None:
        first, end = wanted
        if request.method != "HEAD" and wanted != (0, size):
            response["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
        response["Content-Length"] = str(end - first)
        response["Content-Type"] = document.content_type
        response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # Said so that no middleware compresses: a range is a range of these very bytes.
    response["Content-Encoding"] = "identity"
    response["Content-Disposition"] = content_disposition_header(True, document.filename) or ""
    return _guarded(response, everybody)


def _guarded(
    response: HttpResponse | StreamingHttpResponse, everybody: bool
) -> HttpResponse | StreamingHttpResponse:
    """It is shown to those only who may see it, and runs nothing in their browser."""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = (
        "public, max-age=0, must-revalidate" if everybody else "private, no-store"
    )
    if not everybody:
        patch_vary_headers(response, ["Cookie"])
    return response


def _wanted(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first byte asked for and the one after the last; none when there are none such.

    Anything but a single range of the file as it is now is answered with the whole file."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if (
        request.method == "HEAD"
        or found is None
        or found.groups() == ("", "")
        or request.headers.get("If-Range", etag) != etag
    ):
        return 0, size
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return 0, size
    return (start, end) if start < end else None


def _part(file: BinaryIO, first: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while first < end and (chunk := file.read(min(CHUNK, end - first))):
            first += len(chunk)
            yield chunk
