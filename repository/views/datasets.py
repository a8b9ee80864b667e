"""The form in which a dataset is submitted: what it is about, its figures, what is said of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cpmg.users.models import User
from pages.access import is_staff
from pages.models import DatasetPage
from pages.models.vocabularies import collation_key

from .. import submissions
from ..datasets import checking, reading, taking
from ..datasets import template as templates
from ..datasets.forms import DescriptionForm, IndicatorsForm, TableForm
from ..datasets.taking import indicators_of
from ..forms import StartForm
from ..kinds.datasets import DatasetKind, compared, newest, series_of
from ..models import Submission
from ..references import Unreadable
from ..submissions import Changed, Refused
from .steps import Fault, StepLink, checked
from .submissions import answer, for_submitters, own

#: The steps in their order, each with the fields that are filled in there.
STEPS = {
    "figures": gettext_lazy("Figures"),
    "description": gettext_lazy("Description"),
    "check": gettext_lazy("Check and submit"),
}
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": templates.XLSX}


def _own(request: HttpRequest, key: UUID) -> Submission:
    return own(request, key, DatasetKind.code)


def address(submission: Submission, step: str) -> str:
    return reverse(f"dataset_{step}", kwargs={"key": submission.key})


# Beginning ------------------------------------------------------------------------------


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Chooses the indicators, or the dataset of which it is a new version."""
    user: Any = request.user
    start = StartForm(request.POST or request.GET or None)
    replaces = _replaced(start)
    if replaces is not None and not submissions.may_propose_version(user, replaces):
        raise PermissionDenied
    form = IndicatorsForm(request.POST or None)
    if request.method == "POST" and start.is_valid() and (replaces or form.is_valid()):
        data = {} if replaces else {"indicators": form.cleaned_data["indicators"]}
        data |= {} if replaces else _first_words(user)
        try:
            submission = submissions.start(
                user,
                data,
                kind=DatasetKind.code,
                replaces=replaces,
                key=start.cleaned_data["key"],
            )
        except Refused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return redirect(submission.form_address)
    context = {
        "start": StartForm(initial={"replaces": replaces.pk} if replaces else None),
        "form": form,
        "replaces": replaces,
        "versions": [] if replaces else _versionable(user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "repository/datasets/new.html", context, status=status)


def _replaced(start: StartForm) -> DatasetPage | None:
    """The newest version of the dataset that is named."""
    start.full_clean()
    pk = start.cleaned_data.get("replaces") if start.is_bound else None
    if pk is None:
        return None
    named = get_object_or_404(DatasetPage.objects.live(), pk=pk)
    return newest(named.series)


def _versionable(user: Any) -> list[DatasetPage]:
    """The datasets of which the person may propose a new version, by their titles."""
    found = DatasetPage.objects.live().newest_versions().select_related("locale")
    if not is_staff(user):
        found = found.filter(submission__submitter=user)
    return sorted(found, key=lambda page: collation_key(page.title))


def _first_words(user: User) -> dict[str, str]:
    """What is known of a new dataset before anything was typed."""
    language = (get_language() or "en").split("-")[0]
    return {"creator": user.organisation, "record_language": language}


# Figures --------------------------------------------------------------------------------


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: HttpRequest, key: UUID) -> HttpResponse:
    """The template, the upload with its report, and what the figures change."""
    submission = _own(request, key)
    if not submission.is_open:
        return redirect("submission", key=key)
    upload = TableForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and upload.is_valid():
        file = upload.cleaned_data["table"]
        try:
            report = taking.take(submission, file, request.user)  # type: ignore[arg-type]
            if not report.number:
                _say(request, submission, report)
                return redirect(address(submission, "figures"))
        except (Unreadable, Changed) as refusal:
            upload.add_error("table", str(refusal))
    problems = submissions.problems(submission)
    context = {
        "submission": submission,
        "heading": STEPS["figures"],
        "steps": links(submission, "figures", problems),
        "indicators": indicators_of(submission),
        "upload": upload,
        "report": report,
        "hidden": report.number - len(report.findings) if report else 0,
        "most": reading.MOST_ROWS,
        "columns": templates.explanations(templates.columns_for(indicators_of(submission))),
        "answer": answer(submission, submissions.history(submission)),
        **compared(submission),
    }
    status = 422 if upload.errors or report else 200
    return render(request, "repository/datasets/figures.html", context, status=status)


