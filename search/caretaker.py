"""The indexes look after themselves where the worker runs, so that nobody has to.

One that is missing, or of an older mapping, is made anew. Once an hour, and when another index
stands in its place, index and database are compared, and what differs is written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, TransportError

from cpmg import work
from cpmg.work import Drained

from . import index, queue, synonyms, upkeep
from .index import INDEXES, PUBLICATIONS, Index
from .models import Upkeep
from .upkeep import BusyError, Hold

#: The name of the queue for the worker.
NAME = "upkeep"

#: Seconds until the next look at an index, and after one whose documents were refused.
LOOK, AFTER_REFUSAL = 20, 300
#: After this time an index is compared again.
COMPARISON = timedelta(hours=1)


class EndingError(Exception):
    """The worker ends; another goes on with what was begun."""


@dataclass(frozen=True)
class Found:
    """What stands behind an alias: the UUID that Elasticsearch gave it, the version of its
    mapping."""

    uuid: str
    version: int


def drain() -> Drained:
    """Looks after each index whose time has come, unless another process does."""
    drained = Drained()
    if not queue.in_use():
        return drained
    es = index.client(queue.WRITING)
    for of in _due():
        with suppress(BusyError, EndingError), upkeep.hold(of) as held:
            refused: dict[UUID, str] = {}
            try:
                written, refused = _look_after(es, of, held)
                drained.done += written
                drained.failed += len(refused)
                drained.errors.update(refused.values())
            except (ApiError, TransportError) as error:
                drained.failed += 1
                drained.errors.add(queue.reason(error))
            wait = timedelta(seconds=AFTER_REFUSAL if refused else LOOK)
            Upkeep.objects.filter(pk=of.name).update(available_at=timezone.now() + wait)
    return drained


def compared_at() -> datetime | None:
    """When the index of publications was last compared with the database."""
    rows = Upkeep.objects.filter(pk=PUBLICATIONS.name)
    return rows.values_list("compared_at", flat=True).first()


def _due() -> list[Index]:
    later = set(Upkeep.objects.filter(available_at__gt=timezone.now()).values_list("pk", flat=True))
    return [of for of in INDEXES if of.name not in later]


def _look_after(es: Elasticsearch, of: Index, held: Hold) -> tuple[int, dict[UUID, str]]:
    """How many documents were written, and the errors by key of those that were refused."""
    found = _found(es, of)
    # A newer mapping belongs to a newer release, which is being rolled out.
    if found is None or found.version < of.version:
        rebuilt = upkeep.rebuild_held(es, held, _go_on, resume=True, of=of)
        return rebuilt.documents, rebuilt.failed
    recently = timezone.now() - COMPARISON
    if Upkeep.objects.filter(pk=of.name, compared=found.uuid, compared_at__gt=recently).exists():
        return 0, {}
    es.indices.refresh(index=of.alias)

    def go_on(checked: int) -> None:
        held.renew()
        _go_on(checked)

    differences, failed = upkeep.converge(es, of.alias, go_on, alias=True, of=of)
    if not synonyms.agree(es):
        synonyms.renew(es)
    if not failed:
        now = timezone.now()
        Upkeep.objects.filter(pk=of.name).update(compared=found.uuid, compared_at=now)
    return len(differences) - len(failed), failed


def _go_on(done: int) -> None:
    if work.ending.is_set():
        raise EndingError


def _found(es: Elasticsearch, of: Index) -> Found | None:
    """The index in use; one that somebody else made under its name is none."""
    path = "*.mappings._meta.version,*.settings.index.uuid"
    answer = es.options(ignore_status=404).indices.get(index=of.alias, filter_path=path)
    if answer.meta.status == 404:
        return None
    ((_name, about),) = answer.body.items()
    version = about.get("mappings", {}).get("_meta", {}).get("version")
    return Found(about["settings"]["index"]["uuid"], version) if version else None
