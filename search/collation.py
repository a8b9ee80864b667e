"""Titles in the order of a language.

All four put accents and case aside; Spanish has one letter more. (CLDR 44, root and es.)
"""

from __future__ import annotations

from functools import lru_cache

from anyascii import anyascii

#: Letters of their own, and what stands for them: after all that begins with the letter before.
LETTERS = {"es": {"ñ": "n~", "Ñ": "N~"}}


def sort_key(title: str, language: str) -> str:
    for letter, key in LETTERS.get(language, {}).items():
        title = title.replace(letter, key)
    return _folded(title)


@lru_cache(maxsize=256)
def _folded(title: str) -> str:
    """Remembered, since a title is asked for in one language after the other."""
    return anyascii(title).casefold()
