"""Filling in a record from what is there already: a file, or a reference that somebody pastes.

Only empty fields are filled in; what a person typed is never written over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from pages.models import Language

from .files.metadata import from_properties
from .forms import tidy
from .identifiers import normalise_doi, normalise_isbn

#: Identifiers and years stand on the first pages; further on they are those of other works.
FIRST_PAGES = 4
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_ISBN = re.compile(r"ISBN(?:-1[03])?:?\s*([\d–-][\d\s–-]{8,20}[\dXx])")
_ISSN = re.compile(r"ISSN:?\s*(\d{4}-\d{3}[\dXx])")
_YEAR = re.compile(r"(?:©|\(c\)|copyright)\D{0,60}?((?:19|20)\d{2})\b", re.I)


def merge(data: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What of ``found`` fills an empty field of ``data``, and the names of the fields that hold
    something else already."""
    new, kept = {}, []
    for name, value in tidy(found).items():
        if not value or value == data.get(name):
            continue
        if _is_empty(data.get(name)):
            new[name] = value
        else:
            kept.append(name)
    return new, kept


def _is_empty(value: Any) -> bool:
    if isinstance(value, list):
        return not any(
            part.get("family_name") or part.get("given_name") if isinstance(part, dict) else part
            for part in value
        )
    return not value


def from_document(document: Any) -> dict[str, Any]:
    """What a file says about itself: its name, language and length, its properties, and what is
    printed on its first pages."""
    found: dict[str, Any] = {"title": re.sub(r"[\s_]+", " ", document.title)}
    try:
        details = document.details
    except ObjectDoesNotExist:
        return found
    if details.language in Language.labels():
        found["languages"] = [details.language]
    if details.language in dict(settings.LANGUAGES):
        found["record_language"] = details.language
    if details.page_count:
        found["extent"] = _("%(count)d p.") % {"count": details.page_count}
    for name, value in from_properties(details.properties).items():
        if name == "title" or name not in found:  # what the text shows is surer
            found[name] = value
    return found | _printed("\n".join(map(str, (details.text or [])[:FIRST_PAGES])))


def _printed(text: str) -> dict[str, str]:
    found = {}
    if doi := _DOI.search(text):
        found["doi"] = normalise_doi(doi[0].rstrip(".,;)]"))
    for isbn in _ISBN.finditer(text):
        try:
            found["isbn"] = normalise_isbn(isbn[1].split("\n")[0])
        except ValidationError:
            continue
        break
    if issn := _ISSN.search(text):
        found["issn"] = issn[1].upper()
    if year := _YEAR.search(text):
        found["year"] = year[1]
    return found
