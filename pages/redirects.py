"""Old addresses lead only to pages that the reader may read."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect

from .access import is_refused


class RedirectMiddleware(middleware.RedirectMiddleware):
    """Wagtail's own names the present address of a page to everybody, be it hidden or a draft."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        led = super().process_response(request, response)
        if led is response:
            return response
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        found = middleware.get_redirect(request, path) or middleware.get_redirect(
            request, urlsplit(path).path
        )
        page = found.redirect_page
        if page and (not page.live or is_refused(request, page)):
            return response
        return led
