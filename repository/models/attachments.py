"""Files of posts in the forum."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model_string

from networks.forum.models import Post


class ForumAttachment(models.Model):
    """A document that a post holds: whoever may read the post may have it."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        get_document_model_string(), on_delete=models.CASCADE, related_name="forum_attachments"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("file of a post")
        verbose_name_plural = _("files of posts")
        constraints = [
            models.UniqueConstraint(fields=["post", "document"], name="one_attachment_of_a_file")
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.document_id}"
