"""Indicators and datasets as a ``Dataset`` of schema.org: what the page says, for search engines
of data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..models import Country, DatasetPage, Indicator, Source
from ..models.base import active_language
from ..structured import CONTEXT, without_empty
from .describing import citation
from .exports import FORMATS
from .selection import Extent


def of_indicator(
    request: HttpRequest, indicator: Indicator, definition: str, extent: Extent
) -> dict[str, Any]:
    """All figures of ``indicator``, whatever the address chooses of them."""
    address = request.build_absolute_uri(request.path)
    source = indicator.source
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": address,
            "url": address,
            "name": indicator.label,
            "description": definition,
            "identifier": indicator.code,
            "inLanguage": active_language(),
            "creator": _organisation(source.publisher or source.label) if source else None,
            "publisher": _publisher(),
            "license": _licence(source.licence, source.licence_url) if source else None,
            "isBasedOn": _work(source) if source else None,
            "temporalCoverage": _years(*extent.years) if extent.years else None,
            "spatialCoverage": _places(set(extent.countries)),
            "variableMeasured": [_variable(indicator)],
            "isAccessibleForFree": True,
            "includedInDataCatalog": _catalogue(),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": form.label,
                    "contentUrl": f"{address}data.{form.file}",
                    "encodingFormat": form.content_type.partition(";")[0],
                }
                for form in FORMATS.values()
            ]
            if extent.years
            else None,
        }
    )


def of_dataset(request: HttpRequest, page: DatasetPage) -> dict[str, Any]:
    """One published version; two queries."""
    address = request.build_absolute_uri(page.get_url(request))
    figures = page.observations.order_by()
    years = figures.aggregate(first=Min("period"), last=Max("period"))
    countries = set(figures.values_list("country__code", flat=True).distinct())
    licence, source = page.licence_info, page.source
    named = without_empty(
        {"@type": "CreativeWork", "name": page.source_name, "url": page.source_url}
    )
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": address,
            "url": address,
            "name": page.title,
            "description": page.description or page.note,
            "version": str(page.version),
            "inLanguage": page.language,
            "datePublished": page.first_published_at and page.first_published_at.isoformat(),
            "creator": _organisation(page.creator),
            "publisher": _publisher(),
            "license": _licence(str(licence.label), licence.url) if licence else None,
            "isBasedOn": _work(source) if source else named if page.source_name else None,
            "creditText": page.suggested_citation,
            "temporalCoverage": _years(years["first"], years["last"]) if countries else None,
            "spatialCoverage": _places(countries),
            "variableMeasured": [_variable(indicator) for indicator in page.indicators.all()],
            "isAccessibleForFree": True,
            "includedInDataCatalog": _catalogue(),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": "CSV",
                    "contentUrl": f"{address}?format=csv",
                    "encodingFormat": "text/csv",
                }
            ],
        }
    )


def _organisation(name: str) -> dict[str, Any] | None:
    return {"@type": "Organization", "name": name} if name else None


def _publisher() -> dict[str, Any]:
    return {"@type": "Organization", "name": str(settings.WAGTAIL_SITE_NAME)}


def _catalogue() -> dict[str, Any]:
    return {"@type": "DataCatalog", "name": f"{_('Statistics')} – {settings.WAGTAIL_SITE_NAME}"}


def _licence(name: str, url: str) -> Any:
    """Its address, or where it has none its name."""
    return url or (name and {"@type": "CreativeWork", "name": name})


def _work(source: Source) -> dict[str, Any]:
    return without_empty(
        {
            "@type": "CreativeWork",
            "name": source.label,
            "url": source.url,
            "creditText": citation(source),
        }
    )


def _years(first: int, last: int) -> str:
    """ISO 8601: ``2010/2020``."""
    return f"{first}/{last}" if first != last else str(first)


def _places(codes: set[str]) -> list[dict[str, Any]]:
    labels = Country.labels()
    return [
        {"@type": "Place", "name": labels.get(code, code), "identifier": code}
        for code in sorted(codes)
    ]


def _variable(indicator: Indicator) -> dict[str, Any]:
    return {
        "@type": "PropertyValue",
        "name": indicator.label,
        "propertyID": indicator.code,
        "unitText": str(indicator.get_unit_display()),
    }
