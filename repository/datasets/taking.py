"""A table of figures, taken over into a submission: kept when nothing is wrong with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cpmg.users.models import User
from pages.datasets import figures as kept
from pages.models import Indicator

from .. import submissions
from ..kinds.datasets import series_of
from ..models import Submission
from . import checking, reading

#: What a submission says of its figures before it has any.
NO_FIGURES: dict[str, Any] = {"digest": "", "number": 0, "file": ""}


def indicators_of(submission: Submission) -> list[Indicator]:
    codes = submission.data.get("indicators") or []
    found = Indicator.objects.filter(locale__language_code="en", code__in=codes)
    return sorted(found, key=lambda one: codes.index(one.code))


def take(submission: Submission, file: Any, user: User) -> checking.Report:
    """The report on ``file``. Where it finds nothing wrong, the figures stand in the place of those
    that were there. Raises ``Unreadable``, or ``Changed`` as ``submissions.save`` does."""
    name = file.name or ""
    report = checking.check(
        reading.read(file, name),
        indicators_of(submission),
        source=str(submission.data.get("source", "")),
        series=series_of(submission),
    )
    if not report.number:
        with transaction.atomic():
            found = kept.keep(report.figures)
            data = {"digest": found.digest, "number": found.number, "file": name[:120]}
            submissions.save(submission, data, version=submission.version, user=user)
    return report
