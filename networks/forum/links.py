"""What a topic can be about: a page or a term. It is named by a kind and a code: the translation
key of a page, so that all its languages show the topic; the code of a country or an indicator.

Somebody who may not read the page is shown no link to it. The repository adds its publications
when the platform starts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pages.addresses import Addresses
from pages.models import (
    Country,
    CountryPage,
    EventPage,
    Indicator,
    StatisticsThemePage,
)
from pages.models.base import active_language

from .discussing import Refused
from .models import Topic

About = Topic.About


@dataclass(frozen=True)
class Subject:
    """What a topic is about, for one reader. ``page`` is where it is shown, if anywhere."""

    kind: str
    code: str
    title: str
    page: Any = None
    query: str = ""
    #: The language of the title.
    language: str = ""

    @property
    def kind_label(self) -> str:
        return str(About(self.kind).label)

    def url(self, request: HttpRequest) -> str:
        if self.page is None:
            return ""
        return Addresses.of_request(request).of(self.page) + self.query


Find = Callable[[str, Any], Subject | None]
_kinds: dict[str, Find] = {}


def register(kind: str, find: Find) -> None:
    """``find(code, user)`` gives what ``user`` may read under ``code``."""
    _kinds[kind] = find


def find(kind: str, code: str, user: Any) -> Subject | None:
    """What a topic is about, if ``user`` may read it; two or three queries."""
    return _kinds[kind](code, user) if kind in _kinds and code else None


def chosen(kind: str, code: str, user: Any) -> tuple[str, str]:
    """What somebody wants to link a topic to, as it is stored. Refuses what they can't read."""
    if not kind and not code:
        return "", ""
    subject = find(kind, code[:100], user)
    if subject is None:
        raise Refused(_("What the topic is to be linked to does not exist here."), "about")
    return subject.kind, subject.code


def of_pages(kind: str, pages: Callable[[], Any]) -> Find:
    """Finds pages by their translation key, or by the number of any of their languages."""

    def find_page(code: str, user: Any) -> Subject | None:
        readable = pages().readable_by(user)
        try:
            key = uuid.UUID(code)
        except ValueError:
            if not (code.isascii() and code.isdigit()) or len(code) > 9:
                return None
            keys = list(readable.filter(pk=int(code)).values_list("translation_key", flat=True))
            if not keys:
                return None
            key = keys[0]
        versions = readable.filter(translation_key=key)
        page = versions.in_language(active_language()).select_related("locale").first()
        if page is None:
            return None
        return Subject(kind, str(key), page.title, page, language=page.language)

    return find_page


def _country(code: str, user: Any) -> Subject | None:
    name = Country.labels().get(code)
    if name is None:
        return None
    pages = CountryPage.objects.readable_by(user).filter(country__code=code)
    page = pages.in_language(active_language()).select_related("locale").first()
    return Subject(About.COUNTRY, code, name, page, language=active_language())


def _indicator(code: str, user: Any) -> Subject | None:
    name = Indicator.labels().get(code)
    if name is None:
        return None
    themes = Indicator.themes.through.objects.filter(indicator__code=code).values("theme__code")
    pages = StatisticsThemePage.objects.readable_by(user).filter(theme__code__in=themes)
    page = pages.in_language(active_language()).select_related("locale").order_by("path").first()
    query = f"?indicator={code}"
    return Subject(About.INDICATOR, code, name, page, query, language=active_language())


register(About.COUNTRY, _country)
register(About.INDICATOR, _indicator)
register(About.EVENT, of_pages(About.EVENT, EventPage.objects.all))
