"""What ``manage.py run`` says when it cannot start: one sentence, no traceback."""

import errno
import shutil
import socket
import sqlite3

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from cpmg.management.commands import run


def test_a_taken_port_is_one_clear_sentence(settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings.PORT = other.getsockname()[1]
        with pytest.raises(CommandError, match=r"^Port \d+ is taken: .*PORT=8123"):
            call_command("run")


def test_a_full_disk_is_one_clear_sentence(settings, monkeypatch, tmp_path):
    settings.VAR, settings.PORT = tmp_path, free_port()
    usage = shutil.disk_usage(tmp_path)._replace(free=1024)
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(CommandError, match=r"^The disk is full: 0 MB are free"):
        call_command("run")


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), sqlite3.OperationalError("disk is full")],
)
def test_a_disk_that_fills_up_on_the_way_is_one_clear_sentence(
    settings, monkeypatch, tmp_path, error
):
    settings.VAR, settings.PORT = tmp_path, free_port()

    def fail(self):
        raise error

    monkeypatch.setattr(run.Command, "_migrate", fail)
    with pytest.raises(CommandError, match=r"^The disk is full: free some space"):
        call_command("run")


@pytest.mark.django_db
def test_the_first_editor_gets_a_new_password_and_only_the_first():
    command = run.Command()
    password = command._first_editor()
    editor = get_user_model().objects.get()
    assert editor.check_password(password)
    assert len(password) >= 16
    assert command._first_editor() is None
    editor.delete()
    assert command._first_editor() != password


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
