"""What the words that are being typed may become: titles, subjects, people; and what was meant
by those that were mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode
from taggit.models import Tag

from pages.filters import Choice
from repository.words import words

from .contract import Hit, SearchRequest, Suggestion
from .documents import plain
from .filters import SearchFilter
from .highlighting import WORD

if TYPE_CHECKING:
    from pages.addresses import Addresses
    from repository.models import PublicationPage

#: The parameters whose values are subjects.
SUBJECTS = ("country", "theme", "network", "type")
#: Subjects that are looked at.
MOST = 12


@dataclass(frozen=True)
class Subject:
    """A value of a filter, under its name."""

    parameter: str
    code: str
    label: str

    @property
    def name(self) -> str:
        return f"{self.parameter}:{self.code}"


def subjects(request: SearchRequest) -> list[Subject]:
    """The subjects whose names begin as the words do. Whether there is anything to read about
    them for this reader, the engine has to say."""
    typed = words(request.query)
    found = [
        Subject(choice.name, code, str(label))
        for choice in SearchFilter.parameters
        if isinstance(choice, Choice) and choice.name in SUBJECTS
        for code, label in choice.options().items()
        if begins(str(label), typed)
    ]
    tags = Tag.objects.filter(name__istartswith=request.query.strip()[:100]).order_by("name")[:MOST]
    found += [Subject("tag", tag.slug, tag.name) for tag in tags]
    found.sort(key=lambda subject: (words(subject.label)[:1] > typed[:1], len(subject.label)))
    return found[:MOST]


def begins(text: str, typed: Sequence[str]) -> bool:
    """Whether each of the words ``typed`` begins a word of ``text``."""
    own = words(text)
    return bool(typed) and all(any(word.startswith(part) for word in own) for part in typed)


def listed(
    request: SearchRequest,
    pages: Iterable[PublicationPage],
    subjects: Iterable[Subject],
    names: Iterable[str],
) -> tuple[Suggestion, ...]:
    """At most ``limit`` of each kind: subjects first, for they lead furthest."""
    typed = words(request.query)
    found: dict[str, Suggestion] = {}
    for subject in list(subjects)[: request.limit]:
        query = ((subject.parameter, subject.code),)
        key = " ".join(words(subject.label))
        found.setdefault(key, Suggestion("subject", subject.label, query=query))
    people = [name for name in names if begins(name, typed)]
    for name in people[: request.limit]:
        asked = f'author:"{" ".join(name.replace(chr(34), " ").replace(",", " ").split())}"'
        found.setdefault(f"person {name}", Suggestion("person", name, query=(("q", asked),)))
    for page in list(pages)[: request.limit]:
        found.setdefault(f"title {page.pk}", Suggestion("title", page.title, page=page))
    return tuple(found.values())


def as_item(suggestion: Suggestion, addresses: Addresses) -> dict[str, str]:
    """For a reader: the text, and the address that it leads to."""
    page = suggestion.page
    if page is None:
        address = f"{reverse('search')}?{urlencode(suggestion.query)}"
        return {"kind": suggestion.kind, "text": suggestion.text, "address": address, "lang": ""}
    return {
        "kind": suggestion.kind,
        "text": suggestion.text,
        "address": addresses.of(page),
        "lang": page.locale.language_code,
    }


def meant(query: str, corrections: Mapping[str, Sequence[str]], hits: Iterable[Hit]) -> str | None:
    """``query`` with its errors put right, in the spelling of what was found. ``corrections``: by
    mistyped word those that it may have been, the likeliest first."""
    if not corrections:
        return None
    spelling: dict[str, str] = {}
    for hit in hits:
        for text in (hit.page.title, plain(hit.page.summary, hit.page.abstract)):
            for match in WORD.finditer(text):
                spelling.setdefault(" ".join(words(match[0])), match[0].lower())

    def put_right(match: re.Match[str]) -> str:
        likely = corrections.get(" ".join(words(match[0])))
        if not likely:
            return match[0]
        return next((spelling[word] for word in likely if word in spelling), likely[0])

    return WORD.sub(put_right, query)
