"""What every page shows around its content: menu, languages, breadcrumbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject, cached_property
from wagtail.models import Page, Site

from .access import is_refused, readable_by
from .addresses import Addresses, Section
from .models.base import active_language

#: Names of languages in themselves, for switchers.
OWN_NAMES = {"en": "English", "es": "Español", "fr": "Français", "nl": "Nederlands"}

#: The parameter that says which page was looked for where it is not translated.
UNTRANSLATED = "untranslated"


@dataclass(frozen=True)
class Link:
    """An entry of the menu or the breadcrumbs."""

    title: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """An entry of the language switcher."""

    code: str
    name: str
    url: str
    current: bool


class Navigation:
    """Navigation around one response, looked up only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.language = active_language()
        self.page: Page | None = None
        #: What the address names below the page.
        self.below: dict[str, Any] = {}
        route = getattr(request, "_wagtail_route_for_request", None)
        if route and not is_refused(request, route[0]):
            self.page, self.below = route[0], route[2]
        self.addresses = Addresses.of_request(request)

    @cached_property
    def home(self) -> Page | Section | None:
        site = Site.find_for_request(self.request)
        if site is None:
            return None
        return self.addresses.counterpart(site.root_page) or site.root_page

    @cached_property
    def sections(self) -> list[Section]:
        """The live sections that the reader may enter, in tree order."""
        home = self.home
        if home is None:
            return []
        return [
            page
            for path, page in self.addresses.sections.items()
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
        if section is None or (section.pk == page.pk and not self.below):
            return crumbs
        here = self.addresses.counterpart(section) or section
        crumbs.append(Link(here.title, here.get_url(self.request)))
        if page.depth > section.depth + 1:
            for above in page.get_ancestors().filter(depth__gt=section.depth):
                there = self.addresses.counterpart(above) or above
                crumbs.append(Link(there.title, self.addresses.of(above)))
        return crumbs

    @cached_property
    def _there(self) -> dict[str, tuple[str, Page]]:
        """By language the address of what is shown, and the page that it stands on."""
        if self.page is None:
            return {}
        rest = getattr(self.page, "rest_of_address", lambda language, **below: "")
        there = self.addresses.in_all_languages(self.page)
        return {code: (url + rest(code, **self.below), page) for code, (url, page) in there.items()}

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """The same page in each language; where it is not translated, the nearest page above it
        that is, which then says so. A publication stays in the language it was written in."""
        if self.page is None:
            path = self.request.get_full_path()
            addresses = {code: translate_url(path, code) for code in dict(settings.LANGUAGES)}
        else:
            params = self.request.GET.copy()
            params.pop(UNTRANSLATED, None)
            query = f"?{params.urlencode()}" if params else ""
            addresses = {code: url + query for code, (url, _page) in self._there.items()}
            keeps = getattr(self.page, "keeps_its_language", False)
            for code in () if keeps else self._untranslated_in():
                if nearest := self._nearest.get(code):
                    addresses[code] = (
                        f"{nearest.get_url(self.request)}?{UNTRANSLATED}={self.page.pk}"
                    )
        return [
            LanguageLink(code, OWN_NAMES[code], url, code == self.language)
            for code, url in addresses.items()
        ]

    def _untranslated_in(self) -> list[str]:
        """The languages in which one would meet this page in another language; not the one in
        which one is meeting it now."""
        return [
            code
            for code, (_url, page) in self._there.items()
            if code not in (page.locale.language_code, self.language)
        ]

    @cached_property
    def _nearest(self) -> dict[str, Page]:
        """By language the lowest page above this one that is live there."""
        above = self.page.get_ancestors() if self.page else Page.objects.none()
        above = list(above.values_list("translation_key", flat=True))
        pages = Page.objects.filter(translation_key__in=above, live=True).select_related("locale")
        return {page.locale.language_code: page for page in pages.order_by("depth")}

    @cached_property
    def versions(self) -> list[tuple[str, str]]:
        """The addresses of the page in the languages that it has, for search engines, with the
        source as x-default. None for a page under another language's address: search engines
        are led to its own."""
        if self.page is None or self.page.locale.language_code != self.language:
            return []
        found = [
            (code, url, page.pk)
            for code, (url, page) in self._there.items()
            if page.locale.language_code == code
        ]
        default = min(found, key=lambda version: version[2])[1]
        return [*((code, url) for code, url, _pk in found), ("x-default", default)]

    @cached_property
    def untranslated(self) -> Page | None:
        """The page that the reader was looking for here, which is not in this language."""
        number = self.request.GET.get(UNTRANSLATED, "")
        if self.page is None or not (number.isascii() and number.isdigit() and len(number) < 10):
            return None
        wanted = readable_by(Page.objects.all(), self.request.user).filter(pk=int(number))
        page = wanted.select_related("locale").first()
        if page is None:
            return None
        above = page.get_ancestors().filter(translation_key=self.page.translation_key)
        here = Page.objects.filter(
            translation_key=page.translation_key, locale=self.page.locale_id, live=True
        )
        return page if above.exists() and not here.exists() else None


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``navigation``."""
    return {"navigation": SimpleLazyObject(lambda: Navigation(request))}
