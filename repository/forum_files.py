"""What the repository lends to the forum: its rules for files, and its publications as what a topic
can be about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from wagtail.documents import get_document_model

from networks.forum import attachments, links
from networks.forum.attachments import MOST, Attached
from networks.forum.discussing import Refused
from networks.forum.models import Post, Topic

from .files import blocked
from .files.receiving import is_held, make_document
from .models import ForumAttachment, PublicationPage


class Keeper:
    """See ``networks.forum.attachments``."""

    def receive(self, user: Any, file: Any, name: str) -> Any:
        return make_document(user, file, name)

    def find(self, user: Any, numbers: Sequence[int]) -> list[Any]:
        mine = get_document_model().objects.filter(uploaded_by_user=user, pk__in=numbers)
        return [document for document in mine.order_by("pk") if not is_held(document)]

    def attach(self, post: Post, user: Any, documents: Sequence[Any]) -> None:
        held = ForumAttachment.objects.filter(post=post).count()
        if held + len(documents) > MOST:
            raise Refused(_("A post has at most %(most)s files.") % {"most": MOST}, "files")
        for document in documents:
            if document.uploaded_by_user_id != user.pk:
                raise Refused(_("This is somebody else's file."), "files")
        ForumAttachment.objects.bulk_create(
            [ForumAttachment(post=post, document=document) for document in documents],
            ignore_conflicts=True,
        )

    def of(self, posts: Iterable[UUID]) -> dict[UUID, list[Attached]]:
        rows = ForumAttachment.objects.filter(post__key__in=list(posts))
        rows = rows.select_related("document__details", "post").defer(
            "document__details__text", "post__text", "post__html"
        )
        found: dict[UUID, list[Attached]] = {}
        for row in rows.order_by("pk"):
            document = row.document
            found.setdefault(row.post.key, []).append(
                Attached(
                    pk=document.pk,
                    name=document.title,
                    url=document.url,
                    kind=document.file_extension,
                    size=document.file_size or 0,
                    blocked=blocked(document) or "",
                )
            )
        return found


def belongs_to_post(user: Any, document: Any) -> bool:
    """Whether a post that ``user`` may read holds this document."""
    return Post.objects.readable_by(user).filter(attachments__document=document).exists()


def connect() -> None:
    attachments.keep_with(Keeper())
    kind = Topic.About.PUBLICATION
    links.register(kind, links.of_pages(kind, PublicationPage.objects.all))
