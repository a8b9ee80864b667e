"""``manage.py run``: from nothing to a serving site, step by step."""

from __future__ import annotations

import errno
import hashlib
import secrets
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from gunicorn.app.base import BaseApplication

from cpmg import catalogues, work

EDITOR = "editor@example.org"
#: What a first start writes, with room to work: database, static files, uploads.
NEEDED_BYTES = 300 * 1024 * 1024


class Server(BaseApplication):
    """Gunicorn with one worker process; SQLite likes one writer."""

    def __init__(self, port: int, ready: Callable[[Any], None]) -> None:
        self.own = {
            "bind": [f"127.0.0.1:{port}"],
            "workers": 1,
            "threads": 8,
            "preload_app": True,
            "graceful_timeout": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": ready,
            "post_worker_init": lambda worker: work.resume(),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.own.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from cpmg.wsgi import application

        connections.close_all()
        return application


class Command(BaseCommand):
    help = "Prepares the database, the content and the static files, and serves the site."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="Stop before serving.")

    def handle(self, *args: Any, **options: Any) -> None:
        port = settings.PORT
        try:
            self._check_port(port)
            self._check_disk()
            with self._step(2, "Database"):
                self._migrate()
            with self._step(3, "Languages"):
                catalogues.compile_all()
            with self._step(4, "Content", live=True):
                call_command("load_content", stdout=self.stdout)
            with self._step(5, "Static files"):
                self._collect_static()
            password = self._first_editor()
        except (OSError, OperationalError, sqlite3.Error) as error:
            raise CommandError(self._one_sentence(error)) from error
        if not options["prepare_only"]:
            Server(port, lambda server: self._announce(port, password)).run()

    # Steps ----------------------------------------------------------------------------

    @contextmanager
    def _step(self, number: int, name: str, live: bool = False) -> Iterator[None]:
        """Prints ``[2/6] Database ... 1.2 s``; a live step prints lines of its own between."""
        self.stdout.write(f"[{number}/6] {name} ...", ending="\n" if live else " ")
        self.stdout.flush()
        started = time.monotonic()
        yield
        seconds = f"{time.monotonic() - started:.1f} s"
        self.stdout.write(f"      {seconds}" if live else seconds)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)

    def _collect_static(self) -> None:
        """Collects only when the packages or our own files have changed."""
        state = hashlib.sha256((settings.ROOT / "requirements.txt").read_bytes())
        for folder in settings.STATICFILES_DIRS:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    state.update(str(path.relative_to(folder)).encode() + path.read_bytes())
        stamp = Path(settings.STATIC_ROOT) / ".state"
        if stamp.exists() and stamp.read_text() == state.hexdigest():
            return
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state.hexdigest())

    def _first_editor(self) -> str | None:
        """Makes the first editor and returns the password, which nothing else keeps."""
        user_model = get_user_model()
        if user_model.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        user_model.objects.create_superuser(
            EDITOR, password, first_name="First", last_name="Editor"
        )
        return password

    def _announce(self, port: int, password: str | None) -> None:
        site = f"http://localhost:{port}"
        lines = [
            "[6/6] Server is ready. Ctrl-C stops it.",
            "",
            f"      Site               {site}/",
            f"      Admin              {site}/admin/",
            f"      API documentation  {site}/api/v3/docs/",
            f"      Health             {site}/health/",
        ]
        if password:
            lines += [
                "",
                f"      First editor       {EDITOR}",
                f"      Password           {password}",
            ]
            lines += [
                "      The password is shown this once. Change it under Your account on the site;",
                "      docs/accounts.md says more.",
            ]
        print("\n".join(lines), flush=True)

    # What can be wrong ----------------------------------------------------------------

    def _check_port(self, port: int) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"PORT={port} is no port: give a number from 1 to 65535.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                reason = "needs administrator rights" if error.errno == errno.EACCES else "is taken"
                raise CommandError(
                    f"Port {port} {reason}: choose another one, for example `PORT=8123 make run`."
                ) from error

    def _check_disk(self) -> None:
        settings.VAR.mkdir(parents=True, exist_ok=True)
        started_before = (settings.VAR / "db.sqlite3").exists()
        needed = NEEDED_BYTES // 10 if started_before else NEEDED_BYTES
        free = shutil.disk_usage(settings.VAR).free
        if free < needed:
            raise CommandError(
                f"The disk is full: {free // 2**20} MB are free, {needed // 2**20} MB are needed."
            )

    @staticmethod
    def _one_sentence(error: Exception) -> str:
        if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
            return "The disk is full: free some space and start again."
        if isinstance(error, PermissionError):
            return f"{error.filename} cannot be written: check who owns the folder."
        if isinstance(error, (OperationalError, sqlite3.Error)):
            return f"The database cannot be used: {str(error).splitlines()[0]}"
        return f"The site could not start: {error}"
