"""Pictures of charts, drawn by vl-convert in a child process and kept in the cache by content.

A picture is found by its specification, data included: one that was drawn before a change of the
figures is never taken for one of after it, and one whose figures did not change is not drawn
again. One process draws a picture while the others wait for it. The child has limits on time and
size, and what it cannot do is an answer, not a failure of the page: the table says the same.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils.html import escape

from .charts import BAR, BAR_NEGATIVE, COLOURS, GRID, GROUND, INK, QUIET

log = logging.getLogger(__name__)

#: Children of one web process at a time.
_places = threading.BoundedSemaphore(2)

#: Seconds that one picture may take.
TIME = 20
#: Bytes of a specification and of a picture.
MAX_SPECIFICATION, MAX_PICTURE = 1_000_000, 8_000_000
#: Seconds for which a picture is kept.
KEPT = 30 * 24 * 3600
#: Changes when pictures come out differently for the same specification.
FORM = 1

#: The same colours on a dark ground.
DARK = {
    GROUND: "#0d2731",
    INK: "#e9f1f1",
    QUIET: "#aec3c8",
    GRID: "#24434f",
    BAR: "#37a7ab",
    BAR_NEGATIVE: "#f0855f",
    **dict(
        zip(
            COLOURS,
            (
                *("#56b4e9", "#f0855f", "#2fc99b", "#e7a3c7", "#e6c229", "#d0d0d0"),
                *("#aaa0f0", "#d98a6f"),
            ),
            strict=True,
        )
    ),
}


class NotDrawnError(Exception):
    """No picture, now: it takes too long, is too large, or another process is at it."""


def svg(specification: dict[str, Any]) -> bytes:
    """The chart as SVG, for light and dark screens."""
    return _finished(plain(specification), specification)


def png(specification: dict[str, Any]) -> bytes:
    """The chart as PNG, light, at twice its size."""
    text = plain(specification).decode()
    return _kept("png", text, lambda: _child({"svg": text}))


def plain(specification: dict[str, Any]) -> bytes:
    """The chart as it was drawn."""
    text = json.dumps(specification, ensure_ascii=False, sort_keys=True)
    if len(text) > MAX_SPECIFICATION:
        raise NotDrawnError("The specification is too large.")
    return _kept("svg", text, lambda: _child({"spec": specification}))


def _kept(kind: str, content: str, make: Callable[[], bytes]) -> bytes:
    """From the cache, or made by one process while the others wait."""
    key = f"chart:{FORM}:{kind}:{hashlib.sha256(content.encode()).hexdigest()}"
    found = cache.get(key)
    if found is not None:
        return found
    if not cache.add(f"{key}:drawing", os.getpid(), TIME):
        return _awaited(key)
    try:
        made = make()
        cache.set(key, made, KEPT)
    finally:
        cache.delete(f"{key}:drawing")
    return made


def _awaited(key: str) -> bytes:
    ends = time.monotonic() + TIME / 2
    while time.monotonic() < ends:
        time.sleep(0.05)
        found = cache.get(key)
        if found is not None:
            return found
    raise NotDrawnError("Another process is still drawing it.")


def _child(asked: dict[str, Any]) -> bytes:
    if not _places.acquire(timeout=TIME / 2):
        raise NotDrawnError("Too many pictures are being drawn.")
    try:
        return _drawn(asked)
    finally:
        _places.release()


def _drawn(asked: dict[str, Any]) -> bytes:
    command = [sys.executable, "-I", str(Path(__file__).with_name("draw.py"))]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=TIME,
            check=True,
            env={"PATH": os.defpath, "TZ": "UTC"},
        )
    except subprocess.TimeoutExpired as error:
        log.warning("A chart took more than %s seconds.", TIME)
        raise NotDrawnError("It took too long.") from error
    except subprocess.CalledProcessError as error:
        log.error("A chart was not drawn: %s", error.stderr.decode(errors="replace")[-500:])
        raise NotDrawnError("It could not be drawn.") from error
    if not done.stdout or len(done.stdout) > MAX_PICTURE:
        raise NotDrawnError("The picture is too large.")
    return done.stdout


_OPENING = re.compile(rb"<svg[^>]*>")


def _finished(drawn: bytes, specification: dict[str, Any]) -> bytes:
    """With a name and a description for those who do not see it, and colours for dark screens."""
    opening = _OPENING.search(drawn)
    if opening is None:
        raise NotDrawnError("What came out is no SVG.")
    named = opening[0].replace(
        b'class="marks"', b'class="marks" role="img" aria-labelledby="chart-title chart-desc"'
    )
    title = " ".join(specification["title"]["text"])
    inside = (
        f'<title id="chart-title">{escape(title)}</title>'
        f'<desc id="chart-desc">{escape(specification["description"])}</desc>'
        f"<style>{dark_style()}</style>"
    )
    return drawn[: opening.start()] + named + inside.encode() + drawn[opening.end() :]


def dark_style() -> str:
    """Rules that put each colour into its counterpart on a dark screen."""
    rules = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in DARK.items()
    )
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
