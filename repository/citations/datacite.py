"""DataCite Metadata Schema 4.5, in JSON and in XML. Source: DataCite Metadata Working Group."""

from __future__ import annotations

import json
from typing import Any

from datacite import schema45
from lxml import etree

from .record import Name, Record
from .xml import Element

NAMESPACE = "http://datacite.org/schema/kernel-4"
SCHEMA_VERSION = "http://datacite.org/schema/kernel-4"
#: DataCite's word for what the source does not say.
UNKNOWN = "(:unav)"
TYPES = {
    "article-journal": "JournalArticle",
    "article-magazine": "Text",
    "book": "Book",
    "chapter": "BookChapter",
    "paper-conference": "ConferencePaper",
    "report": "Report",
    "thesis": "Dissertation",
    "dataset": "Dataset",
    "article": "Preprint",
    "periodical": "Journal",
}
#: Names of the access rights, and their addresses in the vocabulary of COAR.
ACCESS = {
    "open": ("open access", "http://purl.org/coar/access_right/c_abf2"),
    "restricted": ("restricted access", "http://purl.org/coar/access_right/c_16ec"),
    "metadata only": ("metadata only access", "http://purl.org/coar/access_right/c_14cb"),
}


def as_dict(record: Record) -> dict[str, Any]:
    """In the form of DataCite's REST API, without what is empty."""
    item: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "doi": record.doi,
        "url": record.permalink,
        "types": {
            "resourceTypeGeneral": TYPES.get(record.csl_type, "Text"),
            "resourceType": record.kind_label,
        },
        "creators": [_name(name) for name in record.authors or record.editors]
        or [{"name": record.publisher or UNKNOWN, "nameType": "Organizational"}],
        "titles": [{"title": record.title, "lang": record.language}],
        "publisher": {"name": record.publisher or UNKNOWN},
        "publicationYear": _year(record),
        "subjects": _subjects(record),
        "contributors": [
            {**_name(name), "contributorType": "Editor"}
            for name in (record.editors if record.authors else ())
        ],
        "dates": _dates(record),
        "language": record.languages[0] if record.languages else record.language,
        "alternateIdentifiers": [
            {"alternateIdentifier": record.permalink, "alternateIdentifierType": "URL"},
            *_numbers(record),
        ],
        "relatedIdentifiers": _related(record),
        "relatedItems": _part_of(record),
        "sizes": list(dict.fromkeys(filter(None, [record.extent, *map(_size, record.files)]))),
        "formats": list(dict.fromkeys(file.media_type for file in record.files)),
        "rightsList": _rights(record),
        "descriptions": [
            {"description": text, "descriptionType": kind, "lang": record.language}
            for text, kind in ((record.abstract, "Abstract"), (record.note, "Other"))
            if text
        ],
        "geoLocations": [{"geoLocationPlace": name} for _code, name in record.countries],
    }
    return {name: value for name, value in item.items() if value}


def write_json(record: Record) -> str:
    return json.dumps(as_dict(record), ensure_ascii=False, indent=1)


def element(record: Record) -> Any:
    """Without a DOI the lasting address is the identifier, as the OAI-PMH format allows."""
    root = schema45.dump_etree(as_dict(record))
    if not record.doi:
        identifier = etree.Element(f"{{{NAMESPACE}}}identifier", identifierType="URL")
        identifier.text = record.permalink
        root.insert(0, identifier)
    return root


def write_xml(record: Record) -> str:
    return Element(element(record), NAMESPACE).text()


def _name(name: Name) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name.family if name.is_body else name.inverted,
        "nameType": "Organizational" if name.is_body else "Personal",
    }
    if not name.is_body:
        found |= {"givenName": name.given, "familyName": name.family}
    known = [
        (name.orcid, "ORCID", "https://orcid.org"),
        (name.ror, "ROR", "https://ror.org"),
    ]
    if identifiers := [
        {
            "nameIdentifier": f"{home}/{value}",
            "nameIdentifierScheme": scheme,
            "schemeUri": f"{home}/",
        }
        for value, scheme, home in known
        if value
    ]:
        found["nameIdentifiers"] = identifiers
    return found


def _year(record: Record) -> str:
    """Required: where the publication does not say, the year in which it was put here."""
    year = record.year or (record.added.year if record.added else None)
    return f"{year:04}" if year else "0000"


def _dates(record: Record) -> list[dict[str, str]]:
    dates = [{"date": record.date, "dateType": "Issued"}] if record.date else []
    if record.added:
        dates.append({"date": record.added.date().isoformat(), "dateType": "Available"})
    if record.changed and record.changed != record.added:
        dates.append({"date": record.changed.date().isoformat(), "dateType": "Updated"})
    return dates


def _subjects(record: Record) -> list[dict[str, str]]:
    named = [(name, "CPMG themes") for _code, name in record.themes]
    named += [(name, "CPMG thematic networks") for _code, name in record.networks]
    subjects = [{"subject": n, "subjectScheme": scheme, "lang": "en"} for n, scheme in named]
    return subjects + [{"subject": tag} for tag in record.tags]


def _numbers(record: Record) -> list[dict[str, str]]:
    return [
        {"alternateIdentifier": value, "alternateIdentifierType": kind}
        for value, kind in ((record.isbn, "ISBN"), (record.series_number, "Report number"))
        if value
    ]


def _related(record: Record) -> list[dict[str, str]]:
    found = [
        ("IsPartOf", record.issn, "ISSN"),
        ("IsNewVersionOf", record.replaces, "URL"),
        ("IsIdenticalTo", record.external_url, "URL"),
    ]
    return [
        {"relatedIdentifier": value, "relatedIdentifierType": kind, "relationType": relation}
        for relation, value, kind in found
        if value
    ]


def _part_of(record: Record) -> list[dict[str, Any]]:
    items = []
    if record.container:
        first, last = record.pages
        details = {"volume": record.volume, "issue": record.issue}
        details |= {"firstPage": first, "lastPage": last}
        general = "Journal" if record.csl_type == "article-journal" else "Book"
        items.append(
            {
                "relationType": "IsPublishedIn",
                "relatedItemType": general if record.csl_type != "webpage" else "Other",
                "titles": [{"title": record.container}],
                **{name: value for name, value in details.items() if value},
            }
        )
    if record.series:
        number = {"number": record.series_number} if record.series_number else {}
        items.append(
            {
                "relationType": "IsPartOf",
                "relatedItemType": "Collection",
                "titles": [{"title": record.series}],
                **number,
            }
        )
    return items


def _size(file: Any) -> str:
    return f"{file.size} bytes" if file.size else ""


def _rights(record: Record) -> list[dict[str, str]]:
    rights = []
    if record.licence:
        licence = {"rights": str(record.licence.label)}
        if record.licence.url:
            licence |= {
                "rightsUri": record.licence.url,
                "rightsIdentifier": record.licence.value.lower(),
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            }
        rights.append(licence)
    name, address = ACCESS[record.access]
    return [*rights, {"rights": name, "rightsUri": address}]
