"""Publications as documents of the index, many at once, with a constant number of queries.

A document says what ``repository`` knows of one publication, all its languages together. When its
pages differ in who may read them, which the platform's rules forbid, the document holds only
those that most people may read: it never tells anybody what is not for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from wagtail.rich_text import get_text_for_indexing

from pages import access
from pages.models import Term
from pages.models.base import language_order
from repository.models import PublicationPage
from repository.words import words

from .index import LANGUAGES

Document = dict[str, Any]

FACETS = {"country": "countries", "theme": "themes", "network": "networks", "language": "languages"}
RELATED = ("countries", "themes", "networks", "languages", "tags", "contributors")


def documents(keys: Iterable[UUID]) -> dict[UUID, Document]:
    """The documents of the publications ``keys``, as the database has them now. One that is
    not live in any language has none."""
    groups = live_pages(keys)
    pages = [page for group in groups.values() for page in group]
    prefetch_related_objects(pages, *RELATED)
    return {key: _document(key, group) for key, group in groups.items()}


def readers(keys: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The ``readers`` of the documents alone."""
    sections = access.restricted_sections()
    return {
        key: [access.key_of(group[0], sections)]
        for key, group in live_pages(keys, sections).items()
    }


def live_pages(
    keys: Iterable[UUID], sections: dict[str, str] | None = None
) -> dict[UUID, list[PublicationPage]]:
    """By publication the pages that its document holds, its own language first."""
    if sections is None:
        sections = access.restricted_sections()
    rows = (
        PublicationPage.objects.filter(translation_key__in=list(keys), live=True)
        .select_related("locale", "document_type")
        .order_by("pk")
    )
    groups: dict[UUID, dict[str, list[PublicationPage]]] = defaultdict(lambda: defaultdict(list))
    for page in rows:
        page.readers_key = access.key_of(page, sections)
        groups[page.translation_key][page.readers_key].append(page)
    return {
        key: by_reader.get(access.PUBLIC) or next(iter(by_reader.values()))
        for key, by_reader in groups.items()
    }


def _document(key: UUID, pages: list[PublicationPage]) -> Document:
    first = pages[0]
    by_language = {page.language: page for page in pages}
    document: Document = {
        "key": str(key),
        "readers": [first.readers_key],
        "locales": sorted(by_language),
        "title": {language: page.title for language, page in by_language.items()},
        "abstract": {language: abstract(page) for language, page in by_language.items()},
        "contributors": _each(str(c) for page in pages for c in page.contributors.all()),
        "subjects": _subjects(pages),
        "names": _each(
            text for page in pages for text in (page.publisher, page.container_title, page.series)
        ),
        "identifiers": _each(
            identifier
            for page in pages
            for text in (page.doi, page.isbn, page.issn)
            for identifier in (text.lower(), text.replace("-", "").lower())
        ),
        "type": first.document_type.code,
        "tag": _each(tag.slug for page in pages for tag in page.tags.all()),
        "sort_title": {
            language: next(
                by_language[other].sort_title
                for other in language_order(language)
                if other in by_language
            )
            for language in LANGUAGES
        },
        **{
            facet: _each(term.code for page in pages for term in getattr(page, name).all())
            for facet, name in FACETS.items()
        },
    }
    if first.year:
        document["year"] = first.year
        document["published"] = f"{first.year:04}-{first.month or 7:02}"
    if first.month:
        document["month"] = first.month
    if first.readers_key == access.PUBLIC:
        document["spelling"] = {
            language: [page.title, abstract(page), *document["subjects"]]
            for language, page in by_language.items()
        }
    return document


def abstract(page: PublicationPage) -> str:
    """Summary and abstract without markup."""
    return f"{page.summary} {get_text_for_indexing(page.abstract)}".strip()


def _subjects(pages: list[PublicationPage]) -> list[str]:
    """The names of all subjects in all languages, so that a query in one language finds a
    publication in another."""
    names: list[str] = []
    for page in pages:
        terms: list[Term] = [*page.countries.all(), *page.themes.all(), *page.networks.all()]
        for term in [*terms, page.document_type]:
            names += [type(term).labels(code).get(term.code, term.name) for code in LANGUAGES]
        names += [tag.name for tag in page.tags.all()]
    return _each(names)


def _each(texts: Iterable[str]) -> list[str]:
    """Each text once; without those that hold no word."""
    return [text for text in dict.fromkeys(texts) if words(text)]
