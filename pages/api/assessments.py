"""``/assessments/``: needs assessments by the Migration Governance Indicators."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from ..models import AssessedArea, AssessmentPage, AssessmentRecommendation
from ..needs import AssessmentFilter, Cell, Table, all_areas
from .reading import Query, answers, list_of, resource
from .schemas import (
    Coded,
    PageId,
    PageItem,
    SourceItem,
    choice,
    coded,
    html,
    page_fields,
    source,
)

router = resource("assessments")


class AreaItem(Schema):
    area: Coded
    status: Coded


class Recommendation(Schema):
    text: str
    state: Coded
    state_date: date | None = Field(description="The day as of which the state holds.")
    responsible: str
    source: SourceItem | None
    document: str | None = Field(description="Its address, when the reader may read it.")


class AreaDetail(AreaItem):
    findings: str = Field(description="HTML.")
    gaps: str = Field(description="HTML.")
    recommendations: str = Field(description="HTML.")
    follow_up: list[Recommendation]
    source: SourceItem | None
    document: str | None = Field(description="Its address, when the reader may read it.")


class AssessmentItem(PageItem):
    country: Coded | None = Field(description="Null for the assessment of the whole region.")
    year: int
    focal_institution: str
    areas: list[AreaItem]


class AssessmentDetail(AssessmentItem):
    overview: str = Field(description="HTML.")
    areas: list[AreaDetail]  # type: ignore[assignment]
    report: str | None = Field(description="Address of the report on the reader site.")
    source: SourceItem | None


@answers(
    router,
    "/",
    list_of(AssessmentItem),
    id="assessments_list",
    summary="List needs assessments",
    filters=AssessmentFilter,
)
def list_assessments(request: HttpRequest, query: Query) -> Any:
    pages = AssessmentPage.objects.listed(request, query.language)
    wanted = query.filter.values.get("area")
    areas = [area for area in all_areas() if not wanted or area.code in wanted]

    def present(page: AssessmentPage, query: Query) -> dict[str, Any]:
        table = Table(request, areas, [page], [], query.language)
        return present_assessment(page, table.rows[0].cells, query)

    return query.page(query.filter.narrow(pages), present)


@answers(
    router,
    "/{id}/",
    AssessmentDetail,
    id="assessments_detail",
    summary="A needs assessment",
    paged=False,
)
def get_assessment(request: HttpRequest, query: Query, id: PageId) -> Any:
    pages = AssessmentPage.objects.select_related("country", "source").with_all()
    page = query.version(pages, id)
    table = Table(request, all_areas(), [page], [], query.language)
    (row,) = table.rows
    return present_assessment(page, row.cells, query) | {
        "overview": html(page.overview, query),
        "areas": [present_cell(cell, table, query) for cell in row.cells],
        "report": table.address(table.document(page.report_id)) or None,
        "source": source(page.source),
    }


def present_cell(cell: Cell, table: Table, query: Query) -> dict[str, Any]:
    found = cell.found
    return short(cell) | {
        "findings": html(found.findings, query) if found else "",
        "gaps": html(found.gaps, query) if found else "",
        "recommendations": html(found.recommendations, query) if found else "",
        "follow_up": [
            {
                "text": one.text,
                "state": choice(one.state, AssessmentRecommendation.State),
                "state_date": one.state_date,
                "responsible": one.responsible,
                "source": source(one.source),
                "document": table.address(table.document(one.document_id)) or None,
            }
            for one in cell.recommendations
        ],
        "source": source(cell.source),
        "document": table.address(cell.document) or None,
    }


def short(cell: Cell) -> dict[str, Any]:
    return {"area": coded(cell.area), "status": choice(cell.status, AssessedArea.Status)}


def present_assessment(page: AssessmentPage, cells: list[Cell], query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {
        "country": coded(page.country),
        "year": page.year,
        "focal_institution": page.focal_institution,
        "areas": [short(cell) for cell in cells],
    }
