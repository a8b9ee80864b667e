"""The review of what members submit: who decides, about what exactly, and what follows from it.

Wagtail's workflow leads from step to step; the steps of ours (``repository.models.submissions``)
decide here. Three rules hold by whatever road a decision comes:

- nobody approves what they submitted or edited last;
- an approval is for one *edition*, the fingerprint of a revision's text: Wagtail writes a revision
  over while its author types, so its number alone says nothing. After a change the earlier steps
  are asked again;
- what a member submitted goes live only when every step has approved this very edition.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import pre_delete, pre_save
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import (
    AbstractGroupApprovalTask,
    Page,
    Revision,
    Task,
    TaskState,
    Workflow,
    WorkflowState,
)
from wagtail.signals import (
    page_published,
    page_unpublished,
    task_submitted,
    workflow_cancelled,
    workflow_rejected,
)

from cpmg.users.access import groups_of
from cpmg.users.models import User
from networks.membership import Membership, networks_in_focus_of, with_role
from networks.models import NetworkPage
from pages.models import Network

from . import kinds
from .models import Decision, FocalPointApproval, Submission
from .models.shelves import shelf_of_network

State = Submission.State


class Refused(PermissionDenied):
    """What was asked for is not allowed now; says why, to the person."""


class Changed(Refused):
    """Somebody else was faster; says what happened, to the person."""


# Who decides --------------------------------------------------------------------------


def network_of(page: Page) -> Network | None:
    """The network in whose library ``page`` lies."""
    library = page.get_parent()
    above = library.get_parent() if library else None
    found = NetworkPage.objects.filter(pk=above.pk).select_related("network") if above else ()
    return found[0].network if found else None


def focal_points_for(network: Network) -> QuerySet[User]:
    """Who approves for ``network``: its focal points, or moderators while it has none."""
    own = with_role(Membership.Role.FOCAL_POINT, code=network.code)
    moderators = User.objects.filter(is_active=True, groups__name="Moderators")
    return own if own.exists() else moderators


def deciders(task: Task, page: Page) -> QuerySet[User]:
    """Who may act at a step; nobody for kinds of step that are not known here."""
    task = task.specific
    if isinstance(task, AbstractGroupApprovalTask):
        people = User.objects.filter(is_active=True, groups__in=task.groups.all())
        return people.distinct()
    if isinstance(task, FocalPointApproval):
        network = network_of(page)
        return focal_points_for(network).distinct() if network else User.objects.none()
    return User.objects.none()


def waiting_for(user: User) -> QuerySet[Submission]:
    """The submissions of others that ``user`` may decide about now; a few queries, however many
    there are."""
    waiting = Submission.objects.filter(state=State.IN_REVIEW).exclude(submitter=user)
    if not user.is_active:
        return waiting.none()
    focal = Q(task__in=FocalPointApproval.objects.filter(active=True).values("pk"))
    return waiting.filter(Q(task__in=group_tasks_of(user)) | focal & _shelves_for(user))


def group_tasks_of(user: User) -> list[Task]:
    """The steps that were given to groups of ``user``."""
    groups = set(groups_of(user).values_list("pk", flat=True))
    return [
        task
        for task in Task.objects.filter(active=True).specific()
        if isinstance(task, AbstractGroupApprovalTask)
        and (user.is_superuser or groups & set(task.groups.values_list("pk", flat=True)))
    ]


def _shelves_for(user: User) -> Q:
    """The network libraries that ``user`` approves for."""
    if user.is_superuser:
        return Q()
    shelves = {shelf_of_network(code) for code in networks_in_focus_of(user)}
    mine = Q(shelf_code__in=shelves)
    if user.groups.filter(name="Moderators").exists():
        focal_points = Membership.objects.current().filter(role=Membership.Role.FOCAL_POINT)
        codes = set(focal_points.order_by().values_list("network__code", flat=True))
        mine |= ~Q(shelf_code__in=[shelf_of_network(code) for code in codes])
    return mine


def is_own_work(page: Page, user: User) -> bool:
    """Whether ``user`` submitted ``page`` or edited it last."""
    revision = page.get_latest_revision()
    submitters = Submission.objects.filter(page_id=page.pk).values_list("submitter", flat=True)
    return user.pk in {revision.user_id if revision else page.owner_id, *submitters}


# What is decided about ----------------------------------------------------------------

#: What a revision also holds, and is no text of the record.
_PASSING = {
    *("live", "has_unpublished_changes", "latest_revision", "live_revision", "expired"),
    *("latest_revision_created_at", "last_published_at", "first_published_at", "url_path"),
    *("locked", "locked_at", "locked_by", "go_live_at", "expire_at", "wagtail_admin_comments"),
    *("path", "depth", "numchild", "owner", "draft_title", "sort_title"),
}


def edition_of(revision: Revision | None) -> str:
    """The fingerprint of the text of a revision: its number, and a hash of what it says."""
    if revision is None:
        return ""
    kept = {name: value for name, value in revision.content.items() if name not in _PASSING}
    text = json.dumps(kept, sort_keys=True, default=str)
    return f"{revision.pk}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


# Deciding -----------------------------------------------------------------------------


@transaction.atomic
def act(
    step: Any,
    task_state: TaskState,
    user: User,
    action_name: str,
    *,
    comment: str = "",
    edition: str = "",
    **others: Any,
) -> None:
    """Approves, or asks for changes, at a step. ``edition`` is the one that was looked at.

    Raises ``Changed`` when somebody has decided or edited since, ``Refused`` when this person may
    not. The rows are locked, so that of two who decide at once one comes second."""
    page = Page.objects.get(pk=task_state.workflow_state.object_id).specific
    Submission.objects.select_for_update().filter(page_id=page.pk).first()
    WorkflowState.objects.select_for_update().get(pk=task_state.workflow_state_id)
    decision = Decision.objects.filter(pk=task_state.pk, status=TaskState.STATUS_IN_PROGRESS)
    revision = Revision.objects.select_for_update().filter(pk=page.latest_revision_id).first()
    current = decision.first()
    if current is None:
        raise Changed(_("Somebody else has decided about this already."))
    if edition and edition != edition_of(revision):
        raise Changed(_("The record was changed after you opened it. Look at it once more."))
    if not step.may_act(page, user):
        raise Refused(_("Somebody else decides about this."))
    if action_name == "reject":
        current.reject(user=user, comment=comment)
    elif action_name == "approve":
        if is_own_work(page, user):
            raise Refused(_("Nobody approves their own work: another person has to decide."))
        _check_ready(page)
        current.edition, current.revision = edition_of(revision), revision
        _forget_approvals_of_others(current)
        current.approve(user=user, comment=comment)


def _check_ready(page: Page) -> None:
    kind = kinds.of_page(page)
    if kind and (hindrance := kind.hindrance(page.get_latest_revision_as_object())):
        raise Refused(hindrance)


def _forget_approvals_of_others(current: Decision) -> None:
    """Earlier steps that approved another edition are asked again."""
    earlier = Decision.objects.filter(
        workflow_state=current.workflow_state_id, status=TaskState.STATUS_APPROVED
    )
    for decision in earlier.exclude(edition=current.edition):
        decision.status = TaskState.STATUS_CANCELLED
        decision.save(update_fields=["status"])


def workflow_of(page: Page) -> Workflow | None:
    """The workflow through which ``page`` goes: the one that its section was given in the admin,
    or the review that the platform ships with. The one that Wagtail gives to the whole tree is
    not meant for what members submit."""
    sections = page.get_ancestors(inclusive=True).filter(depth__gt=1)
    given = Workflow.objects.filter(active=True, workflow_pages__page__in=sections)
    shipped = Workflow.objects.filter(
        active=True, workflow_tasks__task__editorialreview__isnull=False
    )
    return given.order_by("-workflow_pages__page__depth").first() or shipped.order_by("pk").first()


def pass_over(step: Any, workflow_state: WorkflowState) -> Decision:
    """A step that has nothing to decide."""
    return Decision.objects.create(
        workflow_state=workflow_state,
        revision=workflow_state.content_object.get_latest_revision(),
        task=step,
        status=TaskState.STATUS_SKIPPED,
        finished_at=timezone.now(),
    )


def publish_approved(workflow_state: WorkflowState, user: User | None = None) -> None:
    """What Wagtail does at the end of a workflow: publishes the revision that was approved."""
    revision = workflow_state.content_object.get_latest_revision()
    decisions = Decision.objects.filter(
        workflow_state=workflow_state, status=TaskState.STATUS_APPROVED
    )
    if decisions.exclude(edition=edition_of(revision)).exists():
        raise Changed(_("The record was changed after it was approved. Look at it once more."))
    revision.publish(user=user, skip_permission_checks=True)  # the approvals are the permission


def check_may_go_live(page: Page) -> None:
    """Refuses to let live what a member submitted and nobody approved."""
    if not (page.live and page.pk):
        return
    submission = Submission.objects.filter(page_id=page.pk, published_at=None).first()
    if submission is None or _is_approved(page, submission):
        return
    raise Refused(_("A member submitted this. It is published when it is approved."))


def _is_approved(page: Page, submission: Submission) -> bool:
    revision = Revision.objects.filter(pk=page.live_revision_id).first()
    run = WorkflowState.objects.for_instance(page).order_by("-created_at", "-pk").first()
    if revision is None or run is None or run.status != WorkflowState.STATUS_APPROVED:
        return False
    passed = {TaskState.STATUS_APPROVED, TaskState.STATUS_SKIPPED}
    states = list(run.task_states.filter(status__in=passed).select_related("decision"))
    steps = set(run.workflow.tasks.values_list("pk", flat=True))
    approved = [state for state in states if state.status == TaskState.STATUS_APPROVED]
    edition = edition_of(revision)
    return (
        bool(approved)
        and steps <= {state.task_id for state in states}
        and all(state.revision_id == revision.pk for state in approved)
        and all(
            getattr(state, "decision", None) is None or state.decision.edition == edition
            for state in approved
        )
        and not {state.finished_by_id for state in approved}
        & {submission.submitter_id, revision.user_id, None}
    )


# What follows -------------------------------------------------------------------------

#: What a submission becomes when its workflow is cancelled.
_cancelled: ContextVar[str] = ContextVar("becomes_when_cancelled", default="")


@contextmanager
def cancelled_becomes(state: str) -> Iterator[None]:
    """While it lasts, a submission whose workflow is cancelled comes into ``state``."""
    token = _cancelled.set(state)
    try:
        yield
    finally:
        _cancelled.reset(token)


def _submission_of(page_id: Any) -> Submission | None:
    return Submission.objects.filter(page_id=page_id).select_related("submitter").first()


def _move(submission: Submission, state: str, **fields: Any) -> None:
    """Notes the new state; whoever has the row in hand sees it too."""
    fields = {"state": state, "changed_at": timezone.now(), **fields}
    fields["version"] = submission.version + 1
    Submission.objects.filter(pk=submission.pk).update(**fields)
    for name, value in fields.items():
        setattr(submission, name, value)


def _of_run(workflow_state: WorkflowState) -> Submission | None:
    if workflow_state.base_content_type.model_class() is not Page:
        return None
    return _submission_of(workflow_state.object_id)


def _step_begun(instance: TaskState, user: User | None = None, **kwargs: Any) -> None:
    from . import letters

    submission = _of_run(instance.workflow_state)
    if submission:
        _move(submission, State.IN_REVIEW, task_id=instance.task_id)
        letters.please_decide(submission, instance)


def _changes_requested(instance: WorkflowState, user: User | None = None, **kwargs: Any) -> None:
    from . import letters, submissions

    submission = _of_run(instance)
    if submission is None or _cancelled.get():
        return
    decision = instance.current_task_state
    page = submission.page.get_latest_revision_as_object() if submission.page else None
    data = kinds.of(submission).data_of(page, submission) if page else submission.data
    _move(submission, State.CHANGES_REQUESTED, task=None, decided_at=timezone.now(), data=data)
    submissions.note(submission, "changes_requested", user, decision.comment)
    letters.changes_requested(submission, decision)


def _workflow_cancelled(instance: WorkflowState, user: User | None = None, **kwargs: Any) -> None:
    submission = _of_run(instance)
    if submission is None or submission.state == State.PUBLISHED:
        return
    becomes = _cancelled.get() or State.CHANGES_REQUESTED
    _move(submission, becomes, task=None, decided_at=timezone.now())
    if not _cancelled.get():
        from . import letters, submissions

        submissions.note(submission, "review_ended", user)
        letters.review_ended(submission, instance)


def _published(instance: Page, **kwargs: Any) -> None:
    from . import letters, submissions, withdrawals

    withdrawals.forget(instance)
    submission = _submission_of(instance.pk)
    if submission is None or submission.state == State.PUBLISHED:
        return
    now = timezone.now()
    first = submission.published_at is None
    _move(
        submission,
        State.PUBLISHED,
        task=None,
        title=instance.title[:255],
        published_at=submission.published_at or now,
        decided_at=now,
    )
    submissions.note(submission, "published", None)
    if first:
        letters.published(submission)


def _unpublished(instance: Page, **kwargs: Any) -> None:
    submission = _submission_of(instance.pk)
    if submission and submission.state == State.PUBLISHED:
        _move(submission, State.WITHDRAWN)


def _before_save(instance: Page, **kwargs: Any) -> None:
    check_may_go_live(instance)


def _deleted(instance: Page, **kwargs: Any) -> None:
    submission = _submission_of(instance.pk)
    if submission and submission.state != State.DRAFT:
        _move(submission, State.WITHDRAWN, task=None)


def _leave_mails_to_us(notifier: Any) -> None:
    """Wagtail writes about workflows too, in its own words; about submissions only we do."""
    handles = notifier.can_handle

    def can_handle(instance: Any, **kwargs: Any) -> bool:
        state = instance if isinstance(instance, WorkflowState) else instance.workflow_state
        return bool(handles(instance, **kwargs)) and _of_run(state) is None

    notifier.can_handle = can_handle


def connect() -> None:
    from wagtail.admin import signal_handlers as wagtail_mails

    uid = "repository.review"
    task_submitted.connect(_step_begun, dispatch_uid=uid)
    workflow_rejected.connect(_changes_requested, dispatch_uid=uid)
    workflow_cancelled.connect(_workflow_cancelled, dispatch_uid=uid)
    models = [kind.page_model for kind in kinds.all_kinds()]
    for model in (Page, *models):
        pre_save.connect(_before_save, sender=model, dispatch_uid=uid)
    for model in models:
        page_published.connect(_published, sender=model, dispatch_uid=uid)
        page_unpublished.connect(_unpublished, sender=model, dispatch_uid=uid)
        pre_delete.connect(_deleted, sender=model, dispatch_uid=uid)
    for notifier in (
        wagtail_mails.task_submission_email_notifier,
        wagtail_mails.workflow_submission_email_notifier,
        wagtail_mails.workflow_approval_email_notifier,
        wagtail_mails.workflow_rejection_email_notifier,
    ):
        _leave_mails_to_us(notifier)


# Proof --------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """Submissions whose state is not that of their page; two queries."""
    for submission in Submission.objects.select_related("page"):
        page = submission.page
        if page and page.live and submission.state != State.PUBLISHED:
            yield f"{page.url_path}: live, though its submission is {submission.state}"
        waits = page and (page.live or page.approved_schedule)
        if submission.state == State.PUBLISHED and not waits:
            yield f"submission {submission.key}: published, though its page is not live"
