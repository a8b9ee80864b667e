"""A submission's record and a publication's page: one made from the other.

The names and values of a record (``Submission.data``) are in docs/submissions.md."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.conf import settings
from django.utils.html import linebreaks, strip_tags
from wagtail.models import Locale, Page

from networks.models import NetworkPage
from pages.models import Country, HomePage, Language, Network, Theme
from pages.models.base import active_language

from .models import (
    Contributor,
    DocumentType,
    LibraryPage,
    PublicationFile,
    PublicationPage,
    RepositoryPage,
    Submission,
)
from .models.shelves import MEMBERS, PUBLIC, network_of_shelf, shelf_of_network
from .registrars.outgoing import minted

#: What goes over as it is.
PLAIN = (
    *("title", "publisher", "year", "month", "container_title", "volume", "issue", "page_range"),
    *("series", "series_number", "extent", "doi", "isbn", "issn", "external_url", "licence"),
    "note",
)
TERMS = {"languages": Language, "countries": Country, "themes": Theme, "networks": Network}


def _terms(model: Any, codes: list[str]) -> list[Any]:
    rows = model.objects.filter(locale__language_code=settings.LANGUAGE_CODE, code__in=codes)
    return sorted(rows, key=lambda term: codes.index(term.code))


def shelf_for(code: str, language: str) -> Page | None:
    """The shelf with this code among the pages in ``language``; none where there is none."""
    locale = Locale.objects.filter(language_code=language).first()
    home = HomePage.objects.filter(locale=locale).first()
    if home is None:
        return None
    if code == PUBLIC:
        return RepositoryPage.objects.child_of(home).first()
    if code == MEMBERS:
        return LibraryPage.objects.child_of(home).first()
    network = NetworkPage.objects.filter(
        network__code=network_of_shelf(code), locale=locale
    ).first()
    return LibraryPage.objects.child_of(network).first() if network else None


def shelf_code_of(page: Page) -> str:
    """The code of the shelf on which ``page`` lies."""
    shelf = page.get_parent().specific
    if isinstance(shelf, RepositoryPage):
        return PUBLIC
    above = shelf.get_parent().specific
    return shelf_of_network(above.network.code) if isinstance(above, NetworkPage) else MEMBERS


def fill(page: PublicationPage, record: dict[str, Any], submission: Submission | None) -> None:
    """Writes a checked record into ``page``, which is not saved."""
    for name in PLAIN:
        value = record.get(name)
        setattr(page, name, value if value is not None or name in ("year", "month") else "")
    page.draft_title = page.title
    abstract = record.get("abstract", "")
    page.abstract = linebreaks(abstract, autoescape=True) if abstract else ""
    of_type = DocumentType.objects.filter(
        code=record.get("document_type", ""), locale__language_code=settings.LANGUAGE_CODE
    )
    page.document_type = of_type.first()  # none in the preview of a record without a type
    for name, model in TERMS.items():
        setattr(page, name, _terms(model, record.get(name, [])))
    page.tags.set(record.get("tags", []))
    page.contributors = [
        Contributor(sort_order=number, **contributor)
        for number, contributor in enumerate(record.get("contributors", []))
    ]
    if submission is not None:
        page.replaces = submission.replaces and submission.replaces.specific
        languages = {
            term.code: term
            for term in Language.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
        }
        first = next(iter(record.get("languages", [])), settings.LANGUAGE_CODE)
        page.files = [
            PublicationFile(
                document=file.document,
                language=languages.get(file.language) or languages[first],
                label=file.label,
                sort_order=number,
            )
            for number, file in enumerate(submission.files.select_related("document__details"))
        ]


def new_page(record: dict[str, Any], submission: Submission | None) -> PublicationPage:
    """A page that is nowhere yet, for a draft or a preview."""
    language = record.get("record_language") or active_language()
    page = PublicationPage(
        locale=Locale.objects.get(language_code=language),
        translation_key=uuid.uuid4(),
        live=False,
        has_unpublished_changes=True,
    )
    fill(page, record, submission)
    return page


def data_of(page: PublicationPage, submission: Submission | None = None) -> dict[str, Any]:
    """The record of ``page`` as a person would have typed it."""
    data: dict[str, Any] = {name: str(getattr(page, name) or "") for name in PLAIN}
    data |= {
        "record_language": page.locale.language_code,
        "document_type": page.document_type.code,
        "abstract": _plain(page.abstract),
        "contributors": [
            {"role": one.role, "family_name": one.family_name, "given_name": one.given_name}
            | {name: value for name in Contributor.IDENTIFIERS if (value := getattr(one, name))}
            for one in page.contributors.all()
        ],
        "tags": sorted(tag.name for tag in page.tags.all()),
        "shelf": submission.shelf_code if submission else shelf_code_of(page),
    }
    data |= {name: [term.code for term in getattr(page, name).all()] for name in TERMS}
    if submission is None and minted(page.translation_key):
        data["doi"] = ""  # a new version gets one of its own
    return data


def _plain(html: str) -> str:
    paragraphs = re.sub(r"</(p|li|h[2-6])>\s*", "\n\n", html)
    return unescape(strip_tags(re.sub(r"<br */?>", "\n", paragraphs))).strip()
