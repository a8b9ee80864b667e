"""A stub that speaks the protocol of clamd (INSTREAM), for the scanner itself is not to be had
here. It knows one virus, the test file of EICAR; the rest of its answers is what clamd's manual
says that clamd answers."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Conversation(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        command = b""
        while not command.endswith((b"\n", b"\0")):
            step = self.request.recv(1)
            if not step:
                return
            command += step
        assert command.strip(b"nz\n\0") == b"INSTREAM"
        if self.server.mood == "hangs up":
            return
        content = b""
        while size := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(size)
            if len(content) > self.server.longest:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\n")
                return
        self.server.seen.append(content)
        if self.server.mood == "hangs":
            self.server.release.wait(20)
            return
        answer = {"raves": b"what?\n"}.get(self.server.mood)
        found = b"stream: Eicar-Test-Signature FOUND\n" if EICAR in content else b"stream: OK\n"
        self.request.sendall(answer or found)

    def _exactly(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            step = self.request.recv(size - len(content))
            if not step:
                raise ConnectionError
            content += step
        return content


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that goes away is part of the game."""


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class Clamd:
    """The stub, and what it saw. ``mood``: "", "hangs", "hangs up", "raves"."""

    def __init__(self, server: Any, url: str) -> None:
        self.server, self.url = server, url
        server.mood, server.longest, server.seen = "", 100 * 1024 * 1024, []
        server.release = threading.Event()

    @property
    def seen(self) -> list[bytes]:
        return self.server.seen

    def is_in_the_mood(self, mood: str) -> None:
        self.server.mood = mood

    def takes(self, size: int) -> None:
        self.server.longest = size


@contextmanager
def clamd(path: str = "") -> Iterator[Clamd]:
    """Listens on a port of its own, or at the socket ``path``."""
    server: Any = _Unix(path, Conversation) if path else _Tcp(("127.0.0.1", 0), Conversation)
    url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stub = Clamd(server, url)
    try:
        yield stub
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
