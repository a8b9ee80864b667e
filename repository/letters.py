"""The letters about submissions, each in its recipient's language, through the queue of
``cpmg.mail``: written in the transaction of what they tell, once for each event."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import TaskState, WorkflowState

from cpmg import mail
from cpmg.mail import Letter
from cpmg.users.models import User
from pages.access import STAFF

from .models import Submission

Words = Callable[[], str]


def still_concerns(user: User, key: str) -> bool:
    """Asked just before sending: may this person still look at the submission?"""
    return Submission.objects.visible_to(user).filter(key=key).exists()


def _send(
    submission: Submission, to: User, event: str, letter: Callable[[], Letter], category: str
) -> None:
    mail.queue(
        letter,
        to,
        event=f"submission:{submission.key}:{event}",
        category=category,
        about=("repository.may_see_submission", str(submission.key)),
        thread=f"submission:{submission.key}",
    )


def _to_submitter(
    submission: Submission,
    event: str,
    subject: Words,
    says: Words,
    reason: str = "",
    then: Words | None = None,
) -> None:
    """``subject`` and ``says`` name the title; ``reason`` is what a person wrote."""
    if submission.submitter is None:
        return
    title = {"title": str(submission)}

    def letter() -> Letter:
        lines = [says() % title, reason, then() if then else ""]
        action = (_("Open the submission"), _absolute("submission", submission))
        return Letter(subject() % title, [line for line in lines if line], action)

    _send(submission, submission.submitter, event, letter, "submissions")


def _to_team(
    submission: Submission,
    people: QuerySet[User],
    event: str,
    subject: Words,
    says: Words,
    then: Words,
) -> None:
    title = {"title": str(submission)}
    for person in people:
        _send(
            submission,
            person,
            event,
            lambda: Letter(
                subject() % title,
                [says() % title, then()],
                (_("Open the desk"), _absolute("desk_submission", submission)),
            ),
            "tasks",
        )


def _absolute(name: str, submission: Submission) -> str:
    path = reverse(name, kwargs={"key": submission.key})
    return f"{settings.WAGTAILADMIN_BASE_URL}{path}"


# To who submitted ---------------------------------------------------------------------


def received(submission: Submission) -> None:
    _to_submitter(
        submission,
        f"received:{submission.version}",
        lambda: _("We have received “%(title)s”"),
        lambda: _("Your submission “%(title)s” is in review. We write to you when it is decided."),
    )


def step_approved(submission: Submission, state: TaskState) -> None:
    """Tells of a step on the way; the last one is told by ``published``."""
    if submission.state == Submission.State.IN_REVIEW:
        _to_submitter(
            submission,
            f"approved:{state.pk}",
            lambda: _("“%(title)s” has passed the first review"),
            lambda: _("The first reviewers have approved “%(title)s”. The next step has begun."),
        )


def changes_requested(submission: Submission, state: TaskState) -> None:
    _to_submitter(
        submission,
        f"changes:{state.pk}",
        lambda: _("Please change something in “%(title)s”"),
        lambda: _(
            "Before we can publish “%(title)s”, something has to change. The reviewers write:"
        ),
        state.comment,
        lambda: _("You can change your submission and submit it again."),
    )


def rejected(submission: Submission, state: TaskState, reason: str) -> None:
    _to_submitter(
        submission,
        f"rejected:{state.pk}",
        lambda: _("“%(title)s” was not accepted"),
        lambda: _("We do not publish “%(title)s”. The reviewers write:"),
        reason,
    )


def review_ended(submission: Submission, workflow_state: WorkflowState) -> None:
    _to_submitter(
        submission,
        f"ended:{workflow_state.pk}",
        lambda: _("The review of “%(title)s” has ended"),
        lambda: _("The review of “%(title)s” ended without a decision. You can submit it again."),
    )


def published(submission: Submission) -> None:
    _to_submitter(
        submission,
        "published",
        lambda: _("“%(title)s” is published"),
        lambda: _("Thank you: “%(title)s” was approved and is published."),
    )


def publication_withdrawn(submission: Submission, reason: str) -> None:
    _to_submitter(
        submission,
        f"publication-withdrawn:{submission.version}",
        lambda: _("“%(title)s” was withdrawn"),
        lambda: _("The publication “%(title)s” was withdrawn. Its page says why:"),
        reason,
    )


def withdrawal_declined(submission: Submission, answer: str) -> None:
    _to_submitter(
        submission,
        f"withdrawal-declined:{timezone.now().isoformat()}",
        lambda: _("“%(title)s” stays published"),
        lambda: _("You asked to withdraw “%(title)s”. It stays published. The editors write:"),
        answer,
    )


# To who decides -----------------------------------------------------------------------


def please_decide(submission: Submission, state: TaskState) -> None:
    """To all who may decide at this step, except who submitted it."""
    from .review import deciders

    people = deciders(state.task, state.workflow_state.content_object)
    _to_team(
        submission,
        people.exclude(submissions=submission),
        f"decide:{state.pk}",
        lambda: _("“%(title)s” waits for your decision"),
        lambda: _("A member submitted “%(title)s”. It waits for your decision."),
        lambda: _("Where several people may decide, one is enough."),
    )


def withdrawal_asked(submission: Submission, user: User, reason: str) -> None:
    people = User.objects.filter(is_active=True, groups__name__in=STAFF).distinct()
    _to_team(
        submission,
        people.exclude(pk=user.pk),
        f"withdrawal-asked:{timezone.now():%Y-%m-%d}",
        lambda: _("Should “%(title)s” be withdrawn?"),
        lambda: _("Its submitter asks to withdraw the publication “%(title)s”, because:"),
        lambda: reason,
    )
