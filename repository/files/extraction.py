"""The text of a file, read in a process of its own with limits on memory, time and output.

Whatever a file does to its reader, it does to that process. ``extract`` is what runs in it.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from . import extract

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Reading:
    """What a file says. ``problem`` is one of ``FileDetails.Problem``, or empty."""

    problem: str = ""
    text: list[str] = field(default_factory=list)
    page_count: int | None = None
    language: str = ""
    thumbnail: bytes = b""
    properties: dict[str, list[str]] = field(default_factory=dict)


def read(file: BinaryIO, kind: str, limits: extract.Limits | None = None) -> Reading:
    """The text of ``file``, a file of this machine; no text for kinds that have none."""
    if kind not in extract.READERS:
        return Reading()
    limits = limits or extract.Limits()
    file.seek(0)
    with tempfile.TemporaryFile() as answer:
        # No secret of ours is in its environment, and it opens no file but the one it is given.
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "repository.files.extract", kind, *limits.arguments()],
            cwd=ROOT,
            stdin=file,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        try:
            code = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            code = -signal.SIGALRM
        finally:
            _end(process)
        answer.seek(0)
        lines = answer.read(limits.output).split(b"\n")
    if len(lines) < 2:  # it never came to say what it read
        return Reading(problem=_reason(code))
    found: dict[str, Any] = json.loads(lines[0])
    if len(lines) > 2:
        found["thumbnail"] = base64.b64decode(json.loads(lines[1])["thumbnail"])
    return Reading(**found)


def _reason(code: int) -> str:
    """Why a process ended so: out of time, out of memory, or fallen over the file."""
    if code in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL):
        return "too-slow"
    logger.info("Reading a file ended with code %s", code)
    return "too-large" if code < 0 or code == extract.OUT_OF_MEMORY else "broken"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    # A library for sums starts a thread, with its memory, for each processor.
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
