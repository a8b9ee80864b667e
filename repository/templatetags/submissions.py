"""Ways into submitting, for those who may."""

from __future__ import annotations

from django import template

from .. import kinds, submissions
from ..models import PublicationPage

register = template.Library()


@register.simple_tag(takes_context=True)
def may_submit(context: template.Context) -> bool:
    """Whether the reader may submit publications; looked up once in a request."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    if "_may_submit" not in request.__dict__:
        request.__dict__["_may_submit"] = submissions.may_submit(user)
    return bool(request.__dict__["_may_submit"])


@register.simple_tag
def kinds_of_submissions() -> list[kinds.Kind]:
    """All that can be submitted, each with where it begins."""
    return kinds.all_kinds()


@register.simple_tag(takes_context=True)
def may_propose_version(context: template.Context, page: PublicationPage) -> bool:
    """Whether the reader may propose a new version of ``page``."""
    if not page.pk or not may_submit(context):
        return False
    return submissions.may_propose_version(context["request"].user, page)
