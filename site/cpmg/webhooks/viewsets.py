"""Webhooks in the admin: who is told what, and the log of messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from ..queued import LookView, QueuedViewSet
from . import outgoing
from .forms import EndpointForm
from .models import Delivery, Endpoint

State = Delivery.State


class EndpointInspectView(InspectView):
    """The secret, a new one, and a message to try it."""

    any_permission_required = ["change"]
    template_name = "webhooks/admin/endpoint.html"
    fields = ["name", "url", "events", "types", "locales", "networks", "is_active", "secret"]

    def get_events_display_value(self) -> str:
        return ", ".join(self.object.events)

    def get_types_display_value(self) -> str:
        return ", ".join(self.object.types) or _("All")

    def get_locales_display_value(self) -> str:
        return ", ".join(self.object.locales) or _("All")

    def get_networks_display_value(self) -> str:
        return ", ".join(self.object.networks) or _("All")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        endpoint = self.get_object()
        if "rotate" in request.POST:
            endpoint.rotate()
            log(endpoint, "webhooks.rotate", user=request.user)
            words = _("There is a new secret. For a day messages are signed with both.")
        else:
            outgoing.test(endpoint)
            words = _("A test is on its way. The log says what became of it.")
        messages.success(request, words)
        return redirect(request.path)


class EndpointViewSet(ModelViewSet):
    model = Endpoint
    icon = "redirect"
    menu_label = gettext_lazy("Webhooks")
    menu_name = "webhooks"
    menu_order = 610
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = EndpointInspectView
    inspect_template_name = "webhooks/admin/endpoint.html"
    exclude_form_fields: list[str] = []
    list_display = [
        "name",
        Column("url", label=gettext_lazy("Address")),
        BooleanColumn("is_active", label=gettext_lazy("Switched on")),
    ]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> Any:
        return EndpointForm


class DeliveryLookView(LookView):
    page_title = gettext_lazy("Webhook message")
    fields = [
        *("endpoint", "event", "message_id", "state", "attempts", "status", "error", "answer"),
        *("created_at", "available_at", "delivered_at", "payload"),
    ]

    def waits(self) -> bool:
        return bool(self.get_object().state == State.WAITING)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_send = self.get_object().state in (State.DELIVERED, State.FAILED)
        return super().get_context_data(may_send=may_send, **kwargs)

    def act(self, request: HttpRequest) -> tuple[bool, str]:
        delivery = self.get_object()
        if not outgoing.replay(delivery):
            return False, _("The message is on its way already.")
        log(delivery, "webhooks.replay", user=request.user)
        return True, _("The message is sent again.")


class DeliveryViewSet(QueuedViewSet):
    model = Delivery
    look_view_class = DeliveryLookView
    icon = "redirect"
    menu_label = gettext_lazy("Webhook messages")
    menu_name = "webhook-messages"
    menu_order = 1110
    list_display = [
        "event",
        Column("endpoint", label=gettext_lazy("Webhook")),
        Column("get_state_display", label=gettext_lazy("State"), sort_key="state"),
        Column("status", label=gettext_lazy("Last answer"), sort_key="status"),
        Column("attempts", label=gettext_lazy("Attempts"), sort_key="attempts"),
        DateColumn("created_at", label=gettext_lazy("Queued"), sort_key="created_at"),
    ]
    list_filter = ["state", "endpoint", "event"]
    list_select_related = ["endpoint"]
    search_fields = ["message_id", "event"]
    ordering = ["-created_at", "-pk"]
