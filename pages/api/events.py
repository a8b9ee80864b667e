"""``/events/``: the calendar."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from ..calendars.entries import gather
from ..filters import EventFilter
from ..models import EventDocument, EventOrganisation, EventPage
from .content import has_resource
from .reading import Query, answers, list_of, resource
from .schemas import Coded, PageId, PageItem, choice, coded, coded_all, html, page_fields

router = resource("events")


class EventItem(PageItem):
    type: Coded
    state: Coded
    start_date: date
    end_date: date
    date_precision: Literal["day", "month", "year"] = Field(
        description="How much of the dates is known. With month, the days mean nothing."
    )
    is_past: bool
    attendance: Coded
    city: str
    country: Coded | None = Field(description="Where it takes place.")
    starts_at: datetime | None = Field(
        description="The moment with its offset; null for an event of whole days."
    )
    ends_at: datetime | None
    time_zone: str = Field(description="IANA name.", examples=["America/Jamaica"])
    ics: str = Field(description="The event for calendars (RFC 5545).")


class Participant(Schema):
    role: Coded
    code: str | None = Field(description="Of the organisation, when it is in the vocabulary.")
    name: str


class Session(Schema):
    day: date | None
    start_time: time | None
    end_time: time | None
    title: str
    speakers: list[str]
    description: str


class Document(Schema):
    kind: Coded
    title: str
    locale: str = Field(description="The language of its record.")
    url: str


class Photo(Schema):
    url: str
    alternative: str = Field(description="What it shows, in words.")
    caption: str
    credit: str


class EventDetail(EventItem):
    uid: UUID = Field(description="The same in all languages and in calendars.")
    sequence: int = Field(description="How often it has changed.")
    changed_at: datetime = Field(description="When it changed last.")
    start_time: time | None
    end_time: time | None
    previous_start_date: date | None = Field(description="The first day as planned before.")
    venue: str
    latitude: float | None
    longitude: float | None
    online_url: str = Field(description="Where one joins online.")
    link: str = Field(description="Where one takes part or registers.")
    body: str = Field(description="HTML.")
    recommendations: str = Field(description="HTML.")
    organisations: list[Participant]
    sessions: list[Session]
    documents: list[Document] = Field(description="Those that the reader may read.")
    photos: list[Photo]
    themes: list[Coded]
    networks: list[Coded]
    countries: list[Coded] = Field(description="That take part or that it is about.")
    languages: list[Coded] = Field(description="Of the meeting.")
    source_name: str
    source_url: str


@answers(
    router,
    "/",
    list_of(EventItem),
    id="events_list",
    summary="List events",
    filters=EventFilter,
)
def list_events(request: HttpRequest, query: Query) -> Any:
    events = EventPage.objects.listed(request, query.language)
    return query.page(query.filter.narrow(events), present_event)


@answers(router, "/{id}/", EventDetail, id="events_detail", summary="An event", paged=False)
def get_event(request: HttpRequest, query: Query, id: PageId) -> Any:
    pages = EventPage.objects.select_related("country", "event_type")
    page = query.version(pages.for_feeds().prefetch_related("photos__image"), id)
    return detail_of(page, query)


def detail_of(page: EventPage, query: Query) -> dict[str, Any]:
    request = query.request
    (entry,) = gather(request, [page], query.language)
    return present_event(page, query) | {
        "uid": page.translation_key,
        "sequence": entry.sequence,
        "changed_at": entry.changed_at,
        "start_time": page.start_time,
        "end_time": page.end_time,
        "previous_start_date": page.previous_start_date,
        "venue": page.venue,
        "latitude": page.latitude,
        "longitude": page.longitude,
        "online_url": page.online_url,
        "link": page.link,
        "body": html(page.body, query),
        "recommendations": html(page.recommendations, query),
        "sessions": [
            {
                "day": session.day,
                "start_time": session.start_time,
                "end_time": session.end_time,
                "title": session.title,
                "speakers": session.speakers.splitlines(),
                "description": session.description,
            }
            for session in page.sessions.all()
        ],
        "documents": [
            {
                "kind": choice(one.kind, EventDocument.Kind),
                "title": one.page.title,
                "locale": one.page.locale.language_code,
                "url": one.address,
            }
            for one in entry.publications
        ],
        "photos": [
            {
                "url": request.build_absolute_uri(photo.image.file.url),
                "alternative": photo.alternative,
                "caption": photo.caption,
                "credit": photo.credit,
            }
            for photo in page.photos.all()
        ],
        "organisations": [
            {
                "role": choice(role, EventOrganisation.Role),
                "code": entry.organisation and entry.organisation.code,
                "name": str(entry),
            }
            for role, entries in page.by_role()
            for entry in entries
        ],
        "themes": coded_all(page.themes.all()),
        "networks": coded_all(page.networks.all()),
        "countries": coded_all(page.countries.all()),
        "languages": coded_all(page.languages.all()),
        "source_name": page.source_name,
        "source_url": page.source_url,
    }


def present_event(page: EventPage, query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {
        "type": coded(page.event_type),
        "state": choice(page.state, EventPage.State),
        "start_date": page.start_date,
        "end_date": page.end_date,
        "date_precision": page.date_precision,
        "is_past": page.is_past,
        "attendance": choice(page.attendance, EventPage.Attendance),
        "city": page.city,
        "country": coded(page.country),
        "starts_at": page.starts_at,
        "ends_at": page.ends_at,
        "time_zone": page.time_zone,
        "ics": f"{query.url(page)}event.ics",
    }


has_resource("pages.EventPage", lambda page: f"events/{page.pk}/", detail_of)
