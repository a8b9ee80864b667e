"""The desk in the menu and on the first page of the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem

from pages.access import is_asked_by_staff

from . import access, labels

LINES = 5


class DeskMenuItem(MenuItem):
    """Leads to the desk, with the number of those who wait there for this person."""

    def __init__(self) -> None:
        super().__init__(
            _("Desk"), reverse("desk"), name="desk", icon_name="clipboard-list", order=150
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return access.may_enter(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        number = access.waiting(request.user).count()
        label = format_lazy("{} ({})", self.label, number) if number else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)


class AuditMenuItem(MenuItem):
    def __init__(self) -> None:
        super().__init__(
            _("Submissions: who did what"),
            reverse("desk_audit"),
            name="submissions-audit",
            icon_name="history",
            order=1050,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return is_asked_by_staff(request)


class WaitsForMe(Component):
    """What this person may decide, the oldest first."""

    name = "waits_for_me"
    template_name = "repository/desk/waits_for_me.html"
    order = 110

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        if not access.may_enter(user):
            return {"number": 0}
        waiting = access.waiting(user)
        rows: list[Any] = list(
            waiting.select_related("submitter", "task").order_by("submitted_at", "pk")[:LINES]
        )
        for row in rows:
            row.type = labels.of_type(row)
            row.who = labels.submitter(row)
        return {"submissions": rows, "number": waiting.count(), "user": user}
