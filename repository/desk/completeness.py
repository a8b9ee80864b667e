"""What a record should say and does not: its recommended fields, in the order of the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Submission

#: By the names that a revision and ``Submission.data`` share.
RECOMMENDED: dict[str, tuple[Any, Callable[[dict[str, Any]], bool]]] = {
    name: (label, lambda record, names=names: any(record.get(one) for one in names))
    for name, label, names in (
        ("abstract", _("abstract"), ("abstract",)),
        ("contributors", _("authors"), ("contributors",)),
        ("year", _("year"), ("year",)),
        ("publisher", _("publisher or journal"), ("publisher", "container_title")),
        ("themes", _("themes"), ("themes",)),
        ("countries", _("countries"), ("countries",)),
        ("licence", _("licence"), ("licence",)),
        ("identifier", _("identifier"), ("doi", "isbn", "issn")),
        ("files", _("file"), ("files",)),
    )
}


@dataclass(frozen=True)
class Completeness:
    filled: int
    of: int
    missing: list[Any]


def of(submission: Submission) -> Completeness:
    """Of the latest revision of its publication, or of what was typed."""
    revision = submission.page.latest_revision if submission.page else None
    record = revision.content if revision else submission.data
    missing = [label for label, is_there in RECOMMENDED.values() if not is_there(record)]
    return Completeness(len(RECOMMENDED) - len(missing), len(RECOMMENDED), missing)
