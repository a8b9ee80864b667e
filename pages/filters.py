"""Filters that live in the address: ``?country=JM&country=HT&year_from=2015``.

A filter reads a query string, keeps what is valid, says what is not (``errors``), narrows a
queryset, and writes addresses with one choice added or removed. The reader site shows errors
beside the list; the API answers them with 400.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import (
    Country,
    DatasetPage,
    EventPage,
    EventType,
    Indicator,
    Language,
    Network,
    Place,
    Sex,
    Source,
    Theme,
)

Options = Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Choice:
    """A parameter whose values are codes of a vocabulary or of a list of choices.

    ``options`` gives the labels by code; ``lookup`` is the queryset lookup of the codes.
    ``offered`` gives those that a form offers, where it is pointless to offer all.
    """

    name: str
    label: Any
    options: Options
    lookup: str
    multiple: bool = True
    offered: Options | None = None


@dataclass(frozen=True)
class Year:
    """A parameter that is a year; ``lookup`` compares it."""

    name: str
    label: Any
    lookup: str


@dataclass(frozen=True)
class Day:
    """A parameter that is a day, ``2026-03-08``; ``lookup`` compares it."""

    name: str
    label: Any
    lookup: str


@dataclass
class Selected:
    """One choice that is in force, and the address without it."""

    parameter: str
    code: str
    label: str
    without: str


class Filter:
    """Reads and applies the parameters of one list."""

    parameters: list[Choice | Year | Day] = []
    #: Orders by code: label and the ``order_by`` method's name on the queryset.
    orders: dict[str, tuple[Any, str]] = {}
    #: Parameters of the address that are not filters.
    also_known = {"page"}

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.errors: dict[str, str] = {}
        self.values: dict[str, list[str]] = {}
        for parameter in self.parameters:
            given = [value.strip() for value in query.getlist(parameter.name) if value.strip()]
            if given:
                self._read(parameter, given)
        self.order = self._read_order()

    def _read(self, parameter: Choice | Year | Day, given: list[str]) -> None:
        if isinstance(parameter, Year):
            if given[-1].isascii() and given[-1].isdigit() and 1000 <= int(given[-1]) <= 9999:
                self.values[parameter.name] = [given[-1]]
            else:
                self.errors[parameter.name] = _(
                    "%(value)s is not a year. Give a year of four digits, such as 2019."
                ) % {"value": given[-1][:40]}
            return
        if isinstance(parameter, Day):
            if day := read_day(given[-1]):
                self.values[parameter.name] = [day.isoformat()]
            else:
                self.errors[parameter.name] = _(
                    "%(value)s is not a day. Give year, month and day, such as 2026-03-08."
                ) % {"value": given[-1][:40]}
            return
        options = parameter.options()
        by_fold = {code.casefold(): code for code in options}
        valid = [by_fold[v.casefold()] for v in given if v.casefold() in by_fold]
        unknown = [value for value in given if value.casefold() not in by_fold]
        if valid:
            self.values[parameter.name] = list(dict.fromkeys(valid))
        if unknown:
            self.errors[parameter.name] = _("%(value)s is not known here. Valid: %(valid)s.") % {
                "value": ", ".join(v[:40] for v in unknown[:5]),
                "valid": ", ".join(options),
            }

    def _read_order(self) -> str:
        default = next(iter(self.orders), "")
        wanted = self.query.get("order", "")
        if wanted and wanted not in self.orders:
            self.errors["order"] = _("%(value)s is not known here. Valid: %(valid)s.") % {
                "value": wanted[:40],
                "valid": ", ".join(self.orders),
            }
            return default
        return wanted or default

    @property
    def known(self) -> list[str]:
        """The names of all parameters that the list understands."""
        names = [parameter.name for parameter in self.parameters]
        return names + (["order"] if self.orders else []) + sorted(self.also_known)

    def narrow(self, rows: Any) -> Any:
        """``rows`` narrowed to what the parameters ask for, in the order asked for."""
        for parameter in self.parameters:
            codes = self.values.get(parameter.name)
            if not codes:
                continue
            if isinstance(parameter, Year):
                rows = rows.filter(**{parameter.lookup: int(codes[0])})
            elif isinstance(parameter, Day):
                rows = rows.filter(**{parameter.lookup: codes[0]})
            elif parameter.multiple:
                rows = rows.filter(pk__in=self._matching(rows, parameter, codes))
            else:
                rows = self.narrow_single(rows, parameter, codes[0])
        if self.order:
            rows = getattr(rows, self.orders[self.order][1])()
        return rows

    @staticmethod
    def _matching(rows: QuerySet, parameter: Choice, codes: list[str]) -> QuerySet:
        """A sub-query, so that several values of one parameter double no row."""
        return (
            rows.model._base_manager.filter(**{f"{parameter.lookup}__in": codes})
            .order_by()
            .values("pk")
        )

    def narrow_single(self, rows: QuerySet, parameter: Choice, code: str) -> QuerySet:
        return rows.filter(**{parameter.lookup: code})

    # For templates --------------------------------------------------------------------

    @property
    def is_active(self) -> bool:
        return bool(self.values)

    @cached_property
    def fields(self) -> list[dict[str, Any]]:
        """The form: for each parameter its name, label, kind, options and what is chosen."""
        fields = []
        for parameter in self.parameters:
            chosen = self.values.get(parameter.name, [])
            raw = self.query.get(parameter.name, "")
            options: dict[str, str] = {}
            if isinstance(parameter, Choice):
                options = parameter.options()
                if parameter.offered:
                    offered = {*parameter.offered(), *chosen}
                    options = {c: label for c, label in options.items() if c in offered}
            fields.append(
                {
                    "name": parameter.name,
                    "label": parameter.label,
                    "kind": kind_of(parameter),
                    "value": (chosen[0] if chosen else "")
                    if isinstance(parameter, Choice)
                    else raw,
                    "error": self.errors.get(parameter.name, ""),
                    "multiple": isinstance(parameter, Choice) and parameter.multiple,
                    "chosen": len(chosen),
                    "options": [(c, label, c in chosen) for c, label in options.items()],
                }
            )
        return fields

    @cached_property
    def order_options(self) -> list[tuple[str, Any, bool]]:
        return [(code, label, code == self.order) for code, (label, _m) in self.orders.items()]

    @cached_property
    def selected(self) -> list[Selected]:
        """The choices in force, each with the address that takes it back."""
        chosen = []
        for parameter in self.parameters:
            codes = self.values.get(parameter.name, [])
            labels = parameter.options() if isinstance(parameter, Choice) else {}
            for code in codes:
                rest = self.query.copy()
                rest.setlist(parameter.name, [c for c in codes if c != code])
                for place in ("page", "cursor"):
                    rest.pop(place, None)
                label = _("%(label)s: %(value)s") % {
                    "label": parameter.label,
                    "value": labels.get(code, code),
                }
                chosen.append(Selected(parameter.name, code, label, "?" + rest.urlencode()))
        return chosen

    @property
    def described(self) -> str:
        """The choices in force in the reader's language: ``Time: Upcoming, Country: Jamaica``."""
        return ", ".join(chosen.label for chosen in self.selected)

    @property
    def feed_query(self) -> str:
        """The part of the address that a feed of the same choices has: no page, no month."""
        return urlencode({name: self.values[name] for name in self.values}, doseq=True)

    def with_page(self, number: int) -> str:
        """The address of another page of the list."""
        query = self.query.copy()
        query["page"] = str(number)
        return "?" + query.urlencode()


