"""Queues in the database, and who works them off.

An app registers a queue: how to do what is due, and whether anything waits. Its rows commit with
the change that causes them. ``wake`` has a thread of this process do the work after that commit,
so that nobody who saves waits for another server; ``manage.py worker`` does the same for as long
as it runs. A queue must stand both at once, in several processes: by leases.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import close_old_connections, connection, transaction

logger = logging.getLogger(__name__)

#: Seconds that a process waits at its end for its own changes to be worked off.
LAST_WORDS = 5
#: Seconds between two looks at a queue in which something waits, and after an error.
PAUSE, PAUSE_AFTER_ERROR = 2.0, 5.0

#: Set when the worker is told to stop, or the process ends: what takes long, and can be gone on
#: with later, ends early.
ending = threading.Event()


@dataclass
class Drained:
    """What a pass through a queue did."""

    done: int = 0
    #: Tried, and put off or given up; ``errors`` says why, and names no host.
    failed: int = 0
    errors: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        line = f"{self.done:,} done"
        if self.failed:
            line += f", {self.failed:,} failed: {', '.join(sorted(self.errors))}"
        return line


class Drainer:
    """A thread in each process that drains a queue after commits, and while something waits."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._pid = 0
        self._event = threading.Event()
        self._idle = threading.Event()
        self._lock = threading.Lock()

    def wake(self) -> None:
        with self._lock:
            if self._pid != os.getpid():  # the first time, and after a fork
                self._pid = os.getpid()
                self._event, self._idle = threading.Event(), threading.Event()
                name = f"{self._queue.name}-queue"
                threading.Thread(target=self._run, name=name, daemon=True).start()
            self._idle.clear()
        self._event.set()

    def finish(self, seconds: float) -> None:
        """Waits until this process has tried what it was woken for."""
        if self._pid == os.getpid():
            self._idle.wait(seconds)

    def _run(self) -> None:
        wait: float | None = None
        while True:
            self._event.wait(wait)
            self._event.clear()
            close_old_connections()
            try:
                self._queue.drain()
                wait = PAUSE if self._queue.waiting() else None
            except Exception:  # the thread lives as long as its process
                logger.exception("Draining the queue %s failed", self._queue.name)
                wait = PAUSE_AFTER_ERROR
            finally:
                connection.close()
                if not self._event.is_set():
                    self._idle.set()


@dataclass(eq=False)
class Queue:
    name: str
    drain: Callable[[], Drained]
    waiting: Callable[[], bool]

    def __post_init__(self) -> None:
        self.drainer = Drainer(self)


_queues: dict[str, Queue] = {}


def register(name: str, drain: Callable[[], Drained], waiting: Callable[[], bool]) -> None:
    """Makes a queue known. ``drain`` does what is due, as far as it can, and never inside a
    transaction of its caller; ``waiting`` tells whether anything is left, due or not."""
    _queues[name] = Queue(name, drain, waiting)


def queues() -> dict[str, Queue]:
    return dict(_queues)


def wake(name: str) -> None:
    """Has the queue drained after the commit of the running transaction, or now without one."""
    wake_drainer = _queues[name].drainer.wake
    if settings.DRAIN_AFTER_COMMIT and not any(
        entry[1] == wake_drainer for entry in connection.run_on_commit
    ):
        transaction.on_commit(wake_drainer)


def resume() -> None:
    """Goes on, at the start of a process, with what a former one left."""
    for name in _queues:
        wake(name)


@atexit.register
def _last_words() -> None:
    ending.set()
    end = time.monotonic() + LAST_WORDS
    for queue in _queues.values():
        queue.drainer.finish(max(0, end - time.monotonic()))
