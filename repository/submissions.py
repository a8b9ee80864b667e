"""What a member does with a submission, and what the editorial team answers.

Each function is one transaction on a locked row. It raises ``Refused``, which says to the person
why not, or ``Changed``, when somebody else was faster. Nothing else changes a submission.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry, Page

from cpmg.users.models import MEMBERS, User
from pages.access import is_staff, may_read

from . import kinds
from .models import PublicationFile, Submission, SubmissionFile
from .review import Changed, Refused, cancelled_becomes, edition_of, workflow_of

State = Submission.State

#: What the log says, by action.
ACTIONS = {
    "started": gettext_lazy("Started"),
    "submitted": gettext_lazy("Submitted for review"),
    "withdrawn": gettext_lazy("Taken back by its submitter"),
    "revised": gettext_lazy("Opened again for changes"),
    "approved": gettext_lazy("Approved"),
    "changes_requested": gettext_lazy("Changes requested"),
    "review_ended": gettext_lazy("Review ended without a decision"),
    "rejected": gettext_lazy("Rejected"),
    "published": gettext_lazy("Published"),
    "withdrawal_asked": gettext_lazy("Withdrawal asked for"),
    "withdrawal_declined": gettext_lazy("Stays published"),
    "publication_withdrawn": gettext_lazy("Publication withdrawn"),
    "deleted": gettext_lazy("Draft deleted"),
}
PREFIX = "submission."
ON_PUBLICATIONS = {
    "publication.withdrawn": gettext_lazy("Withdrawn"),
    "publication.doi_asked": gettext_lazy("DOI asked for"),
    "publication.doi_registered": gettext_lazy("DOI registered"),
    "publication.restored": gettext_lazy("Published again after being withdrawn"),
}


# What happened ------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """Who did what, and when. ``who`` is empty for what the platform did by itself, and for
    people whose account is gone."""

    at: datetime
    who: User | None
    action: str
    label: str
    comment: str


def note(submission: Submission, action: str, user: User | None, comment: str = "") -> None:
    """Enters what happened into Wagtail's log, in the running transaction."""
    data = {"comment": comment} if comment else None
    log(instance=submission, action=PREFIX + action, user=user, data=data)


def log_on(page: Page, action: str, user: User | None, comment: str = "") -> None:
    log(instance=page, action=action, user=user, data={"comment": comment} if comment else None)


def history(submission: Submission) -> list[Event]:
    """From the first to the last event; two queries."""
    entries = ModelLogEntry.objects.for_instance(submission).filter(action__startswith=PREFIX)
    entries = list(entries.order_by("timestamp", "pk"))
    people = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    events = []
    for entry in entries:
        action = entry.action.removeprefix(PREFIX)
        events.append(
            Event(
                at=entry.timestamp,
                who=people.get(entry.user_id),
                action=action,
                label=str(ACTIONS.get(action, action)),
                comment=str((entry.data or {}).get("comment", "")),
            )
        )
    return events


# Whoever submits ----------------------------------------------------------------------


def may_submit(user: Any) -> bool:
    """Members and the editorial team."""
    return bool(user.is_authenticated and user.is_active) and (
        is_staff(user) or user.groups.filter(name=MEMBERS).exists()
    )


@contextmanager
def _own(submission: Submission, user: User) -> Iterator[Submission]:
    """The submission of ``user``, locked; what was looked at sees what became of it."""
    with transaction.atomic():
        locked = Submission.objects.select_for_update().filter(pk=submission.pk).first()
        if locked is None:
            raise Changed(_("This submission was deleted."))
        if not user.is_active or locked.submitter_id != user.pk:
            raise Refused(_("This is somebody else's submission."))
        yield locked
        if Submission.objects.filter(pk=locked.pk).exists():
            submission.refresh_from_db()


