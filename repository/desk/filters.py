"""The filters of the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet

from ..models import DocumentType, Submission
from . import labels
from .duplicates import with_duplicates

DAYS = (7, 14, 30, 90)


def _ages() -> list[tuple[str, Any]]:
    longer = ngettext_lazy("Longer than %(days)d day", "Longer than %(days)d days", "days")
    return [(str(days), longer % {"days": days}) for days in DAYS]


class DeskFilterSet(WagtailFilterSet):
    """Of what is in review; ``AllFilterSet`` adds the states."""

    kind = ChoiceFilter(label=_("Kind"), choices=labels.kinds_of_submissions)
    type_code = ChoiceFilter(
        label=_("Document type"), choices=lambda: list(DocumentType.labels().items())
    )
    shelf_code = ChoiceFilter(label=_("Shelf"), choices=labels.shelves)
    waits = ChoiceFilter(label=_("Waits"), choices=_ages, method="filter_waits")
    warnings = ChoiceFilter(
        label=_("Warnings"),
        choices=[("yes", _("With possible duplicates"))],
        method="filter_warnings",
    )

    class Meta:
        model = Submission
        fields: list[str] = []

    def filter_waits(self, queryset: Any, name: str, value: str) -> Any:
        before = timezone.now() - timedelta(days=int(value))
        return queryset.filter(state=Submission.State.IN_REVIEW, submitted_at__lt=before)

    def filter_warnings(self, queryset: Any, name: str, value: str) -> Any:
        return with_duplicates(queryset, self.request.user)


class AllFilterSet(DeskFilterSet):
    state = ChoiceFilter(
        label=_("State"),
        choices=[choice for choice in Submission.State.choices if choice[0] != "draft"],
    )
