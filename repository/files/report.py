"""The files that are not as they should be: infected, held back, unreadable, still waiting."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports import ReportView

from pages.access import is_asked_by_staff, is_staff

from ..models import FileDetails

State = FileDetails.State


class FileFilterSet(WagtailFilterSet):
    class Meta:
        model = FileDetails
        fields = ["state"]


class FileReportView(ReportView):
    page_title = gettext_lazy("Files with problems")
    header_icon = "warning"
    results_template_name = "repository/admin/files_results.html"
    filterset_class = FileFilterSet
    index_url_name = "files_report"
    index_results_url_name = "files_report_results"
    model = FileDetails
    any_permission_required = None
    list_export = ["document.title", "state", "reason", "document.created_at"]
    export_headings = {
        "document.title": gettext_lazy("File"),
        "state": gettext_lazy("State"),
        "reason": gettext_lazy("Problem"),
        "document.created_at": gettext_lazy("Uploaded on"),
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[FileDetails]:
        found = FileDetails.objects.exclude(state=State.CLEAN).defer("text")
        return found.select_related("document__uploaded_by_user").order_by("-document__created_at")

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        for details in object_list:
            details.reason = reason(details)
        return object_list


def reason(details: FileDetails) -> str:
    """The virus, what is wrong with the file, or what the scanner did not do."""
    if details.state == State.INFECTED:
        return details.virus
    return str(details.get_problem_display()) if details.problem else details.error


class FilesMenuItem(MenuItem):
    def __init__(self) -> None:
        super().__init__(
            _("Files with problems"),
            reverse("files_report"),
            name="files-report",
            icon_name="warning",
            order=1060,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return is_asked_by_staff(request)
