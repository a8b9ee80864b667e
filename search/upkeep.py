"""Index and database side by side: what differs, and how an index is brought up to date.

Both are read in the order of the keys, a few hundred at a time, so that the memory needed does not
grow with the repository. A rebuild is nothing else than this on an empty index; when it was broken
off it goes on where it stopped. What was changed meanwhile is replayed from the queue. Who makes an
index anew holds it, so that no two do at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from elasticsearch import Elasticsearch

from . import index, queue, synonyms
from .index import PUBLICATIONS, Index
from .models import Upkeep

BATCH = 500
#: Passes over a new index before it takes over: the first fills it, the others replay what was
#: changed meanwhile. What is changed after the last is found by the one that follows the swap.
MOST_PASSES = 5
#: How far the clocks of those who note changes may differ.
CLOCKS = timedelta(minutes=5)
#: When what nobody has changed yet was changed.
UNCHANGED = datetime.fromtimestamp(0, UTC)
#: Few enough differences for the swap.
FEW = 50
#: How far a version is lifted above one that only the index knows.
STEP = 1000
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
#: Seconds after which the hold of a process that is gone ends, and after which it is renewed.
LEASE, RENEWAL = 90, 10

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
    """What the index holds of one publication or post."""

    version: int
    readers: list[str]


#: Keys from the database, and what the index holds of these and of those that are gone.
Batch = tuple[list[UUID], dict[UUID, "Held"]]


@dataclass(frozen=True)
class Moment:
    """When a pass over a new index began, and what waited then; ``None`` if that was too much
    to remember: the whole index is compared again. A change of what waits already leaves the time
    of the first change."""

    at: datetime
    waiting: list[UUID] | None

    @classmethod
    def now(cls, of: Index = PUBLICATIONS) -> Moment:
        return cls(timezone.now() - CLOCKS, queue.waiting_keys(of))


def _everything(es: Elasticsearch, name: str, of: Index, *, empty: bool = False) -> Iterator[Batch]:
    for after, until, keys in _ranges(of):
        within = {"range": {"key": {"gt": str(after), "lte": str(until)}}}
        yield keys, {} if empty else _held(es, name, within)


def _changed_since(es: Elasticsearch, name: str, of: Index, moment: Moment) -> Iterator[Batch]:
    """What may have been changed since ``moment``."""
    if moment.waiting is None:
        yield from _everything(es, name, of)
        return
    noted = of.source.JOBS._default_manager.filter(changed_at__gte=moment.at).order_by("key")
    after = FIRST
    while keys := list(noted.filter(key__gt=after).values_list("key", flat=True)[:BATCH]):
        yield _batch(es, name, of, keys)
        after = keys[-1]
    for start in range(0, len(moment.waiting), BATCH):
        yield _batch(es, name, of, moment.waiting[start : start + BATCH])


def _batch(es: Elasticsearch, name: str, of: Index, keys: list[UUID]) -> Batch:
    rows = of.source.rows().filter(**{f"{of.source.KEY}__among": keys})
    there = rows.order_by().values_list(of.source.KEY, flat=True).distinct()
    return list(there), _held(es, name, {"terms": {"key": [str(key) for key in keys]}})


def _ranges(of: Index) -> Iterator[tuple[UUID, UUID, list[UUID]]]:
    """The keys of everything that belongs there in batches, each with the range that it covers:
    together the ranges cover everything."""
    after = FIRST
    keys = of.source.rows().order_by(of.source.KEY).values_list(of.source.KEY, flat=True)
    while True:
        batch = list(keys.distinct().filter(**{f"{of.source.KEY}__gt": after})[:BATCH])
        if len(batch) < BATCH:
            yield after, LAST, batch
            return
        yield after, batch[-1], batch
        after = batch[-1]


def _held(es: Elasticsearch, name: str, which: dict[str, Any]) -> dict[UUID, Held]:
    """The documents of a batch. A range may hold more documents than the database has."""
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


def compare(
    es: Elasticsearch,
    name: str,
    progress: Progress = lambda done: None,
    of: Index = PUBLICATIONS,
) -> Differences:
    """What differs between the database and the index ``name``. What waits in the queue is on
    its way and no difference."""
    total = Differences(waiting=queue.waiting(of).count())
    for differences, _versions in _differing(of, _everything(es, name, of)):
        waiting = set(
            queue.waiting(of)
            .filter(key__among=[key for keys in differences.by_kind().values() for key in keys])
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
    empty: bool = False,
    since: Moment | None = None,
    of: Index = PUBLICATIONS,
) -> tuple[Differences, dict[UUID, str]]:
    """Writes all that differs into the index ``name``, which may be ``empty``, or what was changed
    ``since`` a moment. What differed, and the errors by key of what could not be written."""
    if since:
        batches = _changed_since(es, name, of, since)
    else:
        batches = _everything(es, name, of, empty=empty)
    total = Differences()
    with queue.Writer(es, name, refresh=False, alias=alias, of=of) as writer:
        for differences, versions in _differing(of, batches):
            if versions:
                writer.write(versions)
            total.take(differences)
            progress(differences.checked)
    failed = writer.failed
    if lifted := _lift(of, writer.late):
        failed = failed | queue.write(es, name, lifted, alias=alias, of=of)
    return total, failed


def _differing(
    of: Index, batches: Iterator[Batch]
) -> Iterator[tuple[Differences, dict[UUID, int]]]:
    """For each batch what differs, and the version under which it is to be written."""
    for keys, held in batches:
        # Versions first, then the state: what is written is never older than its version.
        versions = _versions(of, keys, held)
        there = held.keys() & set(keys)
        readers = of.source.readers(there) if there else {}
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
        yield differences, {key: _at_least(of, key, versions, held) for key in wrong}


def _versions(of: Index, keys: list[UUID], held: dict[UUID, Held]) -> dict[UUID, int]:
    """What the queue says. Those of ``keys`` that it has never heard of get a row, done with the
    first version: they are about to be compared."""
    jobs = of.source.JOBS
    rows = jobs._default_manager.filter(key__among={*keys, *held})
    versions = dict(rows.values_list("key", "version"))
    first = {"version": 1, "done": 1, "changed_at": UNCHANGED}
    if new := [jobs(key=key, **first) for key in keys if key not in versions]:
        jobs._default_manager.bulk_create(new, ignore_conflicts=True)
        versions = dict(rows.values_list("key", "version"))
    return versions


def _at_least(of: Index, key: UUID, versions: dict[UUID, int], held: dict[UUID, Held]) -> int:
    """The version to write under. When the index is ahead, as after a database was restored
    from a backup, the database's version is lifted above it."""
    version = versions.get(key, 0)
    if key in held and held[key].version > version:
        lifted = held[key].version + 1
        with transaction.atomic(durable=True):
            jobs = of.source.JOBS._default_manager
            jobs.get_or_create(key=key, defaults={"version": 1, "done": 1})
            jobs.filter(key=key, version__lt=lifted).update(version=lifted, done=lifted)
        return lifted
    return max(version, 1)


