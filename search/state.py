"""The state of the search for monitoring. Names no host."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max, Min
from django.utils import timezone
from elasticsearch import ApiError, TransportError

from networks.forum.models import Post
from repository.models import PublicationPage

from . import index, queue
from .engines import engine
from .index import INDEXES, POSTS, PUBLICATIONS, Index
from .models import Job

#: Seconds that a change may wait before the queue counts as degraded.
LAG = 60


def state() -> dict[str, dict[str, Any]]:
    """``search``, ``queue`` and, where it has an index, ``forum``, as the engine in use sees
    them."""
    return engine().state()


def of_index(timeout: float = 2, of: Index = PUBLICATIONS) -> dict[str, Any]:
    """``status`` is ok, degraded (it answers, not as it should) or down."""
    es = index.client(timeout)
    try:
        found = es.options(ignore_status=404).indices.get(index=of.alias)
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
    elif version != of.version:
        state |= {"status": "degraded", "reason": "rebuild needed"}
    return state


def of_queue() -> dict[str, Any]:
    """How much waits for all indexes, the oldest for how many seconds, and what failed."""
    found = [
        queue.waiting(of).aggregate(n=Count("pk"), since=Min("changed_at"), tried=Max("attempts"))
        for of in INDEXES
    ]
    oldest = min((one["since"] for one in found if one["since"]), default=None)
    lag = round((timezone.now() - oldest).total_seconds(), 1) if oldest else 0.0
    return {
        "status": "degraded" if lag > LAG else "ok",
        "waiting": sum(one["n"] for one in found),
        "lag_seconds": lag,
        "attempts": max(one["tried"] or 0 for one in found),
    }


# For people ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Late:
    """A publication or a post that could not be written into its index so far."""

    title: str
    page: int | None
    error: str
    attempts: int
    since: datetime


def built_at() -> datetime | None:
    """When the index in use was made: the last rebuild."""
    es = index.client(2)
    path = "*.settings.index.creation_date"
    try:
        found = es.options(ignore_status=404).indices.get(index=index.alias(), filter_path=path)
    except (ApiError, TransportError):
        return None
    for about in found.body.values():
        if isinstance(about, dict) and "settings" in about:
            milliseconds = int(about["settings"]["index"]["creation_date"])
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return None


def late(most: int = 20) -> list[Late]:
    """What was tried in vain, the longest first."""
    jobs = _in_vain(PUBLICATIONS, most)
    pages = PublicationPage.objects.filter(translation_key__in=[job.key for job in jobs])
    by_key = {page.translation_key: page for page in pages.order_by("-pk")}
    found = [
        Late(
            title=by_key[job.key].title if job.key in by_key else str(job.key),
            page=by_key[job.key].pk if job.key in by_key else None,
            error=job.error,
            attempts=job.attempts,
            since=job.changed_at,
        )
        for job in jobs
    ]
    posts = {job.key: job for job in _in_vain(POSTS, most)}
    said = Post.objects.filter(key__in=posts).select_related("topic")
    titles = {post.key: str(post) for post in said}
    found += [
        Late(titles.get(key, str(key)), None, job.error, job.attempts, job.changed_at)
        for key, job in posts.items()
    ]
    return sorted(found, key=lambda late: late.since)[:most]


def _in_vain(of: Index, most: int) -> list[Job]:
    return list(queue.waiting(of).filter(attempts__gt=0).order_by("changed_at")[:most])
