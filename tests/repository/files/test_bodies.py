"""Two hundred megabytes are refused before they are read, by the server that serves the site.

It runs in a process of its own here, whose memory and temporary files are watched while a body is
sent to it over a socket.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]
MEGABYTE = 1024 * 1024
LARGE = 200 * MEGABYTE
SIGNED_IN = """
from django.contrib.auth import HASH_SESSION_KEY, BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.conf import settings
from cpmg.users.models import User

user = User.objects.create_user("member@example.org", "correct horse battery")
user.groups.add(Group.objects.get(name="Members"))
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print("session", session.session_key)
"""


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    temporary: Path
    session: str

    def memory(self) -> int:
        """The most that any of its processes has held so far, in bytes."""
        pids = [self.process.pid, *children(self.process.pid)]
        return max(peak(pid) for pid in pids)

    def on_disk(self) -> int:
        """What its temporary files take, those without a name too."""
        held = 0
        for pid in (self.process.pid, *children(self.process.pid)):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    if os.readlink(link).startswith(str(self.temporary)):
                        held += link.stat().st_size
                except OSError:
                    continue
        return held


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc")
    home = tmp_path_factory.mktemp("server")
    temporary = home / "tmp"
    temporary.mkdir()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cpmg.settings.test",
        "CPMG_VAR": str(home),
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "TMPDIR": str(temporary),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    made = subprocess.run(
        [*manage, "shell", "-v0", "-c", SIGNED_IN],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    session = made.stdout.split("session ")[1].split()[0]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "cpmg.wsgi", "--pythonpath", "site"]
    command += ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        server = Server(port, process, temporary, session)
        end = time.monotonic() + 60
        while True:
            try:
                if send(server, "GET", "/es/", 0).status == 200:
                    break
            except OSError:
                assert time.monotonic() < end
            time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Answer:
    status: int
    text: str
    sent: int
    disk: int = field(default=0)


def send(
    server: Server,
    method: str,
    path: str,
    size: int,
    *,
    chunked: bool = False,
    session: bool = False,
    headers: str = "Content-Type: multipart/form-data; boundary=xx\r\n",
) -> Answer:
    """Sends a form with a file of ``size`` bytes, and reads what comes back as soon as it does."""
    head = (
        b'--xx\r\nContent-Disposition: form-data; name="file"; filename="large.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
    )
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    cookie = f"Cookie: sessionid={server.session}; csrftoken={'a' * 32}\r\n" if session else ""
    lines = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n{cookie}{headers}\r\n"
    sent = disk = 0
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(lines.encode())
        piece = head + b"A" * (65536 - len(head))
        while sent < size and not answer:
            part = piece[: size - sent]
            try:
                connection.sendall(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            except OSError:
                break
            sent += len(part)
            piece = b"A" * 65536
            if sent % (8 * MEGABYTE) == 0:
                disk = max(disk, server.on_disk())
            connection.setblocking(False)
            try:
                answer = connection.recv(65536)
            except BlockingIOError:
                pass
            finally:
                connection.settimeout(30)
        while b"</html>" not in answer and (more := connection.recv(65536)):
            answer += more
    status = int(answer.split(b" ", 2)[1])
    return Answer(status, answer.decode(), sent, disk)


@pytest.mark.parametrize(
    ("path", "session", "chunked", "status", "says"),
    [
        ("/es/account/login/", False, False, 413, "3,0"),
        ("/es/account/login/", True, False, 413, "120,0"),
        ("/es/account/login/", False, True, 411, "411"),
        ("/es/account/login/", True, True, 411, "411"),
        ("/admin/documents/add/", False, False, 413, "413"),
        ("/admin/documents/add/", True, True, 411, "411"),
        ("/uploads/", True, True, 411, ""),
        ("/api/v3/documents/", False, False, 413, "detail"),
    ],
)
def test_two_hundred_megabytes_are_refused_at_once(server, path, session, chunked, status, says):
    before = server.memory()
    answer = send(server, "POST", path, LARGE, chunked=chunked, session=session)
    assert answer.status == status
    assert answer.sent < LARGE / 2
    assert answer.disk < MEGABYTE
    assert server.memory() - before < 30 * MEGABYTE
    if path.startswith("/es/"):
        assert '<html lang="es"' in answer.text
    assert says in answer.text


def test_a_form_that_holds_a_file_beyond_the_limit_is_left_at_the_limit(server):
    """The whole may be sent, the file in it may not: it is read no further than to its limit."""
    before = server.memory()
    answer = send(server, "POST", "/es/", 110 * MEGABYTE, session=True)
    assert answer.status == 413
    assert '<html lang="es"' in answer.text
    assert "50,0" in answer.text
    assert answer.disk < 52 * MEGABYTE
    assert server.on_disk() < MEGABYTE
    assert not any(path.is_file() for path in server.temporary.iterdir())
    assert server.memory() - before < 40 * MEGABYTE


def test_the_server_goes_on_after_all_that(server):
    assert send(server, "GET", "/es/", 0).status == 200


# Without a server ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Too large"), ("es", ""), ("fr", ""), ("nl", "")]
)
def test_the_refusal_is_a_page_in_the_language_of_the_reader(home, settings, language, words):
    settings.MAX_BODY_OF_STRANGERS = 10
    answer = Client().post(f"/{language}/", {"file": SimpleUploadedFile("a.pdf", b"x" * 20)})
    assert answer.status_code == 413
    assert f'<html lang="{language}"' in answer.content.decode()
    assert words in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_a_form_field_beyond_the_limit_gets_the_same_page(home, settings, admin_client):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = admin_client.post(reverse("wagtaildocs:add"), {"title": "x" * 200})
    assert answer.status_code == 413


def test_an_upload_in_the_admin_ends_at_the_limit(home, settings, admin_client):
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 1000
    file = SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 2000)
    answer = admin_client.post(reverse("wagtaildocs:add"), {"title": "Large", "file": file})
    assert answer.status_code == 413


def test_a_request_that_is_bad_in_another_way_stays_bad(home, client):
    from cpmg import bodies

    request = client.get("/en/").wsgi_request
    assert bodies.refused(request, ValueError()).status_code == 400
    assert bodies.refused(request, RequestDataTooBig()).status_code == 413