def kind_of(parameter: Choice | Year | Day) -> str:
    """What a form makes of ``parameter``: ``choice``, ``year`` or ``day``."""
    return type(parameter).__name__.lower()


def read_day(given: str) -> date | None:
    """The day that ``given`` names by ISO 8601; none when it names none."""
    try:
        return date.fromisoformat(given) if len(given) == 10 and given.isascii() else None
    except ValueError:
        return None


def vocabulary(model: type) -> Options:
    """Labels by code of a vocabulary, in the active language."""
    return lambda: model.labels()  # type: ignore[attr-defined]


def choices(enumeration: Any) -> Options:
    """Labels by value of a ``TextChoices``."""
    return lambda: {value: str(label) for value, label in enumeration.choices}


class CountryFilter(Filter):
    """The list of countries: by status and by membership."""

    MEMBERSHIPS = {
        "caricom": "CARICOM",
        "oecs": gettext_lazy("OECS"),
        "acs": gettext_lazy("ACS"),
        "cmc": gettext_lazy("Caribbean Migration Consultations"),
    }
    parameters = [
        Choice(
            "status",
            gettext_lazy("Status"),
            choices(Country.Status),
            "country__status",
            False,
        ),
        Choice(
            "member",
            gettext_lazy("Member of"),
            lambda: {code: str(label) for code, label in CountryFilter.MEMBERSHIPS.items()},
            "",
            False,
        ),
    ]

    def narrow(self, rows: Iterable) -> list:
        """``rows`` is a list of country pages; 33 need no database to be narrowed."""
        kept = list(rows)
        if status := self.values.get("status"):
            kept = [page for page in kept if page.country.status in status]
        for body in self.values.get("member", []):
            attribute = "cmc_participant" if body == "cmc" else body
            kept = [page for page in kept if getattr(page.country, attribute)]
        return kept


