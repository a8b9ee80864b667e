"""A calendar in four languages with an event of each kind."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from pages import factories as make
from pages.models import EventPage
from repository.factories import LibraryPageFactory, PublicationPageFactory, RepositoryPageFactory
from tests.shared import shared

LANGUAGES = ("en", "es", "fr", "nl")
SECTIONS = {"en": "/en/events/", "es": "/es/eventos/", "fr": "/fr/evenements/"} | {
    "nl": "/nl/evenementen/"
}
ODD_TITLE = (
    'Borders, ports; "data" \\ and\r\nBEGIN:VEVENT: a title of more than 75 bytes – côté nord'
)


@dataclass
class World:
    #: By a word for what is special about it.
    events: dict[str, Any]
    report: Any
    secret: Any


def event(title: str, **fields: Any) -> Any:
    return make.EventPageFactory(title=title, **fields)


@shared
def world() -> World:
    for language in LANGUAGES:
        make.HomePageFactory(locale=language)
        make.EventCalendarPageFactory(locale=language)
        RepositoryPageFactory(locale=language)
    jamaica = make.PlaceFactory(code="JM", name="Jamaica")
    make.PlaceFactory(code="JM", locale="fr", name="Jamaïque")
    theme = make.ThemeFactory(code="data", name="Data, and statistics")
    make.ThemeFactory(code="data", locale="es", name="Datos")
    network = make.NetworkFactory(code="refugees", name="Refugees")
    report = PublicationPageFactory(title="Report of the workshop")
    secret = PublicationPageFactory(title="xqsecretx", parent=LibraryPageFactory(locale="en"))
    day = datetime.date(2027, 3, 16)
    nine, five = datetime.time(9), datetime.time(17, 30)
    state = EventPage.State
    events = {
        "kingston": event(
            "Workshop in Kingston",
            state=state.CONFIRMED,
            start_date=day,
            start_time=nine,
            end_time=five,
            time_zone="America/Jamaica",
            country=jamaica,
            city="Kingston",
            venue="Hall 1; Duke St",
            latitude=17.9714,
            longitude=-76.7931,
            attendance="hybrid",
            online_url="https://meet.example.org/j/1?a=1&b=2",
            themes=[theme],
            networks=[network],
            languages=[make.LanguageFactory(code="en", name="English")],
            documents=[
                make.EventDocumentFactory.build(publication=report),
                make.EventDocumentFactory.build(publication=secret),
            ],
            organisations=[make.EventOrganisationFactory.build(other_name="Ministry; Labour")],
            sessions=[
                make.EventSessionFactory.build(day=day, start_time=nine, speakers="Ann\nBob")
            ],
        ),
        "haiti": event(
            "Atelier",
            start_date=day,
            end_date=day + datetime.timedelta(days=1),
            start_time=nine,
            end_time=five,
            time_zone="America/Port-au-Prince",
        ),
        "days": event(
            "Three days",
            start_date=datetime.date(2027, 2, 27),
            end_date=datetime.date(2027, 3, 1),
        ),
        "month": event(
            "Some time in June",
            start_date=datetime.date(2027, 6, 1),
            end_date=datetime.date(2027, 6, 30),
            date_precision="month",
        ),
        "cancelled": event("Called off", state=state.CANCELLED, start_date=day),
        "postponed": event(
            "Put off",
            state=state.POSTPONED,
            start_date=day,
            previous_start_date=datetime.date(2027, 1, 5),
        ),
        "held": event(ODD_TITLE, slug="odd", state=state.HELD, summary="One,\r\ntwo; three"),
        "online": event(
            "Webinar",
            start_date=day,
            start_time=datetime.time(14),
            time_zone="UTC",
            attendance="online",
            online_url="https://meet.example.org/2",
        ),
    }
    kingston = events["kingston"]
    events["taller"] = event(
        "Taller en Kingston",
        locale="es",
        translation_key=kingston.translation_key,
        state=state.CONFIRMED,
        start_date=day,
        start_time=nine,
        end_time=five,
        time_zone="America/Jamaica",
        themes=[theme],
    )
    return World(events, report, secret)
