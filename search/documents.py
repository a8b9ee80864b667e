"""Publications as documents of the index, many at once, with a constant number of queries.

A document says what ``repository`` knows of one publication, all its languages together. When its
pages differ in who may read them, which the platform's rules forbid, the document holds only
those that most people may read: it never tells anybody what is not for them.

Rows are read, not pages: a rebuild reads them all, and most of its time would go into objects.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Value
from wagtail.rich_text import get_text_for_indexing

from cpmg.compiled import Compiled
from pages import access
from pages.models import Country, Network, Term, Theme
from pages.models.base import language_order
from repository.models import (
    Contributor,
    DocumentType,
    PublicationFile,
    PublicationPage,
    PublicationTag,
)

from . import files
from .collation import sort_key
from .index import LANGUAGES
from .models import IndexJob

#: What is indexed is noted here, by this field of the pages.
JOBS, KEY = IndexJob, "translation_key"

Document = dict[str, Any]
#: Characters of text that are held at once.
HEAVIEST = 16_000_000
#: By vocabulary the names by code in each language.
Names = dict[type[Term], list[dict[str, str]]]

#: By facet the field of a publication, and the vocabulary whose names it is also found under.
RELATIONS: dict[str, tuple[str, type[Term] | None]] = {
    "country": ("countries", Country),
    "theme": ("themes", Theme),
    "network": ("networks", Network),
    "language": ("languages", None),
}
#: The vocabularies of all subjects, the type of a document among them.
VOCABULARIES: list[type[Term]] = [
    DocumentType,
    *(vocabulary for _name, vocabulary in RELATIONS.values() if vocabulary),
]
#: The facet of what has names of its own.
TAG = "tag"
COLUMNS = (
    *("pk", "translation_key", "path", "title", "summary", "abstract"),
    *("year", "month", "publisher", "container_title", "series", "doi", "isbn", "issn"),
)


@dataclass
class Row:
    """One page of a publication."""

    values: dict[str, Any]
    readers: str
    codes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tags: list[tuple[str, str]] = field(default_factory=list)
    contributors: list[str] = field(default_factory=list)
    files: list[files.FileText] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return self.values[name]

    @property
    def language(self) -> str:
        return str(self.values["locale__language_code"])

    @property
    def type(self) -> str:
        return str(self.values["document_type__code"])


def rows() -> Any:
    """The pages of the publications that belong into the index."""
    return PublicationPage.objects.filter(live=True)


def documents(keys: Iterable[UUID]) -> dict[UUID, Document]:
    """The documents of the publications ``keys``, as the database has them now. One that is
    not live in any language has none."""
    groups = _groups(keys, *COLUMNS, "locale__language_code", "document_type__code")
    by_pk = {row.pk: row for group in groups.values() for row in group}
    _relate(by_pk)
    for pk, texts in files.texts(by_pk).items():
        by_pk[pk].files = texts
    names = _names()
    return {key: _document(key, group, names) for key, group in groups.items()}


def parts(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    """``keys`` in parts whose documents fit into memory, and into a request, at once."""
    part: list[UUID] = []
    weight = 0
    keys = list(keys)
    heavy = files.weights(keys)
    for key in sorted(keys, key=lambda key: heavy.get(key, 0)):
        weight += heavy.get(key, 0)
        if part and weight > HEAVIEST:
            yield part
            part, weight = [], heavy.get(key, 0)
        part.append(key)
    if part:
        yield part


def readers(keys: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The ``readers`` of the documents alone."""
    groups = _groups(keys, "translation_key", "path")
    return {key: [group[0].readers] for key, group in groups.items()}


