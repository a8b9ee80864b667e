"""What the commands have in common that show how a part of the platform is."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

#: Exit codes by status, as monitoring reads them; any other status is a warning.
CODES = {"ok": 0, "degraded": 1, "down": 2}


class StatusCommand(BaseCommand):
    """For people and for monitoring: a line for each part, or JSON; the worst status is the exit
    code."""

    def state(self) -> dict[str, Any]:
        """What there is to say, with a ``status``; or the same for each of several parts."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self.state()
        parts = {"": found} if "status" in found else found
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for part, values in parts.items():
                about = ", ".join(f"{name} {value}" for name, value in values.items())
                self.stdout.write(f"{part:<8} {about}" if part else about)
        if code := max(CODES.get(values["status"], 1) for values in parts.values()):
            raise SystemExit(code)
