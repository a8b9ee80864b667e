"""Who did what to which submission or publication, and when: Wagtail's log, which nothing edits."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, DateFromToRangeFilter
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry, PageLogEntry

from cpmg.users.models import User
from pages.access import is_staff

from ..models import PublicationPage, Submission
from ..submissions import PREFIX

#: What a member does with a draft is nobody else's business.
PRIVATE = (f"{PREFIX}started", f"{PREFIX}deleted")
#: What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def entries() -> list[Any]:
    """The entries about submissions, and those about publications."""
    types = ContentType.objects.get_for_models(Submission, PublicationPage)
    return [
        ModelLogEntry.objects.filter(content_type=types[Submission]).exclude(action__in=PRIVATE),
        PageLogEntry.objects.filter(content_type=types[PublicationPage]),
    ]


def actions() -> list[tuple[str, Any]]:
    """Those that are in the log; two queries."""
    used = {action for queryset in entries() for action in queryset.get_actions()}
    return [choice for choice in registry.get_choices() if choice[0] in used]


class AuditFilterSet(WagtailFilterSet):
    person = CharFilter(label=gettext_lazy("Person"), method="filter_person")
    label = CharFilter(label=gettext_lazy("Record"), lookup_expr="icontains")
    action = ChoiceFilter(label=gettext_lazy("Action"), choices=actions)
    timestamp = DateFromToRangeFilter(label=gettext_lazy("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = PageLogEntry
        fields: list[str] = []

    def filter_person(self, queryset: Any, name: str, value: str) -> Any:
        people = User.objects.annotate(name=Concat("first_name", Value(" "), "last_name"))
        found = people.filter(Q(name__icontains=value) | Q(email__icontains=value))
        return queryset.filter(user__in=found.values("pk"))


class AuditView(LogEntriesView):
    page_title = gettext_lazy("Submissions: who did what")
    results_template_name = "repository/desk/audit_results.html"
    filterset_class = AuditFilterSet
    index_url_name = "desk_audit"
    index_results_url_name = "desk_audit_results"
    list_export = ["timestamp", "who", "did", "label", "about", "comment", "object_id"]
    export_headings = {
        "timestamp": gettext_lazy("Date and time (UTC)"),
        "who": gettext_lazy("Person"),
        "did": gettext_lazy("Action"),
        "label": gettext_lazy("Record"),
        "about": gettext_lazy("Type"),
        "comment": gettext_lazy("Comment"),
        "object_id": gettext_lazy("Number"),
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_filename(self) -> str:
        return f"submissions-{timezone.now():%Y-%m-%d}"

    def get_filtered_queryset(self) -> QuerySet:
        self.log_models = [ModelLogEntry, PageLogEntry]
        found = [
            self.filter_queryset(
                queryset.order_by().values("pk", "timestamp").annotate(log_model_index=Value(index))
            )
            for index, queryset in enumerate(entries())
        ]
        return found[0].union(found[1], all=True).order_by("-timestamp", "-log_model_index", "-pk")

    def decorate_paginated_queryset(self, queryset: Any) -> list[Any]:
        rows = list(queryset)
        kept: dict[tuple[int, int], Any] = {}
        for index, model in enumerate(self.log_models):
            pks = [row["pk"] for row in rows if row["log_model_index"] == index]
            for entry in model.objects.filter(pk__in=pks).select_related("user"):
                kept[index, entry.pk] = entry
        self._link([entry for (index, _pk), entry in kept.items()])
        return [
            kept[row["log_model_index"], row["pk"]]
            for row in rows
            if (row["log_model_index"], row["pk"]) in kept
        ]

    def _link(self, found: list[Any]) -> None:
        """Says of each entry who, what and where, in the reader's words."""
        ids = [entry.object_id for entry in found if isinstance(entry, ModelLogEntry)]
        keys = dict(Submission.objects.filter(pk__in=ids).values_list("pk", "key"))
        pages = {entry.page_id for entry in found if isinstance(entry, PageLogEntry)}
        there = set(PublicationPage.objects.filter(pk__in=pages).values_list("pk", flat=True))
        names = dict(registry.get_choices())
        for entry in found:
            entry.who = name_of(entry)
            entry.did = str(names.get(entry.action, entry.action))
            entry.comment = comment_of(entry)
            if isinstance(entry, ModelLogEntry):
                entry.about = _("Submission")
                key = keys.get(int(entry.object_id))
                entry.url = reverse("desk_submission", kwargs={"key": key}) if key else ""
            else:
                entry.about = _("Publication")
                entry.url = (
                    reverse("wagtailadmin_pages:edit", args=[entry.page_id])
                    if entry.page_id in there
                    else ""
                )

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Nothing that somebody typed is a formula: an apostrophe makes it text. In XLSX Wagtail
        writes such cells as text already."""
        cell = super().preprocess_field_value(field, value, export_format)
        if export_format == self.FORMAT_CSV and str(cell).startswith(FORMULA):
            return f"'{cell}"
        return cell


def name_of(entry: Any) -> str:
    """Who did it; the platform does some things by itself."""
    if entry.user_id is None:
        return _("The platform")
    return str(entry.user) if entry.user else _("deleted account")


def comment_of(entry: Any) -> str:
    return str((entry.data or {}).get("comment") or "")
