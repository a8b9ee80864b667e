"""What somebody typed, read as words and phrases. Nothing that is typed is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from repository.words import words

#: More of a query is not read.
MAX_CHARACTERS = 500
MAX_TERMS = 16

#: Words without a subject of their own, in four languages. They count inside quotation marks,
#: and where a query holds nothing else.
STOP_WORDS = frozenset(
    " ".join(
        {
            "en": "a an and are as at be by for from has have how in is it its of on or that the"
            " their this to was were what when where which who why with",
            "es": "al como con cual cuales cuando de del donde e el en entre es esta este la las"
            " lo los mas o para por que se sin sobre su sus un una y",
            "fr": "au aux avec c ce ces cette comment d dans des du elle est et etre il ils j l le"
            " les leur m n ou par pas plus pour qu quel quelle quels quelles qui s sont sur t un"
            " une",
            "nl": "aan bij dat de die dit door een en het hoe hun is met naar niet of om op ook"
            " over te tot uit van voor waar wat welke wie zijn",
        }.values()
    ).split()
)

#: Endings of singular and plural in the four languages, the first that fit being tried.
NUMBERS = (("y", "ies"), ("al", "aux"), ("z", "ces"), ("", "es"), ("", "s"), ("", "en"))


@dataclass(frozen=True)
class Term:
    """One word in all its forms, or a phrase: several words in this order. ``others`` would do
    as well (``OR``)."""

    words: tuple[str, ...]
    others: tuple[Term, ...] = ()

    @cached_property
    def members(self) -> tuple[Term, ...]:
        """The term itself and those that would do as well."""
        return (self, *self.others)

    @property
    def is_plain(self) -> bool:
        """Whether it is one word, and that alone."""
        return len(self.words) == 1 and not self.others

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The word itself first, then singular or plural as it might be; of a phrase nothing."""
        if len(self.words) > 1:
            return ()
        (word,) = self.words
        forms = [word]
        if len(word) >= 4 and word.isalpha():
            for singular, plural in NUMBERS:
                if word.endswith(plural):
                    forms.append(word.removesuffix(plural) + singular)
                elif (singular and word.endswith(singular)) or not (singular or word[-1] == "s"):
                    forms.append(word.removesuffix(singular) + plural)
        return tuple(dict.fromkeys(forms))


@dataclass(frozen=True)
class Expansion:
    """Words of a query that have synonyms: as ``typed``, the terms that they are, and the
    ``others`` that would do in place of all these terms together. All words that stand for the
    same have one ``name``."""

    typed: tuple[str, ...]
    name: tuple[str, ...]
    terms: tuple[Term, ...]
    others: tuple[Term, ...]


@dataclass(frozen=True)
class Parsed:
    """What was typed: terms to be found, terms that must not be there."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    #: The words outside quotation marks as they follow one another, those of no meaning too.
    sequence: tuple[str, ...] = ()

    @property
    def plain(self) -> dict[str, Term]:
        """By word the terms that are one word, and that alone."""
        return {term.words[0]: term for term in self.terms if term.is_plain}


#: A piece of what was typed: perhaps a minus, then a phrase or something without spaces.
PIECE = re.compile(
    r"(?:(?<!\S)(?P<minus>[-−])(?=[\w\"“„«]))?"
    r"(?:[\"“”„«»](?P<phrase>[^\"“”„«»]*)[\"“”„«»]|(?P<word>[^\s\"“”„«»]+))"
)
#: Between two pieces: one or the other.
EITHER = {"OR", "O", "OU", "OF", "|"}


def parse(query: str) -> Parsed:
    """Reads ``query``: phrases in quotation marks, ``-word``, ``one OR another``. Nothing that
    is typed is an error: an operator with nothing to work on is a word."""
    pieces = list(PIECE.finditer(query[:MAX_CHARACTERS]))
    groups: list[list[Term]] = []
    stops: list[Term] = []
    excluded: list[Term] = []
    sequence: list[str] = []
    either = False
    for number, piece in enumerate(pieces):
        if piece["word"] in EITHER and not piece["minus"] and groups and number + 1 < len(pieces):
            either = True
            continue
        found = tuple(words(piece["phrase"] if piece["word"] is None else piece["word"]))
        if not found:
            continue
        if piece["minus"]:
            excluded.append(Term(found))
            continue
        is_phrase = piece["word"] is None
        if not is_phrase:
            sequence += found
        if either:
            groups[-1].append(Term(found))
        elif is_phrase:
            groups.append([Term(found)])
        else:
            for word in found:
                if word in STOP_WORDS:
                    stops.append(Term((word,)))
                else:
                    groups.append([Term((word,))])
        either = False
    terms = [replace(group[0], others=tuple(group[1:])) for group in groups] or stops
    phrases_first = sorted(terms, key=lambda term: len(term.words) == 1)
    return Parsed(
        tuple(dict.fromkeys(phrases_first))[:MAX_TERMS],
        tuple(dict.fromkeys(excluded))[:MAX_TERMS],
        tuple(sequence[: 2 * MAX_TERMS]),
    )
