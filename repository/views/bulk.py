"""Many publications at once, on the reader site: a page to send them from, the report on what was
sent, and tables to take away. See ``repository.bulk``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import bulk
from ..bulk import tables
from ..forms import FORMS, ReadersForm, StepForm, shelves_for, step_of, tidy
from ..models import Submission
from ..models.files import Upload
from ..submissions import Refused
from .submissions import for_submitters

#: Findings on the page; the table has them all.
MOST_SHOWN = 200
KINDS = {
    "wrong": gettext_lazy("To be put right"),
    "missing": gettext_lazy("Missing for submitting"),
    "duplicates": gettext_lazy("There already"),
    "notes": gettext_lazy("To be checked"),
}


HELP = {
    "contributors": gettext_lazy(
        "Separated by semicolons, in the order of the title page: “Family name, Given names”. A"
        " name without a comma is a body. Editors: “Family name, Given names [editor]”."
    ),
    "month": gettext_lazy("A number from 1 to 12."),
    "no_year": gettext_lazy("“yes” when there is no year."),
    "languages": gettext_lazy("Codes or names, separated by semicolons."),
    "countries": gettext_lazy("Codes or names, separated by semicolons."),
    "themes": gettext_lazy("Codes or names, separated by semicolons."),
    "networks": gettext_lazy("Codes, separated by semicolons."),
    "tags": gettext_lazy("Free words, separated by semicolons."),
    "files": gettext_lazy(
        "Names of files in the zip, separated by semicolons, each with its language and a label"
        " where they are needed: “report-es.pdf [es]; annex.pdf [en] Annex”."
    ),
}


class DefaultsForm(StepForm):
    """What counts for all rows that don't say it themselves."""

    shelf = ReadersForm.base_fields["shelf"]
    licence = ReadersForm.base_fields["licence"]
    record_language = FORMS["publication"].base_fields["record_language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shelf"].widget = forms.Select()
        shelves = shelves_for(self.user)
        self.fields["shelf"].choices = [("", "–"), *shelves]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        self.full_clean()
        return {name: self.cleaned_data.get(name) or "" for name in bulk.DEFAULTS}


