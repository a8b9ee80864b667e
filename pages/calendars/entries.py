"""The events of a feed, with all that it says of them, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from .. import access, dates
from ..addresses import Addresses
from ..models import CalendarRecord, EventPage
from ..plain import plain


@dataclass(frozen=True)
class Publication:
    """A publication of an event that the reader may read."""

    kind: str
    page: Page
    #: Absolute, in the reader's language.
    address: str
    #: Whether it lies on a shelf that is not open to everybody.
    is_restricted: bool


@dataclass(frozen=True)
class Entry:
    """An event as a reader in one language may know it."""

    event: EventPage
    #: Absolute, in the reader's language.
    address: str
    sequence: int
    changed_at: datetime
    #: Those of its publications that the reader may read.
    publications: list[Publication]

    @property
    def place(self) -> str:
        """``Hilton, Port of Spain, Trinidad and Tobago``."""
        event = self.event
        country = event.country.label if event.country else ""
        return ", ".join(part for part in (event.venue, event.city, country) if part)

    @property
    def categories(self) -> list[str]:
        """Its type, themes and networks in the active language."""
        event = self.event
        terms = [event.event_type, *event.themes.all(), *event.networks.all()]
        return list(dict.fromkeys(term.label for term in terms if term))

    @property
    def text(self) -> str:
        """What it is about, without marks; what a calendar has no field for comes first."""
        event = self.event
        notes = []
        if event.state in (event.State.CANCELLED, event.State.POSTPONED):
            notes.append(event.get_state_display())
        if event.date_precision != event.Precision.DAY:
            notes.append(dates.period(event.start_date, event.end_date, event.date_precision))
            notes.append(event.get_date_precision_display())
        return "\n\n".join(
            part for part in (" · ".join(notes), event.summary, plain(event.body)) if part
        )

    @property
    def parties(self) -> list[tuple[str, list[str]]]:
        """The organisations by the name of their role."""
        return [
            (str(role.label), [str(organisation) for organisation in group])
            for role, group in self.event.by_role()
        ]


def gather(request: HttpRequest, events: Any, language: str) -> list[Entry]:
    """The entries of ``events``, a queryset or a list of pages, for whoever asks."""
    events = list(events)
    keys = [event.translation_key for event in events]
    records = {
        record.translation_key: record
        for record in CalendarRecord.objects.filter(translation_key__in=keys)
    }
    addresses = Addresses.of_request(request, language)
    publications = readable_publications(request, events, addresses)
    entries = []
    for event in events:
        record = records.get(event.translation_key)
        changed = event.last_published_at or event.first_published_at
        entries.append(
            Entry(
                event=event,
                address=request.build_absolute_uri(addresses.of(event)),
                sequence=record.sequence if record else 0,
                changed_at=record.changed_at if record else (changed or _beginning(event)),
                publications=publications.get(event.pk, []),
            )
        )
    return entries


def _beginning(event: EventPage) -> datetime:
    """When an event changed last of which nobody knows: it may not change with each look."""
    return timezone.make_aware(datetime(event.start_date.year, 1, 1))


def readable_publications(
    request: HttpRequest, events: list[EventPage], addresses: Addresses
) -> dict[int, list[Publication]]:
    """Of each event, by its id, the publications that the reader may read."""
    wanted = {document.publication_id for event in events for document in event.documents.all()}
    if not wanted:
        return {}
    pages = access.readable_by(Page.objects.filter(pk__in=wanted), request.user)
    readable = {page.pk: page for page in pages.select_related("locale")}
    sections = access.restricted_sections()
    return {
        event.pk: [
            Publication(
                kind=document.kind,
                page=page,
                address=request.build_absolute_uri(addresses.of(page)),
                is_restricted=access.key_of(page, sections) != access.PUBLIC,
            )
            for document in event.documents.all()
            if (page := readable.get(document.publication_id))
        ]
        for event in events
    }


def title_of(event: EventPage) -> str:
    """The title on one line, with what one must see at first sight."""
    title = " ".join(event.title.split())
    if event.state == event.State.CANCELLED:
        return _("Cancelled: %(title)s") % {"title": title}
    if event.state == event.State.POSTPONED:
        return _("Postponed: %(title)s") % {"title": title}
    return title
