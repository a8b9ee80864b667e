"""The files that are to be looked at: rows that commit with their documents.

Who looks at a file holds a lease on its row, so that what a killed process had taken comes back
by itself. A file is put off when the scanner or the storage is away, for longer each time. One
that is not held back and was tried too often, for it may be what kills the process, is given up.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import Signal
from django.utils import timezone
from wagtail.documents import get_document_model

from cpmg import work
from pages.caching import content_changed

from ..datasets import upkeep
from ..models.files import FileDetails, thumbnail_gone
from . import checking, receiving, scanning

logger = logging.getLogger(__name__)

State = FileDetails.State

NAME = "files"
#: Seconds after which what was taken comes back: more than a look may take.
LEASE = 300
#: Seconds until the next attempt, at most.
LONGEST_WAIT = 300
#: How often the text of a file is tried.
ATTEMPTS = 6


#: Sent in the transaction that notes what was found about a file; ``document`` is its number.
looked_at = Signal()


def waiting() -> QuerySet[FileDetails]:
    return FileDetails.objects.exclude(due_at=None)


def drain() -> work.Drained:
    """Looks at all files that are due."""
    drained = work.Drained()
    receiving.tidy()
    receiving.sweep()
    upkeep.tidy()
    while (taken := take()) is not None:
        pk, lease, attempts = taken
        try:
            found: dict[str, Any] = {**checking.look(pk), "error": ""}
            due = None
        except scanning.Unavailable as error:
            found = {"state": State.HELD, "error": str(error)[:200], "attempts": min(attempts, 20)}
            due = timezone.now() + timedelta(seconds=min(2 ** min(attempts, 10), LONGEST_WAIT))
        except Exception as error:  # the next file has a right to be looked at
            logger.exception("Looking at the file of document %s failed", pk)
            found = {"error": type(error).__name__}
            due = timezone.now() + timedelta(seconds=min(5 * 2**attempts, LONGEST_WAIT))
        with transaction.atomic():
            held = FileDetails.objects.filter(pk=pk, lease=lease)
            if held.update(**found, due_at=due, lease=None, leased_until=None):
                looked_at.send(FileDetails, document=pk)
            content_changed()
        if due is None:
            drained.done += 1
        else:
            drained.failed += 1
            drained.errors.add(found["error"])
    return drained


def take() -> tuple[int, uuid.UUID, int] | None:
    """The number of a document, a lease on it, and how often it was taken; None when none is
    due."""
    now, lease = timezone.now(), uuid.uuid4()
    free = waiting().filter(Q(leased_until=None) | Q(leased_until__lt=now), due_at__lte=now)
    open_states = [State.CLEAN] if scanning.is_configured() else [State.CLEAN, State.WAITING]
    free.filter(attempts__gte=ATTEMPTS, state__in=open_states).update(
        state=State.UNREADABLE, problem=FileDetails.Problem.BROKEN, due_at=None
    )
    while True:
        row = free.order_by("due_at", "pk").values_list("pk", "attempts").first()
        if row is None:
            return None
        taken = free.filter(pk=row[0]).update(
            lease=lease,
            leased_until=now + timedelta(seconds=LEASE),
            attempts=F("attempts") + 1,
        )
        if taken:
            return row[0], lease, row[1] + 1


# Entering -----------------------------------------------------------------------------


def _saving(instance: Any, **kwargs: Any) -> None:
    """Notes whether a file is about to be stored: the field knows only before."""
    instance._stores_file = bool(instance.file) and not instance.file._committed


def _saved(instance: Any, created: bool, **kwargs: Any) -> None:
    if created or getattr(instance, "_stores_file", False):
        checking.enter(instance)
        work.wake(NAME)


def connect() -> None:
    document = get_document_model()
    pre_save.connect(_saving, sender=document, dispatch_uid="repository.files.saving")
    post_save.connect(_saved, sender=document, dispatch_uid="repository.files.saved")
    post_delete.connect(
        thumbnail_gone, sender=FileDetails, dispatch_uid="repository.files.thumbnail"
    )
    work.register(NAME, drain, lambda: waiting().exists())
