"""The terms of the field beside the text, and a check of translations against them.

The check warns and never refuses: a term can be right in another form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii
from bs4 import BeautifulSoup

from ..models.translating import GlossaryTerm

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """A term that a passage holds, with its form in the other language."""

    term: str
    translation: str
    note: str
    missing: bool = False


def plain(html: str) -> str:
    """Text without marks, accents and case."""
    return anyascii(BeautifulSoup(html, "html.parser").get_text(" ")).casefold()


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """The beginning of a word that its endings leave alone."""
    return word if len(word) < 5 else word[: max(4, len(word) - 2)]


def _pattern(term: str) -> str:
    words = [re.escape(_stem(word)) + r"\w{0,4}" for word in _WORD.findall(plain(term))]
    return r"\b" + r"\W+".join(words) + r"\b"


class Glossary:
    """The glossary for one pair of languages; one query."""

    def __init__(self, source: str, language: str) -> None:
        self.terms = [
            (term.in_language(source), term.in_language(language), term.note)
            for term in GlossaryTerm.objects.all()
            if term.in_language(source) and term.in_language(language)
        ]
        # Longer terms first: a migrant worker is no migrant.
        self.terms.sort(key=lambda term: -len(term[0]))
        self._all = (
            re.compile("|".join(f"({_pattern(term[0])})" for term in self.terms))
            if self.terms
            else None
        )

    def found(self, source: str, text: str = "") -> list[Found]:
        """The terms in ``source``; with ``text``, each says whether it is missing there."""
        if self._all is None:
            return []
        terms: dict[int, None] = {}
        for match in self._all.finditer(plain(source)):
            terms.setdefault((match.lastindex or 1) - 1)
        there = plain(text)
        return [
            Found(term, wanted, note, bool(text) and not self._holds(there, wanted))
            for term, wanted, note in (self.terms[number] for number in terms)
        ]

    @staticmethod
    def _holds(text: str, wanted: str) -> bool:
        return all(
            re.search(r"\b" + re.escape(_stem(word)), text)
            for word in _WORD.findall(plain(wanted))
            if len(word) > 2
        )
