"""The files of a submission at the desk: what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from wagtail.documents import get_document_model

from pages.models import Language

from ..files import blocked, problem_of
from ..models import FileDetails, PublicationPage, Submission

#: How much of a file's text the desk shows.
BEGINNING = 1500


@dataclass(frozen=True)
class Attachment:
    document: Any
    label: str
    language: str
    details: FileDetails | None
    #: Why nobody may open it now.
    blocked: str | None
    problem: str | None

    @property
    def beginning(self) -> str:
        pages = self.details.text if self.details else []
        return "\n\n".join(pages)[:BEGINNING] if pages else ""

    @property
    def found_language(self) -> str:
        """The name of the language that the text is in, as it was detected."""
        code = self.details.language if self.details else ""
        return Language.labels().get(code, code)


def of(submission: Submission, page: Any) -> list[Attachment]:
    """The files of ``page``, a draft with its children, or of what was typed; a constant number
    of queries."""
    if page is None:
        rows = [(row.document_id, row.label, row.language) for row in submission.files.all()]
    else:
        codes = dict(Language.objects.values_list("pk", "code"))
        rows = [
            (row.document_id, row.label, codes.get(row.language_id, ""))
            for row in (page.files.all() if isinstance(page, PublicationPage) else ())
        ]
    kept = get_document_model().objects.select_related("details").in_bulk([row[0] for row in rows])
    names = Language.labels()
    return [
        Attachment(
            document=kept[pk],
            label=label,
            language=names.get(language, language),
            details=_details(kept[pk]),
            blocked=blocked(kept[pk]),
            problem=problem_of(kept[pk]),
        )
        for pk, label, language in rows
        if pk in kept
    ]


def _details(document: Any) -> FileDetails | None:
    try:
        found: FileDetails = document.details
    except ObjectDoesNotExist:
        return None
    return found
