"""The repository on the first page of the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from wagtail.admin.ui.components import Component

from pages.dashboard import LINES, editable_by

from .models import Contributor, PublicationPage


class PublicationsToComplete(Component):
    """Records that lack a year, or everybody who made the work."""

    name = "publications_to_complete"
    template_name = "repository/admin/publications_to_complete.html"
    order = 320

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        mine = editable_by(parent_context["request"].user)
        publications = PublicationPage.objects.filter(pk__in=mine.order_by().values("pk")).annotate(
            has_contributor=Exists(Contributor.objects.filter(page=OuterRef("pk")))
        )
        incomplete = publications.filter(Q(year=None) | Q(has_contributor=False))
        return {
            "publications": list(
                incomplete.select_related("locale").order_by("-latest_revision_created_at", "-pk")[
                    :LINES
                ]
            ),
            **publications.aggregate(
                without_year=Count("pk", filter=Q(year=None)),
                without_contributor=Count("pk", filter=Q(has_contributor=False)),
            ),
        }
