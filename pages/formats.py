"""Pages in other formats, each at the address of its page and a name: ``events/calendar.ics``.

A page type names them in ``formats``: the name, and the dotted path of a view
``(request, page, language)``. What a reader gets is what the page itself would show them.

The answer of a list carries an ETag of the content as a whole: a calendar that asks every few
hours whether there is news costs two short queries.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import re_path
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe
from wagtail.models import Page
from wagtail.views import serve as wagtail_serve

from . import access
from .caching import content_state, content_version
from .models.base import BasePage, active_language

#: What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
View = Callable[[HttpRequest, Any, str], HttpResponse]


@require_safe
def serve(request: HttpRequest, path: str, name: str) -> HttpResponse:
    """The page at ``path`` in the format ``name``."""
    route = Page.route_for_request(request, path)
    page = route[0] if route else None
    if page is None:
        raise Http404
    if access.is_refused(request, page):
        return access.turn_away(request)
    view = page.formats.get(name) if isinstance(page, BasePage) else None
    if view is None:  # the page itself may know the address, which Wagtail then finds anew
        del request._wagtail_route_for_request  # type: ignore[attr-defined]
        answer: HttpResponse = wagtail_serve(request, path + name)
        return answer
    shown: View = import_string(view)
    response = _unless_known(request, page, shown)
    response.headers["Cache-Control"] = (
        "private, no-cache"
        if request.user.is_authenticated
        else "public, max-age=0, must-revalidate"
    )
    response.headers.setdefault("Content-Language", active_language())
    return response


def _unless_known(request: HttpRequest, page: BasePage, view: View) -> HttpResponse:
    """Asks ``view`` only when the reader does not have its answer yet."""

    @condition(
        etag_func=lambda request: etag(request),
        last_modified_func=lambda request: last_changed(),
    )
    def answer(request: HttpRequest) -> HttpResponse:
        return view(request, page, active_language())

    return answer(request)


def etag(request: HttpRequest) -> str:
    """Changes with the content, the address, the reader and the day: what is upcoming today is
    past tomorrow."""
    asked = (
        f"{content_version()} {timezone.localdate()} {request.user.pk}"
        f" {request.build_absolute_uri()}"
    )
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'


def last_changed() -> datetime:
    """When the content changed last, and no earlier than today began."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return max(content_state()[1], today)


def refuse(errors: dict[str, str]) -> HttpResponse:
    """400: what is wrong with the parameters, in the reader's language."""
    return HttpResponse(
        "\n".join(errors.values()) + "\n",
        status=400,
        content_type="text/plain; charset=utf-8",
    )


def wrong_mark(query: QueryDict) -> dict[str, str]:
    """What is wrong with ``bom`` in the query of a table."""
    if query.get("bom", "") in ("", "0", "1"):
        return {}
    return {"bom": _("%(name)s is 0 or 1.") % {"name": "bom"}}


def csv_answer(
    request: HttpRequest, name: str, columns: Iterable[str], lines: Iterable[Iterable[Any]]
) -> HttpResponse:
    """A table by RFC 4180 in UTF-8, with ``?bom=1`` behind the mark by which Excel knows that.
    Nothing that somebody wrote is a formula where it is opened: an apostrophe makes it text."""
    out = io.StringIO(newline="")
    if request.GET.get("bom") == "1":
        out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(columns)
    for line in lines:
        writer.writerow(
            [f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA else cell for cell in line]
        )
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


#: Below the language, before the pages themselves.
in_language = [
    re_path(r"^(?P<path>(?:[\w\-]+/)+)(?P<name>[\w\-]+(?:\.[a-z]+)+)$", serve, name="page_file"),
]
