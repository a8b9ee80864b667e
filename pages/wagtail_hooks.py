"""What the platform adds to the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from . import access, dashboard, translations
from .models import TranslationRecord
from .translating import coverage, records, views
from .viewsets import GlossaryViewSet, StatisticsGroup, VocabularyGroup

register_snippet(VocabularyGroup)
register_snippet(StatisticsGroup)
register_snippet(GlossaryViewSet)


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
    if coverage.may_see(request.user):
        panels.append(dashboard.Translations())


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
    if source is None:
        return None
    if not source.live:
        messages.error(request, translations.must_wait_for(source))
        return redirect("wagtailadmin_pages:edit", page.pk)
    record = TranslationRecord.objects.filter(page_id=page.pk, machine__gt=0).first()
    if record:
        messages.error(request, records.unreviewed(record.machine))
        return redirect("translating_desk", source.pk, page.locale.language_code)
    return None


# Translating --------------------------------------------------------------------------


@hooks.register("register_admin_urls", order=-1)
def translating_urls() -> list[Any]:
    board = RedirectView.as_view(pattern_name="translating_board")
    return [
        path("translations/", views.BoardView.as_view(), name="translating_board"),
        path("translations/export/", views.export, name="translating_export"),
        path("translations/import/", views.bring_in, name="translating_import"),
        path(
            "translations/<int:source_id>/<slug:language>/",
            views.DeskView.as_view(),
            name="translating_desk",
        ),
        # The report of wagtail-localize names all pages to everybody in the admin.
        path("localize/reports/translations/", board),
        path("localize/reports/translations/results/", board),
    ]


class TranslationsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return coverage.may_see(request.user)


@hooks.register("register_admin_menu_item")
def translations_menu_item() -> MenuItem:
    return TranslationsMenuItem(
        _("Translations"),
        reverse("translating_board"),
        name="translating",
        icon_name="globe",
        order=240,
    )


@hooks.register("construct_reports_menu")
def one_report_of_translations(request: HttpRequest, items: list[MenuItem]) -> None:
    there = reverse("wagtail_localize:translations_report")
    items[:] = [item for item in items if item.url != there]


#: What wagtail-localize adds to the editor: an editor of its own that knows no workflow, and
#: copies of the source's text under another language's address.
NOT_HERE = {"localize-restart-translation", "localize-convert-to-alias"}


@hooks.register("construct_page_action_menu")
def no_other_editor(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    items[:] = [item for item in items if item.name not in NOT_HERE]


@hooks.register("before_edit_page", order=-1)
def never_the_other_editor(request: HttpRequest, page: Page) -> None:
    if NOT_HERE & request.POST.keys():
        raise PermissionDenied


@hooks.register("register_page_header_buttons")
def desk_buttons(page: Page, user: Any, view_name: str = "", next_url: str | None = None) -> Any:
    """From the editor of a translation to the desk, where its source stands beside it."""
    source = translations.source_of(page) if page.depth > 2 else None
    if source is not None:
        url = reverse("translating_desk", args=[source.pk, page.locale.language_code])
        yield Button(_("Compare with the source"), url, icon_name="globe", priority=55)
