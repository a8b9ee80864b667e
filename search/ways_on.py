"""What somebody may try who has found nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .contract import FACETS, Bucket, SearchRequest, Suggestion
from .engines import search, suggest
from .syntax import PREFIXED
from .words import PIECE, STOP_WORDS

#: Words that are looked at, suggestions and subjects that are shown.
WORDS, SUGGESTIONS, SUBJECTS = 3, 6, 8


@dataclass(frozen=True)
class WaysOn:
    """``plain``: the words without operators, and ``plain_count`` what they find; empty when that
    is nothing. ``near``: subjects and people that begin as a word does. ``themes`` and
    ``countries``: those with the most publications."""

    plain: str
    plain_count: int
    near: tuple[Suggestion, ...]
    themes: tuple[Bucket, ...]
    countries: tuple[Bucket, ...]


def ways_on(request: SearchRequest) -> WaysOn:
    """For the reader of ``request``, which found nothing. The number of searches is limited."""
    everything = SearchRequest(
        user=request.user,
        language=request.language,
        limit=1,
        facets=tuple(name for name in FACETS if name in ("theme", "country")),
        highlight=False,
    )
    largest = {facet.name: facet.buckets[:SUBJECTS] for facet in search(everything).facets}
    plain = without_operators(request.query)
    count = 0
    if plain and plain != request.query.strip():
        count = search(replace(everything, query=plain, facets=())).total
    return WaysOn(
        plain=plain if count else "",
        plain_count=count,
        near=_near(plain or request.query, request),
        themes=largest.get("theme", ()),
        countries=largest.get("country", ()),
    )


def without_operators(query: str) -> str:
    """The words that are looked for, without quotation marks, prefixes and what is excluded."""
    kept = []
    for piece in PIECE.finditer(PREFIXED.sub(lambda match: match["value"], query)):
        if not piece["minus"]:
            kept.append(piece["phrase"] if piece["word"] is None else piece["word"])
    return " ".join(re.sub(r"\bOR\b|[\"“”„«»]", " ", " ".join(kept)).split())


def _near(query: str, request: SearchRequest) -> tuple[Suggestion, ...]:
    found: dict[str, Suggestion] = {}
    typed = [word for word in query.split() if len(word) > 3 and word.lower() not in STOP_WORDS]
    for word in typed[:WORDS]:
        # The beginning is enough: the ending may be what is wrong.
        beginning = replace(request, query=word[: max(4, len(word) - 3)], limit=SUGGESTIONS)
        for suggestion in suggest(beginning):
            if suggestion.kind != "title":
                found.setdefault(suggestion.text, suggestion)
    return tuple(found.values())[:SUGGESTIONS]
