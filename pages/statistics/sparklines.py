"""Small lines of figures over time, as SVG inside a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import dates
from ..models import Country, Indicator, Observation
from .series import Series

WIDTH, HEIGHT, MARGIN = 72, 20, 2
#: Fewer figures make no line.
FEWEST = 3


@dataclass(frozen=True)
class Line:
    """The points of a line in a picture of ``WIDTH`` by ``HEIGHT``, its end, and what it says."""

    points: str
    end: tuple[str, str]
    first: Observation
    last: Observation
    words: tuple[str, str]

    width, height = str(WIDTH), str(HEIGHT)


def line(series: Series, indicator: Indicator) -> Line | None:
    """The line of ``series``; None for too few figures."""
    observations = [series.observations[period] for period in sorted(series.observations)]
    if len(observations) < FEWEST:
        return None
    first, last = observations[0], observations[-1]
    values = [float(one.value) for one in observations]
    low, high = min(values), max(values)
    years = (last.period - first.period) or 1
    span = (high - low) or 1.0
    points = [
        (
            MARGIN + (one.period - first.period) / years * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN)
            if high > low
            else HEIGHT / 2,
        )
        for one, value in zip(observations, values, strict=True)
    ]
    return Line(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        end=(f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}"),
        first=first,
        last=last,
        words=(
            dates.number(first.value, indicator.decimals),
            dates.number(last.value, indicator.decimals),
        ),
    )


def of_country(country: Country, indicators: Iterable[Indicator]) -> dict[str, Line]:
    """The lines of a country's totals by indicator; one query."""
    by_pk = {indicator.pk: indicator for indicator in indicators}
    series: dict[int, Series] = {}
    rows = Observation.objects.current().totals().filter(country=country, indicator__in=by_pk)
    for one in rows.order_by("period", "source_date", "pk"):
        series.setdefault(one.indicator_id, Series("", country)).observations[one.period] = one
    lines = {by_pk[pk].code: line(found, by_pk[pk]) for pk, found in series.items()}
    return {code: drawn for code, drawn in lines.items() if drawn}
