"""The way of a change into the index, durable from the transaction of the change on.

``changed`` notes, in that transaction, what is to be indexed anew. ``drain`` takes what waits and
writes it in bulk: after the commit, in a thread of its own, so that nobody who saves waits for
Elasticsearch, and again in ``manage.py worker`` (``cpmg.work``). Whoever drains holds a lease, so
that what a killed process had taken comes back by itself.
"""

from __future__ import annotations

import uuid
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from typing import Any, Self

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, TransportError

from cpmg import work
from cpmg.compiled import Compiled
from cpmg.work import Drained

from . import index
from .index import INDEXES, PUBLICATIONS, Index
from .models import Job

#: The name of the queue for the worker.
NAME = "search"

BATCH = 200
#: More in the queue than a search or a replay remembers.
MOST_WAITING = 20_000
#: Seconds after which what was taken comes back: more than the writing of a batch may take.
LEASE = 45
#: Seconds until the next attempt, at most.
LONGEST_WAIT = 20
#: Seconds that a bulk request may take.
WRITING = 30
#: Requests to Elasticsearch at a time, while the documents of the next are read.
ON_THE_WAY = 4


def in_use() -> bool:
    """Whether the engine in use has an index that must be kept up."""
    from .engines import ENGINES

    return ENGINES[settings.SEARCH_ENGINE].indexed


# Noting -------------------------------------------------------------------------------------


def changed(rows: QuerySet, of: Index = PUBLICATIONS) -> None:
    """Notes that the publications of these pages, or what else ``rows`` are, are to be indexed
    anew: one statement, however many they are, and one row for each, however often it changes."""
    if not in_use():
        return
    keys = rows.order_by().values(of.source.KEY).distinct()
    sql, parameters = keys.query.sql_with_params()
    _note(of, f"SELECT changed.{of.source.KEY} AS key FROM ({sql}) changed", list(parameters))  # noqa: S608


def changed_key(key: uuid.UUID, of: Index = PUBLICATIONS) -> None:
    """As ``changed``, for one publication, or whatever it is, that may be gone."""
    if in_use():
        value = key.hex if connection.vendor == "sqlite" else key
        cast = "" if connection.vendor == "sqlite" else "::uuid"
        _note(of, f"SELECT %s{cast} AS key", [value])


def _note(of: Index, keys: str, parameters: list[Any]) -> None:
    table = of.source.JOBS._meta.db_table
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, version, done, changed_at, available_at, attempts, error,"  # noqa: S608
            " leased_version)"
            " SELECT noted.key, 1, 0, %s, %s, 0, '', 0"
            f" FROM ({keys}) noted WHERE true ORDER BY 1"
            f" ON CONFLICT (key) DO UPDATE SET version = {table}.version + 1, attempts = 0,"
            " changed_at = CASE"
            f" WHEN {table}.version > {table}.done THEN {table}.changed_at"
            " ELSE excluded.changed_at END,"
            " available_at = excluded.available_at",
            [now, now, *parameters],
        )
    work.wake(NAME)


def waiting(of: Index = PUBLICATIONS) -> QuerySet[Job]:
    """What is not in the index as it should be."""
    return of.source.JOBS._default_manager.filter(version__gt=F("done"))


def waiting_keys(of: Index = PUBLICATIONS) -> list[uuid.UUID] | None:
    """The keys of what waits; ``None`` if that is more than ``MOST_WAITING``."""
    keys = [key for (key,) in _waiting_keys(of)()]
    return keys if len(keys) <= MOST_WAITING else None


@cache
def _waiting_keys(of: Index) -> Compiled:
    return Compiled(lambda: waiting(of).values_list("key")[: MOST_WAITING + 1])


# Writing ------------------------------------------------------------------------------------


def take(limit: int = BATCH, of: Index = PUBLICATIONS) -> tuple[uuid.UUID, dict[uuid.UUID, int]]:
    """A lease, and the versions by key of what it holds."""
    lease, now = uuid.uuid4(), timezone.now()
    is_free = Q(leased_until=None) | Q(leased_until__lt=now)
    free = waiting(of).filter(is_free, available_at__lte=now)
    with transaction.atomic(durable=True):  # fails inside a transaction: writing comes next
        keys = list(free.order_by("available_at", "key").values_list("key", flat=True)[:limit])
        if keys:
            free.filter(key__in=keys).update(
                lease=lease,
                leased_until=now + timedelta(seconds=LEASE),
                leased_version=F("version"),
            )
    if not keys:
        return lease, {}
    held = of.source.JOBS._default_manager.filter(lease=lease)
    return lease, dict(held.values_list("key", "leased_version"))


def drain(es: Elasticsearch | None = None, *, refresh: bool = False) -> Drained:
    """Writes all that waits and is due; stops at the first failure of Elasticsearch itself."""
    from . import synonyms

    es = es or index.client(WRITING)
    drained = synonyms.push(es)
    if drained.failed:
        return drained
    for of in INDEXES:
        if not _drain(of, es, drained, refresh=refresh):
            break
    return drained


