"""Writing: a new topic, a reply, an edit; and taking back, reporting, looking at former texts.

Each form has three buttons: post, preview, keep as a draft. A script keeps the draft while somebody
types (``X-While-Typing``); without it the form does the same when it is sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pages.models.base import active_language

from .. import attachments, discussing, links
from ..discussing import Refused, TooFast, Words
from ..formatting import quoted
from ..forms import EditForm, PostForm, ReasonForm, ReportForm, TopicForm
from ..models import LONGEST_POST, Forum, Post, Topic
from .entering import for_members, person, standing, the_forum, the_post, the_topic
from .reading import address_of

WHILE_TYPING = "X-While-Typing"


# What all forms do --------------------------------------------------------------------


def status_of(refusal: Refused) -> int:
    if isinstance(refusal, TooFast):
        return 429
    return 409 if isinstance(refusal, discussing.Changed) else 400


def refuse(form: Any, refusal: Refused) -> int:
    """Says beside the field, or above the form, why not."""
    shown = {field.name for field in form.visible_fields()}
    form.add_error(refusal.field if refusal.field in shown else None, str(refusal))
    return status_of(refusal)


def waited(response: HttpResponse, refusal: Refused | None) -> HttpResponse:
    if isinstance(refusal, TooFast):
        response["Retry-After"] = str(max(1, int(refusal.wait / timedelta(seconds=1))))
    return response


class Writing:
    """One request with a form in which somebody writes."""

    def __init__(self, request: HttpRequest, form: Any) -> None:
        self.request = request
        self.form = form
        self.files: list[Any] = []
        self.status = 200
        self.preview = ""
        self.refusal: Refused | None = None

    @property
    def action(self) -> str:
        return self.request.POST.get("action", "post")

    @property
    def words(self) -> Words:
        data = self.form.cleaned_data
        return Words(data["text"], data["language"], data["key"], self.files)

    def is_sent(self) -> bool:
        """Whether a valid form came; takes the files that came with it."""
        if self.request.method != "POST":
            return False
        self._receive()
        if not self.form.is_valid():
            self.status = 400
            return False
        return self.status == 200

    def _receive(self) -> None:
        keeper = attachments.keeper()
        if keeper is None or self.request.headers.get(WHILE_TYPING):
            return
        user = person(self.request)
        numbers = [
            int(value[:18])
            for value in self.request.POST.getlist("document")[: 2 * attachments.MOST]
            if value.isascii() and value.isdigit()
        ]
        dropped = set(self.request.POST.getlist("drop"))
        self.files = [one for one in keeper.find(user, numbers) if str(one.pk) not in dropped]
        for upload in self.request.FILES.getlist("upload")[: attachments.MOST + 1]:
            try:
                self.files.append(keeper.receive(user, upload, upload.name or ""))
            except ValidationError as error:
                self.form.add_error(None, [f"{upload.name}: {text}" for text in error])
                self.status = 400

    def do(self, act: Any) -> Any:
        """Does it, or says why not and gives nothing."""
        try:
            return act()
        except Refused as refusal:
            self.refusal = refusal
            self.status = refuse(self.form, refusal)
            return None

    def show_preview(self, forum: Forum) -> None:
        """What it will look like."""
        checked = self.do(lambda: discussing.check(self.words, forum))
        if checked:
            self.preview = checked[1].html

    def answer(self, template: str, **context: Any) -> HttpResponse:
        context |= {
            "form": self.form,
            "files": self.files,
            "preview": self.preview,
            "preview_language": self.form.data.get("language", "") if self.preview else "",
            "takes_files": attachments.keeper() is not None,
            "most_files": attachments.MOST,
        }
        response = render(self.request, template, context, status=self.status)
        return waited(response, self.refusal)


def _keep_draft(writing: Writing, forum: Forum, topic: Topic | None) -> HttpResponse | None:
    """Keeps a draft, and says so; for the script with a word, for a person with the page."""
    data = writing.form.data
    draft = writing.do(
        lambda: discussing.keep_draft(
            person(writing.request),
            forum,
            topic,
            title=data.get("title", ""),
            text=data.get("text", ""),
            language=data.get("language", ""),
        )
    )
    if writing.request.headers.get(WHILE_TYPING):
        said = _("The draft is kept.") if draft else ""
        if writing.refusal:
            said = str(writing.refusal)
        return HttpResponse(said, content_type="text/plain; charset=utf-8", status=writing.status)
    if writing.refusal:
        return None
    messages.success(writing.request, _("The draft is kept."))
    return redirect("forum_drafts")


# A new topic --------------------------------------------------------------------------


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def new_topic(request: HttpRequest, code: str) -> HttpResponse:
    forum = the_forum(request, code)
    user = person(request)
    if silent := discussing.why_silent(user, forum):
        messages.warning(request, silent)
        return redirect("forum", code=code)
    about = request.POST.get("about") or request.GET.get("about", "")
    kind, _colon, subject_code = about[:120].partition(":")
    subject = links.find(kind, subject_code, user)
    if request.method == "POST":
        writing = Writing(request, TopicForm(request.POST))
        if writing.action == "draft" and (kept := _keep_draft(writing, forum, None)):
            return kept
        if writing.is_sent():
            if writing.action == "preview":
                writing.show_preview(forum)
            elif writing.action == "post":
                topic = writing.do(lambda: _start(writing, forum, kind, subject_code))
                if topic is not None:
                    return _said(request, topic.posts.order_by("pk").first())
    else:
        draft = discussing.draft_of(user, forum)
        writing = Writing(
            request,
            TopicForm(
                initial={
                    "title": draft.title if draft else "",
                    "text": draft.text if draft else "",
                    "language": draft.language if draft else active_language(),
                    "about": f"{subject.kind}:{subject.code}" if subject else "",
                }
            ),
        )
    return writing.answer(
        "networks/forum/new_topic.html",
        forum=forum,
        subject=subject,
        subject_url=subject.url(request) if subject else "",
        waits=forum.approval,
    )


def _start(writing: Writing, forum: Forum, kind: str, code: str) -> Topic:
    user = person(writing.request)
    return discussing.start(
        user,
        forum,
        writing.form.cleaned_data["title"],
        writing.words,
        about=links.chosen(kind, code, user),
    )


def _said(request: HttpRequest, post: Post | None) -> HttpResponse:
    if post is None:
        raise Http404
    if post.is_waiting:
        messages.info(request, _("Your post waits for approval. Until then only you see it."))
    else:
        messages.success(request, _("Your post is in the forum."))
    return redirect(address_of(post))


# A reply ------------------------------------------------------------------------------


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, key: UUID) -> HttpResponse:
    topic = the_topic(request, key)
    user = person(request)
    answered = _answered(request, topic)
    if silent := discussing.why_silent(user, topic.forum):
        messages.warning(request, silent)
        return redirect("forum_topic", key=key)
    if request.method == "POST":
        writing = Writing(request, PostForm(request.POST))
        if writing.action == "draft" and (kept := _keep_draft(writing, topic.forum, topic)):
            return kept
        if writing.is_sent():
            if writing.action == "preview":
                writing.show_preview(topic.forum)
            elif writing.action == "post":
                post = writing.do(
                    lambda: discussing.reply(user, topic, writing.words, answers=answered)
                )
                if post is not None:
                    post.topic = topic
                    return _said(request, post)
    else:
        draft = discussing.draft_of(user, topic.forum, topic)
        text = draft.text if draft else ""
        if answered is not None:
            text = (f"{text}\n\n" if text else "") + _quotation(answered)
        writing = Writing(
            request,
            PostForm(
                initial={
                    "text": text[:LONGEST_POST],
                    "language": draft.language if draft else active_language(),
                }
            ),
        )
    return writing.answer(
        "networks/forum/reply.html", topic=topic, forum=topic.forum, answered=answered
    )


def _answered(request: HttpRequest, topic: Topic) -> Post | None:
    """The post that is quoted or answered, if the reader may read it in this topic."""
    given = request.POST.get("answers") or request.GET.get("quote", "")
    if not given:
        return None
    try:
        key = UUID(given)
    except ValueError:
        raise Http404 from None
    post = the_post(request, key)
    return post if post.topic_id == topic.pk else None


def _quotation(post: Post) -> str:
    return quoted(post.text, str(post.author) if post.author else _("A closed account"))


# One's own posts ----------------------------------------------------------------------


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    post = the_post(request, key)
    user = person(request)
    if post.author_id != user.pk:
        raise Http404
    with_title = post.number in (1, None) and discussing.begins(post)
    if request.method == "POST":
        writing = Writing(request, EditForm(request.POST, with_title=with_title))
        if writing.is_sent():
            if writing.action == "preview":
                writing.show_preview(post.topic.forum)
            elif writing.action == "post":
                data = writing.form.cleaned_data
                done = writing.do(
                    lambda: discussing.edit(
                        user,
                        post,
                        writing.words,
                        version=data["version"],
                        title=data.get("title", ""),
                    )
                )
                if done is not None:
                    messages.success(request, _("Your changes are in the forum."))
                    return redirect(address_of(done))
    else:
        initial = {
            "key": uuid4(),
            "version": post.version,
            "title": post.topic.title,
            "text": post.text,
            "language": post.language,
        }
        writing = Writing(request, EditForm(initial=initial, with_title=with_title))
    return writing.answer(
        "networks/forum/edit.html", post=post, topic=post.topic, forum=post.topic.forum
    )


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    """Takes back one's own post; moderators remove any, and say why."""
    post = the_post(request, key)
    user = person(request)
    is_own = post.author_id == user.pk
    if not is_own and not standing(request).may_moderate(post.topic.forum):
        raise Http404
    form = None if is_own else ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        try:
            discussing.delete(user, post, reason)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("forum_topic", key=post.topic.key)
        messages.success(request, _("The post was removed."))
        if post.topic.state == Topic.State.REMOVED:
            return redirect("forum", code=post.topic.forum.code)
        return redirect(address_of(post))
    if request.method == "POST":
        status = 400
    context = {"post": post, "topic": post.topic, "forum": post.topic.forum, "form": form}
    return render(request, "networks/forum/delete.html", context, status=status)


@for_members
@require_safe
def history(request: HttpRequest, key: UUID) -> HttpResponse:
    """What a post said before, the latest first."""
    post = the_post(request, key)
    context = {
        "post": post,
        "topic": post.topic,
        "forum": post.topic.forum,
        "editions": post.editions.all()[:100],
    }
    return render(request, "networks/forum/history.html", context)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, key: UUID) -> HttpResponse:
    post = the_post(request, key)
    form = ReportForm(request.POST or None)
    status, refused = 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                discussing.report(person(request), post, **form.cleaned_data)
            except Refused as refusal:
                refused, status = refusal, refuse(form, refusal)
            else:
                messages.success(request, _("Thank you. The moderators will look at the post."))
                return redirect(address_of(post))
    context = {"post": post, "topic": post.topic, "forum": post.topic.forum, "form": form}
    return waited(render(request, "networks/forum/report.html", context, status=status), refused)
