"""Pages by languages: what is translated, what is missing, what is out of date.

The whole board takes a constant number of queries, however many pages there are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, WorkflowState, get_page_models
from wagtail.permissions import policy_registry

from ..access import readable_by
from ..doors import works_on_pages
from .people import languages_of

#: Depth of the sections in the tree: root, home page, section.
_SECTION = 3 * Page.steplen


class State(models.TextChoices):
    """Where a translation stands."""

    MISSING = "missing", _("Missing")
    MACHINE = "machine", _("Made by a machine")
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("Published")
    OUTDATED = "outdated", _("Outdated")


@dataclass
class Cell:
    """A page in one language."""

    language: str
    state: State
    page: int | None = None
    since: datetime | None = None
    to_do: int = 0
    url: str = ""


@dataclass
class Row:
    """A source with its translations."""

    source: int
    title: str
    language: str
    type: str
    type_name: str
    section: str
    section_title: str
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Total:
    """What a section has in one language."""

    pages: int = 0
    published: int = 0
    outdated: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.published / self.pages) if self.pages else 100


@dataclass
class Chosen:
    """What the board is narrowed to; empty is everything."""

    section: str = ""
    language: str = ""
    state: str = ""
    type: str = ""


def may_see(user: Any) -> bool:
    """Whether the board is for ``user``."""
    return user.is_superuser or works_on_pages(user) or bool(languages_of(user))


def visible_to(user: Any) -> Any:
    """The sources that ``user`` may be shown."""
    pages = Page.objects.filter(depth__gt=1)
    if user.is_superuser:
        return pages
    policy = policy_registry.get_by_type(Page)
    mine = policy.instances_user_has_any_permission_for(user, {"add", "change", "publish"})
    if works_on_pages(user):
        return pages.filter(pk__in=mine.order_by().values("pk"))
    return readable_by(pages, user)


def types() -> dict[int, Any]:
    """The page types of the platform by the key of their content type."""
    models_here = [model for model in get_page_models() if hasattr(model, "keeps_its_language")]
    found = ContentType.objects.get_for_models(*models_here)
    return {content_type.pk: model for model, content_type in found.items()}


class Board:
    """The board for one person, read once."""

    def __init__(self, user: Any, chosen: Chosen | None = None) -> None:
        self.user = user
        self.chosen = chosen or Chosen()
        self.locales = {locale.pk: locale.language_code for locale in Locale.objects.all()}
        everything = user.is_superuser or works_on_pages(user)
        mine = languages_of(user)
        self.languages = [
            code
            for code in dict(settings.LANGUAGES)
            if code in self.locales.values()
            and (not self.chosen.language or code == self.chosen.language)
        ]
        self.may = {code for code in dict(settings.LANGUAGES) if everything or code in mine}
        self.all_rows = list(self._rows())

    def _rows(self) -> Iterator[Row]:
        visible = set(visible_to(self.user).values_list("pk", flat=True))
        in_review = {
            int(pk)
            for pk in WorkflowState.objects.filter(
                status=WorkflowState.STATUS_IN_PROGRESS,
                base_content_type=ContentType.objects.get_for_model(Page),
            ).values_list("object_id", flat=True)
        }
        pages = (
            Page.objects.filter(depth__gt=1)
            .order_by("pk")
            .values_list(
                *("pk", "translation_key", "locale_id", "title", "path", "live"),
                *("content_type_id", "translation_record__outdated_since"),
                *("translation_record__to_do", "translation_record__machine"),
            )
        )
        groups: dict[Any, list[tuple]] = {}
        titles: dict[str, str] = {}
        for page in pages:
            groups.setdefault(page[1], []).append(page)
            titles[page[4]] = page[3]
        known = types()
        self.types: dict[str, str] = {}
        self.sections: dict[str, str] = {}
        for source, *others in groups.values():
            pk, _key, locale_id, title, path, _live, type_id = source[:7]
            model = known.get(type_id)
            if pk not in visible or model is None:
                continue
            kind = model._meta.label_lower
            self.types[kind] = str(model._meta.verbose_name)
            section = path[:_SECTION]
            self.sections[section] = titles.get(section, "")
            if self.chosen.type != kind and (self.chosen.type or model.keeps_its_language):
                continue
            if self.chosen.section and self.chosen.section != section:
                continue
            row = Row(
                *(pk, title, self.locales[locale_id], kind, self.types[kind]),
                *(section, titles.get(section, "")),
            )
            there = {self.locales[other[2]]: other for other in others}
            for code in self.languages:
                if code != row.language:
                    row.cells.append(self._cell(pk, code, there.get(code), in_review))
            yield row

    def _cell(self, source: int, code: str, page: tuple | None, in_review: set[int]) -> Cell:
        url = reverse("translating_desk", args=[source, code]) if code in self.may else ""
        if page is None:
            return Cell(code, State.MISSING, url=url)
        pk, live, since, to_do, machine = page[0], page[5], page[7], page[8], page[9]
        if pk in in_review:
            state = State.REVIEW
        elif machine:
            state = State.MACHINE
        elif not live:
            state = State.DRAFT
        elif since:
            state = State.OUTDATED
        else:
            state = State.PUBLISHED
        return Cell(code, state, pk, since if live else None, to_do or 0, url)

    @property
    def rows(self) -> list[Row]:
        """The rows that have a cell in the chosen state."""
        if not self.chosen.state:
            return [row for row in self.all_rows if row.cells]
        return [
            row for row in self.all_rows if any(c.state == self.chosen.state for c in row.cells)
        ]

    def totals(self) -> list[tuple[str, list[Total]]]:
        """For each section, in the order of the tree, what each language has."""
        by_section: dict[str, dict[str, Total]] = {}
        names: dict[str, str] = {}
        for row in self.all_rows:
            names[row.section] = row.section_title
            there = by_section.setdefault(row.section, {code: Total() for code in self.languages})
            for cell in row.cells:
                total = there[cell.language]
                total.pages += 1
                # What is live reads: a draft or a review above it takes nothing away.
                total.published += cell.state in (State.PUBLISHED, State.OUTDATED)
                total.outdated += cell.since is not None
        return [
            (names[section], [by_section[section][code] for code in self.languages])
            for section in sorted(by_section)
        ]

    def counts(self) -> dict[str, dict[State, int]]:
        """For each language, how many pages are in each state."""
        counts = {code: dict.fromkeys(State, 0) for code in self.languages}
        for row in self.all_rows:
            for cell in row.cells:
                counts[cell.language][cell.state] += 1
        return counts


def write_csv(rows: Iterable[Row], to: Any) -> None:
    """One line for each page and language."""
    writer = csv.writer(to)
    writer.writerow(
        ["id", "title", "type", "section", "source", "locale", "state", "outdated_since", "to_do"]
    )
    for row in rows:
        for cell in row.cells:
            writer.writerow(
                [
                    row.source,
                    _safe(row.title),
                    row.type,
                    _safe(row.section_title),
                    row.language,
                    cell.language,
                    cell.state.value,
                    cell.since.date().isoformat() if cell.since else "",
                    cell.to_do,
                ]
            )


def _safe(text: str) -> str:
    """A spreadsheet must not take a title for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
