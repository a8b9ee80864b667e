"""Records of DataCite. Source: DataCite Metadata Schema 4 in the form of its REST API."""

from __future__ import annotations

from typing import Any

from .entry import Entry, Role
from .text import every, first

KINDS = {
    **dict.fromkeys(("journalarticle", "datapaper", "review"), "journal-article"),
    **dict.fromkeys(("bookchapter", "conferencepaper"), "book-chapter"),
    **dict.fromkeys(("book", "conferenceproceeding"), "book"),
    **dict.fromkeys(("text", "other", "standard", "projectreport"), "document"),
    "report": "report",
    "dissertation": "thesis",
    "dataset": "dataset",
    "preprint": "preprint",
    "journal": "journal-issue",
    "presentation": "presentation",
}


def fill(entry: Entry, record: dict[str, Any]) -> None:
    types = _object(record.get("types"))
    said = first(types.get("resourceTypeGeneral"))
    entry.kind, entry.kind_said = KINDS.get(said.replace(" ", "").lower(), ""), said
    entry.genre = first(types.get("resourceType"))
    titles = [_object(title) for title in every(record.get("titles"))]
    main = [title for title in titles if not title.get("titleType")] or titles
    subtitles = [title for title in titles if title.get("titleType") == "Subtitle"]
    entry.title(first(main[:1]), first(subtitles[:1]))
    for name in every(record.get("creators")):
        _person(entry, name, Role.AUTHOR)
    for name in every(record.get("contributors")):
        if _object(name).get("contributorType") == "Editor":
            _person(entry, name, Role.EDITOR)
    entry.put("publisher", first(record.get("publisher")))
    year = first(record.get("publicationYear"))
    for date in map(_object, every(record.get("dates"))):
        if date.get("dateType") == "Issued" and first(date.get("date")).startswith(year):
            entry.date(first(date.get("date")))
    if year:
        entry.date(year)
    for description in map(_object, every(record.get("descriptions"))):
        if description.get("descriptionType") == "Abstract":
            entry.put("abstract", first(description.get("description")))
    container = _object(record.get("container"))
    entry.put(
        "container_title" if container.get("type") != "Series" else "series", first(container)
    )
    entry.put("volume", first(container.get("volume")))
    entry.put("issue", first(container.get("issue")))
    pages = [first(container.get(key)) for key in ("firstPage", "lastPage")]
    entry.pages("–".join(filter(None, pages)))
    if container.get("identifierType") == "ISSN":
        entry.issn([first(container.get("identifier"))])
    entry.doi(first(record.get("doi")) or first(record.get("id")))
    for identifier in map(_object, every(record.get("identifiers"))):
        if first(identifier.get("identifierType")).upper() == "ISBN":
            entry.isbn([first(identifier.get("identifier"))])
    entry.url(first(record.get("url")))
    sizes = [first(size) for size in every(record.get("sizes"))]
    entry.extent(next((size for size in sizes if "page" in size.lower()), ""))
    entry.languages += filter(None, [first(record.get("language"))])
    entry.subjects(first(_object(s).get("subject")) for s in every(record.get("subjects")))
    for place in map(_object, every(record.get("geoLocations"))):
        entry.subjects([first(place.get("geoLocationPlace"))])
    for rights in map(_object, every(record.get("rightsList"))):
        entry.licence(
            first(rights.get("rightsUri"))
            or first(rights.get("rightsIdentifier"))
            or first(rights.get("rights"))
        )


def _person(entry: Entry, name: Any, role: str) -> None:
    person = _object(name)
    family, given = first(person.get("familyName")), first(person.get("givenName"))
    whole = first(person.get("name")) or first(name)
    if person.get("nameType") == "Organizational":
        entry.body(whole, role)
    elif family:
        entry.person(family, given, role)
    else:
        entry.name(whole, role)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {"title": value, "name": value} if isinstance(value, str) else {}
