"""What people do in a forum, and what its moderators do.

Each function is one transaction on a locked topic. It raises ``Refused``, which says to the person
why not (``TooFast`` when only now is not), or ``Changed``, when somebody else was faster. Nothing
else changes a discussion.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from cpmg.users.models import User
from pages import dates

from . import attachments, handles, signals
from .access import Standing, readers_of, standing_of
from .formatting import Formatted, clean_text, clean_title, formatted
from .models import (
    LONGEST_POST,
    LONGEST_TITLE,
    AllRead,
    Draft,
    Following,
    Forum,
    Mention,
    Post,
    PostEdition,
    Reading,
    Report,
    Restriction,
    Topic,
)

#: People whom one post may mention, and addresses that it may link to.
MOST_MENTIONS, MOST_LINKS = 20, 50
#: Somebody is new until so many of their posts were shown; they may link to so many addresses
#: in a post that nobody has approved.
NEW_UNTIL, LINKS_OF_NEWCOMERS = 3, 2
#: Posts within a time: of newcomers, and of others.
RATES_OF_NEWCOMERS = ((timedelta(hours=1), 5), (timedelta(days=1), 20))
RATES = ((timedelta(minutes=10), 15), (timedelta(days=1), 200))
#: Reports of one person within a day.
MOST_REPORTS = 30

ACTIONS = {
    "started": gettext_lazy("Topic started"),
    "posted": gettext_lazy("Posted"),
    "approved": gettext_lazy("Post approved"),
    "rejected": gettext_lazy("Post not approved"),
    "edited": gettext_lazy("Post edited"),
    "retitled": gettext_lazy("Title of the topic changed"),
    "removed": gettext_lazy("Post removed"),
    "restored": gettext_lazy("Post shown again"),
    "topic_removed": gettext_lazy("Topic removed"),
    "topic_restored": gettext_lazy("Topic shown again"),
    "pinned": gettext_lazy("Topic pinned"),
    "unpinned": gettext_lazy("Topic not pinned any more"),
    "locked": gettext_lazy("Topic locked"),
    "unlocked": gettext_lazy("Topic unlocked"),
    "moved": gettext_lazy("Topic moved"),
    "split": gettext_lazy("Topic split"),
    "reported": gettext_lazy("Post reported"),
    "report_upheld": gettext_lazy("Report: something was done"),
    "report_dismissed": gettext_lazy("Report: nothing to do"),
    "restricted": gettext_lazy("Member restricted"),
    "restriction_lifted": gettext_lazy("Restriction lifted"),
    "approval_set": gettext_lazy("Approval of posts changed"),
}
PREFIX = "forum."


class Refused(Exception):
    """Not this way; says to the person why not. ``field`` is what they should change."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooFast(Refused):
    """Too much in a short time; ``wait`` is how long to wait."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Changed(Refused):
    """It is not any more what the person looked at."""


@dataclass
class Words:
    """What somebody wants to say. ``key`` comes with the form: sent twice it is said once."""

    text: str
    language: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    #: Documents that the person uploaded, for ``attachments``.
    files: Sequence[Any] = ()


def note(instance: Any, action: str, user: User | None, **data: Any) -> None:
    """Enters what happened into Wagtail's log, in the running transaction."""
    log(instance=instance, action=PREFIX + action, user=user, data=data or None)


# What may be said ---------------------------------------------------------------------


def restriction_of(user: User, forum: Forum) -> Restriction | None:
    """What keeps ``user`` from writing in ``forum`` now."""
    in_force = Restriction.objects.in_force().filter(person=user)
    found = [one for one in in_force if one.forum_id in (None, forum.pk)]
    found.sort(key=lambda one: (one.until is None, one.until or one.at))
    return found[-1] if found else None


def why_silent(user: User, forum: Forum) -> str:
    """Why ``user`` may not write in ``forum``; empty when they may."""
    restriction = restriction_of(user, forum)
    if restriction is None:
        return ""
    if restriction.until is None:
        return _("You may read here and not write. Reason: %(reason)s") % {
            "reason": restriction.reason
        }
    return _("You may read here and not write until %(day)s. Reason: %(reason)s") % {
        "day": dates.day(restriction.until.date()),
        "reason": restriction.reason,
    }


