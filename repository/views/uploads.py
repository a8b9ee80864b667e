"""``/uploads/``: files that come in pieces, by the tus protocol 1.0 (https://tus.io).

Of the protocol there are the core, and the extensions creation, termination and expiration. An
upload exists for the person who began it, and for nobody else. When the last byte has come, the
answer names the document that the file has become.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import http_date
from django.utils.translation import gettext as _

from ..files import receiving
from ..models import Upload
from ..submissions import may_submit

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
BYTES = "application/offset+octet-stream"


def uploads(request: HttpRequest) -> HttpResponse:
    """What the server can do, and the beginning of an upload."""
    if request.method == "OPTIONS":
        return _answer(
            204,
            tus_version=VERSION,
            tus_extension=EXTENSIONS,
            tus_max_size=settings.WAGTAILDOCS_MAX_UPLOAD_SIZE,
        )
    if not may_submit(request.user):
        raise Http404
    if request.method != "POST":
        return _answer(405, allow="OPTIONS, POST")
    return _other_version(request) or _begin(request)


def upload(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How far an upload has come, its next bytes, or its end."""
    found = receiving.of(request.user, key)
    if found is None:
        raise Http404
    method = request.headers.get("X-HTTP-Method-Override") or request.method or ""
    act = {"HEAD": _state, "PATCH": _append, "DELETE": _cancel}.get(method.upper())
    if act is None:
        return _answer(405, allow="DELETE, HEAD, PATCH")
    return _other_version(request) or act(request, found)


def _begin(request: HttpRequest) -> HttpResponse:
    length = _number(request.headers.get("Upload-Length"))
    if length is None:
        return _answer(400, _("The length of what was sent is not known."))
    try:
        name = _file_name(request.headers.get("Upload-Metadata", ""))
        begun = receiving.begin(request.user, name, length)
    except ValidationError as error:
        status = 413 if error.code == "size" else 422
        return _answer(status, " ".join(error.messages))
    except receiving.TooMany as error:
        return _answer(429, str(error))
    address = reverse("upload", args=[begun.pk])
    return _answer(201, location=address, upload_expires=http_date(begun.expires_at.timestamp()))


def _state(request: HttpRequest, found: Upload) -> HttpResponse:
    return _answer(200, upload_length=found.length, **_progress(found))


def _append(request: HttpRequest, found: Upload) -> HttpResponse:
    if request.headers.get("Content-Type") != BYTES:
        return _answer(415)
    offset = _number(request.headers.get("Upload-Offset"))
    length = _number(request.headers.get("Content-Length")) or 0
    if offset is None:
        return _answer(400)
    if offset + length > found.length:
        return _answer(413, _("This is more than was announced."))
    try:
        receiving.receive(found, offset, request.read, length)
        if found.offset == found.length:
            found.document = receiving.finish(found)
    except receiving.Moved:
        now = receiving.of(request.user, found.pk)
        if now is None:
            raise Http404 from None
        return _answer(409, **_progress(now))
    except ValidationError as error:
        return _answer(422, " ".join(error.messages))
    return _answer(204, **_progress(found))


def _cancel(request: HttpRequest, found: Upload) -> HttpResponse:
    receiving.cancel(found)
    return _answer(204)


# Headers ------------------------------------------------------------------------------


def _progress(found: Upload) -> dict[str, Any]:
    headers = {
        "upload_offset": found.offset,
        "upload_expires": http_date(found.expires_at.timestamp()),
    }
    return headers | ({"upload_document": found.document_id} if found.document_id else {})


def _other_version(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return _answer(412, tus_version=VERSION)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 16 else None


def _file_name(metadata: str) -> str:
    """The name in ``Upload-Metadata``: pairs of a key and a value in Base64, between commas."""
    pairs = dict(pair.strip().partition(" ")[::2] for pair in metadata.split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValidationError(_("The name of this file can't be read."), code="name") from None


def _answer(status: int, text: str = "", **headers: Any) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    for name, value in headers.items():
        response[name.replace("_", "-").title()] = str(value)
    add_never_cache_headers(response)
    return response
