"""Switching off letters from the letter itself (RFC 8058)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import categories


@never_cache
@csrf_exempt  # mail programs send the form, without session or page before; the address is signed
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks with a button, and switches off when the form is sent: programs that look at links
    in mail send no forms."""
    found = categories.read_token(token)
    if found is None:
        raise Http404
    person, code = found
    if request.method == "POST":
        categories.switch_off(person, code)
    with translation.override(person.language):
        response = render(
            request,
            "mail/unsubscribe.html",
            {
                "label": categories.CATEGORIES[code].label,
                "is_off": not categories.wants(person, code),
            },
        )
    response.headers["Content-Language"] = person.language
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    return response
