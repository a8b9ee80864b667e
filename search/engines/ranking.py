"""What a query finds in the database, best first, and words put right that nobody wrote.

A word that stands in nothing the reader may see is perhaps a typing error. What it could have been
is looked for in publications that the reader may see, so that nobody learns of a word that is
hidden from them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ..highlighting import WORD, folded
from ..words import Term
from .lookup import Asked, Entries, Scores, beginning, holding, matches

#: When fewer publications hold all the words, those with some of them follow.
ENOUGH = 10
#: What a page counts that is not in the reader's language: chosen by ``search_evaluate``.
OTHER_LANGUAGE = 0.3
#: Shorter words are not put right.
SHORTEST = 4
#: Letters that may be wrong in a word, and in a longer one of at least so many letters.
WRONG, LONG = 1, 10
#: Words that stand for an unknown one, and how much less alike than the nearest they may be.
MOST, LESS_ALIKE = 3, 0.1
#: Publications in whose words the right one is looked for, for each way to come upon them.
LOOKED_IN = 400
#: Places of a word that are looked at first.
FEW = 50


def weight_of_language(language: str, preferred: str) -> float:
    return 1 if language == preferred else OTHER_LANGUAGE


class Stock(Protocol):
    """The pages among which is searched."""

    @property
    def entries(self) -> Entries:
        """Where their words are."""

    def shown(self, scores: Scores) -> Scores:
        """What the reader is shown of the pages with ``scores``, weighed by language."""

    def words(self, pages: Iterable[int]) -> set[str]:
        """``words_of`` what stands in those of ``pages`` that the reader may see."""


def words_of(texts: Iterable[str]) -> set[str]:
    """The different words, folded: a letter with an accent is one without it."""
    found: set[str] = set()
    for text in texts:
        found.update(WORD.findall(folded(text)))
    return found


@dataclass
class Ranked:
    """Scores by id; which hold all the words; what was ``asked`` for in the end; and by word what
    was read in its place."""

    asked: Asked = field(default_factory=lambda: Asked(()))
    scores: Scores = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    relaxed: bool = False
    corrections: dict[str, tuple[str, ...]] = field(default_factory=dict)


def ranked(asked: Asked, stock: Stock) -> Ranked:
    """Finds what holds every term of ``asked``, and when that is little, what holds some."""

    def found(every: bool) -> Scores:
        return stock.shown(matches(asked, stock.entries, every=every))

    complete, near = found(every=True), {}
    if not complete and (near := _near(asked, stock)):
        asked = asked.corrected(near)
        complete = found(every=True)
    some: Scores = {}
    if len(complete) < ENOUGH and len(asked.terms) > 1:
        some = found(every=False)
    return Ranked(
        asked,
        some | complete,
        set(complete),
        relaxed=len(some) > len(complete),
        corrections={
            term.words[0]: tuple(other.words[0] for other in others)
            for term, others in near.items()
        },
    )


def _near(asked: Asked, stock: Stock) -> dict[Term, tuple[Term, ...]]:
    """By term that stands nowhere, known words that are written nearly alike."""
    unknown = [term for term in _words(asked) if not _is_known(term, stock)]
    if not unknown:
        return {}
    others = tuple(term for term in asked.terms if term not in unknown)
    pages: list[int] = []
    if others:
        scores = stock.shown(matches(Asked(others), stock.entries, every=False))
        pages += heapq.nlargest(LOOKED_IN, scores, key=scores.__getitem__)
    for term in unknown:
        for start in _starts(term.words[0]):
            pages += beginning([start], stock.entries, "body", LOOKED_IN // len(unknown))
    known = stock.words(dict.fromkeys(pages))
    near = {term: tuple(_alike(term.words[0], known)) for term in unknown}
    return {term: words for term, words in near.items() if words}


def _words(asked: Asked) -> Iterator[Term]:
    """The terms that may hold a typing error."""
    synonymous = {term for expansion in asked.expansions for term in expansion.terms}
    for term in asked.terms:
        if term.is_plain and term not in synonymous:
            (word,) = term.words
            if word.isalpha() and len(word) >= SHORTEST:
                yield term


def _is_known(term: Term, stock: Stock) -> bool:
    """Whether the reader may see it somewhere. A few places tell, if they may be seen."""
    for most in (FEW, None):
        held = holding(Asked((term,)), stock.entries, every=True, most=most)
        if stock.shown(dict.fromkeys(held, 0.0)):
            return True
        if most and len(held) < most:
            return False
    return False


def _starts(word: str) -> list[str]:
    """How the right word may begin, if not both of its first letters are wrong."""
    return list(dict.fromkeys((word[:3], word[:2], word[1] + word[0], word[1:3])))


def _alike(word: str, known: Iterable[str]) -> Iterator[Term]:
    wrong = WRONG if len(word) < LONG else WRONG + 1
    scored = process.extract(
        word, list(known), scorer=OSA.distance, score_cutoff=wrong, limit=10 * MOST
    )
    likeness = {
        other: OSA.normalized_similarity(word, other)
        for other, _wrong, _place in scored
        if other.isalpha()
    }
    best = max(likeness.values(), default=0)
    near = sorted(likeness, key=lambda other: (-likeness[other], other[0] != word[0], other))
    for other in near[:MOST]:
        if best - likeness[other] <= LESS_ALIKE:
            yield Term((other,))
