"""Records as tables: one line for each publication, in the columns of ``Submission.data``.

Spreadsheets write tables in several ways: commas or semicolons, UTF-8 or Windows-1252. All are
read; what is written begins with the mark by which spreadsheets know UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.datasets.tables import FORMULA, escaped

from ..forms import FORMS, LISTS
from ..models import Contributor
from ..references import Unreadable

MOST_ROWS, LONGEST_CELL = 1_000, 100_000
MOST_BYTES = 20 * 1024 * 1024
_STEPS = ("publication", "subjects", "readers", "files")
COLUMNS: tuple[str, ...] = (*(name for step in _STEPS for name in FORMS[step].base_fields), "files")
#: The line with which Excel names the separator.
SEPARATOR = re.compile(r"sep=([,;\t|])\s*")

Role = Contributor.Role


@dataclass(frozen=True)
class Table:
    #: The number of each line as a spreadsheet counts, and its cells by column.
    lines: list[tuple[int, dict[str, str]]]
    notes: list[str] = field(default_factory=list)


# Reading ------------------------------------------------------------------------------


def read(content: bytes) -> Table:
    """Raises ``Unreadable`` when the table as a whole can't be read."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("This table is too large. Send it in several parts."))
    text, notes = decoded(content)
    numbered = lines(text.replace("\0", ""))
    columns = _columns(next((cells for _number, cells in numbered), []))
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise Unreadable(
                _("A table has at most %(most)d publications. Send it in several parts.")
                % {"most": MOST_ROWS}
            )
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise Unreadable(
                _(
                    "Row %(row)d has more cells than the heading has columns. Put a cell in"
                    " quotation marks when it holds the character that separates cells."
                )
                % {"row": number}
            )
        pairs = zip(columns, cells, strict=False)
        rows.append((number, {name: unescaped(cell) for name, cell in pairs if name}))
    if not rows:
        raise Unreadable(_("The table has a heading and no publications below it."))
    return Table(rows, notes)


def decoded(content: bytes) -> tuple[str, list[str]]:
    """The text, and what to say about the way it was read."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        note = _(
            "The file is not UTF-8 and was read as Windows-1252. Check letters with accents; in a"
            " spreadsheet, save as “CSV UTF-8”."
        )
        return content.decode("cp1252", "replace"), [note]


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number. Excel may begin with a line that names the separator."""
    first, _end, rest = text.partition("\n")
    between, start = separator(text), 1
    if SEPARATOR.fullmatch(first.strip("\r")):
        text, start = rest, 2
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    former = csv.field_size_limit(LONGEST_CELL)
    try:
        yield from enumerate(reader, start)
    except csv.Error:
        raise Unreadable(
            _(
                "Line %(line)d can't be read: a quotation mark is not closed, or a cell is longer"
                " than %(most)d characters."
            )
            % {"line": reader.line_num + start - 1, "most": LONGEST_CELL}
        ) from None
    finally:
        csv.field_size_limit(former)


def separator(text: str) -> str:
    """The character that separates cells, by the first line."""
    first = text.partition("\n")[0]
    said = SEPARATOR.fullmatch(first.strip("\r"))
    return said[1] if said else max(",;\t", key=first.count)


def _columns(heading: list[str]) -> list[str]:
    columns = [cell.strip().strip("\ufeff").lower() for cell in heading]
    unknown = [name for name in columns if name and name not in COLUMNS]
    if unknown or "title" not in columns:
        what = (
            ngettext(
                "The heading has a column that is not known: %(columns)s.",
                "The heading has columns that are not known: %(columns)s.",
                len(unknown),
            )
            % {"columns": ", ".join(name[:40] for name in unknown[:10])}
            if unknown
            else _("The first line is no heading with a column “title”.")
        )
        valid = _("The columns are: %(columns)s.") % {"columns": ", ".join(COLUMNS)}
        raise Unreadable(f"{what} {valid}")
    twice = next((name for name in columns if name and columns.count(name) > 1), "")
    if twice:
        raise Unreadable(_("The heading has the column “%(column)s” twice.") % {"column": twice})
    return columns


def unescaped(cell: str) -> str:
    """Without the apostrophe with which ``escaped`` makes a formula a text."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


# Writing ------------------------------------------------------------------------------


def write(columns: Iterable[str], lines: Iterable[Iterable[str]], language: str) -> bytes:
    """A table that spreadsheets open in ``language``: where numbers are written with a comma,
    cells are separated by semicolons."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="," if language == "en" else ";")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([escaped(cell) for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# Cells and values ---------------------------------------------------------------------


def data_of(cells: dict[str, str]) -> dict[str, Any]:
    """What a submission holds, of what the cells say. Lists are separated by semicolons."""
    data: dict[str, Any] = {}
    for name, cell in cells.items():
        if name == "files" or not cell.strip():
            continue
        if name == "contributors":
            data[name] = [_contributor(part) for part in parts(cell)]
        elif name in LISTS:
            data[name] = parts(cell)
        elif name == "no_year":
            data[name] = "" if cell.strip().lower() in ("no", "0", "false") else "on"
        else:
            data[name] = cell
    return data


def cells_of(data: dict[str, Any], files: Iterable[str] = ()) -> dict[str, str]:
    cells = {}
    for name in COLUMNS:
        value: Any = data.get(name) or ""
        if name == "contributors":
            value = "; ".join(_named(row) for row in value)
        elif name == "no_year":
            value = "yes" if value else ""
        elif isinstance(value, list):
            value = "; ".join(str(part).replace(";", ",") for part in value)
        cells[name] = str(value)
    cells["files"] = "; ".join(files)
    return cells


def parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _contributor(text: str) -> dict[str, str]:
    """``Family, Given``, or the name of a body, and the role in brackets where it is no author:
    ``Family, Given [editor]``. A name that ends with a comma is whole."""
    found = re.fullmatch(r"(.*?)\s*\[([^\[\]]*)\]", text)
    name, role = (found[1], found[2].strip().lower()) if found else (text, "")
    family, comma, given = name.partition(",")
    if role == Role.CORPORATE or name.endswith(",") or not comma:
        family, given = name.rstrip(","), ""
    if not role:
        role = Role.AUTHOR if comma else Role.CORPORATE
    return {"role": str(role), "family_name": family.strip(), "given_name": given.strip()}


def _named(row: dict[str, str]) -> str:
    """What ``_contributor`` reads the same again."""
    role, family, given = (
        str(row.get(part) or "").replace(";", ",") for part in ("role", "family_name", "given_name")
    )
    if given:
        name = f"{family}, {given}"
    elif role == Role.CORPORATE:
        return f"{family} [{role}]" if "," in family else family
    else:
        name = f"{family},"
    return name if role == Role.AUTHOR else f"{name} [{role}]"
