"""``manage.py mail_status``: how the queue of mails is, for people and for monitoring."""

from __future__ import annotations

from typing import Any

from cpmg.mail.outgoing import state
from cpmg.management.status import StatusCommand


class Command(StatusCommand):
    help = (
        "Shows how many mails are in which state. Exit code 0: all is well; 1: some failed, are"
        " uncertain, or wait for more than a quarter of an hour."
    )

    def state(self) -> dict[str, Any]:
        return state()
