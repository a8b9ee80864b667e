"""``/forum/``: everything that the pages of the forum do, for people, by the same rules.

With a token that may discuss, or with the session of the reader site. What a person may not read
does not exist for them (404). Topics and posts go on where ``next`` says, short lists as
everywhere in the API.
"""

from __future__ import annotations

import datetime
import functools
import inspect
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field
from wagtail.api.v3.errors import problem_response

from cpmg.users.models import Scope, User
from pages.api.auth import PersonAuth
from pages.api.reading import (
    LANGUAGES,
    BadQuery,
    Query,
    Text,
    describe,
    in_language_asked,
    list_of,
    missing,
    problem,
)
from pages.models.base import active_language

from . import attachments, discussing, forums, handles, links, listing
from . import desk as the_desk
from .access import readers_of
from .discussing import Changed, Refused, TooFast, Words
from .models import Draft, Following, Forum, Post, Report, Restriction, Topic
from .views.entering import standing

router = Router(tags=["forum"])

READ, WRITE = PersonAuth(Scope.READ), PersonAuth(Scope.DISCUSS)
AFTER = Text("after", "`next` of the page before.", 60)
REFUSALS = {
    403: "Not allowed, with the reason.",
    404: "Missing, or not for this person.",
    409: "Somebody was faster, or it can't be done any more.",
    429: "Too much in a short time; `Retry-After` says how long to wait.",
}


# How an operation is made -------------------------------------------------------------


def operation(
    method: str,
    path: str,
    response: Any,
    *,
    id: str,
    summary: str,
    texts: tuple[Text, ...] = (),
    paged: bool = False,
) -> Callable:
    """Registers a view ``(request, query, **path)``, with its body as ``body``; ``paged`` is for
    those that answer with ``query.page``."""

    def register(view: Callable) -> Callable:
        @functools.wraps(view)
        def run(request: HttpRequest, **values: Any) -> Any:
            if not standing(request).enters_any:
                raise missing()
            query = Query(request, None, texts, paged=paged)
            try:
                return view(request, query, **values)
            except Refused as refusal:
                return refused(refusal)

        del run.__wrapped__
        signature = inspect.signature(view, eval_str=True)
        run.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[p for p in signature.parameters.values() if p.name != "query"]
        )
        codes = REFUSALS if method != "GET" else {404: REFUSALS[404]}
        responses: dict[str | int, Any] = {code: problem(text) for code, text in codes.items()}
        register_it = router.api_operation(
            [method],
            path,
            auth=READ if method == "GET" else WRITE,
            response=response,
            operation_id=id,
            url_name=id,
            summary=summary,
            openapi_extra={
                "parameters": describe(None, texts, paged=paged),
                "responses": responses,
            },
        )
        register_it(decorate_view(_private)(decorate_view(in_language_asked)(run)))
        return view

    return register


def _private(run: Callable) -> Callable:
    @functools.wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return answer


def refused(refusal: Refused) -> HttpResponse:
    """As on the pages: 400 names the field, 409 is too late, 429 too fast, else 403."""
    if isinstance(refusal, TooFast):
        response = problem_response(status=429, detail=str(refusal))
        response["Retry-After"] = str(max(1, int(refusal.wait.total_seconds())))
        return response
    if isinstance(refusal, Changed):
        return problem_response(status=409, detail=str(refusal))
    if refusal.field:
        errors = [{"loc": ["body", refusal.field], "msg": str(refusal)}]
        return problem_response(status=400, detail=str(refusal), errors=errors)
    return problem_response(status=403, detail=str(refusal))


def person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def whole_number(query: Query, name: str) -> int | None:
    given = query.texts[name]
    if not given:
        return None
    if not (given.isascii() and given.isdigit()):
        raise BadQuery({name: _("%(name)s is a whole number.") % {"name": name}})
    return int(given)


# What is answered ---------------------------------------------------------------------