def is_newcomer(user: User) -> bool:
    shown = Post.objects.filter(author=user, state=Post.State.VISIBLE)
    return len(shown.values_list("pk")[:NEW_UNTIL]) < NEW_UNTIL


def _enter(user: User, forum: Forum) -> Standing:
    standing = standing_of(user)
    if not standing.enters(forum):
        raise Refused(_("You are not a member here."))
    return standing


def _check_writing(user: User, forum: Forum) -> None:
    if reason := why_silent(user, forum):
        raise Refused(reason)


def _check_rate(user: User, *, is_new: bool) -> None:
    now = timezone.now()
    for span, most in RATES_OF_NEWCOMERS if is_new else RATES:
        since = Post.objects.filter(author=user, created_at__gt=now - span)
        times = list(since.order_by("-created_at").values_list("created_at", flat=True)[:most])
        if len(times) == most:
            wait = times[-1] + span - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise TooFast(
                _("You have posted a great deal in a short time. Wait %(minutes)s minutes.")
                % {"minutes": dates.number(minutes, 0)},
                wait,
            )


def check(words: Words, forum: Forum) -> tuple[str, Formatted, dict[str, int]]:
    """The text as it will be kept, what it becomes, and whom it mentions. Refuses what can't be
    posted."""
    if words.language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose the language in which you write."), "language")
    if len(words.text) > LONGEST_POST:
        raise Refused(
            _("A post has at most %(most)s characters; this one has %(count)s.")
            % {
                "most": dates.number(LONGEST_POST, 0),
                "count": dates.number(len(words.text), 0),
            },
            "text",
        )
    text = clean_text(words.text)
    too_many_links = _("A post links to at most %(most)s addresses.") % {"most": MOST_LINKS}
    if text.count("://") > 2 * MOST_LINKS:
        raise Refused(too_many_links, "text")
    found = formatted(text)
    if found.is_empty:
        raise Refused(_("Write something."), "text")
    if len(found.mentions) > MOST_MENTIONS:
        raise Refused(
            _("A post mentions at most %(most)s people.") % {"most": MOST_MENTIONS}, "text"
        )
    if len(found.links) > MOST_LINKS:
        raise Refused(too_many_links, "text")
    people = handles.among(found.mentions, readers_of(forum))
    if people:
        found = formatted(text, people)
    return text, found, people


def check_title(title: str) -> str:
    if len(title) > 2 * LONGEST_TITLE:
        title = title[: 2 * LONGEST_TITLE]
    title = clean_title(title)
    if not title:
        raise Refused(_("Give the topic a title."), "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(
            _("A title has at most %(most)s characters.") % {"most": LONGEST_TITLE}, "title"
        )
    return title


def _waits(
    forum: Forum, standing: Standing, found: Formatted, *, is_new: bool, edited: bool = False
) -> bool:
    """Whether a moderator looks before others do."""
    if standing.may_moderate(forum):
        return False
    if forum.approval == Forum.Approval.EVERYBODY:
        return True
    if not is_new:
        return False
    return (forum.approval == Forum.Approval.NEWCOMERS and not edited) or len(
        found.links
    ) > LINKS_OF_NEWCOMERS


# Writing ------------------------------------------------------------------------------


def start(
    user: User,
    forum: Forum,
    title: str,
    words: Words,
    *,
    about: tuple[str, str] = ("", ""),
) -> Topic:
    """A new topic with its first post. ``about`` is a kind and a code; see ``links``."""
    if (said := _said_before(user, words)) is not None:
        return said.topic
    standing = _enter(user, forum)
    forum = Forum.objects.select_related("network").get(pk=forum.pk)  # as it is now
    _check_writing(user, forum)
    title = check_title(title)
    text, found, people = check(words, forum)
    is_new = not standing.is_staff and is_newcomer(user)
    _check_rate(user, is_new=is_new)
    waits = _waits(forum, standing, found, is_new=is_new)
    kind, code = about
    try:
        with transaction.atomic():
            topic = Topic.objects.create(
                forum=forum,
                title=title,
                language=words.language,
                author=user,
                last_author=user,
                state=Topic.State.WAITING if waits else Topic.State.OPEN,
                about_kind=kind,
                about_code=code,
            )
            note(topic, "started", user)
            _say(user, topic, words, text, found, people, waits=waits)
            Draft.objects.filter(person=user, forum=forum, topic=None).delete()
    except IntegrityError:
        return _said_at_the_same_moment(user, words).topic
    return topic


