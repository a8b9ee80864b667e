"""The queue of messages: into it with the change, and out until a server says that it has them.

A message is delivered at least once: where nobody knows whether it arrived it is sent again, under
the same number.
"""

from __future__ import annotations

import json
import logging
import random
import time
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cpmg import work
from cpmg.work import Drained

from . import sending
from .models import Delivery, Endpoint

logger = logging.getLogger(__name__)

#: The name of the queue for the worker.
NAME = "webhooks"
LEASE = timedelta(minutes=2)
#: Until the second attempt, the third and so on; after the last one a message is given up, some
#: four days after the change.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24, 24)),
]
#: How long the log is kept, and how often one looks.
KEPT, HOUSEKEEPING = timedelta(days=30), timedelta(hours=1)
FREE: dict[str, Any] = {"lease": None, "leased_until": None}

State = Delivery.State


def announce(event: str, about: dict[str, Any], data: dict[str, Any]) -> None:
    """Queues ``event`` for the endpoints that want it. ``about`` says type, locale and networks
    of the page, for their filters; ``data`` is what they are told."""
    wanted = [one for one in Endpoint.objects.filter(is_active=True) if one.wants(event, about)]
    if not wanted:
        return
    now = timezone.now()
    payload = json.dumps(
        {"type": event, "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, event=event, payload=payload, created_at=now, available_at=now)
        for endpoint in wanted
    )
    work.wake(NAME)


def test(endpoint: Endpoint) -> Delivery:
    """A message that says nothing, to see whether it arrives."""
    now = timezone.now()
    payload = {"type": "test", "timestamp": now.isoformat(), "data": {"webhook": endpoint.name}}
    delivery = Delivery.objects.create(
        endpoint=endpoint, event="test", payload=json.dumps(payload, separators=(",", ":"))
    )
    work.wake(NAME)
    return delivery


def replay(delivery: Delivery) -> bool:
    """Sends it again, under the same number; False when it is under way anyhow."""
    still = Delivery.objects.filter(pk=delivery.pk, state__in=[State.DELIVERED, State.FAILED])
    found = still.update(state=State.WAITING, attempts=0, available_at=timezone.now(), **FREE)
    work.wake(NAME)
    return bool(found)


# Out --------------------------------------------------------------------------------------


def drain() -> Drained:
    """Sends what is due. Raises nothing: whatever happens to one, the others go on."""
    tidy()
    drained = Drained()
    while delivery := take():
        try:
            answer = sending.send(delivery, int(time.time()))
        except Exception:
            logger.exception("Webhook message %s could not be sent", delivery.pk)
            answer = sending.Answer(error="internal error")
        settle(delivery, answer)
        if answer.is_taken:
            drained.done += 1
        else:
            drained.failed += 1
            drained.errors.add(answer.error)
    return drained


def is_waiting() -> bool:
    return Delivery.objects.filter(state__in=[State.WAITING, State.SENDING]).exists()


def take() -> Delivery | None:
    """The next message that is due, under a lease."""
    now, lease = timezone.now(), uuid.uuid4()
    due = Delivery.objects.filter(
        state=State.WAITING, available_at__lte=now, endpoint__is_active=True
    )
    with transaction.atomic(durable=True):  # fails inside a transaction: sending comes next
        for pk in due.order_by("available_at", "pk").values_list("pk", flat=True)[:20]:
            # One statement: of several workers, one finds it waiting.
            taken = Delivery.objects.filter(pk=pk, state=State.WAITING).update(
                state=State.SENDING,
                attempts=F("attempts") + 1,
                lease=lease,
                leased_until=now + LEASE,
            )
            if taken:
                break
        else:
            return None
    return Delivery.objects.select_related("endpoint").filter(pk=pk, lease=lease).first()


def settle(delivery: Delivery, answer: sending.Answer) -> None:
    """Notes what became of it; a message that another worker has taken up since is not ours."""
    now = timezone.now()
    fields: dict[str, Any] = {
        "status": answer.status,
        "error": answer.error[:200],
        "answer": answer.text,
    }
    if answer.is_taken:
        fields |= {"state": State.DELIVERED, "delivered_at": now}
    elif answer.is_final or delivery.attempts > len(WAITS):
        fields |= {"state": State.FAILED}
    else:
        wait = WAITS[delivery.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311
        fields |= {"state": State.WAITING, "available_at": now + wait}
    Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(**fields, **FREE)
    if answer.is_final:
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(is_active=False)


_tidied_at = 0.0


def tidy() -> None:
    """Takes up what a killed process was sending, and forgets what is long past."""
    global _tidied_at
    now = timezone.now()
    lost = Delivery.objects.filter(state=State.SENDING, leased_until__lt=now)
    lost.update(state=State.WAITING, available_at=now, **FREE)
    if time.monotonic() - _tidied_at > HOUSEKEEPING.total_seconds() or not _tidied_at:
        _tidied_at = time.monotonic()
        past = Delivery.objects.filter(state__in=[State.DELIVERED, State.FAILED])
        past.filter(created_at__lt=now - KEPT).delete()
