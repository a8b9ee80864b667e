"""``/countries/``: countries and territories with their facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from ..filters import CountryFilter
from ..models import Country, CountryPage, Sex, Unit
from ..models.countries import CountryFact, FactKey
from ..models.statistics import Heading, Indicator, Observation
from ..models.vocabularies import collation_key
from .reading import LANGUAGES, Query, answers, list_of, missing, resource
from .schemas import (
    Coded,
    Number,
    PageItem,
    SourceItem,
    choice,
    coded,
    coded_all,
    html,
    number,
    page_fields,
    source,
)

router = resource("countries")


class CountryList(CountryFilter):
    """The filters of the reader site, and orders, which 33 rows need no database for."""

    orders = {"name": (_("Name"), "name"), "code": (_("Code"), "code")}

    def narrow(self, rows: Any) -> list[CountryPage]:
        kept: list[CountryPage] = super().narrow(rows)
        if self.order == "code":
            return sorted(kept, key=lambda page: page.country.code)
        return sorted(kept, key=lambda page: collation_key(page.title))


class Memberships(Schema):
    caricom: Coded | None
    oecs: Coded | None
    acs: Coded | None
    cmc_participant: bool
    cmc_founding: bool


class CountryItem(PageItem):
    code: str = Field(description="ISO 3166-1 alpha-2.", examples=["JM"])
    iso3: str = Field(examples=["JAM"])
    m49: str = Field(description="United Nations M49 code.", examples=["388"])
    name: str
    status: Coded
    sovereign: Coded | None = Field(description="The sovereign State of a territory.")
    capital: str
    latitude: float
    longitude: float
    memberships: Memberships


class Fact(Schema):
    """A figure. ``value`` is null when the sources have none: missing is never zero."""

    indicator: Coded
    value: Number | None
    unit: Coded
    decimals: int = Field(description="With how many decimals to show the value.")
    year: int | None
    sex: Coded | None
    source: SourceItem | None
    footnote: str | None


class Statement(Schema):
    """A fact in words. ``text`` and ``date`` are null when the sources have none."""

    kind: Coded
    text: str | None
    date: date | None
    year: int | None
    source: SourceItem | None
    footnote: str | None


class FactGroup(Schema):
    heading: Coded
    text: str = Field(description="HTML.")
    facts: list[Fact]
    statements: list[Statement]


class CountryDetail(CountryItem):
    membership_note: str
    names: dict[str, str] = Field(description="The name in each language.")
    languages: list[Coded]
    currency: str = Field(description="ISO 4217.", examples=["JMD"])
    area_km2: Number | None
    overview: str = Field(description="HTML.")
    headings: list[FactGroup] = Field(description="The four headings, in their order.")


@answers(
    router,
    "/",
    list_of(CountryItem),
    id="countries_list",
    summary="List countries and territories",
    filters=CountryList,
)
def list_countries(request: HttpRequest, query: Query) -> Any:
    pages = CountryPage.objects.listed(request, query.language)
    return query.page(query.filter.narrow(pages), present_country)


@answers(
    router,
    "/{code}/",
    CountryDetail,
    id="countries_detail",
    summary="A country or territory with its facts",
    paged=False,
)
def get_country(request: HttpRequest, query: Query, code: str) -> Any:
    if "\0" in code:
        raise missing()
    pages = CountryPage.objects.readable_by(request.user).filter(country__code=code.upper())
    page = query.only(pages.select_related("country__sovereign"))
    country = page.country
    names = {language: Country.labels(language).get(country.code, "") for language in LANGUAGES}
    return present_country(page, query) | {
        "membership_note": membership_note(country, query.language),
        "names": names,
        "languages": coded_all(country.languages.all()),
        "currency": country.currency,
        "area_km2": number(country.area_km2),
        "overview": html(page.overview, query),
        "headings": [
            {
                "heading": choice(group.heading, Heading),
                "text": html(group.text, query),
                "facts": [
                    present_fact(indicator, observation)
                    for indicator, observations in group.figures
                    for observation in (observations or [None])
                ],
                "statements": [
                    present_statement(key, fact)
                    for key, facts in group.statements
                    for fact in (facts or [None])
                ],
            }
            for group in page.headings()
        ],
    }


def present_country(page: CountryPage, query: Query) -> dict[str, Any]:
    country = page.country
    return page_fields(page, query) | {
        "code": country.code,
        "iso3": country.iso3,
        "m49": country.m49,
        "name": country.label,
        "status": choice(country.status, Country.Status),
        "sovereign": coded(country.sovereign),
        "capital": country.capital,
        "latitude": country.latitude,
        "longitude": country.longitude,
        "memberships": {
            "caricom": choice(country.caricom, Country.Membership),
            "oecs": choice(country.oecs, Country.Membership),
            "acs": choice(country.acs, Country.Membership),
            "cmc_participant": country.cmc_participant,
            "cmc_founding": country.cmc_founding,
        },
    }


def membership_note(country: Country, language: str) -> str:
    """The note in ``language``, or as the source language has it."""
    rows = Country.objects.filter(code=country.code, locale__language_code=language)
    return rows.values_list("membership_note", flat=True).first() or country.membership_note


def present_fact(indicator: Indicator, observation: Observation | None) -> dict[str, Any]:
    return {
        "indicator": coded(indicator),
        "value": observation and number(observation.value),
        "unit": choice(indicator.unit, Unit),
        "decimals": indicator.decimals,
        "year": observation and observation.period,
        "sex": observation and choice(observation.sex, Sex),
        "source": observation and source(observation.source),
        "footnote": observation and observation.footnote and observation.footnote.label,
    }


def present_statement(key: FactKey, fact: CountryFact | None) -> dict[str, Any]:
    return {
        "kind": choice(key, FactKey),
        "text": (fact and fact.text) or None,
        "date": fact and fact.date,
        "year": fact and fact.year,
        "source": fact and source(fact.source),
        "footnote": fact and fact.footnote and fact.footnote.label,
    }