def start(
    user: User,
    data: dict[str, Any] | None = None,
    *,
    kind: str = "publication",
    replaces: Page | None = None,
    key: UUID | None = None,
) -> Submission:
    """A new draft; with ``replaces`` the new version of a published record, filled in from it.
    Started twice with one ``key`` it is one draft."""
    if not may_submit(user):
        raise Refused(_("Members submit. Request membership first."))
    if replaces is not None:
        if not may_propose_version(user, replaces):
            raise Refused(_("A new version is proposed by who submitted the publication."))
        data = kinds.of_code(kind).data_of(replaces.specific) | (data or {})
    submission = Submission(
        kind=kind, submitter=user, organisation=user.organisation, replaces=replaces
    )
    submission.key = key or submission.key
    _take(submission, data or {})
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
            note(submission, "started", user)
    except IntegrityError:
        started = Submission.objects.filter(key=submission.key, submitter=user).first()
        if started is None:
            raise Refused(_("This is somebody else's submission.")) from None
        return started
    return submission


def may_propose_version(user: User, page: Page) -> bool:
    """Who submitted a published record, and the editorial team."""
    if not may_submit(user) or not may_read(user, page):
        return False
    return is_staff(user) or Submission.objects.filter(page_id=page.pk, submitter=user).exists()


def _take(submission: Submission, data: dict[str, Any]) -> None:
    submission.data = {**submission.data, **data}
    title = submission.data.get("title", "")
    submission.title = " ".join(str(title).replace("\0", "").split())[:255]
    kind = kinds.of(submission)
    submission.shelf_code = kind.shelf_of(submission.data)[:100]
    submission.type_code = kind.type_of(submission.data)[:100]


def save(submission: Submission, data: dict[str, Any], *, version: int, user: User) -> Submission:
    """Keeps what was typed, valid or not. ``version`` is the one that was looked at."""
    with _own(submission, user) as locked:
        check_open(locked)
        if locked.version != version:
            raise Changed(_("This submission was changed in another window."))
        _take(locked, data)
        locked.version += 1
        locked.save()
    return submission


def check_open(submission: Submission) -> None:
    if not submission.is_open:
        raise Changed(
            _("This submission can't be changed now: %(state)s.")
            % {"state": submission.get_state_display()}
        )


def check_takes_files(submission: Submission) -> None:
    if not kinds.of(submission).has_files:
        raise Refused(_("Only publications have files of their own."))


def attach(
    submission: Submission, document: Any, *, user: User, language: str = "", label: str = ""
) -> SubmissionFile:
    """Adds a file that ``user`` uploaded."""
    with _own(submission, user) as locked:
        check_open(locked)
        check_takes_files(locked)
        if document.uploaded_by_user_id != user.pk:
            raise Refused(_("This is somebody else's file."))
        last = locked.files.aggregate(last=Max("sort_order"))["last"]
        file, _made = SubmissionFile.objects.get_or_create(
            submission=locked,
            document=document,
            defaults={
                "language": language,
                "label": label[:120],
                "sort_order": 0 if last is None else last + 1,
            },
        )
    return file


def describe(submission: Submission, described: dict[int, tuple[str, str]], *, user: User) -> None:
    """Notes language and label of files, by the numbers of their rows."""
    with _own(submission, user) as locked:
        check_open(locked)
        for file in locked.files.filter(pk__in=described):
            language, label = described[file.pk]
            if (file.language, file.label) != (language, label):
                file.language, file.label = language[:100], label[:120]
                file.save()


def detach(submission: Submission, file: SubmissionFile, *, user: User) -> None:
    """Takes a file away, and deletes it where nothing else holds it."""
    with _own(submission, user) as locked:
        check_open(locked)
        document = file.document
        if file.submission_id != locked.pk:
            raise Refused(_("This is somebody else's file."))
        file.delete()
        _discard_file(document)


def problems(submission: Submission) -> dict[str, list[str]]:
    """What still prevents submitting: messages by field, ``files`` among them."""
    return kinds.of(submission).problems(submission)


