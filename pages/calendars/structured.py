"""An event in the terms of schema.org, for search engines."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from ..models import EventPage
from ..structured import script, without_empty
from .entries import Entry

_SCHEMA = "https://schema.org/"
_ATTENDANCE = {
    EventPage.Attendance.ON_SITE: "OfflineEventAttendanceMode",
    EventPage.Attendance.ONLINE: "OnlineEventAttendanceMode",
    EventPage.Attendance.HYBRID: "MixedEventAttendanceMode",
}


def event_of(entry: Entry) -> dict[str, Any]:
    """The event as JSON-LD, without what is not known."""
    event = entry.event
    starts, ends = event.starts_at, event.ends_at
    status = {
        EventPage.State.CANCELLED: "EventCancelled",
        EventPage.State.POSTPONED: "EventPostponed",
    }.get(EventPage.State(event.state))
    if status is None:
        status = "EventRescheduled" if event.previous_start_date else "EventScheduled"
    said: dict[str, Any] = {
        "@context": _SCHEMA.rstrip("/"),
        "@type": "Event",
        "@id": f"urn:uuid:{event.translation_key}",
        "name": event.title,
        "description": event.description,
        "inLanguage": [language.code for language in event.languages.all()],
        "url": entry.address,
        "startDate": starts.isoformat() if starts else _day(event, event.start_date),
        "endDate": ends.isoformat() if ends else _day(event, event.end_date),
        "previousStartDate": event.previous_start_date and event.previous_start_date.isoformat(),
        "eventStatus": _SCHEMA + status,
        "eventAttendanceMode": _SCHEMA + _ATTENDANCE[EventPage.Attendance(event.attendance)],
        "location": _locations(event),
        "organizer": _parties(event, "organiser"),
        "funder": _parties(event, "funder"),
        "contributor": _parties(event, "partner"),
        "about": entry.categories,
        "subEvent": [
            without_empty(
                {
                    "@type": "Event",
                    "name": session.title,
                    "startDate": session.day and session.day.isoformat(),
                    "description": session.description,
                }
            )
            for session in event.sessions.all()
        ],
        "workFeatured": [
            {"@type": "CreativeWork", "name": one.page.title, "url": one.address}
            for one in entry.publications
        ],
    }
    return without_empty(said)


def _day(event: EventPage, day: Any) -> str:
    """To the precision that is known: ``2016-12-05``, ``2016-12``, ``2016``."""
    length = {"day": 10, "month": 7, "year": 4}[event.date_precision]
    return str(day.isoformat()[:length])


def _locations(event: EventPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if event.attendance != EventPage.Attendance.ONLINE:
        geo = None
        if event.latitude is not None:
            geo = {
                "@type": "GeoCoordinates",
                "latitude": event.latitude,
                "longitude": event.longitude,
            }
        country = event.country
        address = {
            "@type": "PostalAddress",
            "addressLocality": event.city,
            "addressCountry": country.label if country else "",
        }
        place = {
            "@type": "Place",
            "name": event.venue or event.city or (country.label if country else ""),
            "address": without_empty(address) if event.city or country else None,
            "geo": geo,
        }
        if place["name"]:
            found.append(without_empty(place))
    if event.attendance != EventPage.Attendance.ON_SITE and (event.online_url or event.link):
        found.append({"@type": "VirtualLocation", "url": event.online_url or event.link})
    return found


def _parties(event: EventPage, role: str) -> list[dict[str, Any]]:
    return [
        without_empty(
            {
                "@type": "Organization",
                "name": str(one),
                "url": one.organisation.url if one.organisation else "",
            }
        )
        for of, group in event.by_role()
        for one in group
        if of == role
    ]


def script_of(entry: Entry) -> SafeString:
    """The text of the ``script`` element."""
    return script(event_of(entry))
