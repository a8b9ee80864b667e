"""The form in which a submission is filled in, step by step.

Steps are visited in any order, and every way out of one keeps what was typed, valid or not:
buttons of the form, without a script, and what a script sends while somebody types. ``seen`` says
which text of the step was on the screen: what was changed in another window meanwhile is never
written over.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from .. import kinds, submissions
from ..forms import FORMS, NAMES, ROW, StepForm, shown, step_of
from ..kinds.publications import PublicationKind
from ..models import Contributor, Submission
from ..submissions import Changed, Refused, may_submit
from . import files_step
from .submissions import answer, for_submitters, own

#: The steps in their order; the last one is no form.
STEPS = {
    "files": gettext_lazy("Files"),
    "publication": gettext_lazy("Publication"),
    "subjects": gettext_lazy("Subjects"),
    "readers": gettext_lazy("Readers and licence"),
    "check": gettext_lazy("Check and submit"),
}
#: What a script sends with a form that it saves while somebody types.
WHILE_TYPING = "X-While-Typing"


@dataclass(frozen=True)
class StepLink:
    """A step in the list of steps, how much of it is still to do, and whether it is empty."""

    code: str
    label: str
    url: str
    current: bool
    to_do: int
    empty: bool


@dataclass(frozen=True)
class Fault:
    """Something wrong or missing, and where it is put right."""

    message: str
    url: str


# Where things are ---------------------------------------------------------------------


def address(submission: Submission, step: str) -> str:
    return reverse(f"submission_{step}", kwargs={"key": submission.key})


def anchor(name: str, row: int = 0) -> str:
    """The id of the control, or of the first control, of a field."""
    if name == "files":
        return "id_upload"
    if name == "contributors":
        return f"id_contributors-{row}-family_name"
    grouped = name in NAMES and FORMS[step_of(name)].base_fields[name].widget.use_fieldset
    return f"id_{name}_0" if grouped else f"id_{name}"


def links(submission: Submission, current: str, problems: dict[str, list[str]]) -> list[StepLink]:
    to_do = dict.fromkeys(STEPS, 0)
    for name, found in problems.items():
        to_do[step_of(name)] += len(found)
    return [
        StepLink(
            step,
            str(label),
            address(submission, step),
            step == current,
            to_do[step],
            # Without a problem, the first step has files.
            step in ("publication", "subjects", "readers")
            and not to_do[step]
            and not any(_kept(submission, step).values()),
        )
        for step, label in STEPS.items()
    ]


def _labelled(name: str, text: str) -> str:
    """A message with the name of its field, unless it asks for the field itself."""
    form = FORMS[step_of(name)]
    label = form.base_fields[name].label if name in form.base_fields else None
    if label is None or text in map(str, form.needed.values()):
        return text
    return _("%(label)s: %(value)s") % {"label": label, "value": text}


def faults_of(form: StepForm) -> list[Fault]:
    """What is wrong on this page."""
    found = []
    for name, errors in form.errors.as_data().items():
        for error in errors:
            row = (error.params or {}).get("number", 1) - 1
            found += [
                Fault(_labelled(name, text), f"#{anchor(name, row)}") for text in error.messages
            ]
    return found


def faults(submission: Submission, problems: dict[str, list[str]]) -> list[Fault]:
    """What still prevents submitting, wherever it is."""
    order = [
        *FORMS["files"].base_fields,
        "files",
        *(n for f in FORMS.values() for n in f.base_fields),
    ]
    names = sorted(problems, key=lambda name: order.index(name) if name in order else len(order))
    return [
        Fault(
            _labelled(name, text), f"{address(submission, step_of(name))}?missing=1#{anchor(name)}"
        )
        for name in names
        for text in problems[name]
    ]


# A step -------------------------------------------------------------------------------


def seen(submission: Submission, step: str) -> str:
    """A fingerprint of what is kept of a step."""
    return hashlib.sha256(json.dumps(_kept(submission, step)).encode()).hexdigest()[:16]


def _kept(submission: Submission, step: str) -> dict[str, Any]:
    return {name: submission.data.get(name) or "" for name in FORMS[step].base_fields}


def _step(request: HttpRequest, key: UUID, step: str) -> HttpResponse:
    submission = own(request, key, PublicationKind.code)
    if request.method == "POST":
        return _keep(request, submission, step)
    if not submission.is_open:
        return redirect("submission", key=key)
    form = FORMS[step](submission.data, user=request.user, complete="missing" in request.GET)
    return _show(request, submission, step, form)


def _show(
    request: HttpRequest,
    submission: Submission,
    step: str,
    form: StepForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    problems = submissions.problems(submission)
    wrong: dict[str, list[str]] = more.get("wrong", {})
    missing = problems.get("files", []) if "missing" in request.GET and step == "files" else []
    context = {
        "submission": submission,
        "step": step,
        "heading": STEPS[step],
        "number": list(STEPS).index(step) + 1,
        "steps": links(submission, step, problems),
        "form": form,
        "faults": [
            *(Fault(text, f"#id_{name}") for name, texts in wrong.items() for text in texts),
            *(Fault(text, "#id_upload") for text in missing),
            *faults_of(form),
        ],
        "missing": missing,
        "seen": seen(submission, step),
        "answer": answer(submission, submissions.history(submission)),
        **_beside(submission, step, form),
        **more,
    }
    template = f"repository/submissions/{step}.html"
    return render(request, template, context, status=status)


def _beside(submission: Submission, step: str, form: StepForm) -> dict[str, Any]:
    """What some steps show beside plain fields."""
    if step == "files":
        return files_step.context(submission)
    if step == "publication":
        rows = form["contributors"].value() or [{}]
        return {"rows": rows, "roles": Contributor.Role.choices}
    return {}


def _keep(request: HttpRequest, submission: Submission, step: str) -> HttpResponse:
    form = FORMS[step](request.POST, user=request.user)
    typed = form.typed()
    fragment = ""
    if wish := request.POST.get("row"):
        fragment = _rearrange(typed["contributors"], wish)
    try:
        _save(request, submission, step, typed)
    except Changed as change:
        return _conflict(request, submission, step, form, typed, change)
    wrong: dict[str, list[str]] = {}
    is_saved_only = bool(request.headers.get(WHILE_TYPING))
    if step == "files":
        try:
            files_step.keep(request, submission)
            wrong = {} if is_saved_only else files_step.handle(request, submission)
        except Refused as refusal:
            return _conflict(request, submission, step, form, typed, refusal)
    if is_saved_only:
        message = _("Saved at %(time)s") % {"time": timezone.localtime().strftime("%H:%M")}
        return JsonResponse({"message": message, "seen": seen(submission, step)})
    if wrong:
        return _show(request, submission, step, form, status=422, wrong=wrong)
    if fragment:
        return redirect(address(submission, step) + fragment)
    return _go(request, submission, step)


def _save(request: HttpRequest, submission: Submission, step: str, typed: dict[str, Any]) -> None:
    """Writes over what the person saw, and nothing else."""
    while True:
        kept = _kept(submission, step)
        if submission.is_open and kept == {name: value or "" for name, value in typed.items()}:
            return
        was_seen = request.POST.get("seen") == seen(submission, step)
        if submission.is_open and not was_seen:
            raise Changed(_("This submission was changed in another window."))
        version = submission.version
        try:
            submissions.save(submission, typed, version=version, user=request.user)  # type: ignore[arg-type]
            return
        except Changed:
            # Another step may have been saved in the same moment; that is no conflict.
            submission.refresh_from_db()
            if submission.version == version or not submission.is_open:
                raise


def _conflict(
    request: HttpRequest,
    submission: Submission,
    step: str,
    form: StepForm,
    typed: dict[str, Any],
    change: Refused,
) -> HttpResponse:
    """Shows both texts; nothing is lost until the person has chosen."""
    if request.headers.get(WHILE_TYPING):
        return JsonResponse({"message": str(change), "conflict": True}, status=409)
    kept = _kept(submission, step)
    differing = [
        (form.fields[name].label, shown(form, name, kept[name]), shown(form, name, value))
        for name, value in typed.items()
        if (value or "") != kept[name]
    ]
    more = {"conflict": str(change), "differing": differing}
    if not submission.is_open:
        context = {"submission": submission, "heading": STEPS[step], **more}
        return render(request, "repository/submissions/closed.html", context, status=409)
    return _show(request, submission, step, form, status=409, **more)


def _rearrange(rows: list[dict[str, str]], wish: str) -> str:
    """Adds, removes or moves a row, as a button asked; returns where to look then."""
    what, _dash, number = wish.partition("-")
    here = int(number) if number.isascii() and number.isdigit() else -1
    if what == "add":
        rows.append(dict.fromkeys(ROW, "") | {"role": Contributor.Role.AUTHOR.value})
        here = len(rows) - 1
    elif not 0 <= here < len(rows):
        return "#contributors"
    elif what == "remove":
        del rows[here]
        here = max(0, min(here, len(rows) - 1))
    elif what in ("up", "down"):
        there = here + (1 if what == "down" else -1)
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            here = there
    return f"#{anchor('contributors', here)}"


def _go(request: HttpRequest, submission: Submission, step: str) -> HttpResponse:
    """To where the button leads; a step with errors is shown again instead of the next one."""
    wanted = request.POST.get("go", "")
    if wanted == "next":
        form = FORMS[step](submission.data, user=request.user)
        if not form.is_valid():
            return redirect(address(submission, step) + "#faults")
        order = list(STEPS)
        wanted = order[order.index(step) + 1]
    if wanted in STEPS:
        return redirect(address(submission, wanted))
    if wanted == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("submission", key=submission.key)
    if not (request.POST.get("fill") or request.POST.get("reference")):
        messages.success(request, _("Saved."))
    return redirect(address(submission, step))


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, "files")


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, "publication")


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def subjects(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, "subjects")


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def readers(request: HttpRequest, key: UUID) -> HttpResponse:
    return _step(request, key, "readers")


# As it will look ----------------------------------------------------------------------


def as_page(submission: Submission) -> Page:
    """What will be published, as it will look: from what is typed, or from what was submitted."""
    if submission.page and not submission.is_open:
        return submission.page.get_latest_revision_as_object()
    return kinds.of(submission).as_page(submission)


@for_submitters
@require_safe
def check_step(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = own(request, key, PublicationKind.code)
    if not submission.is_open:
        return redirect("submission", key=key)
    problems = submissions.problems(submission)
    steps = links(submission, "check", problems)
    return checked(request, submission, steps, faults(submission, problems))


def checked(
    request: HttpRequest, submission: Submission, steps: list[StepLink], faults: list[Fault]
) -> HttpResponse:
    """The last step: what is missing, and below it what is submitted as it will look."""
    missing = ngettext(
        "%(count)d thing is still to do before you can submit:",
        "%(count)d things are still to do before you can submit:",
        len(faults),
    ) % {"count": len(faults)}
    context = {
        **_as_it_will_look(request, submission),
        "steps": steps,
        "faults": faults,
        "still_missing": missing,
    }
    return render(request, "repository/submissions/check.html", context)


def _as_it_will_look(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    page = as_page(submission)
    return {
        **page.get_context(request),
        "page_template": page.get_template(request),
        "submission": submission,
    }


@login_required
@require_safe
def preview(request: HttpRequest, key: UUID) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).select_related("page", "submitter")
    submission = get_object_or_404(visible, key=key)
    if submission.submitter_id == request.user.pk and not may_submit(request.user):
        raise PermissionDenied
    context = _as_it_will_look(request, submission)
    return render(request, "repository/submissions/preview.html", context)
