"""Who sits at the desk, and what lies on it for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from networks.membership import networks_in_focus_of
from pages.access import is_staff

from ..models import PublicationPage, Submission
from ..review import group_tasks_of, waiting_for


def may_enter(user: Any) -> bool:
    """The editorial team, focal points, and whoever a step of a workflow was given to."""
    if not user.is_active:
        return False
    return is_staff(user) or bool(networks_in_focus_of(user) or group_tasks_of(user))


def waiting(user: Any) -> QuerySet[Submission]:
    """What ``user`` may decide about now."""
    return _once(user, "waiting", lambda: waiting_for(user))


def laid_before(user: Any) -> QuerySet[Submission]:
    """The submissions that ``user`` may look at here: drafts belong to their submitters."""
    drafts = Q(state=Submission.State.DRAFT)
    return _once(user, "laid before", lambda: Submission.objects.visible_to(user).exclude(drafts))


def _once(user: Any, name: str, ask: Callable[[], QuerySet[Submission]]) -> QuerySet[Submission]:
    """Asks who may what once in a request: the person is read anew for each."""
    known = user.__dict__.setdefault("_at_the_desk", {})
    if name not in known:
        known[name] = ask()
    found: QuerySet[Submission] = known[name].all()
    return found


def find(user: Any, key: Any) -> Submission:
    """The submission with this key, if it lies before ``user``; otherwise there is none (404)."""
    if not may_enter(user):
        raise Http404
    found = laid_before(user).select_related(
        "submitter", "task", "replaces", "page__latest_revision", "page__locale"
    )
    return get_object_or_404(found, key=key)


def visible_pages(user: Any) -> QuerySet[PublicationPage]:
    """The publications, drafts among them, that ``user`` may know of."""
    if is_staff(user):
        return PublicationPage.objects.all()
    readable = PublicationPage.objects.readable_by(user).order_by().values("pk")
    submitted = laid_before(user).order_by().exclude(page=None).values("page")
    return PublicationPage.objects.filter(Q(pk__in=readable) | Q(pk__in=submitted))
