"""Members propose events: typed, submitted, reviewed, published in the calendar."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pages import factories as make
from pages.models import EventPage
from repository import kinds, submissions
from repository.models import Submission
from tests.users.conftest import make as make_person

LANGUAGES = ("en", "es", "fr", "nl")
GOOD = {
    "title": "Taller, regional; de datos",
    "record_language": "es",
    "event_type": "workshop",
    "summary": "Un taller.",
    "start_date": "2031-03-10",
    "end_date": "2031-03-11",
    "start_time": "09:00",
    "end_time": "17:00",
    "time_zone": "America/Port-au-Prince",
    "attendance": "hybrid",
    "city": "Puerto Príncipe",
    "country": "HT",
    "online_url": "https://meet.example.org/1",
    "description": "Primera línea.\n\nSegunda <b>línea</b>.",
    "organisers": "OIM\nMinisterio de Trabajo",
    "themes": ["data"],
    "languages": ["es"],
}


@pytest.fixture
def member(db: None) -> Any:
    for language in LANGUAGES:
        make.EventCalendarPageFactory(locale=language)
    make.EventTypeFactory()
    make.PlaceFactory(code="HT")
    make.ThemeFactory(code="data")
    make.LanguageFactory(code="es", name="Spanish")
    make.OrganisationFactory(code="iom", name="International Organization for Migration")
    make.OrganisationFactory(code="iom", name="Organización Internacional", locale="es")
    organisation = make.OrganisationFactory(code="iom2", name="Other")
    organisation.acronym = "OIM"
    organisation.save()
    return make_person("member@example.org", "Members")


@pytest.fixture
def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member)
    return client


def start(client: Client) -> Submission:
    page = client.get("/en/account/submissions/new-event/")
    key = page.context["start"]["key"].value()
    answer = client.post("/en/account/submissions/new-event/", {"key": key})
    submission = Submission.objects.get(key=key)
    assert submission.kind == "event"
    assert answer.url == f"/en/account/submissions/{submission.key}/event/"
    return submission


def fill(client: Client, submission: Submission, data: dict[str, Any], **more: Any) -> Any:
    submission.refresh_from_db()
    typed = data | {"seen": submission.version, "go": "next"} | more
    return client.post(f"/en/account/submissions/{submission.key}/event/", typed)


def test_a_proposal_becomes_an_event_of_the_calendar(signed_in, member):
    submission = start(signed_in)
    answer = fill(signed_in, submission, GOOD)
    assert answer.url.endswith("/event-check/")
    preview = signed_in.get(answer.url).content.decode()
    assert "Taller, regional; de datos" in preview
    assert "Submit for review" in preview
    signed_in.post(f"/en/account/submissions/{submission.key}/submit/")
    submission.refresh_from_db()
    assert submission.state == "in-review"
    event = EventPage.objects.get(pk=submission.page_id)
    assert not event.live
    assert event.get_parent().locale.language_code == "es"
    assert signed_in.get("/es/eventos/").content.decode().count("Taller") == 0
    editor = make_person("editor@example.org", "Editors")
    moderator = make_person("moderator@example.org", "Moderators")
    desk = Client()
    desk.force_login(editor)
    shown = " ".join(desk.get(f"/admin/desk/{submission.key}/").content.decode().split())
    assert "There is no file" not in shown
    for said in (
        *("09:00–17:00, America/Port-au-Prince (UTC−4)", "Puerto Príncipe, ", "meet.example.org"),
        *("Ministerio de Trabajo", "On site and online", "10–11 March 2031"),
    ):
        assert said in shown
    for person in (editor, moderator):
        submission.refresh_from_db()
        if submission.state == "in-review":
            edition = submissions.edition(submission)
            submissions.approve(submission, person, edition=edition)
    submission.refresh_from_db()
    assert submission.state == "published"
    event = EventPage.objects.get(pk=submission.page_id)
    assert event.live
    assert event.time_zone == "America/Port-au-Prince"
    assert "<b>" not in event.body
    names = {one.other_name or one.organisation.code for one in event.organisations.all()}
    assert names == {"iom2", "Ministerio de Trabajo"}
    for section in ("/es/eventos/", "/en/events/"):
        feed = signed_in.get(f"{section}calendar.ics").content.decode().replace("\r\n ", "")
        assert "Taller\\, regional\\; de datos" in feed


def test_what_cannot_be_is_said_at_the_field_and_kept_as_typed(signed_in):
    submission = start(signed_in)
    wrong = {
        "end_date": ("2031-03-09", "The last day lies before the first day."),
        "time_zone": ("America/Kingstown", "is not the name of a time zone"),
        "start_date": ("2031-02-30", "such as 2026-03-08"),
        "start_time": ("25:00", "such as 09:30"),
        "event_type": ("party", "is not in the list"),
        "online_url": ("not an address", "Enter an address such as"),
    }
    for name, (typed, message) in wrong.items():
        answer = fill(signed_in, submission, GOOD | {name: typed})
        assert "missing=1" in answer.url, name
        page = signed_in.get(answer.url.partition("#")[0])
        assert message in " ".join(page.content.decode().split()), name
        submission.refresh_from_db()
        assert submission.data[name] == typed
        with pytest.raises(submissions.Refused):
            submissions.submit(submission, submission.submitter)
    assert fill(signed_in, submission, GOOD | {"end_date": "", "end_time": "08:00"}).url
    submission.refresh_from_db()
    assert "end_time" in submissions.problems(submission)
    answer = fill(signed_in, submission, {"title": "x" * 300})
    assert "255" in signed_in.get(answer.url.partition("#")[0]).content.decode()
    assert EventPage.objects.count() == 0


def test_what_was_changed_in_another_window_is_not_lost(signed_in):
    submission = start(signed_in)
    fill(signed_in, submission, GOOD)
    old = submission.version
    fill(signed_in, submission, GOOD | {"city": "Jacmel"})
    late = fill(signed_in, submission, GOOD | {"city": "Gonaïves"}, seen=old)
    assert late.status_code == 409
    assert "Jacmel" in late.content.decode()
    submission.refresh_from_db()
    assert submission.data["city"] == "Jacmel"
    while_typing = signed_in.post(
        f"/en/account/submissions/{submission.key}/event/",
        GOOD | {"city": "Hinche", "seen": submission.version},
        headers={"X-While-Typing": "1"},
    )
    assert while_typing.json()["seen"]


def test_others_know_nothing_of_a_proposal(signed_in, client):
    submission = start(signed_in)
    for address in ("event/", "event-check/", "preview/"):
        whole = f"/en/account/submissions/{submission.key}/{address}"
        assert client.get(whole).status_code == 302
        other = Client()
        other.force_login(make_person(f"{address[:-1]}@example.org", "Members"))
        assert other.get(whole).status_code == 404
    stranger = Client()
    stranger.force_login(make_person("nobody@example.org"))
    assert stranger.get("/en/account/submissions/new-event/").status_code == 403


def test_data_and_page_say_the_same(member):
    kind = kinds.of_code("event")
    submission = submissions.start(member, dict(GOOD), kind="event")
    page = kind.new_page(kind.check(submission.data, member).cleaned, submission)
    again = kind.check(kind.data_of(page), member)
    assert not again.errors
    assert again.cleaned["start_time"] == page.start_time
    assert again.cleaned["organisers"] == ["Other", "Ministerio de Trabajo"]
