"""The text of the files of publications, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from repository.models import FileDetails, PublicationFile

from .contract import Passage
from .highlighting import Marker

#: Characters of the files of one publication that are looked in: some five hundred pages.
LONGEST = 1_000_000


@dataclass(frozen=True)
class FileText:
    """What stands on the pages of one file. ``numbered``: they are pages as a reader counts."""

    document: int
    language: str
    pages: tuple[str, ...]
    numbered: bool


def weights(keys: Iterable[UUID]) -> dict[UUID, int]:
    """The publications that have files with text, and how heavy it may be, in characters."""
    rows = PublicationFile.objects.filter(page__translation_key__among=keys).order_by()
    found: dict[UUID, int] = defaultdict(int)
    for key, size in rows.values_list("page__translation_key", "document__details__size"):
        found[key] = min(found[key] + (size or 0), LONGEST)
    return dict(found)


def texts(pages: Collection[int]) -> dict[int, list[FileText]]:
    """By page the texts of its files, as far as ``LONGEST``; one query, none without pages."""
    if not pages:
        return {}
    found: dict[int, list[FileText]] = defaultdict(list)
    left: dict[int, int] = defaultdict(lambda: LONGEST)
    rows = _rows(pages).values_list(
        "page",
        "document",
        "language__code",
        "document__details__language",
        "document__details__page_count",
        "document__details__text",
    )
    for page, document, language, read, count, text in rows.order_by("page", "sort_order", "pk"):
        kept = []
        for one in text:
            kept.append(one[: left[page]])
            left[page] -= len(kept[-1])
        if any(kept):
            numbered = bool(count) and count == len(text)
            found[page].append(FileText(document, language or read, tuple(kept), numbered))
    return dict(found)


def _rows(pages: Iterable[int]) -> Any:
    return (
        PublicationFile.objects.filter(
            page__among=pages, document__details__state=FileDetails.State.CLEAN
        )
        .exclude(document__details__text=[])
        .order_by()
    )


def passages(marker: Marker, files: Iterable[FileText], most: int = 2) -> tuple[Passage, ...]:
    """The passages of ``files`` that hold most of what is marked, in the order of the files."""
    if marker.is_empty:
        return ()
    found: list[tuple[int, int, FileText, int, str]] = []
    for file in files:
        for number, page in enumerate(file.pages, 1):
            held, window = marker.window(page)
            if held:
                found.append((-held, len(found), file, number, window))
    best = sorted(found, key=lambda one: one[:2])[:most]
    return tuple(
        Passage(html, number if file.numbered else None, file.language, file.document)
        for _held, _place, file, number, window in sorted(best, key=lambda one: one[1])
        for html in marker.passages(window, most=1)
    )
