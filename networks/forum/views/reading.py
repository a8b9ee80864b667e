"""The list of forums, a forum, a topic, and what one marks while reading."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cpmg.users.models import User
from pages.models.base import active_language

from .. import attachments, discussing, handles, links, listing
from ..access import Standing
from ..forms import PostForm
from ..models import Draft, Following, Post, Topic
from .entering import for_members, person, standing, the_forum, the_topic

LONGEST_NUMBER = 9


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address; none when it is not one."""
    given = request.GET.get(name, "")
    if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER:
        return int(given)
    return None


def address_of(post: Post) -> str:
    """Where a post is shown in its topic: among those before it, as far as one page holds them."""
    topic = reverse("forum_topic", kwargs={"key": post.topic.key})
    if not post.number:
        return f"{topic}?last=1#waiting"
    first = f"?from={post.number}" if post.number > listing.ON_A_PAGE else ""
    return f"{topic}{first}#p{post.number}"


@for_members
@require_safe
def all_forums(request: HttpRequest) -> HttpResponse:
    context = {
        "forums": listing.forums(request.user, standing(request)),
        "drafts": Draft.objects.filter(person=person(request)).count(),
        "handle": handles.of(person(request)),
    }
    return render(request, "networks/forum/forums.html", context)


@for_members
@require_safe
def one_forum(request: HttpRequest, code: str) -> HttpResponse:
    forum = the_forum(request, code)
    language = request.GET.get("language", "")
    rows = Topic.objects.readable_by(request.user, standing(request)).filter(forum=forum)
    if language in dict(settings.LANGUAGES):
        rows = rows.filter(language=language)
    else:
        language = ""
    latest = request.GET.get("order") == "latest"
    page = listing.topics(
        rows,
        request.user,
        first_language="" if latest or language else active_language(),
        after=request.GET.get("after", ""),
    )
    context = {
        "forum": forum,
        "page_of": page,
        "language": language,
        "languages": settings.LANGUAGES,
        "latest": latest,
        "wish": discussing.wish_of(person(request), forum),
        "silent": discussing.why_silent(person(request), forum),
        "moderates": standing(request).may_moderate(forum),
    }
    return render(request, "networks/forum/forum.html", context)


@for_members
@require_safe
def topic(request: HttpRequest, key: UUID) -> HttpResponse:
    found = the_topic(request, key)
    user, stands = person(request), standing(request)
    before = number(request, "before")
    if request.GET.get("last"):
        before = found.last_number + 1
    page = listing.posts(found, stands, first=number(request, "from"), before=before)
    if not page.rows and not page.waiting and (number(request, "from") or before):
        raise Http404
    unread = listing.first_unread(user, found)
    moderates = stands.may_moderate(found.forum)
    silent = discussing.why_silent(user, found.forum)
    locked = found.is_locked and not moderates
    for post in [*page.rows, *page.waiting]:
        post.may_edit = not silent and discussing.may_edit(user, post)
        post.may_delete = not post.is_removed and (
            moderates or (post.author_id == user.pk and not found.is_locked)
        )
        post.is_unread = unread is not None and (post.number or 0) >= unread
    draft = discussing.draft_of(user, found.forum, found)
    initial = {
        "text": draft.text if draft else "",
        "language": draft.language if draft else active_language(),
    }
    subject = links.find(found.about_kind, found.about_code, user)
    may_reply = not silent and not locked and found.state == Topic.State.OPEN
    context = {
        "topic": found,
        "forum": found.forum,
        "posts": page,
        "unread": unread,
        "unread_elsewhere": unread is not None and not _is_on(page, unread),
        "subject": subject,
        "subject_url": subject.url(request) if subject else "",
        "wish": discussing.wish_of(user, found),
        "moderates": moderates,
        "silent": silent,
        "may_reply": may_reply,
        "form": PostForm(initial=initial) if may_reply else None,
        "takes_files": attachments.keeper() is not None,
        "most_files": attachments.MOST,
        "draft": draft,
    }
    discussing.read(user, found, page.last_number)
    return render(request, "networks/forum/topic.html", context)


def _is_on(page: listing.Posts, unread: int) -> bool:
    return any(post.number == unread for post in page.rows)


@for_members
@require_safe
def post(request: HttpRequest, key: UUID) -> HttpResponse:
    """The lasting address of a post leads to its place in the topic, wherever that has gone."""
    posts = Post.objects.filter(standing(request).topics("topic__"), key=key)
    mine = Q(author=person(request)) | standing(request).moderated_forums("topic__forum__")
    if not standing(request).is_staff:
        posts = posts.filter(~Q(state=Post.State.WAITING) | mine)
    found = posts.select_related("topic").first()
    if found is None:
        raise Http404
    return redirect(address_of(found))


# What one marks -----------------------------------------------------------------------


@for_members
@require_POST
def read_all(request: HttpRequest, code: str) -> HttpResponse:
    forum = the_forum(request, code)
    discussing.read_all(person(request), forum)
    messages.success(request, _("All topics of this forum count as read."))
    return redirect("forum", code=code)


@for_members
@require_POST
def follow_forum(request: HttpRequest, code: str) -> HttpResponse:
    _follow(request, the_forum(request, code))
    return redirect("forum", code=code)


@for_members
@require_POST
def follow_topic(request: HttpRequest, key: UUID) -> HttpResponse:
    _follow(request, the_topic(request, key))
    return redirect("forum_topic", key=key)


def _follow(request: HttpRequest, what: Any) -> None:
    wish = request.POST.get("wish", "")
    discussing.follow(person(request), what, wish if wish in Following.Wish.values else None)
    messages.success(request, _("Your wish was noted."))


def readable_drafts(user: User, stands: Standing) -> list[Draft]:
    mine = Draft.objects.filter(stands.forums("forum__"), person=user)
    return list(mine.select_related("forum__network", "topic").order_by("-changed_at")[:100])


@for_members
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    rows = readable_drafts(person(request), standing(request))
    return render(request, "networks/forum/drafts.html", {"drafts": rows})
