"""What the properties of a file are worth for a record. Programs write them by themselves, so that
many say nothing: a title that is a file name, an author that is an account."""

from __future__ import annotations

import re
from typing import Any

from ..references.entry import Entry, vocabulary_reader

NO_TITLE = re.compile(
    r"(microsoft (word|powerpoint|excel)\b.*|.*\.(docx?|pptx?|xlsx?|indd|pdf|odt|rtf|qxd|pub)"
    r"|(untitled|powerpoint presentation|presentación de powerpoint|présentation powerpoint"
    r"|powerpoint-presentatie|document|slide|diapositiva|dia|sin título|sans titre|title|título"
    r"|titre|titel) ?\d*)",
    re.I,
)
NO_AUTHOR = re.compile(
    r"((windows|microsoft|office|microsoft office) ?(user|usuario|utilisateur|gebruiker)?"
    r"|user|usuario|utilisateur|gebruiker|admin\w*|author|autor|auteur|unknown|owner|pc|hp|dell"
    r"|.*\d{3,}.*|\S{1,2})",
    re.I,
)
BODY = re.compile(
    r"\b(organi[sz]a|organisat|ministr|minister|instit|universi|agenc|bureau|oficina|office|unit"
    r"|united|naciones|nations|verenigde|government|gobierno|gouvernement|comisi|commissi|centr"
    r"|secretar|programme?\b|bank|banco|banque|iom|oim|unhcr|acnur|caricom)",
    re.I,
)


def from_properties(properties: dict[str, Any]) -> dict[str, Any]:
    """The parts of ``Submission.data`` that the properties of a file fill in."""
    said = {
        name: [text for text in values if isinstance(text, str)]
        for name, values in properties.items()
        if isinstance(values, list)
    }
    entry = Entry(place="")
    for title in said.get("title", []):
        if not NO_TITLE.fullmatch(title) and len(title) > 3:
            entry.put("title", title)
    for text in said.get("authors", []):
        for name in _names(text):
            _author(entry, name)
    for doi in said.get("doi", []):
        entry.doi(doi)
    entry.isbn(said.get("isbn", []))
    for publisher in said.get("publisher", []):
        entry.put("publisher", publisher)
    for date in said.get("published", []):
        entry.date(date)
    for date in said.get("created", []):  # of the file; the month would be too much
        if year := re.search(r"(?<!\d)(19|20)\d\d", date):
            entry.put("year", year[0])
    entry.subjects(said.get("keywords", []))
    entry.languages += said.get("language", [])
    entry.settle(vocabulary_reader())
    return {name: value for name, value in entry.data.items() if value}


def _names(text: str) -> list[str]:
    """One property may hold several names, written in many ways."""
    parts = re.split(r";|\s(?:and|et|en|y|&)\s", text) if not BODY.search(text) else text.split(";")
    if len(parts) == 1:
        commas = text.split(",")
        if len(commas) > 2 or (len(commas) == 2 and " " in commas[0].strip()):
            parts = commas
    return [part.strip() for part in parts if part.strip()]


def _author(entry: Entry, name: str) -> None:
    if NO_AUTHOR.fullmatch(name):
        return
    words = name.split()
    if "," in name:
        entry.name(name)
    elif BODY.search(name) or len(words) > 4 or len(words) == 1:
        entry.body(name)
    else:
        start = len(words) - 1
        while start > 1 and words[start - 1].islower():  # van der Berg
            start -= 1
        entry.person(" ".join(words[start:]), " ".join(words[:start]))
