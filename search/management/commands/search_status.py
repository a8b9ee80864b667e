"""``manage.py search_status``: how search and queue are, for people and for monitoring."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.management.base import CRITICAL, WARNING
from search.state import state


class Command(BaseCommand):
    help = (
        "Shows the state of search and queue. Exit code 0: all is well; 1: degraded; 2: the"
        " search engine is down and the database answers in its place."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = state()
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for part, values in found.items():
                about = ", ".join(f"{name} {value}" for name, value in values.items())
                self.stdout.write(f"{part:<8} {about}")
        statuses = {values["status"] for values in found.values()}
        code = CRITICAL if "down" in statuses else WARNING if "degraded" in statuses else 0
        if code:
            raise SystemExit(code)
