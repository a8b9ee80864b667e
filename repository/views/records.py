"""The records of publications at lasting addresses: the key of the translation group is in them.

Who may not read a publication is told what somebody is told who asks for none: nothing is here.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.decorators.http import require_safe

from pages import access
from pages.addresses import Addresses
from pages.models.base import active_language

from .. import withdrawals
from ..citations import signposting
from ..citations.formats import BY_SUFFIX, Format
from ..citations.record import Record, records, with_all
from ..models import PublicationPage
from ..registrars.outgoing import minted


@require_safe
def permalink(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """To the page, in the reader's language; or, where a DOI leads to what is gone, says so."""
    try:
        page = _page(request, key)
    except Http404:
        return _gone(request, key)
    response = redirect(Addresses.of_request(request, active_language()).of(page))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    if access.key_of(page) != access.PUBLIC:
        add_never_cache_headers(response)
    return response


def _gone(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The notice of a withdrawn publication (410); for a DOI of ours there is always one."""
    pages = PublicationPage.objects.filter(translation_key=key).select_related("locale")
    of_reader = sorted(pages, key=lambda page: page.locale.language_code != active_language())
    page = next(iter(of_reader), None)
    withdrawal = withdrawals.of(page) if page and access.key_of(page) == access.PUBLIC else None
    doi = minted(key)
    if withdrawal is None and not doi:
        raise Http404
    context = {"page": page if withdrawal else None, "withdrawal": withdrawal, "doi": doi}
    response = render(request, "repository/withdrawn_page.html", context, status=410)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    add_never_cache_headers(response)
    return response


@require_safe
def record(request: HttpRequest, key: uuid.UUID, suffix: str) -> HttpResponse:
    """The record in one format, or its links."""
    if suffix in signposting.LINKSETS:
        found = _record(request, key)
        as_text = suffix.endswith(".txt")
        text = signposting.as_text(found) if as_text else json.dumps(signposting.as_json(found))
        return _answer(text, signposting.LINKSETS[suffix], found)
    if suffix not in BY_SUFFIX:
        raise Http404
    found = _record(request, key)
    return written(found, BY_SUFFIX[suffix])


def written(found: Record, form: Format) -> HttpResponse:
    """``found`` as a file that a browser saves."""
    response = _answer(form.one(found), form.content_type, found)
    name = f"{found.key}.{form.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: HttpRequest, key: uuid.UUID) -> Any:
    pages = PublicationPage.objects.readable_by(request.user).filter(translation_key=key)
    page = with_all(pages).in_language(active_language()).first()
    if page is None:
        raise Http404
    return page


def _record(request: HttpRequest, key: uuid.UUID) -> Record:
    """Of the page in the source language, or the first that there is: it says the same to all."""
    pages = PublicationPage.objects.readable_by(request.user).filter(translation_key=key)
    page = with_all(pages).in_language("en").first()
    if page is None:
        raise Http404
    (found,) = records([page], request)
    return found


def _answer(text: str, content_type: str, found: Record) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response["X-Robots-Tag"] = "noindex"
    response["Link"] = f'<{found.url}>; rel="describes"; type="text/html"'
    if found.is_public:
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
    else:
        add_never_cache_headers(response)
    return response
