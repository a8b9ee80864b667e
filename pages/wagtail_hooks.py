"""What the platform adds to the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from . import access, dashboard, translations
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


@hooks.register("on_serve_page", order=-100)
def check_access(serve: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Asks the policy before Wagtail does, which leads signed-in people to sign in again."""

    def check(
        page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse:
        if access.is_refused(request, page):
            return access.turn_away(request)
        return serve(page, request, args, kwargs)

    return check


@hooks.register("before_publish_page")
def wait_for_source(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keeps what was typed and says why a translation can't be published yet."""
    source = translations.source_of(page)
    if source is None or source.live:
        return None
    messages.error(request, translations.must_wait_for(source))
    return redirect("wagtailadmin_pages:edit", page.pk)
