"""What a new version changes: figure by figure, against those that are published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import pgettext

from ..models.datasets import DatasetPage
from ..models.statistics import Observation
from .figures import Figure

#: Changes that a page lists; the rest are counted.
MOST_LISTED = 200


@dataclass(frozen=True)
class Change:
    """One figure: ``old`` is None for a new one, ``new`` for one that is not there any more."""

    figure: Figure
    old: Decimal | None
    new: Decimal | None
    #: Whether something changed besides the value: status, footnote, note, source.
    remarks: bool = False

    @property
    def kind(self) -> str:
        if self.old is None:
            return "new"
        return "removed" if self.new is None else "changed"

    @property
    def label(self) -> str:
        return {
            "new": pgettext("figure", "new"),
            "changed": pgettext("figure", "changed"),
            "removed": pgettext("figure", "removed"),
        }[self.kind]

    @property
    def breakdown(self) -> str:
        return self.figure.breakdown


@dataclass
class Changes:
    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    #: The first of them, changes and removals before what is new.
    listed: list[Change] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.new + self.changed + self.removed

    @property
    def hidden(self) -> int:
        return self.number - len(self.listed)


def published(dataset: DatasetPage) -> list[Figure]:
    """The figures of a published version, as they would be submitted."""
    rows = Observation.objects.of_dataset(dataset).values_list(
        *("indicator__code", "country__code", "period", "value", "sex", "age"),
        *("counterpart__code", "status", "source__code", "source_date", "footnote__code", "note"),
    )
    return [
        Figure._make([*row[:6], row[6] or "", *row[7:10], row[10] or "", row[11]])
        for row in rows.iterator(chunk_size=2000)
    ]


def between(before: Iterable[Figure], after: Iterable[Figure], *, source: str = "") -> Changes:
    """``source`` is that of figures that name none."""
    old = {figure.key: figure for figure in before}
    changes = Changes()
    found: dict[str, list[Change]] = {"changed": [], "removed": [], "new": []}
    for figure in after:
        former = old.pop(figure.key, None)
        if former is None:
            changes.new += 1
            found["new"].append(Change(figure, None, figure.value))
        elif _said(former, source) == _said(figure, source):
            changes.unchanged += 1
        else:
            changes.changed += 1
            found["changed"].append(
                Change(figure, former.value, figure.value, former.value == figure.value)
            )
    changes.removed = len(old)
    found["removed"] = [Change(figure, figure.value, None) for figure in old.values()]
    for some in found.values():
        some.sort(key=lambda change: change.figure.key)
        changes.listed += some[: MOST_LISTED - len(changes.listed)]
    return changes


def _said(figure: Figure, source: str) -> tuple[object, ...]:
    return (figure.value, figure.status, figure.footnote, figure.note, figure.source or source)
