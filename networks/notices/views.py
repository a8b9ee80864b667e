"""A person's notices, how often they want letters, and their feeds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpmg.mail import categories
from cpmg.users.adapters import absolute

from ..forum.models import Forum, Topic
from ..membership.views import person_of
from . import feeds
from .models import FeedKey, Notice, NoticeWishes
from .sending import CATEGORY

#: Notices on one page.
LENGTH = 30


class WishesForm(forms.ModelForm):
    class Meta:
        model = NoticeWishes
        fields = ["personal", "followed"]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """The latest first, from a cursor on: what comes meanwhile shifts nothing."""
    person = person_of(request)
    wishes = NoticeWishes.objects.filter(person=person).first() or NoticeWishes(person=person)
    form = WishesForm(request.POST if request.method == "POST" else None, instance=wishes)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("notices")
    before = request.GET.get("before", "")
    rows = Notice.objects.readable_by(person)
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    unread = Notice.objects.unread().filter(person=person)
    found = list(
        rows.select_related("post__author", "post__topic__forum__network").order_by("-pk")[
            : LENGTH + 1
        ]
    )
    fresh = set(unread.filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True))
    context = {
        "notices": [{"notice": row, "is_unread": row.pk in fresh} for row in found[:LENGTH]],
        "older": found[LENGTH - 1].pk if len(found) > LENGTH else None,
        "form": form,
        "is_wanted": categories.wants(person, CATEGORY),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "networks/notices/notices.html", context, status=status)


@require_safe
@login_required
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """To the post, and the notice is read."""
    found = Notice.objects.readable_by(request.user).filter(pk=pk).select_related("post").first()
    if found is None:
        raise Http404
    Notice.objects.filter(pk=pk, read_at=None).update(read_at=timezone.now())
    return redirect("forum_post", found.post.key)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    unread = Notice.objects.filter(person=person_of(request), read_at=None)
    unread.update(read_at=timezone.now())
    messages.success(request, _("All notices are marked as read."))
    return redirect("notices")


# Feeds --------------------------------------------------------------------------------


@require_safe
@login_required
def own_feeds(request: HttpRequest) -> HttpResponse:
    return _feeds(request)


def _feeds(request: HttpRequest, **more: Any) -> HttpResponse:
    readable = Forum.objects.readable_by(request.user).select_related("network")
    context = {
        "keys": feeds.own(person_of(request)),
        "forums": sorted(readable, key=str),
        **more,
    }
    return render(request, "networks/notices/feeds.html", context)


@require_POST
@login_required
def new_feed(request: HttpRequest) -> HttpResponse:
    """Makes a feed and shows its address, this once."""
    topic = None
    try:
        if request.POST.get("topic"):
            key = UUID(request.POST["topic"])
            readable = Topic.objects.readable_by(request.user).select_related("forum")
            topic = get_object_or_404(readable, key=key)
            forum = topic.forum
        else:
            pk = int(request.POST.get("forum", ""))
            forum = get_object_or_404(Forum.objects.readable_by(request.user), pk=pk)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    try:
        made = feeds.make(person_of(request), forum, topic)
    except feeds.TooManyKeys:
        messages.error(request, _("You have too many feeds. Revoke one to make another."))
        return redirect("own_feeds")
    return _feeds(
        request, address=absolute(reverse("forum_feed", args=[made])), made=topic or forum
    )


@require_POST
@login_required
def revoke_feed(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(FeedKey.objects.filter(person=person_of(request)), pk=pk).delete()
    messages.success(request, _("The feed was revoked: its address leads nowhere any more."))
    return redirect("own_feeds")
