"""Publications on what another is about, for its page. Shows what the reader may see, no more."""

from __future__ import annotations

from django import template

from pages.models.base import active_language
from repository.models import PublicationPage

from ..engines import listed, more_like_this

register = template.Library()


@register.simple_tag(takes_context=True)
def similar_publications(context: template.Context, page: PublicationPage) -> list[PublicationPage]:
    request = context["request"]
    if getattr(request, "is_preview", False):
        return []
    return listed(more_like_this(page, request.user, active_language(), limit=4))
