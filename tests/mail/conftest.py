"""A mail server that can refuse, fall silent and break off, and somebody to write to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from cpmg import mail
from cpmg.mail.models import OutgoingMail
from tests.users.conftest import make, member, moderator

__all__ = ["member", "moderator"]


class Server:
    """``fault`` is what the server does, None: it takes all."""

    def __init__(self) -> None:
        self.fault: str | None = None
        #: The one address that refusals are for; all, when it is empty.
        self.only = ""
        self.messages: list[EmailMessage] = []
        self.attempts = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        if self.fault == "hangs":
            await asyncio.sleep(30)
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.attempts += 1
        if self.fault in REFUSALS and self.only in ("", address):
            return REFUSALS[self.fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.fault == "refuses the content":
            return "554 5.7.1 spam, says mx.secret.example"
        if self.fault == "is full":
            return "452 4.3.1 mx.secret.example is full"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append(message)
        if self.fault == "falls silent":
            await asyncio.sleep(30)
        if self.fault == "breaks off":
            server.transport.close()
        return "250 OK"


REFUSALS = {
    "knows nobody of that name": "550 5.1.1 <ana@example.org> unknown at mx.secret.example",
    "asks to come back": "450 4.2.0 greylisted by mx.secret.example",
}


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    server = Server()
    server.controller.start()
    settings.MAIL_BACKEND = "cpmg.mail.backends.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 1
    yield server
    server.controller.stop()


def letter(subject: str = "Your submission", line: str = "It is published.") -> Callable[[], Any]:
    return lambda: mail.Letter(subject, [line], ("Look", "https://example.org/secret-link/"))


@pytest.fixture
def ana(db: None) -> Any:
    return make("ana@example.org", "Members", first_name="Ana", language="es")


def due() -> None:
    """What was put off is due, and what was taken by a process that is gone is free."""
    past = timezone.now() - timedelta(seconds=1)
    OutgoingMail.objects.update(available_at=past)
    OutgoingMail.objects.exclude(leased_until=None).update(leased_until=past)


def states() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))
