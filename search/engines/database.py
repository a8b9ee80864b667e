"""The search on the database alone: SQLite or PostgreSQL, through Wagtail's search index.

Wagtail writes what is indexed (``PublicationPage.search_fields``) with every save, in the same
transaction, so this engine never lags. The words are looked up once, which gives pages and
their scores; everything else (readers, languages, filters, facets, order) is asked of the
pages themselves. The number of queries doesn't grow with the number of publications.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count
from django.db.models.functions import Cast

from pages.filters import Choice, Year
from repository.models import Contributor, PublicationPage
from repository.words import words

from .. import cursors, files, suggestions
from ..collation import LETTERS, sort_key
from ..contract import Capabilities, Facet, Hit, Results, SearchRequest, Suggestion
from ..documents import plain
from ..facets import facet
from ..filters import SearchFilter
from ..highlighting import Marker
from ..hits import pages_numbered
from ..queries import IN_COMMON
from ..synonyms import others
from ..words import MAX_TERMS, Parsed, Term, parse
from .lookup import Asked, Entries, Scores, beginning, holding, matches
from .ranking import Ranked, ranked, weight_of_language, words_of

#: By parameter where a publication has its codes.
LOOKUPS = {p.name: p.lookup for p in SearchFilter.parameters if isinstance(p, Choice)}


def by_author(name: str) -> list[int]:
    """The ids of the pages with a contributor of this name, or part of a name."""
    asked = set(words(name))
    candidates = holding(
        Asked(tuple(Term((word,)) for word in sorted(asked))), Entries.of(), every=True
    )
    rows = Contributor.objects.filter(page__among=candidates)
    return [
        page
        for page, family, given in rows.values_list("page", "family_name", "given_name")
        if asked <= {*words(f"{given} {family}")}
    ]


# The answer ---------------------------------------------------------------------------------


@dataclass
class Question:
    """One request on its way to the answer."""

    request: SearchRequest
    readable: Any = field(init=False)
    ranked: Ranked = field(init=False, default_factory=Ranked)

    def __post_init__(self) -> None:
        self.readable = PublicationPage.objects.readable_by(self.request.user)

    @cached_property
    def parsed(self) -> Parsed:
        return parse(self.request.query)

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.parsed.terms

    @cached_property
    def entries(self) -> Entries:
        return Entries.of()

    @cached_property
    def asked(self) -> Asked:
        return Asked.of(self.parsed)

    @cached_property
    def ordered(self) -> list[int]:
        """Every publication that the reader may see and that holds the words, in the order
        asked for, filters aside."""
        found = self._found()
        for author in self.request.authors:
            found = self._groups(found, by_author(author), inside=True)
        if self.parsed.excluded:
            excluded = holding(Asked(self.parsed.excluded), self.entries, every=False)
            found = self._groups(found, excluded, inside=False)
        if self.request.order == "title" and self.request.language in LETTERS:
            found = self._by_title(found)
        return found

    def _groups(self, found: list[int], pages: Iterable[int], *, inside: bool) -> list[int]:
        """Those of ``found`` of whose publication a page that the reader may see is among
        ``pages``, or is not."""
        keys = self.readable.filter(pk__among=pages).order_by().values("translation_key")
        group = set(
            PublicationPage._base_manager.filter(translation_key__in=keys)
            .order_by()
            .values_list("pk", flat=True)
        )
        return [pk for pk in found if (pk in group) is inside]

    def _found(self) -> list[int]:
        if not self.terms:
            if self.request.query.strip() and not self.parsed.excluded:
                return []  # something was typed, and no word is in it
            return self._in_order(self.readable)
        self.ranked = ranked(self.asked, self)
        found = [*self.ranked.scores]
        if self.request.order == "relevance":
            return sorted(found, key=lambda pk: (pk not in self.complete, -self.scores[pk]))
        rows = self._rows(PublicationPage.objects.filter(pk__among=found))
        return sorted(rows.values_list("pk", flat=True), key=lambda pk: pk not in self.complete)

    @property
    def scores(self) -> Scores:
        return self.ranked.scores

    @property
    def complete(self) -> set[int]:
        return self.ranked.complete

    def shown(self, scores: Scores) -> Scores:
        """A translation group matches when one of its pages does, with the best score among
        them; it is shown by one of its pages."""
        if not scores:
            return {}
        key = Cast("translation_key", CharField())  # thousands of UUID objects cost 40 ms
        matching = self.readable.filter(pk__among=scores).order_by()
        best: dict[str, float] = {}
        for pk, group, language in matching.values_list("pk", key, "locale__language_code"):
            score = scores[pk] * weight_of_language(language, self.request.language)
            best[group] = max(best.get(group, score), score)
        groups = self.readable.filter(translation_key__in=matching.values("translation_key"))
        return {pk: best[group] for pk, group in self._rows(groups).values_list("pk", key)}

    def words(self, pages: Iterable[int]) -> set[str]:
        return words_of(self._texts(pages))

    def _texts(self, pages: Iterable[int]) -> Iterator[str]:
        """Titles, abstracts and contributors."""
        asked = self.readable.filter(pk__among=pages).order_by()
        for title, summary, abstract in asked.values_list("title", "summary", "abstract"):
            yield f"{title} {plain(summary, abstract)}"
        people = Contributor.objects.filter(page__in=asked.values("pk"))
        for name in people.values_list("family_name", "given_name"):
            yield " ".join(name)

    def _in_order(self, pages: Any) -> list[int]:
        return list(self._rows(pages).values_list("pk", flat=True))

    def _rows(self, pages: Any) -> Any:
        """One page of each translation group, in the order asked for."""
        order = SearchFilter.orders[self.request.order][1]
        return getattr(pages.in_language(self.request.language), order)()

    def _by_title(self, found: list[int]) -> list[int]:
        """In the order of the reader's language, where it has letters of its own."""
        titles = PublicationPage._base_manager.filter(pk__among=found).order_by()
        keys = {
            pk: (pk not in self.complete, sort_key(title, self.request.language), pk)
            for pk, title in titles.values_list("pk", "title")
        }
        return sorted((pk for pk in found if pk in keys), key=keys.__getitem__)

    # Filters and facets

    @cached_property
    def selections(self) -> dict[str, set[int]]:
        """By facet: the ids that its selection leaves. Both years belong to the facet year."""
        selections: dict[str, set[int]] = {}
        for parameter in SearchFilter.parameters:
            if isinstance(parameter, Year):
                value = getattr(self.request, parameter.name)
                facet, lookup = "year", {parameter.lookup: value}
                if value is None:
                    continue
            else:
                codes = self.request.filters.get(parameter.name, ())
                facet, lookup = parameter.name, {f"{parameter.lookup}__in": list(codes)}
                if not codes:
                    continue
            left = set(
                PublicationPage._base_manager.filter(**lookup)
                .order_by()
                .values_list("pk", flat=True)
            )
            selections[facet] = selections[facet] & left if facet in selections else left
        return selections

    def narrowed(self, without: str = "") -> list[int]:
        """The ids that all selections leave, the one of the facet ``without`` aside."""
        left = [ids for name, ids in self.selections.items() if name != without]
        return [pk for pk in self.ordered if all(pk in ids for ids in left)]

    def facets(self) -> tuple[Facet, ...]:
        lookups = {**LOOKUPS, "year": "year"}
        everywhere = self.narrowed()
        facets = []
        for name in self.request.facets:
            ids = self.narrowed(without=name) if name in self.selections else everywhere
            facets.append(facet(name, self._counts(lookups[name], ids), self.request))
        return tuple(facets)

    @staticmethod
    def _counts(lookup: str, ids: list[int]) -> dict[str, int]:
        if not ids:
            return {}
        rows = PublicationPage._base_manager.filter(pk__among=ids).order_by()
        several = "__" in lookup  # files of one kind
        counts = dict(rows.values_list(lookup).annotate(Count("pk", distinct=several)))
        counts.pop(None, None)
        counts.pop("", None)
        return {str(code): count for code, count in counts.items()}

    # Hits

    def place(self, ids: list[int]) -> int:
        """Where in ``ids`` the list goes on."""
        cursor = cursors.read(self.request)
        if cursor is None:
            return self.request.offset
        if cursor.engine != DatabaseEngine.name:
            return cursor.seen
        last, *after = cursor.after
        with suppress(ValueError):
            return ids.index(last) + 1
        # It is gone: what would come after it?
        keys = self.keys(ids)
        return sum(keys[pk] <= after for pk in ids)

    def keys(self, ids: list[int]) -> dict[int, list[Any]]:
        """What ``ids`` are sorted by."""
        rows = PublicationPage._base_manager.filter(pk__among=ids).order_by()
        return {row[0]: self.key(*row) for row in rows.values_list("pk", "year", "month", "title")}

    def key(self, pk: int, year: int | None, month: int | None, title: str) -> list[Any]:
        """What one publication is sorted by."""
        order = self.request.order
        sign = 1 if order == "oldest" else -1
        key: list[Any] = [bool(self.terms) and pk not in self.complete]
        if order == "relevance":
            key.append(-self.scores.get(pk, 0.0))
        if order != "title":
            key += [year is None, sign * (year or 0), month is None, sign * (month or 0)]
        return [*key, sort_key(title, self.request.language), pk]

    def following(self, ids: list[int], place: int, hits: tuple[Hit, ...]) -> str:
        """The cursor after the ``hits``, which are shown from ``place`` on."""
        end = place + self.request.limit
        if end >= len(ids) or not hits:
            return ""
        last = hits[-1].page
        after = [last.pk, *self.key(last.pk, last.year, last.month, last.title)]
        return cursors.written(self.request, cursors.Cursor(DatabaseEngine.name, after, end, {}))

    @cached_property
    def marker(self) -> Marker:
        asked = self.ranked.asked
        sought = (*self.terms, *asked.terms, *others(asked.expansions))
        return Marker(sought if self.request.highlight else ())

    def hits(self, ids: list[int], place: int) -> tuple[Hit, ...]:
        request = self.request
        shown = ids[place : place + request.limit]
        if not shown:
            return ()
        pages = {page.pk: page for page in pages_numbered(shown)}
        texts = files.texts(shown) if request.highlight and self.terms else {}
        marker = self.marker
        return tuple(
            Hit(
                page=pages[pk],
                score=round(self.scores.get(pk, 0.0), 6),
                title_html=marker.mark(pages[pk].title),
                snippets=marker.passages(plain(pages[pk].summary, pages[pk].abstract))
                if request.highlight
                else (),
                partial=bool(self.terms) and pk not in self.complete,
                passages=files.passages(marker, texts.get(pk, ())),
            )
            for pk in shown
            if pk in pages  # deleted a moment ago
        )


