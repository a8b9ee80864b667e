"""The table to fill in: made for the indicators that it is about, with the codes that are valid.

Codes are the same in all languages; what explains them is in the reader's. Rows that begin with
``#`` are remarks and are left out when the table comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from pages import ages
from pages.datasets import tables as columns
from pages.models import (
    Country,
    DatasetPage,
    Footnote,
    Indicator,
    Observation,
    ObservationStatus,
    Place,
    Sex,
    Source,
)

from .reading import REMARK, SHEET

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOLD = Font(bold=True)
_GREY = Font(italic=True, color="595959")
_FILL = PatternFill("solid", fgColor="E8EEF4")


def columns_for(indicators: list[Indicator]) -> list[str]:
    """The columns that these indicators need."""
    left_out = {
        "SEX": not any(one.by_sex for one in indicators),
        "AGE": not any(one.by_age for one in indicators),
        "COUNTERPART_AREA": not any(one.by_counterpart for one in indicators),
    }
    return [name for name in columns.COLUMNS if not left_out.get(name)]


def explanations(names: list[str]) -> list[tuple[str, str, str]]:
    """Each column: its name, what it holds, and what is valid there."""
    valid = {
        "INDICATOR": _("A code of the sheet of codes."),
        "REF_AREA": _("A code of two letters."),
        "COUNTERPART_AREA": _("A code of two letters, for figures by origin or destination."),
        "TIME_PERIOD": _("A year of four digits, not in the future."),
        "SEX": _("_T for both, F or M. Empty is _T."),
        "AGE": _("_T for all ages, Y15T24 for 15 to 24, Y_LT5 for under 5, Y_GE65 for 65 on."),
        "OBS_VALUE": _("A number. Empty when there is none: missing is never zero."),
        "UNIT_MEASURE": _("The unit of the indicator, as a check. It may be empty."),
        "OBS_STATUS": _("A letter of the SDMX code list. Empty is A."),
        "SOURCE": _("A code. Empty when it is the source of the dataset."),
        "SOURCE_DATE": _("Year, or year-month-day, when the source published the figure."),
        "FOOTNOTE": _("A code, or empty."),
        "COMMENT_OBS": _("A short text of your own, at most 500 characters."),
    }
    return [(name, str(columns.COLUMNS[name]), valid[name]) for name in names]


def codes_for(indicators: list[Indicator], names: list[str]) -> Iterator[tuple[str, str, str]]:
    """What is valid in each column: column, code, name in the reader's language."""
    for one in indicators:
        yield "INDICATOR", one.code, f"{one.label} ({one.get_unit_display()})"
    lists: dict[str, dict[str, str]] = {
        "REF_AREA": Country.labels(),
        "COUNTERPART_AREA": Place.labels(),
        "SEX": {code: str(label) for code, label in Sex.choices},
        "AGE": {code: ages.label(code) for code in ("_T", "Y15T24", "Y_LT5", "Y_GE65")},
        "UNIT_MEASURE": {one.unit: str(one.get_unit_display()) for one in indicators},
        "OBS_STATUS": {code: str(label) for code, label in ObservationStatus.choices},
        "SOURCE": Source.labels(),
        "FOOTNOTE": Footnote.labels(),
    }
    for column, labels in lists.items():
        if column in names:
            for code, label in labels.items():
                yield column, code, label


def example(indicator: Indicator, names: list[str]) -> list[str]:
    """A row that shows what a valid one looks like; it is a remark."""
    cells = {
        "INDICATOR": f"{REMARK} {indicator.code}",
        "REF_AREA": "JM",
        "COUNTERPART_AREA": "US" if indicator.by_counterpart else "",
        "TIME_PERIOD": "2020",
        "SEX": Sex.TOTAL.value,
        "AGE": ages.TOTAL,
        "OBS_VALUE": "12.5" if indicator.decimals else "1250",
        "UNIT_MEASURE": indicator.unit,
        "OBS_STATUS": ObservationStatus.PROVISIONAL.value,
        "COMMENT_OBS": _("An example. Rows that begin with # are left out."),
    }
    return [cells.get(name, "") for name in names]


def _remarks(indicators: list[Indicator], names: list[str]) -> Iterator[list[str]]:
    labels = [str(columns.COLUMNS[name]) for name in names]
    yield [f"{REMARK} {labels[0]}", *labels[1:]]
    yield example(indicators[0], names)


def _figures(dataset: DatasetPage | None, names: list[str]) -> Iterable[list[str]]:
    """The figures that are published already, to be corrected."""
    if dataset is None:
        return
    rows = columns.rows_of(Observation.objects.of_dataset(dataset))
    places = [list(columns.COLUMNS).index(name) for name in names]
    for row in rows:
        cells = list(row)
        yield [cells[place] for place in places]


def as_csv(indicators: list[Indicator], dataset: DatasetPage | None = None) -> bytes:
    """Separated by commas, with the mark by which spreadsheets know UTF-8."""
    names = columns_for(indicators)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(_remarks(indicators, names))
    writer.writerows(_figures(dataset, names))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(indicators: list[Indicator], dataset: DatasetPage | None = None) -> bytes:
    """With a sheet that explains the columns, and one of the valid codes."""
    names = columns_for(indicators)
    book = Workbook(write_only=True)
    data = book.create_sheet(SHEET)
    data.freeze_panes = "A2"
    for place, name in enumerate(names, 1):
        wide = name in ("INDICATOR", "COMMENT_OBS")
        data.column_dimensions[get_column_letter(place)].width = 32 if wide else 20
    data.append([_styled(data, name, _BOLD, _FILL) for name in names])
    for remark in _remarks(indicators, names):
        data.append([_styled(data, text, _GREY) for text in remark])
    numeric = {names.index("OBS_VALUE"), names.index("TIME_PERIOD")}
    for row in _figures(dataset, names):
        data.append(
            [float(text) if place in numeric and text else text for place, text in enumerate(row)]
        )
    _sheet(
        book,
        _("Columns"),
        (_("Column"), _("What it holds"), _("What is valid")),
        explanations(names),
        (22, 36, 80),
    )
    _sheet(
        book,
        _("Codes"),
        (_("Column"), _("Code"), _("Name")),
        codes_for(indicators, names),
        (22, 30, 60),
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _styled(sheet: object, text: str, font: Font, fill: PatternFill | None = None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = font
    if fill:
        cell.fill = fill
    return cell


def _sheet(
    book: Workbook,
    title: str,
    heading: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    widths: tuple[int, ...],
) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_styled(sheet, text, _BOLD, _FILL) for text in heading])
    for row in rows:
        sheet.append([columns.escaped(text) for text in row])