def reply(user: User, topic: Topic, words: Words, *, answers: Post | None = None) -> Post:
    """A post at the end of ``topic``."""
    if (said := _said_before(user, words)) is not None:
        return said
    standing = _enter(user, topic.forum)
    _check_writing(user, topic.forum)
    text, found, people = check(words, topic.forum)
    is_new = not standing.is_staff and is_newcomer(user)
    _check_rate(user, is_new=is_new)
    try:
        with _locked(topic) as locked:
            if locked.state != Topic.State.OPEN:
                raise Changed(_("Nobody can reply to this topic now."))
            if locked.is_locked and not standing.may_moderate(locked.forum):
                raise Changed(_("This topic is locked: nobody can reply to it."))
            if answers is not None and answers.topic_id != locked.pk:
                answers = None
            waits = _waits(locked.forum, standing, found, is_new=is_new)
            post = _say(user, locked, words, text, found, people, waits=waits, answers=answers)
            Draft.objects.filter(person=user, topic=locked).delete()
    except IntegrityError:
        return _said_at_the_same_moment(user, words)
    return post


def _said_before(user: User, words: Words) -> Post | None:
    post = Post.objects.filter(key=words.key).select_related("topic").first()
    if post is not None and post.author_id != user.pk:
        raise Refused(_("This form can't be used again. Open it anew."))
    return post


def _said_at_the_same_moment(user: User, words: Words) -> Post:
    post = _said_before(user, words)
    if post is None:
        raise Changed(_("This changed just now. Send it again."))
    return post


def _say(
    user: User,
    topic: Topic,
    words: Words,
    text: str,
    found: Formatted,
    people: dict[str, int],
    *,
    waits: bool,
    answers: Post | None = None,
) -> Post:
    post = Post.objects.create(
        key=words.key,
        topic=topic,
        author=user,
        text=text,
        html=found.html,
        language=words.language,
        answers=answers,
        state=Post.State.WAITING if waits else Post.State.VISIBLE,
    )
    _mention(post, people)
    handles.of(user)  # so that others can mention them
    attachments.attach(post, user, words.files)
    follow(user, topic, only_new=True)
    note(post, "posted", user)
    if waits:
        signals.awaiting.send(Post, post=post)
    else:
        _show(post, topic)
        _read_to(user, topic, post.number or 0)
    return post


def _mention(post: Post, people: dict[str, int]) -> None:
    Mention.objects.filter(post=post).exclude(person__in=people.values()).delete()
    Mention.objects.bulk_create(
        [Mention(post=post, person_id=pk) for pk in people.values() if pk != post.author_id],
        ignore_conflicts=True,
    )


def _show(post: Post, topic: Topic) -> None:
    """Gives the post its number, and tells those who wait for it. The topic is locked."""
    now = timezone.now()
    topic.post_count += 1
    if post.number:
        topic.save(update_fields=["post_count"])
        post.state = Post.State.VISIBLE
        post.save(update_fields=["state"])
        signals.edited.send(Post, post=post)
        return
    topic.last_number += 1
    topic.last_post_at, topic.last_author = now, post.author
    topic.save(update_fields=["last_number", "post_count", "last_post_at", "last_author"])
    post.number, post.posted_at, post.state = topic.last_number, now, Post.State.VISIBLE
    post.save(update_fields=["number", "posted_at", "state"])
    signals.posted.send(Post, post=post)


