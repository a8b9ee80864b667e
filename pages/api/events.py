"""``/events/``: the calendar."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from ..filters import EventFilter
from ..models import EventOrganisation, EventPage
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
    country: Coded | None


class Participant(Schema):
    role: Coded
    code: str | None = Field(description="Of the organisation, when it is in the vocabulary.")
    name: str


class EventDetail(EventItem):
    start_time: time | None
    end_time: time | None
    time_zone: str = Field(description="IANA name.", examples=["America/Jamaica"])
    venue: str
    link: str = Field(description="Where one takes part or registers.")
    body: str = Field(description="HTML.")
    organisations: list[Participant]
    themes: list[Coded]
    networks: list[Coded]
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
    return detail_of(query.version(pages, id), query)


def detail_of(page: EventPage, query: Query) -> dict[str, Any]:
    return present_event(page, query) | {
        "start_time": page.start_time,
        "end_time": page.end_time,
        "time_zone": page.time_zone,
        "venue": page.venue,
        "link": page.link,
        "body": html(page.body, query),
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
    }


has_resource("pages.EventPage", lambda page: f"events/{page.pk}/", detail_of)