class PersonItem(Schema):
    """Somebody in the forum."""

    name: str
    handle: str = Field(description="For mentions: `@handle`. Empty until they were here.")
    organisation: str


class ForumItem(Schema):
    """A forum that the reader may enter."""

    code: str = Field(examples=["counter-trafficking"])
    name: str
    network: str | None = Field(description="The code of its network; null for all members.")
    url: str


class ForumRow(ForumItem):
    last_post_at: datetime.datetime | None
    has_unread: bool


class ForumDetail(ForumItem):
    approval: str = Field(description="Whose posts wait: `nobody`, `newcomers` or `everybody`.")
    following: str = Field(description="`follow`, `mute` or empty.")
    may_write: bool
    why_not: str = Field(description="Why one may not write, if so.")
    moderates: bool


class AboutItem(Schema):
    """What a topic is about, for those who may read that."""

    kind: str = Field(examples=["country"])
    code: str = Field(description="Of a page, the key that all its languages share.")
    title: str
    url: str


class TopicItem(Schema):
    key: uuid.UUID
    forum: str
    title: str
    language: str
    author: str | None = Field(description="null: the account is closed.")
    created_at: datetime.datetime
    state: str = Field(description="`open`, or `waiting` for approval.")
    is_pinned: bool
    is_locked: bool
    post_count: int
    last_number: int
    last_post_at: datetime.datetime
    last_author: str | None
    is_unread: bool
    url: str


class TopicPage(Schema):
    items: list[TopicItem]
    next: str = Field(description="For `after`; empty on the last page.")


class TopicDetail(TopicItem):
    about: AboutItem | None
    following: str
    first_unread: int | None = Field(description="The number of the first post not yet seen.")
    may_reply: bool
    moderates: bool


class FileItem(Schema):
    name: str
    url: str
    kind: str
    size: int
    blocked: str = Field(description="Why it can't be had now, if so.")


class PostItem(Schema):
    """A post. A removed one keeps its place without its words."""

    key: uuid.UUID
    topic: uuid.UUID
    number: int | None = Field(description="Its place in the topic; null while it waits.")
    author: PersonItem | None
    text: str | None = Field(description="Markdown; null when it was removed.")
    html: str | None
    language: str
    answers: uuid.UUID | None
    state: str = Field(description="`visible`, `waiting` or `removed`.")
    created_at: datetime.datetime
    posted_at: datetime.datetime | None
    version: int
    edited_at: datetime.datetime | None
    removed_at: datetime.datetime | None
    removal_reason: str
    files: list[FileItem]
    url: str


class PostPage(Schema):
    items: list[PostItem]
    waiting: list[PostItem] = Field(description="On the last page: what waits for approval.")
    next: int | None = Field(description="For `from`.")
    before: int | None = Field(description="For `before`.")


class EditionItem(Schema):
    version: int
    text: str
    html: str
    language: str
    written_at: datetime.datetime


class DraftItem(Schema):
    forum: str
    topic: uuid.UUID | None
    title: str
    text: str
    language: str
    changed_at: datetime.datetime


class ReportItem(Schema):
    key: uuid.UUID
    post: PostItem
    reason: str
    comment: str
    reporter: str | None
    at: datetime.datetime
    state: str


class ReportMade(Schema):
    key: uuid.UUID
    state: str


class RestrictionItem(Schema):
    key: uuid.UUID
    person: PersonItem
    forum: str | None = Field(description="null: all forums.")
    reason: str
    at: datetime.datetime
    until: datetime.datetime | None


class Preview(Schema):
    html: str


# What is sent -------------------------------------------------------------------------


class Said(Schema):
    text: str = Field(description="Markdown, at most 20,000 characters.")
    language: str = Field("", description=f"One of {', '.join(LANGUAGES)}; else that asked for.")
    key: uuid.UUID | None = Field(None, description="Of your making: sent twice it is said once.")
    files: list[int] = Field([], description="Numbers of documents that came by `/uploads/`.")