def places_of_events() -> dict[str, str]:
    """The places where events took or take place, by code: a few of the 173."""
    labels = Place.labels()
    codes = (
        EventPage.objects.readable_by(AnonymousUser())
        .order_by()
        .values_list("country__code", flat=True)
    )
    return {code: labels[code] for code in codes.distinct() if code in labels}


def languages_of_events() -> dict[str, str]:
    """The languages in which meetings were or are held, by code."""
    labels = Language.labels()
    codes = (
        EventPage.objects.readable_by(AnonymousUser())
        .order_by()
        .values_list("languages__code", flat=True)
    )
    return {code: labels[code] for code in codes.distinct() if code in labels}


class EventFilter(Filter):
    """The calendar: by time, place, type, theme and network."""

    parameters = [
        Choice(
            "time",
            gettext_lazy("Time"),
            lambda: {"upcoming": _("Upcoming"), "past": _("Past")},
            "",
            False,
        ),
        Choice(
            "country",
            gettext_lazy("Country"),
            vocabulary(Place),
            "country__code",
            offered=places_of_events,
        ),
        Choice("type", gettext_lazy("Type"), vocabulary(EventType), "event_type__code"),
        Choice("theme", gettext_lazy("Theme"), vocabulary(Theme), "themes__code"),
        Choice("network", gettext_lazy("Network"), vocabulary(Network), "networks__code"),
        Choice(
            "language",
            gettext_lazy("Language of the meeting"),
            vocabulary(Language),
            "languages__code",
            offered=languages_of_events,
        ),
        Choice("state", gettext_lazy("State"), choices(EventPage.State), "state"),
        Day("from", gettext_lazy("From"), "end_date__gte"),
        Day("to", gettext_lazy("To"), "start_date__lte"),
        Year("year_from", gettext_lazy("From year"), "end_date__year__gte"),
        Year("year_to", gettext_lazy("To year"), "start_date__year__lte"),
    ]
    orders = {
        "latest": (gettext_lazy("Latest first"), "latest_first"),
        "soonest": (gettext_lazy("Soonest first"), "soonest_first"),
    }
    also_known = {"page", "month"}

    def _read_order(self) -> str:
        """What is to come is read from tomorrow on."""
        upcoming = "upcoming" in self.values.get("time", [])
        order = super()._read_order()
        return "soonest" if upcoming and not self.query.get("order") else order

    def narrow_single(self, rows: QuerySet, parameter: Choice, code: str) -> QuerySet:
        return rows.upcoming() if code == "upcoming" else rows.past()  # type: ignore[attr-defined]


class DatasetFilter(Filter):
    """The list of datasets: by what they measure and where they come from."""

    parameters = [
        Choice("indicator", gettext_lazy("Indicator"), vocabulary(Indicator), "indicators__code"),
        Choice("theme", gettext_lazy("Theme"), vocabulary(Theme), "indicators__themes__code"),
        Choice("source", gettext_lazy("Source"), vocabulary(Source), "source__code"),
    ]
    orders = {
        "newest": (gettext_lazy("Newest first"), "newest_first"),
        "title": (gettext_lazy("Title"), "by_title"),
    }


class FigureFilter(Filter):
    """The figures of one dataset: what it holds is what is offered."""

    def __init__(self, query: QueryDict, dataset: DatasetPage) -> None:
        self.parameters = [
            Choice(
                "indicator", _("Indicator"), self._of(Indicator, "indicator"), "indicator__code"
            ),
            Choice("country", _("Country"), self._of(Country, "country"), "country__code"),
            Choice("sex", _("Sex"), choices(Sex), "sex"),
            Year("year_from", _("From year"), "period__gte"),
            Year("year_to", _("To year"), "period__lte"),
        ]
        self.dataset = dataset
        super().__init__(query)

    def _of(self, vocabulary: Any, name: str) -> Options:
        @cache
        def options() -> dict[str, str]:
            field = f"{name}__code"
            codes = self.dataset.observations.order_by().values_list(field, flat=True)
            there = set(codes.distinct())
            return {code: label for code, label in vocabulary.labels().items() if code in there}

        return options

    def narrow(self, rows: QuerySet) -> QuerySet:
        order = ("indicator__code", "country__code", "-period", "counterpart__code", "sex", "age")
        return super().narrow(rows).order_by(*order, "pk")
