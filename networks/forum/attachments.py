"""Files of posts. How files are taken and handed out is known to the repository, which plugs
itself in here when the platform starts; until then posts have no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

#: Files of one post.
MOST = 5


@dataclass(frozen=True)
class Attached:
    """A file of a post, as its readers see it."""

    pk: int
    name: str
    url: str
    kind: str
    size: int
    #: Why it can't be had now; empty when it can.
    blocked: str = ""


class Keeper(Protocol):
    def receive(self, user: Any, file: Any, name: str) -> Any:
        """The document made of an uploaded file; raises ``ValidationError``."""

    def find(self, user: Any, numbers: Sequence[int]) -> list[Any]:
        """The documents with these numbers that ``user`` uploaded and nothing holds."""

    def attach(self, post: Any, user: Any, documents: Sequence[Any]) -> None:
        """Adds files to a post, in the running transaction."""

    def of(self, posts: Iterable[UUID]) -> dict[UUID, list[Attached]]:
        """The files of posts, by the posts' keys; a constant number of queries."""


_keepers: list[Keeper] = []


def keep_with(keeper: Keeper) -> None:
    _keepers[:] = [keeper]


def keeper() -> Keeper | None:
    return _keepers[0] if _keepers else None


def attach(post: Any, user: Any, documents: Sequence[Any]) -> None:
    if documents and _keepers:
        _keepers[0].attach(post, user, documents)


def of(posts: Iterable[Any]) -> dict[UUID, list[Attached]]:
    keys = [post.key for post in posts]
    return _keepers[0].of(keys) if _keepers and keys else {}
