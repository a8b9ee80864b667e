"""Time zones as calendars read them, against the time zone database."""

import io
import zoneinfo
from datetime import datetime, timedelta

import pytest
from dateutil import tz

from pages.calendars import zones

FIRST, LAST = 2014, 2031


@pytest.mark.parametrize(
    "name",
    [
        *("America/Port-au-Prince", "America/Jamaica", "America/Havana", "America/Caracas"),
        *("America/New_York", "America/Santiago", "Europe/Amsterdam", "Africa/Casablanca"),
    ],
)
def test_a_reader_of_the_zone_knows_the_same_hours(name):
    text = zones.component(name, FIRST, LAST).to_ical().decode()
    read = tz.tzical(io.StringIO(text)).get(name)
    true = zoneinfo.ZoneInfo(name)
    moment = datetime(FIRST, 1, 2, 3, 30)
    while moment.year <= LAST:
        if tz.datetime_exists(moment, true):
            here = moment.replace(tzinfo=read).utcoffset()
            assert here == moment.replace(tzinfo=true).utcoffset(), moment
        moment += timedelta(hours=53)


def test_regular_zones_have_a_rule_and_others_have_dates():
    york = zones.component("America/New_York", FIRST, LAST).to_ical()
    assert b"RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3" in york
    haiti = zones.component("America/Port-au-Prince", FIRST, LAST).to_ical()
    assert b"RDATE" in haiti  # no daylight saving time in 2016
