"""What search engines read in the page: schema.org in JSON-LD, and the tags of Highwire Press that
Google Scholar goes by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString

from pages import structured

from .record import Name, Record

TYPES = {
    **dict.fromkeys(("article-journal", "article"), "ScholarlyArticle"),
    **dict.fromkeys(("article-magazine", "webpage"), "Article"),
    "book": "Book",
    "chapter": "Chapter",
    "report": "Report",
    "thesis": "Thesis",
    "dataset": "Dataset",
    "periodical": "PublicationIssue",
    "speech": "PresentationDigitalDocument",
    "document": "DigitalDocument",
}


def as_dict(record: Record) -> dict[str, Any]:
    item: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": type_of(record),
        "@id": record.cite_as,
        "url": record.url,
        "name": record.title,
        "headline": record.title if type_of(record).endswith("Article") else "",
        "inLanguage": list(record.languages) or [record.language],
        "author": [_name(name) for name in record.authors],
        "editor": [_name(name) for name in record.editors],
        "publisher": _body(record.publisher),
        "datePublished": record.date,
        "dateModified": record.changed.isoformat() if record.changed else "",
        "abstract": record.abstract,
        "description": record.abstract[:5000],
        "genre": record.kind_label,
        "keywords": record.subjects,
        "spatialCoverage": [{"@type": "Place", "name": name} for _c, name in record.countries],
        "license": record.licence.url if record.licence else "",
        "identifier": _identifiers(record),
        "isbn": record.isbn if type_of(record) == "Book" else "",
        "issn": "" if record.container else record.issn,
        "isPartOf": _container(record),
        "pagination": record.page_range,
        "numberOfPages": int(record.page_count) if record.page_count else None,
        "reportNumber": record.series_number if type_of(record) == "Report" else "",
        "sameAs": list(filter(None, (record.doi_url, record.external_url))),
        "isAccessibleForFree": True if record.access == "open" else None,
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": file.url,
                "encodingFormat": file.media_type,
                "inLanguage": file.language,
                **({"contentSize": f"{file.size} B"} if file.size else {}),
            }
            for file in record.files
        ],
    }
    return {name: value for name, value in item.items() if value}


def type_of(record: Record) -> str:
    return TYPES.get(record.csl_type, "CreativeWork")


def script(record: Record) -> SafeString:
    """The text of a ``script`` element."""
    return structured.script(as_dict(record))


def citation_tags(record: Record) -> Iterator[tuple[str, str]]:
    """The ``citation_*`` tags by name; those that repeat, in the order of the publication."""
    first, last = record.pages
    kind = record.csl_type
    yield "citation_title", record.title
    for name in record.authors:
        yield "citation_author", name.inverted
        if name.orcid:
            yield "citation_author_orcid", f"https://orcid.org/{name.orcid}"
    yield from (("citation_editor", name.inverted) for name in record.editors)
    yield "citation_publication_date", record.date.replace("-", "/")
    yield "citation_publisher", record.publisher
    in_book = kind in ("chapter", "paper-conference")
    container = "citation_inbook_title" if in_book else "citation_journal_title"
    yield container, record.container
    yield "citation_volume", record.volume
    yield "citation_issue", record.issue
    yield "citation_firstpage", first
    yield "citation_lastpage", last
    if kind == "report":
        yield "citation_technical_report_institution", record.publisher
        yield "citation_technical_report_number", record.series_number
    if kind == "thesis":
        yield "citation_dissertation_institution", record.publisher
    yield "citation_doi", record.doi
    yield "citation_isbn", record.isbn
    yield "citation_issn", record.issn
    yield from (("citation_language", code) for code in record.languages)
    yield from (("citation_keywords", word) for word in record.subjects)
    yield "citation_abstract_html_url", record.url
    pdfs = [file for file in record.files if file.media_type == "application/pdf"]
    yield from (("citation_pdf_url", file.url) for file in pdfs)


def _name(name: Name) -> dict[str, str]:
    if name.is_body:
        return _body(name.family) | ({"@id": f"https://ror.org/{name.ror}"} if name.ror else {})
    person = {"@type": "Person", "name": name.natural}
    person |= {"familyName": name.family, "givenName": name.given}
    return person | ({"@id": f"https://orcid.org/{name.orcid}"} if name.orcid else {})


def _body(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name} if name else {}


def _identifiers(record: Record) -> list[dict[str, str]]:
    known = (("doi", record.doi), ("isbn", record.isbn), ("issn", record.issn))
    return [
        {"@type": "PropertyValue", "propertyID": kind, "value": value}
        for kind, value in known
        if value
    ]


def _container(record: Record) -> dict[str, Any]:
    """A journal lies around its volume, and the volume around its issue."""
    if not record.container:
        if not record.series:
            return {}
        return {"@type": "CreativeWorkSeries", "name": record.series}
    kind = "Periodical" if record.csl_type.startswith("article") else "Book"
    kind = "WebSite" if record.csl_type == "webpage" else kind
    found: dict[str, Any] = {"@type": kind, "name": record.container}
    if record.issn and kind == "Periodical":
        found["issn"] = record.issn
    if record.volume:
        found = {
            "@type": "PublicationVolume",
            "volumeNumber": record.volume,
            "isPartOf": found,
        }
    if record.issue:
        found = {"@type": "PublicationIssue", "issueNumber": record.issue, "isPartOf": found}
    return found
