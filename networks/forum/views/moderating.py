"""What moderators do with a topic where they read it; all else they do at the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import discussing, listing
from ..discussing import Refused
from ..forms import MoveForm, ReasonForm, SplitForm
from ..models import Forum, Post, Topic
from .entering import for_members, for_moderators, person, standing, the_topic
from .reading import number
from .writing import refuse

#: Posts to choose from on one page.
TO_CHOOSE_FROM = 50


def moderated(request: HttpRequest, key: UUID) -> Topic:
    topic = the_topic(request, key)
    for_moderators(request, topic)
    return topic


@for_members
@require_POST
def mark(request: HttpRequest, key: UUID) -> HttpResponse:
    """Pins or locks, or undoes it."""
    topic = moderated(request, key)
    acts: dict[str, Any] = {
        "pin": lambda: discussing.pin(person(request), topic),
        "unpin": lambda: discussing.pin(person(request), topic, on=False),
        "lock": lambda: discussing.lock(person(request), topic),
        "unlock": lambda: discussing.lock(person(request), topic, on=False),
    }
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        return HttpResponseBadRequest()
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("forum_topic", key=key)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, key: UUID) -> HttpResponse:
    topic = moderated(request, key)
    others = Forum.objects.moderated_by(request.user).exclude(pk=topic.forum_id)
    form = MoveForm(request.POST or None, forums=others.select_related("network"))
    if request.method == "POST" and form.is_valid():
        try:
            discussing.move(person(request), topic, form.cleaned_data["forum"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The topic was moved."))
            return redirect("forum_topic", key=key)
    context = {"topic": topic, "forum": topic.forum, "form": form, "there_are": others.exists()}
    status = 400 if request.method == "POST" else 200
    return render(request, "networks/forum/move.html", context, status=status)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, key: UUID) -> HttpResponse:
    """Posts are ticked on a page of the topic, and go to a topic of their own."""
    topic = moderated(request, key)
    form = SplitForm(request.POST or None)
    ticked = request.POST.getlist("post")[: 2 * TO_CHOOSE_FROM]
    if request.method == "POST" and form.is_valid():
        try:
            posts = list(Post.objects.filter(topic=topic, key__in=_keys(ticked)))
            if not posts:
                raise Refused(_("Tick at least one post."))
            new = discussing.split(person(request), topic, posts, form.cleaned_data["title"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The posts are in a topic of their own."))
            return redirect("forum_topic", key=new.key)
    page = listing.posts(
        topic, standing(request), first=number(request, "from"), size=TO_CHOOSE_FROM
    )
    context = {
        "topic": topic,
        "forum": topic.forum,
        "form": form,
        "posts": page,
        "ticked": ticked,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "networks/forum/split.html", context, status=status)


def _keys(given: list[str]) -> list[UUID]:
    found = []
    for one in given:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    """Removes a whole topic; the desk can show it again."""
    topic = moderated(request, key)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].help_text = _("For the log of the moderators.")
    if request.method == "POST" and form.is_valid():
        try:
            discussing.hide(person(request), topic, form.cleaned_data["reason"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The topic was removed."))
            return redirect("forum", code=topic.forum.code)
    context = {"topic": topic, "forum": topic.forum, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "networks/forum/remove.html", context, status=status)
