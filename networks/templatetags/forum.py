"""Ways into the forum, for those who may enter it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages import dates
from pages.models.base import active_language

from ..forum import listing
from ..forum.access import Standing
from ..forum.models import Topic
from ..forum.views.entering import standing

register = template.Library()
#: Topics about a page that are shown on it.
SHOWN = 5


@register.simple_tag(takes_context=True)
def may_enter_forum(context: template.Context) -> bool:
    """Whether the reader enters any forum; looked up once in a request."""
    return _standing(context).enters_any


def _standing(context: template.Context) -> Standing:
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return Standing()
    return standing(request)


@register.inclusion_tag("networks/forum/about_this.html", takes_context=True)
def discussed(context: template.Context, kind: str, code: Any) -> dict[str, Any]:
    """The topics about a page or a term, for those who may read them; nothing for others. Pages
    with it are kept by no cache: readers without a session are shown nothing."""
    request: HttpRequest = context["request"]
    stands = _standing(context)
    if not stands.enters_any or not code:
        return {}
    topics = Topic.objects.readable_by(request.user, stands).about(kind, str(code))
    page = listing.topics(topics, request.user, first_language=active_language(), size=SHOWN)
    return {
        "request": request,
        "topics": page.all[:SHOWN],
        "more": bool(page.after) or len(page.all) > SHOWN,
        "about": f"{kind}:{code}",
        "forums": listing.forums(request.user, stands),
    }


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Day and time, for people and for machines."""
    if at is None:
        return SafeString()
    local = timezone.localtime(at)
    text = f"{dates.day(local.date())}, {time_format(local, 'H:i')}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def in_language(language: str) -> SafeString:
    """``lang="…"`` when ``language`` is not the reader's."""
    if not language or language == active_language():
        return SafeString()
    return format_html(' lang="{}"', language)


@register.simple_tag
def fresh_key() -> str:
    """A key for a form that must not be done twice."""
    return str(uuid.uuid4())
