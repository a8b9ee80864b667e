"""The needs assessments as a table: assessments by areas of the Migration Governance Indicators.

The matrix, the view of one area, the comparison of countries, the API and the CSV files are this
table. A cell that no assessment fills says that it is not yet assessed, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from . import access, formats
from .addresses import Addresses
from .filters import Choice, Filter, choices, vocabulary
from .models import (
    AssessedArea,
    AssessmentPage,
    AssessmentRecommendation,
    Country,
    GovernanceArea,
    Source,
)
from .plain import plain

#: The areas in the order of the Migration Governance Indicators, as far as they are known here.
ORDER = [
    "border-management",
    "data-and-id-management",
    "trafficking-and-smuggling",
    "climate-change-and-migration",
    "labour-migration",
    "migration-and-health",
    "vulnerable-migrants",
]


class AssessmentFilter(Filter):
    """By country, and the areas and states to be seen of it."""

    parameters = [
        Choice("country", gettext_lazy("Country"), vocabulary(Country), "country__code"),
        Choice("area", gettext_lazy("Area"), vocabulary(GovernanceArea), ""),
        Choice("status", gettext_lazy("Status"), choices(AssessedArea.Status), ""),
    ]
    also_known: set[str] = set()

    def narrow(self, rows: Any) -> list[AssessmentPage]:
        """``rows`` is a list; a dozen need no database to be narrowed."""
        countries = self.values.get("country")
        statuses = self.values.get("status")
        kept = [p for p in rows if not countries or (p.country and p.country.code in countries)]
        if not statuses:
            return kept
        return [page for page in kept if statuses_of(page, self.values.get("area")) & set(statuses)]


def statuses_of(page: AssessmentPage, areas: list[str] | None) -> set[str]:
    return {one.status for one in page.areas.all() if not areas or one.area.code in areas}


@dataclass(frozen=True)
class Cell:
    """What one assessment says on one area."""

    area: GovernanceArea
    found: AssessedArea | None
    recommendations: list[AssessmentRecommendation]
    #: The document that it is from, where the reader may read it.
    document: Page | None

    @property
    def status(self) -> str:
        return self.found.status if self.found else AssessedArea.Status.NOT_ASSESSED.value

    @property
    def status_label(self) -> str:
        return str(AssessedArea.Status(self.status).label)

    @property
    def source(self) -> Source | None:
        return self.found.source if self.found else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read beyond the status."""
        found = self.found
        words = found and (found.findings or found.gaps or found.recommendations)
        return not (words or self.recommendations)


@dataclass(frozen=True)
class Row:
    """An assessment, or a country that has none."""

    page: AssessmentPage | None
    country: Country | None
    cells: list[Cell]

    @property
    def label(self) -> str:
        if self.country:
            return self.country.label
        return self.page.title if self.page else ""


@dataclass
class Table:
    """Rows by areas, in a constant number of queries."""

    request: HttpRequest
    areas: list[GovernanceArea]
    pages: list[AssessmentPage]
    #: Countries that were asked for and have no assessment.
    without: list[Country]
    language: str

    @classmethod
    def of(cls, request: HttpRequest, chosen: AssessmentFilter, language: str) -> Table:
        """What ``chosen`` leaves of all that the reader may see."""
        pages = chosen.narrow(AssessmentPage.objects.listed(request, language))
        there = {page.country.code for page in pages if page.country}
        missing = set(chosen.values.get("country", [])) - there
        if chosen.values.get("status"):
            missing = set()
        countries = Country.objects.filter(code__in=missing, locale__language_code="en")
        areas = all_areas()
        if codes := chosen.values.get("area"):
            areas = [area for area in areas if area.code in codes]
        ordered = sorted(countries, key=lambda country: country.label)
        return cls(request, areas, pages, ordered, language)

    @classmethod
    def of_one(cls, request: HttpRequest, page: AssessmentPage) -> Table:
        return cls(request, all_areas(), [page], [], page.language)

    @cached_property
    def documents(self) -> dict[int, Page]:
        """The documents that the reader may read, by id."""
        wanted = set()
        for page in self.pages:
            wanted.add(page.report_id)
            wanted |= {one.document_id for one in page.areas.all()}
            wanted |= {one.document_id for one in page.recommendations.all()}
        wanted.discard(None)
        if not wanted:
            return {}
        readable = access.readable_by(Page.objects.filter(pk__in=wanted), self.request.user)
        return {page.pk: page for page in readable.select_related("locale")}

    @cached_property
    def rows(self) -> list[Row]:
        rows = [Row(page, page.country, self._cells(page)) for page in self.pages]
        nothing = [Cell(area, None, [], None) for area in self.areas]
        return rows + [Row(None, country, nothing) for country in self.without]

    def _cells(self, page: AssessmentPage) -> list[Cell]:
        found = {one.area.code: one for one in page.areas.all()}
        cells = []
        for area in self.areas:
            one = found.get(area.code)
            recommended = [r for r in page.recommendations.all() if r.area.code == area.code]
            for recommendation in recommended:
                recommendation.readable_document = self.document(recommendation.document_id)
            cells.append(
                Cell(area, one, recommended, self.document(one.document_id) if one else None)
            )
        return cells

    def document(self, pk: int | None) -> Page | None:
        return self.documents.get(pk) if pk else None

    @cached_property
    def by_area(self) -> list[tuple[GovernanceArea, list[tuple[Row, Cell]]]]:
        """The same, area by area."""
        return [
            (area, [(row, row.cells[number]) for row in self.rows])
            for number, area in enumerate(self.areas)
        ]

    def address(self, page: Page | None) -> str:
        if page is None:
            return ""
        addresses = Addresses.of_request(self.request, self.language)
        return self.request.build_absolute_uri(addresses.of(page))