@contextmanager
def _locked(topic: Topic) -> Iterator[Topic]:
    """The topic, locked; what was looked at sees what became of it."""
    with transaction.atomic():
        locked = (
            Topic.objects.select_for_update(of=("self",))
            .select_related("forum__network")
            .filter(pk=topic.pk)
            .first()
        )
        if locked is None:
            raise Changed(_("This topic is gone."))
        yield locked
    topic.refresh_from_db()


@contextmanager
def _locked_post(post: Post) -> Iterator[tuple[Post, Topic]]:
    """The post in its locked topic."""
    with _locked(post.topic) as topic:
        found = Post.objects.select_for_update().filter(pk=post.pk, topic=topic).first()
        if found is None:
            raise Changed(_("This post is gone, or in another topic now."))
        found.topic = topic
        yield found, topic
    post.refresh_from_db()


# One's own posts ----------------------------------------------------------------------


def may_edit(user: User, post: Post) -> bool:
    """Whether the post is one's own and can still be changed."""
    return (
        post.author_id == user.pk
        and post.state != Post.State.REMOVED
        and not post.topic.is_locked
        and post.topic.state != Topic.State.REMOVED
    )


def edit(user: User, post: Post, words: Words, *, version: int, title: str = "") -> Post:
    """Changes one's own post; what it said before stays to be seen. ``version`` is the one that
    was looked at. ``title`` is a new one for the topic that the post began."""
    standing = _enter(user, post.topic.forum)
    _check_writing(user, post.topic.forum)
    text, found, people = check(words, post.topic.forum)
    title = check_title(title) if title else ""
    with _locked_post(post) as (locked, topic):
        if locked.author_id != user.pk:
            raise Refused(_("This is somebody else's post."))
        if locked.is_removed or topic.state == Topic.State.REMOVED:
            raise Changed(_("This post was removed and can't be edited."))
        if topic.is_locked and not standing.may_moderate(topic.forum):
            raise Changed(_("This topic is locked: its posts can't be edited."))
        if locked.version != version:
            raise Changed(_("This post was changed in another window."))
        if title and title != topic.title and begins(locked):
            note(topic, "retitled", user, former=topic.title)
            topic.title, topic.language = title, words.language
            topic.save(update_fields=["title", "language"])
        if (text, words.language) == (locked.text, locked.language) and not words.files:
            return post
        _keep_edition(locked)
        locked.text, locked.html, locked.language = text, found.html, words.language
        locked.version += 1
        locked.edited_at = timezone.now()
        is_new = not standing.is_staff and is_newcomer(user)
        waits = _waits(topic.forum, standing, found, is_new=is_new, edited=True)
        if waits and not locked.is_waiting:  # it keeps its place meanwhile
            locked.state = Post.State.WAITING
            topic.post_count = max(0, topic.post_count - 1)
            topic.save(update_fields=["post_count"])
            signals.awaiting.send(Post, post=locked)
        locked.save()
        _mention(locked, people)
        attachments.attach(locked, user, words.files)
        note(locked, "edited", user, version=locked.version)
        if locked.state == Post.State.VISIBLE:
            signals.edited.send(Post, post=locked)
    return post


def _keep_edition(post: Post) -> None:
    PostEdition.objects.create(
        post=post,
        version=post.version,
        text=post.text,
        html=post.html,
        language=post.language,
        written_at=post.edited_at or post.created_at,
    )


def begins(post: Post) -> bool:
    """Whether the topic began with this post: then its author may change the title."""
    first = post.topic.posts.order_by(F("number").asc(nulls_last=True), "pk").values_list("pk")[:1]
    return bool(first) and first[0][0] == post.pk


def delete(user: User, post: Post, reason: str = "") -> Post:
    """Removes one's own post, or, as a moderator with a reason, anybody's. A trace stays; the
    topic goes with its only post."""
    standing = _enter(user, post.topic.forum)
    reason = clean_title(reason)[:500]
    with _locked_post(post) as (locked, topic):
        moderates = standing.may_moderate(topic.forum)
        is_own = locked.author_id == user.pk
        if not is_own and not moderates:
            raise Refused(_("This is somebody else's post."))
        if locked.is_removed:
            raise Changed(_("This post was removed already."))
        if not is_own and not reason:
            raise Refused(_("Say why the post is removed."), "reason")
        if is_own and not moderates and topic.is_locked:
            raise Changed(_("This topic is locked: its posts can't be removed."))
        _remove(locked, topic, user, reason)
        note(locked, "removed", user, reason=reason)
    return post


