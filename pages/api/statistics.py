"""``/indicators/`` and ``/observations/``: what is measured, and the figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from ..filters import Choice, Filter, Year, choices, vocabulary
from ..models import (
    Country,
    Heading,
    Indicator,
    Observation,
    ObservationStatus,
    Place,
    Sex,
    Theme,
    Unit,
)
from .reading import Query, answers, list_of, resource
from .schemas import Coded, Number, SourceItem, choice, coded, coded_all, number, source

indicators = resource("statistics")
observations = resource("statistics")


class IndicatorFilter(Filter):
    parameters = [
        Choice("theme", _("Theme"), vocabulary(Theme), "themes__code"),
        Choice("heading", _("Heading of country pages"), choices(Heading), "heading"),
    ]


class ObservationFilter(Filter):
    """By what is measured, where, when and for whom."""

    parameters = [
        Choice("indicator", _("Indicator"), vocabulary(Indicator), "indicator__code"),
        Choice("country", _("Country"), vocabulary(Country), "country__code"),
        Choice(
            "counterpart",
            _("Country of origin or destination"),
            vocabulary(Place),
            "counterpart__code",
        ),
        Choice("sex", _("Sex"), choices(Sex), "sex"),
        Year("year_from", _("From year"), "period__gte"),
        Year("year_to", _("To year"), "period__lte"),
    ]
    orders = {"newest": (_("Newest first"), "-period"), "oldest": (_("Oldest first"), "period")}

    def narrow(self, rows: Any) -> Any:
        wanted, self.order = self.order, ""
        narrowed = super().narrow(rows)
        self.order = wanted
        return narrowed.order_by(self.orders[wanted][1], "pk")


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
    rows = Indicator.objects.filter(locale__language_code="en").order_by("position", "code")
    definitions = dict(
        Indicator.objects.filter(locale__language_code=query.language).values_list(
            "code", "definition"
        )
    )

    def present(indicator: Indicator, query: Query) -> dict[str, Any]:
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

    narrowed = query.filter.narrow(rows.select_related("source").prefetch_related("themes"))
    return query.page(narrowed, present)


@answers(
    observations,
    "/",
    list_of(ObservationItem),
    id="observations_list",
    summary="List figures",
    filters=ObservationFilter,
)
def list_observations(request: HttpRequest, query: Query) -> Any:
    rows = Observation.objects.current().select_related(
        "indicator", "country", "counterpart", "source", "footnote"
    )
    return query.page(query.filter.narrow(rows), present_observation)


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
