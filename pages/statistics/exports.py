"""Figures as files: CSV, SDMX-CSV, JSON, XLSX, and a zip with all that one needs to use them.

Text formats are streamed from the server's cursor; XLSX and zip are written to a temporary file.
Memory does not grow with the number of rows. What is missing is empty, never zero; numbers have a
decimal point in every language.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from ..models import Indicator
from ..models.base import active_language
from .describing import Description, describe
from .selection import Selection
from .tables import COLUMNS, NUMBERS, Names, Row, rows, safe, written

#: Characters that are sent at once.
PIECE = 64 * 1024
#: Rows of one sheet: more take longer to write than a reader should wait.
MAX_SHEET = 100_000

#: The data structure: SDMX concepts where there is one. See docs/statistics.md.
SDMX_STRUCTURE = "CPMG:DF_OBSERVATIONS(1.0.0)"
SDMX_COLUMNS = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
    *("FREQ", "INDICATOR", "REF_AREA", "COUNTERPART_AREA", "SEX", "AGE"),
    *("TIME_PERIOD", "OBS_VALUE"),
    *("OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT", "DECIMALS", "SOURCE", "SOURCE_DATE"),
    "COMMENT_OBS",
)


class TooManyRowsError(Exception):
    """More rows than the format holds."""


@dataclass(frozen=True)
class Format:
    """One way of handing out a selection. ``file`` ends the names of its files."""

    code: str
    label: str
    file: str
    content_type: str
    make: Callable[[Selection, Any], HttpResponseBase]


def respond(selection: Selection, form: Format, name: str, *, bom: bool = False) -> Any:
    """The file of ``selection``, called ``name`` and the ending of the format."""
    response = form.make(selection, bom)
    response["Content-Type"] = form.content_type
    response["Content-Disposition"] = f'attachment; filename="{name}.{form.file}"'
    return response


# Text -------------------------------------------------------------------------------------


def _csv_lines(head: tuple[str, ...], lines: Iterator[list[Any]]) -> Iterator[str]:
    """Lines by RFC 4180, in pieces."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow(line)
        if buffer.tell() >= PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(row: Row, names: Names) -> list[str]:
    return [
        (str(cell) if column == "period" else written(cell))
        if column in NUMBERS
        else safe(str(cell))
        for column, cell in zip(COLUMNS, row.cells(names), strict=True)
    ]


def csv_text(selection: Selection, names: Names) -> Iterator[str]:
    return _csv_lines(COLUMNS, (_plain(row, names) for row in rows(selection)))


def _sdmx(row: Row, names: Names) -> list[Any]:
    return [
        *("dataflow", SDMX_STRUCTURE, "I", "A", row.indicator, row.country),
        *(row.counterpart or "_Z", row.sex, row.age, row.period, written(row.value), row.status),
        *(row.unit, 0, row.decimals, row.source, row.source_date, safe(row.remarks(names))),
    ]


def sdmx_text(selection: Selection, names: Names) -> Iterator[str]:
    return _csv_lines(SDMX_COLUMNS, (_sdmx(row, names) for row in rows(selection)))


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _json_row(row: Row, names: Names) -> str:
    """As JSON; the value keeps its digits, which a float would not."""
    fields = [
        f'"{column}": {written(cell) or "null"}'
        if column == "value"
        else f'"{column}": {_encode(cell) if cell else "null"}'
        for column, cell in zip(COLUMNS, row.cells(names), strict=True)
    ]
    return "{" + ", ".join(fields) + "}"


def json_text(selection: Selection, names: Names, about: Description) -> Iterator[str]:
    yield json.dumps(about.as_data(), ensure_ascii=False, indent=1)[:-2]
    yield ',\n "observations": ['
    pieces: list[str] = []
    length, mark = 0, "\n  "
    for row in rows(selection):
        pieces.append(mark + _json_row(row, names))
        mark, length = ",\n  ", length + len(pieces[-1])
        if length >= PIECE:
            yield "".join(pieces)
            pieces, length = [], 0
    yield "".join(pieces) + "\n ]\n}\n"


def _stream(pieces: Iterator[str], *, bom: bool = False) -> StreamingHttpResponse:
    def encoded() -> Iterator[bytes]:
        if bom:
            yield b"\xef\xbb\xbf"
        for piece in pieces:
            yield piece.encode()

    return StreamingHttpResponse(encoded())


# Files ------------------------------------------------------------------------------------


def _workbook(selection: Selection, names: Names, about: Description, to: IO[bytes]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if selection.rows().count() > MAX_SHEET:
        raise TooManyRowsError(
            _("A sheet holds %(most)s rows. Choose fewer figures, or take CSV.")
            % {"most": MAX_SHEET}
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Figures")[:31])
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, column) for column in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows(selection):
        sheet.append(
            [
                cell if column in NUMBERS else safe(str(cell)) or None
                for column, cell in zip(COLUMNS, row.cells(names), strict=True)
            ]
        )
    notes = book.create_sheet(_("About")[:31])
    notes.column_dimensions["A"].width = 28
    notes.column_dimensions["B"].width = 100
    for label, text in about.lines():
        notes.append([label, safe(text)])
    book.save(to)


def _xlsx(selection: Selection, bom: bool) -> HttpResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        _workbook(selection, Names.now(), describe(selection), file)
    except BaseException:
        file.close()
        raise
    return _kept(file)


def _zip(selection: Selection, bom: bool) -> HttpResponse:
    names, about = Names.now(), describe(selection)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        small = {
            "README.txt": about.readme(),
            "metadata.json": json.dumps(about.as_data(), ensure_ascii=False, indent=1) + "\n",
        }
        for name, text in small.items():
            archive.writestr(_entry(name), text)
        for name, pieces in (
            ("data.csv", csv_text(selection, names)),
            ("data.sdmx.csv", sdmx_text(selection, names)),
        ):
            with archive.open(_entry(name), "w", force_zip64=True) as entry:
                for piece in pieces:
                    entry.write(piece.encode())
    return _kept(file)


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without a date: the same figures make the same file."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _kept(file: IO[bytes]) -> Any:
    length = file.tell()
    file.seek(0)
    response = FileResponse(file)
    response["Content-Length"] = str(length)
    return response


FORMATS = {
    form.code: form
    for form in (
        Format(
            *("csv", "CSV", "csv", "text/csv; charset=utf-8; header=present"),
            lambda chosen, bom: _stream(csv_text(chosen, Names.now()), bom=bom),
        ),
        Format(
            *("sdmx", "SDMX-CSV", "sdmx.csv"),
            "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
            lambda chosen, bom: _stream(sdmx_text(chosen, Names.now()), bom=bom),
        ),
        Format(
            *("json", "JSON", "json", "application/json"),
            lambda chosen, bom: _stream(json_text(chosen, Names.now(), describe(chosen))),
        ),
        Format(
            *("xlsx", "XLSX", "xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _xlsx,
        ),
        Format("zip", "ZIP", "zip", "application/zip", _zip),
    )
}


def file_name(indicator: Indicator | None) -> str:
    """``cpmg-population-fr``: of the platform, of what, in which language."""
    return f"cpmg-{indicator.code if indicator else 'statistics'}-{active_language()}"
