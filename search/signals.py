"""What changes a publication in the index, beyond what ``repository.changes`` tells, and what
changes a post of the forum: noted in the transaction of the change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.search.backends import get_search_backend
from wagtail.search.index import insert_or_update_object

from networks.forum.models import Post, Topic
from repository import changes
from repository.files.queue import looked_at
from repository.models import PublicationPage

from . import queue, synonyms
from .index import POSTS
from .models import SynonymSet

#: What of a topic is in the documents of its posts, or decides whether they are there.
OF_TOPIC = {"title", "language", "forum", "state"}


def synonyms_changed(sender: Any, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        synonyms.changed()


def file_read(sender: Any, document: int, **kwargs: Any) -> None:
    """The text of a file is known, or another: the index of the database holds it too."""
    for page in PublicationPage.objects.filter(files__document=document, live=True).distinct():
        insert_or_update_object(page)


def post_changed(sender: Any, instance: Post, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        queue.changed_key(instance.key, POSTS)


def topic_changed(
    sender: Any,
    instance: Topic,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """All its posts. The index of the database holds the title with each of them."""
    changed = OF_TOPIC if update_fields is None else OF_TOPIC & {*update_fields}
    if created or kwargs.get("raw") or not changed:
        return
    posts = Post.objects.filter(topic=instance)
    queue.changed(posts, POSTS)
    if "title" in changed:
        get_search_backend().add_bulk(Post, list(posts.select_related("topic")))


def connect() -> None:
    changes.listen(queue.changed, queue.changed_key)
    post_save.connect(topic_changed, sender=Topic, dispatch_uid="search topic_changed")
    for signal in (post_save, post_delete):
        signal.connect(post_changed, sender=Post, dispatch_uid=f"search posts {id(signal)}")
    for signal in (post_save, post_delete):
        signal.connect(
            synonyms_changed, sender=SynonymSet, dispatch_uid=f"search synonyms {id(signal)}"
        )
    looked_at.connect(file_read, dispatch_uid="search file_read")
