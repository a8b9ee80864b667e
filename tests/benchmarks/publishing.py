"""What it costs that the facts of a section reach its translations."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cpmg.content.loading import _without_indexing
from pages.factories import EventCalendarPageFactory, EventPageFactory, ThemeFactory
from pages.models import EventPage


def grow_events(count: int) -> list[EventPage]:
    """Events in four languages; gives the sources."""
    with _without_indexing():
        return list(_events(count))


def _events(count: int) -> Iterator[Any]:
    calendars: dict[str, Any] = {}
    for code, _name in settings.LANGUAGES:
        calendars[code] = EventCalendarPageFactory(locale=code)
    for number in range(count):
        key = uuid.uuid4()
        for code, calendar in calendars.items():
            event: Any = EventPageFactory(
                parent=calendar, locale=code, title=f"Meeting {number}", translation_key=key
            )
            if code == settings.LANGUAGE_CODE:
                yield event


def publish_section(count: int) -> dict[str, float]:
    """Seconds to publish ``count`` sources with and without a changed fact, and the queries of
    one of them. The facts are then looked up: all translations must have them."""
    sources = [EventPage.objects.get(pk=event.pk) for event in grow_events(count)]
    theme: Any = ThemeFactory()
    figures = {}
    for name, changed in (("with changed facts", True), ("without", False)):
        started = time.perf_counter()
        for event in sources:
            if changed:
                event.venue, event.themes = "Conference centre", [theme]
            event.save_revision().publish()
        figures[name] = time.perf_counter() - started
    keys = [event.translation_key for event in sources]
    reached = EventPage.objects.filter(
        translation_key__in=keys, venue="Conference centre", themes=theme
    ).count()
    if reached != 4 * count:
        raise SystemExit(f"The facts reached {reached} of {4 * count} pages.")
    sources[0].venue = "Elsewhere"
    revision = sources[0].save_revision()
    with CaptureQueriesContext(connection) as queries:
        revision.publish()
    figures["queries of one"] = len(queries)
    return figures
