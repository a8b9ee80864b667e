"""Figures as rows: the columns of downloads, and the same words for all of them.

Everything that a row says is looked up before the first row is read: rows are written while an
answer is under way, when the reader's language is no longer active.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..models import Country, Footnote, Indicator, Place, Source
from .selection import Selection

#: Rows fetched at once from the server's cursor.
CHUNK = 2_000
#: The columns of CSV, JSON and XLSX: what an observation is, then what it says.
COLUMNS = (
    *("indicator", "indicator_name", "country", "country_name", "counterpart"),
    *("counterpart_name", "period", "sex", "value", "unit", "status", "source", "source_name"),
    *("source_date", "note"),
)
#: Those that hold numbers.
NUMBERS = ("period", "value")

_FIELDS = (
    *("indicator__code", "country__code", "counterpart__code", "period", "sex", "value"),
    *("indicator__unit", "status", "source__code", "source_date", "footnote__code"),
    "indicator__decimals",
)
_VALUE = _FIELDS.index("value")


@dataclass(frozen=True)
class Names:
    """The names of terms in one language."""

    indicators: dict[str, str]
    countries: dict[str, str]
    places: dict[str, str]
    sources: dict[str, str]
    footnotes: dict[str, str]

    @classmethod
    def now(cls) -> Names:
        """Those of the active language; five queries."""
        return cls(*(m.labels() for m in (Indicator, Country, Place, Source, Footnote)))


@dataclass(frozen=True)
class Row:
    """One observation as downloads give it. ``counterpart`` and ``note`` may be empty."""

    indicator: str
    country: str
    counterpart: str
    period: int
    sex: str
    value: Decimal | None
    unit: str
    status: str
    source: str
    source_date: str
    footnote: str
    decimals: int

    def cells(self, names: Names) -> tuple[Any, ...]:
        """By ``COLUMNS``. Numbers are numbers; what is missing is an empty text or None."""
        return (
            self.indicator,
            names.indicators.get(self.indicator, self.indicator),
            self.country,
            names.countries.get(self.country, self.country),
            self.counterpart,
            names.places.get(self.counterpart, self.counterpart),
            self.period,
            self.sex,
            self.value,
            self.unit,
            self.status,
            self.source,
            names.sources.get(self.source, self.source),
            self.source_date,
            names.footnotes.get(self.footnote, self.footnote),
        )


def rows(selection: Selection) -> Iterator[Row]:
    """The rows of ``selection``, read as they are asked for: memory does not grow with them."""
    for values in selection.rows().values_list(*_FIELDS).iterator(chunk_size=CHUNK):
        yield Row(*("" if cell is None and n != _VALUE else cell for n, cell in enumerate(values)))


def written(value: Decimal | None) -> str:
    """A number with a decimal point and without the zeros that the database adds; what is
    missing is empty."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
