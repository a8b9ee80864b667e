"""``/indicators/`` and ``/observations/``: what is measured, and the figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from ..filters import Choice, Filter, choices, vocabulary
from ..models import (
    Heading,
    Indicator,
    Observation,
    ObservationStatus,
    Sex,
    Theme,
    Unit,
)
from ..statistics import charts
from ..statistics.addresses import indicator_address
from ..statistics.exports import FORMATS
from ..statistics.selection import IndicatorFilter as OfIndicatorFilter
from ..statistics.selection import ObservationFilter, Selection
from ..statistics.series import Figures
from ..statistics.views import data_file, too_many
from .reading import BadQuery, Query, Text, answers, list_of, missing, resource
from .schemas import Coded, Number, SourceItem, choice, coded, coded_all, number, source

indicators = resource("statistics")
observations = resource("statistics")


class IndicatorFilter(Filter):
    parameters = [
        Choice("theme", _("Theme"), vocabulary(Theme), "themes__code"),
        Choice("heading", _("Heading of country pages"), choices(Heading), "heading"),
    ]


class ListedFilter(ObservationFilter):
    """As on the statistics pages, in an order."""

    orders = {"newest": (_("Newest first"), "-period"), "oldest": (_("Oldest first"), "period")}

    def narrow(self, rows: Any) -> Any:
        return super().narrow(rows).order_by(self.orders[self.order][1], "pk")


class IndicatorItem(Coded):
    definition: str
    unit: Coded
    decimals: int = Field(description="With how many decimals to show values.")
    heading: Coded | None = Field(description="Where country pages show it.")
    by_sex: bool
    by_age: bool
    by_counterpart: bool
    themes: list[Coded]
    source: SourceItem | None


class FileLink(Schema):
    format: str = Field(examples=["csv"])
    url: str


class IndicatorDetail(IndicatorItem):
    countries: int = Field(description="How many countries and territories have figures.")
    first_year: int | None
    last_year: int | None
    url: str = Field(description="Its page on the reader site; empty where there is none.")
    chart: str = Field(description="The address of its chart as a Vega-Lite specification.")
    data: list[FileLink] = Field(description="All its figures, as files.")


class ObservationItem(Schema):
    """A figure. What is missing has no observation: missing is never zero."""

    indicator: Coded
    country: Coded
    counterpart: Coded | None = Field(description="Country of origin or destination.")
    year: int
    sex: Coded
    age: Coded = Field(description="By SDMX code list CL_AGE; `_T` for all ages.")
    value: Number
    unit: Coded
    status: Coded
    source: SourceItem
    source_date: str
    footnote: str | None
    note: str = Field(description="Of who submitted the figure, in the language of the dataset.")


@answers(
    indicators,
    "/",
    list_of(IndicatorItem),
    id="indicators_list",
    summary="List indicators",
    filters=IndicatorFilter,
)
def list_indicators(request: HttpRequest, query: Query) -> Any:
    rows = _indicators().order_by("position", "code")
    definitions = _definitions(query)

    def present(indicator: Indicator, query: Query) -> dict[str, Any]:
        return present_indicator(indicator, definitions)

    return query.page(query.filter.narrow(rows.prefetch_related("themes")), present)


@answers(
    indicators,
    "/{code}/",
    IndicatorDetail,
    id="indicators_get",
    summary="Show an indicator",
    paged=False,
)
def get_indicator(request: HttpRequest, query: Query, code: str) -> Any:
    indicator = _indicator(code)
    extent = Selection(QueryDict(), indicator).extent
    first, last = extent.years or (None, None)
    page = indicator_address(request, code)
    return present_indicator(indicator, _definitions(query)) | {
        "countries": len(extent.countries),
        "first_year": first,
        "last_year": last,
        "url": page and request.build_absolute_uri(page),
        "chart": request.build_absolute_uri(
            reverse("wagtailapi_v3:indicators_chart", kwargs={"code": code})
        ),
        "data": [
            {
                "format": form,
                "url": request.build_absolute_uri(
                    reverse("wagtailapi_v3:observations_file", kwargs={"format": form})
                    + f"?indicator={code}&locale={query.language}"
                ),
            }
            for form in FORMATS
        ],
    }


@answers(
    indicators,
    "/{code}/chart/",
    dict[str, Any],
    id="indicators_chart",
    summary="Draw an indicator: a Vega-Lite specification with its data",
    filters=OfIndicatorFilter,
    texts=(Text("size", "`wide` (the default) or `narrow`.", 10),),
    paged=False,
)
def chart_of_indicator(request: HttpRequest, query: Query, code: str) -> Any:
    """Lines over time of a few countries, else the newest figure of each. What is not chosen is
    completed as on the page of the indicator."""
    indicator = _indicator(code)
    size: Any = query.texts["size"] or "wide"
    if size not in charts.SIZES:
        raise BadQuery(
            {
                "size": gettext("%(value)s is not known here. Valid: %(valid)s.")
                % {"value": size, "valid": ", ".join(charts.SIZES)}
            }
        )
    selection = Selection(request.GET, indicator).completed()
    figures = Figures(selection, selection.figures())
    if figures.too_many:
        raise BadQuery({"country": too_many()})
    if not figures.observations:
        raise missing()
    return charts.specification(indicator, figures, size)


def _indicators() -> Any:
    return Indicator.objects.filter(locale__language_code="en").select_related("source")


def _indicator(code: str) -> Indicator:
    found = _indicators().filter(code=code).first()
    if found is None:
        raise missing()
    return found


def _definitions(query: Query) -> dict[str, str]:
    rows = Indicator.objects.filter(locale__language_code=query.language)
    return dict(rows.values_list("code", "definition"))


def present_indicator(indicator: Indicator, definitions: dict[str, str]) -> dict[str, Any]:
    return {
        **(coded(indicator) or {}),
        "definition": definitions.get(indicator.code) or indicator.definition,
        "unit": choice(indicator.unit, Unit),
        "decimals": indicator.decimals,
        "heading": choice(indicator.heading, Heading),
        "by_sex": indicator.by_sex,
        "by_age": indicator.by_age,
        "by_counterpart": indicator.by_counterpart,
        "themes": coded_all(indicator.themes.all()),
        "source": source(indicator.source),
    }


@answers(
    observations,
    "/",
    list_of(ObservationItem),
    id="observations_list",
    summary="List figures",
    filters=ListedFilter,
)
def list_observations(request: HttpRequest, query: Query) -> Any:
    rows = Observation.objects.current().select_related(
        "indicator", "country", "counterpart", "source", "footnote"
    )
    return query.page(query.filter.narrow(rows), present_observation)


@answers(
    observations,
    "/files/{format}/",
    None,
    id="observations_file",
    summary="Download figures: csv, sdmx (SDMX-CSV 2.0), json, xlsx or zip",
    filters=ObservationFilter,
    texts=(Text("bom", "1 begins CSV with a byte order mark, as Excel likes it.", 1),),
    paged=False,
)
def download_observations(request: HttpRequest, query: Query, format: str) -> Any:
    if format not in FORMATS:
        raise missing()
    if query.texts["bom"] not in ("", "0", "1"):
        raise BadQuery({"bom": gettext("%(name)s is 0 or 1.") % {"name": "bom"}})
    return data_file(request, Selection(request.GET), FORMATS[format])


def present_observation(row: Observation, query: Query) -> dict[str, Any]:
    return {
        "indicator": coded(row.indicator),
        "country": coded(row.country),
        "counterpart": coded(row.counterpart),
        "year": row.period,
        "sex": choice(row.sex, Sex),
        "age": {"code": row.age, "name": row.age_label},
        "value": number(row.value),
        "unit": choice(row.indicator.unit, Unit),
        "status": choice(row.status, ObservationStatus),
        "source": source(row.source),
        "source_date": row.source_date,
        "footnote": row.footnote and row.footnote.label,
        "note": row.note,
    }
