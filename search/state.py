"""The state of the search for monitoring. Names no host."""

from typing import Any

from .engines import engine


def state() -> dict[str, dict[str, Any]]:
    """``search`` and ``queue``, as the engine in use sees them."""
    return engine().state()
