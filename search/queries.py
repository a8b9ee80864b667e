"""Words as a query of Elasticsearch: what is looked up where, and what it counts.

A query takes one request where enough publications hold all of its words, as they mostly do.
It also asks which known words are near the unknown ones; when there are any, another request looks
for what was meant and whether the words were unknown, and when few publications hold everything,
another for some of the words.
All figures here were chosen by ``search_evaluate`` on judged collections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from . import synonyms
from .index import LANGUAGES, TEXTS
from .words import MAX_CHARACTERS, Expansion, Parsed, Term, parse

if TYPE_CHECKING:
    from .contract import SearchRequest
    from .suggestions import Subject

Clause = dict[str, Any]

#: What a word counts in a field. ``LANGUAGE`` stands for the reader's language.
WEIGHTS = {
    "title.LANGUAGE": 1.2,
    "title.LANGUAGE.exact": 0.3,
    "abstract.LANGUAGE": 1.0,
    "abstract.LANGUAGE.exact": 0.25,
    "body.LANGUAGE": 0.5,
    "body.LANGUAGE.exact": 0.15,
    "titles": 0.1,
    "subjects": 0.4,
    "contributors": 0.4,
    "any": 0.15,
}
#: When fewer publications hold all the words, those with some of them follow.
ENOUGH = 10
#: So many words are rarely held by enough publications.
MANY = 5
#: What other forms of a word, in whatever language, count beside the word itself.
OTHER_FORM = 0.5
#: What words that are joined count beside single ones.
JOINED = 0.3
#: What a word without a subject of its own counts.
STOP_WORD = 0.15
#: Publications with every word come before all others.
EVERY = 1024.0
#: An identifier leads to its record.
IDENTIFIER = 4096.0
#: At most so much for what was published now, half of it for ten years ago.
RECENCY = 0.2

#: What the synonyms of words count in a field, ``LANGUAGE`` being any, beside the words themselves.
SYNONYMS = {
    "title.LANGUAGE": 1.2,
    "abstract.LANGUAGE": 1.0,
    "body.LANGUAGE": 0.5,
    "subjects": 0.4,
    "any": 0.15,
}
SYNONYM = 0.7

#: How Elasticsearch looks for known words near an unknown one.
NEAR = {
    "suggest_mode": "missing",
    "size": 10,
    "max_edits": 2,
    "prefix_length": 0,
    "min_word_length": 3,
}
#: What a word that was put right counts.
CORRECTED = 0.9
#: Known words that stand for an unknown one.
MOST_CORRECTIONS = 4
#: How much less alike than the nearest word they may be.
LESS_ALIKE = 0.12
#: How much less alike one may be that is as good.
AS_GOOD = 0.02
#: An unknown word of this length may be two words written as one.
SHORTEST_COMPOUND = 8


@dataclass(frozen=True)
class Asked:
    """The words of a query on their way. ``corrections``: for a word that the index doesn't
    know, those that it does and what they count."""

    language: str
    parsed: Parsed
    identifiers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    corrections: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    rules: synonyms.Rules = field(default_factory=lambda: synonyms.Rules({}))
    #: Whether Elasticsearch knows the synonyms; else the query names them.
    known: bool = False
    #: Whether to leave out what holds some of the words only.
    strict: bool = True

    @classmethod
    def of(
        cls,
        query: str,
        language: str,
        identifiers: Iterable[str] = (),
        authors: Iterable[str] = (),
    ) -> Asked:
        parsed = parse(query)
        rules, known = synonyms.current() if parsed.sequence else (synonyms.Rules({}), False)
        return cls(language, parsed, tuple(identifiers), tuple(authors), rules=rules, known=known)

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.parsed.terms

    @property
    def sequence(self) -> tuple[str, ...]:
        return self.parsed.sequence

    @cached_property
    def expansions(self) -> tuple[Expansion, ...]:
        """The synonyms of what was typed, or most probably meant."""
        meant = {word: near[0][0] for word, near in self.corrections.items()}
        plain = {meant.get(word, word): term for word, term in self.parsed.plain.items()}
        return self.rules.expansions(tuple(meant.get(w, w) for w in self.sequence), plain)

    @property
    def members(self) -> list[Term]:
        """All terms, those that would do as well among them."""
        return [member for term in self.terms for member in term.members]

    @property
    def words(self) -> list[str]:
        """The single words among the terms, each once."""
        words = [term.words[0] for term in self.members if len(term.words) == 1]
        return list(dict.fromkeys(words))

    @property
    def is_sure(self) -> bool:
        """Whether all that it finds holds every term."""
        return self.strict and not self.identifiers

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for that a publication could hold or lack."""
        return not (self.terms or self.parsed.excluded or self.authors)

    @property
    def joined(self) -> dict[str, tuple[str, str]]:
        """Neighbours as one word, as Dutch writes compounds and others write hyphens."""
        words = set(self.words)
        return {
            first + second: (first, second)
            for first, second in pairwise(self.sequence)
            if (first in words or second in words) and len(first + second) >= 5
        }

    # What was meant ---------------------------------------------------------------------

    @property
    def near(self) -> Clause:
        """Asks which known words are near those that the index doesn't know."""
        if not self.words:
            return {}
        spelling = {"field": f"spelling.{self.language}", "analyzer": "exact", **NEAR}
        return {"near": {"text": " ".join(self.words), "term": spelling}}

    def unknown(self, answer: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """By word that stands in no text of the language as it is written what ``answer`` says is
        near it."""
        synonymous = {word for expansion in self.expansions for word in expansion.typed}
        return {
            entry["text"]: entry["options"]
            for entry in answer.get("suggest", {}).get("near", ())
            if entry["options"] and entry["text"].isalpha() and entry["text"] not in synonymous
        }

    def held(self, words: Iterable[str], readers: list[str], hidden: Iterable[str]) -> Clause:
        """Counts in how much of what may be read each of ``words`` stands."""
        forms = {word: self._known(word) for word in words}
        counted = {"words": {"filters": {"filters": forms}}}
        return {
            "global": {},
            "aggs": {"readable": {"filter": readable(readers, hidden), "aggs": counted}},
        }

    def corrected(self, near: Mapping[str, list[dict[str, Any]]]) -> Asked:
        """With the known words that are ``near`` the unknown ones. Of those as good as the best,
        that with the same first letter is likelier."""

        def alike(word: str, options: list[dict[str, Any]]) -> tuple[tuple[str, float], ...]:
            found = {one["text"]: options[0]["score"] - one["score"] for one in options}
            near = [one for one, less in found.items() if less <= LESS_ALIKE][:MOST_CORRECTIONS]
            near.sort(key=lambda one: (found[one] > AS_GOOD, one[0] != word[0]))
            return tuple((one, round(CORRECTED - 2 * found[one], 3)) for one in near)

        return replace(self, corrections={word: alike(word, near[word]) for word in near})

    def _known(self, word: str) -> Clause:
        """In another form; or as it is, a name or in another language."""
        forms = [_match(f"{name}.{self.language}", word) for name in TEXTS]
        return {"bool": {"should": [{"term": {"any": word}}, *forms]}}

    # What is looked for -----------------------------------------------------------------

    def fields(self) -> dict[str, float]:
        return {name.replace("LANGUAGE", self.language): weight for name, weight in WEIGHTS.items()}

    def score(self) -> Clause:
        """What each word counts, wherever it stands."""
        should: list[Clause] = []
        for term in self.members:
            if len(term.words) > 1:
                phrase = " ".join(term.words)
                should += [
                    _phrase(name, phrase, weight)
                    for name, weight in self.fields().items()
                    if name.endswith(".exact") or name in ("titles", "any", "contributors")
                ]
            else:
                should.append(self._word(term))
        should += [self._synonyms(expansion) for expansion in self.expansions]
        for word in self.joined:
            should.append(self._everywhere(word, JOINED))
        single = set(self.words)
        for word in dict.fromkeys(self.sequence):
            if word not in single:
                should.append(self._everywhere(word, STOP_WORD))
        return {"bool": {"should": should}}

    def _everywhere(self, word: str, weight: float) -> Clause:
        """The sum of what it counts in each field."""
        fields = [f"{name}^{round(weight * w, 4)}" for name, w in self.fields().items()]
        return {"multi_match": {"query": word, "type": "most_fields", "fields": fields}}

    def _word(self, term: Term) -> Clause:
        word, *forms = term.forms
        own = [self._everywhere(word, 1)]
        own += [_match("any", form, OTHER_FORM * WEIGHTS["any"]) for form in forms]
        own += [_match("titles", form, OTHER_FORM * WEIGHTS["titles"]) for form in forms]
        near = self.corrections.get(word, ())
        if not near:
            return {"bool": {"should": own}}
        others = [self._everywhere(other, alike) for other, alike in near]
        return {"dis_max": {"queries": [{"bool": {"should": own}}, *others]}}

    def present(self, term: Term) -> Clause:
        """That a publication holds ``term``, or another that would do as well."""
        if not term.others:
            return self._present(term)
        return {"bool": {"should": [self._present(member) for member in term.members]}}

    def _present(self, term: Term) -> Clause:
        """In some form, joined or put right."""
        if len(term.words) > 1:
            return _phrase("any", " ".join(term.words))
        word = term.words[0]
        words = [*term.forms, *(near for near, _alike in self.corrections.get(word, ()))]
        for joined, parts in self.joined.items():
            if word in parts:
                words.append(joined)
        should: list[Clause] = [{"terms": {"any": words}}]
        stemmed = [word, *(near for near, _alike in self.corrections.get(word, ()))]
        for name in TEXTS:
            should.append(_match(f"{name}.{self.language}", " ".join(stemmed)))
        if len(word) >= SHORTEST_COMPOUND and word.isalpha() and word in self.corrections:
            should += [
                _phrase("any", f"{word[:place]} {word[place:]}")
                for place in range(3, len(word) - 2)
            ]
        return {"bool": {"should": should}}

    def _synonyms(self, expansion: Expansion) -> Clause:
        """The best of what its synonyms count."""
        queries: list[Clause] = []
        for name, weight in SYNONYMS.items():
            for code in LANGUAGES if "LANGUAGE" in name else ("",):
                field = name.replace("LANGUAGE", code)
                if self.known:
                    asked = {
                        "query": " ".join(expansion.name),
                        "analyzer": f"synonyms_{code}" if code else "synonyms",
                        "operator": "and",
                        "boost": round(SYNONYM * weight, 4),
                    }
                    queries.append({"match": {field: asked}})
                else:
                    queries += [
                        _phrase(field, " ".join(other.words), SYNONYM * weight)
                        for other in expansion.others
                    ]
        return {"dis_max": {"queries": queries}}

    @cached_property
    def every(self) -> Clause:
        """That a publication holds every term, or a synonym in the place of some."""
        covered = {term for expansion in self.expansions for term in expansion.terms}
        asked = [self.present(term) for term in self.terms if term not in covered]
        for expansion in self.expansions:
            typed = {"bool": {"filter": [self.present(term) for term in expansion.terms]}}
            asked.append({"bool": {"should": [typed, self._synonyms(expansion)]}})
        return {"bool": {"filter": asked}}

    def limits(self) -> list[Clause]:
        """What a publication must be, whatever words it holds."""
        limits: list[Clause] = [
            {"match": {"contributors": {"query": author, "operator": "and"}}}
            for author in self.authors
        ]
        if self.parsed.excluded:
            unwanted = [self._present(term) for term in self.parsed.excluded]
            limits.append({"bool": {"must_not": unwanted}})
        return limits

    def some(self) -> Clause:
        found = [self.present(term) for term in self.terms]
        found += [self._synonyms(expansion) for expansion in self.expansions]
        return {"bool": {"should": found}}

    @property
    def meant(self) -> dict[str, tuple[str, ...]]:
        """By unknown word those that it may have been, the likeliest first."""
        words = set(self.words)
        return {
            word: tuple(other for other, _alike in near)
            for word, near in self.corrections.items()
            if word in words
        }


def _match(name: str, words: str, boost: float = 1) -> Clause:
    return {"match": {name: {"query": words, "boost": round(boost, 4)}}}


def _phrase(name: str, words: str, boost: float = 1) -> Clause:
    return {"match_phrase": {name: {"query": words, "boost": round(boost, 4)}}}


def readable(readers: list[str], hidden: Iterable[str] = ()) -> Clause:
    """The policy of ``pages.access`` as a filter: what ``readers`` may read, without what is
    ``hidden`` from them since."""
    allowed: Clause = {"filter": [{"terms": {"readers": readers}}]}
    if hidden := list(hidden):
        allowed["must_not"] = [{"terms": {"key": hidden}}]
    return {"bool": allowed}


def body(
    asked: Asked,
    readers: list[str],
    hidden: Iterable[str] = (),
    *,
    scored: bool = True,
) -> Clause:
    """What finds. Without ``scored``, what holds every word comes before what doesn't,
    and all else is alike."""
    may_be_read = readable(readers, hidden)
    if not asked.terms:
        return {"bool": {"filter": [may_be_read, *asked.limits()]}}
    found = asked.every if asked.strict else asked.some()
    should: list[Clause] = [] if asked.is_sure else [_flag("every", asked.every, EVERY)]
    if asked.identifiers:
        exactly: Clause = {"terms": {"identifiers": list(asked.identifiers)}}
        found = {"bool": {"should": [found, exactly]}}
        should.append(_flag("identifier", exactly, IDENTIFIER))
    if scored:
        recent = {"field": "published", "origin": "now/d", "pivot": "3650d", "boost": RECENCY}
        should += [asked.score(), {"distance_feature": recent}]
    return {"bool": {"filter": [may_be_read, *asked.limits(), found], "should": should}}


def _flag(name: str, found: Clause, boost: float) -> Clause:
    return {"constant_score": {"filter": found, "boost": boost, "_name": name}}


# Beside the search --------------------------------------------------------------------------


def suggesting(
    request: SearchRequest, may_be_read: Clause, subjects: Sequence[Subject]
) -> list[Clause]:
    """Titles that begin as the words do, names that do, and which subjects have publications."""

    def begins(name: str) -> Clause:
        query = {"query": request.query[:MAX_CHARACTERS], "operator": "and"}
        return {"match_bool_prefix": {name: query}}

    newest = {"field": "published", "origin": "now/d", "pivot": "3650d", "boost": RECENCY}
    own = {"match_bool_prefix": {f"title.{request.language}.exact": {"query": request.query}}}
    quiet: Clause = {"_source": False, "track_total_hits": False}
    searches: list[Clause] = [
        {
            **quiet,
            "size": request.limit,
            "query": {
                "bool": {
                    "filter": [may_be_read],
                    "must": [begins("titles")],
                    "should": [own, {"distance_feature": newest}],
                }
            },
        },
        {
            **quiet,
            "size": 0,
            "query": {"bool": {"filter": [may_be_read, begins("contributors")]}},
            "aggs": {"names": {"terms": {"field": "contributors.name", "size": 50}}},
        },
    ]
    if subjects:
        held = {subject.name: {"term": {subject.parameter: subject.code}} for subject in subjects}
        searches.append(
            {
                **quiet,
                "size": 0,
                "query": may_be_read,
                "aggs": {"held": {"filters": {"filters": held}}},
            }
        )
    return [part for search in searches for part in ({}, search)]


#: What a subject in common counts beside the words of title and abstract.
IN_COMMON = {"theme": 3.0, "network": 1.5, "country": 2.0, "tag": 2.0}


def like(document: Mapping[str, Any], may_be_read: Clause) -> Clause:
    """What shares subjects with ``document``, or the words that mark it."""
    should: list[Clause] = [
        {"constant_score": {"filter": {"term": {name: code}}, "boost": boost}}
        for name, boost in IN_COMMON.items()
        for code in document[name]
    ]
    for part in ("title", "abstract"):
        for code, text in document[part].items():
            if text:
                alike = {"fields": [f"{part}.{code}"], "like": [text], "min_term_freq": 1}
                alike |= {"min_doc_freq": 2, "max_query_terms": 20, "minimum_should_match": 1}
                should.append({"more_like_this": alike})
    return {"bool": {"filter": [may_be_read], "should": should, "minimum_should_match": 1}}
