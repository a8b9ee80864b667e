"""Counting by COUNTER: who counts, what counts once, where it shows, and what is never kept."""

import csv
import io
import json
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from cpmg.users.models import User
from repository.models import Usage
from repository.usage import counting, report
from tests.repository.citations.conftest import make_publication

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


@pytest.fixture(autouse=True)
def counted(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    counting.buffer._rows.clear()
    yield
    counting.buffer._rows.clear()
    cache.clear()


@pytest.fixture
def page(home):
    return make_publication()


def look(client, address, **headers):
    headers = {"User-Agent": BROWSER, **{k.replace("_", "-"): v for k, v in headers.items()}}
    response = client.get(address, headers=headers)
    if response.streaming:
        list(response.streaming_content)
    assert counting.HEADER not in response
    return response


def written():
    counting.buffer.flush()
    return [
        (row.country, row.views, row.downloads, row.sessions, row.download_sessions)
        for row in Usage.objects.order_by("country")
    ]


def test_a_view_and_a_download(client, page):
    look(client, page.get_url())
    look(client, page.files.get().document.url)
    assert written() == [("", 1, 1, 1, 1)]


def test_two_clicks_are_one_and_two_readers_are_two(client, page, monkeypatch):
    look(client, page.get_url())
    look(client, page.get_url())
    look(client, page.get_url(), User_Agent=BROWSER + " Other")
    assert written() == [("", 2, 0, 2, 0)]
    monkeypatch.setattr(counting, "DOUBLE_CLICK", 0.001)
    cache.clear()
    look(client, page.get_url())
    assert written() == [("", 3, 0, 3, 0)]


def test_a_session_counts_once_however_often_it_looks(client, page, monkeypatch):
    monkeypatch.setattr(
        counting,
        "_first",
        lambda name, seconds, extend=False: extend or (cache.add(name, 1, seconds)),
    )
    for _time in range(3):
        look(client, page.get_url())
    assert written() == [("", 3, 0, 1, 0)]


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User_Agent": "python-requests/2.31"},
        {"User_Agent": "Wget/1.21"},
        {"User_Agent": ""},
        {"Sec_Purpose": "prefetch;prerender"},
    ],
)
def test_robots_and_guesses_of_browsers_do_not_count(client, page, headers):
    look(client, page.get_url(), **headers)
    assert written() == []


def test_further_pieces_of_a_file_belong_to_the_first(client, page):
    address = page.files.get().document.url
    look(client, address, Range="bytes=4-7")
    assert written() == []
    look(client, address, Range="bytes=0-3")
    assert written() == [("", 0, 1, 1, 1)]


def test_an_answer_from_the_cache_of_pages_counts_too(client, page, monkeypatch):
    monkeypatch.setattr(counting, "DOUBLE_CLICK", 0.001)
    look(client, page.get_url())
    with CaptureQueriesContext(connection) as captured:
        look(client, page.get_url(), User_Agent=BROWSER + " Other")
    assert len(captured) == 1  # the number of the content: it came from the cache
    assert written()[0][1] == 2


def test_the_country_is_what_the_proxy_says_if_it_is_asked(client, page, settings):
    look(client, page.get_url(), CF_IPCountry="JM")
    settings.COUNTRY_HEADER = "CF-IPCountry"
    for number, said in enumerate(("jm", "XX", "<b>", "HT")):
        look(client, page.get_url(), CF_IPCountry=said, User_Agent=f"{BROWSER} {number}")
    assert [row[:2] for row in written()] == [("", 3), ("HT", 1), ("JM", 1)]


def test_nothing_of_a_reader_is_kept(client, page):
    look(client, page.get_url())
    whole = repr(counting.buffer._rows) + repr(list(cache._cache))
    assert "127.0.0.1" not in whole
    assert "Firefox" not in whole
    written()
    fields = {field.name for field in Usage._meta.get_fields()}
    assert fields == {
        *("id", "key", "month", "country"),
        *("views", "downloads", "sessions", "download_sessions"),
    }


def test_a_database_that_is_away_costs_no_page_and_no_count(client, page, monkeypatch):
    def fails(rows):
        raise DatabaseError("away")

    look(client, page.get_url())
    right = counting._write
    monkeypatch.setattr(counting, "_write", fails)
    with pytest.raises(DatabaseError):
        counting.buffer.flush()
    assert look(client, page.get_url(), User_Agent=BROWSER + " 2").status_code == 200
    monkeypatch.setattr(counting, "_write", right)
    assert written() == [("", 2, 0, 2, 0)]


def test_what_can_not_be_counted_is_shown_all_the_same(client, page, monkeypatch, caplog):
    monkeypatch.setattr(counting, "count", lambda *args: 1 / 0)
    assert look(client, page.get_url()).status_code == 200


def test_what_waits_is_bounded(page, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 1)
    one, two = (("a" * 32, date(2026, 1, 1), country) for country in ("JM", "HT"))
    for row in (one, two, one):
        counting.buffer.add(row, {"views": 1})
    assert {row: amounts["views"] for row, amounts in counting.buffer._rows.items()} == {one: 2}


