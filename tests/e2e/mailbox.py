"""The letters that the running site sends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path


class Letter(EmailMessage):
    @property
    def text(self) -> str:
        body = self.get_body(("plain",))
        return str(body.get_content()) if body else ""


class Mailbox:
    """A folder of letters. Each is given once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: set[str] = set()

    def _new(self) -> Iterator[tuple[str, Letter]]:
        policy = default_policy.clone(message_factory=Letter)
        for path in sorted(self.folder.glob("*.eml")):
            if path.name not in self.read:
                letter = message_from_bytes(path.read_bytes(), policy=policy)
                assert isinstance(letter, Letter)
                yield path.name, letter

    def wait_for(self, address: str, words: str, seconds: float = 30) -> Letter:
        """The first new letter to ``address`` with ``words`` in its subject."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, letter in self._new():
                if address in str(letter["to"]) and words in str(letter["subject"]):
                    self.read.add(name)
                    return letter
            time.sleep(0.3)
        found = [(str(letter["to"]), str(letter["subject"])) for _name, letter in self._new()]
        raise AssertionError(f"No letter to {address} about {words}: {found}")
