"""Letters about translations: to those who review one, and to who asked for the review."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, WorkflowState
from wagtail.signals import page_unpublished

from cpmg import mail
from cpmg.mail import Letter

from .. import translations


def _unpublished(instance: Page, **kwargs: Any) -> None:
    """A source went offline: its translations in review wait, and those concerned learn why."""
    source = Page.objects.filter(pk=instance.pk, live=False).first()
    if source is None or translations.source_of(source) is not None:
        return
    for page in translations.others(source):
        state = page.current_workflow_state
        if state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS:
            for person in _concerned(state):
                _tell(person, source, page, state)


def _concerned(state: WorkflowState) -> Any:
    """The people at whose step the review is, and who asked for it."""
    step = state.current_task_state
    groups = getattr(step.task.specific, "groups", None) if step else None
    people = get_user_model()._default_manager.filter(is_active=True)
    ids = {state.requested_by_id}
    if groups is not None:
        ids |= set(people.filter(groups__in=groups.all()).values_list("pk", flat=True))
    return people.filter(pk__in=ids - {None}).order_by("pk")


def _tell(person: Any, source: Page, page: Page, state: WorkflowState) -> None:
    def letter() -> Letter:
        title = {"title": source.title}
        desk = reverse("translating_desk", args=[source.pk, page.locale.language_code])
        return Letter(
            _("“%(title)s” was unpublished while its translation is in review") % title,
            [
                _("The source “%(title)s” is not published any more.") % title,
                _("Its translation can be published when the source is back. Nothing is lost."),
            ],
            (_("Open the translation"), settings.WAGTAILADMIN_BASE_URL.rstrip("/") + desk),
        )

    mail.queue(
        letter,
        person,
        event=f"translation:{page.pk}:waits:{state.pk}:{source.latest_revision_id}",
        category="tasks",
        thread=f"translation:{page.pk}",
    )


def connect() -> None:
    page_unpublished.connect(_unpublished, dispatch_uid="pages.translating.letters")