class NewTopic(Said):
    title: str
    about: str = Field("", description="A kind and a code or id.", examples=["country:JM"])


class NewPost(Said):
    answers: uuid.UUID | None = None


class Edited(Said):
    version: int = Field(description="The version that was looked at.")
    title: str = Field("", description="A new title, with the post that began the topic.")


class Wish(Schema):
    wish: str = Field(description="`follow`, `mute` or empty.")


class ReadTo(Schema):
    number: int = Field(ge=0, le=2_000_000_000)


class Marked(Schema):
    is_pinned: bool | None = None
    is_locked: bool | None = None
    forum: str | None = Field(None, description="The code of the forum to move it to.")


class Split(Schema):
    title: str
    posts: list[uuid.UUID] = Field(max_length=200)


class Reported(Schema):
    reason: str = Field(description="`spam`, `offensive`, `confidential`, `off-topic` or `other`.")
    comment: str = ""


class Decision(Schema):
    decision: str = Field(examples=["approve"])
    reason: str = ""


class Typed(Schema):
    text: str = ""
    title: str = ""
    language: str = ""


class Restricted(Schema):
    person: str = Field(description="An e-mail address or a handle.", examples=["@maya.demo"])
    forum: str | None = Field(None, description="null: all forums, for the editorial team.")
    reason: str
    until: datetime.datetime | None = None


# Putting it so ------------------------------------------------------------------------


def present_person(user: User | None) -> dict[str, Any] | None:
    if user is None:
        return None
    handle = getattr(user, "forum_handle", None)
    return {
        "name": str(user),
        "handle": handle.name if handle else "",
        "organisation": user.organisation,
    }


def present_forum(request: HttpRequest, forum: Any) -> dict[str, Any]:
    return {
        "code": forum.code,
        "name": str(forum),
        "network": forum.network.code if forum.network else None,
        "url": request.build_absolute_uri(reverse("forum", kwargs={"code": forum.code})),
    }


def present_topic(request: HttpRequest, topic: Any) -> dict[str, Any]:
    return {
        "key": topic.key,
        "forum": topic.forum.code,
        "title": topic.title,
        "language": topic.language,
        "author": str(topic.author) if topic.author else None,
        "created_at": topic.created_at,
        "state": topic.state,
        "is_pinned": topic.is_pinned,
        "is_locked": topic.is_locked,
        "post_count": topic.post_count,
        "last_number": topic.last_number,
        "last_post_at": topic.last_post_at,
        "last_author": str(topic.last_author) if topic.last_author else None,
        "is_unread": topic.is_unread,
        "url": request.build_absolute_uri(reverse("forum_topic", kwargs={"key": topic.key})),
    }


def present_post(request: HttpRequest, post: Any) -> dict[str, Any]:
    gone = post.is_removed
    return {
        "key": post.key,
        "topic": post.topic.key,
        "number": post.number,
        "author": present_person(post.author),
        "text": None if gone else post.text,
        "html": None if gone else post.html,
        "language": post.language,
        "answers": post.answers.key if post.answers and not gone else None,
        "state": post.state,
        "created_at": post.created_at,
        "posted_at": post.posted_at,
        "version": post.version,
        "edited_at": post.edited_at,
        "removed_at": post.removed_at,
        "removal_reason": post.removal_reason,
        "files": [
            {
                "name": file.name,
                "url": request.build_absolute_uri(file.url),
                "kind": file.kind,
                "size": file.size,
                "blocked": file.blocked,
            }
            for file in getattr(post, "files", ())
            if not gone
        ],
        "url": request.build_absolute_uri(reverse("forum_post", kwargs={"key": post.key})),
    }