def _drain(of: Index, es: Elasticsearch, drained: Drained, *, refresh: bool) -> bool:
    """Adds to ``drained`` what was written into one index. Whether Elasticsearch answered. What
    is changed meanwhile wakes the next pass, so that steady changes of one index don't keep the
    other waiting."""
    while True:
        lease, versions = take(of=of)
        if not versions:
            return True
        try:
            failed = write(es, of.alias, versions, refresh=refresh, of=of)
            broken = False
        except (ApiError, TransportError) as error:
            failed, broken = dict.fromkeys(versions, reason(error)), True
        _settle(lease, versions, failed, of)
        drained.done += len(versions) - len(failed)
        drained.failed += len(failed)
        drained.errors.update(failed.values())
        if broken:
            return False
        if len(versions) < BATCH:
            return True


def _settle(
    lease: uuid.UUID,
    versions: dict[uuid.UUID, int],
    failed: dict[uuid.UUID, str],
    of: Index = PUBLICATIONS,
) -> None:
    """Notes what is done and puts off what failed; what another has leased since is his."""
    held = of.source.JOBS._default_manager.filter(lease=lease)
    free: dict[str, Any] = {"lease": None, "leased_until": None}
    written = [key for key in versions if key not in failed]
    if written:
        held.filter(key__in=written).update(done=F("leased_version"), attempts=0, error="", **free)
    by_wait: dict[tuple[int, str], list[uuid.UUID]] = {}
    for key, attempts in held.filter(key__in=list(failed)).values_list("key", "attempts"):
        by_wait.setdefault((attempts, failed[key]), []).append(key)
    for (attempts, error), keys in by_wait.items():
        wait = min(2**attempts, LONGEST_WAIT)
        held.filter(key__in=keys).update(
            attempts=min(attempts + 1, 1000),
            error=error[:200],
            available_at=timezone.now() + timedelta(seconds=wait),
            **free,
        )


def try_again(of: Index = PUBLICATIONS) -> None:
    """What was put off is due: the index is there."""
    waiting(of).filter(attempts__gt=0).update(available_at=timezone.now())


def write(
    es: Elasticsearch,
    name: str,
    versions: dict[uuid.UUID, int],
    *,
    refresh: bool = False,
    alias: bool = True,
    of: Index = PUBLICATIONS,
) -> dict[uuid.UUID, str]:
    """Writes the documents as the database has them now, under ``versions``, into the index
    ``name``; what does not belong there any more is deleted. Errors by key of what was not
    written. A newer version in the index is no error."""
    with Writer(es, name, refresh=refresh, alias=alias, of=of) as writer:
        writer.write(versions)
    return writer.failed


class Writer:
    """Reads documents from the database while Elasticsearch writes those before: ``ON_THE_WAY``
    requests at a time, each with documents of its own. ``late`` holds what the index refused
    as older than what it has."""

    def __init__(
        self,
        es: Elasticsearch,
        name: str,
        *,
        refresh: bool,
        alias: bool,
        of: Index = PUBLICATIONS,
    ) -> None:
        self._es, self._name, self._alias = es, name, alias
        self._source = of.source
        self.failed: dict[uuid.UUID, str] = {}
        self.late: dict[uuid.UUID, int] = {}
        self._bulk = partial(
            es.bulk,
            index=name,
            refresh=refresh,
            require_alias=alias,
            filter_path="errors,items.*.status,items.*._id,items.*.error.type",
        )
        self._sent: deque[tuple[Future[Any], dict[uuid.UUID, int]]] = deque()
        self._sender = ThreadPoolExecutor(ON_THE_WAY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        with self._sender:
            while kind is None and self._sent:
                self._settle()

    def write(self, versions: dict[uuid.UUID, int]) -> None:
        for part in self._source.parts(versions):
            found = self._source.documents(part)
            if self._alias and not found and not self._es.indices.exists_alias(name=self._name):
                # For a request that only deletes, Elasticsearch would make an index of this name.
                self.failed |= dict.fromkeys(part, "404 index_not_found_exception")
                continue
            operations: list[dict[str, Any]] = []
            for key in part:
                version = versions[key]
                how = {"_id": str(key), "version": version, "version_type": "external_gte"}
                if key in found:
                    operations += [{"index": how}, {**found[key], "version": version}]
                else:
                    operations.append({"delete": how})
            if len(self._sent) == ON_THE_WAY:
                self._settle()
            self._sent.append((self._send(operations), {key: versions[key] for key in part}))

    def _send(self, operations: list[dict[str, Any]]) -> Future[Any]:
        try:
            return self._sender.submit(self._bulk, operations=operations)
        except RuntimeError:  # the process ends, works off its last changes, starts no thread
            sent: Future[Any] = Future()
            sent.set_result(self._bulk(operations=operations))
            return sent

    def _settle(self) -> None:
        """Waits for the oldest request on its way, and notes what came of it."""
        sent, versions = self._sent.popleft()
        for item in sent.result().get("items", ()):
            ((_action, result),) = item.items()
            key, status = uuid.UUID(result["_id"]), result["status"]
            if status == 409:
                self.late[key] = versions[key]
            missing = status == 404 and "error" not in result
            if status not in (200, 201, 409) and not missing:
                error = result.get("error", {}).get("type", "unknown")
                self.failed[key] = f"{status} {error}"


def reason(error: Exception) -> str:
    """An error without the name of a host."""
    if isinstance(error, ApiError):
        return f"{error.status_code} {error.error}"[:200]
    return type(error).__name__


# For the worker -----------------------------------------------------------------------------


def drain_if_in_use() -> Drained:
    return drain() if in_use() else Drained()


def is_waiting() -> bool:
    from . import synonyms

    if not in_use():
        return False
    return any(waiting(of).exists() for of in INDEXES) or synonyms.waiting().exists()