class DatabaseEngine:
    """Needs nothing but the database that the platform runs on."""

    name = "database"
    capabilities = Capabilities(typo_tolerance=True, suggestions=True, did_you_mean=True)
    indexed = False

    def question(self, request: SearchRequest) -> Question:
        return Question(request)

    def search(self, request: SearchRequest) -> Results:
        begin = time.perf_counter()
        question = self.question(request)
        ids = question.narrowed()
        place = question.place(ids)
        hits = question.hits(ids, place)
        facets = question.facets()
        return Results(
            total=len(ids),
            hits=hits,
            facets=facets,
            took_ms=round((time.perf_counter() - begin) * 1000, 1),
            engine=self.name,
            capabilities=self.capabilities,
            unfiltered=len(question.ordered),
            relaxed=question.ranked.relaxed,
            suggestion=suggestions.meant(request.query, question.ranked.corrections, hits),
            next_cursor=question.following(ids, place, hits),
            marker=question.marker,
        )

    def suggest(self, request: SearchRequest) -> tuple[Suggestion, ...]:
        readable = PublicationPage.objects.readable_by(request.user)
        typed = words(request.query)[:MAX_TERMS]
        titled = readable.filter(pk__among=beginning(typed, Entries.of(), "title"))
        pages = titled.in_language(request.language).newest_first().select_related("locale")
        named = readable.filter(pk__among=beginning(typed, Entries.of(), "body")).order_by()
        people = (
            Contributor.objects.filter(page__in=named.values("pk"))
            .order_by("family_name", "given_name")
            .values_list("family_name", "given_name")
            .distinct()
        )
        names = [", ".join(filter(None, name)) for name in people]
        subjects = [
            subject
            for subject in suggestions.subjects(request)
            if readable.filter(**{LOOKUPS[subject.parameter]: subject.code}).exists()
        ]
        return suggestions.listed(request, pages[: request.limit], subjects, names)

    def more_like_this(self, page: PublicationPage, request: SearchRequest) -> tuple[Hit, ...]:
        """By the subjects that are shared, and the words of the title."""
        readable = PublicationPage.objects.readable_by(request.user)
        scores: dict[int, float] = defaultdict(float)
        for name, weight in IN_COMMON.items():
            codes = PublicationPage._base_manager.filter(pk=page.pk).values(LOOKUPS[name])
            sharing = PublicationPage._base_manager.filter(**{f"{LOOKUPS[name]}__in": codes})
            for pk, count in sharing.order_by().values_list("pk").annotate(Count(LOOKUPS[name])):
                scores[pk] += weight * count
        if terms := parse(page.title).terms:
            found = matches(Asked(terms), Entries.of(), every=False)
            best = max(found.values(), default=1) or 1
            for pk, score in found.items():
                scores[pk] += 3 * score / best
        others = readable.exclude(translation_key=page.translation_key)
        others = others.in_language(request.language).filter(pk__among=scores)
        shown = sorted(
            others.newest_first().values_list("pk", flat=True), key=lambda pk: -scores[pk]
        )
        shown = shown[: request.limit]
        pages = {page.pk: page for page in pages_numbered(shown)}
        marker = Marker(())
        return tuple(
            Hit(pages[pk], round(scores[pk], 4), marker.mark(pages[pk].title))
            for pk in shown
            if pk in pages
        )

    def state(self) -> dict[str, dict[str, Any]]:
        """The index is written with the pages themselves: there is no queue."""
        return {
            "search": {"status": "ok", "engine": self.name},
            "queue": {"status": "ok", "waiting": 0},
        }
