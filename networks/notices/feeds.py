"""Forums and topics as Atom feeds, for programs that can't sign in.

The address holds a key that stands for its person: who loses access or revokes it gets the same
answer as for an address that never was (404).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from cpmg.users.adapters import absolute
from cpmg.users.models import User

from ..forum.models import Forum, Post, Topic
from .models import FeedKey

#: The newest so many.
LENGTH = 50
#: Keys that one person may have.
MOST = 50
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class TooManyKeys(Exception):
    """The person has as many feeds as one may have."""


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def make(person: User, forum: Forum, topic: Topic | None = None) -> str:
    """A new feed; the key, which nothing keeps."""
    if FeedKey.objects.filter(person=person).count() >= MOST:
        raise TooManyKeys
    key = secrets.token_urlsafe(32)
    FeedKey.objects.create(person=person, forum=forum, topic=topic, digest=digest_of(key))
    return key


def find(key: str) -> FeedKey | None:
    if not _KEY.fullmatch(key):
        return None
    found = FeedKey.objects.filter(digest=digest_of(key), person__is_active=True)
    return found.select_related("person", "forum__network", "topic").first()


def own(person: User) -> list[Any]:
    """The keys of ``person``, the latest first, each with a ``title``: none when they may not read
    the forum or the topic any more."""
    keys = FeedKey.objects.filter(person=person).select_related("forum__network", "topic")
    forums = set(Forum.objects.readable_by(person).values_list("pk", flat=True))
    topics = Topic.objects.readable_by(person).filter(pk__in=keys.order_by().values("topic"))
    readable = set(topics.values_list("pk", flat=True))
    found: list[Any] = list(keys)
    for key in found:
        may_read = key.topic_id in readable if key.topic_id else key.forum_id in forums
        key.title = str(key) if may_read else ""
    return found


class PostsFeed(Atom1Feed):
    """With the language of each entry's words."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**super().item_attributes(item), "xml:lang": item["language"]}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.startElement("content", AttributesImpl({"type": "html"}))
        handler.characters(item["html"])
        handler.endElement("content")


@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The newest posts; a constant number of queries."""
    found = find(key)
    if found is None:
        raise Http404
    person = found.person
    forums = Forum.objects.readable_by(person).filter(pk=found.forum_id)
    # A topic that was moved is read where it is now.
    if found.topic_id is not None:
        may_read = Topic.objects.readable_by(person).filter(pk=found.topic_id).exists()
    else:
        may_read = forums.exists()
    if not may_read:
        raise Http404
    today = timezone.localdate()
    FeedKey.objects.filter(~Q(used_on=today) | Q(used_on=None), pk=found.pk).update(used_on=today)
    with translation.override(person.language):
        response = _written(found, person)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _written(found: FeedKey, person: User) -> HttpResponse:
    posts = Post.objects.readable_by(person).filter(state=Post.State.VISIBLE)
    if found.topic is not None:
        posts = posts.filter(topic=found.topic)
        where = reverse("forum_topic", args=[found.topic.key])
        guid = f"urn:uuid:{found.topic.key}"
    else:
        posts = posts.filter(topic__forum=found.forum_id)
        where = reverse("forum", args=[found.forum.code])
        guid = absolute(where)
    newest = list(posts.select_related("author", "topic").order_by("-posted_at", "-pk")[:LENGTH])
    atom = PostsFeed(
        title=f"{found} – {_('Caribbean Platform for Migration Governance')}",
        link=absolute(where),
        description=None,
        language=person.language,
        feed_guid=guid,
    )
    changed = [at for post in newest if (at := post.edited_at or post.posted_at)]
    updated = max(changed, default=found.created_at)
    atom.latest_post_date = lambda: updated  # type: ignore[method-assign]
    for post in newest:
        atom.add_item(
            title=post.topic.title if post.number == 1 else f"Re: {post.topic.title}",
            link=absolute(reverse("forum_post", args=[post.key])),
            description=None,  # type: ignore[arg-type]
            unique_id=f"urn:uuid:{post.key}",
            pubdate=post.posted_at,
            updateddate=post.edited_at or post.posted_at,
            author_name=str(post.author) if post.author else _("deleted account"),
            language=post.language,
            html=post.html,
        )
    response = HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    response.headers["Content-Language"] = person.language
    return response
