"""Why a publication was found, where neither its title nor its text shows it: the names that it
was found under, or words in another form than they were typed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import prefetch_related_objects
from django.utils.html import format_html
from django.utils.safestring import SafeString

from repository.models import PublicationPage

from .contract import Hit, Results
from .documents import plain, subjects
from .highlighting import Marker
from .index import LANGUAGES
from .words import Term

#: Names of one publication.
MOST = 3


def explained(results: Results, language: str) -> Results:
    """``results`` with the names that hold what was found, for those hits that show none of it:
    of people, subjects, tags, publisher, container and series. A subject whose name in another
    language was found has the name in ``language``. Where no name holds it either, what was found
    in another form is marked. Three queries, and a request at most, however many hits."""
    if not results.hits or results.marker.is_empty:
        return results
    names = _names([hit.page for hit in results.hits], LANGUAGES.index(language))
    dark = [hit for hit in results.hits if not _shows(hit)]
    found = {hit.page.pk: _found(names[hit.page.pk], results.marker) for hit in dark}
    left = [hit.page.translation_key for hit in dark if not found[hit.page.pk]]
    forms, took_ms = results.inflected(left) if left else ({}, 0.0)

    def explain(hit: Hit) -> Hit:
        if found_under := found.get(hit.page.pk):
            return replace(hit, found_under=found_under)
        if not (words := forms.get(hit.page.translation_key)):
            return hit
        page, marker = hit.page, Marker(Term((word,)) for word in words)
        return replace(
            hit,
            title_html=marker.mark(page.title),
            snippets=marker.passages(plain(page.summary, page.abstract)),
        )

    took_ms = round(results.took_ms + took_ms, 1)
    return replace(results, hits=tuple(map(explain, results.hits)), took_ms=took_ms)


def _shows(hit: Hit) -> bool:
    return bool(hit.passages) or any("<mark>" in html for html in (hit.title_html, *hit.snippets))


#: A name, and others that the same thing has.
Name = tuple[str, tuple[str, ...]]


def _names(pages: list[PublicationPage], place: int) -> dict[int, list[Name]]:
    names: dict[int, list[Name]] = defaultdict(list)
    prefetch_related_objects(pages, "contributors")
    for one in pages:
        names[one.pk] += [(person.display_name, ()) for person in one.contributors.all()]
    for page, labels in subjects({page.pk: page.document_type.code for page in pages}):
        names[page].append((labels[place], labels))
    for one in pages:
        names[one.pk] += [(text, ()) for text in (one.publisher, one.container_title, one.series)]
    return names


def _found(names: Iterable[Name], marker: Marker) -> tuple[SafeString, ...]:
    found: dict[str, SafeString] = {}
    for name, others in names:
        if name in found:
            continue
        if marker.found(name):
            found[name] = marker.mark(name)
        elif any(map(marker.found, others)):
            found[name] = format_html("<mark>{}</mark>", name)
    return tuple(found.values())[:MOST]
