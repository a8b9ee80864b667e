"""The state of the search for monitoring. Names no host."""

from django.conf import settings


def state() -> dict[str, dict[str, object]]:
    """``search`` and ``queue``. The database engine reads the truth itself and has no queue."""
    return {
        "search": {"status": "ok", "engine": settings.SEARCH_ENGINE},
        "queue": {"status": "ok", "waiting": 0},
    }