def _lift(of: Index, refused: dict[UUID, int]) -> dict[UUID, int]:
    """Higher versions for what the index refused as old although nothing newer is known: somebody
    wrote or deleted there past the queue."""
    jobs = of.source.JOBS._default_manager
    unchanged = [
        key
        for key, version in jobs.filter(key__among=refused).values_list("key", "version")
        if version == refused[key]
    ]
    if not unchanged:
        return {}
    lifted = F("version") + STEP
    jobs.filter(key__among=unchanged).update(version=lifted, done=lifted)
    return {key: refused[key] + STEP for key in unchanged}


# One at a time ------------------------------------------------------------------------------


class BusyError(Exception):
    """Another process looks after this index."""


@dataclass
class Hold:
    """An index that this process alone looks after; to be renewed all along."""

    of: Index
    lease: UUID = field(default_factory=uuid4)
    renewed: float = 0

    def renew(self) -> None:
        """Raises ``BusyError`` if this process was held up for so long that another took over."""
        if time.monotonic() - self.renewed < RENEWAL:
            return
        if not self._until(Q(lease=self.lease), LEASE):
            raise BusyError
        self.renewed = time.monotonic()

    def take(self) -> None:
        Upkeep.objects.bulk_create([Upkeep(index=self.of.name)], ignore_conflicts=True)
        if not self._until(Q(leased_until=None) | Q(leased_until__lt=timezone.now()), LEASE):
            raise BusyError
        self.renewed = time.monotonic()

    def leave(self) -> None:
        self._until(Q(lease=self.lease), 0)

    def _until(self, which: Q, seconds: int) -> int:
        until = timezone.now() + timedelta(seconds=seconds)
        rows = Upkeep.objects.filter(which, pk=self.of.name)
        return rows.update(lease=self.lease, leased_until=until)


