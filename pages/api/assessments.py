"""``/assessments/``: needs assessments by the Migration Governance Indicators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from .. import access
from ..filters import Choice, Filter, vocabulary
from ..models import AssessedArea, AssessmentPage, Country
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


class AssessmentFilter(Filter):
    parameters = [Choice("country", _("Country"), vocabulary(Country), "country__code")]

    def narrow(self, rows: Any) -> list[AssessmentPage]:
        """``rows`` is a list; a dozen need no database to be narrowed."""
        codes = self.values.get("country")
        return [page for page in rows if not codes or (page.country and page.country.code in codes)]


class AreaItem(Schema):
    area: Coded
    status: Coded


class AreaDetail(AreaItem):
    findings: str = Field(description="HTML.")
    gaps: str = Field(description="HTML.")
    recommendations: str = Field(description="HTML.")


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
    return query.page(query.filter.narrow(pages), present_assessment)


@answers(
    router,
    "/{id}/",
    AssessmentDetail,
    id="assessments_detail",
    summary="A needs assessment",
    paged=False,
)
def get_assessment(request: HttpRequest, query: Query, id: PageId) -> Any:
    pages = AssessmentPage.objects.select_related("country", "source", "report__locale")
    page = query.version(pages.prefetch_related("areas__area"), id)
    readable = access.may_read(request.user, page.report)
    item = present_assessment(page, query)
    return item | {
        "overview": html(page.overview, query),
        "areas": [
            short
            | {
                "findings": html(area.findings, query),
                "gaps": html(area.gaps, query),
                "recommendations": html(area.recommendations, query),
            }
            for short, area in zip(item["areas"], page.areas.all(), strict=True)
        ],
        "report": query.url(page.report) if readable else None,
        "source": source(page.source),
    }


def present_assessment(page: AssessmentPage, query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {
        "country": coded(page.country),
        "year": page.year,
        "focal_institution": page.focal_institution,
        "areas": [
            {"area": coded(area.area), "status": choice(area.status, AssessedArea.Status)}
            for area in page.areas.all()
        ],
    }
