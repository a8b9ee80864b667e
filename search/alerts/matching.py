"""Which saved searches a new publication answers, all of them compared at once.

One would ask the database for each saved search what is new in it; at ten thousand that is ten
thousand queries for one publication. Here it is the other way round: what arrived is read once,
each word and code as a number whose bits are the publications that hold it, and a saved search is
a few ``and`` and ``or`` between such numbers. Words are compared as the database engine does
(``repository.words``, singular and plural, synonyms), whatever engine the search page uses: an
alert holds every word that was asked for.
"""

from __future__ import annotations

import functools
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from pages.filters import Choice
from repository.models import PublicationFile, PublicationPage
from repository.words import words

from .. import synonyms, syntax
from ..contract import SearchRequest
from ..engines.lookup import in_numbers
from ..filters import SearchFilter
from ..words import Parsed, Term, parse
from .models import Arrival, Match, SavedSearch

#: Publications read at once, and saved searches.
PUBLICATIONS, SEARCHES = 200, 1000

parsed = functools.lru_cache(maxsize=20_000)(parse)


@dataclass(frozen=True)
class Sought:
    """What a saved search asks for, its prefixes (``country:jm``) read when it was saved."""

    query: str = ""
    authors: tuple[str, ...] = ()
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None

    @classmethod
    def by(cls, chosen: SearchFilter) -> Sought:
        """What the address of a search asks for."""
        request, _prefixed = syntax.applied(chosen.search_request(user=None, language="en"))
        return cls.of(request)

    @classmethod
    def of(cls, request: SearchRequest) -> Sought:
        return cls(
            request.query.strip(),
            request.authors,
            {name: list(codes) for name, codes in request.filters.items() if codes},
            request.year_from,
            request.year_to,
        )

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}


class Newcomers:
    """Publications as bits: ``keys[n]`` is the one of bit ``n``."""

    def __init__(self, keys: Collection[uuid.UUID]) -> None:
        self.rules = synonyms.rules()
        self.keys: list[uuid.UUID] = []
        self.words: dict[str, int] = defaultdict(int)
        self.texts: list[tuple[int, str]] = []
        self.codes: dict[tuple[str, str], int] = defaultdict(int)
        self.years: dict[int, int] = defaultdict(int)
        self.contributors: list[tuple[int, set[str]]] = []
        bits: dict[uuid.UUID, int] = {}
        by_page: dict[int, int] = {}
        for page in self._pages(keys):
            if page.translation_key not in bits:
                bits[page.translation_key] = 1 << len(self.keys)
                self.keys.append(page.translation_key)
            by_page[page.pk] = bits[page.translation_key]
            self._read(page, by_page[page.pk])
        kinds = PublicationFile.objects.filter(page__in=by_page).order_by()
        for pk, kind in kinds.values_list("page", "document__details__kind"):
            self.codes["format", kind or ""] |= by_page[pk]

    @staticmethod
    def _pages(keys: Collection[uuid.UUID]) -> Any:
        return (
            PublicationPage._base_manager.filter(translation_key__in=list(keys), live=True)
            .order_by("pk")
            .select_related("document_type", "locale")
            .prefetch_related(
                *("contributors", "languages", "countries", "themes", "networks"),
                "tagged_items__tag",
            )
        )

    def _read(self, page: PublicationPage, bit: int) -> None:
        text = page.folded_text
        self.texts.append((bit, f" {text} "))
        for word in set(text.split()):
            self.words[word] |= bit
        for name in ("country", "theme", "network", "language"):
            relation = SUBJECTS[name]
            for term in getattr(page, relation).all():
                self.codes[name, term.code] |= bit
        for item in page.tagged_items.all():
            self.codes["tag", item.tag.slug] |= bit
        self.codes["type", page.document_type.code] |= bit
        if page.year:
            self.years[page.year] |= bit
        for person in page.contributors.all():
            named = {*words(f"{person.given_name} {person.family_name}")}
            self.contributors.append((bit, named))

    # One search -------------------------------------------------------------------------

    def found_by(self, sought: Sought) -> int:
        """The bits of what ``sought`` finds."""
        found = (1 << len(self.keys)) - 1
        if sought.query:
            asked = parsed(sought.query)
            if not (asked.terms or asked.excluded):
                return 0  # something was typed, and no word is in it
            found &= self._with_words(asked)
        for name, codes in sought.filters.items():
            found &= _any(self.codes.get((name, code), 0) for code in codes)
        if sought.year_from is not None or sought.year_to is not None:
            first, last = sought.year_from or 0, sought.year_to or 9999
            found &= _any(bits for year, bits in self.years.items() if first <= year <= last)
        for author in sought.authors if found else ():
            named = {*words(author)}
            found &= _any(bit for bit, names in self.contributors if named <= names)
        return found

    def _with_words(self, asked: Parsed) -> int:
        found = (1 << len(self.keys)) - 1
        expansions = self.rules.expansions(asked.sequence, asked.plain)
        covered = {term for expansion in expansions for term in expansion.terms}
        for term in asked.terms:
            if term not in covered:
                found &= self._with_one(term)
        for expansion in expansions:
            typed = (1 << len(self.keys)) - 1
            for term in expansion.terms:
                typed &= self._with_one(term)
            others = (form for other in expansion.others for form in in_numbers(other))
            found &= typed | _any(self._as_written(form) for form in others)
        for term in asked.excluded:
            found &= ~self._with(term)
        return found

    def _with_one(self, term: Term) -> int:
        return _any(self._with(member) for member in term.members)

    def _with(self, term: Term) -> int:
        if term.forms:
            return _any(self.words.get(form, 0) for form in term.forms)
        return self._as_written(term)

    def _as_written(self, term: Term) -> int:
        if len(term.words) == 1:
            return self.words.get(term.words[0], 0)
        phrase = f" {' '.join(term.words)} "
        return _any(bit for bit, text in self.texts if phrase in text)


