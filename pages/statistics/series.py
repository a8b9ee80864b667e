"""Figures ordered for people: series over time, or one figure of each country.

The table and the chart of a page are made from the same ``Figures``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .. import ages, dates
from ..models import Country, Indicator, Observation, Sex, Source
from ..models.vocabularies import collation_key
from .selection import MAX_FIGURES, Selection

#: What a chart can tell apart by colour, dash and marker.
MAX_LINES = 8
#: Bars of one chart: each country of the region.
MAX_BARS = 33


@dataclass(eq=False)
class Series:
    """Observations that differ by their period alone. ``label`` says what they have in common
    and other series have not."""

    label: str
    country: Country
    observations: dict[int, Observation] = field(default_factory=dict)

    @property
    def newest(self) -> Observation:
        return self.observations[max(self.observations)]

    @cached_property
    def order(self) -> str:
        return collation_key(self.label)


class Figures:
    """The observations of a selection, for one page."""

    def __init__(self, selection: Selection, observations: list[Observation]) -> None:
        self.selection = selection
        #: Whether there are more than a page holds; then none is shown.
        self.too_many = len(observations) > MAX_FIGURES
        self.observations = [] if self.too_many else observations

    @cached_property
    def by_source(self) -> bool:
        """Whether two sources say something about the same; then each has a series."""
        seen = set()
        for one in self.observations:
            key = (_subject(one), one.period)
            if key in seen:
                return True
            seen.add(key)
        return False

    @cached_property
    def series(self) -> list[Series]:
        """In the order of their names."""
        several = {
            part: len({getattr(one, part) for one in self.observations}) > 1
            for part in ("country_id", "counterpart_id", "sex", "age")
        }
        found: dict[Any, Series] = {}
        for one in self.observations:
            key = (_subject(one), one.source_id if self.by_source else None)
            if key not in found:
                found[key] = Series(self._label(one, several), one.country)
            found[key].observations[one.period] = one
        return sorted(found.values(), key=lambda series: series.order)

    def _label(self, one: Observation, several: dict[str, bool]) -> str:
        """``Jamaica``; ``Haiti – Bahamas, women (Census)``, as far as it tells series apart."""
        places = []
        if several["country_id"] or not one.counterpart:
            places.append(one.country.label)
        if one.counterpart and (several["counterpart_id"] or not places):
            places.append(one.counterpart.label)
        label = " – ".join(places)
        if several["sex"]:
            label += f", {Sex(one.sex).label}"
        if several["age"]:
            label += f", {one.age_label}"
        if self.by_source:
            label += f" ({one.source.label})"
        return label

    @cached_property
    def common(self) -> list[str]:
        """What all figures have in common and no label says: country, sex."""
        said = []
        countries = {one.country for one in self.observations}
        if len(countries) == 1 and self.observations[0].counterpart:
            said += [country.label for country in countries]
        sexes = {one.sex for one in self.observations}
        if len(sexes) == 1 and Sex.TOTAL not in sexes:
            said += [str(Sex(sex).label) for sex in sexes]
        groups = {one.age for one in self.observations}
        if len(groups) == 1 and ages.TOTAL not in groups:
            said += [ages.label(age) for age in groups]
        return said

    @cached_property
    def periods(self) -> list[int]:
        return sorted({one.period for one in self.observations})

    @cached_property
    def sources(self) -> list[Source]:
        """In the order of their names."""
        return sorted({one.source for one in self.observations}, key=lambda source: source.label)

    @property
    def is_over_time(self) -> bool:
        """Whether lines show it: several years, and not only the newest of each."""
        return len(self.periods) > 1 and not self.selection.is_newest

    @cached_property
    def table(self) -> list[tuple[int, list[Observation | None]]]:
        """For figures over time: each year with the figure of each series, or None."""
        return [
            (period, [series.observations.get(period) for series in self.series])
            for period in self.periods
        ]

    @cached_property
    def drawn(self) -> list[Series]:
        """The series that the chart shows: those with the largest newest figures."""
        most = MAX_LINES if self.is_over_time else MAX_BARS
        largest = sorted(self.series, key=lambda one: (-one.newest.value, one.order))[:most]
        if not self.is_over_time:
            return largest
        return sorted(largest, key=lambda series: series.order)


def _subject(one: Observation) -> tuple[Any, ...]:
    return (one.country_id, one.counterpart_id, one.sex, one.age)


def shown(one: Observation, indicator: Indicator) -> str:
    """The value as readers of the active language write it."""
    return dates.number(one.value, indicator.decimals)


def countries_without(series: Iterable[Series]) -> list[str]:
    """The names of the countries that ``series`` say nothing about."""
    known = {one.country.code for one in series}
    return [name for code, name in Country.labels().items() if code not in known]