def one_topic(request: HttpRequest, topic: Topic) -> dict[str, Any]:
    user = person(request)
    unread = listing.first_unread(user, topic)
    topic.is_unread = unread is not None  # type: ignore[attr-defined]
    subject = links.find(topic.about_kind, topic.about_code, user)
    moderates = standing(request).may_moderate(topic.forum)
    open_to_all = topic.state == Topic.State.OPEN and not topic.is_locked
    return present_topic(request, topic) | {
        "about": subject
        and {
            "kind": subject.kind,
            "code": subject.code,
            "title": subject.title,
            "url": request.build_absolute_uri(subject.url(request)) if subject.page else "",
        },
        "following": discussing.wish_of(user, topic),
        "first_unread": unread,
        "may_reply": (open_to_all or moderates) and not discussing.why_silent(user, topic.forum),
        "moderates": moderates,
    }


def one_post(request: HttpRequest, key: uuid.UUID) -> dict[str, Any]:
    found = listing.one_post(Post.objects.readable_by(request.user, standing(request)), key)
    if found is None:
        raise missing()
    return present_post(request, found)


def the_forum(request: HttpRequest, code: str) -> Forum:
    forum = None if "\0" in code else forums.of_code(code)
    if forum is None or not standing(request).enters(forum):
        raise missing()
    return forum


def the_topic(request: HttpRequest, key: uuid.UUID) -> Topic:
    rows = Topic.objects.readable_by(request.user, standing(request)).filter(key=key)
    topic = rows.select_related("forum__network", "author", "last_author").first()
    if topic is None:
        raise missing()
    return topic


def the_post(request: HttpRequest, key: uuid.UUID) -> Post:
    rows = Post.objects.readable_by(request.user, standing(request)).filter(key=key)
    post = rows.select_related("topic__forum__network").first()
    if post is None:
        raise missing()
    return post


def for_moderators(request: HttpRequest, forum: Forum) -> None:
    if not standing(request).may_moderate(forum):
        raise Refused(_("Only moderators of this forum may do this."))


def words_of(request: HttpRequest, body: Said) -> Words:
    keeper = attachments.keeper()
    numbers = [number for number in body.files if 0 < number < 2**31][: 2 * attachments.MOST]
    files = keeper.find(person(request), numbers) if keeper and numbers else []
    if len(files) != len(set(body.files)):
        raise Refused(_("Some of these files are not yours, or are in use."), "files")
    language = body.language or active_language()
    return Words(body.text, language, body.key or uuid.uuid4(), files)


# Forums -------------------------------------------------------------------------------


@operation(
    "GET",
    "/forums/",
    list_of(ForumRow),
    id="forum_forums",
    summary="The forums",
    paged=True,
)
def list_forums(request: HttpRequest, query: Query) -> Any:
    def present(row: Any, query: Query) -> dict[str, Any]:
        news = {"last_post_at": row.last_topic_at, "has_unread": row.has_unread}
        return present_forum(request, row) | news

    return query.page(listing.forums(request.user, standing(request)), present)


@operation("GET", "/forums/{code}/", ForumDetail, id="forum_forum", summary="A forum")
def get_forum(request: HttpRequest, query: Query, code: str) -> Any:
    forum = the_forum(request, code)
    why_not = discussing.why_silent(person(request), forum)
    return present_forum(request, forum) | {
        "approval": forum.approval,
        "following": discussing.wish_of(person(request), forum),
        "may_write": not why_not,
        "why_not": why_not,
        "moderates": standing(request).may_moderate(forum),
    }


@operation(
    "PUT", "/forums/{code}/following/", Wish, id="forum_follow", summary="Follow or mute a forum"
)
def follow_forum(request: HttpRequest, query: Query, code: str, body: Wish) -> Any:
    return _follow(request, the_forum(request, code), body)


def _follow(request: HttpRequest, what: Forum | Topic, body: Wish) -> Any:
    if body.wish not in ("", *Following.Wish.values):
        raise Refused(_("Valid: %(valid)s.") % {"valid": "follow, mute, “”"}, "wish")
    discussing.follow(person(request), what, body.wish or None)
    return {"wish": body.wish}