class PackageForm(DefaultsForm):
    package = forms.FileField(
        label=gettext_lazy("Table, list of references, or zip"),
        help_text=gettext_lazy(
            "CSV, BIB, RIS or JSON; or a ZIP that holds one of them and the files."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.bib,.ris,.json,.txt,.zip"}),
        error_messages={
            "required": gettext_lazy("Choose the file to send."),
            "empty": gettext_lazy("This file is empty."),
        },
    )
    field_order = ["package", *bulk.DEFAULTS]

    @property
    def optional(self) -> set[str]:
        return set(bulk.DEFAULTS)


# Sending ------------------------------------------------------------------------------


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    form = PackageForm(request.POST or None, user=request.user, files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["package"]
        chosen = {name: form.cleaned_data[name] for name in bulk.DEFAULTS}
        try:
            upload = bulk.keep(request.user, file, file.name)
            try:
                with bulk.opened(upload) as package:
                    bulk.look(package, request.user, chosen)
            except bulk.Unreadable:
                bulk.discard(upload)
                raise
        except bulk.Unreadable as error:
            form.add_error("package", str(error))
        else:
            return redirect(_address(upload, "submissions_package", chosen))
    status = 422 if form.errors else 200
    context = {"form": form, "columns": _columns(request), "most": bulk.MOST_ROWS}
    return render(request, "repository/submissions/many.html", context, status=status)


def _address(upload: Upload, name: str, chosen: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in chosen.items() if value})
    return reverse(name, kwargs={"key": upload.pk}) + (f"?{query}" if query else "")


def _columns(request: HttpRequest) -> list[dict[str, Any]]:
    """What belongs into each column, in the reader's words."""
    columns = []
    for name in bulk.COLUMNS:
        field = None
        if name != "files":
            field = FORMS[step_of(name)](user=request.user).fields[name]
        choices = [
            (code, label) for code, label in getattr(field, "choices", ()) if code and code != label
        ]
        columns.append(
            {
                "name": name,
                "label": field.label if field else _("Files"),
                "help": HELP.get(name) or (field.help_text if field else ""),
                "choices": choices,
            }
        )
    return columns


@for_submitters
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty table with its heading."""
    return _table(tables.write(bulk.COLUMNS, [], _language()), _("publications"))


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _table(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slugify(name)}.csv"'},
    )


# What was sent ------------------------------------------------------------------------


def _kept(request: HttpRequest, key: UUID) -> Upload:
    upload = bulk.kept(request.user, key)
    if upload is None:
        raise Http404
    return upload


def _report(request: HttpRequest, upload: Upload, chosen: dict[str, str]) -> bulk.Report:
    with bulk.opened(upload) as package:
        return bulk.look(package, request.user, chosen)


@for_submitters
@require_http_methods(["GET", "HEAD", "POST"])
def package(request: HttpRequest, key: UUID) -> HttpResponse:
    """The report; then drafts or submissions of all rows."""
    if request.method == "POST" and bulk.was_used(request.user, key):
        return redirect("submissions")
    upload = _kept(request, key)
    chosen = DefaultsForm(request.GET, user=request.user).chosen()
    refusal = ""
    if request.method == "POST":
        if "discard" in request.POST:
            bulk.discard(upload)
            return redirect("submissions_many")
        submit = "submit" in request.POST
        try:
            made = bulk.make(upload, request.user, chosen, submit=submit)
        except (Refused, bulk.Unreadable) as error:
            refusal = str(error)
        else:
            messages.success(request, _made(len(made), submit))
            return redirect("submissions")
    try:
        report = _report(request, upload, chosen)
    except bulk.Unreadable as error:  # a term that it names was deleted meanwhile, for one
        messages.warning(request, str(error))
        return redirect("submissions_many")
    findings = [(KINDS[kind], found) for kind, found in report.all()]
    context = {
        "upload": upload,
        "report": report,
        "findings": findings[:MOST_SHOWN],
        "hidden": max(0, len(findings) - MOST_SHOWN),
        "refusal": refusal,
        "too_many": len(report.rows) > bulk.MOST_SUBMITTED,
        "most_submitted": bulk.MOST_SUBMITTED,
        "table_address": _address(upload, "submissions_package_table", chosen),
    }
    status = 409 if refusal else 200
    return render(request, "repository/submissions/package.html", context, status=status)


def _made(count: int, submit: bool) -> str:
    if submit:
        text = ngettext(
            "%(count)d publication was submitted.", "%(count)d publications were submitted.", count
        )
    else:
        text = ngettext("%(count)d draft was saved.", "%(count)d drafts were saved.", count)
    return text % {"count": count}


@for_submitters
@require_safe
def package_table(request: HttpRequest, key: UUID) -> HttpResponse:
    """The report as a table."""
    upload = _kept(request, key)
    chosen = DefaultsForm(request.GET, user=request.user).chosen()
    try:
        report = _report(request, upload, chosen)
    except bulk.Unreadable as error:
        messages.warning(request, str(error))
        return redirect("submissions_many")
    lines = [
        (str(KINDS[kind]), str(found.row or ""), found.column, found.value, found.message)
        for kind, found in report.all()
    ]
    heading = (_("Kind"), _("Row"), _("Column"), _("Value"), _("What is valid"))
    return _table(tables.write(map(str, heading), lines, _language()), _("report"))


# One's own ----------------------------------------------------------------------------


@for_submitters
@require_safe
def own_table(request: HttpRequest) -> HttpResponse:
    """One's own submissions in the columns in which they can be sent."""
    mine = Submission.objects.filter(submitter_id=request.user.pk).order_by("pk")
    lines = [
        tables.cells_of(tidy(one.data), _files_of(one)).values()
        for one in mine.prefetch_related("files__document")
    ]
    content = tables.write(bulk.COLUMNS, lines, _language())
    return _table(content, f"{_('submissions')}-{timezone.localdate():%Y-%m-%d}")


def _files_of(submission: Submission) -> list[str]:
    """As ``repository.bulk`` reads them again."""
    return [
        " ".join(filter(None, (file.document.filename, f"[{file.language}]" * bool(file.language))))
        + (f" {file.label}" if file.language and file.label else "")
        for file in submission.files.all()
    ]
