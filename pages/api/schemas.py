"""The shapes that several resources share, and how they are filled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, WithJsonSchema
from wagtail.rich_text import expand_db_html

from ..models import Source, Term
from ..models.vocabularies import collation_key
from .reading import Query

#: A page's id in an address. What is no number is answered like a number without a page.
PageId = Annotated[str, WithJsonSchema({"type": "integer", "minimum": 1})]
Number = Annotated[int | float, WithJsonSchema({"type": "number"})]

_LOCAL_LINK = re.compile(r'((?:href|src)=")/(?!/)')


TextState = Literal["original", "human", "machine", "outdated", "fallback"]


class Coded(Schema):
    """A term of a vocabulary or of a list of choices."""

    code: str = Field(examples=["JM"])
    name: str = Field(description="In the language asked for.", examples=["Jamaica"])


class Translation(Schema):
    locale: str = Field(examples=["es"])
    url: str = Field(description="Its address on the reader site.")


class PageItem(Schema):
    """What all pages have."""

    id: int = Field(description="Of the language version that is shown.")
    title: str
    locale: str = Field(description="The language that the text is written in.", examples=["en"])
    translations: list[Translation] = Field(description="The other languages that it has.")
    texts: dict[str, TextState] = Field(
        description="What each text is: `original` (the page was written in the language asked"
        " for), `human` or `machine` (translated; what a machine made was checked by a person),"
        " `outdated` (the original says something else since), `fallback` (there is no"
        " translation; the text is in `locale`)."
    )
    url: str = Field(description="Its address on the reader site in the language asked for.")
    summary: str


class SourceItem(Coded):
    """Where a fact comes from."""

    licence: str
    licence_url: str
    url: str


def page_fields(page: Any, query: Query) -> dict[str, Any]:
    """The fields of ``PageItem``."""
    return {
        "id": page.pk,
        "title": page.title,
        "locale": page.language,
        "translations": query.translations(page),
        "texts": query.text_states(page),
        "url": query.url(page),
        "summary": page.summary,
    }


def coded(term: Term | None) -> dict[str, str] | None:
    """A term with its name in the active language."""
    return {"code": term.code, "name": term.label} if term else None


def coded_all(terms: Iterable[Term]) -> list[dict[str, str]]:
    """Terms in the order of their names."""
    return sorted(
        ({"code": term.code, "name": term.label} for term in terms),
        key=lambda term: collation_key(term["name"]),
    )


def choice(value: str, enumeration: Any) -> dict[str, str] | None:
    """A choice with its label in the active language; none when nothing was chosen."""
    return {"code": value, "name": str(enumeration(value).label)} if value else None


def source(term: Source | None) -> dict[str, str] | None:
    if term is None:
        return None
    return {
        "code": term.code,
        "name": term.label,
        "licence": term.licence,
        "licence_url": term.licence_url,
        "url": term.url,
    }


def number(value: Decimal | None) -> int | float | None:
    """A figure as a JSON number, without the zeros that the database adds. None stays none."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def html(text: str, query: Query) -> str:
    """Rich text as HTML to show anywhere: links inside it lead to whole addresses."""
    if not text:
        return ""
    root = query.request.build_absolute_uri("/")
    return _LOCAL_LINK.sub(lambda found: found[1] + root, expand_db_html(text))
