"""A month of the calendar, in weeks from Monday to Sunday."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ..filters import EventFilter
from ..models import EventPage

#: Years that a calendar is leafed through.
FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass
class Day:
    date: datetime.date
    in_month: bool
    is_today: bool
    events: list[EventPage] = field(default_factory=list)


@dataclass
class Month:
    """What the month view shows."""

    first: datetime.date
    days: list[Day]
    #: Events of which only the month or the year is known.
    some_time: list[EventPage]
    #: Addresses; none at either end of the calendar.
    previous: str
    following: str
    today: str
    found: int
    error: str = ""

    @property
    def code(self) -> str:
        return self.first.strftime("%Y-%m")


def read(given: str, events: Any, event_filter: EventFilter) -> Month:
    """The month ``given`` as ``2026-03``, or this one, with those of ``events``, a queryset, that
    fall into it."""
    today = timezone.localdate()
    first, error = _first_day(given, today)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    days = {
        day: Day(day, in_month=day.month == first.month, is_today=day == today)
        for week in weeks
        for day in week
    }
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    found = list(events.within(first, last).order_by("start_date", "start_time", "pk"))
    some_time = [event for event in found if event.date_precision != EventPage.Precision.DAY]
    for event in found:
        if event in some_time:
            continue
        day = max(event.start_date, first)
        while day <= min(event.end_date, last):
            days[day].events.append(event)
            day += datetime.timedelta(days=1)

    def address(month: datetime.date) -> str:
        query = event_filter.query.copy()
        query.pop("page", None)
        query["month"] = month.strftime("%Y-%m")
        return "?" + query.urlencode()

    before, after = first - datetime.timedelta(days=1), last + datetime.timedelta(days=1)
    return Month(
        first=first,
        days=list(days.values()),
        some_time=some_time,
        previous=address(before) if before.year >= FIRST_YEAR else "",
        following=address(after) if after.year <= LAST_YEAR else "",
        today=address(today),
        found=len(found),
        error=error,
    )


def _first_day(given: str, today: datetime.date) -> tuple[datetime.date, str]:
    """The first day of the month, and what is wrong with ``given``."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", given, re.ASCII)
    if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR and 1 <= int(found[2]) <= 12:
        return datetime.date(int(found[1]), int(found[2]), 1), ""
    this_month = today.replace(day=1)
    if not given:
        return this_month, ""
    return this_month, _(
        "%(value)s is not a month of this calendar. Give year and month, such as 2026-03."
    ) % {"value": given[:40]}
