"""The first page of the admin: what an editor wants to know before the day's work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

from .models import EventPage, Observation
from .translating.coverage import Board, State

#: How many lines a panel shows.
LINES = 6


def editable_by(user: Any) -> Any:
    """The pages that ``user`` works on, without the root of the tree."""
    policy = policy_registry.get_by_type(Page)
    return policy.instances_user_has_any_permission_for(user, {"add", "change", "publish"}).filter(
        depth__gt=1
    )


class ObservationsSummaryItem(SummaryItem):
    """The number of figures, beside Wagtail's own numbers of pages, images and documents."""

    order = 350
    template_name = "pages/admin/summary_observations.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"count": Observation.objects.current().count()}

    def is_shown(self) -> bool:
        policy = policy_registry.get_by_type(Observation)
        return policy.user_has_any_permission(self.request.user, {"add", "change", "view"})


def summary_items(request: HttpRequest) -> list[SummaryItem]:
    return [ObservationsSummaryItem(request)]


class LatestChanges(Component):
    """What everybody has changed last."""

    name = "latest_changes"
    template_name = "pages/admin/latest_changes.html"
    order = 300

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        pages = (
            editable_by(parent_context["request"].user)
            .exclude(latest_revision=None)
            .select_related("latest_revision__user", "locale", "content_type")
            .order_by(F("latest_revision_created_at").desc(nulls_last=True), "-pk")
        )
        return {"pages": list(pages[:LINES])}


class UpcomingEvents(Component):
    """Events that are not over, drafts among them."""

    name = "upcoming_events"
    template_name = "pages/admin/upcoming_events.html"
    order = 310

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        mine = editable_by(parent_context["request"].user)
        events = (
            EventPage.objects.upcoming()
            .filter(pk__in=mine.order_by().values("pk"))
            .select_related("locale", "country")
            .soonest_first()
        )
        return {"events": list(events[:LINES])}


class PagesByLanguage(Component):
    """How many pages each language has, published and not."""

    name = "pages_by_language"
    template_name = "pages/admin/pages_by_language.html"
    order = 330

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        counts = {
            row["locale__language_code"]: row
            for row in editable_by(parent_context["request"].user)
            .order_by()
            .values("locale__language_code")
            .annotate(
                live_pages=Count("pk", filter=Q(live=True)),
                drafts=Count("pk", filter=Q(live=False)),
                changed=Count("pk", filter=Q(live=True, has_unpublished_changes=True)),
            )
        }
        search = reverse("wagtailadmin_pages:search")
        rows = [
            {
                "language": label,
                "url": f"{search}?locale={code}",
                **counts.get(code, {"live_pages": 0, "drafts": 0, "changed": 0}),
            }
            for code, label in settings.LANGUAGES
        ]
        return {"rows": rows, "heading": _("Pages by language")}


class Translations(Component):
    """How far the translations are, for those who work on them."""

    name = "translations"
    template_name = "pages/admin/translations_panel.html"
    order = 320

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        board = Board(parent_context["request"].user)
        names = dict(settings.LANGUAGES)
        address = reverse("translating_board")
        rows = [
            (
                names[code],
                [(f"{address}?language={code}&state={state}", counts[state]) for state in State],
            )
            for code, counts in board.counts().items()
            if code in board.may
        ]
        return {"rows": rows, "states": State.labels, "heading": _("Translations")}
