"""CSL-JSON, and the records of Crossref, which are almost the same.

Source: citationstyles.org, "CSL-JSON"; Crossref REST API, "works".
"""

from __future__ import annotations

from typing import Any

from .entry import Entry, Role
from .text import every, first, plain

KINDS = {
    **dict.fromkeys(("article-journal", "journal-article", "review"), "journal-article"),
    **dict.fromkeys(("article-magazine", "article-newspaper"), "magazine-article"),
    **dict.fromkeys(("book", "monograph", "edited-book", "reference-book"), "book"),
    **dict.fromkeys(("proceedings", "collection", "book-set", "book-series"), "book"),
    **dict.fromkeys(("chapter", "book-chapter", "book-section", "book-part"), "book-chapter"),
    **dict.fromkeys(("paper-conference", "proceedings-article", "book-track"), "book-chapter"),
    **dict.fromkeys(("entry-encyclopedia", "entry-dictionary", "reference-entry"), "book-chapter"),
    **dict.fromkeys(("report", "report-component", "report-series"), "report"),
    **dict.fromkeys(("thesis", "dissertation"), "thesis"),
    **dict.fromkeys(("webpage", "post", "post-weblog"), "web-article"),
    **dict.fromkeys(("article", "posted-content"), "preprint"),
    **dict.fromkeys(("periodical", "journal-issue"), "journal-issue"),
    **dict.fromkeys(("document", "manuscript", "pamphlet", "standard", "other"), "document"),
    **dict.fromkeys(("legislation", "regulation", "treaty", "bill"), "document"),
    "dataset": "dataset",
    "speech": "presentation",
}
PLAIN = {
    "publisher": "publisher",
    "container-title": "container_title",
    "volume": "volume",
    "issue": "issue",
    "collection-title": "series",
    "collection-number": "series_number",
    "abstract": "abstract",
}
PEOPLE = {"author": Role.AUTHOR, "editor": Role.EDITOR, "collection-editor": Role.EDITOR}
#: Said by another name, or of use to Crossref alone.
LEFT = {
    *("id", "type", "title", "subtitle", "short-title", "title-short", "original-title", "genre"),
    *("issued", "published", "published-print", "published-online", "posted", "accessed"),
    *("DOI", "ISBN", "ISSN", "URL", "page", "number-of-pages", "number", "language", "keyword"),
    *("subject", "categories", "license", "resource", "institution", "group-title", "source"),
    *("reference", "reference-count", "references-count", "indexed", "created", "deposited"),
    *("member", "prefix", "score", "link", "relation", "content-domain", "is-referenced-by-count"),
    *("isbn-type", "issn-type", "alternative-id", "container-title-short", "assertion", "subtype"),
    *("short-container-title", "journal-issue", "publisher-place", "event-place", "copyright"),
    *("approved", "accepted", "content-created", "content-updated", "citation-key", "archive"),
    *("update-policy", "citation-label", "event", "published-other", "rights", "version"),
    *("published-review", "publisher-location", "edition-number", "original-date", "aliases"),
}


def fill(entry: Entry, record: dict[str, Any]) -> None:
    said = first(record.get("type"))
    entry.kind, entry.kind_said = KINDS.get(said.lower(), ""), said
    entry.genre = first(record.get("genre"))
    entry.title(first(record.get("title")), first(record.get("subtitle")))
    for key, role in PEOPLE.items():
        for name in every(record.get(key)):
            _person(entry, name, role)
    for key, name in PLAIN.items():
        entry.put(name, first(record.get(key)))
    for institution in every(record.get("institution")):
        entry.put("publisher", first(institution))
    number = first(record.get("number"))
    entry.put("series_number" if entry.kind in {"report", "book", "document"} else "issue", number)
    for key in ("issued", "published-print", "published", "published-online", "posted"):
        _date(entry, record.get(key))
    for doi in every(record.get("DOI")):
        entry.doi(first(doi))
    entry.isbn(map(first, every(record.get("ISBN"))))
    entry.issn(map(first, every(record.get("ISSN"))))
    resource = record.get("resource")
    primary = resource.get("primary") if isinstance(resource, dict) else None
    for address in (record.get("URL"), primary.get("URL") if isinstance(primary, dict) else ""):
        entry.url(first(address))
    entry.pages(first(record.get("page")))
    entry.extent(first(record.get("number-of-pages")))
    entry.languages += filter(None, [first(record.get("language"))])
    for key in ("keyword", "subject", "categories"):
        entry.subjects(map(first, every(record.get(key))))
    for licence in every(record.get("license")) + every(record.get("copyright")):
        entry.licence(first(licence.get("URL")) if isinstance(licence, dict) else first(licence))
    for key in record.keys() - PLAIN.keys() - PEOPLE.keys() - LEFT:
        if not isinstance(record[key], (dict, list)):
            entry.leave(key, first(record[key]))


def _person(entry: Entry, name: Any, role: str) -> None:
    if not isinstance(name, dict):
        entry.name(first(name), role)
        return
    whole = first(name.get("literal")) or first(name.get("name"))
    family = plain(first(name.get("family")))
    if whole and not family:
        entry.body(whole, role)
        return
    family = " ".join(filter(None, (first(name.get("non-dropping-particle")), family)))
    given = " ".join(filter(None, map(first, (name.get("given"), name.get("dropping-particle")))))
    suffix = first(name.get("suffix"))
    entry.person(family, ", ".join(filter(None, (given, suffix))), role)


def _date(entry: Entry, date: Any) -> None:
    """``{"date-parts": [[2023, 5, 1]]}``, or in words."""
    if not isinstance(date, dict):
        if text := first(date):
            entry.date(text)
        return
    parts = date.get("date-parts")
    for _step in range(2):
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            parts = parts[0]
    if isinstance(parts, list) and parts and first(parts[0]):
        entry.date("-".join(first(part) for part in parts[:2] if first(part)))
    elif text := first(date.get("raw")) or first(date.get("literal")):
        entry.date(text)
