"""Charts as Vega-Lite: lines over time, or bars of the newest figures.

A specification holds its data, its words and its number format, so that it draws the same picture
here and in anybody's own tools. Lines differ by dash and marker as well as by colour.
"""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import Any, Literal

from django.utils import formats
from django.utils.translation import gettext as _

from ..models import Indicator, Observation
from ..models.base import active_language
from .series import Figures, Series, shown

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Fonts of the reader site; the last are everywhere.
FONT = "Segoe UI, Roboto, Helvetica Neue, Arial, Liberation Sans, sans-serif"
#: Told apart by people with any kind of colour blindness, and seen on white: after Okabe and Ito,
#: darker. ``drawing.DARK`` holds their counterparts on a dark ground.
COLOURS = (
    *("#0072b2", "#c14d00", "#007a5a", "#a3457c", "#7d6200", "#4d4d4d", "#5b4bb5", "#8c2d19"),
)
DASHES: tuple[list[int], ...] = (
    *([1, 0], [6, 3], [2, 2], [8, 3, 2, 3]),
    *([1, 0], [6, 3], [2, 2], [8, 3, 2, 3]),
)
SHAPES = (
    *("circle", "square", "triangle-up", "diamond"),
    *("cross", "triangle-down", "triangle-right", "triangle-left"),
)
INK, QUIET, GRID, GROUND = "#10262f", "#445a63", "#cfdad9", "#ffffff"
BAR, BAR_NEGATIVE = "#1b7f84", "#c14d00"

Size = Literal["wide", "narrow"]
#: Width of the plot, height of a chart of lines, characters of a line of the title.
SIZES: dict[str, tuple[int, int, int]] = {"wide": (620, 320, 80), "narrow": (255, 240, 40)}


def specification(indicator: Indicator, figures: Figures, size: Size = "wide") -> dict[str, Any]:
    """The chart of ``figures``."""
    width, height, letters = SIZES[size]
    return {
        "$schema": SCHEMA,
        "description": description(indicator, figures),
        "title": {
            "text": textwrap.wrap(title(indicator, figures), letters - 8),
            "subtitle": textwrap.wrap(_subtitle(indicator, figures), letters),
        },
        "width": width,
        "data": {"values": values(indicator, figures)},
        **(
            _lines(figures, indicator, height, size)
            if figures.is_over_time
            else _bars(figures, indicator)
        ),
        "config": _config(),
    }


def title(indicator: Indicator, figures: Figures) -> str:
    """The indicator, and what all figures have in common."""
    parts = [indicator.label, *figures.common]
    if not figures.is_over_time and len(figures.periods) == 1:
        parts.append(str(figures.periods[0]))
    return ", ".join(parts)


def values(indicator: Indicator, figures: Figures) -> list[dict[str, Any]]:
    """The data of the chart, one entry for each figure."""
    return [
        {
            "series": series.label,
            "country": one.country.code,
            "counterpart": one.counterpart.code if one.counterpart else None,
            "sex": one.sex,
            "age": one.age,
            "period": one.period,
            "value": _number(one.value),
            "shown": _shown(one, indicator, figures),
            "said": _said(one, series, indicator),
        }
        for series in figures.drawn
        for one in sorted(series.observations.values(), key=lambda one: one.period)
    ]


def description(indicator: Indicator, figures: Figures) -> str:
    """What the chart shows, for those who do not see it; the table beside it says the rest."""
    count = len(figures.drawn)
    if not count:
        return _("There are no figures.")
    first, last = figures.periods[0], figures.periods[-1]
    said = {"indicator": indicator.label, "unit": indicator.get_unit_display()}
    years = str(first) if first == last else f"{first}–{last}"
    if figures.is_over_time:
        names = ", ".join(series.label for series in figures.drawn)
        text = _("Lines of %(indicator)s (%(unit)s), %(years)s: %(names)s.")
        return text % {**said, "years": years, "names": names}
    largest = figures.drawn[0]
    text = _("Bars of %(indicator)s (%(unit)s), %(years)s. The largest: %(name)s, %(value)s.")
    return text % {
        **said,
        "years": years,
        "name": largest.label,
        "value": shown(largest.newest, indicator),
    }


