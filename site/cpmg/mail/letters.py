"""What a letter says, as text and as HTML made from the same sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation


@dataclass
class Letter:
    subject: str
    lines: list[str]
    #: What the button says, and where it leads.
    action: tuple[str, str] | None = None
    after: list[str] = field(default_factory=list)
    #: What there is to read: each with its words and its address, below ``lines``.
    links: list[tuple[str, str]] = field(default_factory=list)


def render(letter: Letter, language: str, unsubscribe: str = "") -> tuple[str, str, str]:
    """Subject, text and HTML; ``unsubscribe`` is the address that switches such letters off."""
    with translation.override(language):
        context = {
            "letter": letter,
            "language": language,
            "site": settings.WAGTAILADMIN_BASE_URL,
            "unsubscribe": unsubscribe,
        }
        return (
            one_line(letter.subject),
            _storable(render_to_string("mail/letter.txt", context)),
            _storable(render_to_string("mail/letter.html", context)),
        )


def one_line(subject: str) -> str:
    """A subject without line breaks and control characters, which could pass for headers."""
    words = "".join(c if c.isprintable() else " " for c in str(subject)).split()
    return " ".join(words)[:200]


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "")
