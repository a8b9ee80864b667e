"""What members submit, the steps of its review, and what was withdrawn.

What is not submitted yet is ``data`` as it was typed. Submitting makes a draft publication, which
goes through Wagtail's workflow; from then on ``state`` follows it (``repository.review``).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model_string
from wagtail.models import AbstractGroupApprovalTask, Page, Task, TaskState

from networks.membership import networks_in_focus_of
from pages.access import is_staff

from .shelves import shelf_of_network

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User

    from ..kinds import Kind


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User | AnonymousUser | None) -> SubmissionQuerySet:
        """Those that ``user`` may look at: one's own, and those that one decides about."""
        if user is None or not user.is_authenticated or not user.is_active:
            return self.none()
        own = Q(submitter=user)
        if user.is_superuser or is_staff(user):
            return self.filter(own | ~Q(state=Submission.State.DRAFT))
        from ..review import waiting_for

        shelves = [shelf_of_network(code) for code in networks_in_focus_of(user)]
        theirs = Q(shelf_code__in=shelves) & ~Q(state=Submission.State.DRAFT)
        # Whoever was given a step of the review in the admin.
        return self.filter(own | theirs | Q(pk__in=waiting_for(user).order_by().values("pk")))


class Submission(models.Model):
    """A publication, an event or a dataset that a member submits (``repository.kinds``)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in-review", _("In review")
        CHANGES_REQUESTED = "changes-requested", _("Changes requested")
        REJECTED = "rejected", _("Rejected")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    #: The states in which its submitter may change it.
    OPEN = (State.DRAFT, State.CHANGES_REQUESTED)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, default="publication", db_index=True)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="submissions",
    )
    organisation = models.CharField(
        _("organisation"),
        max_length=200,
        blank=True,
        help_text=_("Of the person, when the publication was submitted. It stays with the record."),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=State, default=State.DRAFT, db_index=True
    )
    title = models.CharField(_("title"), max_length=255, blank=True)
    shelf_code = models.CharField(_("shelf"), max_length=100, blank=True, db_index=True)
    type_code = models.CharField(_("type"), max_length=100, blank=True, db_index=True)
    data = models.JSONField(_("record"), default=dict, blank=True)
    #: Grows with each change; whoever saves says which version was looked at.
    version = models.PositiveIntegerField(default=1)
    page = models.OneToOneField(
        Page,
        verbose_name=_("page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="submission",
    )
    replaces = models.ForeignKey(
        Page,
        verbose_name=_("new version of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="submitted_versions",
    )
    #: The step of the workflow at which it waits.
    task = models.ForeignKey(
        Task, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("started on"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed on"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
    #: When it was published for the first time; from then on editors maintain the record.
    published_at = models.DateTimeField(_("published on"), null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    page.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]
    replaces.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(fields=["submitter", "-changed_at"], name="submissions_of_a_person"),
            models.Index(fields=["state", "submitted_at"], name="submissions_by_state"),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Untitled"))

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def form_address(self) -> str:
        """Where its submitter fills it in."""
        return reverse(self._kind.first_step, kwargs={"key": self.key})

    @property
    def check_address(self) -> str:
        """Where its submitter sees what is still to do, and submits it."""
        return reverse(self._kind.last_step, kwargs={"key": self.key})

    @property
    def _kind(self) -> Kind:
        from ..kinds import of

        return of(self)


class SubmissionFile(models.Model):
    """A file of a submission, in one language."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey(
        get_document_model_string(),
        verbose_name=_("file"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    language = models.CharField(_("language of the file"), max_length=100, blank=True)
    label = models.CharField(_("label"), max_length=120, blank=True)
    sort_order = models.PositiveIntegerField(default=0)

    document.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]

    class Meta:
        verbose_name = _("file of a submission")
        verbose_name_plural = _("files of a submission")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "document"], name="a_file_once_in_a_submission"
            )
        ]

    def __str__(self) -> str:
        return self.label or self.document.title


# The steps of the review --------------------------------------------------------------


class Decision(TaskState):
    """A step of a review, and what exactly was decided about: ``edition`` is the fingerprint of
    the text that the approval was given for."""

    edition = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")


class ReviewStep:
    """What the steps of ours share: nobody decides about their own work, two who decide at once
    make one decision, and an approval is for the text that was looked at."""

    task_state_class = Decision

    def may_act(self, page: Page, user: User) -> bool:
        raise NotImplementedError

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, Any, bool]]:
        from ..review import is_own_work

        if not self.may_act(obj, user):
            return []
        actions = [("reject", _("Request changes"), True)]
        if not is_own_work(obj, user):
            actions += [
                ("approve", _("Approve"), False),
                ("approve", _("Approve with comment"), True),
            ]
        return actions

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        from ..review import act

        act(self, task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> Any:
        """None for Wagtail's list on the first page of the admin, which shows all with some
        queries for each: the desk and its panel list them."""
        return TaskState.objects.none()

    def user_can_lock(self, obj: Page, user: User) -> bool:
        return False

    def user_can_unlock(self, obj: Page, user: User) -> bool:
        return False


class EditorialReview(ReviewStep, AbstractGroupApprovalTask):
    """The editors look at a record: complete, correct, on the right shelf."""

    def may_act(self, page: Page, user: User) -> bool:
        return bool(user.is_active and (user.is_superuser or self._user_in_groups(user)))

    @classmethod
    def get_description(cls) -> Any:
        return _("Members of the chosen groups review; nobody approves their own work.")

    class Meta:
        verbose_name = _("editorial review")
        verbose_name_plural = _("editorial reviews")


class FocalPointApproval(ReviewStep, Task):
    """A focal point of the network lets a publication into the network's library. It is passed
    over for all other shelves; where a network has no focal point, moderators decide."""

    def start(self, workflow_state: Any, user: User | None = None) -> TaskState:
        from ..review import network_of, pass_over

        if network_of(workflow_state.content_object) is None:
            return pass_over(self, workflow_state)
        return super().start(workflow_state, user=user)

    def may_act(self, page: Page, user: User) -> bool:
        from ..review import focal_points_for, network_of

        if not user.is_active:
            return False
        network = network_of(page)
        return network is not None and (
            user.is_superuser or focal_points_for(network).filter(pk=user.pk).exists()
        )

    def locked_for_user(self, obj: Page, user: User) -> bool:
        return not (user.is_superuser or is_staff(user))

    @classmethod
    def get_description(cls) -> Any:
        return _("A focal point of the network approves what goes to the network's library.")

    class Meta:
        verbose_name = _("approval by a focal point")
        verbose_name_plural = _("approvals by focal points")


# Withdrawn ----------------------------------------------------------------------------


class Withdrawal(models.Model):
    """A publication that was taken back. Its address says so, with the reason (410), to those who
    could read it."""

    translation_key = models.UUIDField(unique=True, editable=False)
    reason = models.TextField(_("reason"), max_length=2000)
    withdrawn_at = models.DateTimeField(_("withdrawn on"), auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return self.reason
