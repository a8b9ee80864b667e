"""``/site/`` and ``/navigation/``: what a front end shows around everything."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field
from wagtail.models import Page

from ..addresses import Section
from ..navigation import OWN_NAMES, Navigation
from .reading import LANGUAGES, Query, answers, resource

router = resource("site")
navigation = resource("navigation")


class LanguageItem(Schema):
    code: str = Field(examples=["es"])
    own_name: str = Field(examples=["Español"])


class Features(Schema):
    membership_requests: bool = Field(description="Whether people may request membership.")
    submissions: bool = Field(description="Whether members may submit publications.")
    organisation_sign_in: bool = Field(description="Whether an organisation signs people in.")
    saved_searches: bool


class Limits(Schema):
    items: int = Field(description="Items of a list in one answer, at most.")
    upload_bytes: int = Field(description="Of one file.")
    file_extensions: list[str] = Field(description="Of files that are taken.")


class SiteDetail(Schema):
    name: str
    url: str = Field(description="Of the reader site in the language asked for.")
    languages: list[LanguageItem]
    default_language: str
    contact: str = Field(description="An e-mail address.", examples=["name@example.org"])
    features: Features
    limits: Limits


class MenuItem(Schema):
    id: int
    title: str
    url: str
    in_menu: bool = Field(description="In the menu at the top; the others are for the foot.")


class NavigationDetail(Schema):
    home: MenuItem | None
    menu: list[MenuItem]
    footer: list[MenuItem]


@answers(router, "/", SiteDetail, id="site", summary="The site and its settings", paged=False)
def get_site(request: HttpRequest, query: Query) -> Any:
    """Name, languages, contact, what can be done here, and the limits."""
    return {
        "name": str(settings.WAGTAIL_SITE_NAME),
        "url": request.build_absolute_uri(f"/{query.language}/"),
        "languages": [{"code": code, "own_name": OWN_NAMES[code]} for code in LANGUAGES],
        "default_language": settings.LANGUAGE_CODE,
        "contact": parseaddr(settings.CONTACT_EMAIL)[1],
        "features": {
            "membership_requests": True,
            "submissions": True,
            "organisation_sign_in": bool(settings.SOCIALACCOUNT_PROVIDERS),
            "saved_searches": True,
        },
        "limits": {
            "items": settings.WAGTAILAPI_LIMIT_MAX,
            "upload_bytes": settings.WAGTAILDOCS_MAX_UPLOAD_SIZE,
            "file_extensions": settings.WAGTAILDOCS_EXTENSIONS,
        },
    }


@answers(
    navigation,
    "/",
    NavigationDetail,
    id="navigation",
    summary="The menu and the links at the foot",
    paged=False,
)
def get_navigation(request: HttpRequest, query: Query) -> Any:
    """The sections that the reader may enter, in the language asked for."""
    around = Navigation(request)

    def item(page: Page | Section) -> dict[str, Any]:
        return {
            "id": page.pk,
            "title": page.title,
            "url": request.build_absolute_uri(page.get_url(request)),
            "in_menu": page.show_in_menus,
        }

    sections = [item(page) for page in around.sections]
    return {
        "home": item(around.home) if around.home else None,
        "menu": [section for section in sections if section["in_menu"]],
        "footer": [section for section in sections if not section["in_menu"]],
    }
