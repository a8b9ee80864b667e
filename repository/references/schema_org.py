"""Records in the terms of schema.org (JSON-LD), as many sites carry them in their pages."""

from __future__ import annotations

from typing import Any

from .entry import Entry, Role
from .text import every, first

KINDS = {
    "ScholarlyArticle": "journal-article",
    "MedicalScholarlyArticle": "journal-article",
    "Book": "book",
    "Chapter": "book-chapter",
    "Report": "report",
    "TechArticle": "report",
    "Thesis": "thesis",
    "Dataset": "dataset",
    "PresentationDigitalDocument": "presentation",
    "PublicationIssue": "journal-issue",
    **dict.fromkeys(("Article", "WebPage", "BlogPosting"), "web-article"),
    **dict.fromkeys(("NewsArticle", "ReportageNewsArticle"), "magazine-article"),
    **dict.fromkeys(("CreativeWork", "DigitalDocument"), "document"),
}


def fill(entry: Entry, record: dict[str, Any]) -> None:
    said = [first(kind).rpartition("/")[2] for kind in every(record.get("@type"))]
    entry.kind = next((KINDS[kind] for kind in said if kind in KINDS), "")
    entry.kind_said = first(said)
    entry.genre = first(record.get("genre"))
    entry.title(first(record.get("name")) or first(record.get("headline")))
    for key, role in {"author": Role.AUTHOR, "creator": Role.AUTHOR, "editor": Role.EDITOR}.items():
        for name in every(record.get(key)):
            _person(entry, name, role)
    entry.put("publisher", first(record.get("publisher")))
    entry.date(first(record.get("datePublished")) or first(record.get("dateCreated")))
    entry.put("abstract", first(record.get("abstract")) or first(record.get("description")))
    _container(entry, record.get("isPartOf"))
    pages = first(record.get("pagination"))
    ends = [first(record.get("pageStart")), first(record.get("pageEnd"))]
    entry.pages(pages or "–".join(filter(None, ends)))
    entry.extent(first(record.get("numberOfPages")))
    entry.put("volume", first(record.get("volumeNumber")))
    entry.put("issue", first(record.get("issueNumber")))
    entry.put("series_number", first(record.get("reportNumber")))
    for identifier in [record.get("@id"), *every(record.get("identifier")), *_links(record)]:
        text = first(identifier)
        if "10." in text[:200] and "doi" in (text + str(identifier)[:300]).lower():
            entry.doi(text)
    entry.isbn(map(first, every(record.get("isbn"))))
    entry.issn(map(first, every(record.get("issn"))))
    entry.url(first(record.get("url")))
    for language in every(record.get("inLanguage")):
        code = first(language.get("alternateName")) if isinstance(language, dict) else ""
        entry.languages += filter(None, [code or first(language)])
    entry.subjects(map(first, every(record.get("keywords"))))
    entry.subjects(map(first, every(record.get("spatialCoverage"))))
    for licence in every(record.get("license")):
        entry.licence(first(licence.get("url")) if isinstance(licence, dict) else first(licence))


def _links(record: dict[str, Any]) -> list[Any]:
    return every(record.get("sameAs"))[:20]


def _container(entry: Entry, part_of: Any) -> None:
    """A journal may lie around its volume, and the volume around its issue."""
    for _step in range(4):
        container = next((item for item in every(part_of) if isinstance(item, dict)), None)
        if container is None:
            entry.put("container_title", first(part_of))
            return
        entry.put("volume", first(container.get("volumeNumber")))
        entry.put("issue", first(container.get("issueNumber")))
        entry.issn(map(first, every(container.get("issn"))))
        if container.get("name"):
            series = "Series" in first(container.get("@type"))
            entry.put("series" if series else "container_title", first(container.get("name")))
        part_of = container.get("isPartOf")


def _person(entry: Entry, name: Any, role: str) -> None:
    if not isinstance(name, dict):
        entry.name(first(name), role)
    elif first(name.get("@type")) == "Organization":
        entry.body(first(name.get("name")), role)
    elif first(name.get("familyName")):
        entry.person(first(name.get("familyName")), first(name.get("givenName")), role)
    else:
        given, _space, family = first(name.get("name")).strip().rpartition(" ")
        entry.person(family, given, role)
