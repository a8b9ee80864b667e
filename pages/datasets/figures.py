"""The figures of a dataset as they were submitted, before they are published.

They are kept by the fingerprint of what they say, so that a page that names the fingerprint means
these figures and no others: an approval is for them.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from ..ages import TOTAL
from ..models.datasets import FigureSet
from ..models.statistics import ObservationStatus, Sex


class Figure(NamedTuple):
    """A figure in codes. ``source`` is empty where it is that of the dataset."""

    indicator: str
    country: str
    period: int
    value: Decimal
    sex: str = Sex.TOTAL.value
    age: str = TOTAL
    counterpart: str = ""
    status: str = ObservationStatus.NORMAL.value
    source: str = ""
    source_date: str = ""
    footnote: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, str, str]:
        """What it is the figure of: a dataset has one for each."""
        return self.indicator, self.country, self.counterpart, self.period, self.sex, self.age

    @property
    def breakdown(self) -> str:
        """For whom, in codes; empty for a total."""
        parts = (self.counterpart, self.sex, self.age)
        return " ".join(part for part in parts if part not in ("", TOTAL))


def plain(value: Decimal) -> str:
    """Digits with a point, without zeros that say nothing: ``12.5``, ``1200``, ``0``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def keep(figures: Iterable[Figure]) -> FigureSet:
    """Keeps what was submitted; the same figures are kept once, in whatever order they came."""
    rows = sorted(figures, key=lambda figure: figure.key)
    lines = [json.dumps([*row[:3], plain(row.value), *row[4:]], ensure_ascii=False) for row in rows]
    text = "\n".join(lines).encode()
    kept, made = FigureSet.objects.get_or_create(
        digest=hashlib.sha256(text).hexdigest(),
        defaults={"content": zlib.compress(text, 6), "number": len(rows)},
    )
    if not made:  # what nothing names is removed some time after it was kept
        FigureSet.objects.filter(pk=kept.pk).update(kept_at=timezone.now())
    return kept


def read(digest: str) -> Iterator[Figure]:
    """The figures with this fingerprint, by indicator, country and period; none where there are
    none."""
    kept = FigureSet.objects.filter(digest=digest).first()
    if kept is None:
        return
    for line in zlib.decompress(bytes(kept.content)).decode().splitlines():
        row = json.loads(line)
        row[3] = Decimal(row[3])
        yield Figure(*row)
