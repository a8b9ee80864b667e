"""Where Django's mail goes, and how ours leaves.

``EMAIL_BACKEND`` is the queue: what Wagtail and Django write goes the same way as our letters.
``MAIL_BACKEND`` is what the queue sends with, as ``EMAIL_URL`` says.
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils.translation import get_language


class QueueBackend(BaseEmailBackend):
    """Queues messages that others write, one for each of their recipients. Carries no files."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        from . import Address, outgoing
        from .letters import one_line

        for message in email_messages:
            if message.attachments:
                raise ValueError("The queue of mails carries no files.")
            parts = [str(content) for content, kind in alternatives(message) if kind == "text/html"]
            for email in dict.fromkeys(message.recipients()):
                person = get_user_model()._default_manager.filter(email__iexact=email).first()
                language = getattr(person, "language", None) or get_language() or "en"
                outgoing.write(
                    Address(email, language, person),
                    one_line(str(message.subject)),
                    str(message.body),
                    parts[0] if parts else "",
                )
        return len(email_messages)


def alternatives(message: EmailMessage) -> list[Any]:
    return getattr(message, "alternatives", [])


class _Watched:
    """Knows whether the server was given a letter and has not answered for it."""

    unanswered = False

    def data(self, msg: Any) -> Any:
        self.unanswered = True
        answer = super().data(msg)  # type: ignore[misc]
        self.unanswered = False
        return answer


class _SMTP(_Watched, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Watched, smtplib.SMTP_SSL):
    pass


class SMTPBackend(smtp.EmailBackend):
    """Django's, which can tell a letter that the server may have from one that it has not."""

    @property
    def connection_class(self) -> Any:
        return _SMTPOverTLS if self.use_ssl else _SMTP

    @property
    def unanswered(self) -> bool:
        return getattr(self.connection, "unanswered", False)


class FileBackend(BaseEmailBackend):
    """Writes each message to a file of its own, which mail programs open, into the folder
    ``MAIL_FOLDER``. Their names sort by time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        from django.utils import timezone

        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{uuid.uuid4().hex[:6]}"
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(folder / f"{name}.eml")
        return len(email_messages)
