"""What Wagtail's own operations of API v3 do otherwise here.

They are changed in place, because two routers can't share an address. Look at each again when
Wagtail is upgraded; the tests fail when an operation goes or is renamed.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import ValidationError as NinjaValidationError
from ninja.operation import Operation
from pydantic import ValidationError as PydanticValidationError
from wagtail.api.v3.auth import AllowAnonymous, BearerTokenAuth
from wagtail.api.v3.errors import problem_response
from wagtail.api.v3.querysets import get_pages_queryset
from wagtail.api.v3.routers import pages as wagtail_pages
from wagtail.api.v3.schemas.pages import PageTypeInjectingBodyModel
from wagtail.contrib.redirects.api.v3.router import get_redirect_detail
from wagtail.contrib.redirects.api.v3.router import router as redirects_router
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from cpmg.users.models import Scope
from pages.access import may_read
from pages.api import missing
from pages.api.auth import Auth, EditorAuth, ReaderAuth

#: What readers must not list: Wagtail lists to everybody what lies in collections without a
#: restriction, the files of drafts and of restricted pages too, and the old addresses of all pages.
#: Readers find files at their publication, and where an address leads now with
#: ``/redirects/find/``.
FOR_EDITORS = {
    *("documents_list", "documents_detail", "images_list", "images_detail", "redirects_list"),
}


#: The positions of a moved page that are below its destination, not beside it.
INSIDE = ("first-child", "last-child")


def serve_people_as_we_do(api: NinjaAPI) -> None:
    """Gives Wagtail's operations our ways of signing in: a bad token is no anonymous reader, and
    a token needs the scope for what it does. After this no router can be added."""
    for router in api._get_bound_routers():
        for path_view in router.path_operations.values():
            for operation in path_view.operations:
                callbacks = operation.auth_callbacks
                if not any(isinstance(c, (BearerTokenAuth, AllowAnonymous)) for c in callbacks):
                    continue
                changes = operation.methods != ["GET"]
                auth: Auth
                if operation.operation_id in FOR_EDITORS:
                    auth = EditorAuth(Scope.READ)
                elif any(isinstance(callback, AllowAnonymous) for callback in callbacks):
                    auth = ReaderAuth()
                else:
                    auth = EditorAuth(Scope.EDIT if changes else Scope.READ, admin=False)
                operation.auth_callbacks = [auth]


def answer_invalid_with_400(api: NinjaAPI) -> None:
    """Wagtail answers 422 to what ours answer 400 to; one API has one way."""
    for kind in (NinjaValidationError, PydanticValidationError, ValidationError):
        api.add_exception_handler(kind, _as_bad_request(api._exception_handlers[kind]))


def _as_bad_request(handler: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, error: Any) -> HttpResponse:
        said = json.loads(handler(request, error).content)
        return problem_response(status=400, detail=said["detail"], errors=said.get("errors"))

    return answer


def find_pages_in_all_languages() -> None:
    """``/pages/find/?html_path=/es/redes/`` finds what the reader site shows there.

    Wagtail starts at the home page of the default language, whatever the address begins with.
    """
    _operation(wagtail_pages.router, "/find/").view_func = find_page


def look_at_ids_first() -> None:
    """``PATCH /pages/x/`` says that x is no number. Wagtail looks the page up before that, to know
    the fields of its type."""
    look_up = PageTypeInjectingBodyModel.get_meta_type

    def get_meta_type(cls: Any, request: HttpRequest, api: NinjaAPI, path: dict[str, Any]) -> str:
        try:
            int(path[cls.page_id_param])
        except ValueError:
            return ""
        return look_up(request, api, path)

    PageTypeInjectingBodyModel.get_meta_type = classmethod(get_meta_type)


def leave_the_root_alone() -> None:
    """Nobody publishes, copies or moves the root of the tree, nor moves pages beside it."""
    for router in (wagtail_pages.router, wagtail_pages.actions_router):
        for path, view in router.path_operations.items():
            for operation in view.operations:
                if operation.operation_id == "pages_actions_move":
                    operation.view_func = _not_beside_the_root(operation.view_func)
                if "{page_id}" in path and operation.methods != ["GET"]:
                    operation.view_func = _but_for_the_root(operation.view_func)


def _but_for_the_root(act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def act_on_others(request: HttpRequest, page_id: int, **asked: Any) -> Any:
        if _is_root(page_id):
            raise missing()
        return act(request, page_id=page_id, **asked)

    return act_on_others


def _not_beside_the_root(move: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(move)
    def move_below(request: HttpRequest, data: wagtail_pages.PageMoveSchema, **asked: Any) -> Any:
        if data.position not in INSIDE and _is_root(data.destination_id):
            raise ValidationError(_("Beside the root there are no pages, only below it."))
        return move(request, data=data, **asked)

    return move_below


def _is_root(page_id: int) -> bool:
    return Page.objects.filter(pk=page_id, depth=1).exists()


def hide_old_addresses() -> None:
    """``/redirects/{id}/`` tells nothing of pages that the reader may not read."""
    _operation(redirects_router, "/{redirect_id}/").view_func = get_redirect


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
