"""What is known of each uploaded file, and uploads on their way."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model_string


class FileDetails(models.Model):
    """What a look at a document's file found. The row is made in the transaction that makes the
    document, and is its place in the queue of ``repository.files.queue`` as well."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be checked")
        CLEAN = "clean", _("checked")
        HELD = "held", _("held back: the virus scanner can't be reached")
        INFECTED = "infected", _("infected")
        UNREADABLE = "unreadable", _("unreadable")

    class Problem(models.TextChoices):
        ENCRYPTED = "encrypted", _("It is locked with a password.")
        BROKEN = "broken", _("It is damaged or incomplete.")
        TOO_LARGE = "too-large", _("It unfolds into more than can be read.")
        TOO_SLOW = "too-slow", _("Reading it takes too long.")
        OTHER_KIND = "other-kind", _("Its content is not what its name says.")
        MISSING = "missing", _("It is missing.")

    document = models.OneToOneField(
        get_document_model_string(),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="details",
        verbose_name=_("file"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    problem = models.CharField(_("problem"), max_length=12, choices=Problem, blank=True)
    kind = models.CharField(_("kind"), max_length=8, blank=True)
    size = models.BigIntegerField(_("size"), null=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    page_count = models.PositiveIntegerField(_("pages"), null=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    #: A string for each page.
    text = models.JSONField(default=list)
    #: What the file says of itself, by the names of ``repository.files.properties``.
    properties = models.JSONField(default=dict)
    thumbnail = models.FileField(upload_to="thumbnails", blank=True)
    #: What the scanner calls the virus.
    virus = models.CharField(_("virus"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(null=True)

    # Its place in the queue; without a time there is nothing to do.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("details of a file")
        verbose_name_plural = _("details of files")
        indexes = [
            models.Index(
                fields=["due_at"], name="files_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(fields=["state"], name="files_state"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.state}"


def thumbnail_gone(instance: FileDetails, **kwargs: object) -> None:
    """After a row was deleted: its picture goes with it."""
    if name := instance.thumbnail.name:
        transaction.on_commit(lambda: default_storage.delete(name))


class Upload(models.Model):
    """A file on its way, in pieces, or just arrived.

    The row stays for some days after the file arrived: a document that nothing holds by then
    goes with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.CharField(max_length=255)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    #: Names in the storage, in order.
    pieces = models.JSONField(default=list)
    document = models.OneToOneField(
        get_document_model_string(), null=True, on_delete=models.CASCADE, related_name="upload"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return f"{self.name} ({self.offset} of {self.length} bytes)"
