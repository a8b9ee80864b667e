"""Who comes in, and what they may look at. A hidden topic and a missing one are alike: 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from cpmg.users.models import User

from .. import forums
from ..access import Standing, standing_of
from ..models import Forum, Post, Topic

View = Callable[..., HttpResponse]


def for_members(view: View) -> View:
    """Who is not signed in is led there; whoever enters no forum is told so (403)."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not standing(request).enters_any:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def person(request: HttpRequest) -> User:
    return cast(User, request.user)


def standing(request: HttpRequest) -> Standing:
    """What the reader is to the forums; asked once in a request."""
    if "_forum_standing" not in request.__dict__:
        request.__dict__["_forum_standing"] = standing_of(request.user)
    return cast(Standing, request.__dict__["_forum_standing"])


def the_forum(request: HttpRequest, code: str) -> Forum:
    forum = forums.of_code(code)
    if forum is None or not standing(request).enters(forum):
        raise Http404
    return forum


def the_topic(request: HttpRequest, key: UUID) -> Topic:
    topics = Topic.objects.readable_by(request.user, standing(request)).filter(key=key)
    topic = topics.select_related("forum__network", "author").first()
    if topic is None:
        raise Http404
    return topic


def the_post(request: HttpRequest, key: UUID) -> Post:
    """A post whose words the reader may read."""
    posts = Post.objects.readable_by(request.user, standing(request)).filter(key=key)
    post = posts.select_related("topic__forum__network", "author__forum_handle").first()
    if post is None:
        raise Http404
    return post


def for_moderators(request: HttpRequest, topic: Topic) -> None:
    """Others find no such page."""
    if not standing(request).may_moderate(topic.forum):
        raise Http404
