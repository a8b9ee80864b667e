"""What the first step does beside keeping its fields: files come and go, and a record is filled in
from a file or a pasted reference."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.documents import get_document_model

from cpmg.users.models import without_hidden_characters
from pages.models import Language

from .. import references, submissions
from ..files import blocked, kinds, problem_of, receiving
from ..filling_in import from_document, merge
from ..forms import FORMS, step_of
from ..models import Submission
from ..submissions import Changed, Refused


def handle(request: HttpRequest, submission: Submission) -> dict[str, list[str]]:
    """Does what the form asks for; what went wrong, by the names of the controls."""
    wrong: dict[str, list[str]] = {}
    files = {file.pk: file for file in submission.files.select_related("document")}
    remove = files.get(_number(request.POST.get("remove")))
    if remove:
        submissions.detach(submission, remove, user=request.user)  # type: ignore[arg-type]
    for upload in request.FILES.getlist("upload"):
        try:
            document = receiving.make_document(request.user, upload, upload.name or "")
        except ValidationError as error:
            wrong.setdefault("upload", []).extend(f"{upload.name}: {text}" for text in error)
        else:
            _attach(request, submission, document, wrong)
    fill = files.get(_number(request.POST.get("fill")))
    if fill and fill is not remove:
        _fill_in(request, submission, from_document(fill.document))
    if request.POST.get("reference", "").strip():
        _read(request, submission, wrong)
    return wrong


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text[:18]) if text.isascii() and text.isdigit() else 0


def keep(request: HttpRequest, submission: Submission) -> None:
    """Keeps the files that a script has uploaded, and what was said about the files."""
    for document in _documents(request):
        submissions.attach(submission, document, user=request.user)  # type: ignore[arg-type]
    codes = Language.labels()
    described = {}
    for pk in submission.files.values_list("pk", flat=True):
        if f"file-{pk}-language" in request.POST:
            language = request.POST[f"file-{pk}-language"]
            label = without_hidden_characters(request.POST.get(f"file-{pk}-label", ""))
            described[pk] = (language if language in codes else "", " ".join(label.split()))
    if described:
        submissions.describe(submission, described, user=request.user)  # type: ignore[arg-type]


def context(submission: Submission) -> dict[str, Any]:
    """What the template of the step shows beside its form."""
    rows = submission.files.select_related("document__details")
    return {
        "files": [
            {"row": row, "problem": blocked(row.document) or problem_of(row.document)}
            for row in rows
        ],
        "languages": Language.labels().items(),
        "kinds": ", ".join(kind.upper() for kind in kinds.MEDIA_TYPES),
        "accept": ",".join(f".{kind}" for kind in kinds.MEDIA_TYPES),
        "largest": settings.WAGTAILDOCS_MAX_UPLOAD_SIZE,
    }


def _documents(request: HttpRequest) -> list[Any]:
    """Files that a script has uploaded before."""
    numbers = [_number(value) for value in request.POST.getlist("document")]
    mine = get_document_model().objects.filter(uploaded_by_user=request.user)
    return list(mine.filter(pk__in=numbers).order_by("pk"))


def _attach(
    request: HttpRequest, submission: Submission, document: Any, wrong: dict[str, list[str]]
) -> None:
    try:
        submissions.attach(submission, document, user=request.user)  # type: ignore[arg-type]
    except Refused as refusal:
        wrong.setdefault("upload", []).append(f"{document.title}: {refusal}")


def _read(request: HttpRequest, submission: Submission, wrong: dict[str, list[str]]) -> None:
    try:
        found = references.read(request.POST["reference"])
    except references.Unreadable as error:
        wrong["reference"] = [str(error)]
        return
    if len(found) > 1:
        wrong["reference"] = [
            _(
                "This text holds %(count)d records. A submission is one publication:"
                " paste one record."
            )
            % {"count": len(found)}
        ]
        return
    _fill_in(request, submission, found[0].data)
    for warning in found[0].warnings:
        messages.warning(request, warning)


def _fill_in(request: HttpRequest, submission: Submission, found: dict[str, Any]) -> None:
    new, kept = merge(submission.data, found)
    if new:
        while True:
            version = submission.version
            try:
                submissions.save(submission, new, version=version, user=request.user)  # type: ignore[arg-type]
                break
            except Changed:
                submission.refresh_from_db()
                if submission.version == version or not submission.is_open:
                    raise
                new, kept = merge(submission.data, found)
        messages.success(
            request, _("Filled in: %(fields)s. Please check it.") % {"fields": _names(new)}
        )
    else:
        messages.info(request, _("Nothing new was found."))
    if kept:
        messages.info(
            request,
            ngettext(
                "This was filled in already and was kept: %(fields)s.",
                "These were filled in already and were kept: %(fields)s.",
                len(kept),
            )
            % {"fields": _names(kept)},
        )


def _names(names: Any) -> str:
    return ", ".join(str(FORMS[step_of(name)].base_fields[name].label) for name in names)
