"""Events as iCalendar (RFC 5545, RFC 7986).

An event has the same UID in every language: the key of its translation group. A calendar of this
platform only tells: it has no METHOD and invites nobody, so organisers are no ORGANIZER, which
would be the address of somebody who answers, but a CONTACT.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration, vText, vUri

from ..models import EventPage
from . import zones
from .entries import Entry, title_of

CONTENT_TYPE = "text/calendar; charset=utf-8"
#: How often a calendar should look for news.
REFRESH = datetime.timedelta(hours=6)
#: What RFC 5545 lets no text hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS = {
    EventPage.State.PLANNED: "TENTATIVE",
    EventPage.State.POSTPONED: "TENTATIVE",
    EventPage.State.CONFIRMED: "CONFIRMED",
    EventPage.State.HELD: "CONFIRMED",
    EventPage.State.CANCELLED: "CANCELLED",
}


def calendar(
    entries: list[Entry],
    *,
    name: str,
    language: str,
    source: str,
    page: str,
    description: str = "",
    changed_at: datetime.datetime | None = None,
) -> bytes:
    """``entries`` as a calendar called ``name``. ``source`` is its own address, ``page`` that of
    the page that shows the same."""
    written = Calendar()
    written.add("prodid", f"-//IOM//CPMG//{language.upper()}")
    written.add("version", "2.0")
    written.add("calscale", "GREGORIAN")
    written.add("name", text(name), parameters={"LANGUAGE": language})
    written.add("x-wr-calname", vText(text(name)))
    if description:
        written.add("description", text(description), parameters={"LANGUAGE": language})
        written.add("x-wr-caldesc", vText(text(description)))
    written.add("url", page)
    written.add("source", vUri(source), parameters={"VALUE": "URI"})
    written.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    written.add("x-published-ttl", vDuration(REFRESH))
    written.add("color", "teal")
    if changed_at:
        written.add("last-modified", _utc(changed_at))
    years = [entry.event.start_date.year for entry in entries]
    years += [entry.event.end_date.year for entry in entries]
    names = {entry.event.time_zone for entry in entries if entry.event.zone}
    for zone in sorted(names - {"UTC"}):
        written.add_component(zones.component(zone, min(years) - 1, max(years) + 1))
    for entry in entries:
        written.add_component(event_of(entry, language))
    return written.to_ical()


def event_of(entry: Entry, language: str) -> Event:
    event = entry.event
    own = {"LANGUAGE": event.language}
    written = Event()
    written.add("uid", str(event.translation_key))
    written.add("dtstamp", _utc(entry.changed_at))
    if event.first_published_at:
        written.add("created", _utc(min(event.first_published_at, entry.changed_at)))
    written.add("last-modified", _utc(entry.changed_at))
    written.add("sequence", entry.sequence)
    _when(written, event)
    written.add("summary", text(title_of(event)), parameters=own)
    if entry.text:
        written.add("description", text(entry.text), parameters=own)
    written.add("status", _STATUS[EventPage.State(event.state)])
    written.add("transp", "OPAQUE" if _takes_time(event) else "TRANSPARENT")
    written.add("class", "PUBLIC")
    if entry.place:
        written.add("location", text(entry.place), parameters={"LANGUAGE": language})
    if event.latitude is not None and event.longitude is not None:
        written.add("geo", (event.latitude, event.longitude))
    written.add("categories", [text(name) for name in entry.categories])
    written.add("url", entry.address)
    if event.online_url:
        label = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": _("Join online")}
        written.add("conference", vUri(event.online_url), parameters=label)
    for role, names in entry.parties:
        written.add("contact", text(f"{role}: {', '.join(names)}"), parameters=own)
    for publication in entry.publications:
        written.add("attach", vUri(publication.address), parameters={"FMTTYPE": "text/html"})
    return written


def _when(written: Event, event: EventPage) -> None:
    """Days are DATE, with the day after the last as the end."""
    starts, ends = event.starts_at, event.ends_at
    after = event.end_date + datetime.timedelta(days=1)
    if starts is None:
        written.add("dtstart", event.start_date)
        written.add("dtend", after)
        return
    written.add("dtstart", _in_zone(starts))
    if ends is None and event.end_date > event.start_date:
        ends = datetime.datetime.combine(after, datetime.time(), starts.tzinfo)
    if ends is not None and ends > starts:
        written.add("dtend", _in_zone(ends))


def _in_zone(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC) if str(moment.tzinfo) == "UTC" else moment


def _takes_time(event: EventPage) -> bool:
    """Whether people are busy then: not when the date is not fixed or the event is called off."""
    called_off = event.state in (EventPage.State.CANCELLED, EventPage.State.POSTPONED)
    return event.date_precision == EventPage.Precision.DAY and not called_off


def _utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC).replace(microsecond=0)


def text(value: Any) -> str:
    """``value`` without control characters; lines end in one way."""
    return _CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()
