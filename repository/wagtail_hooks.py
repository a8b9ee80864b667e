"""What the repository adds to the admin."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from .dashboard import PublicationsToComplete
from .desk import dois, menu, publications
from .desk.urls import urlpatterns as desk_urls
from .desk.viewsets import ReplyTextViewSet
from .files import report
from .models import Doi
from .submissions import ACTIONS, ON_PUBLICATIONS, PREFIX
from .usage import views as usage

register_snippet(ReplyTextViewSet)
register_permission_policy(Doi, dois.DoiPolicy(Doi))


@hooks.register("register_admin_urls")
def desk() -> list[Any]:
    return desk_urls


@hooks.register("register_admin_menu_item")
def desk_in_menu() -> menu.DeskMenuItem:
    return menu.DeskMenuItem()


@hooks.register("register_admin_urls")
def files_report() -> list[Any]:
    view = report.FileReportView
    return [
        path("reports/files/", view.as_view(), name="files_report"),
        path(
            "reports/files/results/", view.as_view(results_only=True), name="files_report_results"
        ),
    ]


@hooks.register("register_reports_menu_item")
def files_report_in_menu() -> report.FilesMenuItem:
    return report.FilesMenuItem()


@hooks.register("register_admin_urls")
def usage_report() -> list[Any]:
    return [
        path("reports/usage/", usage.usage, name="usage_report"),
        path("reports/usage/<slug:form>/", usage.download, name="usage_download"),
    ]


@hooks.register("register_reports_menu_item")
def usage_in_menu() -> usage.UsageMenuItem:
    return usage.UsageMenuItem()


@hooks.register("register_reports_menu_item")
def audit_in_menu() -> menu.AuditMenuItem:
    return menu.AuditMenuItem()


@hooks.register("register_page_action_menu_item")
def withdraw() -> publications.WithdrawMenuItem:
    return publications.WithdrawMenuItem(order=210)


@hooks.register("register_page_action_menu_item")
def restore() -> publications.RestoreMenuItem:
    return publications.RestoreMenuItem(order=211)


@hooks.register("register_page_action_menu_item")
def doi() -> dois.DoiMenuItem:
    return dois.DoiMenuItem(order=212)


@hooks.register("register_page_listing_more_buttons")
def doi_in_list(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    return dois.listing_buttons(page, user, next_url)


@hooks.register("register_admin_viewset")
def list_of_dois() -> dois.DoiViewSet:
    return dois.DoiViewSet("dois")


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, panels: list[Any]) -> None:
    panels += [menu.WaitsForMe(), PublicationsToComplete()]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, label in ACTIONS.items():
        actions.register_action(f"{PREFIX}{name}", label, label)
    for name, label in ON_PUBLICATIONS.items():
        actions.register_action(name, label, label)
    actions.register_action("doi.retry", _("Send a DOI again"), _("DOI sent again"))
