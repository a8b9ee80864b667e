"""A cache of whole pages for readers who are not signed in.

A cached page is found by its address and by the *content version*, a number in the database
that grows after each commit that changes content. A page rendered from what was there before a
change lies under a number that nobody asks for any more, so a change, and above all a page made
private, shows at once in every process. What changes without a commit (an event that is past
now) shows when the cached page expires.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from wagtail.signals import post_page_move

from .models.versions import ContentVersion

#: Seconds for which a page may be served from the cache.
LIFETIME = 300
#: Apps whose rows the reader site shows.
WATCHED = {
    "pages",
    "networks",
    "repository",
    "search",
    "taggit",
    "wagtailcore",
    "wagtaildocs",
    "wagtailimages",
    "wagtailredirects",
}
#: Their rows that no page of everybody's shows; submissions change while somebody types.
IGNORED = {
    *("contentversion", "calendarrecord", "glossaryterm", "loadedrecord", "rememberedpassage"),
    *("submission", "submissionfile", "upload", "savedsearch", "arrival", "match"),
    *("harvested", "harvestedin", "harvestchange", "harvestclock", "usage"),
    # Nothing of the forum is on a page of everybody's.
    *("forum", "topic", "post", "postedition", "mention", "handle", "reading", "allread"),
    *("following", "report", "restriction", "draft", "forumattachment"),
    *("notice", "noticewishes", "feedkey"),
}


def content_version() -> int:
    """The number of the content as it is now; one query."""
    return ContentVersion.objects.values_list("number", flat=True).get(pk=1)


def content_state() -> tuple[int, datetime.datetime]:
    """The number of the content as it is now, and when it last changed; one query."""
    return ContentVersion.objects.values_list("number", "changed_at").get(pk=1)


def _grow() -> None:
    ContentVersion.objects.filter(pk=1).update(
        number=models.F("number") + 1, changed_at=timezone.now()
    )


def content_changed(sender: Any = None, **kwargs: Any) -> None:
    """Lets the version grow once, after the transaction that is open."""
    meta = getattr(sender, "_meta", None)
    if meta and (meta.app_label not in WATCHED or meta.model_name in IGNORED):
        return
    if getattr(sender, "__module__", "") == "__fake__":  # a migration at work
        return
    if kwargs.get("raw") or any(entry[1] is _grow for entry in connection.run_on_commit):
        return
    transaction.on_commit(_grow)


def connect() -> None:
    for signal in (post_save, post_delete, m2m_changed, post_page_move):
        signal.connect(content_changed, dispatch_uid="pages.caching")


class PageCacheMiddleware:
    """Serves and keeps the pages of the reader site for readers without a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefixes = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_cacheable(request):
            response = self.get_response(request)
            self._keep_private(request, response)
            return response
        address = hashlib.sha256(request.build_absolute_uri().encode()).hexdigest()
        key = f"page:{content_version()}:{address}"
        kept = cache.get(key)
        if kept is not None:
            return HttpResponse(kept["content"], headers=kept["headers"])
        response = self.get_response(request)
        if self._may_be_kept(response):
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
            cache.set(
                key, {"content": response.content, "headers": dict(response.items())}, LIFETIME
            )
        return response

    def _is_cacheable(self, request: HttpRequest) -> bool:
        return (
            request.method in ("GET", "HEAD")
            and request.path.startswith(self.prefixes)
            and not {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
            and "Authorization" not in request.headers
        )

    def _keep_private(self, request: HttpRequest, response: HttpResponse) -> None:
        """What a person with a session is shown, their name in the header for one, is theirs."""
        if request.path.startswith(self.prefixes) and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)

    @staticmethod
    def _may_be_kept(response: HttpResponse) -> bool:
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and not response.has_header("Cache-Control")
        )