def all_areas() -> list[GovernanceArea]:
    """The areas in the order of the indicators, further ones behind them."""
    areas = GovernanceArea.objects.filter(locale__language_code="en").order_by("pk")
    rank = {code: position for position, code in enumerate(ORDER)}
    return sorted(areas, key=lambda area: (rank.get(area.code, len(ORDER)), area.pk))


# As files -----------------------------------------------------------------------------------


def assessments_table(request: HttpRequest, page: Page, language: str) -> HttpResponse:
    """``assessments.csv``: a line for each assessment and area."""
    chosen = AssessmentFilter(request.GET)
    if errors := chosen.errors | formats.wrong_mark(request.GET):
        return formats.refuse(errors)
    table = Table.of(request, chosen, language)
    columns = [
        *("country", "country_name", "year", "area", "area_name", "status", "status_name"),
        *("findings", "gaps", "recommendations", "recommendations_followed", "source"),
        *("document", "address"),
    ]
    return formats.csv_answer(request, "assessments.csv", columns, _assessment_lines(table))


def _assessment_lines(table: Table) -> Iterable[list[Any]]:
    for row in table.rows:
        year = row.page.year if row.page else ""
        for cell in row.cells:
            found = cell.found
            document = cell.document or table.document(row.page.report_id if row.page else None)
            source = cell.source or (row.page.source if row.page else None)
            yield [
                row.country.code if row.country else "",
                row.country.label if row.country else _("The region"),
                year,
                cell.area.code,
                cell.area.label,
                cell.status,
                cell.status_label,
                plain(found.findings) if found else "",
                plain(found.gaps) if found else "",
                plain(found.recommendations) if found else "",
                len(cell.recommendations) or "",
                source.label if source else "",
                table.address(document),
                table.address(row.page),
            ]


def recommendations_table(request: HttpRequest, page: Page, language: str) -> HttpResponse:
    """``recommendations.csv``: a line for each recommendation and what became of it."""
    chosen = AssessmentFilter(request.GET)
    if errors := chosen.errors | formats.wrong_mark(request.GET):
        return formats.refuse(errors)
    table = Table.of(request, chosen, language)
    columns = [
        *("country", "country_name", "year", "area", "area_name", "recommendation", "state"),
        *("state_name", "state_date", "responsible", "source", "document"),
    ]
    lines = (
        [
            row.country.code if row.country else "",
            row.country.label if row.country else _("The region"),
            row.page.year if row.page else "",
            cell.area.code,
            cell.area.label,
            one.text,
            one.state,
            one.get_state_display(),
            one.state_date.isoformat() if one.state_date else "",
            one.responsible,
            one.source.label if one.source else "",
            table.address(table.document(one.document_id)),
        ]
        for row in table.rows
        for cell in row.cells
        for one in cell.recommendations
    )
    return formats.csv_answer(request, "recommendations.csv", columns, lines)
