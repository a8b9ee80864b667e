"""How many notices wait for the reader."""

from __future__ import annotations

from django import template

from ..forum.views.entering import standing
from ..notices.models import Notice

register = template.Library()
#: Nobody counts further.
MOST = 100


@register.simple_tag(takes_context=True)
def unread_notices(context: template.Context) -> int:
    """The number of unread notices about posts that the reader may read, at most ``MOST``; one
    query while there are none."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return 0
    waiting = Notice.objects.filter(person_id=user.pk).unread()
    if not waiting.exists():
        return 0
    return waiting.filter(standing(request).posts("post__"))[:MOST].count()
