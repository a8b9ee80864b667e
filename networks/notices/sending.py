"""Letters about notices: at once, or together once a day or a week.

That a notice was told and its letter commit together, so nobody is told twice. The queue of mail
asks just before sending whether the person may still read every post that the letter speaks of;
if not all, the letter is dropped and the rest is told in another one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cpmg import mail, work
from cpmg.mail import categories
from cpmg.users.models import User
from cpmg.work import Drained

from ..forum.models import Following, Post
from ..membership import joining
from . import letters
from .arrivals import NAME
from .models import INTERVALS, Frequency, Notice, NoticeWishes

logger = logging.getLogger(__name__)

CATEGORY, CONDITION = "discussions", "networks.posts_readable"
#: People looked up at once, and posts that one digest shows.
BATCH, SHOWN = 200, 30

PERSONAL = (Notice.Kind.MENTION, Notice.Kind.REPLY)


def due(now: datetime) -> list[int]:
    """The people for whom a letter is due."""
    kinds = Q(kind__in=PERSONAL)
    wishes = NoticeWishes.objects.filter(person=OuterRef("person"))
    waits = Q(pk=None)
    for name, of_kind in (("personal", kinds), ("followed", ~kinds)):
        ready = Q(**{f"{name}__in": [Frequency.AT_ONCE, Frequency.NEVER]})
        for frequency, interval in INTERVALS.items():
            told = Q(told_at=None) | Q(told_at__lte=now - interval)
            ready |= Q(**{name: frequency}) & told
        # Who has no wishes yet has not been told of anything: something is due.
        waits |= of_kind & (Exists(wishes.filter(ready)) | ~Exists(wishes))
    waiting = Notice.objects.filter(waits, told_at=None).order_by("person_id")
    return list(waiting.values_list("person_id", flat=True).distinct()[:BATCH])


def drain() -> Drained:
    drained = Drained()
    joining.end_lapsed()
    failed: set[int] = set()
    while people := [pk for pk in due(timezone.now()) if pk not in failed]:
        for pk in people:
            try:
                drained.done += tell(pk)
            except Exception as error:  # whatever is wrong with one, the others get theirs
                logger.exception("Notices of person %s could not be told", pk)
                failed.add(pk)
                drained.failed += 1
                drained.errors.add(type(error).__name__)
    return drained


def is_waiting() -> bool:
    return Notice.objects.filter(told_at=None).exists()


def readable_posts(person: User, posts: Iterable[int] | QuerySet) -> QuerySet[Post]:
    """Of ``posts``, those whose words the person may read now, and has not muted."""
    muted = Following.objects.filter(
        person=person, topic=OuterRef("topic"), wish=Following.Wish.MUTE
    )
    return Post.objects.readable_by(person).filter(~Exists(muted), pk__in=posts)


def tell(pk: int) -> int:
    """Queues what is due for a person; the number of letters."""
    now = timezone.now()
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=pk)
        wishes = NoticeWishes.objects.get_or_create(person=person)[0]
        waiting = Notice.objects.filter(person=person, told_at=None)
        if not person.is_active or not categories.wants(person, CATEGORY):
            waiting.update(told_at=now)
            return 0
        frequency = {True: wishes.personal, False: wishes.followed}
        digest_due = {
            frequency
            for frequency, interval in INTERVALS.items()
            if wishes.told_at is None or wishes.told_at <= now - interval
        }
        at_once, together = [], []
        posts = readable_posts(person, waiting.values("post"))
        chosen = waiting.filter(post__in=posts.order_by().values("pk")).unread()
        found = chosen.select_related(
            "post__author", "post__topic__forum__network", "post__answers"
        ).order_by("pk")
        settled = set(waiting.values_list("pk", flat=True))
        for notice in found:
            wish = frequency[notice.kind in PERSONAL]
            if wish == Frequency.AT_ONCE:
                at_once.append(notice)
            elif wish in digest_due:
                together.append(notice)
            elif wish != Frequency.NEVER:
                settled.discard(notice.pk)  # waits for its digest
        Notice.objects.filter(pk__in=settled).update(told_at=now)
        for notice in at_once:
            _queue_one(notice, person)
        if together:
            _queue_digest(together, person)
            NoticeWishes.objects.filter(pk=wishes.pk).update(told_at=now)
    return len(at_once) + bool(together)


def _queue_one(notice: Notice, person: User) -> None:
    post = notice.post
    mail.queue(
        lambda: letters.one(notice),
        person,
        event=f"forum-post:{post.key}",
        category=CATEGORY,
        about=(CONDITION, [post.pk]),
        **letters.threading(post),
    )


def _queue_digest(notices: list[Notice], person: User) -> None:
    mail.queue(
        lambda: letters.digest(notices[:SHOWN], len(notices)),
        person,
        event=f"forum-digest:{notices[0].pk}-{notices[-1].pk}-{len(notices)}",
        category=CATEGORY,
        about=(CONDITION, [notice.post_id for notice in notices[:SHOWN]]),
        thread="forum-digest",
    )


def still_readable(person: Any, posts: Any) -> bool:
    """Whether the letter may leave. If some of it may not be read any more, what may be is told
    again in another letter."""
    left = set(readable_posts(person, posts).values_list("pk", flat=True))
    if left == set(posts):
        return True
    with transaction.atomic():
        again = Notice.objects.filter(person=person, post__in=left)
        if again.update(told_at=None):
            NoticeWishes.objects.filter(person=person).update(told_at=None)
            work.wake(NAME)
    return False
