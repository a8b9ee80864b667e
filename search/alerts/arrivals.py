"""Notes, in the transaction of a change, which publications have become readable for whom."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from cpmg import work
from pages import access
from repository.files.queue import looked_at
from repository.models import PublicationPage

from .models import Arrival

#: The name of the queue for the worker.
NAME = "alerts"
BATCH = 500
#: So long after an arrival its files may still be read for the first time.
READ_WITHIN = timedelta(days=1)


def note(pages: Iterable[tuple[uuid.UUID, str]]) -> None:
    """``pages`` are keys and tree paths of live publications. What everybody could read before
    does not arrive again where fewer can."""
    pages, sections = list(pages), access.restricted_sections()
    for start in range(0, len(pages), BATCH):
        batch = pages[start : start + BATCH]
        public = set(
            Arrival.objects.filter(
                key__in=[key for key, _path in batch], readers=access.PUBLIC
            ).values_list("key", flat=True)
        )
        Arrival.objects.bulk_create(
            [
                Arrival(key=key, readers=access.key_of_path(path, sections))
                for key, path in batch
                if key not in public
            ],
            ignore_conflicts=True,
        )
    work.wake(NAME)


def published(sender: Any, instance: PublicationPage, **kwargs: Any) -> None:
    if instance.live and not kwargs.get("raw"):
        note([(instance.translation_key, instance.path)])


def moved(sender: Any, instance: Page, **kwargs: Any) -> None:
    note(_below(instance.path))


def restriction_changed(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        note(_below(instance.page.path))


def file_read(sender: Any, document: int, **kwargs: Any) -> None:
    """The text of a file is known, or another. What arrived a moment ago is compared again, now
    with its text; what is old is no news because of that."""
    keys = PublicationPage._base_manager.filter(files__document=document, live=True)
    lately = Arrival.objects.filter(at__gte=timezone.now() - READ_WITHIN)
    if lately.filter(key__in=keys.order_by().values("translation_key")).update(matched=False):
        work.wake(NAME)


def _below(path: str) -> Iterable[tuple[uuid.UUID, str]]:
    live = PublicationPage._base_manager.filter(path__startswith=path, live=True).order_by()
    return live.values_list("translation_key", "path")


def connect() -> None:
    post_save.connect(published, sender=PublicationPage, dispatch_uid="alerts published")
    for signal in (post_save, post_delete):
        signal.connect(
            restriction_changed, sender=PageViewRestriction, dispatch_uid="alerts restriction"
        )
    post_page_move.connect(moved, dispatch_uid="alerts moved")
    looked_at.connect(file_read, dispatch_uid="alerts file_read")
