"""DOIs in the admin: asked for at a publication, and the list of what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from cpmg.queued import LookView, QueuedPolicy, QueuedViewSet
from pages.access import is_staff

from ..models import Doi, PublicationPage
from ..registrars import current, outgoing
from .publications import ConfirmView

State = Doi.State


class AskView(ConfirmView):
    """Asks for a DOI for one publication; who can't is told nothing is there."""

    page_title = gettext_lazy("Ask for a DOI")
    question = gettext_lazy(
        "The publication gets a DOI that leads to its record for good. It can’t be taken back."
        " The DOI shows at the publication once the registrar has confirmed it."
    )
    button = gettext_lazy("Ask for a DOI")
    done = gettext_lazy("A DOI is asked for: “%(title)s”.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.page = get_object_or_404(PublicationPage, pk=kwargs["pk"])
        may_edit = self.page.permissions_for_user(request.user).can_edit()
        if current() is None or not is_staff(request.user) or not may_edit:
            raise Http404
        self.title = self.page.title
        return super().dispatch(request, *args, **kwargs)

    def act(self, typed: dict[str, Any]) -> None:
        outgoing.ask(self.page, self.request.user)

    def back(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])


def step(page: Any, user: Any) -> tuple[Any, str] | None:
    """What ``user`` can do about the DOI of ``page``: label and address."""
    if not isinstance(page, PublicationPage) or current() is None or not is_staff(user):
        return None
    if known := outgoing.of(page):
        label = _("DOI: %(state)s") % {"state": known.get_state_display()}
        return label, reverse("dois:edit", args=[known.pk])
    if outgoing.hindrance(page, user):
        return None
    return AskView.button, reverse("desk_doi", args=[page.pk])


class DoiMenuItem(ActionMenuItem):
    """Among the actions of the page editor."""

    name = "action-doi"
    icon_name = "link"

    def _step(self, context: Any) -> tuple[Any, str] | None:
        page = context.get("page") if context["view"] == "edit" else None
        return step(page, context["request"].user)

    def is_shown(self, context: Any) -> bool:
        return self._step(context) is not None

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        if found := self._step(parent_context):
            context["label"], context["url"] = found
        return context


def listing_buttons(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Among what the list of pages offers for each."""
    is_one = page.cached_content_type.model_class() is PublicationPage
    if is_one and current() is not None and (found := step(page.specific, user)):
        yield Button(*found, icon_name="link", priority=60)


# The list ---------------------------------------------------------------------------------


class DoiPolicy(QueuedPolicy):
    """The editorial team looks at them and tries again, where there is a registrar."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and current() is not None and is_staff(user)


class DoiLookView(LookView):
    page_title = "DOI"
    fields = [
        *("doi", "title", "standing", "state", "attempts", "status", "error"),
        *("requested_by", "requested_at", "confirmed_at", "available_at"),
    ]

    def waits(self) -> bool:
        return bool(self.get_object().state == State.WAITING)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_send = self.get_object().state in (State.FAILED, State.WAITING)
        return super().get_context_data(may_send=may_send, **kwargs)

    def act(self, request: HttpRequest) -> tuple[bool, str]:
        row = self.get_object()
        if not outgoing.retry(row):
            return False, _("It is on its way already.")
        log(row, "doi.retry", user=request.user)
        return True, _("It is sent again.")


class DoiViewSet(QueuedViewSet):
    model = Doi
    look_view_class = DoiLookView
    icon = "link"
    menu_label = gettext_lazy("DOIs")
    menu_name = "dois"
    menu_order = 1120
    list_display = [
        "doi",
        Column("title", label=gettext_lazy("Publication"), sort_key="title"),
        Column("get_standing_display", label=gettext_lazy("At the registrar"), sort_key="standing"),
        Column("get_state_display", label=gettext_lazy("State"), sort_key="state"),
        Column("error", label=gettext_lazy("Error")),
        DateColumn("requested_at", label=gettext_lazy("Asked for"), sort_key="requested_at"),
    ]
    list_filter = ["state", "standing"]
    search_fields = ["doi", "title"]
    ordering = ["-requested_at", "doi"]
