"""Words looked up in the index that Wagtail keeps in the database, SQLite or PostgreSQL.

All that is found and counted here is of all readers and languages: who may read it, and in which
language, is asked of the pages. The statements name the table with the index, so that
``search_evaluate`` asks a table of its own in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from repository.models import PublicationPage

from .. import synonyms
from ..words import Expansion, Parsed, Term

Scores = dict[int, float]


@dataclass(frozen=True)
class Asked:
    """The words of a query, and what would do in the place of some."""

    terms: tuple[Term, ...]
    expansions: tuple[Expansion, ...] = ()
    sequence: tuple[str, ...] = ()

    @classmethod
    def of(cls, parsed: Parsed) -> Asked:
        return cls(parsed.terms)._expanded(parsed.sequence, parsed.plain)

    def corrected(self, near: dict[Term, tuple[Term, ...]]) -> Asked:
        """With the words that are ``near`` some of the terms in their place, and synonyms of the
        nearest."""
        meant = {term.words[0]: replace(found[0], others=found[1:]) for term, found in near.items()}
        terms = tuple(meant[t.words[0]] if t in near else t for t in self.terms)
        plain = {t.words[0]: t for t in terms if t.is_plain or t in meant.values()}
        sequence = tuple(meant[w].words[0] if w in meant else w for w in self.sequence)
        return replace(self, terms=terms)._expanded(sequence, plain)

    def _expanded(self, sequence: tuple[str, ...], plain: Mapping[str, Term]) -> Asked:
        found = synonyms.rules().expansions(sequence, plain) if sequence else ()
        return replace(self, sequence=sequence, expansions=found)


@dataclass(frozen=True)
class Entries:
    """What is looked up in: the rows of one ``kind`` in a ``table`` of the form of Wagtail's."""

    table: str
    kind: int

    @classmethod
    def of(cls, model: Any = PublicationPage) -> Entries:
        return cls(IndexEntry._meta.db_table, ContentType.objects.get_for_model(model).pk)


# In each database's own language ------------------------------------------------------------


#: How a database writes its queries: a term, all of several, one of several.
@dataclass(frozen=True)
class Dialect:
    term: Callable[[Term], str]
    all: str
    one: str

    def query(self, asked: Asked, *, every: bool) -> str:
        """``asked`` in the language of the database. Synonyms do in the place of their terms."""
        covered = {term for expansion in asked.expansions for term in expansion.terms}
        pieces = [self._one(self._members(t)) for t in asked.terms if t not in covered]
        for expansion in asked.expansions:
            typed = [self._one(self._members(term)) for term in expansion.terms]
            others = [self.term(form) for other in expansion.others for form in in_numbers(other)]
            both = self._all(typed) if every else self._one(typed)
            pieces.append(self._one([both, *dict.fromkeys(others)]))
        return (self._all if every else self._one)(pieces)

    def typed(self, asked: Asked) -> str:
        """One of the terms in the very form that they have."""
        return self._one([self.term(member) for term in asked.terms for member in term.members])

    def _members(self, term: Term) -> list[str]:
        """In every form; as it was typed once more, which FTS5 counts twice."""
        typed = [self.term(member) for member in term.members]
        forms = [self.term(form) for member in term.members for form in single(member)]
        return [*typed, *dict.fromkeys(forms)]

    def _all(self, pieces: list[str]) -> str:
        return f"({self.all.join(pieces)})"

    def _one(self, pieces: list[str]) -> str:
        return f"({self.one.join(pieces)})"


def single(term: Term) -> Iterator[Term]:
    """A word in all its forms; a phrase as it is."""
    yield from (Term((form,)) for form in term.forms) if term.forms else (term,)


def in_numbers(term: Term) -> Iterator[Term]:
    """A synonym in singular and plural."""
    yield term
    yield from map(Term, synonyms.numbers(term.words))


FTS5 = Dialect(lambda term: '"' + " ".join(term.words) + '"', " AND ", " OR ")
TSQUERY = Dialect(
    lambda term: (
        " <-> ".join(term.words) if len(term.words) == 1 else "(" + " <-> ".join(term.words) + ")"
    ),
    " & ",
    " | ",
)


