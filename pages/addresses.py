"""Addresses of pages in the reader's language.

A page without a translation is served under the address of its section in the reader's
language (see ``BasePage.route``). ``Addresses`` knows those addresses for one request, with
one query for the sections whatever the number of pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.functional import cached_property
from wagtail.models import Page, get_page_models

from cpmg.compiled import Compiled

from .models.base import active_language

#: Tree depth of the sections: root, home page, section.
SECTION_DEPTH = 3


@dataclass(frozen=True)
class Place:
    """Where a page is: what its address is made of."""

    pk: int
    path: str
    depth: int
    url_path: str
    slug: str
    translation_key: UUID
    locale_id: int
    language: str
    live: bool

    #: Where the database has it.
    columns: ClassVar[tuple[str, ...]] = (
        *("pk", "path", "depth", "url_path", "slug", "translation_key", "locale_id"),
        *("locale__language_code", "live"),
    )

    def get_url(self, request: HttpRequest | None = None) -> str:
        return Page(id=self.pk, url_path=self.url_path).get_url(request) or ""


@dataclass(frozen=True)
class Section(Place):
    """A page that may hold others: a home page, a section, a network and its library. Every
    answer asks for all of them, so it has only what an answer asks of it."""

    #: The name of its page type, as content types have it.
    type: str
    title: str
    show_in_menus: bool

    columns: ClassVar[tuple[str, ...]] = (
        *Place.columns,
        *("content_type__model", "title", "show_in_menus"),
    )


@cache
def _types() -> list[type[Page]]:
    """The page types that may hold pages."""
    own = (model for model in get_page_models() if model is not Page)
    return [model for model in own if model.allowed_subpage_models()]


@cache
def _sections(types: tuple[int, ...]) -> Compiled:
    """Their rows, in the order of the tree. ``types`` are content types."""
    pages = Page.objects.filter(content_type__in=types).order_by("path")
    return Compiled(lambda: pages.values_list(*Section.columns))


class Addresses:
    """The addresses of pages in one language."""

    def __init__(self, request: HttpRequest | None, language: str | None = None) -> None:
        self.request = request
        self.language = language or active_language()
        #: The addresses of sections by their number.
        self._known: dict[int, str] = {}

    @classmethod
    def of_request(cls, request: HttpRequest, language: str | None = None) -> Addresses:
        """The addresses for ``request``, made once."""
        language = language or active_language()
        known = request.__dict__.setdefault("_addresses", {})
        if language not in known:
            known[language] = cls(request, language)
        return known[language]

    @cached_property
    def sections(self) -> dict[str, Section]:
        """Home pages, sections, and what lies in a section and may hold pages itself (the list
        of datasets, a network and its library), of all languages by tree path, in its order."""
        types = ContentType.objects.get_for_models(*_types()).values()
        rows = _sections(tuple(one.pk for one in types))()
        return {section.path: section for section in (Section(*row) for row in rows)}

    @cached_property
    def _translations(self) -> dict[UUID, Section]:
        """The live ones of them in this language by translation key."""
        return {
            section.translation_key: section
            for section in self.sections.values()
            if section.live and section.language == self.language
        }

    def of_type(self, name: str) -> str:
        """The address of the first section of a page type, such as ``repositorypage``; nothing
        where there is none."""
        found = (one for one in self._translations.values() if one.type == name)
        section = next(found, None)
        return self.of(section) if section else ""

    def section_of(self, page: Page | Place) -> Section | None:
        """The section that ``page`` is or lies in; a home page is its own."""
        return self.sections.get(page.path[: SECTION_DEPTH * Page.steplen])

    def counterpart(self, section: Page | Place) -> Section | None:
        """The live translation of a home page or section into this language."""
        return self._translations.get(section.translation_key)

    def of(self, page: Page | Place) -> str:
        """The address at which a reader of this language meets ``page``; a path."""
        above = self.sections.get(page.path[: -Page.steplen])
        if above and page.depth > SECTION_DEPTH and page.locale_id == above.locale_id:
            there = self.counterpart(above)
            if there:
                return self._of_section(there) + iri_to_uri(f"{page.slug}/")
        section = self.section_of(page)
        there = section and self.counterpart(section)
        if section is None or there is None:
            return self.own(page)
        return self._of_section(there) + iri_to_uri(page.url_path[len(section.url_path) :])

    def own(self, page: Page | Place) -> str:
        """The address of ``page`` in the language that it is written in; a path."""
        section = self.section_of(page)
        if section is None:
            return page.get_url(self.request) or ""
        return self._of_section(section) + iri_to_uri(page.url_path[len(section.url_path) :])

    def _of_section(self, section: Section) -> str:
        if section.pk not in self._known:
            self._known[section.pk] = section.get_url(self.request)
        return self._known[section.pk]

    def in_all_languages(self, page: Page) -> dict[str, tuple[str, Page]]:
        """By language code: the address and the page that one meets there.

        In a language with a live translation that is the translation; else the page itself,
        served under that language's section, as long as the section exists there.
        """
        translations = {
            other.locale.language_code: other
            for other in Page.objects.filter(
                translation_key=page.translation_key, live=True
            ).select_related("locale")
        }
        translations[page.locale.language_code] = page
        addresses = {}
        for language in dict(settings.LANGUAGES):
            there = translations.get(language, page)
            known = Addresses(self.request, language)
            known.__dict__["sections"] = self.sections
            addresses[language] = (known.of(there), there)
        return addresses
