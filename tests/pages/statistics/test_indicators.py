"""The page of an indicator: what it shows by itself, and what an address lets it show."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pages import factories as make
from pages.models import Observation
from pages.statistics import selection, sparklines

from .test_downloads import STOCK, grow

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    assert response.status_code == 200
    page = response.body.decode()
    shown = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(shown.split())


def values(response: Any) -> list[tuple[str, str]]:
    """The figures of the table: where each leads, and its whole value."""
    pattern = r'<a href="([^"]+)"><data value="([^"]+)">'
    return re.findall(pattern, response.body.decode())


def test_an_indicator_says_what_it_is_and_shows_the_newest_of_each(read: Any, centre: Any) -> None:
    page = read(STOCK)
    shown = words(page)
    for said in ("Migrants", "People born abroad.", "persons", "Census", "CC BY 4.0", "2010–2020"):
        assert said in shown
    assert values(page) == [
        ("BB/2015/#_T-census", "-7"),
        ("HT/2020/#_T-census", "0"),
        ("JM/2020/#_T-census", "23629"),
    ]
    assert "−7.0" in shown
    assert "23,629.0" in shown


def test_few_countries_are_shown_over_time_and_what_is_missing_is_empty(
    read: Any, centre: Any
) -> None:
    page = read(STOCK + "?country=JM&country=HT")
    assert [value for _address, value in values(page)] == ["100.5", "0", "23629"]
    row = re.search(r'<th scope="row">2010</th>(.*?)</tr>', page.body.decode(), re.S)
    assert row is not None
    assert "No data in the sources" in row[1]
    assert "0.0<" not in row[1]


def test_countries_without_a_figure_are_named(read: Any, centre: Any) -> None:
    make.CountryFactory(code="SR")
    assert "No data in the sources: Suriname." in words(read(STOCK))


def test_flows_are_shown_for_one_country_and_its_newest_year(read: Any, centre: Any) -> None:
    page = read("/en/statistics/indicators/flows/")
    assert "Moves, Jamaica, 2019" in words(page)
    assert values(page) == [
        ("JM/2019/#BB-_T-census", "20"),
        ("JM/2019/#HT-_T-census", "30"),
    ]


def test_downloads_beside_the_chart_hold_what_it_shows(read: Any, centre: Any) -> None:
    page = read(STOCK).body.decode()
    assert "data.csv?sex=_T&amp;age=_T&amp;show=newest" in page
    assert 'href="/en/statistics/indicators/stock/data.csv"' in page


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("en", STOCK),
        ("es", "/es/estadisticas/indicadores/stock/"),
        ("fr", "/fr/statistiques/indicateurs/stock/"),
        ("nl", "/nl/statistieken/indicatoren/stock/"),
    ],
)
def test_an_indicator_has_an_address_in_each_language(
    read: Any, centre: Any, language: str, address: str
) -> None:
    page = read(address + "?country=JM").body.decode()
    assert f'<html lang="{language}">' in page
    assert f'rel="canonical" href="http://testserver{address}"' in page
    assert 'href="/fr/statistiques/indicateurs/stock/?country=JM"' in page
    moved = read(address.replace(address.split("/")[3], "indicators"))
    assert moved.status_code == (200 if language == "en" else 301)


def test_search_engines_find_an_indicator_in_all_languages(read: Any, centre: Any) -> None:
    sitemap = read("/sitemap-fr.xml").body.decode()
    here = "http://testserver/fr/statistiques/indicateurs/stock/"
    assert f"<loc>{here}</loc>" in sitemap
    there = "http://testserver/nl/statistieken/indicatoren/stock/"
    assert f'hreflang="nl" href="{there}"' in sitemap


def test_a_bad_choice_is_said_and_the_rest_is_shown(read: Any, centre: Any) -> None:
    shown = words(read(STOCK + "?country=JM&country=XX&year_from=abc"))
    assert "XX is not known here." in shown
    assert "abc is not a year." in shown
    assert "100.5" in shown
    assert "There are no figures for this choice." in words(read(STOCK + "?year_from=2030"))


def test_too_many_figures_are_not_shown_but_handed_out(
    read: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (selection, "pages.statistics.series", "pages.statistics.views"):
        monkeypatch.setattr(f"{getattr(module, '__name__', module)}.MAX_FIGURES", 2)
    page = read(STOCK)
    assert "more than 2 figures" in words(page)
    assert not values(page)
    assert "data.csv?sex=_T" in page.body.decode()
    assert read(STOCK + "chart.json").status_code == 400


def test_a_figure_says_where_it_comes_from(read: Any, centre: Any) -> None:
    shown = words(read(STOCK + "JM/2020/"))
    for said in ("Migrants: Jamaica, 2020", "both sexes", "women", "11,621.0", "=A remark"):
        assert said in shown
    assert "normal value ( A )" in shown
    assert 'id="_T-census"' in read(STOCK + "JM/2020/").body.decode()
    assert "estimated value ( E )" in words(read(STOCK + "JM/2010/"))


def test_a_figure_names_its_dataset(read: Any, centre: Any) -> None:
    from pages.datasets.figures import Figure

    make.CountryFactory(code="TT")
    figure = Figure("stock", "TT", 2020, value=centre.stock.observations.first().value)
    make.DatasetPageFactory(title="Census 2020", source=centre.source, figures=[figure])
    assert "Census 2020 , version 1" in words(read(STOCK + "TT/2020/"))


def test_an_earlier_version_of_a_dataset_is_not_shown(read: Any, centre: Any) -> None:
    Observation.objects.filter(country__code="HT").update(current=False)
    assert [address for address, _value in values(read(STOCK))] == [
        "BB/2015/#_T-census",
        "JM/2020/#_T-census",
    ]
    assert b"HT" not in read(STOCK + "data.csv").body


def test_two_sources_for_one_year_are_two_series(read: Any, centre: Any) -> None:
    other = make.SourceFactory(code="survey", name="Survey")
    centre.add(centre.stock, "JM", 2020, 24000, source=other)
    page = read(STOCK + "?country=JM")
    assert [value for _address, value in values(page)] == ["100.5", "23629", "24000"]
    assert "Jamaica (Survey)" in words(page)
    # The newest is one figure of each, in every form of it.
    assert len(values(read(STOCK))) == 3


def test_themes_list_their_indicators(read: Any, centre: Any) -> None:
    theme = make.ThemeFactory(code="labour", name="Labour")
    centre.stock.themes.add(theme)
    make.StatisticsThemePageFactory(theme=theme, slug="labour", title="Labour")
    shown = words(read("/en/statistics/labour/"))
    assert "Migrants People born abroad. persons 3 countries and territories 2010–2020" in shown
    assert "Moves" not in shown
    assert "Moves" in words(read("/en/statistics/"))
    moved = read("/en/statistics/labour/?indicator=stock")
    assert (moved.status_code, moved["Location"]) == (301, STOCK)
    assert read("/en/statistics/labour/?indicator=flows").status_code == 200


def test_a_country_shows_small_lines_and_its_figures_lead_on(read: Any, centre: Any) -> None:
    country = make.CountryFactory(code="JM")
    make.CountryPageFactory(country=country, slug="jamaica")
    page = read("/en/countries/jamaica/").body.decode()
    assert f'href="{STOCK}JM/2020/#_T-census"' in page
    assert "<polyline" not in page  # two years are no line
    centre.add(centre.stock, "JM", 2015, 20)
    page = read("/en/countries/jamaica/").body.decode()
    assert 'aria-label="Migrants: from 100.5 in 2010 to 23,629.0 in 2020"' in page


def test_a_line_that_does_not_move_is_level(centre: Any) -> None:
    country = make.CountryFactory(code="SR")
    for year in (2000, 2001, 2005):
        centre.add(centre.stock, "SR", year, 5)
    line = sparklines.of_country(country, [centre.stock])["stock"]
    assert line.points == "2.0,10.0 15.6,10.0 70.0,10.0"


def test_pages_take_as_many_queries_for_a_thousand_figures_as_for_ten(
    centre: Any, count_queries: Any
) -> None:
    make.CountryPageFactory(country=make.CountryFactory(code="JM"), slug="jamaica")
    addresses = [
        *(STOCK, STOCK + "?country=JM", STOCK + "?show=all&age=Y1", STOCK + "chart.json"),
        *(STOCK + "map.svg", STOCK + "JM/2020/", "/en/statistics/", "/en/countries/jamaica/"),
    ]
    grow(centre, 20)
    count_queries(STOCK)  # fills what is remembered for the life of a process
    few = {address: count_queries(address) for address in addresses if "age" not in address}
    grow_more(centre)
    many = {address: count_queries(address) for address in few}
    assert many == few
    assert max(few.values()) <= 60


def grow_more(centre: Any) -> None:
    """A thousand totals, in thirty countries."""
    countries = [make.CountryFactory(code=f"X{n}", name=f"Country {n}") for n in range(30)]
    Observation.objects.bulk_create(
        Observation(
            indicator=centre.stock,
            country=country,
            source=centre.source,
            period=1950 + year,
            value=year * number,
        )
        for number, country in enumerate(countries)
        for year in range(34)
    )


def test_a_reader_without_a_centre_meets_no_dead_link(read: Any, home: Any) -> None:
    indicator = make.IndicatorFactory(code="stock", heading="socioeconomics")
    country = make.CountryFactory(code="JM")
    make.ObservationFactory(indicator=indicator, country=country)
    make.CountryPageFactory(country=country, slug="jamaica")
    assert "indicators/stock" not in read("/en/countries/jamaica/").body.decode()


# For search engines of data ---------------------------------------------------------------


def test_the_indicator_is_described_as_the_page_describes_it(read: Any, centre: Any) -> None:
    """Whatever the address chooses: it is about the indicator."""
    centre.stock.definition = "People </script><b>born</b> & abroad."
    centre.stock.source = centre.source
    centre.stock.save()
    for query in ("", "?country=HT&sex=F"):
        page = read(STOCK + query)
        (said,) = structured_data(page)
        address = f"http://testserver{STOCK}"
        assert (said["@context"], said["@type"]) == ("https://schema.org", "Dataset")
        assert said["url"] == said["@id"] == address
        assert (said["name"], said["identifier"]) == ("Migrants", "stock")
        assert said["description"] == "People </script><b>born</b> & abroad."
        assert said["temporalCoverage"] == "2010/2020"
        assert "2010–2020" in words(page)
        assert [place["name"] for place in said["spatialCoverage"]] == [
            *("Barbados", "Haiti", "Jamaica"),
        ]
        assert said["creator"]["name"] == "Statistical office"
        assert said["license"] == {"@type": "CreativeWork", "name": "CC BY 4.0"}
        assert said["variableMeasured"][0]["unitText"] == "persons"
    downloads = re.findall(rf'href="({STOCK}data\.[^"?]+)"', page.body.decode())
    said_files = {one["contentUrl"]: one["encodingFormat"] for one in said["distribution"]}
    assert set(said_files) == {f"http://testserver{file}" for file in downloads}
    for file, media_type in said_files.items():
        answer = read(file.removeprefix("http://testserver"))
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(media_type)


def test_it_is_described_in_the_reader_s_language(read: Any, centre: Any) -> None:
    (said,) = structured_data(read("/fr/statistiques/indicateurs/stock/"))
    assert (said["name"], said["inLanguage"]) == ("Personnes migrantes", "fr")
    Observation.objects.all().delete()
    (said,) = structured_data(read("/fr/statistiques/indicateurs/stock/"))
    assert not {"distribution", "temporalCoverage", "spatialCoverage"} & said.keys()


def structured_data(response: Any) -> list[dict[str, Any]]:
    found = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.S
    )
    return [json.loads(text) for text in found]
