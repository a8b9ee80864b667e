"""What went wrong, kept as a code that names neither hosts nor addresses, and told in words."""

from __future__ import annotations

import re
import smtplib
from typing import Any

from django.utils.translation import gettext as _

#: Reasons of our own.
UNWANTED, DISABLED, NO_LONGER, GIVEN_UP = "unwanted", "disabled", "no longer", "given up"
LOST, UNANSWERED = "lost", "unanswered"

_ENHANCED = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")


def reply_of(error: Exception) -> tuple[int, bytes] | None:
    """The answer of the server, if it gave one: code and text."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()), None)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return error.smtp_code, text if isinstance(text, bytes) else str(text).encode()
    return None


def is_permanent(error: Exception) -> bool:
    """Whether the server refused this letter or its recipient for good. What it says about
    ourselves, our password or sender for example, is mended by somebody some day."""
    about_the_letter = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    reply = reply_of(error)
    return about_the_letter and reply is not None and 500 <= reply[0] <= 599


def code_of(error: Exception) -> str:
    """Such as ``550 5.1.1`` or ``ConnectionRefusedError``: the texts of servers name hosts."""
    reply = reply_of(error)
    if reply is None:
        return type(error).__name__[:100]
    enhanced = _ENHANCED.search(reply[1])
    return f"{reply[0]} {enhanced[1].decode()}" if enhanced else str(reply[0])


def in_words(error: str) -> Any:
    own = {
        "": "",
        UNWANTED: _("The person switched such messages off."),
        DISABLED: _("The account was disabled."),
        NO_LONGER: _("It no longer concerns the person."),
        GIVEN_UP: _("Given up by an editor."),
        LOST: _("The process that sent it was ended. The message may have arrived."),
        UNANSWERED: _("The mail server took it and did not answer. The message may have arrived."),
    }
    if error in own:
        return own[error]
    if error[:3].isdigit():
        if error.startswith("5"):
            return _("The mail server refused it (%(code)s).") % {"code": error}
        return _("The mail server could not take it (%(code)s).") % {"code": error}
    return _("The mail server could not be reached (%(code)s).") % {"code": error}
