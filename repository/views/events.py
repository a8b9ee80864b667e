"""Proposing an event: one form, which keeps what was typed, valid or not; then the check."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from .. import submissions
from ..event_form import EventForm
from ..forms import StartForm
from ..kinds.events import EventKind
from ..models import Submission
from ..submissions import Changed, Refused
from .steps import WHILE_TYPING, Fault, StepLink, checked
from .submissions import answer, for_submitters, own

STEPS = {
    "event": gettext_lazy("Event"),
    "check": gettext_lazy("Check and submit"),
}
FORM = "submission_event"
CHECK = "submission_event_check"


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What proposing is; then a new draft. Sent twice, the form makes one draft."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            submission = submissions.start(
                request.user,  # type: ignore[arg-type]
                kind=EventKind.code,
                key=form.cleaned_data["key"],
            )
        except Refused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return redirect(submission.form_address)
    return render(request, "repository/submissions/new_event.html", {"start": StartForm()})


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = own(request, key, EventKind.code)
    if request.method == "POST":
        return _keep(request, submission)
    if not submission.is_open:
        return redirect("submission", key=key)
    return _show(request, submission, EventForm(submission.data, complete="missing" in request.GET))


def _show(
    request: HttpRequest, submission: Submission, form: EventForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "submission": submission,
        "heading": STEPS["event"],
        "steps": _links(submission, "event"),
        "form": form,
        "faults": [
            Fault(_labelled(form, name, str(text)), f"#{_anchor(form, name)}")
            for name, texts in form.errors.items()
            for text in texts
        ],
        "seen": str(submission.version),
        "answer": answer(submission, submissions.history(submission)),
        **more,
    }
    return render(request, "repository/submissions/event.html", context, status=status)


def _labelled(form: EventForm, name: str, text: str) -> str:
    """A message with the name of its field, unless it asks for the field itself."""
    if text in map(str, form.needed.values()):
        return text
    return _("%(label)s: %(value)s") % {"label": form.fields[name].label, "value": text}


def _anchor(form: EventForm, name: str) -> str:
    return f"id_{name}_0" if form.fields[name].widget.use_fieldset else f"id_{name}"


def _links(submission: Submission, current: str) -> list[StepLink]:
    problems = sum(map(len, submissions.problems(submission).values()))
    addresses = {"event": FORM, "check": CHECK}
    return [
        StepLink(
            step,
            str(label),
            reverse(addresses[step], kwargs={"key": submission.key}),
            step == current,
            problems if step == "event" else 0,
            False,
        )
        for step, label in STEPS.items()
    ]


def _keep(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Keeps what was typed, and goes where the button leads. What was changed in another window
    meanwhile is not written over before the person has seen both."""
    form = EventForm(request.POST)
    typed = form.typed()
    given = request.POST.get("seen", "")
    seen = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    kept = {name: submission.data.get(name) or "" for name in typed}
    if not submission.is_open or kept != {name: value or "" for name, value in typed.items()}:
        try:
            submissions.save(submission, typed, version=seen, user=request.user)  # type: ignore[arg-type]
        except Changed as change:
            return _conflict(request, submission, form, typed, str(change))
    if request.headers.get(WHILE_TYPING):
        message = _("Saved at %(time)s") % {"time": timezone.localtime().strftime("%H:%M")}
        return JsonResponse({"message": message, "seen": str(submission.version)})
    wanted = request.POST.get("go", "")
    if wanted == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("submission", key=submission.key)
    if wanted == "check":
        return redirect(CHECK, key=submission.key)
    if wanted == "next":
        if EventForm(submission.data, complete=True).is_valid():
            return redirect(CHECK, key=submission.key)
        here = reverse(FORM, kwargs={"key": submission.key})
        return redirect(f"{here}?missing=1#faults")
    messages.success(request, _("Saved."))
    return redirect(FORM, key=submission.key)


def _conflict(
    request: HttpRequest, submission: Submission, form: EventForm, typed: dict[str, Any], why: str
) -> HttpResponse:
    """Shows both texts; nothing is lost until the person has chosen."""
    submission.refresh_from_db()
    if request.headers.get(WHILE_TYPING):
        return JsonResponse({"message": why, "conflict": True}, status=409)
    differing = [
        (form.fields[name].label, _shown(submission.data.get(name)), _shown(value))
        for name, value in typed.items()
        if (value or "") != (submission.data.get(name) or "")
    ]
    more = {"conflict": why, "differing": differing}
    if not submission.is_open:
        context = {"submission": submission, "heading": STEPS["event"], **more}
        return render(request, "repository/submissions/closed.html", context, status=409)
    return _show(request, submission, form, status=409, **more)


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


@for_submitters
@require_safe
def check(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last step: what is missing, and the event as it will look."""
    submission = own(request, key, EventKind.code)
    if not submission.is_open:
        return redirect("submission", key=key)
    form = EventForm(submission.data, complete=True)
    form.full_clean()
    here = reverse(FORM, kwargs={"key": submission.key})
    faults = [
        Fault(_labelled(form, name, str(text)), f"{here}?missing=1#{_anchor(form, name)}")
        for name, texts in form.errors.items()
        for text in texts
    ]
    return checked(request, submission, _links(submission, "check"), faults)
