"""iCalendar of events, read by two parsers that share no code with what writes it."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from cpmg.users.models import MEMBERS
from pages.factories import EventSessionFactory
from pages.models import EventPage
from pages.models.versions import CalendarRecord, ContentVersion
from tests.users.conftest import make as make_person

from .conftest import LANGUAGES, ODD_TITLE, SECTIONS

UTC = datetime.UTC


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


@pytest.fixture
def read(client, world):
    """The feed at an address: events by uid as the second parser reads them."""

    def read(address: str) -> dict[str, Any]:
        response = client.get(address)
        assert response.status_code == 200, response.content
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        body = response.content
        assert body.endswith(b"END:VCALENDAR\r\n")
        assert all(len(line) <= 75 for line in body.split(b"\r\n"))
        assert b"\n" not in body.replace(b"\r\n", b"")
        IcsCalendarStream.calendar_from_ics(body.decode())
        calendar = vobject.readOne(body.decode())
        used = {line.partition("TZID=")[2].partition(":")[0] for line in unfolded(body)} - {""}
        zones = {str(zone.tzid.value) for zone in getattr(calendar, "vtimezone_list", [])}
        assert used == zones
        return {event.uid.value: event for event in getattr(calendar, "vevent_list", [])}

    return read


def of(found: dict[str, Any], event: Any) -> Any:
    return found[str(event.translation_key)]


def test_a_second_parser_reads_the_feed_of_each_language(read, world):
    for language in LANGUAGES:
        check_feed(read, world, language)


def check_feed(read, world, language):
    found = read(f"{SECTIONS[language]}calendar.ics")
    assert len(found) == 8
    kingston = of(found, world.events["kingston"])
    jamaica = zoneinfo.ZoneInfo("America/Jamaica")
    assert kingston.dtstart.value == datetime.datetime(2027, 3, 16, 9, tzinfo=jamaica)
    assert kingston.dtend.value == datetime.datetime(2027, 3, 16, 17, 30, tzinfo=jamaica)
    title = "Taller en Kingston" if language == "es" else "Workshop in Kingston"
    assert kingston.summary.value == title
    assert kingston.url.value.startswith(f"http://testserver{SECTIONS[language]}")
    for key in ("kingston", "haiti", "days", "month", "held", "online"):
        for uid in (str(world.events[key].translation_key),):
            event = found[uid]
            assert event.dtstamp.value == event.last_modified.value
            assert event.dtstamp.value.tzinfo


def test_kingston_and_port_au_prince_differ_in_march(read, world):
    found = read("/en/events/calendar.ics")
    starts = {key: of(found, world.events[key]).dtstart.value for key in ("kingston", "haiti")}
    assert {key: at.astimezone(UTC).hour for key, at in starts.items()} == {
        "kingston": 14,
        "haiti": 13,
    }


def test_days_are_dates_and_end_the_day_after(read, world):
    found = read("/en/events/calendar.ics")
    days = of(found, world.events["days"])
    assert days.dtstart.value == datetime.date(2027, 2, 27)
    assert days.dtend.value == datetime.date(2027, 3, 2)
    june = of(found, world.events["month"])
    assert (june.dtstart.value, june.dtend.value) == (
        datetime.date(2027, 6, 1),
        datetime.date(2027, 7, 1),
    )
    assert june.transp.value == "TRANSPARENT"
    assert "June 2027" in june.description.value


def test_states_and_called_off_events_are_told(read, world):
    found = read("/en/events/calendar.ics")
    told = {key: of(found, event) for key, event in world.events.items()}
    assert {key: event.status.value for key, event in told.items()} == {
        "kingston": "CONFIRMED",
        "taller": "CONFIRMED",
        "haiti": "TENTATIVE",
        "days": "TENTATIVE",
        "month": "TENTATIVE",
        "cancelled": "CANCELLED",
        "postponed": "TENTATIVE",
        "held": "CONFIRMED",
        "online": "TENTATIVE",
    }
    assert told["cancelled"].summary.value == "Cancelled: Called off"


def test_odd_titles_come_through_whole(read, world):
    held = of(read("/en/events/calendar.ics"), world.events["held"])
    assert held.summary.value == " ".join(ODD_TITLE.split())
    assert "One,\ntwo; three" in held.description.value


def test_an_event_says_what_it_has(client, world):
    lines = unfolded(client.get("/en/events/workshop-in-kingston/event.ics").content)
    assert "CATEGORIES:Workshop,Data\\, and statistics,Refugees" in lines
    assert "GEO:17.9714;-76.7931" in lines
    assert "LOCATION;LANGUAGE=en:Hall 1\\; Duke St\\, Kingston\\, Jamaica" in lines
    address = "https://meet.example.org/j/1?a=1&b=2"
    assert f"CONFERENCE;FEATURE=VIDEO;LABEL=Join online;VALUE=URI:{address}" in lines
    attached = "http://testserver/en/repository/report-of-the-workshop/"
    assert f"ATTACH;FMTTYPE=text/html:{attached}" in lines
    assert not any("xqsecretx" in line for line in lines)
    assert not any(line.startswith(("ORGANIZER", "METHOD")) for line in lines)
    assert any(line.startswith("CONTACT") and "Ministry\\; Labour" in line for line in lines)


def test_a_reader_of_a_shelf_gets_its_publications(client, world):
    client.force_login(make_person("member@example.org", MEMBERS))
    response = client.get("/en/events/calendar.ics")
    assert b"private" in response.headers["Cache-Control"].encode()
    assert response.content.count(b"ATTACH") in (1, 2)


def test_the_calendar_says_what_it_is(client, world):
    lines = unfolded(client.get("/fr/evenements/calendar.ics?theme=data").content)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in lines
    assert "X-PUBLISHED-TTL:PT6H" in lines
    assert "SOURCE;VALUE=URI:http://testserver/fr/evenements/calendar.ics?theme=data" in lines
    assert any(line.startswith("NAME;LANGUAGE=fr:") for line in lines)
    assert any(line.startswith("X-WR-CALNAME:") for line in lines)


def test_a_filter_narrows_the_calendar(read, world):
    for query, found in {
        "?state=cancelled": {"cancelled"},
        "?country=JM": {"kingston"},
        "?theme=data&network=refugees": {"kingston"},
        "?language=en": {"kingston"},
        "?from=2027-05-01": {"month"},
        "?to=2027-02-27": {"days", "held"},
        "?state=held&state=cancelled&order=soonest": {"held", "cancelled"},
    }.items():
        wanted = {str(world.events[key].translation_key) for key in found}
        assert set(read(f"/en/events/calendar.ics{query}")) == wanted, query


def test_a_wrong_filter_is_refused_with_the_reason(client, world):
    for query in ("?state=x", "?from=2027-02-30", "?country=ZZ", "?year_to=1"):
        response = client.get(f"/es/eventos/calendar.ics{query}")
        assert response.status_code == 400
        assert response.content.strip()


def test_sequence_grows_with_changes_and_with_nothing_else(world, client):
    event = EventPage.objects.get(pk=world.events["haiti"].pk)

    def said() -> tuple[int, datetime.datetime]:
        record = CalendarRecord.objects.get(translation_key=event.translation_key)
        return record.sequence, record.changed_at

    first = said()
    assert first[0] == 0
    event.save()
    event.save_revision().publish()
    assert said() == first
    fresh = EventPage.objects.get(pk=event.pk)
    fresh.venue = "Hotel Karibe"
    fresh.save_revision()
    assert said() == first  # a draft
    fresh.latest_revision.publish()
    second = said()
    assert second[0] == 1
    assert second[1] > first[1]
    again = EventPage.objects.get(pk=event.pk)
    again.sessions.set([EventSessionFactory.build(title="Closing")])
    again.save_revision().publish()
    assert said()[0] == 2
    lines = unfolded(client.get(f"/en/events/{event.slug}/event.ics").content)
    assert "SEQUENCE:2" in lines


def test_an_event_from_before_the_records_changes_from_nought_to_one(world):
    event = world.events["days"]
    CalendarRecord.objects.all().delete()
    fresh = EventPage.objects.get(pk=event.pk)
    fresh.title = "Four days"
    fresh.save()
    assert CalendarRecord.objects.get(translation_key=event.translation_key).sequence == 1


def test_whoever_has_the_calendar_is_told_so(client, world, django_assert_max_num_queries):
    address = "/en/events/calendar.ics?state=held"
    first = client.get(address)
    again = client.get(address)
    assert first.content == again.content
    known = {"If-None-Match": first.headers["ETag"]}
    with django_assert_max_num_queries(12):
        assert client.get(address, headers=known).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address, headers=since).status_code == 304
    assert client.get("/en/events/calendar.ics", headers=known).status_code == 200
    ContentVersion.objects.filter(pk=1).update(number=10_000)
    assert client.get(address, headers=known).status_code == 200


def test_an_event_without_a_translation_has_a_calendar_in_each_language(client, world):
    for section in SECTIONS.values():
        assert client.get(f"{section}atelier/event.ics").status_code == 200
    assert client.get("/en/events/none/event.ics").status_code == 404
    assert client.get("/en/events/atelier/calendar.ics").status_code == 404
    assert client.get("/en/repository/calendar.ics").status_code == 404
