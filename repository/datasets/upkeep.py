"""Figures that were uploaded and that nothing names any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from pages.models import DatasetPage, FigureSet

from ..models import Submission

#: How long they may stay, and seconds between two looks.
LIFETIME, TIDYING = timedelta(days=2), 24 * 3600


def tidy(now: datetime | None = None) -> int:
    """Removes them. Once in a day, or with ``now``."""
    if now is None and not cache.add("figures:tidied", True, TIDYING):
        return 0
    old = FigureSet.objects.filter(kept_at__lt=(now or timezone.now()) - LIFETIME)
    named = set(DatasetPage.objects.values_list("digest", flat=True))
    named.update(Submission.objects.filter(kind="dataset").values_list("data__digest", flat=True))
    loose = set(old.values_list("digest", flat=True)) - named
    for digest in loose:
        old.filter(digest=digest).delete()
    return len(loose)
