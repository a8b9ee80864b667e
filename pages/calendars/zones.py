"""Time zones as RFC 5545 writes them, out of the time zone database of the system.

The component of the icalendar library dates the beginning of daylight saving by the new time;
RFC 5545 (3.6.5) dates it by the time that held until then.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard


@lru_cache(maxsize=256)
def component(name: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE of ``name``, good from the year ``first`` to the end of ``last``."""
    zone = zoneinfo.ZoneInfo(name)
    written = Timezone()
    written.add("tzid", name)
    observances: dict[tuple[str, timedelta, timedelta, bool], list[datetime]] = {}
    begin = datetime(first, 1, 1, tzinfo=UTC)
    start = begin.astimezone(zone)
    offset = start.utcoffset() or timedelta()
    key = (start.tzname() or name, offset, offset, bool(start.dst()))
    observances[key] = [datetime.combine(date(first, 1, 1), time())]
    for moment in transitions(zone, begin, datetime(last + 1, 1, 1, tzinfo=UTC)):
        before = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta()
        after = moment.astimezone(zone)
        key = (after.tzname() or name, before, after.utcoffset() or timedelta(), bool(after.dst()))
        observances.setdefault(key, []).append((moment + before).replace(tzinfo=None))
    for (label, before, offset, is_daylight), onsets in observances.items():
        observance = TimezoneDaylight() if is_daylight else TimezoneStandard()
        observance.add("dtstart", onsets[0])
        observance.add("tzoffsetfrom", before)
        observance.add("tzoffsetto", offset)
        observance.add("tzname", label)
        rule = yearly(onsets, last)
        if rule:
            observance.add("rrule", rule)
        for onset in () if rule else onsets[1:]:
            observance.add("rdate", onset)
        written.add_component(observance)
    return written


def yearly(onsets: list[datetime], last: int) -> dict[str, object] | None:
    """The rule that ``onsets`` follow, such as the second Sunday in March of every year up to
    ``last`` and on; none when they follow none. Many calendars read nothing else."""
    first = onsets[0]
    if [onset.year for onset in onsets] != list(range(first.year, last + 1)) or len(onsets) < 2:
        return None
    if len({(onset.month, onset.weekday(), onset.time()) for onset in onsets}) > 1:
        return None
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    weeks = {(onset.day - 1) // 7 + 1 for onset in onsets}
    if all((onset + timedelta(days=7)).month != onset.month for onset in onsets):
        week = -1
    elif len(weeks) == 1:
        (week,) = weeks
    else:
        return None
    return {"freq": "yearly", "bymonth": first.month, "byday": f"{week}{day}"}


def transitions(zone: zoneinfo.ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments from ``begin`` to ``end`` at which clocks in ``zone`` change; no two lie within
    a week of each other anywhere but in Ramadan, whose two are a month apart."""
    week = timedelta(days=7)
    while begin < end:
        if _clock(zone, begin) != _clock(zone, begin + week):
            low, high = begin, begin + week
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if middle in (low, high):
                    break
                if _clock(zone, middle) == _clock(zone, begin):
                    low = middle
                else:
                    high = middle
            yield high
        begin += week


def _clock(zone: zoneinfo.ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()
