"""Queries that are an identifier: a DOI, an ISBN or an ISSN, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Q

from repository.identifiers import normalise_doi, normalise_isbn
from repository.models import PublicationPage

if TYPE_CHECKING:
    from .contract import SearchRequest

ISSN = re.compile(r"(?:issn[:\s]*)?(\d{4})[-–\s]?(\d{3}[\dXx])", re.I)


def identifiers(query: str) -> list[str]:
    """The forms of the identifier that ``query`` is; none if it is words."""
    found = []
    query = re.sub(r"^isbn(-1[03])?[:\s]+", "", query.strip(), flags=re.I)
    for normalise in (normalise_doi, normalise_isbn):
        try:
            identifier = normalise(query)
        except ValidationError:
            continue
        if re.search(r"\d", identifier) and not re.search(r"\s", identifier):
            found += [identifier.lower(), identifier.replace("-", "").lower()]
    if match := ISSN.fullmatch(query):
        found += [f"{match[1]}-{match[2]}".lower(), f"{match[1]}{match[2]}".lower()]
    return list(dict.fromkeys(found))


def identified(request: SearchRequest) -> PublicationPage | None:
    """The one publication with the identifier that the whole query is, if the reader may read
    it. An ISSN is that of a journal, and may be that of many."""
    known = identifiers(request.query)
    if not known:
        return None
    named = Q(doi__in=known) | Q(isbn__in=[*known, *map(str.upper, known)])
    named |= Q(issn__in=[*known, *map(str.upper, known)])
    matching = PublicationPage.objects.readable_by(request.user).filter(named)
    readable = PublicationPage.objects.readable_by(request.user).in_language(request.language)
    found = readable.filter(translation_key__in=matching.order_by().values("translation_key"))
    pages = list(found.select_related("locale")[:2])
    return pages[0] if len(pages) == 1 else None
