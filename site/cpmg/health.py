"""``/health/``: the state of database, search and queue, for monitoring."""

from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from search import state as search_state


def database_state() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"status": "down"}
    return {"status": "ok", "engine": connection.vendor}


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the platform can answer its readers, 503 when it cannot.

    A degraded search or queue is reported and leaves the answer at 200.
    """
    state: dict[str, Any] = {"database": database_state(), **search_state.state()}
    down = state["database"]["status"] == "down"
    state["status"] = "down" if down else "ok"
    return JsonResponse(state, status=503 if down else 200)