def _rows(sql: str, parameters: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return cursor.fetchall()


def config() -> str:
    """How PostgreSQL cuts words."""
    return get_search_backend().config or "simple"


# Words --------------------------------------------------------------------------------------


def holding(asked: Asked, entries: Entries, *, every: bool, most: int | None = None) -> set[int]:
    """The ids of the pages, or rows of another model, that hold ``every`` term of ``asked``, or
    any: all of them, or some where there are more than ``most``."""
    if connection.vendor == "sqlite":
        sql = _in_fts5("entry.object_id", entries.table)
        parameters = [_fts5(FTS5.query(asked, every=every)), entries.kind]
    else:
        sql = f"SELECT object_id FROM {entries.table} WHERE body @@ to_tsquery(%s, %s)"  # noqa: S608
        sql += " AND content_type_id = %s"
        parameters = [config(), TSQUERY.query(asked, every=every), entries.kind]
    rows = _rows(f"{sql} LIMIT {most}" if most else sql, parameters)
    return {int(pk) for (pk,) in rows}


def matches(asked: Asked, entries: Entries, *, every: bool) -> Scores:
    """As ``holding``, with scores: higher is better. What stands there as it was typed counts
    more than other forms and synonyms."""
    run = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}[connection.vendor]
    return run(asked, entries, every)


def _on_sqlite(asked: Asked, entries: Entries, every: bool) -> Scores:
    """By BM25 over title and text. The columns of the index: autocomplete, body, title."""
    sql = _in_fts5(f"entry.object_id, -bm25({entries.table}_fts, 0, 1, 3)", entries.table)
    found = _rows(sql, [_fts5(FTS5.query(asked, every=every)), entries.kind])
    return {int(pk): score for pk, score in found}


def _in_fts5(columns: str, table: str) -> str:
    """``CROSS JOIN`` makes SQLite look up the words first, once: the order it would choose by
    itself looks them up for each publication."""
    return (
        f"SELECT {columns} FROM {table}_fts CROSS JOIN {table} entry"  # noqa: S608 - names only
        f" ON entry.id = {table}_fts.rowid"
        f" WHERE {table}_fts MATCH %s AND entry.content_type_id = %s"
    )


def _fts5(query: str) -> str:
    return "{title body} : " + query


def _on_postgresql(asked: Asked, entries: Entries, every: bool) -> Scores:
    """By ``ts_rank`` of title and text, divided by the logarithm of their lengths.

    ``body`` holds the folded title too, so that one index finds words from both."""

    def rank(query: str) -> str:
        return f"ts_rank(body, {query}, 1) * 4 + ts_rank(title, {query}, 1) * 0.3"

    queries = (TSQUERY.query(asked, every=every), TSQUERY.query(asked, every=False))
    rows = _rows(
        f"SELECT object_id, {rank('query.one')} + {rank('query.typed')} FROM {entries.table},"  # noqa: S608
        " (SELECT to_tsquery(%s, %s) AS match, to_tsquery(%s, %s) AS one,"
        " to_tsquery(%s, %s) AS typed) query"
        " WHERE body @@ query.match AND content_type_id = %s",
        [part for query in (*queries, TSQUERY.typed(asked)) for part in (config(), query)]
        + [entries.kind],
    )
    return {int(pk): score for pk, score in rows}


# Beginnings of words ------------------------------------------------------------------------

#: Pages in which beginnings are looked for: the newest.
CANDIDATES = 1000


def beginning(
    typed: Iterable[str],
    entries: Entries,
    column: Literal["title", "body"],
    most: int = CANDIDATES,
) -> list[int]:
    """The ids of pages whose words in ``column`` begin as ``typed``: some, where they are many."""
    if connection.vendor == "sqlite":
        match = " AND ".join(f'"{word}"*' for word in typed)
        sql = _in_fts5("entry.object_id", entries.table)
        sql += f" ORDER BY {entries.table}_fts.rowid DESC LIMIT {most}"
        rows = _rows(sql, [f"{{{column}}} : ({match})", entries.kind])
    else:
        rows = _rows(
            f"SELECT object_id FROM {entries.table} WHERE {column} @@ to_tsquery(%s, %s)"  # noqa: S608
            f" AND content_type_id = %s LIMIT {most}",
            [config(), " & ".join(f"{word}:*" for word in typed), entries.kind],
        )
    return [int(pk) for (pk,) in rows]
