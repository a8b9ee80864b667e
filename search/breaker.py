"""A circuit breaker: what has just failed is not asked again for a while."""

from __future__ import annotations

import threading
import time


class Breaker:
    """Opens when something failed. After ``seconds`` one caller may try again; the others wait
    for what comes of it."""

    def __init__(self, seconds: float = 5) -> None:
        self.seconds = seconds
        self._open_until = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def allows(self) -> bool:
        """Whether to try. While it is open nobody does; then the first who asks."""
        with self._lock:
            if not self._open_until:
                return True
            if self.is_open:
                return False
            self._open_until = time.monotonic() + self.seconds
            return True

    def failed(self) -> None:
        with self._lock:
            self._open_until = time.monotonic() + self.seconds

    def worked(self) -> None:
        with self._lock:
            self._open_until = 0.0
