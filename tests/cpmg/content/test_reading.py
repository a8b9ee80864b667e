"""A malformed file is refused with file, record, field and reason; nothing is half-loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from wagtail.models import Page

from cpmg.content.reading import RefusedError, digest, read
from pages.models import LoadedRecord, Observation, Theme


def problems(folder: Path) -> list[str]:
    with pytest.raises(RefusedError) as refusal:
        read(folder)
    return [str(problem) for problem in refusal.value.problems]


def only_problem(folder: Path) -> str:
    (problem,) = problems(folder)
    return problem


def first_event(field: str, value: Any) -> Callable[[Any], None]:
    return lambda content: content["events"][0].update({field: value})


def test_shipped_data_are_right():
    content = read(settings.SITE / "data")
    assert len(content.vocabularies["countries"]) == 33


def test_small_data_are_right(data):
    assert len(read(data).vocabularies["countries"]) == 2


def test_missing_file_is_refused(data):
    (data / "facts.json").unlink()
    assert only_problem(data) == "facts.json: the file is missing"


def test_missing_vocabulary_does_not_bring_a_flood_of_unknown_codes(data):
    (data / "vocabularies/themes.json").unlink()
    assert only_problem(data) == "vocabularies/themes.json: the file is missing"


def test_text_that_is_not_json_is_refused_with_its_line(data):
    (data / "facts.json").write_text('[\n  {"country": "JM",}\n]', "utf-8")
    assert only_problem(data).startswith("facts.json, line 2: this is not JSON")


def test_text_that_is_not_utf_8_is_refused_with_its_line(data):
    (data / "facts.json").write_bytes('[\n"Haïti"]'.encode("latin-1"))
    assert only_problem(data) == "facts.json, line 2: the text is not UTF-8"


def test_json_of_another_shape_is_refused(data):
    (data / "facts.json").write_text('{"facts": []}', "utf-8")
    assert only_problem(data).startswith("facts.json: it should be a valid list")


@pytest.mark.parametrize(
    ("file", "change_by", "expected"),
    [
        (
            "pages/events.json",
            first_event("country", "QQ"),
            "record “cmc-preparatory-meeting-2016”, field country: unknown code “QQ”:"
            " vocabularies/places.json does not define it",
        ),
        (
            "pages/events.json",
            first_event("themes", ["migration-data", "no-such-theme"]),
            "field themes.2: unknown code “no-such-theme”: vocabularies/themes.json",
        ),
        (
            "pages/events.json",
            first_event("start_date", "6 June 2019"),
            "field start_date: “6 June 2019” is not a date such as 2019-06-06",
        ),
        (
            "pages/events.json",
            first_event("end_date", "2015-12-31"),
            "record “cmc-preparatory-meeting-2016”: end_date 2015-12-31 lies before start_date"
            " 2016-01-01",
        ),
        (
            "pages/events.json",
            first_event("organisers", ["nobody"]),
            "field organisers.1: unknown code “nobody”",
        ),
        (
            "pages/events.json",
            lambda content: content["events"][0]["title"].pop("fr"),
            "field title.fr: the text in French is missing",
        ),
        (
            "pages/events.json",
            lambda content: content["events"][0]["title"].update(nl=""),
            "field title.nl: the text is empty",
        ),
        (
            "pages/events.json",
            lambda content: content["events"][0]["title"].update(en="x" * 300),
            "field title.en: 300 characters; at most 255 are allowed",
        ),
        (
            "pages/events.json",
            first_event("tilte", "a typing mistake"),
            "field tilte: there is no such field",
        ),
        (
            "pages/events.json",
            lambda content: content["events"].append(content["events"][0]),
            "record “cmc-preparatory-meeting-2016”, field code: “cmc-preparatory-meeting-2016”"
            " appears twice",
        ),
        (
            "pages/events.json",
            first_event("summary", {"en": 1, "es": "Dos", "fr": "Trois", "nl": "Vier"}),
            "field summary.en: it should be a valid string, not 1",
        ),
        (
            "vocabularies/countries.json",
            lambda countries: countries[0].update(code="Haiti"),
            "field code: “Haiti” is not a country code of ISO 3166-1",
        ),
        (
            "vocabularies/indicators.json",
            lambda indicators: indicators[0].update(unit="people"),
            "record “population”, field unit: “people” is not one of persons, ",
        ),
        (
            "facts.json",
            lambda facts: facts[0].update(text=None),
            "record “HT government_type”: give either a text or a date",
        ),
        (
            "pages/countries.json",
            lambda content: content["countries"][0]["overview"].update(en="<p>Not closed"),
            "field overview.en: the tag <p> is not closed",
        ),
        (
            "pages/countries.json",
            lambda content: content["countries"][0]["overview"].update(
                en="<script>alert(1)</script>"
            ),
            "field overview.en: the tag <script> is not allowed in a text",
        ),
        (
            "publications.json",
            lambda content: content["publications"][0].update(isbn="978-92-9068-249-4"),
            "field isbn: An ISBN has 10 or 13 digits",
        ),
        (
            "publications.json",
            lambda content: content["publications"][0].update(doi="182"),
            "field doi: A DOI looks like 10.1000/182.",
        ),
        (
            "publications.json",
            lambda content: content["publications"][0].update(year="2018"),
            'field year: it should be a valid integer, not "2018"',
        ),
    ],
)
def test_wrong_record_is_refused_with_file_record_field_and_reason(
    data, change, file, change_by, expected
):
    change(file, lambda content: change_by(content) and None)
    found = [problem for problem in problems(data) if expected in problem]
    assert found, problems(data)
    assert found[0].startswith(f"{file}, record “")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "population,JM,,2024,T,,A,factbook,,2024",
            "field value: the value is missing",
        ),
        (
            "population,JM,,2024,T,many,A,factbook,,2024",
            "field value: it should be a valid decimal",
        ),
        ("population,JM,,2024,T,NaN,A,factbook,,2024", "field value: it should be a finite number"),
        ("population,QQ,,2024,T,1,A,factbook,,2024", "field country: unknown code “QQ”"),
        ("people,JM,,2024,T,1,A,factbook,,2024", "field indicator: unknown code “people”"),
        ("population,JM,,2024,X,1,A,factbook,,2024", "field sex: it should be 'T', 'F' or 'M'"),
        ("population,JM,,soon,T,1,A,factbook,,2024", "field period: it should be a valid integer"),
        ("population,JM,,2024,T,1", "6 cells instead of 10"),
    ],
)
def test_wrong_row_is_refused_with_file_line_and_column(data, row, expected):
    path = data / "observations/country_facts.csv"
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")
    assert only_problem(data).startswith("observations/country_facts.csv, line 12")
    assert expected in only_problem(data)


def test_figure_given_twice_is_refused_with_both_lines(data):
    path = data / "observations/country_facts.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), "utf-8")
    assert only_problem(data) == (
        "observations/country_facts.csv, line 12: the same figure is already given in"
        " observations/country_facts.csv, line 2"
    )


def test_unknown_columns_are_refused(data):
    (data / "observations/country_facts.csv").write_text("country,value\nJM,1\n", "utf-8")
    assert "line 1: the columns must be indicator,country," in only_problem(data)


def test_all_errors_are_collected(data, change):
    change("facts.json", lambda facts: facts[0].update(source="hearsay"))
    change("pages/events.json", first_event("type", "party"))
    assert [re.split("[,:]", problem)[0] for problem in problems(data)] == [
        "facts.json",
        "pages/events.json",
    ]


def test_command_shows_twenty_errors_and_loads_nothing(db, data, change):
    def spoil(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [facts[0] | {"source": "hearsay"}] * 30

    before = Page.objects.count()
    change("facts.json", spoil)
    with pytest.raises(CommandError) as error:
        call_command("load_content", "--data", str(data), "--no-progress")
    lines = str(error.value).splitlines()
    assert lines[0] == "Nothing was loaded; the data have 30 errors:"
    assert lines[1] == (
        "facts.json, record “HT government_type”, field source: unknown code “hearsay”:"
        " vocabularies/sources.json does not define it"
    )
    assert lines[-1] == "... and 10 more"
    assert len(lines) == 22
    assert not Theme.objects.exists()
    assert not Observation.objects.exists()
    assert not LoadedRecord.objects.exists()
    assert Page.objects.count() == before


def test_command_says_when_the_folder_is_missing(db, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("load_content", "--data", str(tmp_path / "nowhere"))


def test_digest_tells_every_change(data):
    before = digest(data)
    path = data / "facts.json"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert digest(data) != before