@contextmanager
def hold(of: Index) -> Iterator[Hold]:
    """Nobody else looks after this index meanwhile; ``BusyError`` if somebody does."""
    held = Hold(of)
    held.take()
    try:
        yield held
    finally:
        held.leave()


# A new index --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebuilt:
    name: str
    documents: int
    passes: int
    failed: dict[UUID, str]


def unfinished(es: Elasticsearch, of: Index = PUBLICATIONS) -> str | None:
    """The newest index with this mapping that never took over: a rebuild that was broken off."""
    names = es.options(ignore_status=404).indices.get(
        index=f"{of.alias}-v{of.version}-*", filter_path="*.aliases"
    )
    free = [name for name, about in names.body.items() if not about.get("aliases")]
    return max(free, default=None)


def rebuild(
    es: Elasticsearch,
    progress: Progress = lambda done: None,
    *,
    resume: bool = False,
    of: Index = PUBLICATIONS,
) -> Rebuilt:
    """Fills a new index beside the one in use and lets it take over in one call. ``BusyError``
    while another process does."""
    with hold(of) as held:
        return rebuild_held(es, held, progress, resume=resume, of=of)


def rebuild_held(
    es: Elasticsearch,
    held: Hold,
    progress: Progress = lambda done: None,
    *,
    resume: bool = False,
    of: Index = PUBLICATIONS,
) -> Rebuilt:
    """As ``rebuild``, for who holds the index already."""

    def filled(done: int) -> None:
        held.renew()
        progress(done)

    def replayed(done: int) -> None:
        held.renew()

    begun_before = unfinished(es, of) if resume else None
    name = begun_before or index.create(es, index.new_name(of), of, ready=False)
    failed: dict[UUID, str] = {}
    passes = 0
    since: Moment | None = None
    while passes < MOST_PASSES:
        empty = not (begun_before or passes)
        if not empty:
            index.refresh(es, name)
        begun = Moment.now(of)
        report = replayed if passes else filled
        differences, failed = converge(es, name, report, empty=empty, since=since, of=of)
        since = begun
        passes += 1
        if failed or len(differences) <= FEW:
            break
    if failed:
        return Rebuilt(name, 0, passes, failed)
    index.refresh(es, name)
    old = [other for other in _all(es, of) if other != name]
    swap(es, name, of)
    synonyms.renew(es)
    # What was written to the old index between the last pass and the swap.
    _differences, failed = converge(es, name, replayed, since=since, of=of)
    es.indices.refresh(index=name)
    for other in old:
        es.options(ignore_status=404).indices.delete(index=other)
    queue.try_again(of)
    return Rebuilt(name, es.count(index=name)["count"], passes + 1, failed)


def swap(es: Elasticsearch, name: str, of: Index = PUBLICATIONS) -> None:
    """Points the alias at ``name`` alone, in one step; an index that has its name goes."""
    actions: list[dict[str, Any]] = [
        {"remove": {"index": f"{of.alias}-v*", "alias": of.alias, "must_exist": False}},
        {"add": {"index": name, "alias": of.alias}},
    ]
    if of.alias in es.options(ignore_status=404).indices.get(index=of.alias).body:
        actions.append({"remove_index": {"index": of.alias}})
    es.indices.update_aliases(actions=actions)


def _all(es: Elasticsearch, of: Index) -> list[str]:
    """All indices of this kind in this installation, whatever the version of their mapping."""
    found = es.options(ignore_status=404).indices.get(
        index=f"{of.alias}-v*", filter_path="*.aliases"
    )
    return sorted(found.body)
