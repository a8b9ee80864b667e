"""Figures as rows: the columns of downloads, and the same words for all of them.

Everything that a row says is looked up before the first row is read: rows are written while an
answer is under way, when the reader's language is no longer active.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ..datasets.figures import plain
from ..models import Country, DatasetPage, Footnote, Indicator, Place, Source
from .selection import Selection

#: Rows fetched at once from the server's cursor.
CHUNK = 2_000
#: The columns of CSV, JSON and XLSX: what an observation is, then what it says.
COLUMNS = (
    *("indicator", "indicator_name", "country", "country_name", "counterpart"),
    *("counterpart_name", "period", "sex", "age", "value", "unit", "status", "source"),
    *("source_name", "source_date", "note", "dataset"),
)
#: Those that hold numbers.
NUMBERS = ("period", "value")

_FIELDS = (
    *("indicator__code", "country__code", "counterpart__code", "period", "sex", "age", "value"),
    *("indicator__unit", "status", "source__code", "source_date", "footnote__code", "note"),
    *("dataset_id", "indicator__decimals"),
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
    datasets: dict[int, str]

    @classmethod
    def now(cls) -> Names:
        """Those of the active language; six queries."""
        versions = DatasetPage.objects.values_list("pk", "title", "version")
        return cls(
            Indicator.labels(),
            Country.labels(),
            Place.labels(),
            Source.labels(),
            Footnote.labels(),
            {
                pk: _("%(title)s, version %(version)s") % {"title": title, "version": version}
                for pk, title, version in versions
            },
        )


@dataclass(frozen=True)
class Row:
    """One observation as downloads give it. ``counterpart`` and ``note`` may be empty."""

    indicator: str
    country: str
    counterpart: str
    period: int
    sex: str
    age: str
    value: Decimal | None
    unit: str
    status: str
    source: str
    source_date: str
    footnote: str
    note: str
    dataset: int | None
    decimals: int

    def remarks(self, names: Names) -> str:
        """Footnote and note in one text."""
        footnote = names.footnotes.get(self.footnote, self.footnote)
        return " ".join(text for text in (footnote, self.note) if text)

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
            self.age,
            self.value,
            self.unit,
            self.status,
            self.source,
            names.sources.get(self.source, self.source),
            self.source_date,
            self.remarks(names),
            names.datasets.get(self.dataset or 0, ""),
        )


def rows(selection: Selection) -> Iterator[Row]:
    """The rows of ``selection``, read as they are asked for: memory does not grow with them."""
    for values in selection.rows().values_list(*_FIELDS).iterator(chunk_size=CHUNK):
        cells: list[Any] = [
            "" if cell is None and n != _VALUE else cell for n, cell in enumerate(values)
        ]
        yield Row(*cells)


def written(value: Decimal | None) -> str:
    """A number as ``plain`` writes it; what is missing is empty."""
    return "" if value is None else plain(value)


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
