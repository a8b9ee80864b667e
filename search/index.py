"""The indexes in Elasticsearch: their mappings, their analysers, their names.

There are two: of publications, where one document is one publication (one translation group),
whatever its languages, and of the posts of the forum. A mapping is strict and has a version: a
change of it is a new index, which ``search_rebuild`` fills beside the old one. Reads and writes go
through the alias, so that they follow the swap.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from elasticsearch import Elasticsearch

if TYPE_CHECKING:
    from .models import Job

#: Of publications. Grows with every change of the mapping, the analysers or what documents hold.
VERSION = 2

LANGUAGES = ("en", "es", "fr", "nl")
STEMMERS = {"en": "english", "es": "light_spanish", "fr": "light_french", "nl": "dutch"}
#: French words of which an apostrophe leaves a letter or two.
ELIDED = ("l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu")
#: The text of a publication, by what it is.
TEXTS = ("title", "abstract", "body")

#: Accents are folded before stemming, so that a query without them meets the same stem. No stop
#: word is left out: phrases need them, and the query leaves them out where they don't count.
ANALYSIS: dict[str, Any] = {
    "char_filter": {
        # As ``repository.words.words`` cuts a query: all but letters and digits separates.
        "apart": {
            "type": "pattern_replace",
            "pattern": r"[^\p{L}\p{M}\p{N}]+",
            "replacement": " ",
        },
        "apart_but_apostrophes": {
            "type": "pattern_replace",
            "pattern": r"[^\p{L}\p{M}\p{N}'’]+",
            "replacement": " ",
        },
    },
    "filter": {
        "elision": {
            "type": "elision",
            "articles_case": True,
            "articles": list(ELIDED),
        },
        **{f"stem_{code}": {"type": "stemmer", "language": STEMMERS[code]} for code in LANGUAGES},
        # In queries only. The set is filled by ``search.synonyms``.
        "synonyms": {"type": "synonym_graph", "updateable": True},
    },
    "analyzer": {
        "exact": {
            "char_filter": ["apart"],
            "tokenizer": "standard",
            "filter": ["lowercase", "asciifolding"],
        },
        **{
            f"stemmed_{code}": {
                "char_filter": ["apart_but_apostrophes" if code == "fr" else "apart"],
                "tokenizer": "standard",
                "filter": [
                    *(["elision"] if code == "fr" else []),
                    *("lowercase", "asciifolding", f"stem_{code}"),
                ],
            }
            for code in LANGUAGES
        },
        # Synonyms are looked up as they are written, then stemmed like the text.
        "synonyms": {
            "char_filter": ["apart"],
            "tokenizer": "standard",
            "filter": ["lowercase", "asciifolding", "synonyms"],
        },
        **{
            f"synonyms_{code}": {
                "char_filter": ["apart"],
                "tokenizer": "standard",
                "filter": ["lowercase", "asciifolding", "synonyms", f"stem_{code}"],
            }
            for code in LANGUAGES
        },
    },
}


def _text(code: str, *copies: str) -> dict[str, Any]:
    """A text in one language: stemmed, and as it is written but for accents and case."""
    return {
        "type": "text",
        "analyzer": f"stemmed_{code}",
        "fields": {"exact": {"type": "text", "analyzer": "exact"}},
        "copy_to": ["any", *copies],
    }


def _by_language(field: Any) -> dict[str, Any]:
    return {"properties": {code: field(code) for code in LANGUAGES}}


WORDS = {"type": "text", "analyzer": "exact", "copy_to": ["any"]}
WORDS_ALONE = {"type": "text", "analyzer": "exact", "norms": False}
CODES = {"type": "keyword"}
#: Beginnings of words, for suggestions while typing.
PREFIXES = {"min_chars": 1, "max_chars": 12}

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    # What words are looked up in is never read back, but for texts that are quoted.
    "_source": {"excludes": ["spelling", "names", "body"]},
    "properties": {
        "key": CODES,
        "version": {"type": "long"},
        "readers": CODES,
        "locales": CODES,
        "title": _by_language(lambda code: _text(code, "titles")),
        "abstract": _by_language(_text),
        "body": _by_language(_text),
        # Every title in every language; everything in every language.
        "titles": {"type": "text", "analyzer": "exact", "index_prefixes": PREFIXES},
        "any": {"type": "text", "analyzer": "exact"},
        # Contributors, subjects under their names in four languages, publisher and series.
        "contributors": {
            **WORDS,
            "index_prefixes": PREFIXES,
            "fields": {"name": {"type": "keyword", "ignore_above": 400}},
        },
        "subjects": WORDS,
        "names": WORDS,
        # The words that everybody may know of, from which typing errors are put right.
        "spelling": _by_language(lambda code: WORDS_ALONE),
        "identifiers": {"type": "keyword", "copy_to": ["any"]},
        **dict.fromkeys(
            ("country", "theme", "network", "type", "language", "format", "tag"), CODES
        ),
        "year": {"type": "short"},
        "month": {"type": "byte"},
        "published": {"type": "date", "format": "yyyy-MM"},
        "sort_title": _by_language(lambda code: {"type": "keyword", "ignore_above": 300}),
    },
}

#: Of posts. Grows as ``VERSION`` does.
VERSION_OF_POSTS = 1
#: The fields that words are looked up in have the names that publications have. What was said in
#: confidence is looked up and never read back; nothing of it is in ``spelling``.
POSTS_MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"includes": ["key", "version"]},
    "properties": {
        "key": CODES,
        "version": {"type": "long"},
        "readers": CODES,
        "title": _by_language(lambda code: _text(code, "titles")),
        "body": _by_language(_text),
        "titles": {"type": "text", "analyzer": "exact"},
        "any": {"type": "text", "analyzer": "exact"},
        # The numbers of the author and of the post.
        "author": {"type": "long"},
        "id": {"type": "long"},
        "language": CODES,
        # When everybody could see it; for the order in microseconds since 1970.
        "published": {"type": "date", "format": "epoch_millis"},
        "posted": {"type": "long"},
    },
}

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "max_result_window": 100_000,
    "analysis": ANALYSIS,
    # A little more for what says a word often: measured with ``search_evaluate``.
    "similarity": {"default": {"type": "BM25", "k1": 1.6, "b": 0.75}},
}


class Source(Protocol):
    """The module that makes the documents of an index from the database."""

    #: The queue of the index, and the field of the rows with the key of their document.
    JOBS: type[Job]
    KEY: str

    def rows(self) -> QuerySet:
        """What belongs into the index: one row or more for each document."""

    def documents(self, keys: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """The documents of ``keys`` as they are now; what is gone has none."""

    def parts(self, keys: Iterable[UUID]) -> Iterator[list[UUID]]:
        """``keys`` in parts whose documents fit into memory, and into a request, at once."""

    def readers(self, keys: Iterable[UUID]) -> dict[UUID, list[str]]:
        """The ``readers`` of the documents alone."""


@dataclass(eq=False)
class Index:
    """One index: what it is made of, and under which names it is found."""

    name: str
    version: int
    mapping: dict[str, Any]
    #: The module with its ``Source``.
    module: str
    #: What its alias ends in, after that of the installation.
    ending: str = ""

    @cached_property
    def source(self) -> Source:
        return cast(Source, import_module(self.module))

    @property
    def alias(self) -> str:
        """The name that reads and writes go through."""
        return f"{settings.SEARCH_INDEX}{self.ending}"


PUBLICATIONS = Index("publications", VERSION, MAPPING, "search.documents")
POSTS = Index("posts", VERSION_OF_POSTS, POSTS_MAPPING, "search.forum.documents", "-forum")
INDEXES = (PUBLICATIONS, POSTS)


def alias(of: Index = PUBLICATIONS) -> str:
    """The name that reads and writes go through."""
    return of.alias


def new_name(of: Index = PUBLICATIONS) -> str:
    """The name of an index that is about to be made, with the version of its mapping."""
    moment = f"{time.strftime('%Y%m%d%H%M%S')}-{time.time_ns() % 10**6:06}"
    return f"{of.alias}-v{of.version}-{moment}"


def client(timeout: float = 10) -> Elasticsearch:
    """Elasticsearch as the settings name it. Nothing is tried twice behind the caller's back."""
    return Elasticsearch(settings.ELASTICSEARCH_URL, request_timeout=timeout, max_retries=0)


