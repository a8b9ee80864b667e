"""What an address chooses among the figures: ``?country=JM&country=HT&year_from=2000``.

The same names mean the same for pages, charts, downloads and the API. What is missing is not
narrowed; ``Selection.completed`` fills in what a page shows when the address leaves it open, and
says so in its ``query``, so that the downloads beside a chart hold what the chart shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Min
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import ages
from ..filters import Choice, Filter, Year, choices, vocabulary
from ..models import Country, Indicator, Observation, Place, Sex, Source

#: What to show of each series.
NEWEST, ALL = "newest", "all"
#: Figures on one page, beyond which a reader is asked to choose fewer.
MAX_FIGURES = 2_000
#: Series over time are the default for as many countries as a chart can tell apart.
FEW_COUNTRIES = 8


def ages_in_use() -> dict[str, str]:
    """The age groups that figures are broken down by; all ages first."""
    codes = Observation.objects.order_by().values_list("age", flat=True).distinct()
    return {code: ages.label(code) for code in sorted({ages.TOTAL, *codes})}


class ObservationFilter(Filter):
    """By what is measured, where, when, for whom and by whom."""

    parameters = [
        Choice("indicator", gettext_lazy("Indicator"), vocabulary(Indicator), "indicator__code"),
        Choice("country", gettext_lazy("Country"), vocabulary(Country), "country__code"),
        Choice(
            "counterpart",
            gettext_lazy("Country of origin or destination"),
            vocabulary(Place),
            "counterpart__code",
        ),
        Choice("sex", gettext_lazy("Sex"), choices(Sex), "sex"),
        Choice("age", gettext_lazy("Age"), ages_in_use, "age"),
        Choice("source", gettext_lazy("Source"), vocabulary(Source), "source__code"),
        Year("year_from", gettext_lazy("From year"), "period__gte"),
        Year("year_to", gettext_lazy("To year"), "period__lte"),
        Choice(
            "show",
            gettext_lazy("Figures"),
            lambda: {
                ALL: _("All years"),
                NEWEST: _("The newest of each country or series"),
            },
            "",
            False,
        ),
    ]

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        first, last = (self.values.get(name, [""])[0] for name in ("year_from", "year_to"))
        if first and last and first > last:
            self.errors["year_to"] = _("The last year, %(last)s, is before the first, %(first)s.")
            self.errors["year_to"] %= {"first": first, "last": last}

    def narrow(self, rows: Any) -> Any:
        for parameter in self.parameters:
            codes = self.values.get(parameter.name)
            if codes and isinstance(parameter, Year):
                rows = rows.filter(**{parameter.lookup: int(codes[0])})
            elif codes and parameter.lookup:
                rows = rows.filter(**{f"{parameter.lookup}__in": codes})
        return rows.latest() if self.values.get("show") == [NEWEST] else rows


class IndicatorFilter(ObservationFilter):
    """The same for the figures of one indicator, which the address names before."""

    parameters = ObservationFilter.parameters[1:]


@dataclass(frozen=True)
class Extent:
    """What there is of one indicator: the codes in use, and the years."""

    countries: dict[str, int]
    sexes: set[str]
    ages: set[str]
    sources: set[str]
    years: tuple[int, int] | None
    counterparts: set[str]


class Selection:
    """Current figures chosen by an address; of one ``indicator``, or of all."""

    #: Parameters of the addresses that choose no figures.
    also_known = {"bom", "size", "locale"}

    def __init__(self, query: QueryDict, indicator: Indicator | None = None) -> None:
        self.query = query
        self.indicator = indicator
        self.filter = (IndicatorFilter if indicator else ObservationFilter)(query)

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong with the address, by parameter; unknown names included."""
        names = {parameter.name for parameter in self.filter.parameters} | self.also_known
        unknown = [name for name in self.query if name not in names]
        errors = dict(self.filter.errors)
        for name in unknown[:10]:
            errors[name[:40].replace("\0", "�")] = _(
                "%(name)s is not a parameter here. Valid: %(valid)s."
            ) % {
                "name": name[:40].replace("\0", "�"),
                "valid": ", ".join(parameter.name for parameter in self.filter.parameters),
            }
        return errors

    @property
    def encoded(self) -> str:
        """The choices as the query of an address, without what they do not understand."""
        query = QueryDict(mutable=True)
        for parameter in self.filter.parameters:
            query.setlist(parameter.name, self.filter.values.get(parameter.name, []))
        return query.urlencode()

    @property
    def is_newest(self) -> bool:
        return self.filter.values.get("show") == [NEWEST]

    def rows(self) -> Any:
        """The observations, always in the same order."""
        return self.filter.narrow(self._everything()).order_by(
            *("indicator__code", "country__code", "counterpart__code", "sex", "age"),
            *("period", "source__code", "pk"),
        )

    def _everything(self) -> Any:
        rows = Observation.objects.current()
        return rows.filter(indicator=self.indicator) if self.indicator else rows

    def figures(self) -> list[Observation]:
        """The observations with what a page says about them; ``MAX_FIGURES`` and one at most."""
        rows = self.rows().select_related(
            *("indicator", "country", "counterpart", "source", "footnote", "dataset")
        )
        return list(rows[: MAX_FIGURES + 1])

    @cached_property
    def extent(self) -> Extent:
        """What the indicator has; two queries, however many figures there are."""
        rows = self._everything().order_by()
        groups = rows.values_list("country__code", "sex", "age", "source__code").annotate(
            number=Count("pk"), first=Min("period"), last=Max("period")
        )
        countries: dict[str, int] = {}
        sexes, ages_there, sources, years = set(), set(), set(), []
        for country, sex, age, source, number, first, last in groups:
            countries[country] = countries.get(country, 0) + number
            sexes.add(sex)
            ages_there.add(age)
            sources.add(source)
            years += [first, last]
        counterparts = set()
        if self.indicator and self.indicator.by_counterpart:
            counterparts = set(rows.values_list("counterpart__code", flat=True).distinct())
        return Extent(
            countries=countries,
            sexes=sexes,
            ages=ages_there,
            sources=sources,
            years=(min(years), max(years)) if years else None,
            counterparts=counterparts - {None},
        )

    def completed(self) -> Selection:
        """This selection with what a page shows where the address leaves it open: totals; the
        newest figure of each country; of flows between countries one country in one year."""
        query, extent = self.query.copy(), self.extent
        chosen = self.filter.values
        if "sex" not in chosen and Sex.TOTAL in extent.sexes:
            query["sex"] = Sex.TOTAL.value
        if "age" not in chosen and ages.TOTAL in extent.ages:
            query["age"] = ages.TOTAL
        if self.indicator and self.indicator.by_counterpart:
            self._complete_flows(query)
        elif "show" not in chosen:
            few = 0 < len(chosen.get("country", ())) <= FEW_COUNTRIES
            query["show"] = ALL if few else NEWEST
        completed = Selection(query, self.indicator)
        completed.__dict__["extent"] = extent
        return completed

    def _complete_flows(self, query: QueryDict) -> None:
        chosen, extent = self.filter.values, self.extent
        if "country" not in chosen and extent.countries:
            most = max(extent.countries.items(), key=lambda item: (item[1], item[0]))
            query["country"] = most[0]
        wanted = {"show", "year_from", "year_to", "counterpart"}
        if not wanted & chosen.keys():
            rows = self._everything().filter(country__code__in=query.getlist("country"))
            if last := rows.aggregate(last=Max("period"))["last"]:
                query["year_from"] = query["year_to"] = str(last)
        if "show" not in chosen:
            query["show"] = ALL
