"""A durable queue in the admin: its rows are listed, looked at and sent again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy


class QueuedPolicy(ModelPermissionPolicy):
    """Rows are looked at, sent again or given up; nobody writes or removes one in the admin."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and super().user_has_permission(user, action)


class LookView(InspectView):
    """One row: what says something about it, and what can be done."""

    any_permission_required = ["change"]
    template_name = "queued/look.html"
    header_more_buttons: list[Any] = []
    #: The fields that matter only while the row ``waits``.
    of_waiting: tuple[str, ...] = ("available_at",)

    def waits(self) -> bool:
        raise NotImplementedError

    def act(self, request: HttpRequest) -> tuple[bool, str]:
        """Does what was asked for; gives whether it could be done, and what to say."""
        raise NotImplementedError

    def get_edit_url(self) -> None:
        return None

    def get_object(self, queryset: Any = None) -> Any:
        if not hasattr(self, "_object"):
            self._object = super().get_object(queryset)
        return self._object

    def get_fields(self) -> list[str]:
        row, left_out = self.get_object(), () if self.waits() else self.of_waiting
        told = (name for name in self.fields if getattr(row, name) not in (None, "", 0))
        return [name for name in told if name not in left_out]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        done, words = self.act(request)
        (messages.success if done else messages.error)(request, words)
        return redirect(self.index_url_name)


class QueuedViewSet(ModelViewSet):
    """The list of a queue, which leads to ``look_view_class`` instead of a form."""

    look_view_class: type[LookView]
    menu_hook = "register_reports_menu_item"
    add_to_admin_menu = False
    add_to_reference_index = False
    copy_view_enabled = False
    exclude_form_fields: list[str] = []
    search_backend_name = None
    list_per_page = 50

    @property
    def edit_view(self) -> Any:
        return self.construct_view(self.look_view_class)
