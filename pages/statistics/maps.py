"""The map of one indicator: each country in the colour of the class of its newest figure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.translation import gettext as _

from .. import dates, map
from ..models import Indicator
from .charts import FONT, GROUND, INK
from .drawing import DARK
from .series import Figures, shown

#: From low to high: one hue that grows darker, told apart without any colour.
CLASSES = ("#cfe8e6", "#93cfcd", "#4fa9ad", "#1f7c86", "#0a4a5a")
#: On a dark screen high is light.
DARK_CLASSES = ("#12404c", "#1d6470", "#2f8f97", "#6cc3c4", "#c4ecea")
NOTHING, OUTLINE = "#f1f1ee", "#5b7178"
DARK_NOTHING, DARK_OUTLINE = "#1c2f36", "#8aa3aa"


@dataclass(frozen=True)
class Band:
    """A class of values, ends included."""

    lowest: Decimal
    highest: Decimal


def bands(values: list[Decimal]) -> list[Band]:
    """At most five classes with about as many countries in each; equal values stay together."""
    values = sorted(values)
    number = min(len(CLASSES), len(set(values)))
    groups: list[list[Decimal]] = []
    for position, value in enumerate(values):
        wanted = position * number // len(values)
        if not groups or (wanted >= len(groups) and value != groups[-1][-1]):
            groups.append([])
        groups[-1].append(value)
    return [Band(group[0], group[-1]) for group in groups]


def svg(indicator: Indicator, figures: Figures) -> str:
    """The map as SVG; figures are one for each country."""
    region = map.region()
    newest = {series.country.code: series for series in figures.series}
    classes = bands([series.newest.value for series in newest.values()])
    left, top, width, height = (float(part) for part in region.view_box.split())
    parts = []
    for code, shape in region.shapes.items():
        series = newest.get(code)
        if series is None:
            name, kind = _("No data in the sources"), "n"
        else:
            one = series.newest
            name = f"{series.label}, {one.period}: {shown(one, indicator)}"
            kind = f"c{_class_of(one.value, classes)}"
        parts.append(f'<g class="{kind}"><title>{escape(name)}</title><path d="{shape.path}"/>')
        if shape.marker:
            parts.append(f'<circle cx="{shape.marker[0]}" cy="{shape.marker[1]}" r="8"/>')
        parts.append("</g>")
    inset = region.inset
    parts.append(
        f'<rect class="i" x="{inset["x"]}" y="{inset["y"]}" width="{inset["width"]}"'
        f' height="{inset["height"]}" rx="6"/>'
    )
    parts.append(_legend(indicator, classes, left, top + height))
    title = indicator.label
    about = _("%(indicator)s (%(unit)s): the newest figure of each country or territory.") % {
        "indicator": title,
        "unit": indicator.get_unit_display(),
    }
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="map-title map-desc"'
        f' viewBox="{left:g} {top:g} {width:g} {height + _ROOM:g}">'
        f'<title id="map-title">{escape(title)}</title><desc id="map-desc">{escape(about)}</desc>'
        f'<style>{_style()}</style><rect class="g" x="{left:g}" y="{top:g}" width="{width:g}"'
        f' height="{height + _ROOM:g}"/>{"".join(parts)}</svg>'
    )


def _class_of(value: Decimal, classes: list[Band]) -> int:
    position = next(n for n, band in enumerate(classes) if value <= band.highest)
    # Few classes still reach from the lightest to the darkest colour.
    if len(classes) == 1:
        return len(CLASSES) - 1
    return round(position * (len(CLASSES) - 1) / (len(classes) - 1))


#: Units of the map below it, for the legend.
_ROOM = 150


def _legend(indicator: Indicator, classes: list[Band], left: float, top: float) -> str:
    entries = [(f"c{_class_of(one.highest, classes)}", _range(one, indicator)) for one in classes]
    entries.append(("n", _("No data in the sources")))
    drawn = []
    for number, (kind, text) in enumerate(entries):
        x = left + 30 + (number % 3) * 310
        y = top + 55 + (number // 3) * 48
        drawn.append(
            f'<g class="{kind}"><rect x="{x:g}" y="{y - 22:g}" width="36" height="28"/></g>'
            f'<text x="{x + 48:g}" y="{y:g}">{escape(text)}</text>'
        )
    heading = indicator.get_unit_display()
    return f'<text x="{left + 30:g}" y="{top + 12:g}">{escape(heading)}</text>' + "".join(drawn)


def _range(band: Band, indicator: Indicator) -> str:
    lowest, highest = (dates.number(end, indicator.decimals) for end in (band.lowest, band.highest))
    return lowest if lowest == highest else f"{lowest} – {highest}"


def _style() -> str:
    def fills(colours: tuple[str, ...], nothing: str, line: str, ground: str, ink: str) -> str:
        rules = "".join(f".c{n}{{fill:{colour}}}" for n, colour in enumerate(colours))
        return (
            f".g{{fill:{ground}}}text{{fill:{ink}}}.n{{fill:{nothing}}}{rules}"
            f"path,circle,g rect,.i{{stroke:{line}}}"
        )

    light = fills(CLASSES, NOTHING, OUTLINE, GROUND, INK)
    dark = fills(DARK_CLASSES, DARK_NOTHING, DARK_OUTLINE, DARK[GROUND], DARK[INK])
    return (
        f"text{{font:22px {FONT}}}.i{{fill:none;stroke-dasharray:4 4}}"
        "path,circle,g rect{stroke-width:1}.n :is(path,circle,rect){stroke-dasharray:3 2}"
        f"{light}@media (prefers-color-scheme:dark){{{dark}}}"
    )
