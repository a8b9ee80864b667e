"""What the platform adds to the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from . import dashboard
from .viewsets import StatisticsGroup, VocabularyGroup

register_snippet(VocabularyGroup)
register_snippet(StatisticsGroup)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("cpmg/admin.css"))


@hooks.register("construct_homepage_summary_items")
def summary_items(request: HttpRequest, items: list[Any]) -> None:
    items += dashboard.summary_items(request)


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, panels: list[Any]) -> None:
    panels += [
        dashboard.LatestChanges(),
        dashboard.UpcomingEvents(),
        dashboard.PagesByLanguage(),
    ]
