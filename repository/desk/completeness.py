"""What a record should say and does not: its recommended fields, in the order of the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import kinds
from ..models import Submission


@dataclass(frozen=True)
class Completeness:
    filled: int
    of: int
    missing: list[Any]


def of(submission: Submission) -> Completeness:
    """Of the latest revision of its page, or of what was typed."""
    revision = submission.page.latest_revision if submission.page else None
    record = revision.content if revision else submission.data
    recommended = kinds.of(submission).recommended
    missing = [label for label, names in recommended if not any(map(record.get, names))]
    return Completeness(len(recommended) - len(missing), len(recommended), missing)
