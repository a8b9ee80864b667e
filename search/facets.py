"""Facets from the counts that an engine has made."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from pages.filters import Choice

from .contract import Bucket, Facet, SearchRequest
from .filters import SearchFilter


def facet(name: str, counts: Mapping[str, int], request: SearchRequest) -> Facet:
    """The facet ``name``: what is counted or selected, under its names."""
    if name == "year":
        return _years(counts, request)
    (parameter,) = [
        parameter
        for parameter in SearchFilter.parameters
        if isinstance(parameter, Choice) and parameter.name == name
    ]
    selected = request.filters.get(name, ())
    buckets = [
        Bucket(code, str(label), counts.get(code, 0), code in selected)
        for code, label in parameter.options().items()
        if code in counts or code in selected
    ]
    buckets.sort(key=lambda bucket: -bucket.count)
    return Facet(name, str(parameter.label), tuple(buckets))


def _years(counts: Mapping[str, int], request: SearchRequest) -> Facet:
    first, last = request.year_from, request.year_to
    chosen = first is not None or last is not None
    buckets = [
        Bucket(year, year, count, chosen and (first or 0) <= int(year) <= (last or 9999))
        for year, count in sorted(counts.items())
    ]
    return Facet("year", _("Year"), tuple(buckets))
