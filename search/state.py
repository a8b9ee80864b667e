"""The state of the search for monitoring. Names no host."""

from typing import Any

from django.db.models import Max, Min
from django.utils import timezone
from elasticsearch import ApiError, TransportError

from . import index, queue
from .engines import engine

#: Seconds that a change may wait before the queue counts as degraded.
LAG = 60


def state() -> dict[str, dict[str, Any]]:
    """``search`` and ``queue``, as the engine in use sees them."""
    return engine().state()


def of_index(timeout: float = 2) -> dict[str, Any]:
    """``status`` is ok, degraded (it answers, not as it should) or down."""
    es = index.client(timeout)
    try:
        found = es.options(ignore_status=404).indices.get(index=index.alias())
        if found.meta.status == 404:
            return {"status": "degraded", "reason": "no index"}
        ((name, about),) = found.body.items()
        health = es.cluster.health(index=name)["status"]
        count = es.count(index=name)["count"]
    except (ApiError, TransportError) as error:
        return {"status": "down", "reason": queue.reason(error)}
    version = about["mappings"].get("_meta", {}).get("version")
    blocked = any(
        str(value).lower() == "true"
        for value in about["settings"]["index"].get("blocks", {}).values()
    )
    state: dict[str, Any] = {"status": "ok", "documents": count, "mapping": version}
    if health == "red":
        state |= {"status": "degraded", "reason": "red"}
    elif blocked:
        state |= {"status": "degraded", "reason": "read-only"}
    elif version != index.VERSION:
        state |= {"status": "degraded", "reason": "rebuild needed"}
    return state


def of_queue() -> dict[str, Any]:
    """How much waits, the oldest for how many seconds, and what failed."""
    waiting = queue.waiting()
    oldest = waiting.aggregate(Min("changed_at"))["changed_at__min"]
    attempts = waiting.aggregate(Max("attempts"))["attempts__max"] or 0
    lag = round((timezone.now() - oldest).total_seconds(), 1) if oldest else 0.0
    return {
        "status": "degraded" if lag > LAG else "ok",
        "waiting": waiting.count(),
        "lag_seconds": lag,
        "attempts": attempts,
    }
