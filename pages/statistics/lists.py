"""The indicators of the statistics centre, with what there is of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min

from ..models import Indicator, Observation, Theme


@dataclass(frozen=True)
class Listed:
    """An indicator, the number of its countries, and its years; none without figures."""

    indicator: Indicator
    countries: int = 0
    first: int | None = None
    last: int | None = None


def of_theme(theme: Theme) -> list[Listed]:
    """Two queries."""
    return _listed(_indicators().filter(themes__code=theme.code))


def in_no_theme(themes: Iterable[Theme]) -> list[Listed]:
    """Those that are listed under none of ``themes``."""
    codes = [theme.code for theme in themes]
    return _listed(_indicators().exclude(themes__code__in=codes))


def _indicators() -> Any:
    indicators = Indicator.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    return indicators.order_by("by_counterpart", "position", "code")


def _listed(indicators: Iterable[Indicator]) -> list[Listed]:
    indicators = list(indicators)
    rows = Observation.objects.current().filter(indicator__in=indicators).order_by()
    extents = {
        pk: rest
        for pk, *rest in rows.values_list("indicator").annotate(
            countries=Count("country", distinct=True), first=Min("period"), last=Max("period")
        )
    }
    return [Listed(one, *extents.get(one.pk, ())) for one in indicators]
