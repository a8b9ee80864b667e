"""Viruses: clamd is asked, where ``CLAMD_URL`` says where it is.

``tcp://host:3310`` or ``unix:///run/clamav/clamd.ctl``. The file goes to it as a stream, so it
needs to share no disk with us.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import urlsplit

from clamav_client import clamd
from django.conf import settings
from django.core import checks

#: Seconds that the scanner may stay silent.
PATIENCE = 60


class Unavailable(Exception):
    """The scanner gave no answer; says why without naming a host."""


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def client(url: str) -> clamd.ClamdNetworkSocket:
    """Raises ``ValueError`` for an address that leads to no scanner."""
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path:
        return clamd.ClamdUnixSocket(parts.path, timeout=PATIENCE)
    if parts.scheme == "tcp" and parts.hostname:
        return clamd.ClamdNetworkSocket(parts.hostname, parts.port or 3310, timeout=PATIENCE)
    raise ValueError("CLAMD_URL is tcp://host:port or unix:///path.")


def virus_in(file: BinaryIO) -> str:
    """What the scanner calls the virus in ``file``; empty when there is none."""
    file.seek(0)
    try:
        answers = client(settings.CLAMD_URL).instream(file)
    except clamd.BufferTooLongError:
        raise Unavailable("the file is larger than the scanner takes") from None
    except clamd.CommunicationError as error:
        silent = isinstance(error.__cause__, TimeoutError)
        raise Unavailable("no answer in time" if silent else "can't be reached") from None
    except (clamd.ClamdError, OSError):
        raise Unavailable("the connection broke") from None
    status, virus = answers.get("stream", ("", None))
    if status == "FOUND":
        return virus or "unknown"
    if status == "OK":
        return ""
    raise Unavailable("no clear answer")


@checks.register
def the_address_leads_to_a_scanner(**kwargs: Any) -> list[checks.CheckMessage]:
    """Files would wait for ever at an address of another kind."""
    try:
        if is_configured():
            client(settings.CLAMD_URL)
    except ValueError as error:
        return [checks.Error(str(error), id="repository.E001")]
    return []