def submit(submission: Submission, user: User) -> Submission:
    """Makes the draft page, or a new revision of it, and starts its review: all or
    nothing. Submitting twice is submitting once."""
    with _own(submission, user) as locked:
        if locked.state == State.IN_REVIEW:
            return submission
        check_open(locked)
        if not may_submit(user):
            raise Refused(_("Members submit. Request membership first."))
        if problems(locked):
            raise Refused(_("Something is still missing. See below."))
        checked = kinds.of(locked).check(locked.data, user).cleaned
        page = _write_page(locked, checked, user)
        locked.page = page
        locked.organisation = user.organisation
        locked.submitted_at = timezone.now()
        locked.decided_at = None
        locked.version += 1
        locked.save()
        note(locked, "submitted", user)
        _begin_review(page, user)
        from . import letters

        letters.received(locked)
    return submission


def _write_page(submission: Submission, checked: dict[str, Any], user: User) -> Page:
    kind = kinds.of(submission)
    shelf = kind.parent(checked)
    if shelf is None:
        raise Refused(_("This shelf does not exist in the language of the record."))
    page = submission.page
    if page is not None and page.get_parent().pk != shelf.pk:
        if page.locale_id != shelf.locale_id:  # another language: another tree
            submission.page = None
            Submission.objects.filter(pk=submission.pk).update(page=None)
            page.delete()
            page = None
        else:
            page.move(shelf, pos="last-child")
            page = Page.objects.get(pk=page.pk)
    if page is None:
        page = kind.new_page(checked, submission)
        page.owner = user
        # Two who add below one page at the same moment would get one path.
        parent = Page.objects.select_for_update().get(pk=shelf.pk)
        parent.add_child(instance=page)
    else:
        page = page.get_latest_revision_as_object()
        kind.fill(page, checked, submission)
    page.save_revision(user=user, log_action=True)
    return page


def _begin_review(page: Page, user: User) -> None:
    former = page.current_workflow_state
    if former is not None:
        with cancelled_becomes(State.DRAFT):
            former.cancel(user=user)
    workflow = workflow_of(page)
    if workflow is None:
        raise Refused(_("No review is set up for this shelf. Please write to the editors."))
    page = type(page).objects.get(pk=page.pk)
    workflow.start(page, user)


def withdraw(submission: Submission, user: User, reason: str = "") -> Submission:
    """Takes back what is not published. For what is published the editorial team is asked, with
    a reason."""
    from . import letters

    with _own(submission, user) as locked:
        if locked.state == State.PUBLISHED and kinds.of(locked).can_be_withdrawn:
            reason = reason.strip()
            if not reason:
                raise Refused(_("Say why the publication should be withdrawn."))
            note(locked, "withdrawal_asked", user, reason)
            letters.withdrawal_asked(locked, user, reason)
            return submission
        if locked.state not in (State.IN_REVIEW, State.CHANGES_REQUESTED):
            _refuse_state(locked)
        with cancelled_becomes(State.WITHDRAWN):
            workflow_state = locked.page.current_workflow_state if locked.page else None
            if workflow_state:
                workflow_state.cancel(user=user)
        Submission.objects.filter(pk=locked.pk).update(state=State.WITHDRAWN, task=None)
        note(locked, "withdrawn", user, reason.strip())
    return submission


def _refuse_state(submission: Submission) -> None:
    raise Changed(
        _("This can't be done now: %(state)s.") % {"state": submission.get_state_display()}
    )


def revise(submission: Submission, user: User) -> Submission:
    """Opens again what was rejected or taken back, and never published."""
    with _own(submission, user) as locked:
        if locked.state not in (State.REJECTED, State.WITHDRAWN) or locked.published_at:
            _refuse_state(locked)
        if locked.page:
            draft = locked.page.get_latest_revision_as_object()
            locked.data = kinds.of(locked).data_of(draft, locked)
        locked.state = State.DRAFT
        locked.version += 1
        locked.save()
        note(locked, "revised", user)
    return submission


def delete(submission: Submission, user: User) -> None:
    """Deletes a draft that was never submitted, with its files."""
    with _own(submission, user) as locked:
        if locked.state != State.DRAFT or locked.page_id:
            _refuse_state(locked)
        note(locked, "deleted", user)
        _discard(locked)