def _groups(keys: Iterable[UUID], *columns: str) -> dict[UUID, list[Row]]:
    """By publication the rows of the pages that its document holds, the oldest first."""
    sections = access.restricted_sections()
    found = rows().filter(translation_key__among=keys)
    groups: dict[UUID, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for values in found.order_by("pk").values(*columns):
        row = Row(values, access.key_of_path(values["path"], sections))
        groups[row.translation_key][row.readers].append(row)
    return {
        key: by_reader.get(access.PUBLIC) or next(iter(by_reader.values()))
        for key, by_reader in groups.items()
    }


def _relate(rows: dict[int, Row]) -> None:
    """Adds what other tables hold."""
    pages = list(rows)
    for facet, page, code, name in _linked(pages):
        if facet == TAG:
            rows[page].tags.append((code, name))
        else:
            rows[page].codes[facet].append(code)
    held = PublicationFile.objects.filter(page__among=pages).order_by("sort_order", "pk")
    for page, kind in held.values_list("page", "document__details__kind"):
        if kind:
            rows[page].formats.append(kind)
    people = Contributor.objects.filter(page__among=pages).order_by("sort_order", "pk")
    for page, family, given in people.values_list("page", "family_name", "given_name"):
        rows[page].contributors.append(", ".join(filter(None, (family, given))))


def _linked(pages: Collection[int]) -> list[tuple[str, int, str, str]]:
    """What ``pages`` are linked with, as (facet, page, code, name), in one query. Only tags have
    a name."""
    return [(facet, page, code, name) for facet, _pk, page, code, name in sorted(_links(pages))]


def _rows_of_links(pages: Collection[int]) -> Any:
    tagged = PublicationTag.objects.filter(content_object__among=pages).order_by()
    tags = tagged.annotate(facet=Value(TAG), code=F("tag__slug"), name=F("tag__name"))
    linked = []
    for facet, (field_name, _vocabulary) in RELATIONS.items():
        relation = PublicationPage._meta.get_field(field_name)
        through = relation.remote_field.through._default_manager
        code = F(f"{relation.m2m_reverse_field_name()}__code")
        links = through.filter(publicationpage__among=pages).order_by()
        links = links.annotate(facet=Value(facet), code=code, name=Value(""))
        linked.append(links.values_list("facet", "pk", "publicationpage", "code", "name"))
    rows = tags.values_list("facet", "pk", "content_object", "code", "name")
    return rows.union(*linked, all=True)


_links = Compiled(_rows_of_links)


def subjects(types: Mapping[int, str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Pairs: a page, and a subject that it is found under, by its name in each language. ``types``
    has the code of the document type by page. Two queries."""
    names = _names()
    for facet, page, code, name in _linked(list(types)):
        if facet == TAG:
            yield page, (name,) * len(LANGUAGES)
        elif vocabulary := RELATIONS[facet][1]:
            yield page, tuple(labels.get(code, code) for labels in names[vocabulary])
    for page, code in types.items():
        yield page, tuple(labels.get(code, code) for labels in names[DocumentType])


def _names() -> Names:
    """Read anew for each batch, after its versions: whoever renames a term meanwhile notes newer
    ones. One query. A term without a translation keeps its source name."""
    by_language: list[dict[str, dict[str, str]]] = [defaultdict(dict) for _one in VOCABULARIES]
    for place, language, code, name in _all_names():
        by_language[place][language][code] = name
    return {
        vocabulary: [{**found[settings.LANGUAGE_CODE], **found[code]} for code in LANGUAGES]
        for vocabulary, found in zip(VOCABULARIES, by_language, strict=True)
    }


def _rows_of_names() -> Any:
    first, *rest = [
        vocabulary._base_manager.order_by()
        .annotate(place=Value(place))
        .values_list("place", "locale__language_code", "code", "name")
        for place, vocabulary in enumerate(VOCABULARIES)
    ]
    return first.union(*rest, all=True)


_all_names = Compiled(_rows_of_names)


def _document(key: UUID, rows: list[Row], names: Names) -> Document:
    first = rows[0]
    by_language = {row.language: row for row in rows}
    abstracts = {code: plain(row.summary, row.abstract) for code, row in by_language.items()}
    document: Document = {
        "key": str(key),
        "readers": [first.readers],
        "locales": sorted(by_language),
        "title": {language: row.title for language, row in by_language.items()},
        "abstract": abstracts,
        "contributors": _each(name for row in rows for name in row.contributors),
        "subjects": _subjects(rows, names),
        "names": _each(
            text for row in rows for text in (row.publisher, row.container_title, row.series)
        ),
        "identifiers": _each(
            identifier
            for row in rows
            for text in (row.doi, row.isbn, row.issn)
            for identifier in (text.lower(), text.replace("-", "").lower())
        ),
        "type": first.type,
        "format": _each(kind for row in rows for kind in row.formats),
        "tag": _each(slug for row in rows for slug, _name in row.tags),
        "sort_title": {
            language: next(
                sort_key(by_language[other].title, language)[:255]
                for other in language_order(language)
                if other in by_language
            )
            for language in LANGUAGES
        },
        **{facet: _each(code for row in rows for code in row.codes[facet]) for facet in RELATIONS},
    }
    if body := _body(rows):
        document["body"] = body
    if first.year:
        document["year"] = first.year
        document["published"] = f"{first.year:04}-{first.month or 7:02}"
    if first.month:
        document["month"] = first.month
    if first.readers == access.PUBLIC:
        document["spelling"] = {
            language: [row.title, abstracts[language], *document["subjects"]]
            for language, row in by_language.items()
        }
    return document


def _body(rows: list[Row]) -> dict[str, list[str]]:
    """The text of the files by language; of a language without an analyser of its own, beside
    that of the record."""
    body: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for file in row.files:
            language = file.language if file.language in LANGUAGES else row.language
            text = "\n".join(file.pages)
            if text not in body[language]:
                body[language].append(text)
    return dict(body)


def plain(summary: str, abstract: str) -> str:
    """Summary and abstract without markup."""
    return f"{summary} {_without_markup(abstract)}".strip()


#: Tags that say no more than their name, as nearly all tags of rich text; those between blocks
#: stand for a space.
BETWEEN_BLOCKS = re.compile(r"</(?:p|h[1-6]|li|blockquote)>|<[bh]r/>")
BARE_TAG = re.compile(r"</?[a-z][a-z0-9]*>")


def _without_markup(html: str) -> str:
    """As ``get_text_for_indexing``, in a tenth of the time where all tags are bare: every page of
    hits and every document asks for it."""
    text = BARE_TAG.sub("", BETWEEN_BLOCKS.sub(" ", html))
    return get_text_for_indexing(html) if "<" in text else unescape(text.strip())


def _subjects(rows: list[Row], names: Names) -> list[str]:
    """The names of all subjects in all languages, so that a query in one language finds a
    publication in another."""
    subjects: list[str] = []
    for row in rows:
        terms: list[tuple[type[Term], str]] = [
            (vocabulary, code)
            for facet, (_name, vocabulary) in RELATIONS.items()
            if vocabulary
            for code in row.codes[facet]
        ]
        terms.append((DocumentType, row.type))
        for vocabulary, code in terms:
            subjects += [labels.get(code, code) for labels in names[vocabulary]]
        subjects += [name for _slug, name in row.tags]
    return _each(subjects)


def _each(texts: Iterable[str]) -> list[str]:
    """Each text once; without those that are empty."""
    return [text for text in dict.fromkeys(texts) if text]
