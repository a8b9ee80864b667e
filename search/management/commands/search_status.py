"""``manage.py search_status``: how search and queue are, for people and for monitoring."""

from __future__ import annotations

from typing import Any

from cpmg.management.status import StatusCommand
from search.state import state


class Command(StatusCommand):
    help = (
        "Shows the state of search and queue. Exit code 0: all is well; 1: degraded; 2: the"
        " search engine is down and the database answers in its place."
    )

    def state(self) -> dict[str, Any]:
        return state()
