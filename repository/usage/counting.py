"""Counting views and downloads.

What answers a request says in a header of its own which publication was shown; so an answer from
the cache of pages counts too. The middleware takes the header away and counts what COUNTER counts:
no robots, one of two clicks within 30 seconds, and for unique figures one use in a session.

Nothing of a reader is kept: for 30 seconds, and for unique figures to the end of the hour, the
cache knows a hash of address, browser and day. The counts are gathered in memory, at most ``MOST``,
and written by a thread of their own every few seconds, so no page waits for them or fails with
them; a process that is killed loses those seconds.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import logging
import re
import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from allauth.account.adapter import get_adapter
from counter_robots import is_robot_or_machine
from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from ..models import Usage

logger = logging.getLogger(__name__)

#: The header between what answers and the middleware; no reader gets it.
HEADER = "X-Counted"
#: Seconds in which two clicks are one. COUNTER 5.1, section 7.2.
DOUBLE_CLICK = 30
#: Rows that wait in memory at most; when the database is away for long, the rest is not counted.
MOST = 20_000
FIELDS = ("views", "downloads", "sessions", "download_sessions")

Kind = Literal["view", "download"]
Row = tuple[uuid.UUID, date, str]


def mark(response: Any, kind: Kind, key: uuid.UUID) -> None:
    """Says of ``response`` that it shows, or hands out a file of, the publication ``key``."""
    response[HEADER] = f"{kind} {key}"


class UsageMiddleware:
    """Outside the cache of pages, inside what makes a 304 of an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        marked = response.get(HEADER)
        if marked:
            del response[HEADER]
            try:
                if counts(request, response):
                    kind, key = marked.split()
                    count(request, kind, uuid.UUID(key))
            except Exception:  # the reader gets the page all the same
                logger.exception("A use was not counted")
        return response


def counts(request: HttpRequest, response: Any) -> bool:
    """Whether a person asked for this, and got it."""
    agent = request.headers.get("User-Agent", "")[:500]
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if request.method != "GET" or not agent or "prefetch" in purpose:
        return False
    if response.status_code == 206:  # further pieces of a file belong to the first
        return response.get("Content-Range", "").startswith("bytes 0-") and _person(agent)
    return response.status_code == 200 and _person(agent)


def _person(agent: str) -> bool:
    return not is_robot_or_machine(agent)


def count(request: HttpRequest, kind: str, key: uuid.UUID) -> None:
    now = timezone.now()
    reader = _reader(request, now)
    if not _first(f"click:{reader}:{kind}:{key}", DOUBLE_CLICK, extend=True):
        return
    left = 3600 - (now.minute * 60 + now.second)
    hour = f"{reader}:{now:%H}:{key}"
    amounts = {
        "views": int(kind == "view"),
        "downloads": int(kind == "download"),
        "sessions": int(_first(f"session:{hour}", left)),
        "download_sessions": int(kind == "download" and _first(f"request:{hour}", left)),
    }
    buffer.add((key, now.date().replace(day=1), country(request)), amounts)


def _reader(request: HttpRequest, now: datetime) -> str:
    """A name for the reader that nobody can trace back, and that is another one tomorrow."""
    whole = f"{get_adapter().get_client_ip(request)} {request.headers.get('User-Agent', '')[:500]}"
    key = f"{settings.SECRET_KEY} {now:%Y-%m-%d}".encode()
    return hmac.new(key, whole.encode(), hashlib.sha256).hexdigest()[:32]


def _first(name: str, seconds: int, *, extend: bool = False) -> bool:
    """Whether this has not been for so many seconds."""
    name = f"usage:{name}"
    if cache.add(name, 1, max(seconds, 1)):
        return True
    if extend:
        cache.touch(name, seconds)
    return False


def country(request: HttpRequest) -> str:
    """What the proxy in front says, if the settings name its header; empty if it does not know."""
    said = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    said = said.strip().upper()
    return said if re.fullmatch(r"[A-Z]{2}", said) and said not in ("XX", "T1") else ""


# Writing ------------------------------------------------------------------------------------


class Buffer:
    """What was counted and is not written yet."""

    def __init__(self) -> None:
        self._rows: dict[Row, dict[str, int]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, row: Row, amounts: dict[str, int]) -> None:
        with self._lock:
            if row not in self._rows and len(self._rows) >= MOST:
                return
            own = self._rows.setdefault(row, dict.fromkeys(FIELDS, 0))
            for name, amount in amounts.items():
                own[name] += amount
            seconds = settings.USAGE_WRITE_SECONDS
            if seconds and (self._thread is None or not self._thread.is_alive()):
                # The first time, and after a fork, which takes no threads along.
                self._thread = threading.Thread(target=self._run, args=[seconds], daemon=True)
                self._thread.start()

    def flush(self) -> int:
        """Writes what is here; returns how many rows. What fails is kept for the next time."""
        with self._lock:
            rows, self._rows = self._rows, {}
        try:
            _write(rows)
        except Exception:
            for row, amounts in rows.items():
                self.add(row, amounts)
            raise
        return len(rows)

    def _run(self, seconds: float) -> None:
        while not self._wake.wait(seconds):
            close_old_connections()
            try:
                self.flush()
            except Exception as error:  # tried again; the thread lives as long as its process
                logger.warning("Usage can't be written now: %s", type(error).__name__)
            finally:
                connection.close()

    def finish(self) -> None:
        if self._thread is not None and self._rows:
            self._wake.set()
            self.flush()


def _write(rows: dict[Row, dict[str, int]]) -> None:
    """One statement for each row, in a fixed order, so that two processes do not block."""
    table = Usage._meta.db_table
    grow = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in FIELDS)
    sql = (
        f"INSERT INTO {table} (key, month, country, {', '.join(FIELDS)})"  # noqa: S608 - names
        f" VALUES (%s, %s, %s, %s, %s, %s, %s)"
        f" ON CONFLICT (key, month, country) DO UPDATE SET {grow}"
    )
    values = [
        [
            key.hex if connection.vendor == "sqlite" else key,
            *(month, country),
            *(amounts[name] for name in FIELDS),
        ]
        for (key, month, country), amounts in sorted(rows.items(), key=lambda item: str(item[0]))
    ]
    if values:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, values)


buffer = Buffer()
atexit.register(buffer.finish)