def _remove(post: Post, topic: Topic, user: User, reason: str) -> None:
    was_waiting = post.is_waiting
    post.state = Post.State.REMOVED
    post.removed_at, post.removed_by, post.removal_reason = timezone.now(), user, reason
    post.save(update_fields=["state", "removed_at", "removed_by", "removal_reason"])
    Mention.objects.filter(post=post).delete()
    if not was_waiting:
        topic.post_count = max(0, topic.post_count - 1)
        topic.save(update_fields=["post_count"])
    if not topic.posts.exclude(state=Post.State.REMOVED).exists():
        topic.state = Topic.State.REMOVED
        topic.save(update_fields=["state"])
    signals.removed.send(Post, post=post)


# Reading and following ----------------------------------------------------------------


def read(user: User, topic: Topic, number: int) -> None:
    """Notes that ``user`` has seen the posts up to ``number``: one row for each topic."""
    _read_to(user, topic, min(number, topic.last_number))
    posts = Post.objects.filter(topic=topic, number__lte=number)
    signals.seen.send(Post, person=user, posts=posts)


def _read_to(user: User, topic: Topic, number: int) -> None:
    mine = Reading.objects.filter(person=user, topic=topic)
    if mine.filter(number__lt=number).update(number=number) or not number:
        return
    Reading.objects.bulk_create(
        [Reading(person=user, topic=topic, number=number)], ignore_conflicts=True
    )


def read_all(user: User, forum: Forum) -> None:
    """Counts all that is in the forum now as read."""
    with transaction.atomic():
        AllRead.objects.update_or_create(person=user, forum=forum, defaults={"at": timezone.now()})
        Reading.objects.filter(person=user, topic__forum=forum).delete()
        signals.seen.send(Post, person=user, posts=Post.objects.filter(topic__forum=forum))


def follow(
    user: User,
    what: Topic | Forum,
    wish: str | None = Following.Wish.FOLLOW,
    *,
    only_new: bool = False,
) -> None:
    """Follows or mutes a topic or a forum; with no wish neither. ``only_new`` leaves alone what
    the person has said before."""
    topic = what if isinstance(what, Topic) else None
    forum = what.forum if isinstance(what, Topic) else what
    mine = Following.objects.filter(person=user, forum=forum, topic=topic)
    if topic is not None:
        mine = Following.objects.filter(person=user, topic=topic)
    if wish is None:
        mine.delete()
        return
    new = Following(person=user, forum=forum, topic=topic, wish=wish)
    if only_new:
        Following.objects.bulk_create([new], ignore_conflicts=True)
        return
    with transaction.atomic():
        mine.delete()
        new.save()


def wish_of(user: User, what: Topic | Forum) -> str:
    topic = what if isinstance(what, Topic) else None
    found = Following.objects.filter(person=user, topic=topic)
    if isinstance(what, Forum):
        found = found.filter(forum=what)
    row = found.first()
    return row.wish if row else ""


def followers_of(topic: Topic) -> Any:
    """The people who follow the topic, or its forum and have not muted the topic, and who may
    still enter the forum."""
    of_topic = Following.objects.filter(topic=topic)
    of_forum = Following.objects.filter(forum=topic.forum, topic=None, wish=Following.Wish.FOLLOW)
    following = of_topic.filter(wish=Following.Wish.FOLLOW).values("person")
    muted = of_topic.filter(wish=Following.Wish.MUTE).values("person")
    readers = readers_of(topic.forum).exclude(pk__in=muted)
    return readers.filter(pk__in=following.union(of_forum.values("person")))


# Drafts -------------------------------------------------------------------------------


