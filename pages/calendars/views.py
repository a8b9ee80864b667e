"""What the calendar answers beside its pages: iCalendar and Atom, for the section, for any filter
of it, and for one event; and what the page of an event shows."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from .. import formats
from ..filters import EventFilter
from ..models import EventCalendarPage, EventDocument, EventPage
from ..models.base import active_language
from ..models.events import time_zones
from . import atom, icalendars, structured
from .entries import gather

#: Seconds for which a calendar that everybody gets may be served as it was written.
LIFETIME = 300


def calendar_of_section(
    request: HttpRequest, page: EventCalendarPage, language: str
) -> HttpResponse:
    """``calendar.ics`` with the parameters of the list."""
    chosen = EventFilter(request.GET)
    if chosen.errors:
        return formats.refuse(chosen.errors)

    def write() -> bytes:
        events = chosen.narrow(EventPage.objects.listed(request, language)).for_feeds()
        return icalendars.calendar(
            gather(request, events, language),
            name=_name(chosen),
            language=language,
            source=request.build_absolute_uri(),
            page=_page_of(request, chosen),
            description=page.summary,
            changed_at=formats.last_changed(),
        )

    key = None if request.user.is_authenticated else f"calendar:{formats.etag(request)}"
    body: bytes | None = cache.get(key) if key else None
    if body is None:
        body = write()
        if key:
            cache.set(key, body, LIFETIME)
    return _calendar(body, "calendar.ics")


def feed_of_section(request: HttpRequest, page: EventCalendarPage, language: str) -> HttpResponse:
    """``feed.atom`` with the parameters of the list."""
    chosen = EventFilter(request.GET)
    if chosen.errors:
        return formats.refuse(chosen.errors)
    events = chosen.narrow(EventPage.objects.listed(request, language)).last_changed_first()
    return atom.feed(
        request,
        gather(request, events.for_feeds()[: atom.LENGTH], language),
        name=_name(chosen),
        language=language,
        page=_page_of(request, chosen),
        address=request.build_absolute_uri(),
    )


def calendar_of_event(request: HttpRequest, page: EventPage, language: str) -> HttpResponse:
    """``event.ics`` of one event."""
    (entry,) = gather(request, [page], language)
    body = icalendars.calendar(
        [entry],
        name=page.title,
        language=language,
        source=request.build_absolute_uri(),
        page=entry.address,
        changed_at=entry.changed_at,
    )
    return _calendar(body, f"{page.slug}.ics")


def _calendar(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=icalendars.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _name(chosen: EventFilter) -> str:
    name = _("Events – Caribbean Platform for Migration Governance")
    return f"{name}: {chosen.described}" if chosen.described else name


def _page_of(request: HttpRequest, chosen: EventFilter) -> str:
    """The list that shows the same."""
    section = request.build_absolute_uri(request.path.rpartition("/")[0] + "/")
    return f"{section}?{chosen.feed_query}" if chosen.feed_query else section


# The page of an event -------------------------------------------------------------------


def context_of_event(request: HttpRequest, event: EventPage) -> dict[str, Any]:
    """What the template of an event needs beyond its fields."""
    (entry,) = gather(request, [event], active_language())
    return {
        "entry": entry,
        "structured": structured.script_of(entry),
        "papers": [one for one in entry.publications if one.kind == EventDocument.Kind.DOCUMENT],
        "results": [one for one in entry.publications if one.kind == EventDocument.Kind.RESULT],
        "agenda": agenda(event),
        "map_link": map_link(event),
        "zones": [name for name, _label in time_zones()],
        **in_zone_of_reader(request, event),
    }


def agenda(event: EventPage) -> list[tuple[Any, list[Any]]]:
    """The sessions by day, in the order of their hours; those without a day come first."""
    sessions = list(event.sessions.all())
    days = sorted({s.day for s in sessions}, key=lambda day: (day is not None, day))
    return [(day, [s for s in sessions if s.day == day]) for day in days]


def map_link(event: EventPage) -> str:
    """The venue on OpenStreetMap; coordinates become text here, so that no language changes
    their points."""
    if event.latitude is None or event.longitude is None:
        return ""
    point = f"{event.latitude:.6f}", f"{event.longitude:.6f}"
    return (
        f"https://www.openstreetmap.org/?mlat={point[0]}&mlon={point[1]}"
        f"#map=16/{point[0]}/{point[1]}"
    )


def in_zone_of_reader(request: HttpRequest, event: EventPage) -> dict[str, Any]:
    """The times in the zone that the address names: ``?zone=America/Toronto``."""
    wanted = request.GET.get("zone", "")[:60]
    said: dict[str, Any] = {"zone": wanted}
    if not wanted or event.starts_at is None:
        return said
    if wanted not in dict(time_zones()):
        said["zone_error"] = _(
            "“%(value)s” is not the name of a time zone. Give a name of the IANA list, such as"
            " America/Jamaica."
        ) % {"value": wanted}
        return said
    zone = zoneinfo.ZoneInfo(wanted)
    said["starts_here"] = event.starts_at.astimezone(zone)
    said["ends_here"] = event.ends_at and event.ends_at.astimezone(zone)
    return said