def test_the_record_shows_its_use(client, page):
    Usage.objects.create(key=page.translation_key, month=date(2026, 1, 1), views=1200, downloads=1)
    Usage.objects.create(
        key=page.translation_key, month=date(2026, 2, 1), country="JM", views=34, downloads=0
    )
    text = " ".join(client.get(page.get_url()).content.decode().split())
    assert "1,234 views · 1 download" in text
    assert client.get(f"/api/v3/publications/{page.pk}/").json()["use"] == {
        "views": 1234,
        "downloads": 1,
    }


# Reports ----------------------------------------------------------------------------------

PERIOD = report.Period(date(2026, 1, 1), date(2026, 3, 1))


@pytest.fixture
def used(page):
    for month, country, views, downloads in ((1, "JM", 5, 2), (3, "", 1, 1), (4, "", 9, 9)):
        Usage.objects.create(
            key=page.translation_key,
            month=date(2026, month, 1),
            country=country,
            views=views,
            downloads=downloads,
            sessions=views,
            download_sessions=downloads,
        )
    return page


def test_an_item_report_as_json(used):
    found = json.loads("".join(report.as_json(PERIOD)))
    assert found["Report_Header"]["Release"] == "5.1"
    assert found["Report_Header"]["Report_Filters"]["End_Date"] == "2026-03-31"
    (item,) = found["Report_Items"][0]["Items"]
    assert item["Item"] == used.title
    (performance,) = item["Attribute_Performance"]
    assert performance["Performance"] == {
        "Total_Item_Investigations": {"2026-01": 7, "2026-03": 2},
        "Total_Item_Requests": {"2026-01": 2, "2026-03": 1},
        "Unique_Item_Investigations": {"2026-01": 5, "2026-03": 1},
        "Unique_Item_Requests": {"2026-01": 2, "2026-03": 1},
    }
    found = json.loads("".join(report.as_json(PERIOD, by_country=True)))
    countries = found["Report_Items"][0]["Items"][0]["Attribute_Performance"]
    assert [one.get("Country_Code") for one in countries] == [None, "JM"] or [
        one.get("Country_Code") for one in countries
    ] == ["JM", None]


def test_an_item_report_as_csv(used):
    used.title = '=HYPERLINK("x")'
    used.save()
    lines = list(csv.reader(io.StringIO("".join(report.as_csv(PERIOD)).lstrip("\ufeff"))))
    head = lines[14]
    assert head[-4:] == ["Reporting_Period_Total", "Jan-2026", "Feb-2026", "Mar-2026"]
    rows = [dict(zip(head, line, strict=True)) for line in lines[15:]]
    assert rows[0]["Item"].startswith("'=")
    assert rows[0]["Metric_Type"] == "Total_Item_Investigations"
    assert rows[0]["Reporting_Period_Total"] == "9"


def test_what_is_gone_is_still_in_the_report(used):
    used.delete()
    (item,) = report.items(PERIOD)
    assert item["record"] is None
    assert json.loads("".join(report.as_json(PERIOD)))["Report_Items"]


@pytest.fixture
def editor(client, home, settings):
    settings.MFA_REQUIRED = False
    person = User.objects.create_user("editor@example.org", "correct horse battery")
    person.groups.add(Group.objects.get(name="Editors"))
    client.force_login(person)
    return client


def test_editors_see_the_most_used_and_take_the_reports(editor, used):
    page = editor.get("/admin/reports/usage/?from=2026-01&until=2026-03")
    assert page.status_code == 200
    assert [row["seen"] for row in page.context["rows"]] == [9]
    for form, start in (("csv", "\ufeffReport_Name,Item Report"), ("json", '{"Report_Header"')):
        response = editor.get(f"/admin/reports/usage/{form}/?from=2026-01&until=2026-03&country=1")
        assert b"".join(response.streaming_content).decode().startswith(start)
    assert editor.get("/admin/reports/usage/xml/").status_code == 404


@pytest.mark.parametrize(
    "query", ["from=x", "from=2026-13", "from=2026-03&until=2026-01", "from=1990-01"]
)
def test_months_that_can_not_be_meant_are_refused(editor, used, query):
    assert editor.get(f"/admin/reports/usage/?{query}").status_code == 400
    assert editor.get(f"/admin/reports/usage/csv/?{query}").status_code == 400


def test_nobody_else_sees_reports(client, used):
    assert client.get("/admin/reports/usage/").status_code in (302, 404)
    assert client.get("/admin/reports/usage/csv/").status_code in (302, 404)


def test_the_list_costs_the_same_with_ten_and_with_a_thousand(editor, used):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert editor.get("/admin/reports/usage/?from=2026-01&until=2026-03").status_code == 200
        return len(captured)

    import uuid

    def grow(number):
        Usage.objects.bulk_create(
            Usage(key=uuid.uuid4(), month=date(2026, 1, 1), views=1) for _n in range(number)
        )

    grow(70)
    queries()
    few = queries()
    grow(1000)
    assert queries() == few
