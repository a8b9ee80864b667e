"""A door in front of the real Elasticsearch that can be shut in several ways."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch

from search.engines import elasticsearch as engine
from tests.search.conftest import PATIENCE, elasticsearch, server

__all__ = ["elasticsearch"]


class Door(ThreadingHTTPServer):
    """``fault`` is what happens to requests: None lets them through; a number is the status of
    the answer; ``hang`` never answers; ``drop`` does what is asked and loses the answer;
    ``reject some`` refuses every second line of a bulk request."""

    daemon_threads = True
    fault: str | int | None = None
    #: Requests that still get through before the fault.
    spare = 0
    #: Seconds for which ``hang`` holds a request.
    held = 60
    #: Requests that came.
    asked = 0
    #: Seconds that each search was given to be answered.
    given: tuple[float, ...] = ()

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.target = urlsplit(target)
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def handle_request(self) -> None:
        door = self.server
        door.asked += 1
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = door.fault
        if fault is not None and door.spare > 0:
            door.spare -= 1
            fault = None
        if fault == "refused":  # connections from before the door was shut
            self.close_connection = True
            return
        if fault == "hang":
            door.released.wait(door.held)
            self.close_connection = True
            return
        if isinstance(fault, int):
            self.answer(fault, {"error": {"type": "by_the_test"}, "status": fault})
            return
        rejected: list[dict] = []
        if fault == "reject some" and self.path.split("?")[0].endswith("_bulk"):
            content, rejected = without_every_second(content)
        connection = http.client.HTTPConnection(door.target.hostname, door.target.port)
        connection.request(
            self.command,
            self.path,
            content,
            {
                name: value
                for name, value in self.headers.items()
                if name.lower() in ("content-type", "accept", "authorization")
            },
        )
        reply = connection.getresponse()
        body = reply.read()
        if fault == "drop":
            self.close_connection = True
            return
        if rejected:
            answer = json.loads(body) if body else {}
            answer["errors"] = True
            answer["items"] = [*answer.get("items", []), *rejected]
            body = json.dumps(answer).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.headers.get("Content-Type", "application/json"))
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request  # noqa: N815

    def answer(self, status: int, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


def without_every_second(content: bytes) -> tuple[bytes, list[dict]]:
    """A bulk request without every second operation, and answers of 429 for those."""
    lines = content.decode().strip().split("\n")
    kept, rejected, number, place = [], [], 0, 0
    while place < len(lines):
        ((action, about),) = json.loads(lines[place]).items()
        length = 1 if action == "delete" else 2
        if number % 2:
            error = {"type": "es_rejected_execution_exception"}
            rejected.append({action: {"_id": about["_id"], "status": 429, "error": error}})
        else:
            kept += lines[place : place + length]
        number, place = number + 1, place + length
    return ("\n".join(kept) + "\n").encode(), rejected


@pytest.fixture
def door(settings, elasticsearch, monkeypatch) -> Iterator[Door]:
    """The search goes through the door, with the product's own patience; the fixture
    ``elasticsearch`` goes past it."""
    monkeypatch.setattr(engine, "PATIENCE", PATIENCE)
    door = Door(server())
    options = Elasticsearch.options

    def note(client: Elasticsearch, **given: Any) -> Elasticsearch:
        if "request_timeout" in given:
            door.given += (given["request_timeout"],)
        return options(client, **given)

    monkeypatch.setattr(Elasticsearch, "options", note)
    settings.ELASTICSEARCH_URL = door.url
    yield door
    door.released.set()
    door.shutdown()
    door.server_close()
