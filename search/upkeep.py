"""Index and database side by side: what differs, and how the index is brought up to date.

Both are read in the order of the keys, a few hundred at a time, so that the memory needed does not
grow with the repository. A rebuild is nothing else than this on an empty index; when it was broken
off it goes on where it stopped. What was changed meanwhile is replayed from the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from elasticsearch import Elasticsearch

from repository.models import PublicationPage

from . import documents, index, queue, synonyms
from .models import IndexJob

BATCH = 500
#: Passes over a new index before it takes over: the first fills it, the others replay what was
#: changed meanwhile. What is changed after the last is found by the one that follows the swap.
MOST_PASSES = 5
#: More in the queue than a replay remembers: the whole index is compared again.
MOST_WAITING = 20_000
#: How far the clocks of those who note changes may differ.
CLOCKS = timedelta(minutes=5)
#: Few enough differences for the swap.
FEW = 50
#: How far a version is lifted above one that only the index knows.
STEP = 1000
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)

Progress = Callable[[int], Any]


@dataclass
class Differences:
    """Keys by what is wrong with their document."""

    missing: list[UUID] = field(default_factory=list)
    superfluous: list[UUID] = field(default_factory=list)
    outdated: list[UUID] = field(default_factory=list)
    readers: list[UUID] = field(default_factory=list)
    checked: int = 0
    waiting: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.by_kind().values()))

    def by_kind(self) -> dict[str, list[UUID]]:
        return {
            "missing": self.missing,
            "superfluous": self.superfluous,
            "outdated": self.outdated,
            "readers": self.readers,
        }

    def take(self, other: Differences) -> None:
        for kind, keys in other.by_kind().items():
            self.by_kind()[kind].extend(keys)
        self.checked += other.checked


@dataclass(frozen=True)
class Held:
    """What the index holds of one publication."""

    version: int
    readers: list[str]


#: Keys of publications, and what the index holds of these and of those that are gone.
Batch = tuple[list[UUID], dict[UUID, "Held"]]


@dataclass(frozen=True)
class Moment:
    """When a pass over a new index began, and what waited then; ``None`` if that was too much.
    A change of what waits already leaves the time of the first change."""

    at: datetime
    waiting: list[UUID] | None

    @classmethod
    def now(cls) -> Moment:
        keys = list(queue.waiting().values_list("key", flat=True)[: MOST_WAITING + 1])
        return cls(timezone.now() - CLOCKS, keys if len(keys) <= MOST_WAITING else None)


def _everything(es: Elasticsearch, name: str) -> Iterator[Batch]:
    for after, until, keys in _ranges():
        yield keys, _held(es, name, {"range": {"key": {"gt": str(after), "lte": str(until)}}})


def _changed_since(es: Elasticsearch, name: str, moment: Moment) -> Iterator[Batch]:
    """What may have been changed since ``moment``."""
    if moment.waiting is None:
        yield from _everything(es, name)
        return
    noted = IndexJob.objects.filter(changed_at__gte=moment.at).order_by("key")
    after = FIRST
    while keys := list(noted.filter(key__gt=after).values_list("key", flat=True)[:BATCH]):
        yield _batch(es, name, keys)
        after = keys[-1]
    for start in range(0, len(moment.waiting), BATCH):
        yield _batch(es, name, moment.waiting[start : start + BATCH])


def _batch(es: Elasticsearch, name: str, keys: list[UUID]) -> Batch:
    live = PublicationPage.objects.filter(live=True, translation_key__in=keys)
    there = live.order_by().values_list("translation_key", flat=True).distinct()
    return list(there), _held(es, name, {"terms": {"key": [str(key) for key in keys]}})


def _ranges() -> Iterator[tuple[UUID, UUID, list[UUID]]]:
    """The keys of all publications in batches, each with the range that it covers: together
    the ranges cover everything."""
    after = FIRST
    live = PublicationPage.objects.filter(live=True).order_by("translation_key")
    keys = live.values_list("translation_key", flat=True).distinct()
    while True:
        batch = list(keys.filter(translation_key__gt=after)[:BATCH])
        if len(batch) < BATCH:
            yield after, LAST, batch
            return
        yield after, batch[-1], batch
        after = batch[-1]


def _held(es: Elasticsearch, name: str, which: dict[str, Any]) -> dict[UUID, Held]:
    """The documents of a batch. A range may hold more documents than publications."""
    held: dict[UUID, Held] = {}
    after: dict[str, Any] = {}
    while True:
        rows = es.search(
            index=name,
            query=which,
            sort=["key"],
            **after,
            size=2 * BATCH,
            source=False,
            docvalue_fields=[{"field": "readers"}],
            version=True,
            track_total_hits=False,
        )["hits"]["hits"]
        for row in rows:
            readers = row.get("fields", {}).get("readers", [])
            held[UUID(row["_id"])] = Held(int(row["_version"]), readers)
        if len(rows) < 2 * BATCH:
            return held
        after = {"search_after": rows[-1]["sort"]}


def compare(es: Elasticsearch, name: str, progress: Progress = lambda done: None) -> Differences:
    """What differs between the database and the index ``name``. What waits in the queue is on
    its way and no difference."""
    total = Differences(waiting=queue.waiting().count())
    for differences, _versions in _differing(_everything(es, name)):
        waiting = set(
            queue.waiting()
            .filter(key__in=[key for keys in differences.by_kind().values() for key in keys])
            .values_list("key", flat=True)
        )
        for kind, keys in differences.by_kind().items():
            total.by_kind()[kind].extend(key for key in keys if key not in waiting)
        total.checked += differences.checked
        progress(differences.checked)
    return total


def converge(
    es: Elasticsearch,
    name: str,
    progress: Progress = lambda done: None,
    *,
    alias: bool = False,
    since: Moment | None = None,
) -> tuple[Differences, dict[UUID, str]]:
    """Writes all that differs into the index ``name``, or what was changed ``since`` a moment.
    What differed, and the errors by key of what could not be written."""
    batches = _changed_since(es, name, since) if since else _everything(es, name)
    total = Differences()
    with queue.Writer(es, name, refresh=False, alias=alias) as writer:
        for differences, versions in _differing(batches):
            if versions:
                writer.write(versions)
            total.take(differences)
            progress(differences.checked)
    failed = writer.failed
    if lifted := _lift(writer.late):
        failed = failed | queue.write(es, name, lifted, alias=alias)
    return total, failed


def _differing(batches: Iterator[Batch]) -> Iterator[tuple[Differences, dict[UUID, int]]]:
    """For each batch what differs, and the version under which it is to be written."""
    for keys, held in batches:
        _enrol(keys)
        # Versions first, then the state: what is written is never older than its version.
        jobs = IndexJob.objects.filter(key__in={*keys, *held})
        versions = dict(jobs.values_list("key", "version"))
        readers = documents.readers(held.keys() & set(keys))
        differences = Differences(checked=len(keys))
        for key in sorted({*keys, *held}):
            if key not in held:
                differences.missing.append(key)
            elif key not in readers:
                differences.superfluous.append(key)
            elif held[key].version != versions.get(key):
                differences.outdated.append(key)
            elif held[key].readers != readers[key]:
                differences.readers.append(key)
        wrong = [key for kind in differences.by_kind().values() for key in kind]
        yield differences, {key: _at_least(key, versions, held) for key in wrong}


def _enrol(keys: list[UUID]) -> None:
    """Gives the publications a row each. Those that the queue has never heard of are done with
    the first version: it is about to be compared."""
    known = set(IndexJob.objects.filter(key__in=keys).values_list("key", flat=True))
    new = [IndexJob(key=key, version=1, done=1) for key in keys if key not in known]
    if new:
        IndexJob.objects.bulk_create(new, ignore_conflicts=True)


def _at_least(key: UUID, versions: dict[UUID, int], held: dict[UUID, Held]) -> int:
    """The version to write under. When the index is ahead, as after a database was restored
    from a backup, the database's version is lifted above it."""
    version = versions.get(key, 0)
    if key in held and held[key].version > version:
        lifted = held[key].version + 1
        with transaction.atomic(durable=True):
            IndexJob.objects.get_or_create(key=key, defaults={"version": 1, "done": 1})
            IndexJob.objects.filter(key=key, version__lt=lifted).update(version=lifted, done=lifted)
        return lifted
    return max(version, 1)


