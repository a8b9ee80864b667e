"""One neutral record of a publication, from which every format is written.

Names of subjects are those of the source language: a record says the same whoever asks for it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from wagtail.documents import get_document_model

from pages import access

from ..files import blocked
from ..models import Contributor, Licence, PublicationPage
from ..references.text import plain

#: Characters that XML can't hold and no text means to say.
_NOISE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF])


def clean(text: str) -> str:
    return text.translate(_NOISE).encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Name:
    """A person, or a body: then ``family`` is the whole name."""

    family: str
    given: str = ""
    is_body: bool = False
    orcid: str = ""
    ror: str = ""

    @property
    def inverted(self) -> str:
        """Family name, given names."""
        return ", ".join(filter(None, (self.family, self.given)))

    @property
    def natural(self) -> str:
        return " ".join(filter(None, (self.given, self.family)))


@dataclass(frozen=True)
class File:
    url: str
    media_type: str
    language: str
    size: int | None
    sha256: str


@dataclass(frozen=True)
class Record:
    key: uuid.UUID
    #: Its lasting address, whatever becomes of its title and its place.
    permalink: str
    #: The page that shows it.
    url: str
    title: str
    #: The language that title and abstract are written in.
    language: str
    #: The languages that it can be read in.
    languages: tuple[str, ...]
    kind: str
    kind_label: str
    csl_type: str
    authors: tuple[Name, ...]
    editors: tuple[Name, ...]
    year: int | None
    month: int | None
    publisher: str
    container: str
    volume: str
    issue: str
    page_range: str
    series: str
    series_number: str
    extent: str
    doi: str
    isbn: str
    issn: str
    external_url: str
    licence: Licence | None
    abstract: str
    note: str
    #: Code and name.
    countries: tuple[tuple[str, str], ...]
    themes: tuple[tuple[str, str], ...]
    networks: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    files: tuple[File, ...]
    is_public: bool
    #: The permalink of the version before this one, if everybody may read it.
    replaces: str
    added: datetime | None
    changed: datetime | None

    @property
    def doi_url(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def cite_as(self) -> str:
        """The address to cite."""
        return self.doi_url or self.permalink

    @property
    def date(self) -> str:
        """``2023-05``, ``2023`` or nothing."""
        if not self.year:
            return ""
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"

    @property
    def names(self) -> tuple[Name, ...]:
        return self.authors + self.editors

    @property
    def subjects(self) -> list[str]:
        """Themes, networks and tags by name; places are apart."""
        named = [name for _code, name in (*self.themes, *self.networks)]
        return list(dict.fromkeys([*named, *self.tags]))

    @property
    def pages(self) -> tuple[str, str]:
        """The first and the last page, as far as they are said."""
        first, _dash, last = re.sub(r"\s*[–—-]+\s*", "–", self.page_range).partition("–")
        return (first, last) if "," not in self.page_range else (self.page_range, "")

    @property
    def page_count(self) -> str:
        """The number of pages that ``extent`` begins with."""
        found = re.match(r"(\d{1,5})\s*(p|pp|pages?|págs?|blz|S)?\b", self.extent)
        return found[1] if found else ""

    @property
    def access(self) -> str:
        """``open``, ``restricted``, or ``metadata only`` where there is no file."""
        if not self.is_public:
            return "restricted"
        return "open" if self.files else "metadata only"


def permalink(key: uuid.UUID | str, request: HttpRequest | None = None) -> str:
    return absolute(reverse("record", args=[key]), request)


def absolute(path: str, request: HttpRequest | None) -> str:
    if request is not None or "//" in path:
        return request.build_absolute_uri(path) if request else path
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


def with_all(pages: Any) -> Any:
    """The queryset ``pages`` with what records need, in a constant number of queries."""
    documents = get_document_model().objects.select_related("details").defer("details__text")
    return pages.select_related("locale", "document_type").prefetch_related(
        *("contributors", "languages", "countries", "themes", "networks", "tagged_items__tag"),
        *("files__language", Prefetch("files__document", documents)),
    )


def records(
    pages: Iterable[PublicationPage], request: HttpRequest | None = None
) -> Iterator[Record]:
    """The records of ``pages``, which come from ``with_all``; two queries more."""
    pages = list(pages)
    sections = access.restricted_sections()
    older = {page.replaces_id for page in pages if page.replaces_id}
    before = {}
    if older:
        rows = PublicationPage._base_manager.filter(pk__in=older, live=True)
        for pk, key, path in rows.values_list("pk", "translation_key", "path"):
            if access.key_of_path(path, sections) == access.PUBLIC:
                before[pk] = permalink(key, request)
    for page in pages:
        yield _record(page, request, sections, before.get(page.replaces_id, ""))


def record_of(page: PublicationPage, request: HttpRequest | None = None) -> Record:
    (page,) = with_all(PublicationPage._base_manager.filter(pk=page.pk))
    (record,) = records([page], request)
    return record


def _record(
    page: PublicationPage, request: HttpRequest | None, sections: dict[str, str], before: str
) -> Record:
    contributors = list(page.contributors.all())
    texts = {
        name: clean(getattr(page, name)).strip()
        for name in (
            *("title", "publisher", "volume", "issue", "page_range", "series", "series_number"),
            *("extent", "doi", "isbn", "issn", "external_url", "note"),
        )
    }
    return Record(
        key=page.translation_key,
        permalink=permalink(page.translation_key, request),
        url=absolute(page.get_url(request) or "/", request),
        language=page.locale.language_code,
        languages=_languages(page),
        kind=page.document_type.code,
        kind_label=clean(page.document_type.name),
        csl_type=page.document_type.csl_type,
        authors=tuple(_name(one) for one in contributors if one.role != Contributor.Role.EDITOR),
        editors=tuple(_name(one) for one in contributors if one.role == Contributor.Role.EDITOR),
        year=page.year,
        month=page.month,
        container=clean(page.container_title).strip(),
        licence=page.licence_info,
        abstract=clean(plain(page.abstract)) or clean(page.summary).strip(),
        countries=_named(page.countries),
        themes=_named(page.themes),
        networks=_named(page.networks),
        tags=tuple(sorted(clean(tagged.tag.name) for tagged in page.tagged_items.all())),
        files=tuple(_files(page, request)),
        is_public=page.live and access.key_of(page, sections) == access.PUBLIC,
        replaces=before,
        added=page.first_published_at,
        changed=page.last_published_at or page.first_published_at,
        **texts,
    )


def _languages(page: PublicationPage) -> tuple[str, ...]:
    """The language of the record first, if the publication can be read in it."""
    codes = (term.code for term in page.languages.all())
    return tuple(sorted(codes, key=lambda code: (code != page.locale.language_code, code)))


def _name(contributor: Contributor) -> Name:
    is_body = contributor.role == Contributor.Role.CORPORATE or not contributor.given_name.strip()
    return Name(
        clean(contributor.family_name).strip(),
        clean(contributor.given_name).strip(),
        is_body,
        contributor.orcid,
        contributor.ror,
    )


def _named(terms: Any) -> tuple[tuple[str, str], ...]:
    return tuple((term.code, clean(term.name)) for term in terms.all())


def _files(page: PublicationPage, request: HttpRequest | None) -> Iterator[File]:
    for file in page.files.all():
        document = file.document
        if blocked(document):
            continue
        details = getattr(document, "details", None)
        yield File(
            url=absolute(document.url, request),
            media_type=document.content_type,
            language=file.language.code,
            size=details.size if details else document.file_size,
            sha256=details.sha256 if details else "",
        )
