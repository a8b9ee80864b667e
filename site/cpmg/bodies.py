"""How much anybody may send in one request, said before it is all read.

A request says how long its body is, or it is refused: what comes in pieces of unknown number is
not read. People who are signed in may send as much as an upload takes, others as much as a form.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.defaults import bad_request
from wagtail.api.v3.errors import problem_response

#: Seconds and bytes for which a refused body is still read, so that the sender sees the answer.
LINGER, LINGER_BYTES = 3, 64 * 1024 * 1024


class TooLarge(RequestDataTooBig):
    """A body, or a file in it, beyond the limit; its text says so to the sender."""


def limit_for(request: HttpRequest) -> int:
    """Bytes that ``request`` may bring."""
    if request.user.is_authenticated:
        return settings.MAX_BODY
    return settings.MAX_BODY_OF_STRANGERS


class BodyLimitMiddleware:
    """Refuses by what the headers say: before a form, or what guards it, reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._refusal(request) or self.get_response(request)
        if response.status_code in (411, 413):
            linger(request, response)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return answer(request, 411, _("The length of what was sent is not known."))
        said = request.META.get("CONTENT_LENGTH") or "0"
        length = int(said) if said.isascii() and said.isdigit() else 0
        if length <= settings.MAX_BODY_OF_STRANGERS:
            return None
        limit = limit_for(request)
        return answer(request, 413, too_large(limit)) if length > limit else None


class FileLimitHandler(FileUploadHandler):
    """Ends the reading of a form as soon as one of its files is beyond the limit."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        largest = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
        if start + len(raw_data) > largest:
            # Django has them remove what they wrote for its own kind of interruption only.
            handlers = self.request.upload_handlers if self.request else []
            for handler in handlers:
                handler.upload_interrupted()
            raise TooLarge(too_large(largest))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def too_large(limit: int) -> str:
    return _("This is more than can be sent at once: the limit is %(limit)s.") % {
        "limit": filesizeformat(limit)
    }


def refused(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The answer to a request that can't be read: in place of Django's, which calls all of them
    bad."""
    if isinstance(exception, TooLarge):
        return answer(request, 413, str(exception))
    if isinstance(exception, RequestDataTooBig):
        return answer(request, 413, too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    return bad_request(request, exception)


def answer(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = problem_response(status=status, detail=reason)
    elif request.path.startswith("/uploads/"):
        response = HttpResponse(reason, status=status, content_type="text/plain; charset=utf-8")
    else:
        context = {"reason": reason, "language": get_language()}
        response = render(request, "413.html", context, status=status)
    add_never_cache_headers(response)
    return response


def linger(request: HttpRequest, response: HttpResponseBase) -> None:
    """Has the server go on reading for a moment after it has answered. A browser that is still
    sending when the connection ends shows an error of its own instead of the answer."""
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        return
    body = request.META["wsgi.input"]

    def close() -> None:
        end, left = time.monotonic() + LINGER, LINGER_BYTES
        patience = connection.gettimeout()
        with suppress(Exception):  # the sender may do what it likes; the answer is given
            connection.settimeout(LINGER)
            while left > 0 and time.monotonic() < end and (read := body.read(65536)):
                left -= len(read)
        with suppress(OSError):
            connection.settimeout(patience)

    closers: list[Any] = response._resource_closers  # type: ignore[attr-defined]
    closers.append(close)
