"""Where a list goes on. A token holds all that the list needs, signed: no process keeps a state,
and what changes meanwhile moves to the end of the list, where it comes again."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core import signing

#: For how long a token is good.
LIFETIME = timedelta(days=1)
_SALT = "repository.harvesting"


class BadToken(Exception):
    pass


@dataclass(frozen=True)
class Token:
    """``verb`` and what it was asked for; after which record the list goes on; how many were
    given, and how many there were at the beginning."""

    verb: str
    prefix: str
    from_: str
    until: str
    spec: str
    datestamp: str
    key: str
    given: int
    size: int

    def written(self) -> str:
        values = list(asdict(self).values())
        return signing.dumps(values, salt=_SALT, compress=True)

    @property
    def after(self) -> tuple[datetime, uuid.UUID]:
        return datetime.fromisoformat(self.datestamp), uuid.UUID(self.key)


def read(text: str) -> Token:
    """Raises ``BadToken`` for what is none, or too old."""
    try:
        values = signing.loads(text, salt=_SALT, max_age=LIFETIME)
        return Token(*values)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken from error