#: By filter the relation of a publication that holds its terms.
SUBJECTS = {
    parameter.name: parameter.lookup.removesuffix("__code")
    for parameter in SearchFilter.parameters
    if isinstance(parameter, Choice)
}


def _any(several: Any) -> int:
    found = 0
    for bits in several:
        found |= bits
    return found


def match() -> int:
    """Compares some of what arrived with all saved searches, and notes what they find for those
    who want letters; returns how many arrivals there were. Two processes may do the same at
    once: a match is noted once."""
    arrived = dict(
        Arrival.objects.filter(matched=False).order_by("at").values_list("pk", "key")[:PUBLICATIONS]
    )
    if arrived:
        newcomers = Newcomers(set(arrived.values()))
        found = [
            Match(search_id=pk, key=key)
            for pk, sought in saved_searches()
            for key in _keys(newcomers, newcomers.found_by(sought))
        ]
        with transaction.atomic():
            Match.objects.bulk_create(found, ignore_conflicts=True, batch_size=SEARCHES)
            Arrival.objects.filter(pk__in=arrived).update(matched=True)
    return len(arrived)


def saved_searches() -> Iterator[tuple[int, Sought]]:
    """Those whose people want letters, some at a time."""
    wanted = SavedSearch.objects.exclude(frequency=SavedSearch.Frequency.NEVER).order_by("pk")
    last = 0
    while rows := list(wanted.filter(pk__gt=last).values_list("pk", "sought")[:SEARCHES]):
        for pk, sought in rows:
            yield pk, Sought(**sought)
        last = rows[-1][0]


def _keys(newcomers: Newcomers, bits: int) -> Iterator[uuid.UUID]:
    while bits:
        lowest = bits & -bits
        yield newcomers.keys[lowest.bit_length() - 1]
        bits ^= lowest
