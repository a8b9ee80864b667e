"""``manage.py worker``: works off the queues, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connection

from cpmg import work

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Does what waits in the queues: mail, search index, files, what is scheduled. Several may"
        " run; each takes what the others have not. SIGTERM ends it after the batch in hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "queues", nargs="*", metavar="QUEUE", help="work off these only (default: all)"
        )
        parser.add_argument(
            "--once", action="store_true", help="do what is due now, then leave; 1: not all"
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=1.0,
            metavar="SECONDS",
            help="between looks at a queue in which nothing was to be done (default: 1)",
        )

    def handle(self, *args: Any, once: bool, pause: float, **options: Any) -> None:
        known = work.queues()
        names = options["queues"] or list(known)
        if unknown := set(names) - set(known):
            raise CommandError(
                f"There is no queue {', '.join(sorted(unknown))}; there are {', '.join(known)}."
            )
        chosen = [known[name] for name in names]
        if once:
            failed = [self._say(queue, queue.drain()).failed for queue in chosen]
            if any(failed):
                raise SystemExit(1)
            return
        work.ending.clear()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *received: work.ending.set())
        self.stdout.write(f"Working off {', '.join(names)}.")
        self.stdout.flush()
        # A thread for each: what one of them waits for keeps no other waiting.
        threads = [
            threading.Thread(target=self._serve, args=(queue, pause), name=queue.name)
            for queue in chosen
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _serve(self, queue: work.Queue, pause: float) -> None:
        while not work.ending.is_set():
            close_old_connections()
            try:
                drained = queue.drain()
                if drained.done or drained.failed:
                    self._say(queue, drained)
                if drained.done:
                    continue  # more may have come meanwhile
            except Exception:  # the database restarts, for one
                logger.exception("Draining the queue %s failed", queue.name)
                work.ending.wait(work.PAUSE_AFTER_ERROR)
            work.ending.wait(pause)
        connection.close()

    def _say(self, queue: work.Queue, drained: work.Drained) -> work.Drained:
        self.stdout.write(f"{queue.name}: {drained}")
        self.stdout.flush()
        return drained
