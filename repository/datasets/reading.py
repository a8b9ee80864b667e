"""Tables of figures, CSV or XLSX, as cells that know their place: ``B17``.

Read with limits on bytes, on what they unfold into, and on rows; a formula is no value.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from defusedxml import DefusedXmlException
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from pages.datasets.tables import COLUMNS

from ..bulk import tables
from ..files import kinds
from ..references import Unreadable

MOST_ROWS = 25_000
MOST_BYTES = 10 * 1024 * 1024
#: Bytes into which a workbook may unfold.
UNFOLDED = 40 * 1024 * 1024
#: Rows of a sheet, by its format: those that are empty cost time as well.
ROWS_OF_A_SHEET = 1_048_576
#: Columns that are looked at.
MOST_COLUMNS = 40
REQUIRED = ("REF_AREA", "TIME_PERIOD", "OBS_VALUE")
#: Rows that begin so are remarks: the names of the columns, the example.
REMARK = "#"
#: The sheet that holds the figures, in every language.
SHEET = "DATA"


@dataclass(frozen=True)
class Cell:
    """``kind`` is that of a workbook's cell: ``n`` a number, ``f`` a formula, empty a text."""

    place: str
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """A row with something in it, its cells by column."""

    number: int
    cells: dict[str, Cell]


@dataclass
class Table:
    lines: list[Line] = field(default_factory=list)
    #: What to say about the way it was read.
    notes: list[str] = field(default_factory=list)
    #: The mark before decimals that the separator of cells tells; empty where it tells none.
    decimal: str = ""


def read(file: BinaryIO, name: str) -> Table:
    """The lines of a table. Raises ``Unreadable`` when it can't be read as a whole."""
    kind = kinds.extension(name)
    if kind not in ("csv", "txt", "xlsx"):
        raise Unreadable(_("Send a table: CSV or XLSX."))
    size = getattr(file, "size", 0) or 0
    if size > MOST_BYTES:
        raise Unreadable(
            _("This table is too large: %(size)s. At most %(rows)s rows and %(most)s are taken.")
            % {"size": filesizeformat(size), **_limits()}
        )
    try:
        kinds.check(file, name)
    except ValidationError as error:
        raise Unreadable(" ".join(error.messages)) from None
    file.seek(0)
    return _read_workbook(file) if kind == "xlsx" else _read_text(file.read(MOST_BYTES + 1))


def _limits() -> dict[str, str]:
    return {"rows": number_format(MOST_ROWS), "most": filesizeformat(MOST_BYTES)}


def _read_text(content: bytes) -> Table:
    text, notes = tables.decoded(content)
    rows = (
        (number, [(cell, "") for cell in cells])
        for number, cells in tables.lines(text.replace("\0", ""))
    )
    table = _table(rows)
    table.notes += notes
    if tables.separator(text) == ",":
        table.decimal = "."
    return table


def _read_workbook(file: BinaryIO) -> Table:
    if not kinds.has_short_table(file):
        raise _damaged()
    try:
        with zipfile.ZipFile(file) as archive:
            unfolded = sum(info.file_size for info in archive.infolist())
            if unfolded > UNFOLDED:
                raise Unreadable(
                    _("This workbook unfolds into %(size)s. At most %(rows)s rows are taken.")
                    % {"size": filesizeformat(unfolded), **_limits()}
                )
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            names = book.sheetnames
            sheet = book[SHEET if SHEET in names else names[0]]
            sheet.reset_dimensions()
            return _table(_rows_of_sheet(sheet))
        finally:
            book.close()
    except Unreadable:
        raise
    except DefusedXmlException:
        raise _damaged() from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise _damaged() from None
    except (AttributeError, IndexError, TypeError, SyntaxError, EOFError, NotImplementedError):
        raise _damaged() from None  # openpyxl stumbles in many ways over what is not a workbook


def _damaged() -> Unreadable:
    return Unreadable(_("This workbook can't be read. Save it again as XLSX, or as CSV."))


def _rows_of_sheet(sheet: Any) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    rows = sheet.iter_rows(max_row=ROWS_OF_A_SHEET, max_col=MOST_COLUMNS)
    for number, cells in enumerate(rows, 1):
        yield (
            number,
            [
                (_text(cell.value), kind if (kind := cell.data_type) in "nf" else "")
                for cell in cells
            ],
        )


def _text(value: Any) -> str:
    """What a cell of a workbook says, as one would type it with a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float):
        # Fifteen digits are what spreadsheets keep; more are an artefact of the format.
        text = format(value, ".15g")
        return str(int(value)) if "e" in text and value.is_integer() else text
    if isinstance(value, datetime.datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return str(value)


def _table(rows: Iterable[tuple[int, list[tuple[str, str]]]]) -> Table:
    table = Table()
    columns: list[str] | None = None
    for number, cells in rows:
        if not any(text.strip() for text, _kind in cells):
            continue
        if cells[0][0].lstrip("\ufeff '").startswith(REMARK):
            continue
        if columns is None:
            columns = _columns([text for text, _kind in cells])
            continue
        if len(table.lines) == MOST_ROWS:
            raise Unreadable(
                _("A table has at most %(rows)s rows with figures. Send it in several datasets.")
                % _limits()
            )
        extra = next(
            (place for place, (text, _k) in enumerate(cells[len(columns) :]) if text.strip()), None
        )
        if extra is not None:
            raise Unreadable(
                _(
                    "Cell %(cell)s stands in a column without a heading. In a CSV file, put a cell"
                    " in quotation marks when it holds the character that separates cells."
                )
                % {"cell": f"{get_column_letter(len(columns) + extra + 1)}{number}"}
            )
        found = {
            column: Cell(
                f"{get_column_letter(place)}{number}", tables.unescaped(text).strip(), kind
            )
            for place, (column, (text, kind)) in enumerate(zip(columns, cells, strict=False), 1)
            if column
        }
        table.lines.append(Line(number, found))
    if not table.lines:
        raise Unreadable(_("The table holds no figures."))
    return table


def _columns(heading: list[str]) -> list[str]:
    columns = [text.strip().strip("\ufeff").upper() for text in heading]
    while columns and not columns[-1]:
        columns.pop()
    unknown = [name for name in columns if name and name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in columns]
    valid = _("Valid: %(valid)s.") % {"valid": ", ".join(COLUMNS)}
    if missing:
        raise Unreadable(
            _("The first line lacks columns: %(columns)s.") % {"columns": ", ".join(missing)}
            + f" {valid}"
        )
    if unknown:
        raise Unreadable(
            _("The first line has columns that are not known: %(columns)s.")
            % {"columns": ", ".join(name[:40] for name in unknown[:10])}
            + f" {valid}"
        )
    if twice := next((name for name in columns if name and columns.count(name) > 1), ""):
        raise Unreadable(_("The heading has the column “%(column)s” twice.") % {"column": twice})
    return columns
