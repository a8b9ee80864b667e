"""Whether the figures of a table are valid: each cell that is not, with what would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from pages import ages
from pages.datasets.figures import Figure
from pages.models import (
    Country,
    Footnote,
    Indicator,
    Observation,
    ObservationStatus,
    Place,
    Sex,
    Source,
    Unit,
)
from pages.models.vocabularies import collation_key

from . import numbers
from .reading import Cell, Line, Table

#: Findings that are kept; more are only counted.
MOST_FINDINGS = 500
#: Codes of CL_OBS_STATUS that say why there is no value.
MISSING = {"H", "L", "M", "O", "Q"}
FIRST_YEAR = 1900
#: Units of what is counted one by one, and of what is a part of a hundred.
WHOLE = {Unit.PERSONS, Unit.COUNT}
OF_A_HUNDRED = {
    *(Unit.PCT_POPULATION, Unit.PCT_LABOUR_FORCE, Unit.PCT_YOUTH_LABOUR_FORCE),
    *(Unit.PCT_ADULTS, Unit.PCT_IMMIGRANTS, Unit.INDEX_100),
}
MAY_BE_NEGATIVE = {Unit.PER_1000, Unit.PCT_GDP}
LARGEST = Decimal(10) ** 14
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Finding:
    """What is wrong with a cell, and what would be right."""

    place: str
    column: str
    value: str
    message: str


@dataclass
class Report:
    figures: list[Figure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: All that was found, and the rows in which.
    number: int = 0
    rows: set[int] = field(default_factory=set)
    #: Rows without a value: no figures.
    empty: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, line: Line, cell: Cell, column: str, message: str) -> None:
        self.number += 1
        self.rows.add(line.number)
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(cell.place, column, cell.text[:80], message))


class _Wrong(ValueError):
    """Says what is valid."""


def check(
    table: Table, indicators: list[Indicator], *, source: str = "", series: UUID | None = None
) -> Report:
    """What a table says about ``indicators``. ``source`` is the code of the dataset's source, for
    rows that name none; ``series`` that of the dataset of which it is to be a new version."""
    return _Checking(table, indicators, source, series).run()


class _Checking:
    def __init__(
        self, table: Table, indicators: list[Indicator], source: str, series: UUID | None
    ) -> None:
        self.table = table
        self.source = source
        self.indicators = {indicator.code: indicator for indicator in indicators}
        self.series = series
        self.report = Report(notes=list(table.notes))
        rows = Country.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
        self.countries = dict(rows.values_list("code", "iso3"))
        self.by_iso3 = {iso3: code for code, iso3 in self.countries.items()}
        self.codes = {model: set(model.labels()) for model in (Place, Source, Footnote)}
        values = [line.cells.get("OBS_VALUE") for line in table.lines]
        self.mark = numbers.mark_of(
            (cell.text for cell in values if cell and not cell.kind), table.decimal
        )
        self.this_year = timezone.localdate().year

    def run(self) -> Report:
        seen: dict[tuple[Any, ...], int] = {}
        lines: dict[tuple[Any, ...], Line] = {}
        for line in self.table.lines:
            figure = self._figure(line)
            if figure is None:
                continue
            if figure.key in seen:
                self.report.add(
                    line,
                    line.cells["OBS_VALUE"],
                    "OBS_VALUE",
                    _("Row %(row)d holds the same figure already. Keep one of the two.")
                    % {"row": seen[figure.key]},
                )
                continue
            seen[figure.key] = line.number
            lines[figure.key] = line
            self.report.figures.append(figure)
        self._look_elsewhere(lines)
        if not self.report.figures and not self.report.number:
            self.report.number = 1
            self.report.findings.append(
                Finding("", "OBS_VALUE", "", _("No row of the table has a value."))
            )
        return self.report

    # One row ----------------------------------------------------------------------------

    def _figure(self, line: Line) -> Figure | None:
        before = self.report.number
        for column, cell in line.cells.items():
            if cell.kind == "f" or cell.text.startswith(("=", "@")):
                message = _("This is a formula. Put its result there, as a value.")
                self.report.add(line, cell, column, message)
        if self.report.number > before:
            return None

        def read(column: str, reader: Callable[..., Any], *others: Any) -> Any:
            """What the cell says; an empty one is read as well."""
            cell = line.cells.get(column) or Cell("", "")
            try:
                return reader(cell, *others)
            except (_Wrong, numbers.NotANumber) as error:
                place = cell if cell.place else _first(line)
                self.report.add(line, place, column, str(error))
                return None

        indicator = read("INDICATOR", self._indicator)
        values: dict[str, Any] = {
            "country": read("REF_AREA", self._country),
            "period": read("TIME_PERIOD", self._period),
            "source": read("SOURCE", self._term, Source),
            "source_date": read("SOURCE_DATE", self._source_date),
            "footnote": read("FOOTNOTE", self._term, Footnote),
            "note": read("COMMENT_OBS", self._note),
        }
        if indicator is not None:
            values |= {
                "sex": read("SEX", self._sex, indicator),
                "age": read("AGE", self._age, indicator),
                "counterpart": read("COUNTERPART_AREA", self._counterpart, indicator),
            }
            read("UNIT_MEASURE", self._unit, indicator)
        value = read("OBS_VALUE", self._value, indicator)
        values["status"] = read("OBS_STATUS", self._status, value)
        if self.report.number > before:
            return None
        if value is None:
            self.report.empty += 1
            return None
        return Figure(indicator=indicator.code, value=value, **values)

    def _indicator(self, cell: Cell) -> Indicator:
        if not cell.text and len(self.indicators) == 1:
            return next(iter(self.indicators.values()))
        code = _code(cell.text, self.indicators)
        if code is None:
            raise _Wrong(
                _("This dataset is about other indicators. Valid: %(valid)s.")
                % {"valid": ", ".join(self.indicators)}
            )
        return self.indicators[code]

    def _country(self, cell: Cell) -> str:
        code = cell.text.upper()
        if code in self.countries:
            return code
        if code in self.by_iso3:
            return self.by_iso3[code]
        name = collation_key(cell.text)
        labels = Country.labels()
        meant = next((code for code, label in labels.items() if collation_key(label) == name), "")
        if meant and cell.text:
            raise _Wrong(_("Write the code: %(code)s.") % {"code": meant})
        raise _Wrong(
            _("This is no country or territory of the region. Valid: %(valid)s.")
            % {"valid": ", ".join(sorted(self.countries))}
        )

    def _counterpart(self, cell: Cell, indicator: Indicator) -> str:
        if not indicator.by_counterpart:
            if cell.text:
                raise _Wrong(
                    _("This indicator is not broken down by origin or destination. Leave it empty.")
                )
            return ""
        code = cell.text.upper()
        if code in self.codes[Place]:
            return code
        raise _Wrong(
            _(
                "Give the country of origin or destination by its code of two letters, such as US;"
                " the template lists them."
            )
        )

    def _period(self, cell: Cell) -> int:
        if not (cell.text.isascii() and cell.text.isdigit() and len(cell.text) == 4):
            raise _Wrong(_("Give a year of four digits, such as 2020."))
        year = int(cell.text)
        if year > self.this_year:
            raise _Wrong(
                _("The year lies in the future. Valid: up to %(year)s.") % {"year": self.this_year}
            )
        if year < FIRST_YEAR:
            raise _Wrong(_("Valid: from %(year)s on.") % {"year": FIRST_YEAR})
        return year

    def _sex(self, cell: Cell, indicator: Indicator) -> str:
        sex = cell.text.upper() or Sex.TOTAL.value
        if sex not in Sex.values:
            raise _Wrong(
                _("Valid: %(valid)s.")
                % {"valid": ", ".join(f"{code} ({label})" for code, label in Sex.choices)}
            )
        if sex != Sex.TOTAL and not indicator.by_sex:
            raise _Wrong(_("This indicator is not broken down by sex. Valid: _T, or empty."))
        return sex

    def _age(self, cell: Cell, indicator: Indicator) -> str:
        age = cell.text.upper() or ages.TOTAL
        if not ages.is_code(age):
            raise _Wrong(_("Valid: %(valid)s.") % {"valid": "_T, Y20, Y15T24, Y_LT5, Y_GE65"})
        if age != ages.TOTAL and not indicator.by_age:
            raise _Wrong(_("This indicator is not broken down by age. Valid: _T, or empty."))
        return age

    def _unit(self, cell: Cell, indicator: Indicator) -> None:
        if cell.text and cell.text.casefold() != indicator.unit:
            raise _Wrong(
                _("%(indicator)s is given in %(unit)s. Valid: %(code)s.")
                % {
                    "indicator": indicator.label,
                    "unit": indicator.get_unit_display(),
                    "code": indicator.unit,
                }
            )

    def _value(self, cell: Cell, indicator: Indicator | None) -> Decimal | None:
        if not cell.text:
            return None
        if cell.kind == "n":
            try:
                value = Decimal(cell.text)
            except ArithmeticError:
                raise _Wrong(_("This is no number.")) from None
        else:
            value = numbers.read(cell.text, self.mark)
        if abs(value) >= LARGEST:
            raise _Wrong(_("This number is too large."))
        if value != round(value, 4):
            raise _Wrong(_("A value has at most four decimals."))
        if indicator is None:
            return value
        unit = Unit(indicator.unit)
        named = {"indicator": indicator.label, "unit": unit.label}
        if value < 0 and unit not in MAY_BE_NEGATIVE:
            raise _Wrong(_("%(indicator)s can't be less than zero.") % named)
        if value > 100 and unit in OF_A_HUNDRED:
            raise _Wrong(_("%(indicator)s is given in %(unit)s. Valid: 0 to 100.") % named)
        if unit in WHOLE and value != value.to_integral_value():
            raise _Wrong(_("%(indicator)s is given in %(unit)s: a whole number.") % named)
        return value

    def _status(self, cell: Cell, value: Decimal | None) -> str:
        status = cell.text.upper() or ObservationStatus.NORMAL.value
        if status in ObservationStatus.values or (status in MISSING and value is None):
            return status
        if status in MISSING:
            raise _Wrong(_("This status says that there is no value. Leave the value empty."))
        raise _Wrong(
            _("Valid: %(valid)s.")
            % {"valid": ", ".join(f"{code} ({label})" for code, label in ObservationStatus.choices)}
        )

    def _term(self, cell: Cell, vocabulary: Any) -> str:
        if not cell.text:
            return ""
        code = _code(cell.text, self.codes[vocabulary])
        if code is None:
            raise _Wrong(_("This code is not known; the template lists them. Or leave it empty."))
        return code

    def _source_date(self, cell: Cell) -> str:
        if not cell.text:
            return ""
        from django.utils.dateparse import parse_date

        text = cell.text
        try:
            if (len(text) == 4 and text.isascii() and text.isdigit()) or parse_date(text):
                return text
        except ValueError:
            pass
        raise _Wrong(_("Give a year or a day, such as 2024 or 2024-06-30."))

    def _note(self, cell: Cell) -> str:
        if len(cell.text) > LONGEST_NOTE:
            raise _Wrong(_("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE})
        return " ".join(cell.text.split())

    # All rows ---------------------------------------------------------------------------

    def _look_elsewhere(self, lines: dict[tuple[Any, ...], Line]) -> None:
        there = published_elsewhere(self.report.figures, self.source, self.series)
        for figure in there:
            line = lines[figure.key]
            cell = line.cells.get("SOURCE") or _first(line)
            message = _(
                "Another dataset has published this figure from the same source. Make a new"
                " version of that dataset, or name another source."
            )
            self.report.add(line, cell, "SOURCE", message)
        if there:
            taken = set(there)
            self.report.figures = [row for row in self.report.figures if row not in taken]


def published_elsewhere(
    figures: list[Figure], source: str, series: UUID | None = None
) -> list[Figure]:
    """The figures that are current outside of ``series``, from the same source. ``source`` is that
    of figures that name none; empty where the dataset has a source of its own."""
    sources = {figure.source or source for figure in figures} - {""}
    if not sources:
        return []
    others = Observation.objects.current().filter(
        source__code__in=sources, indicator__code__in={figure.indicator for figure in figures}
    )
    if series:
        others = others.exclude(dataset__series=series)
    there = {
        (row[0], row[1], row[2] or "", *row[3:])
        for row in others.values_list(
            *("indicator__code", "country__code", "counterpart__code"),
            *("period", "sex", "age", "source__code"),
        ).iterator(chunk_size=2000)
    }
    return [figure for figure in figures if (*figure.key, figure.source or source) in there]


def _code(text: str, codes: Any) -> str | None:
    folded = text.casefold()
    return next((code for code in codes if code.casefold() == folded), None)


def _first(line: Line) -> Cell:
    """Where a missing column is pointed at."""
    return Cell(f"A{line.number}", "")
