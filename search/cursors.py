"""Where a list of results goes on: opaque to those who hold it, and signed.

A cursor belongs to one question and may be kept: what is published or withdrawn meanwhile neither
repeats nor hides anything else. It holds the place after the last result as the engine sorts it,
and says no more than that result did.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Protocol

from django.core import signing

SALT = "search.cursor"


class BadCursorError(ValueError):
    """Not a cursor of ours, or one of another question."""


class Asking(Protocol):
    """A request: ``question`` is what is asked, whoever asks it, and how much of the answer."""

    @property
    def question(self) -> list[Any]: ...

    @property
    def cursor(self) -> str: ...


@dataclass(frozen=True)
class Cursor:
    """``after``: what the last result is sorted by, in ``engine``. ``seen``: how many results
    came before; for when another engine has to go on. ``more``: what the engine notes of how it
    understood the question."""

    engine: str
    after: list[Any]
    seen: int
    more: dict[str, Any]


def written(request: Asking, cursor: Cursor) -> str:
    value = [_digest(request), cursor.engine, cursor.after, cursor.seen, cursor.more]
    return signing.dumps(value, salt=SALT, compress=True)


def read(request: Asking) -> Cursor | None:
    """The cursor of ``request``, None when it begins at the beginning."""
    if not request.cursor:
        return None
    try:
        digest, engine, after, seen, more = signing.loads(request.cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadCursorError from error
    if digest != _digest(request):
        raise BadCursorError
    return Cursor(engine, after, seen, more)


def _digest(request: Asking) -> str:
    return hashlib.sha256(json.dumps(request.question).encode()).hexdigest()[:12]