def _say(request: HttpRequest, submission: Submission, report: checking.Report) -> None:
    """What was taken over."""
    number = submission.data["number"]
    said = ngettext(
        "%(count)d figure was read. Nothing is wrong with it.",
        "%(count)d figures were read. Nothing is wrong with them.",
        number,
    ) % {"count": number}
    if report.empty:
        said += " " + ngettext(
            "%(count)d row without a value is no figure.",
            "%(count)d rows without a value are no figures.",
            report.empty,
        ) % {"count": report.empty}
    messages.success(request, said)
    for note in report.notes:
        messages.warning(request, note)


@for_submitters
@require_safe
def template(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """The table to fill in; with ``?filled`` the one with the published figures."""
    submission = _own(request, key)
    indicators = indicators_of(submission)
    if kind not in MEDIA_TYPES or not indicators:
        raise Http404
    former = newest(series_of(submission)) if "filled" in request.GET else None
    write = templates.as_csv if kind == "csv" else templates.as_xlsx
    name = f"{former.slug if former else indicators[0].code}.{kind}"
    return HttpResponse(
        write(indicators, former),
        content_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Description ----------------------------------------------------------------------------


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def description(request: HttpRequest, key: UUID) -> HttpResponse:
    submission = _own(request, key)
    if not submission.is_open:
        return redirect("submission", key=key)
    conflict, status = "", 200
    if request.method == "POST":
        form = DescriptionForm(request.POST)
        try:
            version = int(request.POST.get("version", ""))
        except ValueError:
            version = submission.version
        try:
            submissions.save(submission, form.typed(), version=version, user=request.user)  # type: ignore[arg-type]
        except Changed as change:
            submission.refresh_from_db()
            conflict, status = str(change), 409
        else:
            wanted = request.POST.get("go", "")
            if wanted != "next" or form.is_valid():
                return _go(request, submission, wanted)
            status = 422
    else:
        form = DescriptionForm(submission.data, complete="missing" in request.GET)
    problems = submissions.problems(submission)
    context = {
        "submission": submission,
        "heading": STEPS["description"],
        "steps": links(submission, "description", problems),
        "form": form,
        "faults": [
            Fault(f"{form[name].label}: {text}", f"#id_{name}")
            for name, texts in form.errors.items()
            for text in texts
        ],
        "conflict": conflict,
        "answer": answer(submission, submissions.history(submission)),
    }
    return render(request, "repository/datasets/description.html", context, status=status)


def _go(request: HttpRequest, submission: Submission, wanted: str) -> HttpResponse:
    if wanted == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("submission", key=submission.key)
    step = "check" if wanted == "next" else wanted if wanted in STEPS else "description"
    if step == "description":
        messages.success(request, _("Saved."))
    return redirect(address(submission, step))


# Check ----------------------------------------------------------------------------------


def _step_of(name: str) -> str:
    return "description" if name in DescriptionForm.base_fields else "figures"


def links(submission: Submission, current: str, problems: dict[str, list[str]]) -> list[StepLink]:
    to_do = dict.fromkeys(STEPS, 0)
    for name, found in problems.items():
        to_do[_step_of(name)] += len(found)
    return [
        StepLink(step, str(label), address(submission, step), step == current, to_do[step], False)
        for step, label in STEPS.items()
    ]


def faults(submission: Submission, problems: dict[str, list[str]]) -> list[Fault]:
    """What still prevents submitting, and where it is put right."""
    found = []
    for name, texts in problems.items():
        step = _step_of(name)
        control = name if step == "description" else "table"
        found += [
            Fault(text, f"{address(submission, step)}?missing=1#id_{control}") for text in texts
        ]
    return found


@for_submitters
@require_safe
def check_step(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is missing, and the dataset as it will look, with what it changes."""
    submission = _own(request, key)
    if not submission.is_open:
        return redirect("submission", key=key)
    problems = submissions.problems(submission)
    steps = links(submission, "check", problems)
    return checked(request, submission, steps, faults(submission, problems))
