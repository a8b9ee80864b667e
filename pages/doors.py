"""Who works on no page finds in the admin the rooms that are theirs, and nothing else.

Focal points enter the admin to decide, translators to translate. Wagtail shows all who enter it
more than that: its page chooser, for one, lists every draft.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.models import Page
from wagtail.permissions import policy_registry

#: What opens to everybody who may enter the admin.
OPEN = {
    *("wagtailadmin_login", "wagtailadmin_logout", "wagtailadmin_account", "wagtailadmin_sprite"),
    *("wagtailadmin_javascript_catalog", "wagtailadmin_dismissibles"),
}


@dataclass(frozen=True)
class Room:
    """Views whose names begin with ``prefix``; ``door`` is the one to begin with."""

    prefix: str
    door: str
    may_enter: Callable[[Any], bool]


_rooms: list[Room] = []


def register(room: Room) -> None:
    """Opens ``room`` to those who work on no page."""
    _rooms.append(room)


def works_on_pages(user: Any) -> bool:
    """Whether ``user`` edits pages, beyond translating and deciding."""
    policy = policy_registry.get_by_type(Page)
    return bool(policy.user_has_any_permission(user, {"add", "change", "publish"}))


class RoomsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name in OPEN or any(name.startswith(room.prefix) for room in _rooms):
            return None  # the views of a room ask who comes
        user = request.user
        enters = user.is_authenticated and user.has_perm("wagtailadmin.access_admin")
        if not enters or works_on_pages(user):
            return None
        if name == "wagtailadmin_home":
            for room in _rooms:
                if room.may_enter(user):
                    return redirect(room.door)
        raise Http404