# Whoever decides ----------------------------------------------------------------------


def edition(submission: Submission) -> str:
    """The fingerprint of what is to be decided about; see ``repository.review``."""
    return edition_of(submission.page.get_latest_revision()) if submission.page else ""


@contextmanager
def _deciding(submission: Submission, user: User) -> Iterator[tuple[Submission, Any]]:
    with transaction.atomic():
        locked = Submission.objects.select_for_update().get(pk=submission.pk)
        state = locked.page.current_workflow_task_state if locked.page else None
        if locked.state != State.IN_REVIEW or state is None:
            raise Changed(_("Somebody else has decided about this already."))
        yield locked, state.specific
    submission.refresh_from_db()


def approve(submission: Submission, user: User, *, edition: str, comment: str = "") -> Submission:
    """Approves the step at which the submission waits; after the last one it is published.
    ``edition`` is the one that was looked at (``edition(submission)``)."""
    from . import letters

    with _deciding(submission, user) as (locked, state):
        note(locked, "approved", user, comment)
        state.task.specific.on_action(state, user, "approve", comment=comment, edition=edition)
        locked.refresh_from_db()
        letters.step_approved(locked, state)
    return submission


def request_changes(
    submission: Submission, user: User, *, edition: str, comment: str
) -> Submission:
    """Gives the submission back to its submitter, with what has to change."""
    _need(comment)
    with _deciding(submission, user) as (_locked, state):
        state.task.specific.on_action(state, user, "reject", comment=comment, edition=edition)
    return submission


def reject(submission: Submission, user: User, *, edition: str, comment: str) -> Submission:
    """Says no, with the reason."""
    from . import letters

    _need(comment)
    with _deciding(submission, user) as (locked, state):
        with cancelled_becomes(State.REJECTED):
            state.task.specific.on_action(state, user, "reject", comment=comment, edition=edition)
            state.workflow_state.refresh_from_db()
            state.workflow_state.cancel(user=user)
        note(locked, "rejected", user, comment)
        letters.rejected(locked, state, comment)
    return submission


def decline_withdrawal(submission: Submission, user: User, answer: str) -> None:
    """Answers a submitter who asked to withdraw what stays published."""
    from . import letters

    _need(answer)
    with transaction.atomic():
        locked = Submission.objects.select_for_update().get(pk=submission.pk)
        if locked.state != State.PUBLISHED:
            _refuse_state(locked)
        if not locked.page or not locked.page.permissions_for_user(user).can_unpublish():
            raise Refused(_("Moderators withdraw publications."))
        note(locked, "withdrawal_declined", user, answer)
        letters.withdrawal_declined(locked, answer)


def _need(comment: str) -> None:
    if not comment.strip():
        raise Refused(_("Write to the submitter why."))


# Whoever leaves -----------------------------------------------------------------------


def own_data(user: User) -> list[dict[str, Any]]:
    """What is kept about the submissions of ``user``, for the export of one's own data."""
    found = Submission.objects.filter(submitter=user).prefetch_related("files__document")
    return [
        {
            "key": str(one.key),
            "kind": one.kind,
            "state": one.state,
            "record": one.data,
            "files": [file.document.title for file in one.files.all()],
            "created_at": one.created_at,
            "submitted_at": one.submitted_at,
            "decided_at": one.decided_at,
        }
        for one in found
    ]


def leave(instance: User, **kwargs: Any) -> None:
    """Before an account is deleted: drafts that nobody has seen go with it. What was submitted
    stays, under the name of the organisation."""
    for draft in Submission.objects.filter(submitter=instance, state=State.DRAFT, page=None):
        _discard(draft)


def _discard(submission: Submission) -> None:
    files = [file.document for file in submission.files.select_related("document")]
    submission.delete()
    for document in files:
        _discard_file(document)


def _discard_file(document: Any) -> None:
    """Deletes a document that nothing holds."""
    held = PublicationFile.objects.filter(document=document).exists()
    if not held and not SubmissionFile.objects.filter(document=document).exists():
        document.delete()