def _subtitle(indicator: Indicator, figures: Figures) -> str:
    sources = sorted({one.source.label for one in figures.observations})
    words = _("Unit: %(unit)s. Source: %(source)s.") % {
        "unit": indicator.get_unit_display(),
        "source": "; ".join(sources),
    }
    missing = len(figures.series) - len(figures.drawn)
    if missing:
        words += " " + _("The %(shown)s largest of %(all)s.") % {
            "shown": len(figures.drawn),
            "all": len(figures.series),
        }
    return words


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _shown(one: Observation, indicator: Indicator, figures: Figures) -> str:
    text = shown(one, indicator)
    return text if len(figures.periods) == 1 else f"{text} ({one.period})"


def _said(one: Observation, series: Series, indicator: Indicator) -> str:
    value = f"{shown(one, indicator)} {indicator.get_unit_display()}"
    return f"{series.label}, {one.period}: {value}"


def _lines(figures: Figures, indicator: Indicator, height: int, size: Size) -> dict[str, Any]:
    names = [series.label for series in figures.drawn]
    count = len(names)
    first, last = figures.periods[0], figures.periods[-1]
    legend = {
        "title": None,
        "orient": "bottom",
        "columns": 3 if size == "wide" else 1,
        "symbolSize": 90,
        "symbolStrokeWidth": 0,
        "labelLimit": 200 if size == "wide" else 230,
    }

    def scale(of: Any) -> dict[str, Any]:
        return {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": names, "range": list(of[:count])},
            "legend": legend,
        }

    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "period",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [first, last], "nice": False, "zero": False},
                "axis": {"format": "d", "tickMinStep": 1, "tickCount": 8 if size == "wide" else 4},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": None,
                "axis": _value_axis(indicator, 6),
            },
            "color": scale(COLOURS),
            "description": {"field": "said"},
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2, "aria": False},
                "encoding": {"strokeDash": {**scale(DASHES), "legend": None}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
                "encoding": {"shape": scale(SHAPES)},
            },
        ],
    }


def _bars(figures: Figures, indicator: Indicator) -> dict[str, Any]:
    names = [series.label for series in figures.drawn]
    numbers = [float(series.newest.value) for series in figures.drawn]
    lowest, highest = min([0.0, *numbers]), max([0.0, *numbers])
    span = highest - lowest or 1
    # Room for the numbers at the ends of the bars.
    domain = [
        lowest - (0.28 * span if lowest < 0 else 0),
        highest + (0.28 * span if highest > 0 else 0),
    ]
    if domain[0] == domain[1]:
        domain = [0, 1]
    return {
        "height": {"step": 19},
        "encoding": {
            "y": {
                "field": "series",
                "type": "nominal",
                "sort": names,
                "title": None,
                "axis": {"labelLimit": 170, "ticks": False, "domain": False},
            },
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": domain, "nice": False},
                "axis": None,
            },
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 12},
                "encoding": {
                    "color": {
                        "condition": {"test": "datum.value < 0", "value": BAR_NEGATIVE},
                        "value": BAR,
                    },
                    "description": {"field": "said"},
                },
            },
            *(
                {
                    "transform": [{"filter": f"datum.value {sign} 0"}],
                    "mark": {"type": "text", "align": align, "dx": shift, "aria": False},
                    "encoding": {"text": {"field": "shown"}},
                }
                for sign, align, shift in ((">=", "left", 4), ("<", "right", -4))
            ),
        ],
    }


def _value_axis(indicator: Indicator, ticks: int) -> dict[str, Any]:
    return {"format": ",~f" if indicator.decimals else ",.0f", "tickCount": ticks}


def _config() -> dict[str, Any]:
    """Type, colours and the number format of the language."""
    return {
        "background": GROUND,
        "font": FONT,
        "padding": 12,
        "locale": {"number": number_format()},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
            "subtitleColor": QUIET,
            "fontSize": 16,
            "subtitleFontSize": 12,
            "offset": 14,
            "subtitlePadding": 6,
        },
        "axis": {
            "labelColor": QUIET,
            "labelFontSize": 12,
            "gridColor": GRID,
            "domainColor": QUIET,
            "tickColor": QUIET,
            "labelPadding": 6,
            "aria": False,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "legend": {"labelColor": INK, "labelFontSize": 12, "aria": False},
        "text": {"color": INK, "fontSize": 11.5},
        "aria": True,
    }


def number_format() -> dict[str, Any]:
    """The separators of the active language, as D3 wants them."""
    language = active_language()
    return {
        "decimal": formats.get_format("DECIMAL_SEPARATOR", lang=language),
        "thousands": formats.get_format("THOUSAND_SEPARATOR", lang=language),
        "grouping": [3],
        "currency": ["", ""],
        "minus": "−",
    }
