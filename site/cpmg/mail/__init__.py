"""Mail: written into the database with the change that causes it, sent after the commit.

``queue`` is the one door through which letters leave; docs/mail.md tells the way from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .letters import Letter

__all__ = ["Address", "Letter", "queue"]


@dataclass(frozen=True)
class Address:
    """A recipient who has no account, or an address beside that of the account of ``person``."""

    email: str
    language: str
    person: Any = None


def queue(
    letter: Callable[[], Letter],
    to: Any,
    *,
    event: str | None = None,
    category: str | None = None,
    about: tuple[str, Any] | None = None,
    thread: str = "",
    message_id: str = "",
    headers: dict[str, str] | None = None,
) -> None:
    """Queues a letter in the running transaction: what is rolled back is not sent.

    ``letter`` writes it and is called once, in the language of the recipient.
    ``to`` is a person or an ``Address``.
    ``event`` names what happened, such as ``"submission:<key>:approved:<revision>"``: each
    address gets one letter for it, however often it is queued. None: this call is the event.
    ``category`` is one of ``cpmg.mail.categories`` and lets the person switch such letters off;
    None is for what an account can't do without.
    ``about`` is a condition that must still hold when the letter leaves: the name under which
    ``cpmg.mail.conditions`` knows it, and what to ask it about (JSON).
    ``thread`` names what the letters of a conversation share, so that mail programs keep them
    together.
    ``message_id`` is the letter's number (``<...@our domain>``) where others will refer to it, and
    ``headers`` are more of its header fields, such as ``References`` and ``List-Id``.
    """
    from .outgoing import put

    put(
        letter,
        to,
        event=event,
        category=category,
        about=about,
        thread=thread,
        message_id=message_id,
        headers=headers,
    )
