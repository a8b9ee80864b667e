"""What changes a publication in the index, beyond what ``repository.changes`` tells: noted in the
transaction of the change."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.search.index import insert_or_update_object

from repository import changes
from repository.files.queue import looked_at
from repository.models import PublicationPage

from . import queue, synonyms
from .models import SynonymSet


def synonyms_changed(sender: Any, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        synonyms.changed()


def file_read(sender: Any, document: int, **kwargs: Any) -> None:
    """The text of a file is known, or another: the index of the database holds it too."""
    for page in PublicationPage.objects.filter(files__document=document, live=True).distinct():
        insert_or_update_object(page)


def connect() -> None:
    changes.listen(queue.changed, queue.changed_key)
    for signal in (post_save, post_delete):
        signal.connect(
            synonyms_changed, sender=SynonymSet, dispatch_uid=f"search synonyms {id(signal)}"
        )
    looked_at.connect(file_read, dispatch_uid="search file_read")