@operation(
    "POST", "/forums/{code}/read/", {204: None}, id="forum_read_all", summary="Count all as read"
)
def read_all(request: HttpRequest, query: Query, code: str) -> Any:
    discussing.read_all(person(request), the_forum(request, code))
    return Status(204, None)


@operation(
    "PUT",
    "/forums/{code}/approval/",
    ForumDetail,
    id="forum_approval",
    summary="Whose posts wait for approval, set by a moderator",
)
def set_approval(request: HttpRequest, query: Query, code: str, body: Decision) -> Any:
    """`decision` is `nobody`, `newcomers` or `everybody`."""
    forum = the_forum(request, code)
    discussing.set_approval(person(request), forum, body.decision)
    return get_forum(request, query, code)


@operation(
    "GET",
    "/forums/{code}/people/",
    list_of(PersonItem),
    id="forum_people",
    summary="People whom one may mention",
    texts=(Text("q", "The beginning of a handle.", 40),),
    paged=True,
)
def list_people(request: HttpRequest, query: Query, code: str) -> Any:
    forum = the_forum(request, code)
    found = handles.beginning_with(query.texts["q"].lstrip("@"), readers_of(forum))
    return query.page(
        found,
        lambda handle, query: {
            "name": str(handle.person),
            "handle": handle.name,
            "organisation": handle.person.organisation,
        },
    )


@operation("POST", "/forums/{code}/preview/", Preview, id="forum_preview", summary="A post as HTML")
def preview(request: HttpRequest, query: Query, code: str, body: Said) -> Any:
    words = words_of(request, body)
    _text, found, _people = discussing.check(words, the_forum(request, code))
    return {"html": found.html}


# Topics -------------------------------------------------------------------------------


@operation(
    "GET",
    "/forums/{code}/topics/",
    TopicPage,
    id="forum_topics",
    summary="The topics of a forum",
    texts=(
        AFTER,
        Text("language", "Only topics in this language.", 5),
        Text("order", "`latest`; otherwise those in the language asked for come first.", 10),
    ),
)
def list_topics(request: HttpRequest, query: Query, code: str) -> Any:
    forum = the_forum(request, code)
    language, order = query.texts["language"], query.texts["order"]
    errors = {}
    if language and language not in LANGUAGES:
        errors["language"] = _("Valid: %(valid)s.") % {"valid": ", ".join(LANGUAGES)}
    if order not in ("", "latest"):
        errors["order"] = _("Valid: %(valid)s.") % {"valid": "latest"}
    if query.texts["after"] and not listing.is_place(query.texts["after"]):
        errors["after"] = _("This is not from a page before.")
    if errors:
        raise BadQuery(errors)
    rows = Topic.objects.readable_by(request.user, standing(request)).filter(forum=forum)
    if language:
        rows = rows.filter(language=language)
    page = listing.topics(
        rows,
        request.user,
        first_language="" if language or order else active_language(),
        after=query.texts["after"],
    )
    return {"items": [present_topic(request, row) for row in page.all], "next": page.after}


@operation(
    "POST",
    "/forums/{code}/topics/",
    {201: TopicDetail},
    id="forum_topic_start",
    summary="Start a topic",
)
def start_topic(request: HttpRequest, query: Query, code: str, body: NewTopic) -> Any:
    forum, user = the_forum(request, code), person(request)
    kind, _colon, subject = body.about.partition(":")
    about = links.chosen(kind, subject, user)
    topic = discussing.start(user, forum, body.title, words_of(request, body), about=about)
    return Status(201, one_topic(request, the_topic(request, topic.key)))


