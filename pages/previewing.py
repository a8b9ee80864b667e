"""Drafts and live pages on a front end elsewhere.

With ``FRONT_END_URL`` the preview button of the admin leads to ``{FRONT_END_URL}/preview?key=…``,
and "View live" to the page's path there; without it both lead to the reader site. The key is
signed, for one version of one page, and for an hour: ``/api/v3/preview/?key=…`` gives that version
to whoever has it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision

SALT = "pages.preview"
LIFETIME = timedelta(hours=1)

_in_admin: ContextVar[bool] = ContextVar("in_admin", default=False)


class FrontEndMiddleware:
    """Notes that the admin is at work: its links to live pages lead to the front end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.FRONT_END_URL or not request.path.startswith(reverse("wagtailadmin_home")):
            return self.get_response(request)
        token = _in_admin.set(True)
        try:
            return self.get_response(request)
        finally:
            _in_admin.reset(token)


def live_address(path: str | None) -> str | None:
    """Where the admin leads for a page whose path on the reader site is ``path``."""
    if path and settings.FRONT_END_URL and _in_admin.get():
        return settings.FRONT_END_URL.rstrip("/") + path
    return path


def draft_address(page: Page) -> str:
    """Where the front end shows the latest version of ``page``; empty without a front end, and
    for a page that was never saved."""
    if not settings.FRONT_END_URL or not page.pk:
        return ""
    revision = Page.objects.filter(pk=page.pk).values_list("latest_revision_id", flat=True).first()
    if revision is None:
        return ""
    query = {"key": key_for(page.pk, revision), "locale": page.locale.language_code}
    return f"{settings.FRONT_END_URL.rstrip('/')}/preview?{urlencode(query)}"


def key_for(page_id: int, revision_id: int) -> str:
    return signing.dumps([page_id, revision_id], salt=SALT)


@dataclass(frozen=True)
class Draft:
    page: Any
    revision: Revision
    expires_at: datetime


def draft_of(key: str) -> Draft | None:
    """The version that ``key`` is for; none when it is not ours, or no longer good."""
    try:
        page_id, revision_id = signing.loads(key, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    page = Page.objects.filter(pk=page_id).first()
    revision = page and page.revisions.filter(pk=revision_id).first()
    if revision is None:
        return None
    stamp = signing.b62_decode(key.rsplit(":", 2)[1])
    expires_at = datetime.fromtimestamp(stamp, timezone.get_default_timezone()) + LIFETIME
    return Draft(revision.as_object(), revision, expires_at)
