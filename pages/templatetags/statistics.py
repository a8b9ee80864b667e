"""What the templates of the statistics centre need: addresses of figures, small lines."""

from __future__ import annotations

from typing import Any

from django import template

from .. import ages
from ..models import Indicator, Observation
from ..statistics import addresses, sparklines
from ..statistics.tables import written

register = template.Library()


@register.simple_tag(takes_context=True)
def indicator_address(context: template.Context, indicator: Indicator) -> str:
    """The address of the page about ``indicator``, or nothing without a statistics centre."""
    request = context.get("request")
    return addresses.indicator_address(request, indicator.code) if request else ""


@register.simple_tag(takes_context=True)
def figure_address(context: template.Context, one: Observation) -> str:
    """The address of what is known about one figure, or nothing without a statistics centre."""
    indicator = indicator_address(context, one.indicator)
    return indicator and indicator + figure_path(one)


@register.filter
def figure_path(one: Observation) -> str:
    """The rest of the address of a figure after that of its indicator."""
    return f"{one.country.code}/{one.period}/#{figure_anchor(one)}"


@register.filter
def figure_anchor(one: Observation) -> str:
    """Where on its page a figure stands: the parts in which the figures there differ."""
    age = "" if one.age == ages.TOTAL else one.age
    parts = [one.counterpart.code if one.counterpart else "", one.sex, age, one.source.code]
    return "-".join(part for part in parts if part)


@register.filter
def machine(one: Observation) -> str:
    """The whole value, for machines."""
    return written(one.value)


@register.inclusion_tag("includes/sparkline.html")
def sparkline(line: sparklines.Line | None, indicator: Indicator) -> dict[str, Any]:
    return {"line": line, "indicator": indicator}


@register.filter
def line_of(lines: dict[str, sparklines.Line], indicator: Indicator) -> sparklines.Line | None:
    return lines.get(indicator.code)