def keep_draft(
    user: User, forum: Forum, topic: Topic | None, *, text: str, language: str, title: str = ""
) -> Draft | None:
    """Keeps what somebody has begun to write; nothing written is no draft."""
    _enter(user, forum)
    mine = Draft.objects.filter(person=user, forum=forum, topic=topic)
    if len(text) > LONGEST_POST:
        raise Refused(
            _("A post has at most %(most)s characters; this one has %(count)s.")
            % {"most": dates.number(LONGEST_POST, 0), "count": dates.number(len(text), 0)},
            "text",
        )
    text, title = text.replace("\0", ""), clean_title(title[: 2 * LONGEST_TITLE])[:LONGEST_TITLE]
    if not text.strip() and not title:
        mine.delete()
        return None
    if language not in dict(settings.LANGUAGES):
        language = user.language
    with transaction.atomic():
        draft, _made = Draft.objects.update_or_create(
            person=user,
            forum=forum,
            topic=topic,
            defaults={
                "title": title,
                "text": text,
                "language": language,
                "changed_at": timezone.now(),
            },
        )
    return draft


def draft_of(user: User, forum: Forum, topic: Topic | None = None) -> Draft | None:
    return Draft.objects.filter(person=user, forum=forum, topic=topic).first()


# Reports ------------------------------------------------------------------------------


def report(user: User, post: Post, reason: str, comment: str = "") -> Report:
    """Asks the moderators to look at a post; asked twice it is asked once."""
    _enter(user, post.topic.forum)
    if reason not in Report.Reason.values:
        raise Refused(_("Say what is wrong with the post."), "reason")
    comment = clean_text(comment)[:1000]
    if reason == Report.Reason.OTHER and not comment:
        raise Refused(_("Say what is wrong with the post."), "comment")
    day_ago = timezone.now() - timedelta(days=1)
    if Report.objects.filter(reporter=user, at__gt=day_ago).count() >= MOST_REPORTS:
        raise TooFast(_("You have reported a great deal today."), timedelta(hours=1))
    with _locked_post(post) as (locked, _topic):
        if locked.is_removed:
            raise Changed(_("This post was removed already."))
        made, is_new = Report.objects.get_or_create(
            post=locked,
            reporter=user,
            state=Report.State.OPEN,
            defaults={"reason": reason, "comment": comment},
        )
        if is_new:
            note(locked, "reported", user, reason=reason)
            signals.reported.send(Report, report=made)
    return made


def resolve(user: User, found: Report, *, upheld: bool) -> Report:
    """Closes a report: something was done, or there is nothing to do."""
    _check_moderating(user, found.post.topic.forum)
    with transaction.atomic():
        locked = Report.objects.select_for_update().get(pk=found.pk)
        if locked.state != Report.State.OPEN:
            raise Changed(_("Somebody else has resolved this report already."))
        locked.state = Report.State.UPHELD if upheld else Report.State.DISMISSED
        locked.resolved_by, locked.resolved_at = user, timezone.now()
        locked.save()
        note(found.post, "report_upheld" if upheld else "report_dismissed", user)
    found.refresh_from_db()
    return found


# Moderating ---------------------------------------------------------------------------


def _check_moderating(user: User, forum: Forum) -> Standing:
    standing = standing_of(user)
    if not standing.may_moderate(forum):
        raise Refused(_("Only moderators of this forum may do this."))
    return standing


def approve(user: User, post: Post) -> Post:
    """Shows a post that waited: at the end of its topic, or, edited, where it was."""
    _check_moderating(user, post.topic.forum)
    with _locked_post(post) as (locked, topic):
        if not locked.is_waiting:
            raise Changed(_("Somebody else has decided about this already."))
        if topic.state == Topic.State.REMOVED:
            raise Changed(_("This topic is gone."))
        if topic.state == Topic.State.WAITING:
            topic.state = Topic.State.OPEN
            topic.save(update_fields=["state"])
        _show(locked, topic)
        note(locked, "approved", user)
    return post


def reject(user: User, post: Post, reason: str) -> Post:
    """Shows a post never."""
    _check_moderating(user, post.topic.forum)
    reason = clean_title(reason)[:500]
    if not reason:
        raise Refused(_("Say why the post is not approved."), "reason")
    with _locked_post(post) as (locked, topic):
        if not locked.is_waiting:
            raise Changed(_("Somebody else has decided about this already."))
        _remove(locked, topic, user, reason)
        note(locked, "rejected", user, reason=reason)
    return post


