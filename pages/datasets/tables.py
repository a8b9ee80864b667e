"""The columns in which figures are written and read, by the concepts of SDMX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models.statistics import Observation
from .figures import plain

#: What each column holds, in the reader's words.
COLUMNS: dict[str, Any] = {
    "INDICATOR": _("Indicator"),
    "REF_AREA": _("Country or territory"),
    "COUNTERPART_AREA": _("Country of origin or destination"),
    "TIME_PERIOD": _("Year"),
    "SEX": _("Sex"),
    "AGE": _("Age"),
    "OBS_VALUE": _("Value"),
    "UNIT_MEASURE": _("Unit"),
    "OBS_STATUS": _("Status"),
    "SOURCE": _("Source"),
    "SOURCE_DATE": _("Date of the source"),
    "FOOTNOTE": _("Footnote"),
    "COMMENT_OBS": _("Note"),
}
#: Where a cell that begins so is shown in a spreadsheet, it is taken for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
#: What ``cells`` needs of each observation.
RELATED = ("indicator", "country", "counterpart", "source", "footnote")


def cells(figure: Observation) -> dict[str, str]:
    """The cells of a figure, by column."""
    return {
        "INDICATOR": figure.indicator.code,
        "REF_AREA": figure.country.code,
        "COUNTERPART_AREA": figure.counterpart.code if figure.counterpart else "",
        "TIME_PERIOD": str(figure.period),
        "SEX": figure.sex,
        "AGE": figure.age,
        "OBS_VALUE": plain(figure.value),
        "UNIT_MEASURE": figure.indicator.unit,
        "OBS_STATUS": figure.status,
        "SOURCE": figure.source.code,
        "SOURCE_DATE": figure.source_date,
        "FOOTNOTE": figure.footnote.code if figure.footnote else "",
        "COMMENT_OBS": escaped(figure.note),
    }


def escaped(text: str) -> str:
    """Text that no spreadsheet takes for a formula; ``repository.bulk.tables`` undoes it."""
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table with its heading, line by line, as RFC 4180 has it."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow(row)


def rows_of(observations: Any) -> Iterator[Iterable[str]]:
    """The rows of a query set, read in pieces, in an order that stays."""
    ordered = observations.select_related(*RELATED).order_by(
        *("indicator__code", "country__code", "period", "counterpart__code", "sex", "age", "pk")
    )
    for figure in ordered.iterator(chunk_size=2000):
        yield cells(figure).values()
