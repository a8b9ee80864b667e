"""How well the search finds: judged collections, run through the queries of production.

A collection is a folder with ``docs.jsonl.gz`` (lines with id, lang, title, text),
``queries.jsonl`` (id, lang, text, optional kind) and ``qrels.tsv`` (query id, document id, grade).
A run is what an engine answers: for each query at most ``DEPTH`` documents, best first, and the
milliseconds that it took.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from elasticsearch.helpers import bulk
from ir_measures import RR, Qrel, R, ScoredDoc, iter_calc, nDCG

from pages import access
from repository.words import words

from . import index, queries
from .contract import SearchRequest
from .engines import lookup
from .engines.elasticsearch import Conversation, find
from .engines.ranking import ranked, weight_of_language, words_of
from .words import parse

#: Documents for a query.
DEPTH = 100
MEASURES = {"ndcg@10": nDCG @ 10, "mrr@10": RR @ 10, "recall@100": R @ 100}
#: Every document has the same date, so that what is newer counts no more.
YEAR = 2020


class CollectionError(Exception):
    """The folder is not a collection."""


@dataclass(frozen=True)
class Document:
    id: str
    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Query:
    id: str
    language: str
    text: str
    kind: str


@dataclass(frozen=True)
class Collection:
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    judgments: tuple[Qrel, ...]


@dataclass(frozen=True)
class Answer:
    """What was found for one query: ids and scores, best first."""

    query: Query
    found: tuple[tuple[str, float], ...]
    milliseconds: float


@dataclass(frozen=True)
class Row:
    """The scores of the queries of one language and kind."""

    language: str
    kind: str
    number: int
    measures: dict[str, float]
    p50_ms: float
    p95_ms: float

    def as_json(self) -> dict[str, Any]:
        times = {"p50_ms": round(self.p50_ms, 2), "p95_ms": round(self.p95_ms, 2)}
        scores = {name: round(value, 4) for name, value in self.measures.items()}
        return {"lang": self.language, "kind": self.kind, "n": self.number, **scores, **times}


# Reading ------------------------------------------------------------------------------------


def read_collection(folder: Path) -> Collection:
    try:
        with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
            documents = tuple(
                Document(str(d["id"]), d["lang"], d.get("title") or "", d.get("text") or "")
                for d in _json(lines)
            )
        with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
            asked = tuple(
                Query(str(q["id"]), q["lang"], q["text"], q.get("kind") or "all")
                for q in _json(lines)
            )
        with (folder / "qrels.tsv").open(encoding="utf-8") as lines:
            judgments = tuple(_judgments(lines))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise CollectionError(f"{folder} is not a judged collection: {error}") from error
    unknown = {*(d.language for d in documents), *(q.language for q in asked)} - {*index.LANGUAGES}
    if unknown:
        raise CollectionError(f"There is no search in {', '.join(sorted(unknown))}.")
    if not documents or not asked:
        raise CollectionError(f"{folder} holds no documents or no queries.")
    return Collection(documents, asked, judgments)


def _json(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines if line.strip())


def _judgments(lines: Iterable[str]) -> Iterator[Qrel]:
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        query, document, grade = line.rstrip("\r\n").split("\t")
        if number or grade.strip().lstrip("-").isdigit():  # else the names of the columns
            yield Qrel(query, document, int(grade))


# Running ------------------------------------------------------------------------------------

Engine = Callable[[Collection, Callable[[Iterable[Query]], Iterable[Query]]], Iterator[Answer]]


def on_elasticsearch(
    collection: Collection, progress: Callable[[Iterable[Query]], Iterable[Query]]
) -> Iterator[Answer]:
    """Asks an index of its own, with the mapping and the queries of production."""
    if not settings.ELASTICSEARCH_URL:
        raise CollectionError("ELASTICSEARCH_URL is not set.")
    es = index.client(30)
    name = f"{index.alias()}-evaluation-{uuid.uuid4().hex[:12]}"
    index.create(es, name, number_of_replicas=0, auto_expand_replicas=False)
    try:
        bulk(es, (_action(name, d) for d in collection.documents), chunk_size=500)
        es.indices.forcemerge(index=name, max_num_segments=1)
        es.indices.refresh(index=name)
        for query in progress(collection.queries):
            started = time.perf_counter()
            request = SearchRequest(query.text, language=query.language, limit=DEPTH)
            conversation = Conversation(es, name, patience=30)
            asked, answer = find(conversation, request, [access.PUBLIC])
            milliseconds = (time.perf_counter() - started) * 1000
            rows = answer["hits"]["hits"] if asked.terms else ()
            found = tuple((row["_id"], float(row["sort"][0])) for row in rows)
            yield Answer(query, found, milliseconds)
    finally:
        es.options(ignore_status=404).indices.delete(index=name)


def _action(name: str, document: Document) -> dict[str, Any]:
    return {
        "_index": name,
        "_id": document.id,
        "key": document.id,
        "readers": [access.PUBLIC],
        "locales": [document.language],
        "title": {document.language: document.title},
        "abstract": {document.language: document.text},
        "spelling": {document.language: [document.title, document.text]},
        "year": YEAR,
        "published": f"{YEAR}-07",
        "sort_title": dict.fromkeys(index.LANGUAGES, document.id),
    }


def on_database(
    collection: Collection, progress: Callable[[Iterable[Query]], Iterable[Query]]
) -> Iterator[Answer]:
    """Asks the database in use as the database engine does, in a temporary table."""
    held = [words_of((document.title, document.text)) for document in collection.documents]
    with _entries(collection.documents) as entries:
        for query in progress(collection.queries):
            started = time.perf_counter()
            asked = lookup.Asked.of(parse(query.text))
            found: list[tuple[str, float]] = []
            if asked.terms:
                answer = ranked(asked, Shelf(collection.documents, held, query.language, entries))
                scores = {
                    pk: score + queries.EVERY * (pk in answer.complete)
                    for pk, score in answer.scores.items()
                }
                best = sorted(scores, key=lambda pk: (-scores[pk], pk))[:DEPTH]
                found = [(collection.documents[pk].id, scores[pk]) for pk in best]
            yield Answer(query, tuple(found), (time.perf_counter() - started) * 1000)


@dataclass(frozen=True)
class Shelf:
    """The documents, numbered, as what everybody may read. ``held``: the words of each."""

    documents: tuple[Document, ...]
    held: list[set[str]]
    language: str
    entries: lookup.Entries

    def shown(self, scores: lookup.Scores) -> lookup.Scores:
        return {
            pk: score * weight_of_language(self.documents[pk].language, self.language)
            for pk, score in scores.items()
        }

    def words(self, pages: Iterable[int]) -> set[str]:
        return set().union(*(self.held[pk] for pk in pages))


@contextmanager
def _entries(documents: tuple[Document, ...]) -> Iterator[lookup.Entries]:
    """A temporary index like Wagtail's, filled as that of publications is."""
    name, kind = f"evaluation_{uuid.uuid4().hex[:12]}", 0
    rows = [
        (number, " ".join(words(d.title)), " ".join(words(f"{d.title} {d.text}")))
        for number, d in enumerate(documents)
    ]
    columns = "id integer PRIMARY KEY, object_id text, content_type_id integer"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TEMP TABLE {name} ({columns})")
            cursor.execute(
                f"CREATE VIRTUAL TABLE temp.{name}_fts USING fts5(autocomplete, body, title)"
            )
            entry = f"INSERT INTO {name} VALUES (%s, %s, %s)"  # noqa: S608 - a name of ours
            cursor.executemany(entry, [(number, number, kind) for number, *_texts in rows])
            text = f"INSERT INTO {name}_fts (rowid, title, body) VALUES (%s, %s, %s)"  # noqa: S608
            cursor.executemany(text, rows)
        else:
            cursor.execute(f"CREATE TEMP TABLE {name} ({columns}, title tsvector, body tsvector)")
            config = lookup.config()
            cursor.executemany(
                f"INSERT INTO {name} VALUES (%s, %s, %s,"  # noqa: S608
                " setweight(to_tsvector(%s, %s), 'B'), to_tsvector(%s, %s))",
                [(n, n, kind, config, title, config, body) for n, title, body in rows],
            )
            cursor.execute(f"CREATE INDEX ON {name} USING gin (body)")
            cursor.execute(f"ANALYZE {name}")
    try:
        yield lookup.Entries(name, kind)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {name}")
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TABLE {name}_fts")


