"""The letters about posts, in the language of their person; the posts in their own."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cpmg.mail import Letter
from cpmg.mail.outgoing import domain
from cpmg.users.adapters import absolute
from pages.templatetags.cpmg import language_name

from ..forum.models import Forum, Post
from .models import Notice

Kind = Notice.Kind
#: Characters of a post in a letter at once, and in a digest.
LONG, SHORT = 4000, 300


def address_of(post: Post) -> str:
    return absolute(reverse("forum_post", args=[post.key]))


def number_of(post: Post) -> str:
    """The number of the letters about a post: the same whoever gets one, so that answers find
    what they answer."""
    return f"<forum-post-{post.key}@{domain()}>"


def threading(post: Post) -> dict[str, Any]:
    """What mail programs group the letters of a topic by (RFC 5322, RFC 2919)."""
    first = post.topic.posts.filter(number=1).first()
    above = [one for one in (first, post.answers) if one is not None and one.pk != post.pk]
    numbers = list(dict.fromkeys(number_of(one) for one in above))
    headers = {
        "List-Id": list_id(post.topic.forum),
        "List-Archive": f"<{absolute(reverse('forum', args=[post.topic.forum.code]))}>",
        "Archived-At": f"<{address_of(post)}>",
    }
    if numbers:
        headers |= {"In-Reply-To": numbers[-1], "References": " ".join(numbers)}
    return {"message_id": number_of(post), "headers": headers}


def list_id(forum: Forum) -> str:
    label = re.sub(r"[^a-z0-9-]", "-", forum.code.lower())
    return f"<{label}.forum.{domain()}>"


def _author(post: Post) -> str:
    return str(post.author) if post.author else _("deleted account")


def _language_note(post: Post) -> str:
    if post.language == (get_language() or "")[:2]:
        return ""
    return _("Written in %(language)s.") % {"language": language_name(post.language)}


def _headline(notice: Notice) -> str:
    about = {"name": _author(notice.post), "topic": notice.post.topic.title}
    return {
        Kind.MENTION: _("%(name)s mentions you in “%(topic)s”."),
        Kind.REPLY: _("%(name)s answers you in “%(topic)s”."),
        Kind.TOPIC: _("%(name)s has started the topic “%(topic)s”."),
        Kind.POST: _("%(name)s has written in “%(topic)s”."),
    }[Kind(notice.kind)] % about


def one(notice: Notice) -> Letter:
    """A post, in a letter of its own. Its subject is that of its topic, so that letters meet."""
    post = notice.post
    forum = post.topic.forum
    subject = f"[{forum}] {post.topic.title}"
    lines = [_headline(notice), _language_note(post), *_paragraphs(post, LONG)]
    return Letter(
        subject if post.number == 1 else f"Re: {subject}",
        [line for line in lines if line],
        (_("Read and answer"), address_of(post)),
        [_how_to_change()],
    )


def _how_to_change() -> str:
    address = absolute(reverse("notices"))
    return _("How often we write about the forum, and which topics: %(address)s") % {
        "address": address
    }


def digest(notices: list[Notice], count: int) -> Letter:
    """Several posts in one letter; ``count`` is of all, of which ``notices`` are the first."""
    more = count - len(notices)
    lines = []
    for notice in notices:
        excerpt = Truncator(" ".join(notice.post.text.split())).chars(SHORT)
        lines.append(f"{_headline(notice)} {_language_note(notice.post)}".strip())
        lines.append(f"“{excerpt}”")
    if more > 0:
        lines.append(
            ngettext("%(count)s more post", "%(count)s more posts", more) % {"count": more}
        )
    return Letter(
        ngettext("%(count)s new post in the forum", "%(count)s new posts in the forum", count)
        % {"count": count},
        lines,
        (_("All notices"), absolute(reverse("notices"))),
        [_how_to_change()],
        links=[(notice.post.topic.title, address_of(notice.post)) for notice in notices],
    )


def _paragraphs(post: Post, most: int) -> list[str]:
    text = Truncator(post.text).chars(most)
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
