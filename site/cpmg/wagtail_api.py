"""What Wagtail's own operations of API v3 do otherwise here.

They are changed in place, because two routers can't share an address. Look at each again when
Wagtail is upgraded; the tests fail when an operation goes or is renamed.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from ninja.operation import Operation
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.querysets import get_pages_queryset
from wagtail.api.v3.routers import pages as wagtail_pages
from wagtail.documents.api.v3.router import router as documents_router
from wagtail.images.api.v3.router import router as images_router
from wagtail.models import Site


class EditorAuth(BearerTokenAuth):
    """A token of somebody who works in the admin."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        api_token = super().authenticate(request, token)
        if api_token and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return api_token


def close_media() -> None:
    """Documents and images are listed for editors only.

    Wagtail lists to everybody what lies in collections without a restriction: the files of
    drafts and of restricted pages too. Readers find files at their publication.
    """
    for router, paths in (
        (documents_router, ("/", "/{document_id}/")),
        (images_router, ("/", "/{image_id}/")),
    ):
        for path in paths:
            operation = _operation(router, path)
            operation.auth_param = operation.auth_callbacks = [EditorAuth()]


def find_pages_in_all_languages() -> None:
    """``/pages/find/?html_path=/es/redes/`` finds what the reader site shows there.

    Wagtail starts at the home page of the default language, whatever the address begins with.
    """
    _operation(wagtail_pages.router, "/find/").view_func = find_page


def find_page(request: HttpRequest, html_path: str | None = None, **asked: Any) -> HttpResponse:
    language, _slash, rest = (html_path or "").strip("/").partition("/")
    site = Site.find_for_request(request)
    home = site and (
        site.root_page.get_translations(inclusive=True)
        .filter(live=True, locale__language_code=language)
        .first()
    )
    if not home or "\0" in rest:
        return wagtail_pages.find_page(request, html_path=html_path, **asked)
    components = [component for component in rest.split("/") if component]
    page = home.specific.route(request, components).page
    if not get_pages_queryset(request).filter(pk=page.pk).exists():
        raise Http404(f"No {wagtail_pages.Page._meta.object_name} matches the given query.")
    return wagtail_pages.find_page(request, **asked | {"id": page.pk})


def _operation(router: Router, path: str) -> Operation:
    """The operation that reads at ``path``."""
    return next(
        operation
        for operation in router.path_operations[path].operations
        if operation.methods == ["GET"]
    )
