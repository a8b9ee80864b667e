"""``manage.py mail_status``: how the queue of mails is, for people and for monitoring."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cpmg.mail.outgoing import state


class Command(BaseCommand):
    help = (
        "Shows how many mails are in which state. Exit code 0: all is well; 1: some failed, are"
        " uncertain, or wait for more than a quarter of an hour."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = state()
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in found.items()))
        if found["status"] != "ok":
            raise SystemExit(1)
