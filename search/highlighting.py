"""Marks the words that were found, and cuts the passages around them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from html import escape

from anyascii import anyascii
from django.utils.safestring import SafeString, mark_safe

from repository.words import words

from .words import Term

#: Characters of a passage, and of what is shown where nothing was found.
PASSAGE = 220
WORD = re.compile(r"[^\W_]+")
ASCII = frozenset(map(chr, range(128)))

#: Letters with accents by those without, where they are one.
FOLDED = {
    code: plain
    for code in range(0xC0, 0x250)
    if len(plain := anyascii(chr(code))) == 1 and plain.isalpha()
}


class Marker:
    """Marks the words of a query, whatever their accents and case."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.forms: set[str] = set()
        self.phrases: list[tuple[str, ...]] = []
        for member in (member for term in terms for member in term.members):
            self.forms.update(member.forms)
            if not member.forms:
                self.phrases.append(member.words)
        #: The phrases by their first word.
        self.beginnings: dict[str, list[tuple[str, ...]]] = {}
        for phrase in self.phrases:
            self.beginnings.setdefault(phrase[0], []).append(phrase)

    @property
    def is_empty(self) -> bool:
        """Whether it marks nothing."""
        return not self.forms and not self.phrases

    def found(self, text: str) -> list[tuple[int, int]]:
        """Where in ``text`` words of the query stand, as (start, end)."""
        if self.is_empty:
            return []
        small = folded(text)
        plain = small.isascii() or not any(map(str.isalnum, set(small) - ASCII))
        if plain and len(small) == len(text):
            return self._found_folded(small)
        spots = [
            (match.start(), match.end(), parts)
            for match in WORD.finditer(text)
            if (parts := words(match[0]))
        ]
        marked = {
            position
            for position, (_start, _end, parts) in enumerate(spots)
            if self.forms.intersection(parts)
        }
        first = [parts[0] for _start, _end, parts in spots]
        for phrase in self.phrases:
            for position in range(len(first) - len(phrase) + 1):
                if tuple(first[position : position + len(phrase)]) == phrase:
                    marked.update(range(position, position + len(phrase)))
        return [spots[position][:2] for position in sorted(marked)]

    def _found_folded(self, folded: str) -> list[tuple[int, int]]:
        """The same where each letter folds into one, as nearly everywhere; many times as fast."""
        there = set(WORD.findall(folded))
        found: set[tuple[int, int]] = set()
        for form in self.forms & there:
            found.update((place, place + len(form)) for place in _wholes(folded, form))
        for first in self.beginnings.keys() & there:
            for place in _wholes(folded, first):
                for phrase in self.beginnings[first]:
                    if whole := _phrase(phrase).match(folded, place):
                        found.update(word.span() for word in WORD.finditer(folded, *whole.span()))
        return sorted(found)

    def window(self, text: str) -> tuple[int, str]:
        """How many different words of the query a long ``text`` holds, and what stands around
        the first of them. Quick rather than thorough: for whole books."""
        small = folded(text)
        if len(small) != len(text):  # a letter whose small form is two
            return 0, ""
        sought = [*self.forms, *map(" ".join, self.phrases)]
        firsts = [next(_wholes(small, one), None) for one in sought]
        places = [place for place in firsts if place is not None]
        if not places:
            return 0, ""
        begin = max(0, min(places) - 2 * PASSAGE)
        return len(places), text[begin : begin + 5 * PASSAGE]

    def mark(self, text: str) -> SafeString:
        """``text``, escaped, with ``<mark>`` around what was found."""
        return _marked(text, self.found(text))

    def passages(self, text: str, most: int = 2) -> tuple[SafeString, ...]:
        """The first passages of ``text`` that hold words of the query, or its beginning."""
        text = " ".join(text.split())
        if not text:
            return ()
        found = self.found(text)
        passages: list[SafeString] = []
        shown = 0
        for start, _end in found or [(0, 0)]:
            if passages and (start < shown or len(passages) == most):
                continue
            begin = _word_start(text, max(shown, start - PASSAGE // 3))
            end = _word_end(text, begin + PASSAGE)
            inside = [(s - begin, e - begin) for s, e in found if begin <= s and e <= end]
            html = _marked(text[begin:end], inside)
            before, after = "… " if begin else "", " …" if end < len(text) else ""
            passages.append(mark_safe(before + html + after))  # noqa: S308 - escaped above
            shown = end
        return tuple(passages)


@functools.lru_cache(maxsize=1000)
def _phrase(parts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"[\W_]+".join(parts) + r"(?![^\W_])")


def folded(text: str) -> str:
    """In small letters, those with accents without them where that is one letter."""
    return (text if text.isascii() else text.translate(FOLDED)).lower()


def _wholes(text: str, word: str) -> Iterator[int]:
    """Where in ``text`` ``word`` stands as a whole."""
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        before, after = text[place - 1 : place], text[end : end + 1]
        if not before.isalnum() and not after.isalnum():
            yield place
        place = text.find(word, end)


def _marked(text: str, found: list[tuple[int, int]]) -> SafeString:
    parts, done = [], 0
    for start, end in found:
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return mark_safe("".join([*parts, escape(text[done:])]))  # noqa: S308 - escaped here


def _word_start(text: str, position: int) -> int:
    """``position``, or the start of the next word where it is inside one."""
    if position <= 0:
        return 0
    space = text.find(" ", position - 1)
    return position if space < 0 or space - position > 40 else space + 1


def _word_end(text: str, position: int) -> int:
    """``position``, or the end of the word before where it is inside one."""
    if position >= len(text):
        return len(text)
    space = text.rfind(" ", 0, position + 1)
    return position if position - space > 40 else space
