"""The ledger of what harvesters can have, and could once.

``note`` writes down, in the transaction of a change, that a publication changed. ``settle`` enters
what became of it, after that transaction: so a datestamp is never older than the moment at which
the change could be seen, and nobody who harvests what is new misses one that took long to commit.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from cpmg import work
from cpmg.work import Drained

from ..citations.record import Record, records, with_all
from ..models import HarvestChange, HarvestClock, Harvested, HarvestedIn, PublicationPage

#: The name of the queue for the worker.
NAME = "harvesting"
#: Publications that are entered at a time.
BATCH = 200
#: Where the clock begins.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


# Noting -------------------------------------------------------------------------------------


def note(pages: QuerySet) -> None:
    rows = pages.order_by().values("translation_key").distinct()
    sql, parameters = rows.query.sql_with_params()
    _note(f"SELECT pages.translation_key FROM ({sql}) pages", list(parameters))  # noqa: S608


def note_key(key: uuid.UUID) -> None:
    value = key.hex if connection.vendor == "sqlite" else key
    cast = "" if connection.vendor == "sqlite" else "::uuid"
    _note(f"SELECT %s{cast} AS translation_key", [value])


def _note(keys: str, parameters: list[Any]) -> None:
    table = HarvestChange._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, version)"  # noqa: S608 - names of tables only
            f" SELECT noted.translation_key, 1 FROM ({keys}) noted WHERE true ORDER BY 1"
            f" ON CONFLICT (key) DO UPDATE SET version = {table}.version + 1",
            parameters,
        )
    work.wake(NAME)


def note_all() -> None:
    """Compares everything with the ledger anew; what did not change keeps its datestamp."""
    note(PublicationPage._base_manager.all())
    known = Harvested.objects.values_list("key", flat=True)
    there = PublicationPage._base_manager.values("translation_key")
    for key in known.filter(deleted=False).exclude(key__in=there):
        note_key(key)


def waiting() -> bool:
    return HarvestChange.objects.exists()


# Entering -----------------------------------------------------------------------------------


def drain() -> Drained:
    drained = Drained()
    while done := settle():
        drained.done += done
    return drained


def settle() -> int:
    """Enters what changed, a batch of it; returns how many publications that were."""
    if not waiting():
        return 0
    with transaction.atomic():
        HarvestClock.objects.get_or_create(pk=1, defaults={"moment": LONG_AGO})
        clock = HarvestClock.objects.select_for_update().get(pk=1)
        skip = connection.features.has_select_for_update_skip_locked
        changes = HarvestChange.objects.select_for_update(skip_locked=skip).order_by("key")
        keys = [change.key for change in changes[:BATCH]]
        now = max(timezone.now(), clock.moment).replace(microsecond=0)
        _enter(keys, now)
        HarvestClock.objects.filter(pk=1).update(moment=now)
        HarvestChange.objects.filter(key__in=keys).delete()
    return len(keys)


def _enter(keys: list[uuid.UUID], now: datetime) -> None:
    known = Harvested.objects.in_bulk(keys)
    found = {record.key: record for record in public_records(keys)}
    rows, sets = [], []
    for key, record in found.items():
        row = known.get(key)
        mark = fingerprint(record)
        if row and not row.deleted and row.fingerprint == mark:
            continue
        created = row.created if row else now
        rows.append(Harvested(key=key, datestamp=now, created=created, fingerprint=mark))
        sets += [HarvestedIn(record_id=key, spec=spec) for spec in specs(record)]
    Harvested.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["datestamp", "deleted", "fingerprint"],
    )
    HarvestedIn.objects.filter(record__in=[row.key for row in rows]).delete()
    HarvestedIn.objects.bulk_create(sets)
    gone = [key for key, row in known.items() if key not in found and not row.deleted]
    Harvested.objects.filter(key__in=gone).update(deleted=True, datestamp=now)


def public_records(keys: Any, request: Any = None) -> list[Record]:
    """The records of those of ``keys`` that everybody may read, each once."""
    pages = PublicationPage.objects.readable_by(AnonymousUser()).filter(translation_key__in=keys)
    return list(records(with_all(pages.in_language(settings.LANGUAGE_CODE)), request))


def fingerprint(record: Record) -> str:
    return hashlib.sha256(repr(record).encode()).hexdigest()


# Sets ---------------------------------------------------------------------------------------

#: Sets by the beginning of their names, each with the names of what is in it.
FAMILIES = ("country", "network", "theme", "type")


def specs(record: Record) -> list[str]:
    """The sets that ``record`` is in: ``country``, ``country:JM``."""
    codes = {
        "country": [code for code, _name in record.countries],
        "network": [code for code, _name in record.networks],
        "theme": [code for code, _name in record.themes],
        "type": [record.kind],
    }
    found = []
    for family in FAMILIES:
        found += [family] if codes[family] else []
        found += [f"{family}:{code}" for code in codes[family]]
    return found


def earliest() -> datetime:
    """The oldest datestamp that there is or was; deletions count."""
    found = Harvested.objects.aggregate(first=Min("datestamp"))["first"]
    return found or timezone.now().replace(microsecond=0)
