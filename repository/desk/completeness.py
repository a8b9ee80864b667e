"""What a record should say and does not: its recommended fields, in the order of the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Submission

#: Labels, and the names that a revision and ``Submission.data`` share: one is enough.
RECOMMENDED: list[tuple[Any, tuple[str, ...]]] = [
    (_("abstract"), ("abstract",)),
    (_("authors"), ("contributors",)),
    (_("year"), ("year",)),
    (_("publisher or journal"), ("publisher", "container_title")),
    (_("themes"), ("themes",)),
    (_("countries"), ("countries",)),
    (_("licence"), ("licence",)),
    (_("identifier"), ("doi", "isbn", "issn")),
    (_("file"), ("files",)),
]


@dataclass(frozen=True)
class Completeness:
    filled: int
    of: int
    missing: list[Any]


def of(submission: Submission) -> Completeness:
    """Of the latest revision of its publication, or of what was typed."""
    revision = submission.page.latest_revision if submission.page else None
    record = revision.content if revision else submission.data
    missing = [label for label, names in RECOMMENDED if not any(map(record.get, names))]
    return Completeness(len(RECOMMENDED) - len(missing), len(RECOMMENDED), missing)
