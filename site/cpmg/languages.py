"""Which language a request is in."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import get_language


class LanguageMiddleware(LocaleMiddleware):
    """Django's, but what a view did not find stays not found.

    Django leads every 404 without a language in its address to the same address with one. That
    is right for ``/countries/``, which means nothing without a language, and wrong for what the
    API, the admin or a download answered themselves.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code == 404 and request.resolver_match:
            response.headers.setdefault("Content-Language", get_language() or "en")
            return response
        return super().process_response(request, response)
