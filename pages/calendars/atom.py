"""The calendar as an Atom feed: what was announced or changed last."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import escape, format_html, linebreaks
from django.utils.translation import gettext as _

from .. import dates
from ..atom import AtomFeed
from .entries import Entry, title_of

#: The newest so many.
LENGTH = 50


def feed(
    request: HttpRequest, entries: list[Entry], *, name: str, language: str, page: str, address: str
) -> HttpResponse:
    """``entries`` with the last changed first, each with the true time of its change."""
    entries = sorted(entries, key=lambda entry: entry.changed_at, reverse=True)[:LENGTH]
    updated = entries[0].changed_at if entries else _today()
    atom = AtomFeed(
        title=name,
        link=page,
        description=None,
        language=language,
        feed_url=address,
        feed_guid=address,
        author_name=_("International Organization for Migration (IOM)"),
    )
    atom.latest_post_date = lambda: updated  # type: ignore[method-assign]
    for entry in entries:
        event = entry.event
        when = dates.period(event.start_date, event.end_date, event.date_precision)
        atom.add_item(
            title=title_of(event),
            link=entry.address,
            description=format_html(
                "<p>{}</p>{}",
                " · ".join(part for part in (when, entry.place) if part),
                linebreaks(escape(entry.text)),
            ),
            unique_id=f"urn:uuid:{event.translation_key}",
            pubdate=min(event.first_published_at or entry.changed_at, entry.changed_at),
            updateddate=entry.changed_at,
            categories=entry.categories,
            language=event.language,
            authors=[],
        )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _today() -> datetime:
    """When an empty feed was last changed is not known; it may not change with each look."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
