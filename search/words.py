"""What somebody typed, read as words and phrases. Nothing that is typed is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

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

QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")


@dataclass(frozen=True)
class Term:
    """One word in all its forms, or a phrase: several words in this order."""

    words: tuple[str, ...]

    @property
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


def sequence(query: str) -> list[str]:
    """The words of ``query`` outside quotation marks as they follow one another."""
    return words(QUOTED.sub(" ", query[:MAX_CHARACTERS]))[: 2 * MAX_TERMS]


def read(query: str) -> tuple[Term, ...]:
    """The terms of ``query``, each once: phrases in quotation marks and single words."""
    query = query[:MAX_CHARACTERS]
    phrases = [tuple(words(phrase)) for phrase in QUOTED.findall(query)]
    single = words(QUOTED.sub(" ", query))
    significant = [word for word in single if word not in STOP_WORDS]
    if not significant and not any(phrases):
        significant = single
    terms = [phrase for phrase in phrases if phrase] + [(word,) for word in significant]
    return tuple(Term(term) for term in dict.fromkeys(terms))[:MAX_TERMS]
