"""What one asks of the search, and what it answers, whatever engine does the work.

A ``SearchRequest`` says who asks for what; ``search.engines.search`` answers with ``Results``.
Every engine answers for one reader: nothing that ``user`` may not read is in the hits, in a
count or in a facet. A publication is found once, whatever the number of its translations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from django.utils.safestring import SafeString

from .highlighting import Marker

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User
    from repository.models import PublicationPage

Order = Literal["relevance", "newest", "oldest", "title"]

#: The facets that every engine knows, by the names of the filters that they belong to.
FACETS = ("country", "theme", "network", "type", "language", "format", "tag", "year")


@dataclass(frozen=True)
class SearchRequest:
    """A question to the search.

    ``filters`` holds codes by the names of ``repository.filters.PublicationFilter``: a
    publication has one of the codes of each name. ``language`` is the reader's, preferred for
    what is shown and never required. ``authors`` are names of contributors, each of which must be
    among them. ``user=None`` finds nothing: the access policy denies
    when nobody asks. Without words, ``relevance`` means ``newest``. ``cursor`` is the
    ``next_cursor`` of the results before, and takes the place of ``offset``.
    """

    query: str = ""
    language: str = "en"
    user: User | AnonymousUser | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    authors: tuple[str, ...] = ()
    order: Order = "relevance"
    limit: int = 20
    offset: int = 0
    cursor: str = ""
    facets: tuple[str, ...] = ()
    highlight: bool = True

    @property
    def question(self) -> list[Any]:
        """What a cursor belongs to: all but who asks, and how much is shown at once."""
        return [
            self.query,
            self.language,
            sorted((name, sorted(codes)) for name, codes in self.filters.items() if codes),
            self.year_from,
            self.year_to,
            sorted(self.authors),
            self.order,
        ]


@dataclass(frozen=True)
class Passage:
    """Words that were found in a file: ``html`` as a snippet, the number of the page in the file,
    counted from 1 (None where the file has no pages), the file's language and its document."""

    html: SafeString
    page: int | None
    language: str
    document: int


@dataclass(frozen=True)
class Hit:
    """One publication. ``title_html`` and ``snippets`` are escaped, save for ``<mark>`` around
    the words that were found. ``passages`` are from its files. ``partial``: it holds some of the
    words, not all. Without words the score is 0. ``found_under``: see ``found_under.explained``."""

    page: PublicationPage
    score: float
    title_html: SafeString
    snippets: tuple[SafeString, ...] = ()
    partial: bool = False
    passages: tuple[Passage, ...] = ()
    found_under: tuple[SafeString, ...] = ()


@dataclass(frozen=True)
class Bucket:
    """One value of a facet and the number of publications that choosing it would list."""

    code: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True)
class Facet:
    """All values of one kind, with full counts. What is selected in a facet does not narrow
    the facet itself. The buckets of ``year`` are in time order, all others start with the most
    frequent."""

    name: str
    label: str
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True)
class Suggestion:
    """What the words that are being typed may become: the ``title`` of ``page``; or a subject or
    a person, listed by the search with ``query``, its parameters."""

    kind: Literal["title", "subject", "person"]
    text: str
    page: PublicationPage | None = None
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """What not every engine can do."""

    typo_tolerance: bool = False
    suggestions: bool = False
    did_you_mean: bool = False


@dataclass(frozen=True)
class Results:
    """An answer. ``relaxed``: few publications hold all the words, so those with some of them
    follow. ``unfiltered``: how many there are without the filters and years. ``suggestion``:
    the words that were perhaps meant. ``took_ms``: milliseconds inside the engine. ``degraded``:
    the engine that was asked could not answer, and ``engine`` did in its place. ``next_cursor``:
    where the list goes on, empty at its end. ``exact``: the publication with the identifier that
    the whole query is. ``marker`` marks what was found, in other texts too. ``inflected`` tells, by
    publication, the words of its texts that were found in another form, and how many milliseconds
    it took to ask for them."""

    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    took_ms: float
    engine: str
    capabilities: Capabilities
    unfiltered: int = 0
    relaxed: bool = False
    suggestion: str | None = None
    degraded: bool = False
    next_cursor: str = ""
    exact: PublicationPage | None = None
    marker: Marker = field(default=Marker(()), compare=False, repr=False)
    inflected: Callable[[Collection[UUID]], tuple[dict[UUID, list[str]], float]] = field(
        default=lambda keys: ({}, 0.0), compare=False, repr=False
    )


class Engine(Protocol):
    """What does the work. Registered in ``search.engines``. ``indexed``: it has an index of its
    own, which the queue keeps up."""

    name: str
    capabilities: Capabilities
    indexed: bool

    def search(self, request: SearchRequest) -> Results: ...

    def suggest(self, request: SearchRequest) -> tuple[Suggestion, ...]:
        """What the words of ``request`` may become, ``limit`` of each kind at most."""

    def more_like_this(self, page: PublicationPage, request: SearchRequest) -> tuple[Hit, ...]:
        """Publications on what ``page`` is about, for the reader of ``request``."""

    def state(self) -> dict[str, dict[str, Any]]:
        """``search``, ``queue`` and what else there is for ``/health/``. Names no host."""