ENGINES: dict[str, Engine] = {"elasticsearch": on_elasticsearch, "database": on_database}


# Measuring ----------------------------------------------------------------------------------


def measure(collection: Collection, answers: Iterable[Answer]) -> list[Row]:
    """The scores by language and kind. A query for which nothing was found counts as 0."""
    answers = list(answers)
    asked = {answer.query.id for answer in answers}
    scored = [
        # The place decides, not the score: equal scores would be put in another order.
        ScoredDoc(answer.query.id, document, float(len(answer.found) - place))
        for answer in answers
        for place, (document, _score) in enumerate(answer.found)
    ]
    judgments = [judgment for judgment in collection.judgments if judgment.query_id in asked]
    names = {str(measure): name for name, measure in MEASURES.items()}
    values: dict[tuple[str, str], float] = {
        (metric.query_id, names[str(metric.measure)]): metric.value
        for metric in iter_calc([*MEASURES.values()], judgments, scored)
    }
    groups: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.query.language, answer.query.kind].append(answer)
    return [
        Row(
            language,
            kind,
            len(group),
            {
                name: statistics.fmean(values.get((a.query.id, name), 0.0) for a in group)
                for name in MEASURES
            },
            *percentiles([a.milliseconds for a in group]),
        )
        for (language, kind), group in sorted(groups.items())
    ]


def percentiles(times: list[float]) -> tuple[float, float]:
    """The median, and what 95 of 100 stay below."""
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def trec(answers: Iterable[Answer], tag: str) -> Iterator[str]:
    """The lines of a run in TREC's format."""
    for answer in answers:
        for rank, (document, score) in enumerate(answer.found, 1):
            yield f"{answer.query.id} Q0 {document} {rank} {score:.6f} {tag}\n"
