"""What goes live or offline at a time that was set in advance: worked off like a queue
(``cpmg.work``), so that nobody has to run a command by the clock.

Wagtail publishes and takes offline; here is only when it is asked to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.models import Page, Revision

from cpmg import work
from cpmg.work import Drained

#: The name of the queue for the worker.
NAME = "schedule"


def _to_publish() -> QuerySet[Revision]:
    return Revision.objects.filter(approved_go_live_at__isnull=False)


def _to_take_offline() -> QuerySet[Page]:
    return Page.objects.filter(live=True, expire_at__isnull=False)


def waiting() -> bool:
    """Whether anything is scheduled, however far ahead."""
    return _to_publish().exists() or _to_take_offline().exists()


def drain() -> Drained:
    """Publishes and takes offline what is due."""
    now = timezone.now()
    due = _due(now)
    if not due:
        return Drained()
    call_command("publish_scheduled", verbosity=0)
    return Drained(done=due - _due(now))


def _due(now: datetime) -> int:
    return (
        _to_publish().filter(approved_go_live_at__lt=now).count()
        + _to_take_offline().filter(expire_at__lt=now).count()
    )


def _saved(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    is_set = (isinstance(instance, Revision) and instance.approved_go_live_at) or (
        isinstance(instance, Page) and instance.live and instance.expire_at
    )
    if is_set and not raw:
        work.wake(NAME)


def connect() -> None:
    work.register(NAME, drain, waiting)
    post_save.connect(_saved, dispatch_uid="pages.scheduled")
