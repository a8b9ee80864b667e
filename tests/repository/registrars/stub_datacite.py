"""A stub of DataCite's REST API, not DataCite: as much of it as the client needs, on this machine.

It keeps DOIs and their states, checks name, password, prefix, media type and the required
properties, and can be told to answer something else. Source: support.datacite.org, "The REST API",
"DOI states" and the OpenAPI document of the API.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

MEDIA_TYPE = "application/vnd.api+json"
#: What a DOI that is registered or findable must say.
REQUIRED = ("creators", "titles", "publisher", "publicationYear", "types", "url")
#: Where an event leads, by the state before.
EVENTS = {
    "publish": {"draft": "findable", "registered": "findable", "findable": "findable"},
    "register": {"draft": "registered", "registered": "registered", "findable": "registered"},
    "hide": {"draft": "draft", "findable": "registered", "registered": "registered"},
}
REPOSITORY, PASSWORD, PREFIX = "CPMG.TEST", "päss:word", "10.5072"


class StubDataCite(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True
        #: By DOI: the attributes with the state, and whose it is.
        self.dois = {}
        self.owners = {}
        #: What was asked: method, path, attributes.
        self.asked = []
        #: What is answered next instead: a status, a status with headers, or words:
        #: "lost" does it and cuts the connection, "slow" does not answer, "html" isn't JSON.
        self.answers = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body=None, headers=()):
        text = body if isinstance(body, str) else json.dumps(body or {})
        self.send_response(status)
        self.send_header("Content-Type", f"{MEDIA_TYPE}; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def errors(self, status, title, source="", headers=()):
        one = {"status": str(status), "title": title} | ({"source": source} if source else {})
        self.answer(status, {"errors": [one]}, headers)

    def work(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = json.loads(body)["data"] if body else {}
        attributes = data.get("attributes") or {}
        server.asked.append((self.command, self.path, attributes))
        told = server.answers.pop(0) if server.answers else None
        if told == "slow":
            time.sleep(1)
            return
        if told == "html":
            self.answer(200, "<html>")
            return
        if isinstance(told, (int, tuple)):
            status, headers = told if isinstance(told, tuple) else (told, ())
            self.errors(status, "As the test says", headers=headers)
            return
        if told == "lost":
            self.answer = lambda *args, **kwargs: None
            self.close_connection = True
        known = base64.b64encode(f"{REPOSITORY}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            self.errors(401, "Bad credentials.")
        elif body and self.headers["Content-Type"] != MEDIA_TYPE:
            self.errors(415, "The resource could not be understood.")
        else:
            self.of_doi(data, attributes)

    def of_doi(self, data, attributes):
        dois = self.server.dois
        path = unquote(self.path)
        doi = attributes.get("doi", "").lower() if path == "/dois" else path[len("/dois/") :]
        known = dois.get(doi)
        if self.command == "GET":
            if known is None:
                self.errors(404, "The resource you are looking for doesn't exist.")
            else:
                self.of(200, doi)
            return
        if data.get("type", "dois") != "dois":
            self.errors(400, "You need to provide a payload following the JSONAPI spec")
        elif not doi.startswith(f"{PREFIX}/"):
            self.errors(403, "You are not authorized to access this resource.")
        elif self.command == "POST" and known is not None:
            self.errors(422, "This DOI has already been taken", "doi")
        else:
            before = known or {"state": "draft"}
            event = attributes.get("event")
            after = {**before, **{k: v for k, v in attributes.items() if k != "event"}}
            after["state"] = EVENTS[event][before["state"]] if event else before["state"]
            empty = [name for name in REQUIRED if not after.get(name)]
            if after["state"] != "draft" and empty:
                self.errors(422, f"Missing {empty[0]}", empty[0])
                return
            dois[doi] = after
            self.server.owners.setdefault(doi, REPOSITORY.lower())
            self.of(201 if known is None else 200, doi)

    def of(self, status, doi):
        data = {
            "id": doi,
            "type": "dois",
            "attributes": {**self.server.dois[doi], "doi": doi},
            "relationships": {
                "client": {"data": {"id": self.server.owners[doi], "type": "clients"}}
            },
        }
        self.answer(status, {"data": data})

    do_GET = do_POST = do_PUT = work  # noqa: N815

    def log_message(self, *args):
        pass
