"""What the templates of the statistics centre need: addresses of figures, small lines."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from .. import ages
from ..models import Indicator, Observation, Sex
from ..statistics import addresses, sparklines, structured
from ..statistics.tables import written
from ..structured import script
from .cpmg import term_text

register = template.Library()


@register.simple_tag(takes_context=True)
def indicator_address(context: template.Context, indicator: Indicator) -> str:
    """The address of the page about ``indicator``, or nothing without a statistics centre."""
    request = context.get("request")
    return addresses.indicator_address(request, indicator.code) if request else ""


@register.simple_tag(takes_context=True)
def indicator_as_data(context: template.Context) -> SafeString:
    """The indicator of the page for search engines."""
    indicator, extent = context["indicator"], context["selection"].extent
    definition = term_text(context, indicator, "definition")
    return script(structured.of_indicator(context["request"], indicator, definition, extent))


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


@register.inclusion_tag("includes/figure.html", takes_context=True)
def figure_of(
    context: template.Context, one: Observation, lines: dict[str, sparklines.Line] | None
) -> dict[str, Any]:
    """A figure that leads to what is known about it; totals with their small line."""
    is_total = one.sex == Sex.TOTAL and one.age == ages.TOTAL
    line = (lines or {}).get(one.indicator.code) if is_total else None
    return {
        "one": one,
        "address": figure_address(context, one),
        "line": line,
        "indicator": one.indicator,
    }


@register.filter
def machine(one: Observation) -> str:
    """The whole value, for machines."""
    return written(one.value)
