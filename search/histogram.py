"""Years in spans of equal length: few enough to be seen at once, and to be chosen from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Spans that are shown, and how many years one may have.
MOST = 12
WIDTHS = (1, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Span:
    """The years ``first`` to ``last`` and what is from them."""

    first: int
    last: int
    count: int

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


def spans(counts: Mapping[int, int], first: int | None, last: int | None) -> list[Span]:
    """The spans of all years with publications, or between ``first`` and ``last`` where these
    leave more than one year. Spans without publications are left out."""
    lowest, highest = min(counts, default=0), max(counts, default=0)
    within = max(first or lowest, lowest), min(last or highest, highest)
    if within[1] > within[0]:
        lowest, highest = within
    width = next(w for w in WIDTHS if highest // w - lowest // w < MOST or w == WIDTHS[-1])
    found: dict[int, int] = {}
    for year, count in counts.items():
        if lowest <= year <= highest:
            found[year // width] = found.get(year // width, 0) + count
    return [
        Span(max(n * width, lowest), min(n * width + width - 1, highest), count)
        for n, count in sorted(found.items())
    ]
