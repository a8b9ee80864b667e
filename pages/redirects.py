"""Old addresses lead only to pages that the reader may read, in every language.

Wagtail notes an old address in the language of its page. A page without a translation is also met
under the sections of the other languages (``BasePage.route``); its old address there follows from
the noted one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect

from .access import is_refused
from .addresses import Addresses
from .models.base import language_order


class RedirectMiddleware(middleware.RedirectMiddleware):
    """Wagtail's own names the present address of a page to everybody, be it hidden or a draft."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        led = super().process_response(request, response)
        if led is response:
            address = _address_here(request) if response.status_code == 404 else None
            return HttpResponsePermanentRedirect(address) if address else response
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        found = middleware.get_redirect(request, path) or middleware.get_redirect(
            request, urlsplit(path).path
        )
        page = found.redirect_page
        if page and (not page.live or is_refused(request, page)):
            return response
        return led


def _address_here(request: HttpRequest) -> str | None:
    """Where the page lives now that was met at this address, in another language's section."""
    addresses = Addresses.of_request(request)
    here = [
        (url, page)
        for page in addresses.sections.values()
        if page.live
        and page.language == addresses.language
        and (url := page.get_url(request))
        and request.path.startswith(url)
    ]
    if not here or "\0" in request.path:
        return None
    start, section = max(here, key=lambda one: len(one[0]))
    old = {
        Redirect.normalise_path(f"{url}{request.path[len(start) :]}"): page.language
        for page in addresses.sections.values()
        if page.translation_key == section.translation_key
        and page.pk != section.pk
        and (url := page.get_url(request))
    }
    order = language_order(addresses.language)
    noted = Redirect.objects.filter(old_path__in=old, redirect_page__live=True)
    for redirect in sorted(
        noted.select_related("redirect_page__locale"),
        key=lambda redirect: order.index(old[redirect.old_path]),
    ):
        page = redirect.redirect_page
        if not is_refused(request, page):
            return addresses.in_all_languages(page)[addresses.language][0]
    return None
