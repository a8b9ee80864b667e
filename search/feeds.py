"""Any search as an Atom feed: what was published or changed last among what it finds.

A feed reader has no session that it would tell anybody of: the feed holds what everybody may
read, whoever asks. Its words are compared as the database engine and the alerts do, whatever
engine the search page uses.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from pages.addresses import Addresses
from pages.atom import AtomFeed
from pages.caching import content_version
from pages.models.base import active_language
from repository.models import PublicationPage

from . import syntax
from .alerts.saving import Asked
from .engines.database import Question

#: The newest so many.
LENGTH = 50


def etag(request: HttpRequest) -> str:
    """Changes with the content and with the address; one query, so that a reader that has the
    feed already costs next to nothing."""
    asked = f"{content_version()} {request.build_absolute_uri()}"
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=lambda request: etag(request))
def feed(request: HttpRequest) -> HttpResponse:
    """``GET ?q=&country=...``: the parameters of the search page."""
    asked = Asked(request.GET)
    language = active_language()
    pages = newest(asked, language)
    addresses = Addresses(request, language)
    query = f"?{asked.query}" if asked.query else ""
    title = _("Search: %(query)s") % {"query": asked.described} if query else _("Publications")
    updated = max((page.updated for page in pages), default=None) or nothing_yet()
    atom = AtomFeed(
        title=f"{title} – {_('Caribbean Platform for Migration Governance')}",
        link=request.build_absolute_uri(reverse("search") + query),
        description=None,
        language=language,
        feed_url=request.build_absolute_uri(reverse("search_feed") + query),
        feed_guid=request.build_absolute_uri(reverse("search_feed") + query),
        author_name=_("International Organization for Migration (IOM)"),
    )
    atom.latest_post_date = lambda: updated  # type: ignore[method-assign]
    for page in pages:
        atom.add_item(
            title=page.title,
            link=request.build_absolute_uri(addresses.of(page)),
            description=str(escape(page.description)),
            unique_id=f"urn:uuid:{page.translation_key}",
            pubdate=page.first_published_at or page.updated,
            updateddate=page.updated,
            categories=[theme.label for theme in page.themes.all()],
            language=page.language,
            authors=[person.display_name for person in page.contributors.all()],
        )
    response = HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def newest(asked: Asked, language: str) -> list[Any]:
    """What everybody may read and holds all the words, with the time of the last change as
    ``updated``."""
    wanted = asked.filter.search_request(user=AnonymousUser(), language=language, highlight=False)
    question = Question(syntax.applied(wanted)[0])
    found = question.narrowed()
    if question.terms:
        found = [pk for pk in found if pk in question.complete]
    pages = (
        PublicationPage.objects.filter(pk__among=found)
        .annotate(updated=Coalesce("last_published_at", "first_published_at"))
        .with_list_relations()
        .prefetch_related("themes")
        .order_by("-updated", "-pk")
    )
    return [page for page in pages[:LENGTH] if page.updated]


def nothing_yet() -> datetime:
    """When an empty feed was last changed is not known; it may not change with each look."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
