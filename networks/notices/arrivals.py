"""Who hears of a post: written down in the transaction in which it is posted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
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


def _edited(post: Post, **kwargs: Any) -> None:
    """Tells those whom the post mentions only now, once, as if it were posted now. That they have
    read the topic since does not count: the mention was not there."""
    reached = _personal(post, post.topic)
    mentioned = {pk for pk, kind in reached.items() if kind == Kind.MENTION} - {post.author_id}
    of_post = Notice.objects.filter(post=post, person__in=mentioned)
    known = dict(of_post.values_list("person_id", "kind"))
    now = timezone.now()
    fresh: dict[str, Any] = {"kind": Kind.MENTION, "number": None, "created_at": now}
    weaker = of_post.filter(kind__in=[Kind.TOPIC, Kind.POST])
    changed = weaker.update(**fresh, read_at=None, told_at=None)
    new = [Notice(person_id=pk, post=post, **fresh) for pk in mentioned if pk not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    if new or changed:
        work.wake(NAME)


def _kinds(post: Post, topic: Topic) -> dict[Any, str]:
    """The people and why; nobody who has muted the topic, nor who may not enter."""
    kind = Kind.TOPIC if post.number == 1 else Kind.POST
    found: dict[Any, str] = dict.fromkeys(
        followers_of(topic).order_by().values_list("pk", flat=True), kind
    )
    return found | _personal(post, topic)


def _personal(post: Post, topic: Topic) -> dict[Any, str]:
    """Those whom the post answers or mentions."""
    personal: dict[Any, str] = {}
    if post.answers and post.answers.author_id:
        personal[post.answers.author_id] = Kind.REPLY
    mentioned = Mention.objects.filter(post=post).values_list("person_id", flat=True)
    personal |= dict.fromkeys(mentioned, Kind.MENTION)
    if not personal:
        return {}
    muted = Following.objects.filter(topic=topic, wish=Following.Wish.MUTE)
    reached = (
        readers_of(topic.forum)
        .filter(pk__in=personal)
        .exclude(pk__in=muted.order_by().values("person"))
    )
    return {pk: personal[pk] for pk in reached.order_by().values_list("pk", flat=True)}


def _seen(person: Any, posts: QuerySet, **kwargs: Any) -> None:
    """What is looked at in its topic is read."""
    unread = Notice.objects.filter(person=person, read_at=None, post__in=posts)
    unread.update(read_at=timezone.now())


def _removed(post: Post, **kwargs: Any) -> None:
    Notice.objects.filter(post=post).delete()


def connect() -> None:
    signals.posted.connect(_posted, dispatch_uid="networks.notices")
    signals.edited.connect(_edited, dispatch_uid="networks.notices")
    signals.seen.connect(_seen, dispatch_uid="networks.notices")
    signals.removed.connect(_removed, dispatch_uid="networks.notices")
