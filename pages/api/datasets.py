"""``/datasets/``: dated versions of figures, each with its figures for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from ..datasets import tables
from ..filters import DatasetFilter
from ..models import DatasetPage, Licence
from .reading import Query, answers, list_of, resource
from .schemas import Coded, PageId, PageItem, SourceItem, choice, coded_all, page_fields, source
from .statistics import ListedFilter, ObservationItem, present_observation

router = resource("statistics")


class DatasetItem(PageItem):
    series: str = Field(description="Shared by all versions of a dataset.")
    version: int
    published: datetime = Field(description="When this version was published.")
    creator: str = Field(description="The body that answers for the figures.")
    source: SourceItem | None
    licence: Coded | None
    licence_url: str
    indicators: list[Coded]
    count: int = Field(description="Of figures.")
    citation: str = Field(description="Suggested, in the language of the dataset.")
    table_url: str = Field(description="The figures as CSV.")


class Version(Schema):
    id: int
    version: int
    published: datetime
    url: str
    current: bool = Field(description="Whether its figures are those that the platform shows.")


class DatasetDetail(DatasetItem):
    note: str = Field(description="What is new in this version, in the language of the dataset.")
    versions: list[Version] = Field(description="The newest first.")


@answers(
    router,
    "/",
    list_of(DatasetItem),
    id="datasets_list",
    summary="List datasets, each by its newest version",
    filters=DatasetFilter,
)
def list_datasets(request: HttpRequest, query: Query) -> Any:
    datasets = DatasetPage.objects.listed(request, query.language)
    return query.page(query.filter.narrow(datasets), present_dataset)


@answers(router, "/{id}/", DatasetDetail, id="datasets_detail", summary="A dataset", paged=False)
def get_dataset(request: HttpRequest, query: Query, id: PageId) -> Any:
    page = query.version(DatasetPage.objects.select_related("source"), id)
    versions = DatasetPage.objects.readable_by(request.user).filter(series=page.series)
    found = list(versions.select_related("locale").order_by("-version"))
    return present_dataset(page, query) | {
        "note": page.note,
        "versions": [
            {
                "id": version.pk,
                "version": version.version,
                "published": version.first_published_at,
                "url": query.url(version),
                "current": version == found[0],
            }
            for version in found
        ],
    }


@answers(
    router,
    "/{id}/observations/",
    list_of(ObservationItem),
    id="datasets_observations",
    summary="List the figures of a version",
    filters=ListedFilter,
)
def list_figures(request: HttpRequest, query: Query, id: PageId) -> Any:
    page = query.version(DatasetPage.objects.all(), id)
    rows = page.observations.select_related(*tables.RELATED)
    return query.page(query.filter.narrow(rows), present_observation)


def present_dataset(page: DatasetPage, query: Query) -> dict[str, Any]:
    address = query.url(page)
    return page_fields(page, query) | {
        "series": str(page.series),
        "version": page.version,
        "published": page.first_published_at,
        "creator": page.creator,
        "source": source(page.source),
        "licence": choice(page.licence, Licence),
        "licence_url": page.licence_info.url if page.licence_info else "",
        "indicators": coded_all(page.indicators.all()),
        "count": page.number,
        "citation": page.suggested_citation,
        "table_url": f"{address}?format=csv",
    }
