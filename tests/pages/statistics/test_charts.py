"""Charts and maps: what they show, to whom, how they are drawn, and that they are kept."""

from __future__ import annotations

import json
import threading
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection

from pages.statistics import charts, drawing, maps

from .test_downloads import STOCK

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = b'<svg xmlns="http://www.w3.org/2000/svg" class="marks"><g/></svg>'


@pytest.fixture
def kept(settings: Any) -> Any:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def drawings(kept: None, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is drawn, without drawing it."""
    asked: list[Any] = []

    def child(what: Any) -> bytes:
        asked.append(what)
        return DRAWN

    monkeypatch.setattr(drawing, "_child", child)
    return asked


def test_a_chart_is_an_accessible_picture(read: Any, centre: Any) -> None:
    response = read("/fr/statistiques/indicateurs/stock/chart.svg?country=JM&country=HT")
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
    svg = ElementTree.fromstring(response.body)
    assert svg.get("role") == "img"
    named = {part.get("id", ""): part.text or "" for part in svg if part.get("id")}
    assert svg.get("aria-labelledby", "").split() == list(named)
    assert named["chart-title"] == "Personnes migrantes"
    assert named["chart-desc"].endswith("Haiti, Jamaica.")
    labels = {part.get("aria-label", "").replace("\xa0", " ") for part in svg.iter()}
    assert "Jamaica, 2020: 23 629,0 personnes" in labels
    assert "prefers-color-scheme:dark" in response.body.decode()
    assert b"http" not in response.body.replace(b"http://www.w3.org/", b"")

    png = read(STOCK + "chart.png")
    assert png["Content-Type"] == "image/png"
    assert png.body.startswith(b"\x89PNG")


def test_a_specification_holds_its_figures_and_its_number_format(read: Any, centre: Any) -> None:
    answer = json.loads(read("/nl/statistieken/indicatoren/stock/chart.json").body)
    assert answer["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
    assert [(one["country"], one["value"], one["shown"]) for one in answer["data"]["values"]] == [
        ("JM", 23629, "23.629,0 (2020)"),
        ("HT", 0, "0,0 (2020)"),
        ("BB", -7, "−7,0 (2015)"),
    ]
    assert answer["config"]["locale"]["number"]["decimal"] == ","
    same = read("/api/v3/indicators/stock/chart/?locale=nl").json()
    assert same == answer


def test_lines_differ_by_more_than_colour(read: Any, centre: Any) -> None:
    for number in range(12):
        centre.add(centre.stock, "JM", 2010, number, sex="_T", age=f"Y{number}")
        centre.add(centre.stock, "JM", 2020, number, sex="_T", age=f"Y{number}")
    ages = "&".join(f"age=Y{number}" for number in range(12))
    answer = json.loads(read(f"{STOCK}chart.json?country=JM&{ages}").body)
    names = {one["series"] for one in answer["data"]["values"]}
    assert len(names) == 8
    assert "The 8 largest of 12." in " ".join(answer["title"]["subtitle"])
    line, point = answer["layer"]
    looks = zip(
        line["encoding"]["strokeDash"]["scale"]["range"],
        point["encoding"]["shape"]["scale"]["range"],
        strict=True,
    )
    assert len({(str(dash), shape) for dash, shape in looks}) == 8


def test_colours_stand_out_in_light_and_dark() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(one: str, other: str) -> float:
        high, low = sorted((light(one), light(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for colour in (*charts.COLOURS, charts.BAR, charts.BAR_NEGATIVE):
        assert contrast(colour, charts.GROUND) >= 3, colour
        assert contrast(drawing.DARK[colour], drawing.DARK[charts.GROUND]) >= 3, colour
    for colour in (charts.INK, charts.QUIET):
        assert contrast(colour, charts.GROUND) >= 4.5
        assert contrast(drawing.DARK[colour], drawing.DARK[charts.GROUND]) >= 4.5


def test_a_picture_is_drawn_once_and_again_when_its_figures_change(
    read: Any, centre: Any, drawings: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    for _time in range(3):
        assert read(STOCK + "chart.svg").status_code == 200
    read(STOCK + "chart.svg", cookie="sessionid=none")  # past the cache of pages
    assert len(drawings) == 1
    connection.run_on_commit.clear()
    with django_capture_on_commit_callbacks(execute=True):
        centre.add(centre.stock, "TT", 2021, 5)
    read(STOCK + "chart.svg")
    assert len(drawings) == 2
    assert '"value": 5' in json.dumps(drawings[1]["spec"])
    connection.run_on_commit.clear()
    with django_capture_on_commit_callbacks(execute=True):
        centre.pages["en"].summary = "Something else."
        centre.pages["en"].save()
    read(STOCK + "chart.svg")
    assert len(drawings) == 2


def test_one_reader_draws_while_the_others_wait(
    kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    asked: list[Any] = []

    def child(what: Any) -> bytes:
        asked.append(what)
        begun.set()
        go_on.wait(10)
        return DRAWN

    monkeypatch.setattr(drawing, "_child", child)
    found: list[bytes] = []
    readers = [
        threading.Thread(target=lambda: found.append(drawing.plain({"title": "One"})))
        for _reader in range(4)
    ]
    readers[0].start()
    begun.wait(10)
    for reader in readers[1:]:
        reader.start()
    go_on.set()
    for reader in readers:
        reader.join(10)
    assert found == [DRAWN] * 4
    assert len(asked) == 1


def test_few_pictures_are_drawn_at_once(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "TIME", 0.01)
    monkeypatch.setattr(drawing, "_places", threading.BoundedSemaphore(1))
    with drawing._places, pytest.raises(drawing.NotDrawnError, match="Too many"):
        drawing.plain({"title": "One"})


def test_what_cannot_be_drawn_is_an_answer(
    read: Any, centre: Any, kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "TIME", 0.01)
    response = read(STOCK + "chart.svg")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    assert "The table holds the same figures." in response.body.decode()
    with pytest.raises(drawing.NotDrawnError):
        drawing.plain({"title": "x" * (drawing.MAX_SPECIFICATION + 1)})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("chart.svg?size=huge", "huge is not known here. Valid: wide, narrow."),
        ("chart.svg?country=XX", "XX is not known here."),
        ("chart.png?width=9", "width is not a parameter here."),
        ("map.svg?year_from=x", "x is not a year."),
    ],
)
def test_a_bad_picture_is_refused(
    read: Any, centre: Any, drawings: list[Any], file: str, said: str
) -> None:
    response = read(STOCK + file)
    assert response.status_code == 400
    assert said in response.body.decode()
    assert not drawings


def test_a_picture_of_nothing_is_not_there(read: Any, centre: Any, drawings: list[Any]) -> None:
    assert read(STOCK + "chart.svg?year_from=2030").status_code == 404
    assert read(STOCK + "map.svg?country=JM&country=HT").status_code == 404  # over time
    assert read("/en/statistics/indicators/flows/map.svg").status_code == 404


def test_a_map_has_classes_a_legend_and_words(read: Any, centre: Any) -> None:
    svg = ElementTree.fromstring(read(STOCK + "map.svg").body)
    assert svg.get("role") == "img"
    titles = [part.text for part in svg.iter(f"{SVG}title")]
    assert titles[0] == "Migrants"
    assert "Haiti, 2020: 0.0" in titles
    assert titles.count("No data in the sources") == 30
    legend = [part.text for part in svg.iter(f"{SVG}text")]
    assert legend == ["persons", "−7.0", "0.0", "23,629.0", "No data in the sources"]


def test_equal_values_are_of_one_class() -> None:
    def of(*values: Any) -> list[tuple[Any, Any]]:
        return [(band.lowest, band.highest) for band in maps.bands(list(values))]

    assert of(1, 1, 1) == [(1, 1)]
    assert of(3, 1, 2) == [(1, 1), (2, 2), (3, 3)]
    assert of(*range(10)) == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    assert of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2) == [(0, 0), (1, 1), (2, 2)]
