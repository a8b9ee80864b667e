"""How many submissions wait, how long, and how quickly they are decided; a constant number of
queries, and only of what lies before this person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from django.utils import timezone

from ..models import Submission
from . import labels
from .access import laid_before

State = Submission.State
PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Figures:
    #: Name of the step, and how many wait there.
    by_step: list[tuple[str, int]]
    median_wait: timedelta | None
    longest_wait: timedelta | None
    decided: int
    median_decision: timedelta | None

    @property
    def waiting(self) -> int:
        return sum(number for _step, number in self.by_step)


def _middle(queryset: Any, name: str, number: int) -> Any:
    """The median of ``name`` among ``number`` rows, or the lower of the two in the middle."""
    if not number:
        return None
    return queryset.order_by(name).values_list(name, flat=True)[(number - 1) // 2]


def of(user: Any) -> Figures:
    before = laid_before(user).order_by()
    waiting = before.filter(state=State.IN_REVIEW, submitted_at__isnull=False)
    steps = waiting.values("task__name").annotate(number=Count("pk")).order_by("task__name")
    by_step = [(labels.step(row["task__name"] or ""), row["number"]) for row in steps]
    now = timezone.now()
    middle = _middle(waiting, "submitted_at", sum(number for _name, number in by_step))
    first = waiting.aggregate(first=Min("submitted_at"))["first"]
    taken = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    ended = Q(state__in=[State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED])
    decided = before.filter(
        ended | Q(published_at__isnull=False),
        decided_at__gte=now - PERIOD,
        submitted_at__isnull=False,
    ).annotate(taken=taken)
    number = decided.count()
    return Figures(
        by_step=by_step,
        median_wait=now - middle if middle else None,
        longest_wait=now - first if first else None,
        decided=number,
        median_decision=_middle(decided, "taken", number),
    )
