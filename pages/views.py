"""Views that are no page: the way to a language, and errors."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.utils.translation import get_language_from_request
from django.views.decorators.vary import vary_on_headers

from .models.base import active_language


@vary_on_headers("Accept-Language", "Cookie")
def lead_to_language(request: HttpRequest) -> HttpResponse:
    """From ``/`` to the home page in the language that the reader prefers."""
    return HttpResponseRedirect(f"/{get_language_from_request(request)}/")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"language": active_language()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Shown when something failed: a page that needs neither database nor context."""
    return HttpResponse(loader.get_template("500.html").render({}, request=None), status=500)
