"""Addresses of pages in the reader's language.

A page without a translation is served under the address of its section in the reader's
language (see ``BasePage.route``). ``Addresses`` knows those addresses for one request, with
two queries whatever the number of pages.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import override
from wagtail.models import Page

from .models.base import active_language

#: Tree depth of the sections: root, home page, section.
SECTION_DEPTH = 3


class Addresses:
    """The addresses of pages in one language."""

    def __init__(self, request: HttpRequest | None, language: str | None = None) -> None:
        self.request = request
        self.language = language or active_language()

    @classmethod
    def of_request(cls, request: HttpRequest, language: str | None = None) -> Addresses:
        """The addresses for ``request``, made once."""
        language = language or active_language()
        known = request.__dict__.setdefault("_addresses", {})
        if language not in known:
            known[language] = cls(request, language)
        return known[language]

    @cached_property
    def sections(self) -> dict[str, Page]:
        """Home pages, sections, and what lies in a section and holds pages itself (the list of
        datasets, a network and its library), of all languages by tree path."""
        above_others = Page.objects.filter(depth__gt=SECTION_DEPTH, numchild__gt=0)
        pages = Page.objects.filter(
            Q(depth__in=(SECTION_DEPTH - 1, SECTION_DEPTH))
            | Q(translation_key__in=above_others.order_by().values("translation_key"))
        )
        return {page.path: page for page in pages.select_related("locale")}

    @cached_property
    def _translations(self) -> dict[str, Page]:
        """The live ones of them in this language by translation key."""
        return {
            page.translation_key: page
            for page in self.sections.values()
            if page.live and page.locale.language_code == self.language
        }

    def section_of(self, page: Page) -> Page | None:
        """The section that ``page`` is or lies in; a home page is its own."""
        return self.sections.get(page.path[: SECTION_DEPTH * Page.steplen])

    def counterpart(self, section: Page) -> Page | None:
        """The live translation of a home page or section into this language."""
        return self._translations.get(section.translation_key)

    def of(self, page: Page) -> str:
        """The address at which a reader of this language meets ``page``; a path."""
        with override(self.language):
            above = self.sections.get(page.path[: -Page.steplen])
            if above and page.depth > SECTION_DEPTH and page.locale_id == above.locale_id:
                there = self.counterpart(above)
                if there and there.pk != above.pk:
                    return f"{there.get_url(self.request) or ''}{page.slug}/"
            section = self.section_of(page)
            counterpart = section and self.counterpart(section)
            if section is None or counterpart is None or counterpart.pk == section.pk:
                return page.get_url(self.request) or ""
            rest = page.url_path[len(section.url_path) :]
            return (counterpart.get_url(self.request) or "") + rest

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
