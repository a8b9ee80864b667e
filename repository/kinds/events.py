"""Events that members propose for the calendar."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy
from wagtail.models import Locale, Page

from cpmg.users.models import User
from pages.models import (
    Country,
    EventCalendarPage,
    EventOrganisation,
    EventPage,
    EventType,
    HomePage,
    Language,
    Network,
    Organisation,
    Place,
    Theme,
)
from pages.models.base import active_language
from pages.plain import plain

from ..event_form import check
from ..models import Submission
from . import Checked, Kind

#: What goes over as it is.
PLAIN = ("title", "summary", "time_zone", "attendance", "city", "venue", "online_url", "link")
#: What is empty as ``None``.
WHEN = ("start_date", "end_date", "start_time", "end_time")
TERMS = {"themes": Theme, "networks": Network, "countries": Country, "languages": Language}
ROLES = {
    "organisers": EventOrganisation.Role.ORGANISER,
    "funders": EventOrganisation.Role.FUNDER,
    "partners": EventOrganisation.Role.PARTNER,
}


class EventKind(Kind):
    code = "event"
    label = gettext_lazy("Event")
    received = gettext_lazy("Your event was submitted.")
    page_model = EventPage
    start = "submission_new_event"
    start_label = gettext_lazy("Propose an event")
    first_step = "submission_event"
    last_step = "submission_event_check"
    recommended = [
        (gettext_lazy("summary"), ("summary",)),
        (gettext_lazy("description"), ("body", "description")),
        (gettext_lazy("country"), ("country",)),
        (gettext_lazy("organisers"), ("organisations", "organisers")),
        (gettext_lazy("themes"), ("themes",)),
        (gettext_lazy("languages of the meeting"), ("languages",)),
    ]

    def check(self, data: dict[str, Any], user: User | None) -> Checked:
        return check(data)

    def parent(self, cleaned: dict[str, Any]) -> Page | None:
        home = HomePage.objects.filter(
            locale__language_code=cleaned["record_language"] or settings.LANGUAGE_CODE
        ).first()
        return EventCalendarPage.objects.child_of(home).first() if home else None

    def new_page(self, cleaned: dict[str, Any], submission: Submission) -> EventPage:
        language = cleaned.get("record_language") or active_language()
        page = EventPage(
            locale=Locale.objects.get(language_code=language),
            translation_key=uuid.uuid4(),
            live=False,
            has_unpublished_changes=True,
        )
        self.fill(page, cleaned, submission)
        return page

    def fill(self, page: Any, cleaned: dict[str, Any], submission: Submission) -> None:
        for name in PLAIN:
            setattr(page, name, cleaned.get(name) or "")
        for name in WHEN:
            setattr(page, name, cleaned.get(name) or None)
        page.attendance = page.attendance or EventPage.Attendance.ON_SITE
        page.end_date = page.end_date or page.start_date
        page.draft_title = page.title
        description = cleaned.get("description", "")
        page.body = linebreaks(description, autoescape=True) if description else ""
        page.event_type = _term(EventType, cleaned.get("event_type", ""))
        page.country = _term(Place, cleaned.get("country", ""))
        for name, model in TERMS.items():
            codes = cleaned.get(name, [])
            rows = model.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
            setattr(page, name, list(rows.filter(code__in=codes)))
        page.organisations = list(_organisations(page, cleaned))

    def data_of(self, page: Any, submission: Submission | None = None) -> dict[str, Any]:
        data: dict[str, Any] = {name: str(getattr(page, name) or "") for name in PLAIN}
        data |= {name: value.isoformat() if (value := getattr(page, name)) else "" for name in WHEN}
        for name in ("start_time", "end_time"):
            data[name] = data[name][:5]
        data |= {
            "record_language": page.locale.language_code,
            "event_type": page.event_type.code if page.event_type else "",
            "country": page.country.code if page.country else "",
            "description": plain(page.body).replace("\n", "\n\n"),
        }
        data |= {name: [term.code for term in getattr(page, name).all()] for name in TERMS}
        organisations = list(page.organisations.all())
        for name, role in ROLES.items():
            data[name] = "\n".join(str(one) for one in organisations if one.role == role)
        return data

    def as_page(self, submission: Submission) -> EventPage:
        page = self.new_page(check(submission.data, complete=False).cleaned, submission)
        page.title = page.title or str(submission)
        # A date must stand somewhere; that it is missing is said above the preview.
        page.start_date = page.start_date or timezone.localdate()
        page.end_date = page.end_date or page.start_date
        return page

    def type_of(self, data: dict[str, Any]) -> str:
        return str(data.get("event_type", ""))

    def type_label(self, code: str) -> str:
        return EventType.labels().get(code, code)


def _term(model: Any, code: str) -> Any:
    rows = model.objects.filter(code=code, locale__language_code=settings.LANGUAGE_CODE)
    return rows.first() if code else None


def _organisations(page: EventPage, cleaned: dict[str, Any]) -> Any:
    """Those that are in the vocabulary by one of their names, the others as they were typed."""
    known: dict[str, Organisation] = {}
    source = Organisation.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    by_code = {organisation.code: organisation for organisation in source}
    for row in Organisation.objects.filter(code__in=by_code):
        for name in (row.name, row.acronym):
            if name:
                known.setdefault(name.casefold(), by_code[row.code])
    position = 0
    for field, role in ROLES.items():
        for name in cleaned.get(field, []):
            organisation = known.get(name.casefold())
            yield EventOrganisation(
                locale=page.locale,
                role=role,
                organisation=organisation,
                other_name="" if organisation else name,
                sort_order=position,
            )
            position += 1
