"""``manage.py search_worker``: writes what waits into the index, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from search import queue


class Command(BaseCommand):
    help = (
        "Writes what waits in the queue into the index. Several may run; each takes what the"
        " others have not. SIGTERM ends it after the batch in hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="write what is due now, then leave; 1: not all"
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=1.0,
            metavar="SECONDS",
            help="between looks at the queue (default: 1)",
        )

    def handle(self, *args: Any, once: bool, pause: float, **options: Any) -> None:
        if not queue.in_use():
            self.stdout.write("The search engine in use has no queue.")
            return
        if once:
            drained = queue.drain()
            self._say(drained)
            if drained.failed:
                raise SystemExit(1)
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *received: stop.set())
        while not stop.is_set():
            close_old_connections()
            drained = queue.drain()
            if drained.written or drained.failed:
                self._say(drained)
            stop.wait(pause)

    def _say(self, drained: queue.Drained) -> None:
        line = f"{drained.written:,} written"
        if drained.failed:
            line += f", {drained.failed:,} put off: {', '.join(sorted(drained.errors))}"
        self.stdout.write(line)
        self.stdout.flush()