def create(
    es: Elasticsearch, name: str, of: Index = PUBLICATIONS, *, ready: bool = True, **more: Any
) -> str:
    """Makes an empty index with the mapping ``of`` one; ``more`` are further settings. The
    synonyms are there before it, where the server keeps any. One that need not be ``ready`` takes
    documents, and is searched after ``refresh``."""
    from . import synonyms

    kept = synonyms.prepare(es)
    analysis = _with_synonyms(synonyms.name() if kept else "")
    es.indices.create(
        index=name,
        mappings={**of.mapping, "_meta": {"version": of.version}},
        settings={**SETTINGS, "analysis": analysis, **more},
        wait_for_active_shards=int(ready),
    )
    return name


def refresh(es: Elasticsearch, name: str) -> None:
    """Lets all that was written be found, as soon as the index is ready."""
    es.cluster.health(index=name, wait_for_status="yellow")
    es.indices.refresh(index=name)


def _with_synonyms(name: str) -> dict[str, Any]:
    """The analysis with the set ``name`` of synonyms, or with none."""
    analysis = copy.deepcopy(ANALYSIS)
    if name:
        analysis["filter"]["synonyms"]["synonyms_set"] = name
        return analysis
    del analysis["filter"]["synonyms"]
    for analyzer in analysis["analyzer"].values():
        analyzer["filter"] = [one for one in analyzer["filter"] if one != "synonyms"]
    return analysis


def knows(es: Elasticsearch, name: str) -> bool:
    """Whether the index of publications takes the synonyms from the set ``name``."""
    path = "*.settings.index.analysis.filter.synonyms.synonyms_set"
    found = es.options(ignore_status=404).indices.get_settings(index=alias(), filter_path=path)
    return name in str(found.body)
