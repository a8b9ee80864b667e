"""Tables of figures as people send them, and what they are told about them."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation
from openpyxl import load_workbook

from pages import factories as make
from pages.datasets.figures import Figure
from pages.models import Indicator
from repository.datasets import checking, numbers, reading, template
from repository.references import Unreadable

from .conftest import upload


def check(file: Any, *indicators: Indicator, **others: Any) -> checking.Report:
    return checking.check(reading.read(file, file.name), list(indicators), **others)


def told(report: checking.Report) -> dict[str, str]:
    return {finding.place: finding.message for finding in report.findings}


# The table as a whole -------------------------------------------------------------------


def test_a_table_is_read(stock: Indicator, table: Any) -> None:
    report = check(table("stock,JM,2020,_T,1200", "stock,HT,2021,f,0"), stock)

    assert not report.number
    assert report.figures == [
        Figure("stock", "JM", 2020, Decimal(1200)),
        Figure("stock", "HT", 2021, Decimal(0), sex="F"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings_are_told(stock: Indicator, separator: str, encoding: str) -> None:
    heading = separator.join(("REF_AREA", "TIME_PERIOD", "OBS_VALUE", "COMMENT_OBS"))
    row = separator.join(("JM", "2020", "1200", "Año completo"))
    report = check(upload(f"{heading}\n{row}\n".encode(encoding)), stock)

    assert [(row.value, row.note) for row in report.figures] == [(1200, "Año completo")]
    assert bool(report.notes) == (encoding == "cp1252")


def test_the_line_of_excel_that_names_the_separator_counts_as_a_row(stock: Indicator) -> None:
    report = check(upload("sep=;\nREF_AREA;TIME_PERIOD;OBS_VALUE\nXX;2020;1\n"), stock)

    assert list(told(report)) == ["A3"]


def test_a_workbook_is_read(stock: Indicator, workbook: Any) -> None:
    report = check(
        workbook(["stock", "JM", 2020, "_T", 1200], ["stock", "HT", 2020.0, None, 3]), stock
    )

    assert [(row.country, row.period, row.value) for row in report.figures] == [
        ("JM", 2020, 1200),
        ("HT", 2020, 3),
    ]


def test_numbers_of_a_workbook_are_what_the_spreadsheet_shows(
    share: Indicator, workbook: Any
) -> None:
    report = check(workbook(["share", "JM", 2020, "_T", 0.1 + 0.2]), share)

    assert [row.value for row in report.figures] == [Decimal("0.3")]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("REF_AREA,OBS_VALUE", "lacks columns: TIME_PERIOD"),
        ("REF_AREA,TIME_PERIOD,OBS_VALUE,COLOUR", "not known: COLOUR"),
        ("REF_AREA,TIME_PERIOD,OBS_VALUE,SEX,SEX", "twice"),
        ("country,year,value", "lacks columns"),
    ],
)
def test_a_wrong_heading_is_refused(db: None, table: Any, heading: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        reading.read(table("JM,2020,1", heading=heading), "figures.csv")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"),
        (b"REF_AREA,TIME_PERIOD,OBS_VALUE\n", "a.csv", "no figures"),
        (b"PK\x03\x04 broken", "a.xlsx", "not XLSX"),
        (b"REF_AREA,TIME_PERIOD,OBS_VALUE\n", "a.xlsx", "not XLSX"),
        (b"%PDF-1.4", "a.pdf", "CSV or XLSX"),
        (b"REF_AREA,TIME_PERIOD,OBS_VALUE\nJM,2020,1,5\n", "a.csv", "Cell D2"),
    ],
)
def test_what_is_no_table_is_refused(db: None, content: bytes, name: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        reading.read(upload(content, name), name)


def test_a_million_rows_are_refused_with_the_limit(db: None) -> None:
    heading = "REF_AREA,TIME_PERIOD,OBS_VALUE\n"
    for content in (heading + "JM,2020,1\n" * 1_000_000, heading + "JM,2020,1\n" * 600_000):
        with pytest.raises(Unreadable, match="25,000"):
            reading.read(upload(content), "figures.csv")


def test_a_workbook_that_unfolds_beyond_measure_is_refused(db: None) -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>" + b" " * (41 * 1024 * 1024))
    with pytest.raises(Unreadable, match="25,000"):
        reading.read(upload(out.getvalue(), "a.xlsx"), "a.xlsx")


def test_a_workbook_without_its_parts_is_refused(db: None) -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Unreadable, match="can't be read"):
        reading.read(upload(out.getvalue(), "a.xlsx"), "a.xlsx")


# Cells ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        ("stock,Jamaica,2020,_T,1", "B2", "Write the code: JM"),
        ("stock,XX,2020,_T,1", "B2", "Valid: HT, JM, TT"),
        ("stock,,2020,_T,1", "B2", "Valid: HT, JM, TT"),
        ("share,JM,2020,_T,1", "A2", "Valid: stock"),
        ("stock,JM,2020,X,1", "D2", "F (women)"),
        ("stock,JM,20,_T,1", "C2", "four digits"),
        ("stock,JM,2020-01,_T,1", "C2", "four digits"),
        ("stock,JM,1800,_T,1", "C2", "1900"),
        ("stock,JM,2020,_T,-1", "E2", "less than zero"),
        ("stock,JM,2020,_T,1.5", "E2", "whole number"),
        ("stock,JM,2020,_T,many", "E2", "no number"),
        ("stock,JM,2020,_T,99999999999999999", "E2", "too large"),
        ("stock,JM,2020,_T,=1+1", "E2", "formula"),
        ("stock,JM,2020,_T,1e5", "E2", "no number"),
        ("stock,JM,2020,_T,NaN", "E2", "no number"),
        ("stock,JM,2020,_T,٣", "E2", "no number"),
    ],
)
def test_a_report_points_to_the_cell_and_says_what_is_valid(
    stock: Indicator, table: Any, row: str, place: str, said: str
) -> None:
    report = check(table(row, "stock,HT,2020,_T,1"), stock)

    assert list(told(report)) == [place]
    assert said in told(report)[place]


def test_a_period_in_the_future_is_refused(stock: Indicator, table: Any) -> None:
    year = timezone.localdate().year + 1
    report = check(table(f"stock,JM,{year},_T,1"), stock)

    assert told(report) == {"C2": f"The year lies in the future. Valid: up to {year - 1}."}


def test_a_doubled_row_is_named_with_the_first(stock: Indicator, table: Any) -> None:
    report = check(table("stock,JM,2020,_T,1", "stock,jm,2020,,1"), stock)

    assert told(report) == {"E3": "Row 2 holds the same figure already. Keep one of the two."}


def test_other_columns_are_checked(share: Indicator, table: Any) -> None:
    heading = (
        "REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,OBS_STATUS,SEX,AGE,COUNTERPART_AREA,SOURCE"
        ",SOURCE_DATE,FOOTNOTE,COMMENT_OBS"
    )
    rows = (
        "JM,2020,1,persons,A,,,,,,,",
        "JM,2021,1,PCT_POPULATION,z,,,,,,,",
        "JM,2019,1,,,F,,,,,,",
        "JM,2018,1,,,,Y15T24,,,,,",
        "JM,2017,1,,,,,US,,,,",
        "JM,2016,1,,,,,,nobody,,,",
        "JM,2015,1,,,,,,census,2015-13-01,,",
        "JM,2014,1,,,,,,,,nothing,",
        f"JM,2013,1,,,,,,,,,{'a' * 501}",
        "JM,2012,101,,,,,,,,,",
        "JM,2011,1,,O,,,,,,,",
        "JM,2010,1,,b,,,,census,2015-12-01,born-abroad,well",
    )
    report = check(table(*rows, heading=heading), share)

    places = ["D2", "E3", "F4", "G5", "H6", "I7", "J8", "K9", "L10", "C11", "E12"]
    assert [finding.place for finding in report.findings] == places
    assert len(report.rows) == 11
    assert report.figures[-1].status == "B"


def test_a_formula_of_a_workbook_is_no_value(stock: Indicator, workbook: Any) -> None:
    report = check(workbook(["stock", "JM", 2020, "_T", "=SUM(A1:A9)"]), stock)

    assert told(report) == {"E2": "This is a formula. Put its result there, as a value."}


def test_an_empty_value_is_missing_and_never_zero(stock: Indicator, table: Any) -> None:
    heading = "REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS"
    report = check(table("JM,2020,,O", "JM,2021,,", "JM,2019,0,A", heading=heading), stock)

    assert not report.number
    assert (report.empty, [row.value for row in report.figures]) == (2, [0])


def test_a_table_without_any_value_is_refused(stock: Indicator, table: Any) -> None:
    assert check(table("stock,JM,2020,_T,"), stock).number == 1


def test_more_findings_than_can_be_read_are_counted(stock: Indicator, table: Any) -> None:
    report = check(table(*["stock,XX,2020,_T,1"] * 700), stock)

    assert (report.number, len(report.findings)) == (700, checking.MOST_FINDINGS)


def test_a_figure_of_another_dataset_from_the_same_source_is_named(
    stock: Indicator, table: Any
) -> None:
    from pages.models import Source

    published = make.DatasetPageFactory(
        source=Source.objects.get(code="census"), figures=[Figure("stock", "JM", 2020, Decimal(1))]
    )
    file = table("stock,JM,2020,_T,5")

    assert list(told(check(file, stock, source="census"))) == ["A2"]
    assert not check(file, stock, source="census", series=published.series).number
    assert not check(file, stock).number


def test_the_report_is_in_the_language_of_the_reader(stock: Indicator, table: Any) -> None:
    with translation.override("es"):
        report = check(table("stock,JM,2020,_T,=1"), stock)
    assert "fórmula" in told(report)["E2"]


# Numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("12,5", "12.5"), ("12.5", "12.5"), ("1 234", "1234"), ("1\u202f234,5", "1234.5")),
        *(("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("1.234.567", "1234567"), ("−3", "-3")),
        *(("1’234", "1234"), ("0,125", "0.125"), ("1234,567", "1234.567"), ("007", "7")),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert numbers.read(text, "") == Decimal(value)


def test_a_number_that_can_be_read_in_two_ways_is_asked_about() -> None:
    with pytest.raises(numbers.NotANumber, match=r"Write 1234, or with decimals 1\.2340"):
        numbers.read("1,234", "")
    assert numbers.read("1,234", numbers.mark_of(["1,234", "2.5"])) == 1234
    assert numbers.read("1,234", numbers.mark_of(["0,5"])) == Decimal("1.234")
    assert numbers.mark_of(["0,5", "0.5"]) == ""
    assert numbers.mark_of(["0,5"], ".") == ""


@pytest.mark.parametrize(
    "text", ["1,2,3", "1.23.4", "--1", "", "12%", "1 2", "1,", ".5", "1.5.5,5"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(numbers.NotANumber):
        numbers.read(text, "")


# The template ---------------------------------------------------------------------------


def test_the_template_comes_back_without_its_remarks(stock: Indicator) -> None:
    for content, name in (
        (template.as_csv([stock]), "a.csv"),
        (template.as_xlsx([stock]), "a.xlsx"),
    ):
        with pytest.raises(Unreadable, match="no figures"):
            reading.read(upload(content, name), name)


def test_the_template_has_the_columns_that_the_indicators_need(
    stock: Indicator, share: Indicator
) -> None:
    corridor: Any = make.IndicatorFactory(code="corridor", by_counterpart=True)

    assert "COUNTERPART_AREA" not in template.columns_for([stock])
    assert {"SEX", "AGE"} <= set(template.columns_for([stock]))
    assert "SEX" not in template.columns_for([share])
    assert "COUNTERPART_AREA" in template.columns_for([share, corridor])


def test_the_template_speaks_the_language_of_the_reader_and_keeps_the_codes(
    stock: Indicator,
) -> None:
    with translation.override("fr"):
        book = load_workbook(io.BytesIO(template.as_xlsx([stock])))

    assert book.sheetnames[0] == "DATA"
    rows = list(book["DATA"].values)
    assert rows[0][:2] == ("INDICATOR", "REF_AREA")
    assert rows[1][1] == "Pays ou territoire"
    assert rows[2][0] == "# stock"
    codes = {(row[0], row[1]) for row in list(book.worksheets[2].values)[1:]}
    assert {("REF_AREA", "JM"), ("SEX", "F"), ("OBS_STATUS", "E"), ("SOURCE", "census")} <= codes


def test_published_figures_come_back_as_they_are(stock: Indicator) -> None:
    rows = [
        Figure("stock", "JM", 2020, Decimal("12"), footnote="born-abroad", note="-see the text"),
        Figure("stock", "HT", 2020, Decimal("7"), sex="F", age="Y15T24", status="E"),
    ]
    dataset = make.DatasetPageFactory(source_name="Ours", figures=rows)

    for content, name in (
        (template.as_csv([stock], dataset), "a.csv"),
        (template.as_xlsx([stock], dataset), "a.xlsx"),
    ):
        file = upload(content, name)
        report = check(file, stock, series=dataset.series)
        assert not report.number
        own = dataset.source.code
        expected = {row._replace(source=own) for row in rows}
        assert {row._replace(source_date="") for row in report.figures} == expected
