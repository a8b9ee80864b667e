"""Queues are worked off after commits, by a thread of each process, and by the worker."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import transaction

from cpmg import work
from cpmg.management.commands.worker import Command


class Bench:
    """A queue in memory; ``fault`` is raised by its next drain."""

    def __init__(self) -> None:
        self.items = 0
        self.fault: Exception | None = None
        self.drained = threading.Event()
        self.runs = 0

    def drain(self) -> work.Drained:
        self.runs += 1
        fault, self.fault = self.fault, None
        if fault:
            raise fault
        done, self.items = self.items, 0
        self.drained.set()
        return work.Drained(done=done)

    def waiting(self) -> bool:
        return bool(self.items)


@pytest.fixture
def bench(monkeypatch, settings):
    settings.DRAIN_AFTER_COMMIT = True
    bench = Bench()
    monkeypatch.setattr(work, "_queues", {})
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    work.register("bench", bench.drain, bench.waiting)
    return bench


def test_the_thread_drains_after_the_commit_and_not_before(bench, transactional_db):
    with transaction.atomic():
        bench.items = 3
        work.wake("bench")
        assert not bench.drained.wait(0.3)
    assert bench.drained.wait(5)
    assert bench.items == 0


def test_what_is_rolled_back_wakes_nobody(bench, transactional_db):
    with transaction.atomic():
        work.wake("bench")
        transaction.set_rollback(True)
    assert not bench.drained.wait(0.3)


def test_a_transaction_wakes_once(bench, transactional_db):
    with transaction.atomic():
        for _time in range(50):
            work.wake("bench")
        assert len(transaction.get_connection().run_on_commit) == 1


def test_the_thread_outlives_an_error(bench, transactional_db, monkeypatch):
    monkeypatch.setattr(work, "PAUSE_AFTER_ERROR", 0.05)
    bench.fault, bench.items = RuntimeError("the database is away"), 1
    work.wake("bench")
    assert bench.drained.wait(5)
    assert bench.runs == 2


def test_nobody_is_woken_where_the_worker_does_it_all(bench, transactional_db, settings):
    settings.DRAIN_AFTER_COMMIT = False
    work.wake("bench")
    assert not bench.drained.wait(0.3)


def test_a_process_goes_on_with_what_a_former_one_left(bench, transactional_db):
    bench.items = 1
    work.resume()
    assert bench.drained.wait(5)


@pytest.mark.once
@pytest.mark.parametrize("exit_at_once", [False, True])
def test_after_a_fork_and_at_the_end_of_a_process(tmp_path, exit_at_once):
    """The thread of the parent does not live in its child, which makes its own; and a process
    that ends does what it was woken for."""
    done = tmp_path / "done"
    script = f"""
import os, sys, time, threading
import django; django.setup()
from django.conf import settings
settings.DRAIN_AFTER_COMMIT = True
from cpmg import work
def drain():
    time.sleep(0.4)
    with open({str(done)!r}, "a") as file:
        print(os.getpid(), file=file)
    return work.Drained(done=1)
work._queues.clear()
work.register("bench", drain, lambda: False)
if not {exit_at_once}:
    work.wake("bench")
    while not os.path.exists({str(done)!r}):
        time.sleep(0.1)
    child = os.fork()
    work.wake("bench")
    if child:
        os.waitpid(child, 0)
else:
    work.wake("bench")
"""
    # The tests' own database is not the one that the environment names, which there may not be.
    own_database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        timeout=120,
        env=os.environ | own_database | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    pids = done.read_text().split()
    assert (len(pids), len(set(pids))) == ((1, 1) if exit_at_once else (3, 2))


def test_the_worker_knows_its_queues():
    assert "search" in work.queues()
    with pytest.raises(CommandError, match="no queue"):
        call_command("worker", "nonsense")


def test_the_worker_works_off_all_queues(bench, capsys):
    bench.items = 2
    call_command("worker", "--once")
    assert "bench: 2 done" in capsys.readouterr().out


def test_the_worker_pauses_only_when_nothing_was_to_be_done(monkeypatch):
    """More may have come while it worked: it must not wait for the next look."""
    monkeypatch.setattr(work, "ending", threading.Event())
    left = [2, 1, 0]

    def drain() -> work.Drained:
        done = left.pop(0)
        if not left:
            work.ending.set()
        return work.Drained(done=done)

    queue = work.Queue("bench", drain, lambda: True)
    serve = Command(stdout=io.StringIO())._serve
    thread = threading.Thread(target=serve, args=(queue, 60), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert left == []


@pytest.mark.once
def test_the_worker_ends_when_it_is_told(tmp_path):
    """SIGTERM, as the system that runs it sends it."""
    process = subprocess.Popen(
        [sys.executable, str(configured.ROOT / "manage.py"), "worker", "search", "--pause", "0.1"],
        env=os.environ | {"CPMG_VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "Working off search.\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
