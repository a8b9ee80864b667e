"""What Wagtail's own operations of API v3 do otherwise here.

They are changed in place, because two routers can't share an address. Look at each again when
Wagtail is upgraded; the tests fail when an operation goes or is renamed.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from ninja.operation import Operation
from wagtail.api.v3.auth import AllowAnonymous, BearerTokenAuth
from wagtail.api.v3.querysets import get_pages_queryset
from wagtail.api.v3.routers import pages as wagtail_pages
from wagtail.contrib.redirects.api.v3.router import get_redirect_detail
from wagtail.contrib.redirects.api.v3.router import router as redirects_router
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.api.v3.router import router as documents_router
from wagtail.images.api.v3.router import router as images_router
from wagtail.models import Site

from pages.access import may_read
from pages.api import missing


class EditorAuth(BearerTokenAuth):
    """A token of somebody who works in the admin."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        api_token = super().authenticate(request, token)
        if api_token and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return api_token


def close_lists() -> None:
    """Documents, images and redirects are listed for editors only.

    Wagtail lists to everybody what lies in collections without a restriction, the files of
    drafts and of restricted pages too, and the old addresses of all pages. Readers find files
    at their publication, and where an address leads now with ``/redirects/find/``.
    """
    _operation(redirects_router, "/{redirect_id}/").view_func = get_redirect
    for router, paths in (
        (documents_router, ("/", "/{document_id}/")),
        (images_router, ("/", "/{image_id}/")),
        (redirects_router, ("/",)),
    ):
        for path in paths:
            operation = _operation(router, path)
            operation.auth_param = operation.auth_callbacks = [EditorAuth()]


def find_pages_in_all_languages() -> None:
    """``/pages/find/?html_path=/es/redes/`` finds what the reader site shows there.

    Wagtail starts at the home page of the default language, whatever the address begins with.
    """
    _operation(wagtail_pages.router, "/find/").view_func = find_page


def describe_anonymous_reading() -> None:
    """Says in the OpenAPI document that a token is optional where it is.

    Wagtail describes an anonymous reader as a way of signing in that OpenAPI does not know.
    """
    for router in (wagtail_pages.router, redirects_router):
        for path_view in router.path_operations.values():
            for operation in path_view.operations:
                for reader in operation.auth_callbacks:
                    if isinstance(reader, AllowAnonymous):
                        del reader.openapi_security_schema
                        operation.openapi_extra = {"security": [{}]}


def get_redirect(request: HttpRequest, redirect_id: int) -> Redirect:
    """Wagtail's, for pages that the reader may read or that were typed as an address."""
    redirect = get_redirect_detail(request, redirect_id)
    if redirect.redirect_page and not may_read(request.user, redirect.redirect_page):
        raise missing()
    return redirect


def find_page(request: HttpRequest, html_path: str | None = None, **asked: Any) -> HttpResponse:
    """Wagtail's, after the page was found from the home page of the path's language."""
    path = html_path or ""
    if "\0" in path:
        raise missing()
    language, _slash, rest = path.strip("/").partition("/")
    site = Site.find_for_request(request)
    home = site and (
        site.root_page.get_translations(inclusive=True)
        .filter(live=True, locale__language_code=language)
        .first()
    )
    try:
        if home:
            components = [component for component in rest.split("/") if component]
            page = home.specific.route(request, components).page
            if not get_pages_queryset(request).filter(pk=page.pk).exists():
                raise missing()
            return wagtail_pages.find_page(request, **asked | {"id": page.pk})
        return wagtail_pages.find_page(request, html_path=html_path, **asked)
    except Http404:
        raise missing() from None


def _operation(router: Router, path: str) -> Operation:
    """The operation that reads at ``path``."""
    return next(
        operation
        for operation in router.path_operations[path].operations
        if operation.methods == ["GET"]
    )