def _lift(refused: dict[UUID, int]) -> dict[UUID, int]:
    """Higher versions for what the index refused as old although nothing newer is known: somebody
    wrote or deleted there past the queue."""
    unchanged = [
        key
        for key, version in IndexJob.objects.filter(key__in=refused).values_list("key", "version")
        if version == refused[key]
    ]
    if not unchanged:
        return {}
    lifted = F("version") + STEP
    IndexJob.objects.filter(key__in=unchanged).update(version=lifted, done=lifted)
    return {key: refused[key] + STEP for key in unchanged}


# A new index --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebuilt:
    name: str
    documents: int
    passes: int
    failed: dict[UUID, str]


def unfinished(es: Elasticsearch) -> str | None:
    """The newest index with this mapping that never took over: a rebuild that was broken off."""
    names = es.options(ignore_status=404).indices.get(
        index=f"{index.alias()}-v{index.VERSION}-*", filter_path="*.aliases"
    )
    free = [name for name, about in names.body.items() if not about.get("aliases")]
    return max(free, default=None)


def rebuild(
    es: Elasticsearch, progress: Progress = lambda done: None, *, resume: bool = False
) -> Rebuilt:
    """Fills a new index beside the one in use and lets it take over in one call."""
    name = (unfinished(es) if resume else None) or index.create(
        es, index.new_name(), refresh_interval="-1"
    )
    failed: dict[UUID, str] = {}
    passes = 0
    since: Moment | None = None
    while passes < MOST_PASSES:
        es.indices.refresh(index=name)
        begun = Moment.now()
        report = progress if not passes else lambda done: None
        differences, failed = converge(es, name, report, since=since)
        since = begun
        passes += 1
        if failed or len(differences) <= FEW:
            break
    if failed:
        return Rebuilt(name, 0, passes, failed)
    es.indices.put_settings(index=name, settings={"refresh_interval": None})
    es.indices.refresh(index=name)
    old = [other for other in _all(es) if other != name]
    swap(es, name)
    synonyms.renew(es)
    # What was written to the old index between the last pass and the swap.
    _differences, failed = converge(es, name, since=since)
    es.indices.refresh(index=name)
    for other in old:
        es.options(ignore_status=404).indices.delete(index=other)
    return Rebuilt(name, es.count(index=name)["count"], passes + 1, failed)


def swap(es: Elasticsearch, name: str) -> None:
    """Points the alias at ``name`` alone, in one step."""
    alias = index.alias()
    actions: list[dict[str, Any]] = [
        {"remove": {"index": f"{alias}-v*", "alias": alias, "must_exist": False}},
        {"add": {"index": name, "alias": alias}},
    ]
    es.indices.update_aliases(actions=actions)


def _all(es: Elasticsearch) -> list[str]:
    """All indices of this installation, whatever the version of their mapping."""
    found = es.options(ignore_status=404).indices.get(
        index=f"{index.alias()}-v*", filter_path="*.aliases"
    )
    return sorted(found.body)
