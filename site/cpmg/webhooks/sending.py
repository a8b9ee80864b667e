"""One message to one server: signed, to the address that was looked at, within bounds.

No redirect is followed, no proxy of the environment is used, and no more than the beginning of the
answer is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import addresses
from .models import PREFIX, Delivery

#: Seconds for each step, and for all together; bytes of the answer that are kept.
STEP, TOTAL = 10, 20
MOST = 1000


@dataclass
class Answer:
    """``status`` is none when there was no answer; ``error`` says why it does not count."""

    status: int | None = None
    text: str = ""
    error: str = ""
    #: Whether trying again is pointless.
    is_final: bool = False

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def signature(secret: str, message_id: str, timestamp: int, payload: str) -> str:
    """``v1,`` and the HMAC-SHA256 of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.{payload}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class _Connection(http.client.HTTPConnection):
    """To an address that was looked at, under the name of its host."""

    def __init__(self, target: addresses.Target, number: str) -> None:
        super().__init__(target.host, target.port, timeout=STEP)
        self.target, self.number = target, number

    def connect(self) -> None:
        self.sock = socket.create_connection((self.number, self.target.port), STEP)
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.target.host)

    def cut(self) -> None:
        """Ends whatever is going on; from another thread."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def send(delivery: Delivery, timestamp: int) -> Answer:
    endpoint = delivery.endpoint
    try:
        target = addresses.parse(endpoint.url)
        number = addresses.look_up(target)
    except addresses.Unreachable as error:
        return Answer(error=str(error))
    signatures = [
        signature(secret, delivery.message_id, timestamp, delivery.payload)
        for secret in endpoint.secrets
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "CPMG-Webhooks/1.0",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
        "Connection": "close",
    }
    connection = _Connection(target, number)
    clock = threading.Timer(TOTAL, connection.cut)
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", target.path, delivery.payload.encode(), headers)
        response = connection.getresponse()
        text = response.read(MOST).decode("utf-8", "replace").replace("\0", "")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(error=_reason(error))
    finally:
        clock.cancel()
        connection.close()
    if 300 <= response.status < 400:
        return Answer(response.status, text, _("It leads elsewhere, which is not followed."))
    if response.status == 410:
        return Answer(response.status, text, _("It wants no more messages."), is_final=True)
    answer = Answer(response.status, text)
    if not answer.is_taken:
        answer.error = _("It answered %(status)s.") % {"status": response.status}
    return answer


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return _("There was no answer in time.")
    if isinstance(error, ssl.SSLError):
        return _("The connection is not safe: its certificate is not valid.")
    if isinstance(error, ConnectionError):
        return _("The connection was refused or cut.")
    return _("The answer can't be read.")
