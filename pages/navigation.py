"""What every page shows around its content: menu, languages, breadcrumbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject, cached_property
from wagtail.models import Page, Site

from .access import is_refused
from .addresses import Addresses
from .models.base import active_language

#: Names of languages in themselves, for switchers.
OWN_NAMES = {"en": "English", "es": "Español", "fr": "Français", "nl": "Nederlands"}


@dataclass(frozen=True)
class Link:
    """An entry of the menu or the breadcrumbs."""

    title: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """An entry of the language switcher. ``translated``: whether the page's own text is in
    that language."""

    code: str
    name: str
    url: str
    current: bool
    translated: bool


class Navigation:
    """Navigation around one response, looked up only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.language = active_language()
        self.page: Page | None = None
        route = getattr(request, "_wagtail_route_for_request", None)
        if route and not is_refused(request, route[0]):
            self.page = route[0]
        self.addresses = Addresses.of_request(request)

    @cached_property
    def home(self) -> Page | None:
        site = Site.find_for_request(self.request)
        if site is None:
            return None
        return self.addresses.counterpart(site.root_page) or site.root_page

    @cached_property
    def sections(self) -> list[Page]:
        """The live sections that the reader may enter, in tree order."""
        home = self.home
        if home is None:
            return []
        return [
            page
            for path, page in sorted(self.addresses.sections.items())
            if page.live
            and page.depth == home.depth + 1
            and path.startswith(home.path)
            and not is_refused(self.request, page)
        ]

    @cached_property
    def menu(self) -> list[Link]:
        here = self._section_of_page()
        return [
            Link(page.title, page.get_url(self.request), page.translation_key == here)
            for page in self.sections
            if page.show_in_menus
        ]

    @cached_property
    def footer(self) -> list[Link]:
        """Sections outside the menu: about, accessibility, privacy."""
        return [
            Link(page.title, page.get_url(self.request))
            for page in self.sections
            if not page.show_in_menus
        ]

    def _section_of_page(self) -> Any:
        if self.page is None:
            return None
        section = self.addresses.section_of(self.page)
        return section.translation_key if section else None

    @cached_property
    def breadcrumbs(self) -> list[Link]:
        """From the home page to the parent of the page, in the reader's language."""
        page, home = self.page, self.home
        if home is None or (page is not None and page.depth <= home.depth):
            return []
        crumbs = [Link(home.title, home.get_url(self.request))]
        if page is None:
            return crumbs
        section = self.addresses.section_of(page)
        if section is None or section.pk == page.pk:
            return crumbs
        here = self.addresses.counterpart(section) or section
        crumbs.append(Link(here.title, here.get_url(self.request)))
        if page.depth > section.depth + 1:
            for above in page.get_ancestors().filter(depth__gt=section.depth):
                there = self.addresses.counterpart(above) or above
                crumbs.append(Link(there.title, self.addresses.of(above)))
        return crumbs

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """The same page in each language."""
        if self.page is not None:
            there = self.addresses.in_all_languages(self.page)
            query = self.request.META.get("QUERY_STRING", "")
            return [
                LanguageLink(
                    code,
                    OWN_NAMES[code],
                    url + (f"?{query}" if query else ""),
                    code == self.language,
                    page.locale.language_code == code,
                )
                for code, (url, page) in there.items()
            ]
        path = self.request.get_full_path()
        return [
            LanguageLink(
                code,
                OWN_NAMES[code],
                translate_url(path, code),
                code == self.language,
                True,
            )
            for code in dict(settings.LANGUAGES)
        ]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``navigation``."""
    return {"navigation": SimpleLazyObject(lambda: Navigation(request))}
