"""What became different: a submission beside its former version, field by field, as Wagtail
compares revisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision, TaskState, WorkflowState

from pages.access import is_staff, may_read

from ..models import Submission
from .access import visible_pages


@dataclass(frozen=True)
class Former:
    """A version to compare with."""

    name: str
    label: str
    at: datetime | None
    page: Page


def formers(submission: Submission, user: Any) -> list[Former]:
    """What this submission can be compared with: the version that was submitted before, and the
    published record that it would replace."""
    found = []
    before = _submitted_before(submission)
    if before:
        page = before.as_object()
        found.append(Former("before", _("Submitted before"), before.created_at, page))
    replaced = submission.replaces
    if replaced and _may_know(user, replaced):
        replaced = replaced.specific
        at = replaced.last_published_at
        found.append(Former("replaced", _("The record that it replaces"), at, replaced))
    return found


def _may_know(user: Any, page: Page) -> bool:
    return is_staff(user) or may_read(user, page) or visible_pages(user).filter(pk=page.pk).exists()


def _submitted_before(submission: Submission) -> Revision | None:
    """The revision that the review before this one was about."""
    if submission.page is None:
        return None
    reviews = WorkflowState.objects.for_instance(submission.page).order_by("-created_at", "-pk")
    states = TaskState.objects.filter(workflow_state__in=list(reviews[1:2]))
    last = (
        states.exclude(revision=None)
        .select_related("revision")
        .order_by("-started_at", "-pk")
        .first()
    )
    return last.revision if last else None


def between(former: Page, page: Page, request: HttpRequest) -> list[Any]:
    """Wagtail's comparisons of the fields that differ."""
    handler = page.get_edit_handler()
    bound = handler.get_bound_panel(instance=page, request=request, form=None)
    comparisons = (compare(former, page) for compare in bound.get_comparison())
    return [comparison for comparison in comparisons if comparison.has_changed()]