def restore(user: User, post: Post) -> Post:
    """Shows again what a moderator has removed. What its author took back stays away."""
    _check_moderating(user, post.topic.forum)
    with _locked_post(post) as (locked, topic):
        if not locked.is_removed:
            raise Changed(_("Somebody else has decided about this already."))
        if locked.removed_by_author:
            raise Refused(_("Its author took this post back."))
        locked.removed_at = locked.removed_by = None
        locked.removal_reason = ""
        locked.save()
        if topic.state != Topic.State.OPEN:
            topic.state = Topic.State.OPEN
            topic.save(update_fields=["state"])
        _show(locked, topic)
        note(locked, "restored", user)
    return post


def pin(user: User, topic: Topic, *, on: bool = True) -> Topic:
    """Keeps the topic at the head of its forum."""
    return _mark(user, topic, "is_pinned", on, "pinned" if on else "unpinned")


def lock(user: User, topic: Topic, *, on: bool = True) -> Topic:
    """Takes no more replies, except by moderators."""
    return _mark(user, topic, "is_locked", on, "locked" if on else "unlocked")


def _mark(user: User, topic: Topic, name: str, on: bool, action: str) -> Topic:
    _check_moderating(user, topic.forum)
    with _locked(topic) as locked:
        if getattr(locked, name) != on:
            setattr(locked, name, on)
            locked.save(update_fields=[name])
            note(locked, action, user)
    return topic


def hide(user: User, topic: Topic, reason: str) -> Topic:
    """Removes a topic with all its posts from the eyes of its readers."""
    _check_moderating(user, topic.forum)
    reason = clean_title(reason)[:500]
    if not reason:
        raise Refused(_("Say why the topic is removed."), "reason")
    with _locked(topic) as locked:
        if locked.state == Topic.State.REMOVED:
            raise Changed(_("Somebody else has decided about this already."))
        locked.state = Topic.State.REMOVED
        locked.save(update_fields=["state"])
        note(locked, "topic_removed", user, reason=reason)
    return topic


def unhide(user: User, topic: Topic) -> Topic:
    """Shows a removed topic again, as long as it has a post to show."""
    _check_moderating(user, topic.forum)
    with _locked(topic) as locked:
        if locked.state != Topic.State.REMOVED:
            raise Changed(_("Somebody else has decided about this already."))
        if not locked.posts.filter(state=Post.State.VISIBLE).exists():
            raise Refused(_("Nothing is left in this topic that could be shown."))
        locked.state = Topic.State.OPEN
        locked.save(update_fields=["state"])
        note(locked, "topic_restored", user)
    return topic


def move(user: User, topic: Topic, to: Forum) -> Topic:
    """Moves a topic to another forum that the person moderates; from then on it is for its
    readers."""
    _check_moderating(user, topic.forum)
    _check_moderating(user, to)
    with _locked(topic) as locked:
        former = locked.forum
        if former.pk == to.pk:
            return topic
        locked.forum = to
        locked.save(update_fields=["forum"])
        Following.objects.filter(topic=locked).update(forum=to)
        Draft.objects.filter(topic=locked).update(forum=to)
        note(locked, "moved", user, former=former.code, to=to.code)
    return topic


