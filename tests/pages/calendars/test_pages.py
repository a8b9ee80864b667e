"""The calendar and its events on the reader site, and the feed of changes."""

from __future__ import annotations

import datetime
import json
from typing import Any

import feedparser
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages import factories as make
from pages.models.versions import CalendarRecord
from tests.benchmarks.growth import copy_page

from .conftest import SECTIONS

KINGSTON = "/en/events/workshop-in-kingston/"


@pytest.fixture
def soup(client, world):
    def soup(address: str) -> BeautifulSoup:
        response = client.get(address)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return soup


# Atom -----------------------------------------------------------------------------------


def test_the_feed_tells_the_last_change_first_and_when_it_was(client, world):
    moment = timezone.now() + datetime.timedelta(hours=1)
    key = world.events["haiti"].translation_key
    CalendarRecord.objects.filter(translation_key=key).update(changed_at=moment)
    for section in SECTIONS.values():
        feed = feedparser.parse(client.get(f"{section}feed.atom").content)
        assert not feed.bozo
        assert feed.version == "atom10"
        assert len(feed.entries) == 8
        assert feed.entries[0].id == f"urn:uuid:{key}"
        assert feed.entries[0].updated[:19] == feed.feed.updated[:19] == moment.isoformat()[:19]
    narrow = feedparser.parse(client.get("/en/events/feed.atom?state=cancelled").content)
    assert [entry.title for entry in narrow.entries] == ["Cancelled: Called off"]
    assert client.get("/en/events/feed.atom?state=x").status_code == 400


# JSON-LD --------------------------------------------------------------------------------


def said(soup: BeautifulSoup) -> dict[str, Any]:
    (script,) = soup.select('script[type="application/ld+json"]')
    return json.loads(script.string or "")


def test_search_engines_are_told_state_and_attendance(soup):
    kingston = said(soup(KINGSTON))
    assert kingston["@type"] == "Event"
    assert kingston["startDate"] == "2027-03-16T09:00:00-05:00"
    assert kingston["eventStatus"] == "https://schema.org/EventScheduled"
    assert kingston["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [place["@type"] for place in kingston["location"]] == ["Place", "VirtualLocation"]
    assert kingston["location"][0]["geo"]["latitude"] == 17.9714
    put_off = said(soup("/fr/evenements/put-off/"))
    assert put_off["eventStatus"] == "https://schema.org/EventPostponed"
    assert put_off["previousStartDate"] == "2027-01-05"
    assert said(soup("/nl/evenementen/called-off/"))["eventStatus"].endswith("EventCancelled")
    assert said(soup("/en/events/some-time-in-june/"))["startDate"] == "2027-06"


def test_a_title_cannot_end_the_script(client, world):
    make.EventPageFactory(title="</script><script>alert(1)</script>", slug="bad")
    page = client.get("/en/events/bad/").content.decode()
    assert "<script>alert" not in page


# The page of an event --------------------------------------------------------------------


def test_an_event_shows_the_time_in_its_zone_and_in_the_readers(soup):
    page = soup(f"{KINGSTON}?zone=America/Port-au-Prince")
    text = " ".join(page.find(id="when-and-where").parent.get_text(" ").split())
    assert "09:00 – 17:30" in text
    assert "America/Jamaica (UTC−5)" in text
    assert "10:00–18:30" in text
    assert "America/Port-au-Prince (UTC−4)" in text
    wrong = soup(f"{KINGSTON}?zone=America/Nowhere")
    assert "America/Nowhere” is not the name of a time zone" in wrong.get_text()


def test_an_event_shows_agenda_place_and_readable_results(soup):
    page = soup(KINGSTON)
    text = page.get_text(" ")
    assert "Opening" in text
    assert "Ann" in text
    assert "Report of the workshop" in text
    assert "xqsecretx" not in str(page)
    assert page.find("a", href=lambda href: href and "openstreetmap.org" in href)
    assert page.find("link", type="text/calendar")["href"].endswith(f"{KINGSTON}event.ics")


# Months ---------------------------------------------------------------------------------


def test_a_month_shows_each_day_of_an_event(soup):
    page = soup("/en/events/?month=2027-03&state=planned")
    days = {time["datetime"]: time.parent for time in page.select(".month time")}
    assert len(days) == 35
    assert "2027-03-01" in days
    assert "Three days" in days["2027-03-01"].get_text()
    assert "Three days" not in days["2027-03-02"].get_text()
    assert "Workshop in Kingston" not in page.select_one(".month").get_text()
    for day in ("2027-03-16", "2027-03-17"):
        assert "Atelier" in days[day].get_text()
    assert page.find("a", rel="next")["href"] == "?month=2027-04&state=planned"
    assert page.find("a", rel="prev")["href"] == "?month=2027-02&state=planned"


def test_events_of_a_month_without_days_stand_above_it(soup):
    page = soup("/es/eventos/?month=2027-06")
    assert "Some time in June" not in page.select_one(".month").get_text()
    assert "Some time in June" in page.get_text()


def test_a_wrong_month_is_said_to_be_wrong(soup):
    for month in ("2027-13", "27-1", "x", "9999-01", "2027-00", "٢٠٢٧-٠١"):
        assert "is not a month of this calendar" in soup(f"/en/events/?month={month}").get_text()


def test_lists_and_feeds_take_as_many_queries_for_a_thousand_events_as_for_ten(client, world):
    addresses = [
        *("/en/events/", "/en/events/?month=2027-03", "/en/events/calendar.ics"),
        "/en/events/feed.atom",
    ]

    def count(more: str) -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                mark = "&" if "?" in address else "?"
                assert client.get(f"{address}{mark}{more}").status_code == 200
            counts.append(len(captured))
        return counts

    count("warm=1")
    few = count("warm=2")
    copy_page(world.events["kingston"], 1_000)
    assert count("warm=3") == few
