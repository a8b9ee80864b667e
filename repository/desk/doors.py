"""Who works on no page finds no more in the admin than the desk.

Focal points enter the admin to decide. Wagtail shows all who enter it more than that: its page
chooser, for one, lists every draft.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.models import GroupPagePermission

#: What opens to everybody who may enter the admin.
OPEN = {
    *("wagtailadmin_login", "wagtailadmin_logout", "wagtailadmin_account", "wagtailadmin_sprite"),
    *("wagtailadmin_javascript_catalog", "wagtailadmin_dismissibles"),
}
DESK = "desk"


def works_on_pages(user: Any) -> bool:
    """Whether ``user`` has a permission on some page; one query."""
    return bool(
        user.is_superuser
        or GroupPagePermission.objects.filter(group__in=user.groups.all()).exists()
    )


class DeskOnlyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name in OPEN or name == DESK or name.startswith(f"{DESK}_"):
            return None
        user = request.user
        enters = user.is_authenticated and user.has_perm("wagtailadmin.access_admin")
        if not enters or works_on_pages(user):
            return None
        if name == "wagtailadmin_home":
            return redirect(DESK)
        raise Http404