def split(user: User, topic: Topic, posts: Sequence[Post], title: str) -> Topic:
    """Takes ``posts`` out of a topic, into a new one of the same forum."""
    _check_moderating(user, topic.forum)
    title = check_title(title)
    with _locked(topic) as locked:
        taken = list(
            locked.posts.select_for_update()
            .filter(pk__in=[post.pk for post in posts], state=Post.State.VISIBLE)
            .order_by("number")
        )
        if not taken or len(taken) != len({post.pk for post in posts}):
            raise Changed(_("Some of these posts are gone, or in another topic now."))
        if (
            not locked.posts.filter(state=Post.State.VISIBLE)
            .exclude(pk__in=[post.pk for post in taken])
            .exists()
        ):
            raise Refused(_("Leave at least one post in the topic."), "posts")
        first, last = taken[0], taken[-1]
        new = Topic.objects.create(
            forum=locked.forum,
            title=title,
            language=first.language,
            author=first.author,
            created_at=first.posted_at or first.created_at,
            last_number=len(taken),
            post_count=len(taken),
            last_post_at=last.posted_at or last.created_at,
            last_author=last.author,
        )
        moved = {post.pk for post in taken}
        for number, post in enumerate(taken, 1):
            post.topic, post.number = new, number
            if post.answers_id not in moved:
                post.answers = None
            post.save(update_fields=["topic", "number", "answers"])
        locked.posts.filter(answers__in=moved).update(answers=None)
        _count_again(locked)
        Following.objects.bulk_create(
            [
                Following(person_id=pk, forum=locked.forum, topic=new)
                for pk in {post.author_id for post in taken if post.author_id}
            ]
        )
        note(locked, "split", user, into=str(new.key), posts=len(taken))
        note(new, "started", user, out_of=str(locked.key))
    return new


def _count_again(topic: Topic) -> None:
    """Numbers stay: they only grow, and readers remember them."""
    shown = topic.posts.filter(state=Post.State.VISIBLE)
    counted = shown.aggregate(posts=Count("pk"), last=Max("number"))
    last: Post | None = shown.filter(number=counted["last"]).first()
    topic.post_count = counted["posts"]
    if last is not None:
        topic.last_post_at = last.posted_at or last.created_at
        topic.last_author = last.author
    topic.save(update_fields=["post_count", "last_post_at", "last_author"])


def set_approval(user: User, forum: Forum, approval: str) -> Forum:
    """Whose posts wait for approval in this forum."""
    _check_moderating(user, forum)
    if approval not in Forum.Approval.values:
        raise Refused(_("Choose whose posts wait for approval."), "approval")
    with transaction.atomic():
        locked = Forum.objects.select_for_update().get(pk=forum.pk)
        if locked.approval != approval:
            note(locked, "approval_set", user, former=locked.approval, now=approval)
            locked.approval = approval
            locked.save(update_fields=["approval"])
    forum.refresh_from_db()
    return forum


def restrict(
    user: User,
    person: User,
    forum: Forum | None,
    *,
    reason: str,
    until: datetime | None = None,
) -> Restriction:
    """Keeps ``person`` from writing in ``forum``, or, by the editorial team, in all of them."""
    standing = standing_of(user)
    if not (standing.is_staff if forum is None else standing.may_moderate(forum)):
        raise Refused(_("Only moderators of this forum may do this."))
    reason = clean_title(reason)[:500]
    if not reason:
        raise Refused(_("Say why the member is restricted."), "reason")
    if until is not None and until <= timezone.now():
        raise Refused(_("Choose a day that is still to come."), "until")
    theirs = standing_of(person)
    if person.pk == user.pk or (theirs.is_staff if forum is None else theirs.may_moderate(forum)):
        raise Refused(_("Moderators can't be restricted."))
    if forum is not None and not theirs.enters(forum):
        raise Refused(_("This person is not a member here."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        former = Restriction.objects.in_force().filter(person=person, forum=forum)
        former.update(lifted_at=timezone.now(), lifted_by=user)
        made = Restriction.objects.create(
            person=person, forum=forum, until=until, reason=reason, by=user
        )
        note(made, "restricted", user, reason=reason)
    return made


def lift(user: User, restriction: Restriction) -> Restriction:
    """Lets a restricted member write again."""
    standing = standing_of(user)
    forum = restriction.forum
    if not (standing.is_staff if forum is None else standing.may_moderate(forum)):
        raise Refused(_("Only moderators of this forum may do this."))
    with transaction.atomic():
        locked = Restriction.objects.select_for_update().get(pk=restriction.pk)
        if locked.lifted_at is not None:
            raise Changed(_("Somebody else has decided about this already."))
        locked.lifted_at, locked.lifted_by = timezone.now(), user
        locked.save(update_fields=["lifted_at", "lifted_by"])
        note(locked, "restriction_lifted", user)
    restriction.refresh_from_db()
    return restriction
