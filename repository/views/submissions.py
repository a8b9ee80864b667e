"""A member's submissions: the list, one of them, and what its submitter does with it as a whole.

Another person's submission does not exist here (404), except to those who decide about it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pages.access import is_staff

from .. import kinds, submissions
from ..filters import SubmissionFilter
from ..forms import StartForm, WithdrawForm
from ..models import PublicationPage, Submission
from ..submissions import Changed, Event, Refused, may_submit

State = Submission.State
View = Callable[..., HttpResponse]

ON_A_PAGE = 20
#: What a state means for the submitter.
MEANING = {
    State.DRAFT: gettext_lazy("Only you can see it. Submit it when it is complete."),
    State.IN_REVIEW: gettext_lazy(
        "The editorial team reviews it. We write to you when it is decided."
    ),
    State.CHANGES_REQUESTED: gettext_lazy(
        "The editorial team asks for changes. Make them and submit it again."
    ),
    State.REJECTED: gettext_lazy("The editorial team decided not to publish it."),
    State.PUBLISHED: gettext_lazy("It is published."),
    State.WITHDRAWN: gettext_lazy("It was taken back."),
}
#: Events that carry words of the editorial team to the submitter.
ANSWERS = {"changes_requested", "rejected", "review_ended", "publication_withdrawn"}


def for_submitters(view: View) -> View:
    """Who is not signed in is led there; whoever may not submit is told so (403)."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_submit(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def own(request: HttpRequest, key: UUID, kind: str = "") -> Submission:
    """The person's own submission; of this ``kind``, where the address is for one only."""
    mine = Submission.objects.filter(submitter_id=request.user.pk)
    if kind:
        mine = mine.filter(kind=kind)
    return get_object_or_404(mine.select_related("page", "replaces"), key=key)


@for_submitters
@require_safe
def own_list(request: HttpRequest) -> HttpResponse:
    list_filter = SubmissionFilter(request.GET)
    rows = Submission.objects.filter(submitter_id=request.user.pk).select_related("page__locale")
    rows = list_filter.narrow(rows)
    results = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"results": results, "filter": list_filter}
    return render(request, "repository/submissions/list.html", context)


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What submitting is; then a new draft. Sent twice, the form makes one draft."""
    form = StartForm(request.POST or request.GET or None)
    replaces = _published(request, form)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        try:
            submission = submissions.start(request.user, replaces=replaces, key=key)  # type: ignore[arg-type]
        except Refused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return redirect(submission.form_address)
    if replaces is not None and not submissions.may_propose_version(request.user, replaces):  # type: ignore[arg-type]
        raise PermissionDenied
    context = {"start": StartForm(), "replaces": replaces}
    return render(request, "repository/submissions/new.html", context)


def _published(request: HttpRequest, form: StartForm) -> PublicationPage | None:
    """The publication of which a new version is proposed, among those that the person may read."""
    form.full_clean()
    pk = form.cleaned_data.get("replaces") if form.is_bound else None
    if pk is None:
        return None
    readable = PublicationPage.objects.readable_by(request.user).select_related("locale")
    return get_object_or_404(readable, pk=pk)


@login_required
@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).select_related(
        "page__locale", "submitter"
    )
    submission = get_object_or_404(visible, key=key)
    events = submissions.history(submission)
    is_own = submission.submitter_id == request.user.pk
    if is_own and not may_submit(request.user):
        raise PermissionDenied
    kind = kinds.of(submission)
    context = {
        "submission": submission,
        "kind": kind,
        "is_own": is_own,
        "meaning": MEANING[State(submission.state)],
        "answer": answer(submission, events),
        "events": [(event, _who(event, submission, request.user)) for event in reversed(events)],
        "files": submission.files.select_related("document"),
        "may_revise": is_own
        and submission.state in (State.REJECTED, State.WITHDRAWN)
        and not submission.published_at,
        "may_delete": is_own and submission.state == State.DRAFT and not submission.page_id,
        "may_withdraw": is_own
        and (
            submission.state in (State.IN_REVIEW, State.CHANGES_REQUESTED)
            or (submission.state == State.PUBLISHED and kind.can_be_withdrawn)
        ),
    }
    return render(request, "repository/submissions/one.html", context)


def answer(submission: Submission, events: list[Event]) -> str:
    """The last words of the editorial team, while they wait for the submitter's answer."""
    if submission.state not in (State.CHANGES_REQUESTED, State.REJECTED, State.DRAFT):
        return ""
    words = [event.comment for event in events if event.action in ANSWERS and event.comment]
    return words[-1] if words else ""


def _who(event: Event, submission: Submission, reader: Any) -> str:
    """People of the editorial team are named to each other; to others they are the team."""
    if event.who is None:
        return _("The platform") if event.action == "published" else _("A closed account")
    if event.who.pk == reader.pk:
        return _("You")
    if event.who.pk == submission.submitter_id or is_staff(reader):
        return str(event.who)
    return _("Editorial team")


# What its submitter does with it -------------------------------------------------------


@for_submitters
@require_POST
def submit(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = own(request, key)
    try:
        submissions.submit(submission, request.user)  # type: ignore[arg-type]
    except Changed as change:
        messages.warning(request, str(change))
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(submission.check_address)
    else:
        messages.success(request, str(kinds.of(submission).received))
    return redirect("submission", key=key)


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Takes back what waits; for what is published the editorial team is asked."""
    submission = own(request, key)
    is_published = submission.state == State.PUBLISHED
    form = WithdrawForm(request.POST or None, needs_reason=is_published)
    if request.method == "POST" and form.is_valid():
        done = (
            _("The editorial team was asked to withdraw the publication.")
            if is_published
            else _("The submission was taken back.")
        )
        reason = form.cleaned_data["reason"]
        return _do(request, key, done, submissions.withdraw, submission, reason)
    context = {"submission": submission, "form": form, "is_published": is_published}
    return render(request, "repository/submissions/withdraw.html", context)


@for_submitters
@require_POST
def revise(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = own(request, key)
    return _do(request, key, _("You can change it now."), submissions.revise, submission)


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = own(request, key)
    if request.method == "POST":
        try:
            submissions.delete(submission, request.user)  # type: ignore[arg-type]
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("submission", key=key)
        messages.success(request, _("The draft was deleted."))
        return redirect("submissions")
    return render(request, "repository/submissions/delete.html", {"submission": submission})


def _do(
    request: HttpRequest,
    key: UUID,
    done: str,
    action: Callable[..., Any],
    submission: Submission,
    *args: Any,
) -> HttpResponse:
    """Does it and says so, or says why not; then shows the submission as it is."""
    try:
        action(submission, request.user, *args)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("submission", key=key)
