"""Many publications at once: a table or a list of references, with their files in a zip.

``look`` reports on every row before anything is made; ``make`` makes a draft, or a submission, of
each row, or of none. Between the two the package waits with the person's uploads.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model

from .. import submissions
from ..files import receiving
from ..models import Submission
from ..models.files import Upload
from ..references import Unreadable
from ..submissions import Changed, Refused
from .checking import DEFAULTS, Finding, Report, Row, look
from .packages import Package, discard, keep, kept, opened, was_used
from .tables import COLUMNS, MOST_ROWS

#: Publications that may be submitted in one go: their pages are made in one transaction.
MOST_SUBMITTED = 50
#: How long it is known of a package that it was used, for forms that are sent twice.
REMEMBERED = timedelta(hours=1)


def make(
    upload: Upload, user: Any, defaults: dict[str, str], *, submit: bool = False
) -> list[Submission]:
    """Drafts of all rows of a kept package, or submissions; nothing when one of them can't be
    made. The package is used up. Raises ``Refused``, ``Changed`` or ``Unreadable``."""
    with opened(upload) as package:
        report = look(package, user, defaults)
        if not (report.may_be_submitted if submit else report.may_be_drafts):
            raise Refused(_("Something is still missing. See below."))
        if submit and len(report.rows) > MOST_SUBMITTED:
            raise Refused(
                _("At most %(most)d publications are submitted in one go. Save them as drafts.")
                % {"most": MOST_SUBMITTED}
            )
        # Files first: they can't be part of a transaction. What nothing holds is removed later.
        documents = []
        try:
            for row in report.rows:
                documents.append(_documents(package, row, user))
            with transaction.atomic():
                made = _make_all(upload, user, report.rows, documents, submit)
        except BaseException:
            for document in [document for some in documents for document in some]:
                _remove(document)
            raise
    return made


def _documents(package: Package, row: Row, user: Any) -> list[Any]:
    made = []
    for wanted in row.files:
        with package.opened(wanted.name) as file:
            made.append(receiving.make_document(user, file, file.name or ""))
    return made


def _make_all(
    upload: Upload, user: Any, rows: list[Row], documents: list[list[Any]], submit: bool
) -> list[Submission]:
    # Whoever empties the package has it; who asks twice at once finds it used. What remains of it
    # expires soon.
    unused = Upload.objects.filter(pk=upload.pk, document=None, offset=upload.length)
    if not unused.update(offset=0, expires_at=timezone.now() + REMEMBERED):
        raise Changed(_("This package was used already."))
    made = []
    for row, files in zip(rows, documents, strict=True):
        key = uuid.uuid5(upload.pk, str(row.number))
        submission = submissions.start(user, row.data, key=key)
        for wanted, document in zip(row.files, files, strict=True):
            submissions.attach(
                submission, document, user=user, language=wanted.language, label=wanted.label
            )
        if submit:
            try:
                submissions.submit(submission, user)
            except Refused as refusal:
                raise Refused(f"{row.place.capitalize()}: {refusal}") from refusal
        made.append(submission)
    return made


def _remove(document: Any) -> None:
    if get_document_model().objects.filter(pk=document.pk).exists():
        document.delete()


__all__ = [
    "COLUMNS",
    "DEFAULTS",
    "MOST_ROWS",
    "MOST_SUBMITTED",
    "Finding",
    "Report",
    "Row",
    "Unreadable",
    "discard",
    "keep",
    "kept",
    "look",
    "make",
    "opened",
    "was_used",
]
