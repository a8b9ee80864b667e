"""The synonyms, and the state of the search, in the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from . import caretaker, queue, state, synonyms
from .models import SynonymSet, SynonymsJob


class OthersColumn(Column):
    """The terms after the first, which leads to the form."""

    def get_value(self, synonyms: Any) -> str:
        return " · ".join(synonyms.lines[1:])


class SynonymSetViewSet(ModelViewSet):
    model = SynonymSet
    name = "synonyms"
    url_prefix = "search/synonyms"
    icon = "list-ul"
    add_to_admin_menu = False
    copy_view_enabled = False
    inspect_view_enabled = False
    list_per_page = 50
    search_fields = ["terms"]
    list_filter = ["language", "kind"]
    list_display = ["__str__", OthersColumn("others", label=_("Other terms")), "language", "kind"]
    ordering = ["terms"]
    menu_label = _("Synonyms")
    panels = SynonymSet.panels


class StateView(WagtailAdminTemplateMixin, TemplateView):
    """How the search is, for those who write: whether what they publish is found."""

    page_title = _("State of the search")
    header_icon = "search"
    template_name = "search/admin/state.html"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm("search.change_synonymset"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        indexed = queue.in_use()
        found = state.state()
        return super().get_context_data(
            **kwargs,
            **found,
            lag=round(found["queue"].get("lag_seconds", 0)),
            indexed=indexed,
            built_at=state.built_at() if indexed else None,
            compared_at=caretaker.compared_at() if indexed else None,
            late=state.late() if indexed else [],
            synonyms_waiting=indexed and synonyms.waiting().exists(),
            synonyms_job=SynonymsJob.objects.first(),
        )


class StateViewSet(ViewSet):
    name = "search_state"
    url_prefix = "search/state"
    icon = "info-circle"
    menu_label = _("State")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", StateView.as_view(), name="index")]
