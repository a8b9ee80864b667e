"""Unqualified Dublin Core in the container of OAI-PMH. Sources: DCMI, "Dublin Core Metadata
Element Set"; OAI-PMH 2.0, "oai_dc"; access rights by COAR and by ``info:eu-repo``."""

from __future__ import annotations

from typing import Any

from .languages import iso639_3
from .record import Record
from .xml import Element

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
ELEMENTS = "http://purl.org/dc/elements/1.1/"
ACCESS = {
    "open": "info:eu-repo/semantics/openAccess",
    "restricted": "info:eu-repo/semantics/restrictedAccess",
}


def element(record: Record) -> Any:
    root = Element.root("dc", {"oai_dc": NAMESPACE, "dc": ELEMENTS}, SCHEMA, of="dc")
    add = root.add_if
    add("title", record.title, lang=record.language)
    for name in record.authors:
        add("creator", name.inverted)
    for name in record.editors:
        add("contributor", name.inverted)
    for subject in record.subjects:
        add("subject", subject)
    for _code, country in record.countries:
        add("coverage", country)
    add("description", record.abstract, lang=record.language)
    add("publisher", record.publisher)
    add("date", record.date)
    add("type", "Dataset" if record.csl_type == "dataset" else "Text")
    add("type", record.kind_label)
    for media_type in dict.fromkeys(file.media_type for file in record.files):
        add("format", media_type)
    add("format", record.extent)
    add("identifier", record.permalink)
    add("identifier", record.url)
    add("identifier", record.doi_url)
    add("identifier", f"urn:isbn:{record.isbn}" if record.isbn else "")
    for file in record.files:
        add("identifier", file.url)
    add("source", _source(record))
    for code in record.languages:
        add("language", iso639_3(code))
    add("relation", f"urn:issn:{record.issn}" if record.issn else "")
    add("relation", ", ".join(filter(None, (record.series, record.series_number))))
    add("relation", record.external_url)
    add("relation", record.replaces)
    add("rights", ACCESS.get(record.access, ""))
    if record.licence:
        add("rights", record.licence.url or str(record.licence.label))
    return root.element


def _source(record: Record) -> str:
    """``Journal, 3(2), 12–20``"""
    if not record.container:
        return ""
    number = record.volume + (f"({record.issue})" if record.issue else "")
    return ", ".join(filter(None, (record.container, number, record.page_range)))


def write(record: Record) -> str:
    return Element(element(record), NAMESPACE).text()
