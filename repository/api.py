"""``/publications/``: the records of the repository and their files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from pages.api.content import has_resource
from pages.api.reading import BadQuery, Query, Text, answers, list_of, resource
from pages.api.schemas import (
    Coded,
    PageId,
    PageItem,
    choice,
    coded,
    coded_all,
    html,
    page_fields,
)
from pages.api.vocabularies import ENUMERATIONS

from .citations import styles
from .citations.formats import FORMATS, Format
from .citations.record import record_of
from .documents import files_of
from .filters import PublicationFilter
from .models import Contributor, Licence, PublicationFile, PublicationPage
from .usage import report
from .views.records import written

router = resource("publications")

ENUMERATIONS |= {"contributor-role": Contributor.Role, "licence": Licence}


class ContributorItem(Schema):
    role: Coded
    family_name: str = Field(description="Or the name of the body.")
    given_name: str
    name: str = Field(description="In reading order.")
    orcid: str = Field(
        description="Of a person.", examples=["https://orcid.org/0000-0002-1825-0097"]
    )
    ror: str = Field(description="Of a body.", examples=["https://ror.org/03yrm5c26"])


class PublicationItem(PageItem):
    contributors: list[ContributorItem]
    year: int | None
    month: int | None
    type: Coded
    publisher: str
    languages: list[Coded]
    countries: list[Coded]
    themes: list[Coded]
    doi: str = Field(examples=["10.1000/182"])


class FileItem(Schema):
    title: str
    label: str
    language: Coded
    size: int | None = Field(description="In bytes.")
    media_type: str = Field(examples=["application/pdf"])
    pages: int | None = Field(description="Where the kind of file has pages.")
    sha256: str = Field(description="Of the file; empty until it was looked at.")
    url: str = Field(description="Where to download it.")


class Identifiers(Schema):
    doi: str
    doi_url: str
    isbn: str
    issn: str


class Reference(Schema):
    style: str = Field(examples=["apa"])
    html: str = Field(description="In the language asked for.")


class RecordLink(Schema):
    format: str = Field(examples=["bibtex"])
    media_type: str = Field(examples=["application/x-bibtex"])
    url: str = Field(description="The record in this format, at a lasting address.")


class Use(Schema):
    views: int
    downloads: int


class PublicationDetail(PublicationItem):
    abstract: str = Field(description="HTML.")
    container_title: str = Field(description="The journal or book that it is part of.")
    volume: str
    issue: str
    page_range: str
    series: str
    series_number: str
    extent: str
    identifiers: Identifiers
    external_url: str
    licence: Coded | None
    licence_url: str
    networks: list[Coded]
    tags: list[str]
    files: list[FileItem]
    evidence: str = Field(description="From where the record was made.")
    note: str
    permalink: str = Field(description="Its lasting address, in no language.")
    references: list[Reference] = Field(description="How to cite it.")
    records: list[RecordLink]
    use: Use = Field(description="How often it was read, by the COUNTER Code of Practice.")


@answers(
    router,
    "/",
    list_of(PublicationItem),
    id="publications_list",
    summary="List publications",
    filters=PublicationFilter,
)
def list_publications(request: HttpRequest, query: Query) -> Any:
    pages = PublicationPage.objects.listed(request, query.language)
    pages = query.filter.narrow(pages).prefetch_related("countries", "themes")
    return query.page(pages, present_publication)


@answers(
    router,
    "/{id}/",
    PublicationDetail,
    id="publications_detail",
    summary="A publication with its files",
    paged=False,
)
def get_publication(request: HttpRequest, query: Query, id: PageId) -> Any:
    return detail_of(query.version(PublicationPage.objects.with_list_relations(), id), query)


def detail_of(page: PublicationPage, query: Query) -> dict[str, Any]:
    licence = page.licence_info
    return present_publication(page, query) | {
        "abstract": html(page.abstract, query),
        "container_title": page.container_title,
        "volume": page.volume,
        "issue": page.issue,
        "page_range": page.page_range,
        "series": page.series,
        "series_number": page.series_number,
        "extent": page.extent,
        "identifiers": {
            "doi": page.doi,
            "doi_url": f"https://doi.org/{page.doi}" if page.doi else "",
            "isbn": page.isbn,
            "issn": page.issn,
        },
        "external_url": page.external_url,
        "licence": choice(page.licence, Licence),
        "licence_url": licence.url if licence else "",
        "networks": coded_all(page.networks.all()),
        "tags": sorted(tag.name for tag in page.tags.all()),
        "files": [present_file(file, query) for file in files_of(page)],
        "evidence": page.evidence,
        "note": page.note,
        **cited(page, query),
    }


def cited(page: PublicationPage, query: Query) -> dict[str, Any]:
    record = record_of(page, query.request)
    address = record.permalink.rstrip("/")
    return {
        "permalink": record.permalink,
        "references": [
            {"style": one["code"], "html": one["text"]}
            for one in styles.both(record, query.language)
        ],
        "records": [
            {
                "format": form.code,
                "media_type": form.media_type,
                "url": f"{address}.{form.suffix}",
            }
            for form in FORMATS.values()
        ],
        "use": report.totals(page.translation_key),
    }


@answers(
    router,
    "/{id}/record/",
    None,
    id="publications_record",
    summary="A publication as BibTeX, RIS, CSL-JSON, Dublin Core, DataCite or MARCXML",
    texts=(
        Text(
            "format",
            f"One of {', '.join(FORMATS)}. Without it the Accept header decides, then CSL-JSON.",
        ),
    ),
    paged=False,
)
def get_record(request: HttpRequest, query: Query, id: PageId) -> HttpResponse:
    page = query.version(PublicationPage.objects.all(), id)
    response = written(record_of(page, request), _format(request, query.texts["format"]))
    patch_vary_headers(response, ["Accept"])
    return response


def _format(request: HttpRequest, asked: str) -> Format:
    if asked and asked not in FORMATS:
        message = _("%(value)s is not known here. Valid: %(valid)s.")
        raise BadQuery({"format": message % {"value": asked[:40], "valid": ", ".join(FORMATS)}})
    if asked:
        return FORMATS[asked]
    by_type = {form.media_type: form for form in FORMATS.values()}
    wanted = request.get_preferred_type(["application/json", *by_type]) or ""
    return by_type.get(wanted, FORMATS["csl-json"])


has_resource("repository.PublicationPage", lambda page: f"publications/{page.pk}/", detail_of)


def present_publication(page: PublicationPage, query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {
        "contributors": [
            {
                "role": choice(contributor.role, Contributor.Role),
                "family_name": contributor.family_name,
                "given_name": contributor.given_name,
                "name": contributor.display_name,
                "orcid": f"https://orcid.org/{contributor.orcid}" if contributor.orcid else "",
                "ror": f"https://ror.org/{contributor.ror}" if contributor.ror else "",
            }
            for contributor in page.contributors.all()
        ],
        "year": page.year,
        "month": page.month,
        "type": coded(page.document_type),
        "publisher": page.publisher,
        "languages": coded_all(page.languages.all()),
        "countries": coded_all(page.countries.all()),
        "themes": coded_all(page.themes.all()),
        "doi": page.doi,
    }


def present_file(file: PublicationFile, query: Query) -> dict[str, Any]:
    document = file.document
    details = getattr(document, "details", None)
    return {
        "title": document.title,
        "label": file.label,
        "language": coded(file.language),
        "size": document.get_file_size(),
        "media_type": document.content_type,
        "pages": details and details.page_count,
        "sha256": details.sha256 if details else "",
        "url": query.request.build_absolute_uri(document.url),
    }
