"""Who hears of a post: written down in the transaction in which it is posted."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cpmg import work

from ..forum import signals
from ..forum.access import readers_of
from ..forum.discussing import followers_of
from ..forum.models import Following, Mention, Post, Topic
from .models import Notice

Kind = Notice.Kind
NAME = "notices"


def _posted(post: Post, **kwargs: Any) -> None:
    topic = post.topic
    kinds = _kinds(post, topic)
    kinds.pop(post.author_id, None)
    now, number = timezone.now(), post.number or 0
    Notice.objects.bulk_create(
        [
            Notice(person_id=pk, post=post, number=number, kind=kind, created_at=now)
            for pk, kind in kinds.items()
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )
    if kinds:
        work.wake(NAME)


def _kinds(post: Post, topic: Topic) -> dict[Any, str]:
    """The people and why; nobody who has muted the topic, nor who may not enter."""
    kind = Kind.TOPIC if post.number == 1 else Kind.POST
    found: dict[Any, str] = dict.fromkeys(
        followers_of(topic).order_by().values_list("pk", flat=True), kind
    )
    personal = {}
    if post.answers and post.answers.author_id:
        personal[post.answers.author_id] = Kind.REPLY
    mentioned = Mention.objects.filter(post=post).values_list("person_id", flat=True)
    personal |= dict.fromkeys(mentioned, Kind.MENTION)
    if personal:
        muted = Following.objects.filter(topic=topic, wish=Following.Wish.MUTE)
        reached = (
            readers_of(topic.forum)
            .filter(pk__in=personal)
            .exclude(pk__in=muted.order_by().values("person"))
        )
        for pk in reached.order_by().values_list("pk", flat=True):
            found[pk] = personal[pk]
    return found


def _removed(post: Post, **kwargs: Any) -> None:
    Notice.objects.filter(post=post).delete()


def connect() -> None:
    signals.posted.connect(_posted, dispatch_uid="networks.notices")
    signals.removed.connect(_removed, dispatch_uid="networks.notices")