@operation("GET", "/topics/{key}/", TopicDetail, id="forum_topic", summary="A topic")
def get_topic(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    return one_topic(request, the_topic(request, key))


@operation(
    "PATCH",
    "/topics/{key}/",
    TopicDetail,
    id="forum_topic_mark",
    summary="Pin, lock or move a topic, as a moderator",
)
def mark_topic(request: HttpRequest, query: Query, key: uuid.UUID, body: Marked) -> Any:
    topic, user = the_topic(request, key), person(request)
    for_moderators(request, topic.forum)
    to = None
    if body.forum is not None:
        to = the_forum(request, body.forum)
        for_moderators(request, to)
    if body.is_pinned is not None:
        discussing.pin(user, topic, on=body.is_pinned)
    if body.is_locked is not None:
        discussing.lock(user, topic, on=body.is_locked)
    if to is not None:
        discussing.move(user, topic, to)
    return one_topic(request, the_topic(request, key))


@operation(
    "DELETE",
    "/topics/{key}/",
    {204: None},
    id="forum_topic_remove",
    summary="Remove a topic, as a moderator",
    texts=(Text("reason", "For the log of the moderators.", 500),),
)
def remove_topic(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    discussing.hide(person(request), the_topic(request, key), query.texts["reason"])
    return Status(204, None)


@operation(
    "POST",
    "/topics/{key}/split/",
    {201: TopicDetail},
    id="forum_topic_split",
    summary="Give posts a topic of their own, as a moderator",
)
def split_topic(request: HttpRequest, query: Query, key: uuid.UUID, body: Split) -> Any:
    topic = the_topic(request, key)
    for_moderators(request, topic.forum)
    posts = list(Post.objects.filter(topic=topic, key__in=body.posts))
    if len(posts) != len(set(body.posts)) or not posts:
        raise Refused(_("Some of these posts are gone, or in another topic now."), "posts")
    new = discussing.split(person(request), topic, posts, body.title)
    return Status(201, one_topic(request, the_topic(request, new.key)))


@operation(
    "PUT",
    "/topics/{key}/following/",
    Wish,
    id="forum_topic_follow",
    summary="Follow or mute a topic",
)
def follow_topic(request: HttpRequest, query: Query, key: uuid.UUID, body: Wish) -> Any:
    return _follow(request, the_topic(request, key), body)


@operation(
    "PUT",
    "/topics/{key}/reading/",
    {204: None},
    id="forum_topic_read",
    summary="Note how far one has read",
)
def read_topic(request: HttpRequest, query: Query, key: uuid.UUID, body: ReadTo) -> Any:
    discussing.read(person(request), the_topic(request, key), body.number)
    return Status(204, None)


# Posts --------------------------------------------------------------------------------


@operation(
    "GET",
    "/topics/{key}/posts/",
    PostPage,
    id="forum_posts",
    summary="The posts of a topic",
    texts=(
        Text("from", "The number at which to begin.", 9),
        Text("before", "The number before which to end.", 9),
    ),
)
def list_posts(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    """Twenty at a time. Reading here marks nothing as read: send `reading` for that."""
    topic = the_topic(request, key)
    first, before = whole_number(query, "from"), whole_number(query, "before")
    page = listing.posts(topic, standing(request), first=first, before=before)
    return {
        "items": [present_post(request, row) for row in page.rows],
        "waiting": [present_post(request, row) for row in page.waiting],
        "next": page.next,
        "before": page.before,
    }


@operation("POST", "/topics/{key}/posts/", {201: PostItem}, id="forum_post_say", summary="Reply")
def say(request: HttpRequest, query: Query, key: uuid.UUID, body: NewPost) -> Any:
    topic = the_topic(request, key)
    answered = the_post(request, body.answers) if body.answers else None
    words = words_of(request, body)
    post = discussing.reply(person(request), topic, words, answers=answered)
    return Status(201, one_post(request, post.key))


@operation("GET", "/posts/{key}/", PostItem, id="forum_post", summary="A post")
def get_post(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    return one_post(request, key)


@operation("PUT", "/posts/{key}/", PostItem, id="forum_post_edit", summary="Edit one's own post")
def edit_post(request: HttpRequest, query: Query, key: uuid.UUID, body: Edited) -> Any:
    post, words = the_post(request, key), words_of(request, body)
    discussing.edit(person(request), post, words, version=body.version, title=body.title)
    return one_post(request, key)


@operation(
    "DELETE",
    "/posts/{key}/",
    {204: None},
    id="forum_post_remove",
    summary="Take back one's own post, or remove one as a moderator",
    texts=(Text("reason", "Needed from moderators; readers see it.", 500),),
)
def remove_post(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    discussing.delete(person(request), the_post(request, key), query.texts["reason"])
    return Status(204, None)


@operation(
    "GET",
    "/posts/{key}/editions/",
    list_of(EditionItem),
    id="forum_post_editions",
    summary="What a post said before, the latest first",
    paged=True,
)
def list_editions(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    fields = ("version", "text", "html", "language", "written_at")
    return query.page(
        the_post(request, key).editions.all(),
        lambda row, query: {name: getattr(row, name) for name in fields},
    )


@operation(
    "POST",
    "/posts/{key}/reports/",
    {201: ReportMade},
    id="forum_post_report",
    summary="Ask the moderators to look at a post",
)
def report_post(request: HttpRequest, query: Query, key: uuid.UUID, body: Reported) -> Any:
    post = the_post(request, key)
    made = discussing.report(person(request), post, body.reason, body.comment)
    return Status(201, {"key": made.key, "state": made.state})


@operation(
    "POST",
    "/posts/{key}/decision/",
    {204: None},
    id="forum_post_decide",
    summary="Approve or reject a post that waits, as a moderator",
)
def decide_post(request: HttpRequest, query: Query, key: uuid.UUID, body: Decision) -> Any:
    """`decision` is `approve`, or `reject` with a reason."""
    post = the_post(request, key)
    if body.decision == "approve":
        discussing.approve(person(request), post)
    elif body.decision == "reject":
        discussing.reject(person(request), post, body.reason)
    else:
        raise Refused(_("Valid: %(valid)s.") % {"valid": "approve, reject"}, "decision")
    return Status(204, None)


# Drafts -------------------------------------------------------------------------------


def present_draft(draft: Draft) -> dict[str, Any]:
    fields = ("title", "text", "language", "changed_at")
    return {name: getattr(draft, name) for name in fields} | {
        "forum": draft.forum.code,
        "topic": draft.topic.key if draft.topic else None,
    }


@operation(
    "GET",
    "/drafts/",
    list_of(DraftItem),
    id="forum_drafts",
    summary="One's own drafts",
    paged=True,
)
def list_drafts(request: HttpRequest, query: Query) -> Any:
    mine = Draft.objects.filter(standing(request).forums("forum__"), person=person(request))
    rows = mine.select_related("forum__network", "topic").order_by("-changed_at", "-pk")
    return query.page(rows, lambda row, query: present_draft(row))


@operation(
    "PUT",
    "/forums/{code}/draft/",
    {200: DraftItem, 204: None},
    id="forum_draft_topic",
    summary="Keep the draft of a new topic",
)
def draft_topic(request: HttpRequest, query: Query, code: str, body: Typed) -> Any:
    """Nothing in it: the draft is deleted."""
    return _keep(request, the_forum(request, code), None, body)


@operation(
    "PUT",
    "/topics/{key}/draft/",
    {200: DraftItem, 204: None},
    id="forum_draft_post",
    summary="Keep the draft of a reply",
)
def draft_post(request: HttpRequest, query: Query, key: uuid.UUID, body: Typed) -> Any:
    topic = the_topic(request, key)
    return _keep(request, topic.forum, topic, body)


def _keep(request: HttpRequest, forum: Forum, topic: Topic | None, body: Typed) -> Any:
    language = body.language if body.language in dict(settings.LANGUAGES) else active_language()
    draft = discussing.keep_draft(
        person(request), forum, topic, text=body.text, title=body.title, language=language
    )
    return Status(200, present_draft(draft)) if draft else Status(204, None)


# The desk -----------------------------------------------------------------------------


def at_the_desk(request: HttpRequest) -> None:
    if not standing(request).moderates_any:
        raise missing()


@operation(
    "GET",
    "/reports/",
    list_of(ReportItem),
    id="forum_reports",
    summary="Open reports, for moderators",
    paged=True,
)
def list_reports(request: HttpRequest, query: Query) -> Any:
    at_the_desk(request)
    related = ("reporter", "post__author__forum_handle", "post__answers")
    rows = the_desk.reports(standing(request)).select_related(*related, "post__topic")
    page = query.page(rows, lambda row, query: row)
    listing.describe([row.post for row in page["items"]])
    items = [
        {
            "key": row.key,
            "post": present_post(request, row.post),
            "reason": row.reason,
            "comment": row.comment,
            "reporter": str(row.reporter) if row.reporter else None,
            "at": row.at,
            "state": row.state,
        }
        for row in page["items"]
    ]
    return page | {"items": items}


@operation(
    "POST",
    "/reports/{key}/decision/",
    ReportMade,
    id="forum_report_resolve",
    summary="Close a report, as a moderator",
)
def resolve_report(request: HttpRequest, query: Query, key: uuid.UUID, body: Decision) -> Any:
    """`decision` is `uphold` or `dismiss`."""
    at_the_desk(request)
    rows = Report.objects.filter(standing(request).moderated_forums("post__topic__forum__"))
    found = rows.filter(key=key).select_related("post__topic__forum__network").first()
    if found is None:
        raise missing()
    if body.decision not in ("uphold", "dismiss"):
        raise Refused(_("Valid: %(valid)s.") % {"valid": "uphold, dismiss"}, "decision")
    discussing.resolve(person(request), found, upheld=body.decision == "uphold")
    return {"key": found.key, "state": found.state}


def present_restriction(row: Restriction) -> dict[str, Any]:
    return {
        "key": row.key,
        "person": present_person(row.person),
        "forum": row.forum.code if row.forum else None,
        "reason": row.reason,
        "at": row.at,
        "until": row.until,
    }


@operation(
    "GET",
    "/restrictions/",
    list_of(RestrictionItem),
    id="forum_restrictions",
    summary="Who may not write, for moderators",
    paged=True,
)
def list_restrictions(request: HttpRequest, query: Query) -> Any:
    at_the_desk(request)
    rows = the_desk.restrictions(standing(request))
    related = rows.select_related("person__forum_handle", "forum__network")
    return query.page(related, lambda row, query: present_restriction(row))


@operation(
    "POST",
    "/restrictions/",
    {201: RestrictionItem},
    id="forum_restrict",
    summary="Let a member read and not write, as a moderator",
)
def restrict(request: HttpRequest, query: Query, body: Restricted) -> Any:
    at_the_desk(request)
    forum = the_forum(request, body.forum) if body.forum is not None else None
    member = the_desk.find_member(body.person, forum, standing(request))
    if member is None:
        raise Refused(_("No member of this forum has this address or name."), "person")
    until = body.until
    if until is not None and timezone.is_naive(until):
        until = timezone.make_aware(until)
    made = discussing.restrict(person(request), member, forum, reason=body.reason, until=until)
    return Status(201, present_restriction(made))


@operation(
    "DELETE",
    "/restrictions/{key}/",
    {204: None},
    id="forum_lift",
    summary="Let a member write again, as a moderator",
)
def lift(request: HttpRequest, query: Query, key: uuid.UUID) -> Any:
    at_the_desk(request)
    rows = Restriction.objects.filter(standing(request).moderated_forums("forum__"), key=key)
    found = rows.select_related("forum__network").first()
    if found is None:
        raise missing()
    discussing.lift(person(request), found)
    return Status(204, None)
